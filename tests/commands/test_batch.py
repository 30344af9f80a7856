"""A table of questions answered: what is written for each row, what a second run does again, and what a kill leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import pytest
from conftest import PATIENCE, READOUT, ROOT, Run, article_of, environment, store, with_tests
from contract import ANSWER, has_shape
from hypothesis import given
from hypothesis import strategies as st
from test_cli import Told, here, refused, without_privileges  # noqa: F401 - here is a fixture

from assistant.batch import run as batch
from assistant.batch import workers
from assistant.batch.formats import COLUMNS, Outcome
from assistant.batch.journal import SUFFIX
from assistant.batch.output import SUFFIX as PART
from assistant.batch.output import Output
from assistant.batch.run import Options, Summary, run
from assistant.batch.table import Row, harmless
from assistant.batch.workers import Task
from assistant.settings import Settings
from assistant.types import Answer, Citation, Claim, Point
from index.build import fingerprint
from index.errors import IndexDamaged, TableBusy, TableError
from index.record import Record, Scope


class FakeDesk:
    """Answers at once, with the words of the question; remembers what it was asked. Questions that say so fail or are not answered."""

    asked: ClassVar[list[Task]] = []
    index = "first"
    answer = "“{}” [1]"

    def __init__(self, settings: Settings) -> None:
        pass

    def close(self) -> None:
        pass

    def ask(self, task: Task) -> Outcome:
        self.asked.append(task)
        if "break" in task.question:
            raise IndexDamaged("the index broke.")
        if "fail" in task.question:
            return Outcome("extractive", self.index, error="it failed, as told")
        if "silent" in task.question:
            return Outcome(
                "extractive", self.index, Answer(task.question, "abstained", "nothing.", "extractive", text="The articles do not say.")
            )
        text = self.answer.format(task.question)
        point = Point((Claim("words", (1,)),), ("Putin",), "Kremlin", "verbatim")
        cited = Citation(1, "a.txt", "The Paper", "=Title", "https://example.org/", "2016-11-14", 0, 5, "words")
        number = len(self.asked) / 1000
        answer = Answer(task.question, "answered", None, "extractive", (point,), (cited,), text=text, seconds=number)
        return Outcome("extractive", self.index, answer)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> type[FakeDesk]:
    """The fake in place of what answers, in a thread of this process."""
    fresh = type("Desk", (FakeDesk,), {"asked": []})
    monkeypatch.setattr(workers, "Desk", fresh)
    monkeypatch.setattr(batch, "MOST_WORKERS", 1)
    return fresh


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with an index of two articles. Not to be written to."""
    folder = tmp_path_factory.mktemp("small")
    with Record(folder, write=True) as record:
        for name, outlet in (("a.txt", "The Paper"), ("b.txt", "The Times")):
            store(record, *article_of(name, ["Some words."], outlet=outlet, published="2016-11-14"))
        model = Settings().embedding
        with record.transaction():
            record.set_meta(model=model, fingerprint=fingerprint(model))
    return Settings(index=folder)


@dataclass
class Bench:
    """A folder with a table and a place for its answers."""

    folder: Path
    settings: Settings
    desk: type[FakeDesk]
    told: list[Summary] = field(default_factory=list)

    @property
    def source(self) -> Path:
        return self.folder / "in.csv"

    @property
    def target(self) -> Path:
        return self.folder / "out.csv"

    def table(self, *questions: str) -> None:
        self.source.write_text("id,question\n" + "".join(f"{n},{q}\n" for n, q in enumerate(questions, 1)), encoding="utf-8")

    def run(self, **options: object) -> Summary:
        return run(self.source, self.target, self.settings, Options(**options), lambda summary, *_: self.told.append(summary))

    def rows(self) -> list[dict[str, str]]:
        with self.target.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def asked(self) -> list[str]:
        """The questions put since this was last called."""
        found = [task.question for task in self.desk.asked]
        self.desk.asked.clear()
        return found


@pytest.fixture
def bench(tmp_path: Path, small: Settings, desk: type[FakeDesk]) -> Bench:
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.copytree(small.index, tmp_path / "index")
    return Bench(folder, replace(small, index=tmp_path / "index"), desk)


