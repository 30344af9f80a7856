"""ragas' model-judged metrics: by a scripted judge, by one that fails in every way, and once by a real model over HTTP."""

from __future__ import annotations

import asyncio
import csv
import json
import socket
from dataclasses import replace

import pytest
from conftest import run_command
from langchain_core.runnables import RunnableLambda
from test_chat_model import Refused
from test_eval_metrics import CORPUS, NEED, RIGHT, citation, golden
from test_eval_metrics import answer as answer_of

from eval import judged
from eval.gate import Limits, judge, load_baseline, write_baseline
from eval.golden import held_out_ids
from eval.judged import JUDGED, BundledEmbeddings, ChatJudge, Judge, judge_rows
from eval.report import Report, figure_cells, lines, provenance_lines, rendered, table_of_results
from eval.suite import Provenance, Row

PROVENANCE = Provenance("corpus", "questions", {}, {}, "test", "2026-01-01T00:00:00+00:00", "fake:judge, of 1 of 1 answers")
NAMES = [metric.name for metric in JUDGED]
ASKED = "Who called whom a puppet?"
REFERENCE = "Clinton called Trump a puppet."


class Scripted:
    """A chat model whose answers in form come from a function of the form and the prompt."""

    def __init__(self, say):
        self.say, self.calls, self.now, self.most = say, [], 0, 0

    def with_structured_output(self, form):
        async def slowly(prompt):
            self.calls.append(form.__name__)
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                await asyncio.sleep(0)
                found = self.say(form, str(prompt))
                return await found if asyncio.iscoroutine(found) else found
            finally:
                self.now -= 1

        return RunnableLambda(lambda prompt: self.say(form, str(prompt)), afunc=slowly)


def sensible(form, prompt):
    """Two claims of which one is carried; useful citations; a question like the one asked."""
    fields = {
        "StatementGeneratorOutput": {"statements": ["Clinton accused Trump.", "Trump won."]},
        "NLIStatementOutput": {
            "statements": [{"statement": "a", "reason": "b", "verdict": 1}, {"statement": "c", "reason": "d", "verdict": 0}]
        },
        "AnswerRelevanceOutput": {"question": ASKED, "noncommittal": 0},
        "ContextPrecisionOutput": {"reason": "it says so", "verdict": 1},
        "ContextRecallOutput": {"classifications": [{"statement": "a", "reason": "b", "attributed": 1}]},
        "ClaimDecompositionOutput": {"claims": ["a", "c"]},
        "_Ready": {"ready": True},
    }
    return form(**fields[form.__name__])


def rows_of(*names):
    return [Row(replace(NEED, id=name, question=ASKED, reference=REFERENCE), RIGHT) for name in names]


def judged_by(say, rows, most=None):
    model = Scripted(say)
    return judge_rows(rows, CORPUS, Judge("fake:judge", ChatJudge(model), BundledEmbeddings()), most, lambda *_: None), model


def report_of(rows):
    questions = [row.golden for row in rows]
    return Report(questions, rows, judge(questions, rows, Limits(), PROVENANCE, strict=False), PROVENANCE, 1.0)


# -- what comes out -----------------------------------------------------------------------------------------------------


def test_the_figures_are_those_that_ragas_counts_from_what_the_judge_says():
    (row,), model = judged_by(sensible, rows_of("fact-1"))
    found = {name: score.value for name, score in row.judged.items()}
    assert found == {
        "judge_faithfulness": 0.5,
        "judge_answer_relevancy": pytest.approx(1.0),
        "judge_context_precision": 1.0,
        "judge_context_recall": 1.0,
        "judge_factual_correctness": 0.5,  # of two claims one each way
    }
    assert model.calls.count("AnswerRelevanceOutput") == 3


def test_the_judge_reads_the_conversation_the_answer_and_the_articles_own_words():
    prompts = []

    def note(form, prompt):
        prompts.append(prompt)
        return sensible(form, prompt)

    spoiled = replace(RIGHT, citations=(replace(RIGHT.citations[0], quote="She never said so."),))
    row = Row(replace(rows_of("fact-1")[0].golden, history=("Who met?",)), spoiled)
    judged_by(note, [row])
    text = "\n".join(prompts)
    assert "Who met?" in text
    assert "Euractiv: Clinton accused Trump of being a puppet." in text
    assert "She never said so." not in text


