"""Who may use the chat, and from where."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import READOUT, Run, environment
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.desk import users
from assistant.desk.users import check_bind, load_users, user_line
from index.errors import UsageError

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def _quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing takes next to nothing in this process, but for tests of lines that the command has made."""
    if "command" not in request.node.name:
        monkeypatch.setattr(users, "_COST", 2)
        monkeypatch.setattr(users, "_PARALLEL", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two users."""
    written = tmp_path / "users"
    written.write_text(f"# the desk\n\n{user_line('ann', PASSWORD)}\n{user_line('Bén', 'another one: $ two')}\n", encoding="utf-8")
    return written


# --- names and passwords -----------------------------------------------------------------------------------------------------


letters = st.characters(categories=["L", "N"])


@settings(max_examples=30)
@given(name=st.text(letters, min_size=1), password=st.text(letters, min_size=8), other=st.text(letters))
def test_a_name_goes_with_its_password_alone(tmp_path_factory: pytest.TempPathFactory, name: str, password: str, other: str) -> None:
    written = tmp_path_factory.mktemp("users") / "users"
    written.write_text(user_line(name, password), encoding="utf-8")
    check = load_users(str(written))
    assert check(name, password)
    assert check(name, other) == (other == password)
    assert not check(f"{name}x", password)


def test_each_user_of_a_file_has_a_password(file: Path) -> None:
    check = load_users(str(file))
    assert check("ann", PASSWORD)
    assert check("Bén", "another one: $ two")
    for name, password in (
        ("ann", "another one: $ two"), ("ann", ""), ("ann", PASSWORD.upper()), ("ann", f"{PASSWORD} "), ("Ann", PASSWORD), ("", ""),
        ("nobody", PASSWORD), ("", PASSWORD), ("# the desk", ""), ("ann", file.read_text(encoding="utf-8").split(":")[1].split()[0]),
        ("ann\x00", PASSWORD), ("\ud800", "\ud800"),
    ):  # fmt: skip
        assert not check(name, password)


def test_a_line_tells_nothing_of_the_password_and_is_never_the_same() -> None:
    lines = {user_line("ann", PASSWORD) for _ in range(3)}
    assert len(lines) == 3
    assert not [line for line in lines if "horse" in line or "\n" in line]


def test_one_user_may_be_given_in_place_of_a_file() -> None:
    check = load_users("ann:a:b")
    assert check("ann", "a:b")
    assert not check("ann", "a")
    assert not check("ann:a", "b")
    assert not check("ben", "a:b")


def test_the_environment_counts_where_nothing_is_given(file: Path) -> None:
    assert load_users(None, {"READOUT_AUTH": "ann:secret"})("ann", "secret")
    assert load_users(None, {"READOUT_AUTH": str(file)})("ann", PASSWORD)
    assert not load_users("ben:other", {"READOUT_AUTH": "ann:secret"})("ann", "secret")
    assert load_users(None, {}) is None
    assert load_users(None, {"READOUT_AUTH": ""}) is None


@pytest.mark.parametrize("auth", ["", "ann", "ann:", ":secret", ":", "missing.txt", "no/such/file", "a\x00b"])
def test_what_is_neither_a_user_nor_a_file_is_refused(auth: str) -> None:
    with pytest.raises(UsageError, match=r"needs USER:PASSWORD, or the name of a file of users.*readout user NAME"):
        load_users(auth, {"READOUT_AUTH": "ann:secret"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no users"),
        ("# nobody\n\n", "holds no users"),
        ("{ann}\nben:hunter22hunter22\n", "line 2: is not a name and a hash"),
        ("{ann}\nben\n", "line 2: is not a name and a hash"),
        ("{ann}\n:scrypt$AAAA$AAAA\n", "line 2: is not a name and a hash"),
        ("ann:scrypt$\n", "line 1: is not a name and a hash"),
        ("ann:scrypt$AAAA$AAAA\n", "line 1: is not a name and a hash"),
        ("ann:scrypt$!!!!$AAAA\n", "line 1: is not a name and a hash"),
        ("ann:scrypt$é$AAAA\n", "line 1: is not a name and a hash"),
        ("ann:scrypt$AAAA$AAAA$AAAA\n", "line 1: is not a name and a hash"),
        ("{ann}\n\n{ann}\n", "line 3: 'ann' is there already"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line_and_keeps_its_secrets(tmp_path: Path, text: str, said: str) -> None:
    written = tmp_path / "users"
    written.write_text(text.replace("{ann}", user_line("ann", PASSWORD)), encoding="utf-8")
    with pytest.raises(UsageError) as told:
        load_users(str(written))
    assert said in str(told.value)
    assert str(written) in str(told.value)
    assert "hunter22" not in str(told.value)
    assert "scrypt$" not in str(told.value)


def test_a_file_from_another_editor_is_read_and_one_that_is_no_text_is_refused(file: Path, tmp_path: Path) -> None:
    windows, binary = tmp_path / "windows", tmp_path / "binary"
    windows.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n").removeprefix(b"# the desk\r\n"))
    assert load_users(str(windows))("ann", PASSWORD)
    binary.write_bytes(b"\x80\x81\x82")
    with pytest.raises(UsageError, match="not a file of users"):
        load_users(str(binary))


@pytest.mark.parametrize("name", ["", " ", " ann", "ann ", "an:n", "#ann", "an\nn", "an\x00n", "an\u202en"])
def test_a_name_that_could_not_be_read_back_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a user's name"):
        user_line(name, PASSWORD)


def test_a_short_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError, match="has 7 characters") as told:
        user_line("ann", "hunter2")
    assert "hunter2" not in str(told.value)


# --- the command -------------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_line_that_lets_its_user_in(run: Run, tmp_path: Path) -> None:
    lines = []
    for name, password in (("ann", PASSWORD), ("Bén", "naïve wörd")):
        done = run("user", name, stdin=f"{password}\n")
        assert (done.returncode, done.stderr) == (0, "")
        lines.append(done.stdout)
    (tmp_path / "users").write_text("".join(lines), encoding="utf-8")
    check = load_users(str(tmp_path / "users"))
    assert check("ann", PASSWORD)
    assert check("Bén", "naïve wörd")


def test_the_command_refuses_in_a_line(run: Run) -> None:
    for name, password in (("ann", "short"), ("a:b", PASSWORD), ("ann", "")):
        done = run("user", name, stdin=password)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_command_asks_twice_on_a_terminal_and_keeps_standard_output_clean(tmp_path: Path) -> None:
    """The password is typed into a pseudo-terminal, and does not show."""
    import os
    import pty

    typed, terminal = pty.openpty()
    with subprocess.Popen(
        [*READOUT, "user", "ann"],
        env=environment(),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
        text=True,
    ) as program:
        os.close(terminal)
        shown = b""
        for question in (b"Password: ", b"confirmation: "):  # with the space: only then is what is typed hidden
            while question not in shown:
                shown += os.read(typed, 1000)
            os.write(typed, f"{PASSWORD}\n".encode())
        line = program.stdout.read()
    os.close(typed)
    (tmp_path / "users").write_text(line, encoding="utf-8")
    assert load_users(str(tmp_path / "users"))("ann", PASSWORD)
    assert b"horse" not in shown


# --- where it listens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "::1", "[::1]", "127.9.9.9"])
def test_this_machine_needs_no_users(host: str) -> None:
    check_bind(host, has_auth=False, forced=False)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "0", "192.168.1.2", "10.0.0.1", "fe80::1", "::ffff:10.0.0.1", "example.org", "localhost.example.org", "a\x00"],
)
def test_beyond_this_machine_nobody_is_let_in_unasked_unless_told_so_twice(host: str) -> None:
    with pytest.raises(UsageError, match=r"--auth FILE.*both --no-auth and --open-to-anyone") as told:
        check_bind(host, has_auth=False, forced=False)
    assert "\n" not in str(told.value)
    check_bind(host, has_auth=True, forced=False)
    check_bind(host, has_auth=False, forced=True)