# --- what is written ---------------------------------------------------------------------------------------------------------


def test_a_row_has_its_own_cells_and_then_ours(bench: Bench) -> None:
    bench.source.write_text('note,Question,status\n"x\ny",What?,old\n,silent?,\n', encoding="utf-8")
    summary = bench.run()
    assert (summary.rows, summary.answered, summary.abstained, summary.failed, summary.asked) == (2, 1, 1, 0, 2)
    header, first, second = csv.reader(bench.target.open(encoding="utf-8", newline=""))
    assert header == ["note", "Question", "status", *COLUMNS]
    assert first[:3] == ["x\ny", "What?", "old"]
    ours = dict(zip(COLUMNS, first[3:], strict=True))
    citations = ours.pop("citations")
    assert ours == {
        "status": "answered", "answer": "“What?” [1]", "speakers": "Putin", "sides": "Kremlin", "outlets": "The Paper",
        "support": "verbatim", "answerer": "extractive", "seconds": "0.001", "tokens": "0", "error": "", "index": "first",
    }  # fmt: skip
    assert json.loads(citations) == [asdict(one) for one in bench.desk(bench.settings).ask(bench.desk.asked[0]).answer.citations]
    assert dict(zip(COLUMNS, second[3:], strict=True))["status"] == "abstained"


def test_names_are_joined_once_each_and_the_worst_support_counts(bench: Bench) -> None:
    from assistant.batch.formats import cells

    cited = [Citation(n, "a.txt", outlet, "T", None, None, 0, 1, "x") for n, outlet in ((1, "B"), (2, "A"), (3, "B"), (4, None), (5, "C"))]
    points = [
        Point((Claim("p", (1, 2)),), ("Putin",), "Kremlin", "verbatim"),
        Point((Claim("q", (3, 4)),), support="supported"),
        Point((Claim("r", (1,)),), ("Putin",), support="verbatim"),
    ]
    answer = Answer("q", "answered", None, "extractive", tuple(points), tuple(cited))
    found = dict(zip(COLUMNS, cells(Outcome("extractive", "i", answer)), strict=True))
    assert (found["speakers"], found["sides"], found["outlets"], found["support"]) == ("Putin", "Kremlin", "B; A", "supported")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=repr)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_answers_are_written_as_the_table_is(bench: Bench, delimiter: str, encoding: str) -> None:
    bench.source.write_bytes(
        delimiter.join(["id", "question"]).encode(encoding)
        + f"\r\n1{delimiter}Zoë?\r\n".encode(encoding.removesuffix("-sig").replace("utf-16", "utf-16-le"))
    )
    bench.run()
    data = bench.target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") is (encoding != "utf-8")
    assert data.endswith(b"\r\n")
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert (header[:2], row[1], row[3]) == (["id", "question"], "Zoë?", "“Zoë?” [1]")


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("begins", FORMULAS, ids=repr)
def test_no_cell_is_run_by_a_spreadsheet(bench: Bench, begins: str) -> None:
    bench.desk.answer = begins + "{}"
    bench.source.write_text(
        f'"{begins}",question\n"{begins}",{"" if begins[0].isspace() else begins} what?\n-5,"{begins} silent?"\n', newline=""
    )
    bench.run()
    for row in csv.reader(bench.target.open(encoding="utf-8", newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and cell != "-5")]


def test_a_line_of_json_is_an_answer(bench: Bench) -> None:
    bench.table("What?", "silent?", "fail?", "")
    bench.run(form="jsonl")
    values = [json.loads(line) for line in bench.target.read_text(encoding="utf-8").splitlines()]
    assert [value["status"] for value in values] == ["answered", "abstained", "failed", "failed"]
    for value in values:
        has_shape(value, ANSWER)
    assert (values[2]["question"], values[2]["reason"], values[2]["points"]) == ("fail?", "it failed, as told", [])


