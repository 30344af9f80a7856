"""The gate's arithmetic, its limits and its comparison with an earlier run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Answer
from eval.gate import Baseline, GateError, Limit, Limits, comparable, judge, load_baseline, load_limits, values, write_baseline
from eval.golden import Golden
from eval.metrics import Score
from eval.stats import change, estimate, summarise
from eval.suite import Provenance, Row

NOW = Provenance("corpus", "questions", {"abstain": "a"}, {"readout": "0"}, "test", "2026-01-01T00:00:00+00:00")
ANSWER = Answer("?", "answered", None, "test", text="Words.")


def rows_of(*found, metric="evidence_recall", kind="fact"):
    return [
        Row(Golden(f"{kind}-{number}", kind, f"{number}?", True, held_out=number % 3 == 0), ANSWER, None, {metric: Score(one)})
        for number, one in enumerate(found)
    ]


def decide(rows, limits=None, baseline=None, *, strict=False, questions=None):
    return judge(questions or [row.golden for row in rows], rows, limits or Limits(), NOW, baseline, strict=strict)


def verdicts(judgement):
    return {check.name: check.verdict for check in judgement.checks}


def baseline_of(rows, metric="evidence_recall", now=NOW):
    return Baseline(now.comparable(), {metric: values(rows, metric)})


# -- arithmetic ---------------------------------------------------------------------------------------------------------


def test_summaries_by_hand():
    assert summarise([1, 0, 1, 0.5], "mean") == 0.625
    assert summarise([1, 9, 2], "median") == 2
    with pytest.raises(ValueError, match="no values"):
        summarise([], "mean")


def test_an_interval_is_that_of_the_binomial_where_there_is_one():
    found = estimate([1.0] * 80 + [0.0] * 20, "mean")
    error = 1.96 * (0.8 * 0.2 / 100) ** 0.5
    assert (found.low, found.high) == (pytest.approx(0.8 - error, abs=0.015), pytest.approx(0.8 + error, abs=0.015))
    assert found.n == 100


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_holds_its_value_and_is_the_same_every_time(found):
    first = estimate(found, "mean")
    assert first.low <= first.value + 1e-9
    assert first.value <= first.high + 1e-9
    assert first == estimate(found, "mean")
    assert change(found, found, "mean").value == 0


def test_a_change_is_told_from_chance_by_pairs():
    before, after = [1.0] * 90 + [0.0] * 10, [1.0] * 82 + [0.0] * 18
    found = change(before, after, "mean")
    assert found.value == pytest.approx(-0.08)
    assert found.high < 0  # although the intervals of the two shares overlap
    assert estimate(after, "mean").high > estimate(before, "mean").low
    assert change([1, 1, 1, 1, 1], [1, 1, 1, 1, 0], "mean").high == 0


# -- limits -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "number", "holds"),
    [
        (Limit(least=0.98), 0.98, True), (Limit(least=0.98), 49 / 50, True), (Limit(least=0.98), 0.979, False),
        (Limit(most=400), 400.0, True), (Limit(most=400), 400.5, False),
    ],
)  # fmt: skip
def test_a_limit_holds_up_to_itself(limit, number, holds):
    assert limit.holds(number) is holds


def test_below_its_limit_a_metric_fails_or_advises():
    rows = rows_of(1, 1, 0, 1)
    assert decide(rows, Limits({"evidence_recall": Limit(least=0.75)})).green
    red = decide(rows, Limits({"evidence_recall": Limit(least=0.8)}))
    assert not red.green
    assert verdicts(red)["evidence_recall"] == "fail"
    advised = decide(rows, Limits({"evidence_recall": Limit(least=0.8, advise=True)}))
    assert advised.green
    assert verdicts(advised)["evidence_recall"] == "advice"


def test_what_was_not_measured_fails_the_projects_questions_only():
    limits = Limits({"sides": Limit(least=0.9)})
    assert verdicts(decide(rows_of(1), limits, strict=True))["sides"] == "fail"
    assert verdicts(decide(rows_of(1), limits))["sides"] == "advice"


def test_parts_are_reported_apart():
    found = next(one for one in decide(rows_of(0, 1, 1, 0, 1, 1)).figures if one.metric.name == "evidence_recall")
    assert (found.all.value, found.tuned.value, found.held_out.value) == (pytest.approx(4 / 6), 1, 0)


# -- nothing is lost ----------------------------------------------------------------------------------------------------


def test_missing_rows_errors_and_blanks_fail():
    rows = rows_of(1, 1, 1)
    asked = [row.golden for row in rows]
    assert verdicts(decide(rows[:2], questions=asked)) == {"missing": "fail", "errors": "pass", "blanks": "pass"}
    assert verdicts(decide([*rows[:2], Row(asked[2], error="RuntimeError: no")]))["errors"] == "fail"
    assert verdicts(decide([*rows[:2], replace(rows[2], answer=replace(ANSWER, text="\n"))]))["blanks"] == "fail"
    blank = decide([*rows[:2], replace(rows[2], scores={"evidence_recall": Score(None, "went wrong")})])
    assert verdicts(blank)["blanks"] == "fail"
    assert "fact-2 evidence_recall (went wrong)" in next(check.text for check in blank.checks if check.name == "blanks")


def test_too_few_questions_fail_the_projects_questions():
    limits = Limits(fewest_questions=4)
    assert verdicts(decide(rows_of(1, 1, 1), limits, strict=True))["questions"] == "fail"
    assert decide(rows_of(1, 1, 1), limits).green
    assert decide(rows_of(1, 1, 1, 1), limits, strict=True).green


def test_drafts_neither_help_nor_harm_and_are_counted():
    rows = rows_of(1, 0)
    drafts = [replace(row, golden=replace(row.golden, id=f"draft-{row.golden.id}", draft=True)) for row in rows_of(1, 1, 1)]
    limits = Limits({"evidence_recall": Limit(least=0.6)})
    judgement = decide([*rows, *drafts], limits)
    assert verdicts(judgement)["evidence_recall"] == "fail"
    assert next(check for check in judgement.checks if check.name == "drafts").text.startswith("3 drafts are left aside")
    assert verdicts(decide(rows, questions=[row.golden for row in (*rows, *drafts)]))["missing"] == "pass"
    assert "drafts" not in verdicts(decide(rows))


# -- the baseline -------------------------------------------------------------------------------------------------------


def test_a_fall_beyond_the_interval_fails_and_a_smaller_one_does_not():
    before = baseline_of(rows_of(*[1.0] * 50))
    small, large = (decide(rows_of(*[0.0] * lost, *[1.0] * (50 - lost)), baseline=before) for lost in (1, 8))
    assert small.green
    assert verdicts(large)["evidence_recall-baseline"] == "fail"
    assert not large.green
    assert decide(rows_of(*[1.0] * 50), baseline=baseline_of(rows_of(*[0.0] * 50))).green  # a rise


def test_of_some_metrics_less_is_better():
    short, long = rows_of(*[100.0] * 20, metric="length"), rows_of(*[200.0] * 20, metric="length")
    assert verdicts(decide(long, baseline=baseline_of(short, "length")))["length-baseline"] == "fail"
    assert decide(short, baseline=baseline_of(long, "length")).green


def test_seconds_are_never_compared_between_machines():
    fast, slow = rows_of(*[0.1] * 20, metric="latency"), rows_of(*[9.0] * 20, metric="latency")
    assert "latency-baseline" not in verdicts(decide(slow, baseline=baseline_of(fast, "latency")))


@pytest.mark.parametrize("other", [{"corpus": "another"}, {"questions": "others"}, {"prompts": {"abstain": "b"}}, {"answerer": "x:y"}])
def test_another_corpus_or_other_questions_prompts_or_answerer_are_not_compared(other):
    before = baseline_of(rows_of(*[1.0] * 50), now=replace(NOW, **other))
    judgement = decide(rows_of(*[0.0] * 50), baseline=before)
    assert not comparable(before, NOW)
    assert judgement.green
    assert judgement.comparison == f"not comparable with the baseline: other {next(iter(other))}"
    assert all("baseline" not in name for name in verdicts(judgement))


def test_other_versions_are_compared():
    assert comparable(baseline_of(rows_of(1), now=replace(NOW, versions={"readout": "9"}, made="later")), NOW)


def test_a_baseline_is_written_and_read_exactly(tmp_path):
    rows, file = rows_of(1 / 3, 2 / 3, 1), tmp_path / "baseline.json"
    assert load_baseline(file) is None
    write_baseline(file, rows, decide(rows), NOW)
    judgement = decide(rows, baseline=load_baseline(file))
    assert judgement.green
    assert judgement.comparison.startswith("compared")
    assert next(one for one in judgement.figures if one.change).change.value == 0


def test_an_incomplete_run_is_no_baseline(tmp_path):
    rows = [*rows_of(1), Row(Golden("fact-9", "fact", "9?", True), error="RuntimeError: no")]
    with pytest.raises(GateError, match="the baseline stays as it is: 1 questions that failed"):
        write_baseline(tmp_path / "baseline.json", rows, decide(rows), NOW)
    assert not (tmp_path / "baseline.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"same": {}, "values": {"sides": [1]}}', '{"same": {}, "values": {"sides": {"a": "x"}}}']
)
def test_a_broken_baseline_is_named(tmp_path, text):
    (tmp_path / "baseline.json").write_text(text)
    with pytest.raises(GateError, match=r"baseline\.json: is not a baseline"):
        load_baseline(tmp_path / "baseline.json")


# -- gate.toml ----------------------------------------------------------------------------------------------------------


def test_the_projects_limits_can_be_read():
    limits = load_limits()
    assert limits.fewest_questions >= 150
    assert limits.metrics["quotations"] == Limit(least=1.0)
    assert not any(limits.metrics[name].advise for name in ("evidence_recall", "answered", "abstained", "faithfulness", "length"))


def test_a_models_limits_stand_in_for_the_others_and_are_there_unasked(tmp_path):
    file = tmp_path / "gate.toml"
    file.write_text("[quotations]\nleast = 0.9\n[faithfulness]\nleast = 0.7\n[model.quotations]\nleast = 0.8\n")
    assert load_limits(file).metrics == {"quotations": Limit(least=0.9), "faithfulness": Limit(least=0.7)}
    found = load_limits(file, model=True).metrics
    assert found["quotations"] == Limit(least=0.8)
    assert found["faithfulness"] == Limit(least=0.7)
    assert found["fallbacks"] == load_limits(model=True).metrics["fallbacks"] == Limit(most=0.15)
    assert not {"fallbacks", "left_out"} & set(load_limits().metrics)


def test_a_model_that_was_never_asked_is_not_green_by_that():
    limits = Limits({"fallbacks": Limit(most=0.1)})
    assert verdicts(decide(rows_of(1), limits, strict=True))["fallbacks"] == "fail"
    assert verdicts(decide(rows_of(1), limits))["fallbacks"] == "advice"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sides", "is not TOML"),
        ("model = 1", "`model` is not a table"),
        ("[model.charm]\nleast = 1", "no metric 'charm'"),
        ("[model.sides]", "[model.sides] needs either"),
        ("[charm]\nleast = 1", "no metric 'charm'"),
        ("[sides]", "needs either `least` or `most`"),
        ("[sides]\nleast = 1\nmost = 2", "needs either `least` or `most`"),
        ("[sides]\nleast = 1\nmode = 2", "needs either `least` or `most`"),
        ("sides = 1", "needs either `least` or `most`"),
        ("[sides]\nleast = '1'", "not a number"),
        ("[sides]\nleast = true", "not a number"),
        ("[sides]\nleast = 1\nadvise = 'yes'", "not true or false"),
        ("fewest_questions = 'many'", "not a whole number"),
    ],
)
def test_a_gate_that_makes_no_sense_is_named(tmp_path, text, said):
    (tmp_path / "gate.toml").write_text(text)
    with pytest.raises(GateError) as caught:
        load_limits(tmp_path / "gate.toml")
    assert said in str(caught.value)
    assert "gate.toml" in str(caught.value)


def test_a_gate_that_is_not_there(tmp_path):
    with pytest.raises(GateError, match="cannot be read"):
        load_limits(tmp_path / "gate.toml")


def test_a_baseline_is_json_that_people_can_compare(tmp_path):
    rows = rows_of(1, 0)
    write_baseline(tmp_path / "baseline.json", rows, decide(rows), NOW)
    value = json.loads((tmp_path / "baseline.json").read_text())
    assert value["figures"]["evidence_recall"] == 0.5
    assert value["same"] == {"corpus": "corpus", "questions": "questions", "prompts": {"abstain": "a"}}
    assert "latency" not in value["values"]
