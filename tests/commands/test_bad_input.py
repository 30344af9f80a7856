"""Things people do, and files they have, that once went wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import HashingEmbedder, Run, article_of, store
from test_answer import WIRE, found, sound  # noqa: F401
from test_build import NEWS, did, news, target, texts  # noqa: F401
from test_cli import QUESTION, refused
from test_corpus import BODY, article, write
from test_passages import cut  # noqa: F401
from test_question import read

from assistant.question import Names, clean, understand
from index.build import build
from index.corpus import read_corpus
from index.embedder import BUNDLED, SentenceTransformerEmbedder
from index.errors import EmbeddingError, QuestionError
from index.record import FILE, Record, Scope
from index.vectors import VectorStore

SIDES = '[[side]]\nname = "City"\n[side.speakers]\n"Ann Smith" = ["Smith"]\n'


def damage(folder: Path, first: int | None = None, last: int | None = None) -> None:
    data = bytearray((folder / FILE).read_bytes())
    pages = len(data) // 4096
    first = pages // 2 if first is None else first
    last = min(first + 6, pages) if last is None else last
    data[first * 4096 : last * 4096] = b"\x5a" * ((last - first) * 4096)
    (folder / FILE).write_bytes(data)


@pytest.mark.parametrize("command", [["ask", QUESTION], ["statements"], ["doctor"], ["index"]], ids=lambda command: command[0])
@pytest.mark.parametrize("where", ["early", "middle"])
def test_damaged_pages(run: Run, own_index: Path, command: list[str], where: str) -> None:
    damage(own_index, *((3, 60) if where == "early" else ()))
    done = run(*command, "--index", own_index)
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.returncode in (1, 2)


def test_stdin_not_utf8(run: Run, bundled: Path) -> None:
    refused(run("ask", "-", "--index", bundled, stdin=b"\xff\xfe\x00what"))


def test_bad_model_keeps_index(news: Path, target: Path, fake_model: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)

    def missing(self, given):
        if self.name != BUNDLED:
            raise EmbeddingError("no model.")
        return fake_model.encode(given)

    monkeypatch.setattr(SentenceTransformerEmbedder, "encode", missing)
    with pytest.raises(EmbeddingError):
        build(target, [news], "not/there")
    assert texts(target) == NEWS


def test_kill_before_naming(news: Path, target: Path, fake_model, monkeypatch) -> None:
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("index.naming.name_speakers", killed)
        with pytest.raises(KeyboardInterrupt):
            build(target, [news], BUNDLED)
    build(target, [news], BUNDLED)
    with Record(target) as record:
        assert record.names()


def test_sides_edited(news: Path, target: Path, fake_model) -> None:
    (news / "sides.toml").write_text(SIDES)
    build(target, [news], BUNDLED)
    (news / "sides.toml").write_text(SIDES.replace("City", "Town"))
    build(target, [news], BUNDLED)
    with Record(target) as record:
        assert "Town" in {said.side for said in record.statements()}


def test_sides_of_other_folder_stay(news: Path, target: Path, tmp_path: Path, fake_model) -> None:
    (news / "sides.toml").write_text(SIDES)
    build(target, [news], BUNDLED)
    build(target, [write(tmp_path / "o", z_txt="Geese\n\nThe geese came back, Bob Jones said.\n")], BUNDLED)
    with Record(target) as record:
        assert "City" in {said.side for said in record.statements()}
        assert record.sides() == ("City",)


def test_same_name_in_another_run(news: Path, target: Path, tmp_path: Path, fake_model) -> None:
    other = write(tmp_path / "other", a_txt="Another\n\nQuite another article it was.\n")
    build(target, [news], BUNDLED)
    build(target, [other], BUNDLED)
    assert len(texts(target)) == 4
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 3)
    assert did(build(target, [other], BUNDLED)) == (0, 0, 0, 1)


def test_three_folders_of_one_name(tmp_path: Path) -> None:
    folders = [write(tmp_path / name / "news", a_txt=f"{name}\n\n{name} spoke.\n") for name in ("one", "two", "three")]
    names = [source.article.id for source in read_corpus(folders).sources]
    assert len(set(names)) == 3


def test_one_file_then_its_folder(news: Path, target: Path, fake_model) -> None:
    build(target, [news], BUNDLED)
    (news / "a.txt").write_text("Mayor resigns\n\nThe mayor resigned on Friday.\n")
    build(target, [news / "a.txt"], BUNDLED)
    (news / "a.txt").unlink()
    build(target, [news], BUNDLED)
    assert sorted(texts(target)) == ["b.txt", "c.txt"]


def test_same_folder_twice(news: Path, target: Path, fake_model) -> None:
    assert did(build(target, [news, news], BUNDLED)) == (3, 0, 0, 0)


def test_manifest_with_endless_name(tmp_path: Path) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv="file,outlet\n" + "x" * 300 + ".txt,Y\n")])
    assert len(corpus.problems) == 1


def test_single_file_reads_no_manifests_below(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", sources_csv=b"\0\0")
    corpus = read_corpus([write(tmp_path, a_txt=BODY) / "a.txt"])
    assert len(corpus.sources) == 1


def test_title_is_no_furniture(tmp_path: Path) -> None:
    corpus = read_corpus([write(tmp_path, a_txt="ADVERTISEMENT\n\nMayor speaks\n\nThe mayor spoke.\n")])
    assert article(corpus).title == "Mayor speaks"


def test_mistyped_path_leaves_nothing(run: Run, tmp_path: Path) -> None:
    refused(run("index", "nowhere"))
    assert not (tmp_path / ".readout").exists()


def test_index_error_is_one_line(run: Run) -> None:
    assert run("index", "nowhere").stderr.count("\n") == 1


def test_web_page(tmp_path: Path) -> None:
    sentences = "".join(
        f"<p>The mayor said on day {day} that the taxes would rise again next year, and the council agreed.</p>" for day in range(8)
    )
    corpus = read_corpus(
        [write(tmp_path, a_html=f"<html><body><nav>Sport</nav><article>{sentences}</article></body></html>", b_html="<html></html>")]
    )
    assert "day 7" in corpus.sources[0].article.text
    assert corpus.problems == ["b.html: no article text found in the page; save it as plain text"]


@pytest.mark.parametrize(
    "line",
    [
        "Like it or not, Putin has won, Clinton said.",
        "Share this view, Merkel said.",
        "Follow us or stay behind, Putin told Trump.",
        "Source: a senior official said Trump would quit NATO.",
        "Also: the Kremlin denied any interference in the vote.",
    ],
)
def test_sentences_that_begin_like_furniture(cut, line: str) -> None:
    text = f"Title of the story here\n\nThe mayor spoke on Monday to all.\n\n{line}\n\nThe king spoke on Tuesday too.\n"
    assert any(line in passage.text for passage in cut(text))


@pytest.mark.parametrize("text", ["von der Leyen", "Ursula von der Leyen stance on Syria", "Los Angeles del Sur"])
def test_names_are_english_enough(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Quand Trump va-t-il succéder à Obama ?",
        "Wann wird Trump Präsident?",
        "Dónde está Putin",
        "Co powiedział Putin o Syrii?",
        "quien es putin",
        "Hvad sagde Putin om Syrien?",
    ],
)
def test_more_foreign(text: str) -> None:
    with pytest.raises(QuestionError):
        clean(text)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("What is Putin's position on Syria?", "Vladimir Putin"),
        ("Kasparov's views on Putin", "Garry Kasparov"),
        ("What was Kasparov’s reaction?", "Garry Kasparov"),
    ],
)
def test_possessive_speakers(text: str, who: str) -> None:
    question = read(text)
    assert question.stranger is None
    assert question.speakers == (who,)


@pytest.mark.parametrize(
    "text",
    [
        "What do the papers say about sanctions?",
        "What do the outlets say about sanctions?",
        "What did she say?",
        "What did they say about Syria?",
        "What do people think about Trump?",
        "what did he say about syria",
    ],
)
def test_no_strangers(text: str) -> None:
    assert read(text).stranger is None


def test_trumps_team_is_the_team() -> None:
    names = Names((), {"trump": ("Donald Trump", None), "trump's team": ("Trump team", None)}, ())
    assert understand("What did Trump's team say about the call?", names).speakers == ("Trump team",)


def test_verify_leaves_no_dangling_citation(assistant, sound) -> None:
    from dataclasses import replace

    from assistant.verification.verify import verify

    bad = replace(sound, citations=(replace(sound.citations[0], quote="x"),))
    found = verify(bad, assistant.record)
    assert {n for point in found.points for n in point.citations} <= {c.n for c in found.citations}


def test_a_second_citation_that_tells_something_else_is_not_verbatim(assistant, sound) -> None:
    from dataclasses import replace

    from assistant.verification.verify import verify

    other = assistant.record.article("jtf.txt")
    second = replace(sound.citations[0], n=2, article="jtf.txt", outlet="JTF.org", start=0, end=10, quote=other.text[:10])
    point = replace(sound.points[0], claims=(replace(sound.points[0].claims[0], citations=(1, 2)),))
    found = verify(replace(sound, citations=(*sound.citations, second), points=(point,)), assistant.record)
    assert found.points[0].support != "verbatim"


def test_a_label_with_another_outlet_than_the_one_cited_is_not_carried(assistant, sound) -> None:
    from dataclasses import replace

    from assistant.verification.verify import verify

    point = replace(sound.points[0], label=("News: Today",))
    assert verify(replace(sound, points=(point,)), assistant.record).points[0].support == "unsupported"


def test_unknown_outlet_does_not_leak_into_an_impossible_scope(tmp_path: Path, record) -> None:
    store(record, *article_of("bare.txt", ["Geese fly south."]))
    vectors = VectorStore(record.folder, "x")
    vectors.sync(record)
    assert vectors.nearest(HashingEmbedder().encode(["geese"])[0], Scope(("",)), 5) == []


@pytest.mark.usefixtures("fake_model")
def test_statements_strip_escapes(run: Run, news: Path, target: Path) -> None:
    (news / "e.txt").write_text('Title here\n\nThe mayor said \x1b[31mtaxes\x1b[0m would rise, and "we must \x1b]0;pay\x07," he said.\n')
    build(target, [news], BUNDLED)
    assert "\x1b" not in run("statements", "--index", target).stdout


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--bogus", "x"], ["bogus"], ["chat", "--port", "99999"]], ids=" ".join)
def test_usage_errors_are_one_line(run: Run, arguments) -> None:
    assert run(*arguments).stderr.count("\n") == 1


def test_read_only_index_can_be_asked_or_says_why(own_index: Path) -> None:
    import subprocess

    from conftest import READOUT, environment
    from test_cli import without_privileges

    prefix = without_privileges()
    for path in (own_index, *own_index.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = subprocess.run(
            [*prefix, *READOUT, "ask", QUESTION, "--index", str(own_index)],
            env=environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 or "doctor" not in done.stderr
    finally:
        for path in (own_index, *own_index.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_chroma_file_in_the_way(run: Run, own_index: Path) -> None:
    shutil.rmtree(own_index / "chroma")
    (own_index / "chroma").touch()
    assert run("doctor", "--index", own_index).returncode == 0


def test_unknown_speaker_is_told(run: Run, bundled: Path) -> None:
    assert run("statements", "--index", bundled, "--outlet", "The Moon").returncode == 2


def test_newline_in_a_title(assistant) -> None:
    from dataclasses import replace

    from test_render import ANSWER, CITATION, only_ours

    from assistant.render import chat_message

    only_ours(chat_message(replace(ANSWER, citations=(replace(CITATION, title="one\n\n    two"),))), links=1)


def test_the_same_words_of_two_speakers_without_sides_are_two_points(assistant, found, monkeypatch) -> None:
    found(dict.fromkeys(WIRE, 3.0))
    monkeypatch.setattr("assistant.grouping.voice_in", lambda hit, *_: ((hit.passage.article,), None))
    assert len(assistant.ask("How does Trump see the relationship?").points) == 2