def test_rows_are_asked_with_their_own_filters_and_history(bench: Bench) -> None:
    bench.source.write_text(
        "question,outlet,since,until,history\n"
        'one?,the paper; THE TIMES,2016-11-01,,"What did Putin say?\nAnd Trump?"\n'
        'two?,THE TIMES|the paper,,2016-12-01,"[""What did Putin say?"", ""And Trump?""]"\n'
        "three?,,,,\n",
        encoding="utf-8",
    )
    bench.run(scope=Scope(("the times",), "2016-10-01", None))
    assert [task.scope for task in bench.desk.asked] == [
        Scope(("The Paper", "The Times"), "2016-11-01", None),
        Scope(("The Times", "The Paper"), "2016-10-01", "2016-12-01"),
        Scope(("The Times",), "2016-10-01", None),
    ]
    earlier = ("What did Putin say?", "And Trump?")
    assert [task.history for task in bench.desk.asked] == [earlier, earlier, ()]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("What?,The Moon,,,", "'The Moon'"),
        ("What?,,yesterday,,", "since 'yesterday' is not a day"),
        ("What?,,,14/11/2016,", "until '14/11/2016' is not a day"),
        ("What?,,2016-11-15,2016-11-14,", "Swap them"),
        ("What?,,,,[1]", "JSON array of strings"),
        ("What?,,,,[nonsense]", "JSON array of strings"),
        (",,,,", "the question is empty"),
        ('" \n ",,,,', "the question is empty"),
        ("Wh\0at?,,,,", "control characters"),
        (f"{'x' * 1_000_000},,,,", "1,000,000 characters"),
        ("¿Qué dijo Putin?,,,,", "English"),
        ("What?,,", "the row has 3 cells, the header 5"),
        ("What?,,,,,more", "the row has 6 cells, the header 5"),
        ("fail?,,,,", "it failed, as told"),
    ],
)
def test_a_row_that_cannot_be_answered_says_why_and_the_others_are_answered(bench: Bench, row: str, cause: str) -> None:
    bench.source.write_text(f"question,outlet,since,until,history\nbefore?,,,,\n{row}\nafter?,,,,\n", encoding="utf-8")
    summary = bench.run()
    assert (summary.answered, summary.failed) == (2, 1)
    before, failed, after = bench.rows()
    assert (before["status"], failed["status"], after["status"]) == ("answered", "failed", "answered")
    assert cause in failed["error"]
    assert "--" not in failed["error"]
    assert (failed["answer"], failed["citations"], failed["index"] != "") == ("", "", True)


def test_a_failure_that_nobody_foresaw_stays_with_its_row(monkeypatch: pytest.MonkeyPatch, small: Settings) -> None:
    class Broken:
        class answerer:
            name = "extractive"

        def __init__(self, settings: Settings) -> None:
            self.record = Record(settings.index)

        def ask(self, *_: object) -> Answer:
            raise ValueError("out of\nluck")

    monkeypatch.setattr("assistant.chain.Assistant", Broken)
    found = workers.Desk(small).ask(Task("What?", Scope()))
    assert (found.status, found.error) == ("failed", "ValueError: out of luck")
    monkeypatch.setattr(Broken, "ask", lambda *_: (_ for _ in ()).throw(IndexDamaged("it is gone.")))
    with pytest.raises(IndexDamaged):
        workers.Desk(small).ask(Task("What?", Scope()))


# --- once is enough ----------------------------------------------------------------------------------------------------------


def test_the_same_question_is_asked_once_however_far_apart(bench: Bench) -> None:
    bench.table("one?", "  one?  ", "two?", *(f"{n}?" for n in range(40)), "one?")
    assert bench.run().asked == 42
    assert sorted(bench.asked()) == sorted({"one?", "two?", *(f"{n}?" for n in range(40))})
    rows = bench.rows()
    assert {row["seconds"] for row in (rows[0], rows[1], rows[-1])} == {rows[0]["seconds"]}


def test_the_same_question_in_another_place_or_conversation_is_another(bench: Bench) -> None:
    bench.source.write_text("question,outlet,history\none?,,\none?,The Paper,\none?,,two?\none?,the paper,\n")
    assert bench.run().asked == 3


# --- going on ----------------------------------------------------------------------------------------------------------------

QUESTIONS = ["one?", "silent two?", "fail three?", "", "five?", "one?"]