def test_refusals_and_questions_without_a_reference_are_not_put_to_it_where_ragas_needs_more():
    refused = Row(golden(answerable=False, kind="unanswerable"), answer_of([], [citation("puppet")], status="abstained", reason="No."))
    failed = Row(replace(NEED, id="fact-3"), error="RuntimeError: no")
    plain = Row(replace(NEED, id="fact-2", reference=""), RIGHT)
    rows, _ = judged_by(sensible, [refused, failed, plain])
    assert [sorted(row.judged) for row in rows] == [[], [], ["judge_answer_relevancy", "judge_faithfulness"]]


def test_the_judge_advises_and_fails_nothing():
    def cruel(form, prompt):
        found = sensible(form, prompt).model_dump()
        flat = json.loads(json.dumps(found).replace('"verdict": 1', '"verdict": 0').replace('"attributed": 1', '"attributed": 0'))
        return form(**flat)

    rows, _ = judged_by(cruel, rows_of("fact-1", "fact-2"))
    report = report_of(rows)
    assert report.judgement.green
    assert {found.metric.name: found.all.value for found in report.judgement.figures if found.metric.name in NAMES}[
        "judge_faithfulness"
    ] == 0
    assert all(found.limit is None for found in report.judgement.figures if found.metric.name in NAMES)


def test_what_the_judge_says_is_in_no_baseline(tmp_path):
    rows, _ = judged_by(sensible, rows_of("fact-1"))
    file = tmp_path / "baseline.json"
    write_baseline(file, rows, judge([row.golden for row in rows], rows, Limits(), PROVENANCE, strict=False), PROVENANCE)
    assert not set(NAMES) & set(load_baseline(file).values)
    assert "judge" not in load_baseline(file).same


def test_without_a_judge_nothing_is_said_of_one():
    rows = rows_of("fact-1")
    report = report_of(rows)
    assert not {found.metric.name for found in report.judgement.figures} & set(NAMES)
    assert "judge" not in {check.name for check in report.judgement.checks}


def test_a_few_answers_are_always_the_same_ones():
    rows = rows_of(*(f"fact-{number}" for number in range(9)))
    first, again = (judged_by(sensible, order, most=3)[0] for order in (rows, rows[::-1]))
    chosen = {row.golden.id for row in first if row.judged}
    assert len(chosen) == 3
    assert chosen == {row.golden.id for row in again if row.judged}
    assert chosen != held_out_ids(f"fact-{number}" for number in range(9))
    assert [row.golden.id for row in first] == [row.golden.id for row in rows]


# -- a judge that fails -------------------------------------------------------------------------------------------------


def nonsense(form, prompt):
    return {
        "StatementGeneratorOutput": None,
        "AnswerRelevanceOutput": "forty-two",
        "ContextPrecisionOutput": form.model_construct(reason="", verdict=2022),
        "ContextRecallOutput": [],
        "ClaimDecompositionOutput": {"claims": 1},
        "NLIStatementOutput": None,
    }[form.__name__]


def test_nonsense_is_named_and_counted_and_left_out_of_the_figure():
    def on_one(form, prompt):
        return nonsense(form, prompt) if "Who met?" in prompt else sensible(form, prompt)

    rows = rows_of("fact-1", "fact-2")
    rows[1] = replace(rows[1], golden=replace(rows[1].golden, history=("Who met?",)))
    rows, _ = judged_by(on_one, rows)
    good, bad = (row.judged for row in rows)
    assert all(score.value is not None for score in good.values())
    assert {name for name, score in bad.items() if score.value is None} >= {
        "judge_faithfulness",
        "judge_context_precision",
        "judge_context_recall",
    }
    assert all(score.reason for score in bad.values() if score.value is None)
    assert "2022" in bad["judge_context_precision"].reason

    report = report_of(rows)
    found = next(one for one in report.judgement.figures if one.metric.name == "judge_faithfulness")
    assert (found.all.value, found.all.n, found.blanks) == (0.5, 1, 1)
    assert figure_cells(found)[-1] == "1, 1 blank"
    assert any("scores that the judge did not give, for fact-2" in line for line in lines(report))
    assert "fact-2" in rendered("report.md", report)
    assert "blank" in table_of_results(report)
    assert report.judgement.green
    assert ("judge", "fake:judge, of 1 of 1 answers") in provenance_lines(report.provenance)


