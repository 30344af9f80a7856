"""An index whose vectors are on a Chroma server: shared, moved, kept apart from others, and told in a line where it cannot be had."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import READOUT, HashingEmbedder, Run, article_of, environment, plain, store
from test_cli import QUESTION, refused

from assistant.settings import load_settings
from index.errors import IndexMismatch, ServerAway, UsageError
from index.record import Record, Scope
from index.vectors import FOLDER, Server, VectorStore

TOKEN = "let-me-in"
FAKE = HashingEmbedder()


@pytest.fixture
def place(chroma: str) -> dict[str, str]:
    """Settings of a database of our own on the server."""
    return {"READOUT_CHROMA": chroma, "READOUT_CHROMA_TENANT": uuid.uuid4().hex, "READOUT_CHROMA_DATABASE": "news"}


@pytest.fixture
def guarded(chroma: str) -> Iterator[str]:
    """The same server behind one that asks for a token, as `chroma run` does not."""

    class Guard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, sent = 401, b'{"error": "Unauthorized"}'
            if self.headers["Authorization"] == f"Bearer {TOKEN}":
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                asked = urllib.request.Request(chroma + self.path, body or None, dict(self.headers), method=self.command)
                try:
                    with urllib.request.urlopen(asked) as answer:
                        status, sent = answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    status, sent = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_DELETE = do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Guard) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def filled(record: Record) -> Record:
    """A record of two passages."""
    store(record, *article_of("a.txt", ["The mayor spoke.", "Snow fell."]))
    return record


def test_an_index_moves_to_a_server_and_several_ask_it_at_once(run: Run, own_index: Path, place: dict[str, str]) -> None:
    alone = json.loads(run("ask", QUESTION, "--json", "--index", own_index).stdout)
    refused(run("ask", QUESTION, "--index", own_index, env=place), "holds 0 of this index's", "readout index")
    assert run("index", "--index", own_index, env=place).returncode == 0
    shutil.rmtree(own_index / FOLDER)
    command = [*READOUT, "ask", QUESTION, "--json", "--index", str(own_index)]
    asking = [subprocess.Popen(command, env=environment(**place), stdout=subprocess.PIPE) for _ in range(3)]
    answers = [json.loads(one.communicate()[0]) for one in asking]
    for answer in answers:
        assert (answer["text"], answer["citations"]) == (alone["text"], alone["citations"])
    assert not (own_index / FOLDER).exists()
    assert run("doctor", "--index", own_index, env=place).returncode == 0


def test_a_server_that_is_not_there_is_one_line(run: Run, bundled: Path) -> None:
    nowhere = {"READOUT_CHROMA": "http://127.0.0.1:9"}
    for command in (["ask", QUESTION], ["index"], ["doctor"]):
        refused(run(*command, "--index", bundled, env=nowhere), "no Chroma server answers at", "chroma run")


def test_a_server_that_goes_away_later(filled: Record, guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = VectorStore(filled.folder, "x", Server(guarded, token=TOKEN), uuid.uuid4().hex)
    opened.sync(filled)
    monkeypatch.setattr(f"{__name__}.TOKEN", "another")
    with pytest.raises(ServerAway, match="refuses") as caught:
        opened.nearest(FAKE.encode(["mayor"])[0], Scope(), 5)
    assert caught.value.retry


def test_a_token_is_sent_and_its_absence_told(filled: Record, guarded: str) -> None:
    own = uuid.uuid4().hex
    opened = VectorStore(filled.folder, "x", Server(guarded, own, "news", TOKEN), own)
    assert opened.sync(filled) == 2
    assert len(opened.nearest(FAKE.encode(["mayor"])[0], Scope(), 5)) == 2
    for token, remedy in ((None, "Set the server's token in READOUT_CHROMA_TOKEN"), ("wrong", "Set another token in READOUT_CHROMA_TOKEN")):
        with pytest.raises(ServerAway, match=rf"refuses .*\(401\)\. {remedy}") as caught:
            VectorStore(filled.folder, "x", Server(guarded, token=token), own)
        assert "wrong" not in str(caught.value)


def test_indexes_on_one_server_stay_apart(tmp_path: Path, filled: Record, chroma: str) -> None:
    (tmp_path / "second").mkdir()
    with Record(tmp_path / "second", write=True) as other:
        store(other, *article_of("b.txt", ["Geese fly south.", "Nobody saw them.", "It rained."]))
        first, second = (VectorStore(one.folder, "x", Server(chroma), uuid.uuid4().hex) for one in (filled, other))
        assert (first.sync(filled), second.sync(other)) == (2, 3)
        second.prune()
        assert (len(first.ids()), len(second.ids())) == (2, 3)


def test_databases_stay_apart(filled: Record, chroma: str) -> None:
    own = uuid.uuid4().hex
    first = VectorStore(filled.folder, "x", Server(chroma, own, "first"), own)
    first.sync(filled)
    second = VectorStore(filled.folder, "x", Server(chroma, own, "second"), own)
    assert second.ids() == set()
    with pytest.raises(IndexMismatch, match=r"holds 0 of this index's 2 passages\. Run `readout index` again"):
        second.check(filled)
    assert second.sync(filled) == 2
    second.check(filled)


def test_a_collection_made_anew_by_another_process_is_found_again(filled: Record, chroma: str) -> None:
    own = uuid.uuid4().hex
    first, second = (VectorStore(filled.folder, "x", Server(chroma), own) for _ in range(2))
    first.sync(filled)
    second.reset()
    with filled.transaction():
        filled.mark_all_pending()
    second.sync(filled)
    assert len(first.nearest(FAKE.encode(["mayor"])[0], Scope(), 5)) == 2


@pytest.mark.parametrize("address", ["ftp://host:8000", "http://", "http://host:port", "http://host:99999", "://"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(UsageError, match=r"is no address of a Chroma server\. Write http://HOST:PORT"):
        load_settings({"READOUT_CHROMA": address})


def test_settings_of_the_server() -> None:
    stated = {"READOUT_CHROMA_TENANT": "t", "READOUT_CHROMA_DATABASE": "d", "READOUT_CHROMA_TOKEN": TOKEN}
    chroma = load_settings({"READOUT_CHROMA": "https://host", **stated}).chroma
    assert chroma == Server("https://host", "t", "d", TOKEN)
    assert chroma.place == ("host", 443, True)
    assert Server("host:9000").place == ("host", 9000, False)
    assert TOKEN not in plain(repr(chroma))
    assert load_settings({**stated, "READOUT_CHROMA": ""}).chroma is None