def test_a_finished_run_asks_nothing_again(bench: Bench) -> None:
    bench.table(*QUESTIONS)
    bench.run()
    before, changed = bench.target.read_bytes(), bench.target.stat().st_mtime_ns
    bench.asked()
    summary = bench.run()
    assert (summary.asked, summary.rows, summary.failed) == (0, 6, 2)
    assert (bench.asked(), bench.target.read_bytes(), bench.target.stat().st_mtime_ns) == ([], before, changed)


@pytest.mark.parametrize("form", ["csv", "jsonl", "html"])
def test_a_file_cut_anywhere_is_made_whole_without_asking(bench: Bench, form: str) -> None:
    bench.table(*QUESTIONS)
    bench.run(form=form)
    whole = bench.target.read_bytes()
    bench.asked()
    step = 1 + len(whole) // 60
    for cut in [*range(0, len(whole), step), len(whole) - 1]:
        bench.target.write_bytes(whole[:cut])
        bench.run(form=form)
        assert bench.target.read_bytes() == whole, cut
    assert bench.asked() == []
    assert {path.name for path in bench.folder.iterdir()} == {"in.csv", "out.csv", f"out.csv{SUFFIX}"}


@pytest.mark.parametrize("form", ["csv", "jsonl", "html"])
def test_a_run_stopped_after_any_row_goes_on_from_there(bench: Bench, form: str) -> None:
    bench.table(*QUESTIONS)

    class Stopped(BaseException):
        pass

    last = 0

    def stop(summary: Summary, row: Row, outcome: Outcome) -> None:
        if summary.rows == last:
            raise Stopped

    for last in range(1, len(QUESTIONS) + 1):  # noqa: B007 - stop looks at it
        with pytest.raises(Stopped):
            run(bench.source, bench.target, bench.settings, Options(form), stop)
    assert bench.run(form=form).asked == 0
    resumed = bench.target.read_bytes()
    bench.target.unlink()
    bench.run(form=form)
    assert bench.target.read_bytes() == resumed
    if form == "csv":
        assert [row["id"] for row in bench.rows()] == ["1", "2", "3", "4", "5", "6"]


def test_only_what_changed_is_asked_again(bench: Bench) -> None:
    bench.source.write_text("id,question,history,outlet,since\n" + "".join(f"{n},q{n}?,,,\n" for n in range(5)))
    bench.run()
    before = bench.rows()
    bench.asked()
    bench.source.write_text(
        "id,question,history,outlet,since\nnew,q9?,,,\n0,q0?,,,\n1,other?,,,\n2,q2?,q1?,,\n"
        "3,q3?,,The Paper,\n4,q4?,,,2016-01-01\n0,q0?,,,\n"
    )
    assert bench.run().asked == 5
    assert bench.asked() == ["q9?", "other?", "q2?", "q3?", "q4?"]
    rows = bench.rows()
    assert rows[1] == rows[6] == before[0]
    assert [row["id"] for row in rows] == ["new", "0", "1", "2", "3", "4", "0"]


def test_a_changed_cell_of_another_column_is_taken_over_without_asking(bench: Bench) -> None:
    bench.table("one?", "two?")
    bench.run()
    bench.source.write_text("note,question\nnew,one?\n,two?\n")
    assert bench.run().asked == 0
    assert [row["note"] for row in bench.rows()] == ["new", ""]


def test_a_row_taken_away_is_gone_from_the_answers(bench: Bench) -> None:
    bench.table("one?", "two?", "three?")
    bench.run()
    bench.table("one?", "two?")
    assert bench.run().asked == 0
    assert len(bench.rows()) == 2