def test_what_is_out_of_form_is_asked_once_more_and_no_oftener():
    (row,), model = judged_by(nonsense, rows_of("fact-1"))
    assert not [score for score in row.judged.values() if score.value is not None]
    assert max(model.calls.count(name) for name in set(model.calls)) == judged.TRIES

    tries = []

    def at_the_second_try(form, prompt):
        tries.append(prompt)
        return nonsense(form, prompt) if tries.count(prompt) == 1 else sensible(form, prompt)

    (row,), _ = judged_by(at_the_second_try, rows_of("fact-1"))
    assert all(score.value is not None for score in row.judged.values())


def test_a_judge_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(judged, "SECONDS", 3.0)  # more than any of the others takes on a busy machine

    def hang(form, prompt):
        return asyncio.sleep(10**6) if form.__name__ == "StatementGeneratorOutput" else sensible(form, prompt)

    (row,), _ = judged_by(hang, rows_of("fact-1"))
    assert row.judged["judge_faithfulness"].value is None
    assert "not within" in row.judged["judge_faithfulness"].reason
    assert row.judged["judge_context_recall"].value == 1


def test_a_judge_that_has_gone_is_not_asked_question_after_question(monkeypatch):
    monkeypatch.setattr(judged, "TIRED", 6)

    def gone(form, prompt):
        raise ConnectionError("refused")

    rows, model = judged_by(gone, rows_of(*(f"fact-{number}" for number in range(20))))
    reasons = [score.reason for row in rows for score in row.judged.values()]
    assert len(reasons) == 100
    assert sum(reason.startswith("not asked") for reason in reasons) >= 100 - 6 - judged.AT_ONCE
    assert len(model.calls) < 20


def test_not_more_are_judged_at_once_than_said():
    _, model = judged_by(sensible, rows_of(*(f"fact-{number}" for number in range(12))))
    assert 1 < model.most <= judged.AT_ONCE


def test_a_number_that_is_no_verdict_is_a_blank_even_where_the_mean_would_pass_for_a_share():
    def generous(form, prompt):
        parts = [{"statement": "a", "reason": "b", "attributed": number} for number in (2, 0)]
        return form(classifications=parts) if form.__name__ == "ContextRecallOutput" else sensible(form, prompt)

    (row,), _ = judged_by(generous, rows_of("fact-1"))
    assert row.judged["judge_context_recall"].value is None
    assert "gave 2 where 0 or 1" in row.judged["judge_context_recall"].reason


def test_a_figure_that_is_no_share_is_a_blank():
    from ragas.metrics import MetricResult

    assert judged._share(MetricResult(float("nan"))).value is None
    assert judged._share(MetricResult(7.0)).value is None
    assert judged._share(MetricResult(-0.1)).value == 0
    assert judged._share(MetricResult(1.0 + 1e-9)).value == 1


# -- a judge that cannot be had -----------------------------------------------------------------------------------------


def test_a_key_does_not_reach_the_report_through_an_error(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "an-odd-key-0123")

    def refused(form, prompt):
        raise Refused(401, "Incorrect API key provided: an-odd-key-0123")

    rows, _ = judged_by(refused, rows_of("fact-1"))
    report = report_of(rows)
    assert "an-odd-key" not in rendered("report.md", report) + table_of_results(report) + "\n".join(lines(report))


def test_a_judge_without_a_server_stops_the_command_before_anything_is_asked(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        done = run_command("eval", "--judge", "openai:any", cwd=tmp_path, env={"READOUT_BASE_URL": address, "OPENAI_API_KEY": ""})
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line == f"readout: --judge openai:any: nothing answers at {address}. Start the server, or set READOUT_BASE_URL to where it is."


# -- a real one ---------------------------------------------------------------------------------------------------------


def test_a_real_model_is_asked_over_http_from_the_command_to_the_report(model_server, assistant, tmp_path, monkeypatch):
    from app import main
    from eval.golden import QUESTIONS

    monkeypatch.setenv("READOUT_BASE_URL", f"{model_server}/v1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "one.jsonl").write_text(QUESTIONS.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    (tmp_path / "gate.toml").write_text("[quotations]\nleast = 1.0\n")
    with pytest.raises(SystemExit) as done:
        main(["eval", "--judge", "openai:smollm2", "--questions", str(tmp_path / "one.jsonl"), "--index", str(assistant.settings.index),
              "--out", str(tmp_path / "out")])  # fmt: skip
    assert not done.value.code
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    given = [float(row[name]) for name in NAMES if row[name] != "blank"]
    assert given, "not one score came"
    assert all(0 <= value <= 1 for value in given)
    assert "openai:smollm2, of 1 of 1 answers" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
