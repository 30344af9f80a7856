"""The report says what happened, in every form, whatever the articles and questions hold."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import sabotage
from rich.console import Console

from eval.gate import Limit, Limits, judge
from eval.golden import QUESTIONS, Golden, load_golden
from eval.metrics import Score
from eval.report import Report, lines, number, rendered, table_of_results, tables, write
from eval.suite import Provenance, Row, run
from index.errors import UsageError

NASTY = '<script>alert("x")</script> & [link](http://x) | `code` \x0b=1+1'
PROVENANCE = Provenance("c0ffee", "9a9a", {"abstain": "0123456789abcdef"}, {"readout": "0.1.0"}, "extractive", "2026-01-01T00:00:00+00:00")


@pytest.fixture(scope="module")
def report():
    """Six questions: two right, one with its answer spoiled, one that failed, one lost, one to be refused."""
    corpus = sabotage.bundled_corpus()
    questions = [golden for golden in load_golden(QUESTIONS, corpus.articles) if golden.kind in ("fact", "unanswerable")]
    questions = [*questions[:5], questions[-1]]
    questions[2] = replace(questions[2], question=NASTY, reference=NASTY)
    rows = run(questions[:4] + questions[5:], corpus, sabotage.Oracle(corpus))
    spoiled = replace(rows[2].answer, text=NASTY, points=())
    rows[2] = replace(rows[2], answer=spoiled, scores={"evidence_recall": Score(0.0, NASTY)})
    rows[3] = Row(rows[3].golden, error=f"RuntimeError: {NASTY}")
    judgement = judge(questions, rows, Limits({"answered": Limit(least=1.0), "evidence_recall": Limit(least=1, advise=True)}), PROVENANCE)
    return Report(questions, rows, judgement, PROVENANCE, 3.5)


def terminal(report, width=130):
    out = io.StringIO()
    console = Console(file=out, width=width)
    for table in tables(report):
        console.print(table)
    return out.getvalue() + "\n".join(lines(report))


def test_the_terminal_shows_kinds_parts_and_the_verdict(report):
    text = terminal(report)
    for row in ("fact", "unanswerable", "tuned on", "held out", "all", "evidence found and cited", "quotations exact"):
        assert re.search(rf"^ *{row} ", text, re.M), row
    assert "FAILS  1 questions without a result" in text
    assert "FAILS  1 questions that failed" in text
    assert "The gate is red" in text
    assert "no baseline to compare with" in text
    assert "prompts abstain 01234567; versions readout 0.1.0" in text


def test_the_page_stands_alone_and_escapes_everything(report):
    text = rendered("report.html", report)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"\b(?:src|href|url)\s*[=(]", re.sub(r"&lt;.*?&gt;", "", text))
    assert text.count("<svg") == 2
    for golden in report.questions:
        assert golden.id in text
    for known in ("c0ffee", "01234567", "readout 0.1.0", "no result", "RuntimeError", "not cited"):
        assert known in text


def test_the_page_is_well_formed(report):
    text = rendered("report.html", report).replace("<!doctype html>", "").replace("\x0b", "")
    text = re.sub(r"(<meta [^>]*)>", r"\1/>", text)
    ElementTree.fromstring(text.replace("<br>", "<br/>"))


def test_markdown_keeps_its_tables(report):
    text = rendered("report.md", report)
    assert text.startswith("## Evaluation: red")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(blocks) == 3
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block}) == 1
    assert "c0ffee" in text


def test_results_have_a_row_for_every_result_and_no_formulas(report):
    rows = list(csv.DictReader(io.StringIO(table_of_results(report), newline="")))
    assert [row["id"] for row in rows] == [row.golden.id for row in report.rows]
    assert rows[2]["question"] == NASTY
    assert rows[0]["evidence_recall"] == "1"
    assert rows[0]["abstained"] == ""
    assert rows[3]["error"].startswith("RuntimeError")
    assert {(row["run_corpus"], row["run_prompts"]) for row in rows} == {("c0ffee", "abstain 01234567")}
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_cells_that_a_spreadsheet_would_calculate():
    golden = Golden("fact-1", "fact", "=1+1", True)
    judgement = judge([golden], [Row(golden, error="@x")], Limits(), PROVENANCE)
    row = next(csv.DictReader(io.StringIO(table_of_results(Report([golden], [Row(golden, error="@x")], judgement, PROVENANCE, 0)))))
    assert (row["question"], row["error"]) == ("'=1+1", "'@x")


def test_junit_counts_what_it_holds(report):
    root = ElementTree.fromstring(rendered("junit.xml", report))
    gate, questions = root
    for suite in (gate, questions):
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
    assert int(gate.get("failures")) == sum(check.verdict == "fail" for check in report.judgement.checks) > 0
    assert [error.get("message") for error in questions.iter("error")][1] == "no result"
    assert questions.find("properties/property[@name='corpus']").get("value") == "c0ffee"


def test_all_is_written(report, tmp_path):
    files = write(report, tmp_path / "new" / "out")
    assert sorted(file.name for file in files) == ["junit.xml", "report.html", "report.md", "results.csv", "results.json"]
    assert all(file.stat().st_size > 200 for file in files)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="Name another folder with --out"):
        write(report, tmp_path / "file")


@pytest.mark.parametrize(
    ("found", "unit", "text"),
    [(1.0, "share", "1"), (0.99999, "share", "0.999"), (0.0, "share", "0"), (0.0001, "share", "0.001"), (0.5, "share", "0.500"),
     (399.6, "characters", "400"), (0.0712, "seconds", "0.071")],
)  # fmt: skip
def test_a_figure_is_never_rounded_to_perfect(found, unit, text):
    assert number(found, unit) == text
