"""The pipeline: only what changed is done again, a kill loses nothing, and doctor mends what can be mended."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PATIENCE, HashingEmbedder, Run, with_tests

from index import build as module
from index.build import Summary, build, fingerprint, open_record, writing
from index.doctor import examine
from index.embedder import BUNDLED
from index.errors import CorpusError, IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from index.record import FILE, Record, Scope
from index.vectors import FOLDER, VectorStore

NEWS = {
    "a.txt": 'Mayor speaks\n\nThe mayor said taxes would rise. "We must pay," Ann Smith said on Monday.\n',
    "b.txt": "Snow falls\n\nSnow fell on Tuesday, the weather office said. Nobody was hurt.\n",
    "c.txt": "Trains stand still\n\nNo train left the station all day. Passengers walked home.\n",
}
FAKE = HashingEmbedder()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A corpus of three short articles."""
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in NEWS.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where an index is to be."""
    return tmp_path / "index"


pytestmark = pytest.mark.usefixtures("fake_model")


def did(summary: Summary) -> tuple[int, int, int, int]:
    return summary.added, summary.changed, summary.removed, summary.unchanged


def moved(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.added, summary.changed, summary.moved, summary.removed, summary.unchanged


def sound(folder: Path) -> None:
    """The record agrees with itself, and Chroma with the record."""
    with open_record(folder, BUNDLED) as record:
        assert record.check() == []
        assert record.pending(10) == []
        assert VectorStore(folder, fingerprint(BUNDLED)).ids() == record.passage_ids()


def texts(folder: Path) -> dict[str, str]:
    with Record(folder) as record:
        return {article.id: article.text for article in record.articles()}


# --- what a run does ---------------------------------------------------------------------------------------------------------


def test_first_run(news: Path, target: Path) -> None:
    told: list[tuple[int, int, str]] = []
    summary = build(target, [news], BUNDLED, progress=lambda *what: told.append(what))
    assert did(summary) == (3, 0, 0, 0)
    assert summary.totals["articles"] == 3
    assert summary.seconds > 0
    assert told[-1][:2] == (3, 3)
    assert texts(target) == NEWS
    sound(target)


def test_second_run_does_nothing(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)
    with Record(target) as record:
        numbers = record.passage_ids()
    monkeypatch.setattr(module, "_read", lambda *_: pytest.fail("an unchanged article was read again"))
    summary = build(target, [news], BUNDLED)
    assert did(summary) == (0, 0, 0, 3)
    with Record(target) as record:
        assert record.passage_ids() == numbers
    sound(target)


def test_only_what_changed_is_done_again(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)
    (news / "a.txt").write_text("Mayor resigns\n\nThe mayor resigned on Friday.\n")
    (news / "b.txt").unlink()
    (news / "d.txt").write_text("Geese return\n\nThe geese came back in March.\n")
    read: list[str] = []
    real = module._read_one
    monkeypatch.setattr(module, "_read_one", lambda source: (read.append(source.article.id), real(source))[1])
    assert did(build(target, [news], BUNDLED)) == (1, 1, 1, 1)
    assert sorted(read) == ["a.txt", "d.txt"]
    assert sorted(texts(target)) == ["a.txt", "c.txt", "d.txt"]
    sound(target)


def test_a_changed_manifest_row_is_a_change(news: Path, target: Path) -> None:
    build(target, [news], BUNDLED)
    (news / "sources.csv").write_text("file,outlet\na.txt,The Post\n")
    assert did(build(target, [news], BUNDLED)) == (0, 1, 0, 2)
    with Record(target) as record:
        assert record.outlets() == ["The Post"]
        assert record.match(["taxes"], Scope(("The Post",)), 5)
    sound(target)


def test_other_folders_stay_unless_replaced(news: Path, target: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "z.txt").write_text("Geese return\n\nThe geese came back in March.\n")
    build(target, [news], BUNDLED)
    summary = build(target, [other], BUNDLED)
    assert did(summary) == (1, 0, 0, 0)
    assert summary.elsewhere == {str(news.resolve()): 3}
    assert did(build(target, [other], BUNDLED, replace=True)) == (0, 0, 3, 1)
    assert sorted(texts(target)) == ["z.txt"]
    sound(target)


def test_two_folders_with_files_of_one_name(news: Path, target: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("Another mayor\n\nAnother mayor said nothing at all.\n")
    assert did(build(target, [news, other], BUNDLED)) == (4, 0, 0, 0)
    assert did(build(target, [news, other], BUNDLED)) == (0, 0, 0, 4)
    assert sorted(texts(target).values()) == sorted([*NEWS.values(), "Another mayor\n\nAnother mayor said nothing at all.\n"])


def test_a_file_that_cannot_be_used_is_reported_and_the_others_are_read(news: Path, target: Path) -> None:
    (news / "empty.txt").touch()
    summary = build(target, [news], BUNDLED)
    assert did(summary) == (3, 0, 0, 0)
    assert summary.problems == ["empty.txt: holds no text; remove it or fill it"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Bürgermeister sagte am Montag, die Steuern würden im nächsten Jahr steigen.\n", "German"),
        ("Le maire a déclaré lundi : « Les impôts augmenteront. »\n", "French"),
        ("東京で記者団に対し、首相は増税を否定した。野党は反発している。市長は、来年の予算について語った。\n", "Japanese"),
    ],
)
def test_another_language_is_named_and_read_without_statements(news: Path, target: Path, text: str, language: str) -> None:
    (news / "d.txt").write_text(text)
    summary = build(target, [news], BUNDLED)
    assert summary.notes == [f"d.txt: is in {language}; no statements are read in it"]
    assert not summary.problems
    with Record(target) as record:
        assert "d.txt" not in {said.article for said in record.statements()}
        assert record.statements()
        assert record.passages_of("d.txt")


def test_what_tables_call_their_columns_is_remembered(news: Path, target: Path) -> None:
    (news / "rows.csv").write_text("body,source\nThe mayor spoke on Monday.,The Post\n")
    assert did(build(target, [news], BUNDLED, columns={"text": "body", "outlet": "source"})) == (4, 0, 0, 0)
    summary = build(target, [news], BUNDLED)
    assert (did(summary), summary.problems) == ((0, 0, 0, 4), [])
    with Record(target) as record:
        assert record.article("rows.csv#2").outlet == "The Post"


def test_a_name_that_is_no_utf8_is_stored(news: Path, target: Path) -> None:
    (news / os.fsdecode(b"caf\xe9.txt")).write_text("Geese return\n\nThe geese came back in March.\n")
    assert did(build(target, [news], BUNDLED)) == (4, 0, 0, 0)
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 4)
    assert "caf\\xe9.txt" in texts(target)


def test_an_empty_folder_makes_no_index(tmp_path: Path, target: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(CorpusError, match="no articles"):
        build(target, [tmp_path / "nothing"], BUNDLED)
    assert not target.exists()


def test_unusable_articles_leave_the_index_as_it_was(news: Path, target: Path) -> None:
    build(target, [news], BUNDLED)
    (news / "sources.csv").write_bytes(b"\0\0")
    with pytest.raises(CorpusError):
        build(target, [news], BUNDLED)
    assert texts(target) == NEWS
    sound(target)


def test_a_faulty_sides_file_is_told_before_an_article_is_read(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (news / "sides.toml").write_text("[[side]]\n", encoding="utf-8")
    monkeypatch.setattr("index.build._read", lambda *_: pytest.fail("an article was read"))
    with pytest.raises(CorpusError, match=r"sides\.toml"):
        build(target, [news], BUNDLED)


def test_every_offset_of_the_bundled_corpus_holds(bundled: Path) -> None:
    with open_record(bundled, BUNDLED) as record:
        assert record.check() == []
        assert record.counts()["articles"] == 5
        for article in record.articles():
            for stored in record.passages_of(article.id):
                assert article.text[stored.passage.start : stored.passage.end] == stored.passage.text
            for said in record.statements(article.id):
                assert article.text[said.start : said.end] == said.text
                if said.speaker_start is not None:
                    assert article.text[said.speaker_start : said.speaker_end].strip()


# --- settings and fingerprints -----------------------------------------------------------------------------------------------


def test_a_changed_setting_is_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint(BUNDLED)
    assert fingerprint(BUNDLED) == first
    assert fingerprint("another-model") != first
    for part, name in ((module.splitter, "VERSION"), (module.attribution, "VERSION"), (module, "SCHEMA")):
        with monkeypatch.context() as patch:
            patch.setattr(part, name, getattr(part, name) + 1)
            assert fingerprint(BUNDLED) != first


def test_an_index_of_another_model_is_refused_by_name(news: Path, target: Path) -> None:
    build(target, [news], BUNDLED)
    with pytest.raises(IndexMismatch, match=f"'{BUNDLED}', the settings name 'another-model'. Run `readout index` again"):
        open_record(target, "another-model")


def test_an_index_of_another_version_is_refused(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)
    monkeypatch.setattr(module.splitter, "VERSION", module.splitter.VERSION + 1)
    with pytest.raises(IndexMismatch, match="by another version of Readout"):
        open_record(target, BUNDLED)


def test_a_changed_splitter_reads_everything_again(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)
    monkeypatch.setattr(module.splitter, "VERSION", module.splitter.VERSION + 1)
    summary = build(target, [news], BUNDLED)
    assert summary.unchanged == 0
    assert texts(target) == NEWS
    sound(target)


@pytest.mark.parametrize("folder", ["nowhere", "a file"])
def test_no_index_to_open(tmp_path: Path, folder: str) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(IndexMissing):
        open_record(tmp_path / folder, BUNDLED)


# --- kills and rivals --------------------------------------------------------------------------------------------------------


def test_a_kill_before_chroma_was_told_loses_nothing(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(VectorStore, "sync", killed)
        with pytest.raises(KeyboardInterrupt):
            build(target, [news], BUNDLED)
    assert texts(target) == NEWS
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 3)
    sound(target)


def test_a_kill_between_two_batches_keeps_the_first(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed_after_one(done: int, of: int, what: str) -> None:
        if what:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "BATCH", 1)
        with pytest.raises(KeyboardInterrupt):
            build(target, [news], BUNDLED, progress=killed_after_one)
    assert texts(target) == {"a.txt": NEWS["a.txt"]}
    assert did(build(target, [news], BUNDLED)) == (2, 0, 0, 1)
    assert texts(target) == NEWS
    sound(target)


def test_a_kill_inside_a_batch_leaves_no_half_article(news: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(target, [news], BUNDLED)
    (news / "a.txt").write_text("Mayor resigns\n\nThe mayor resigned on Friday.\n")
    put = Record.put

    def killed(self: Record, *what: object) -> None:
        put(self, *what)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Record, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            build(target, [news], BUNDLED)
    assert texts(target) == NEWS, "the article is as it was"
    sound(target)
    assert did(build(target, [news], BUNDLED)) == (0, 1, 0, 2)
    sound(target)


KILLED = """
import os, signal, sys
from pathlib import Path
from conftest import HashingEmbedder
from index.build import build
from index.embedder import BUNDLED, QuickEmbedder
from index.vectors import VectorStore
fake = HashingEmbedder()
QuickEmbedder.encode = lambda self, texts: fake.encode(texts)
VectorStore.sync = lambda self, record: os.kill(os.getpid(), signal.SIGKILL)
build(Path(sys.argv[1]), [Path(sys.argv[2])], BUNDLED)
"""


def test_a_real_kill_loses_nothing(news: Path, target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, target, news], env=with_tests(), capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == -9, done.stderr.decode()
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 3)
    sound(target)


def test_two_writers_refuse_each_other(news: Path, target: Path) -> None:
    with writing(target), pytest.raises(IndexBusy, match="another process is writing") as caught:
        build(target, [news], BUNDLED)
    assert caught.value.retry
    assert did(build(target, [news], BUNDLED)) == (3, 0, 0, 0)


def _hold(folder: Path, ready: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event) -> None:
    with writing(folder):
        ready.set()
        done.wait()  # the process is a daemon: it ends with this one at the latest


def test_a_writer_in_another_process_is_refused_and_a_reader_is_not(news: Path, target: Path) -> None:
    build(target, [news], BUNDLED)
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(target, ready, done), daemon=True)
    process.start()
    try:
        assert ready.wait(PATIENCE)
        with pytest.raises(IndexBusy):
            build(target, [news], BUNDLED)
        with pytest.raises(IndexBusy):
            examine(target, BUNDLED)
        with open_record(target, BUNDLED) as record:
            assert record.counts()["articles"] == 3
    finally:
        done.set()
        process.join(PATIENCE)
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 3)


def test_a_folder_that_cannot_be_made(news: Path, tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    with pytest.raises(IndexDamaged, match="cannot be written"):
        build(tmp_path / "in the way" / "index", [news], BUNDLED)


def test_a_corrupt_record_is_not_thrown_away(news: Path, target: Path) -> None:
    target.mkdir()
    (target / FILE).write_bytes(b"precious, perhaps" * 100)
    with pytest.raises(IndexDamaged, match="Run `readout doctor`"):
        build(target, [news], BUNDLED)
    assert (target / FILE).read_bytes() == b"precious, perhaps" * 100


# --- doctor ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def built(news: Path, target: Path) -> Iterator[Path]:
    """An index of the three articles."""
    build(target, [news], BUNDLED)
    yield target


def test_a_sound_index_has_no_findings(built: Path) -> None:
    assert examine(built, BUNDLED) == []


def test_doctor_tells_chroma_again_what_it_lost(built: Path) -> None:
    store = VectorStore(built, fingerprint(BUNDLED))
    lost = sorted(store.ids())[:2]
    store._collection.delete(ids=[str(number) for number in lost])
    [finding] = examine(built, BUNDLED)
    assert finding.mended
    assert "2 passages are missing in Chroma" in finding.text
    assert examine(built, BUNDLED) == []
    sound(built)


def test_doctor_removes_from_chroma_what_is_in_no_article(built: Path) -> None:
    store = VectorStore(built, fingerprint(BUNDLED))
    store._collection.upsert(ids=["99999"], embeddings=[FAKE.encode(["stray"])[0]], metadatas=[{"outlet": "", "day": 0}])
    [finding] = examine(built, BUNDLED)
    assert finding.mended
    assert "1 passages in Chroma are in no article" in finding.text
    sound(built)


def test_doctor_notices_vectors_that_a_search_does_not_reach(news: Path, target: Path) -> None:
    (news / "long.txt").write_text("\n".join(f"On day {number} the council met for the {number}th time." for number in range(60)))
    build(target, [news], BUNDLED)
    store = VectorStore(target, fingerprint(BUNDLED))
    ids = sorted(store.ids())
    elsewhere = FAKE.encode([f"nothing like it {number}" for number in ids])
    store._collection.upsert(ids=[str(number) for number in ids], embeddings=list(elsewhere))
    [finding] = examine(target, BUNDLED)
    assert finding.mended
    assert "cannot be reached by a search" in finding.text
    assert examine(target, BUNDLED) == []
    sound(target)


def test_doctor_makes_chromas_folder_again(own_index: Path, run: Run) -> None:
    shutil.rmtree(own_index / FOLDER)
    done = run("doctor", "--index", own_index)
    assert done.returncode == 0, done.stderr
    assert "missing in Chroma" in done.stdout
    again = run("doctor", "--index", own_index)
    assert (again.returncode, again.stdout) == (0, "The index is sound.\n")


def test_doctor_mends_chroma_files_that_are_garbage(own_index: Path, run: Run) -> None:
    (own_index / FOLDER / "chroma.sqlite3").write_bytes(b"garbage" * 1_000)
    done = run("doctor", "--index", own_index)
    assert done.returncode == 0, done.stderr
    assert "Rebuilt from the record" in done.stdout
    assert run("doctor", "--index", own_index).stdout == "The index is sound.\n"


def test_doctor_has_nothing_to_examine(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        examine(tmp_path / "nowhere", BUNDLED)