@pytest.mark.parametrize("what", ["index", "sides", "answerer", "prompts", "filters"])
def test_everything_is_asked_again_when_what_it_depends_on_changed(bench: Bench, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.table("one?", "two?")
    bench.run()
    options: dict[str, object] = {}
    if what == "index":
        with Record(bench.settings.index, write=True) as record:
            store(record, *article_of("c.txt", ["Other words."]))
    elif what == "sides":
        with Record(bench.settings.index, write=True) as record, record.transaction():
            record.set_meta(named="otherwise")
    elif what == "answerer":
        bench.settings = replace(bench.settings, model="somebody:else")
    elif what == "prompts":
        monkeypatch.setattr("assistant.prompts.Prompts.fingerprint", "other")
    else:
        options = {"scope": Scope(since="2016-01-01")}
    assert bench.run(**options).asked == 2
    assert bench.run(**options).asked == 0


def test_what_failed_is_asked_again_when_told(bench: Bench) -> None:
    bench.table("one?", "fail two?", "fail three?", "", "one?")
    assert bench.run().failed == 3
    bench.asked()
    before = bench.rows()
    assert bench.run(redo="failed").asked == 2
    assert bench.asked() == ["fail two?", "fail three?"]
    assert bench.rows() == before
    assert bench.run().asked == 0


def test_everything_is_asked_again_when_told(bench: Bench) -> None:
    bench.table(*QUESTIONS)
    bench.run()
    bench.asked()
    assert bench.run(redo="all").asked == 4
    assert bench.run(redo="all").asked == 4
    assert [row["id"] for row in bench.rows()] == ["1", "2", "3", "4", "5", "6"]


def test_asking_everything_again_goes_on_too_and_meanwhile_the_old_answers_stay(bench: Bench) -> None:
    bench.table(*(f"{n}?" for n in range(30)))
    bench.run()
    before = bench.target.read_bytes()
    bench.asked()

    class Stopped(BaseException):
        pass

    def stop(summary: Summary, *_: object) -> None:
        if summary.rows == 12:
            raise Stopped

    with pytest.raises(Stopped):
        run(bench.source, bench.target, bench.settings, Options(redo="all"), stop)
    begun = len(bench.asked())
    assert bench.target.read_bytes() == before
    assert bench.run(redo="all").asked == 30 - 12
    assert begun >= 12
    assert bench.target.read_bytes() != before
    assert [row["id"] for row in bench.rows()] == [str(n) for n in range(1, 31)]
    assert not (bench.folder / f"out.csv{PART}").exists()


def test_the_kinds_of_run_do_not_mix(bench: Bench) -> None:
    """A run with another --redo than the one that was stopped begins its own."""
    bench.table("one?", "fail two?")
    bench.run()

    def stop(summary: Summary, *_: object) -> None:
        if summary.rows == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(bench.source, bench.target, bench.settings, Options(redo="failed"), stop)
    bench.asked()
    assert bench.run(redo="all").asked == 2


def test_a_changed_index_during_the_run_is_told(bench: Bench) -> None:
    bench.table("one?", "two?")

    def change(summary: Summary, *_: object) -> None:
        if summary.rows == 1:
            with Record(bench.settings.index, write=True) as record:
                store(record, *article_of("c.txt", ["Other words."]))

    summary = run(bench.source, bench.target, bench.settings, Options(), change)
    assert "The index changed meanwhile" in summary.notes[0]
    assert bench.run().asked == 2


def test_an_index_that_breaks_ends_the_run_and_keeps_the_rows(bench: Bench) -> None:
    bench.table("one?", "two?", "break?", "four?")
    with pytest.raises(IndexDamaged):
        bench.run()
    assert [row["id"] for row in bench.rows()] == ["1", "2"]


# --- nothing of anybody's is lost --------------------------------------------------------------------------------------------


def stays(bench: Bench, content: str) -> None:
    """A file of answers with this content is refused, however often, and not touched."""
    bench.target.write_text(content)
    for _ in range(2):
        with pytest.raises(TableError, match="stays as it is"):
            bench.run()
        assert bench.target.read_text() == content


def test_a_file_that_was_there_before_stays_as_it_is(bench: Bench) -> None:
    bench.table("one?")
    for precious in ("precious", "id,question,status\n", "x" * 10_000):
        stays(bench, precious)
    bench.run(redo="all")
    assert bench.rows()[0]["status"] == "answered"


def test_answers_that_somebody_changed_stay_as_they_are(bench: Bench) -> None:
    bench.table("one?", "two?")
    bench.run()
    written = bench.target.read_text()
    stays(bench, written.replace("“one?”", "“my own words”"))
    stays(bench, written + "my own row\n")
    bench.run(redo="all")
    assert len(bench.rows()) == 2


def test_the_questions_are_never_changed(bench: Bench) -> None:
    bench.table(*QUESTIONS)
    before = bench.source.read_bytes()
    bench.run()
    (bench.folder / "link.csv").symlink_to(bench.source)
    (bench.folder / "hard.csv").hardlink_to(bench.source)
    for target in (bench.source, bench.folder / "link.csv", bench.folder / "hard.csv", bench.folder / ".." / "desk" / "in.csv"):
        with pytest.raises(TableError, match="written over"):
            run(bench.source, target, bench.settings)
    for suffix in (SUFFIX, PART):
        named = bench.source.rename(bench.folder / f"x.csv{suffix}")
        with pytest.raises(TableError, match="written over"):
            run(named, bench.folder / "x.csv", bench.settings)
        named.rename(bench.source)
    assert bench.source.read_bytes() == before


def test_two_runs_on_one_output_refuse_each_other(bench: Bench) -> None:
    bench.table("one?", "two?")

    def again(summary: Summary, *_: object) -> None:
        before = bench.target.read_bytes()
        with pytest.raises(TableBusy, match="another run"):
            run(bench.source, bench.target, bench.settings)
        assert bench.target.read_bytes() == before

    run(bench.source, bench.target, bench.settings, Options(), again)
    assert len(bench.rows()) == 2


@pytest.mark.parametrize("garbage", [b"garbage" * 2_000, None], ids=["garbage", "a database of somebody's"])
def test_a_journal_that_is_none_is_refused_and_kept(bench: Bench, garbage: bytes | None) -> None:
    bench.table("one?")
    journal = bench.folder / f"out.csv{SUFFIX}"
    if garbage:
        journal.write_bytes(garbage)
    else:
        with sqlite3.connect(journal) as db:
            db.execute("CREATE TABLE precious (x)")
        db.close()
    before = journal.read_bytes()
    with pytest.raises(TableError, match=re.escape(f"out.csv{SUFFIX} cannot be used")):
        bench.run()
    assert journal.read_bytes() == before


def test_a_link_to_the_answers_stays_a_link(bench: Bench) -> None:
    bench.table("one?")
    (bench.folder / "real").mkdir()
    bench.target.symlink_to(bench.folder / "real" / "answers.csv")
    bench.run()
    bench.run(redo="all")
    assert bench.target.is_symlink()
    assert len(bench.rows()) == 1


class Full(io.RawIOBase):
    """A file on a disk with little room left."""

    def __init__(self, file: io.FileIO, room: int) -> None:
        self._file, self.room = file, room

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        done = self._file.write(data[: self.room])
        self.room -= done
        return done

    def __getattribute__(self, name: str) -> object:
        own = ("write", "room", "_file")
        return object.__getattribute__(self, name) if name in own else getattr(object.__getattribute__(self, "_file"), name)


@pytest.mark.parametrize("room", [0, 50, 700])
def test_a_full_disk_ends_the_run_with_whole_rows_and_it_goes_on_when_there_is_room(
    bench: Bench, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.table(*(f"{n}?" for n in range(10)))
    with monkeypatch.context() as patch:
        patch.setattr("assistant.batch.output.os.fdopen", lambda number, *_, **__: Full(io.FileIO(number, "r+"), room))
        with pytest.raises(TableError, match="No space left on device"):
            bench.run()
    written = bench.target.read_text(encoding="utf-8")
    assert written == "" or written.endswith("\n")
    bench.run()
    assert bench.target.read_text(encoding="utf-8").startswith(written)
    assert [row["id"] for row in bench.rows()] == [str(n) for n in range(1, 11)]


def overwritten(path: Path, there: bytes, pieces: list[bytes], holds: Callable[[bytes], bool]) -> list[bool]:
    """What is claimed when pieces are written to a file that holds something; what it holds after each of them is checked."""
    path.write_bytes(there)
    claims: list[bool] = []
    with Output(path, claims.append) as output:
        for piece in pieces:
            output.write(piece)
            assert holds(path.read_bytes())
        output.finish()
    assert path.read_bytes() == b"".join(pieces)
    return claims


@given(st.lists(st.binary(max_size=6), max_size=6), st.data())
def test_a_file_with_any_beginning_of_what_is_written_grows_in_place(tmp_path: Path, pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    there = whole[: data.draw(st.integers(0, len(whole)))]
    claims = overwritten(tmp_path / "file", there, pieces, lambda found: found.startswith(there))
    assert claims == [False] * (there != whole)


@given(st.lists(st.binary(min_size=1, max_size=6), max_size=6), st.binary(max_size=30))
def test_a_file_with_anything_else_is_replaced_at_the_end(tmp_path: Path, pieces: list[bytes], there: bytes) -> None:
    whole = b"".join(pieces)
    claims = overwritten(tmp_path / "file", there, pieces, lambda found: found == there or whole.startswith(found))
    assert any(claims) or whole.startswith(there)


PEAK = """
import sys, tracemalloc
from pathlib import Path
import numpy, assistant.question, assistant.prompts
from assistant.batch import workers
from assistant.batch.run import Options, run
from assistant.settings import Settings
from test_batch import FakeDesk
FakeDesk.asked = type("Forgetful", (list,), {"append": lambda self, task: None})()
workers.Desk = FakeDesk
tracemalloc.start()
run(Path(sys.argv[1]), Path(sys.argv[2]), Settings(index=Path(sys.argv[3])), Options(workers=1))
print(tracemalloc.get_traced_memory()[1])
"""


def test_memory_does_not_grow_with_the_table(bench: Bench) -> None:
    """``ROWS=100000 python -m pytest tests/commands/test_batch.py -k memory`` tries it on a longer one."""
    peaks = []
    for rows in (800, int(os.environ.get("ROWS", "2000"))):  # with fewer, what is loaded once is not all there
        bench.table(*(f"What of number {n}?" for n in range(rows)))
        arguments = [str(bench.source), str(bench.folder / f"{rows}.csv"), str(bench.settings.index)]
        done = subprocess.run([sys.executable, "-c", PEAK, *arguments], env=with_tests(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout))
        assert len((bench.folder / f"{rows}.csv").read_text(encoding="utf-8").splitlines()) == rows + 1
    assert peaks[1] < peaks[0] + 500_000


# --- the command -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(here: Told, small: Settings, desk: type[FakeDesk]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``command("in.csv", "out.csv")``: the command in this process, with the fake."""
    return lambda *arguments: here("batch", *arguments, "--index", small.index)


def test_the_exit_status_tells_whether_rows_failed(command: Told, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("question\none?\nsilent?\n")
    done = command("in.csv", "out.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"readout: 2 rows: 1 answered, 1 abstained, 0 failed; 2 questions asked in [\d.]+ s\.\n", done.stderr)
    (tmp_path / "in.csv").write_text("question\none?\n")
    assert re.match(r"readout: 1 row: 1 answered, 0 abstained, 0 failed; 1 question asked in ", command("in.csv", "out1.csv").stderr)
    (tmp_path / "in.csv").write_text("question\none?\n" + '""\n' * 12)
    done = command("in.csv", "out2.csv")
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 12
    assert lines[0].startswith("readout: row 3: the question is empty")
    assert lines[10] == "readout: 2 more rows failed; each says why."


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("in.csv", "", "in.csv is empty"),
        ("in.csv", "id,question\n", "no rows"),
        ("in.csv", "id,text\n1,what?\n", "'id', 'text'"),
        ("in.csv", "What did Putin say?\n", "no column 'question'"),
        ("in.csv", 'question\n"what?\n', "never closed"),
        ("in.xlsx", "question\nwhat?\n", "save it as CSV"),
    ],
)
def test_a_table_that_cannot_be_read(command: Told, tmp_path: Path, name: str, data: str, cause: str) -> None:
    (tmp_path / name).write_text(data)
    refused(command(name, "out.csv"), cause)
    assert {path.name for path in tmp_path.iterdir()} == {name}


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("nowhere/out.csv", "there is no folder"),
        (".", "is not a file"),
        ("in.csv", "would be written over"),
        ("out.xlsx", "workbook"),
        ("/dev/full", "is not a file"),
    ],
)
def test_answers_that_cannot_be_written(command: Told, tmp_path: Path, target: str, cause: str) -> None:
    (tmp_path / "in.csv").write_text("question\nwhat?\n")
    refused(command("in.csv", target), cause)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


def test_options_that_cannot_be_used(command: Told, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("question\nwhat?\n")
    refused(command("missing.csv", "out.csv"), "there is no file missing.csv")
    refused(command("in.csv", "out.csv", "--outlet", "The Moon"), "'The Moon'")
    refused(command("in.csv", "out.csv", "--since", "today"), "--since 'today'")
    refused(command("in.csv", "out.csv", "--model", "nonsense"), "'nonsense'")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    for bad in (["--format", "xml"], ["--redo", "some"], ["--workers", "0"], []):
        done = command("in.csv", *(["out.csv", *bad] if bad else []))
        assert (done.returncode, done.stdout) == (2, "")


def test_no_index(here: Told, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("question\nwhat?\n")
    refused(here("batch", "in.csv", "out.csv"), "Run `readout index` first")


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.html", "out.ndjson", "out.txt"])
def test_the_ending_names_the_format(command: Told, tmp_path: Path, name: str) -> None:
    (tmp_path / "in.csv").write_text("question\none?\n")
    assert command("in.csv", name).returncode == 0
    begins = {".jsonl": "{", ".ndjson": "{", ".html": "<!doctype"}.get(Path(name).suffix, "question,")
    assert (tmp_path / name).read_text().startswith(begins)
    assert command("in.csv", f"{name}.2", "--format", "csv").returncode == 0
    assert (tmp_path / f"{name}.2").read_text().startswith("question,")


def test_a_folder_that_cannot_be_written(tmp_path: Path, bundled: Path) -> None:
    prefix = without_privileges()
    (tmp_path / "in.csv").write_text("question\nwhat?\n")
    (tmp_path / "closed").mkdir(mode=0o555)
    arguments = [*prefix, *READOUT, "batch", "in.csv", "closed/out.csv", "--index", str(bundled)]
    done = subprocess.run(arguments, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    refused(done, "cannot be written (Permission denied)")


def test_from_standard_input_to_standard_output(run: Run, bundled: Path) -> None:
    done = run("batch", "-", "-", "--index", bundled, stdin="id;question\n7;Did Putin deny interfering in the election?\n8;\n")
    assert done.returncode == 1
    header, answered, failed = csv.reader(io.StringIO(done.stdout), delimiter=";")
    assert header == ["id", "question", *COLUMNS]
    assert (answered[0], answered[2], failed[2]) == ("7", "answered", "failed")
    assert "row 3: the question is empty" in done.stderr
    assert not re.search(r"\x1b|Traceback", done.stderr)


def test_several_workers_answer_as_one_does_in_the_order_of_the_table(run: Run, bundled: Path, tmp_path: Path) -> None:
    golden = [json.loads(line)["question"] for line in (ROOT / "eval" / "golden.jsonl").read_text(encoding="utf-8").splitlines()[::16]]
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["question"], *([question] for question in golden)])
    tables = []
    for count, name in ((1, "one.csv"), (2, "two.csv")):
        done = run("batch", "in.csv", name, "--index", bundled, "--workers", str(count))
        assert done.returncode == 0, done.stderr
        with (tmp_path / name).open(newline="", encoding="utf-8") as file:
            tables.append([{**row, "seconds": ""} for row in csv.DictReader(file)])
    assert tables[0] == tables[1]
    assert [row["question"] for row in tables[0]] == golden
    asked = run("ask", golden[0], "--json", "--index", bundled)
    text = json.loads(asked.stdout)["text"]
    assert tables[0][0]["answer"] == harmless(text)


# --- the README --------------------------------------------------------------------------------------------------------------


def test_the_readme_shows_a_real_table_and_its_real_answers(run: Run, bundled: Path, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:csv|console)\n(.*?)^```", text.partition("## A table of questions\n")[2], re.M | re.S)
    given_, console, shown = blocks[:3]
    command, told = console.split("\n", 1)
    (tmp_path / "questions.csv").write_text(given_, encoding="utf-8")
    done = run(*command.removeprefix("$ readout ").split(), "--index", bundled)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.sub(r"[\d.]+ s", "", done.stderr) == re.sub(r"[\d.]+ s", "", told)
    made = (tmp_path / "answers.csv").read_text(encoding="utf-8")
    rows = [[{**row, "seconds": "", "index": ""} for row in csv.DictReader(io.StringIO(table))] for table in (made, shown)]
    assert rows[0] == rows[1]
    assert made.splitlines()[0] == shown.splitlines()[0]
