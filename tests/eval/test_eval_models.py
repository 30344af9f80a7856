"""The gate over language models that cannot be trusted, scripted and asked ten questions: red, on the metric that should notice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from conftest import SCRIPTED, answered_by_script
from scripted_server import Reply, Script, given, honest

from assistant.chain import Assistant
from assistant.settings import Settings
from eval.case import Corpus
from eval.gate import Judgement, judge, load_limits
from eval.golden import QUESTIONS, Golden, load_golden
from eval.report import Report, json_of_results, lines, rendered, table_of_results
from eval.suite import Provenance, Row, run

ASKED = (
    "fact-001",
    "fact-003",
    "fact-004",
    "fact-005",
    "who-said-001",
    "who-said-002",
    "who-said-003",
    "who-said-004",
    "by-side-001",
    "by-side-005",
)
LIE = "- They will meet in Rome on 4 July [1]."
PROVENANCE = Provenance("corpus", "questions", {}, {}, SCRIPTED, "2026-01-01T00:00:00+00:00")


def lies_in_every_fifth(turns: Iterator[int]) -> Reply:
    return lambda request: honest(request) if next(turns) % 5 else LIE


def copies(request: str) -> str:
    question = request.rpartition("The question:")[2].strip()
    return " ".join((question, *(f"[{one.number}]" for one in given(request))))


MODELS = {
    "lies": (LIE, {"fallbacks", "left_out", "faithfulness"}),
    "refuses": ("not in the articles", {"answered", "evidence_recall"}),
    "lies in every fifth answer": (lies_in_every_fifth(count(1)), {"fallbacks", "left_out", "faithfulness"}),
    "copies its question": (copies, {"answered", "faithfulness"}),
}


@pytest.fixture(scope="module")
def strict(bundled: Path, script_server: Script) -> Iterator[Assistant]:
    with answered_by_script(script_server, Settings(index=bundled, model=SCRIPTED, cache=False, strict=True)) as opened:
        yield opened


@pytest.fixture(scope="module")
def golden(strict: Assistant) -> list[Golden]:
    return [one for one in load_golden(QUESTIONS, Corpus.of(strict.record).articles) if one.id in ASKED]


def evaluated(assistant: Assistant, golden: list[Golden]) -> tuple[list[Row], Judgement]:
    rows = run(golden, Corpus.of(assistant.record), lambda one: assistant.ask(one.question))
    return rows, judge(golden, rows, load_limits(model=True), PROVENANCE, strict=False)


def failed(judgement: Judgement) -> set[str]:
    return {check.name for check in judgement.checks if check.verdict == "fail"}


def test_an_honest_model_is_green(script: Script, strict: Assistant, golden: list[Golden]) -> None:
    script.say(honest)
    _, judgement = evaluated(strict, golden)
    assert failed(judgement) == set()
    assert len(script.requests) == len(golden) == 10


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_cannot_be_trusted_is_red(name: str, script: Script, strict: Assistant, golden: list[Golden]) -> None:
    reply, noticed = MODELS[name]
    script.say(reply)
    _, judgement = evaluated(strict, golden)
    assert noticed <= failed(judgement)


def test_what_stood_in_is_counted_apart_everywhere(script: Script, strict: Assistant, golden: list[Golden]) -> None:
    script.say(LIE)
    rows, judgement = evaluated(strict, golden[:3])
    report = Report(golden[:3], rows, judgement, PROVENANCE, 1.0)
    assert {name: len(own) for name, own in report.authors.items()} == {
        f"{SCRIPTED} wrote": 3, "shown of that": 0, "shown in its place": 3, "it was not asked": 0,
    }  # fmt: skip
    assert "FAILS  extractive stood in: 1 over 3 questions, at most 0.15 is wanted" in lines(report)
    for name in ("report.html", "report.md"):
        text = rendered(name, report)
        assert "shown in its place" in text
        assert "extractive stood in" in text
    assert all(
        f"Written by {SCRIPTED}; what is shown, by extractive" in part for part in rendered("report.html", report).split("<details id=")[1:]
    )
    table, value = table_of_results(report), json_of_results(report)
    for text in (table, value):
        assert "They will meet in Rome" in text
        assert rows[0].shown.answer.points[0].words[:20] in text
    assert '"shown in its place": 3' in value
    assert '"answerer": "extractive"' in value
