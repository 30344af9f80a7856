from __future__ import annotations

import json
import re

import pytest
from conftest import ROOT

from eval.golden import QUESTIONS, GoldenError, held_out_ids, load_golden
from index.corpus import BUNDLED, read_corpus
from index.errors import ReadoutError
from index.types import Article

ARTICLES = {"a.txt": Article("a.txt", "“Why?” he said. The call\u00a0lasted an hour. He said it twice: he said.", "A")}
GOOD = {
    "id": "fact-1", "kind": "fact", "question": "How long was it?", "history": [], "answerable": True, "reference": "An hour.",
    "evidence": [[{"article": "a.txt", "words": "lasted an hour"}, {"article": "a.txt", "words": "he said"}]],
}  # fmt: skip
ABSENT = {"id": "no-1", "kind": "unanswerable", "question": "Who paid?", "evidence": [], "answerable": False}


def load(tmp_path, *lines):
    file = tmp_path / "golden.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8")
    return load_golden(file, ARTICLES)


def test_a_question_is_read_with_every_place_of_its_words(tmp_path):
    one, other = load(tmp_path, GOOD, "", ABSENT)
    assert (one.id, one.kind, one.answerable, one.held_out, one.reference) == ("fact-1", "fact", True, False, "An hour.")
    assert [words.words for words in one.evidence[0]] == ["lasted an hour", "he said"]
    for words in one.evidence[0]:
        assert all(ARTICLES["a.txt"].text[start : start + len(words.words)] == words.words for start in words.starts)
    assert len(one.evidence[0][1].starts) == 2
    assert (other.evidence, other.answerable) == ((), False)


def test_the_example_in_the_readme_can_be_added_to_the_projects_questions(tmp_path):
    (example,) = re.findall(r'`({"id".*?})`', (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    file = tmp_path / "golden.jsonl"
    file.write_text(QUESTIONS.read_text(encoding="utf-8") + " ".join(example.split()) + "\n", encoding="utf-8")
    articles = {source.article.id: source.article for source in read_corpus([BUNDLED]).sources}
    assert load_golden(file, articles)[-1].answerable


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "holds no question"),
        (["{"], "line 1: is not JSON"),
        ([GOOD, '{"id": 1'], "line 2: is not JSON"),
        (["[1]"], "line 1: is list, not an object"),
        ([{**GOOD, "id": ""}], "line 1: 'id' is missing"),
        ([{**GOOD, "question": 3}], "line 1: 'question' is missing or not a text"),
        ([{**GOOD, "kind": "riddle"}], "(fact-1): unknown kind 'riddle'"),
        ([{**GOOD, "answers": []}], "unknown field 'answers'"),
        ([{**GOOD, "answerable": "yes"}], "'answerable'"),
        ([{**GOOD, "held_out": 1}], "'held_out'"),
        ([{**GOOD, "draft": "yes"}], "'draft'"),
        ([{**GOOD, "draft": True, "evidence": [[]]}], "needs evidence"),
        ([{**GOOD, "draft": True, "evidence": [[{"article": "a.txt", "words": "The call lasted"}]]}], "are not in a.txt"),
        ([{**GOOD, "reference": None}], "'reference'"),
        ([{**GOOD, "speakers": "Putin"}], "'speakers' is not a list of texts"),
        ([{**GOOD, "evidence": {"article": "a.txt"}}], "'evidence' is not a list of needs"),
        ([{**GOOD, "evidence": [["he said"]]}], "a piece of evidence is not"),
        ([{**GOOD, "evidence": [[{"article": "b.txt", "words": "he said"}]]}], "no article 'b.txt'"),
        ([{**GOOD, "evidence": [[{"article": "a.txt", "words": "The call lasted"}]]}], "are not in a.txt"),
        ([{**GOOD, "evidence": [[{"article": "a.txt", "words": " "}]]}], "are not in a.txt"),
        ([{**GOOD, "evidence": []}], "needs evidence"),
        ([{**GOOD, "evidence": [[]]}], "needs evidence"),
        ([{**ABSENT, "evidence": GOOD["evidence"]}], "that is not answerable has none"),
        ([{**GOOD, "sides": ["A", "B"]}], "has 2 sides and 1 needs"),
        ([GOOD, {**GOOD, "question": "Another?"}], "line 2: the id of 'fact-1' is already that of line 1"),
        ([GOOD, {**GOOD, "id": "fact-2", "question": "HOW long was it?"}], "line 2: the question of 'fact-2' is already that of line 1"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(tmp_path, lines, said):
    with pytest.raises(GoldenError) as caught:
        load(tmp_path, *lines)
    assert said in str(caught.value)
    assert isinstance(caught.value, ReadoutError)


def test_the_same_words_after_other_questions_are_another_question(tmp_path):
    assert len(load(tmp_path, GOOD, {**GOOD, "id": "follow-1", "kind": "follow-up", "history": ["And then?"]})) == 2


def test_a_draft_may_lack_what_a_person_is_to_find(tmp_path):
    [draft] = load(tmp_path, {**GOOD, "evidence": [], "sides": ["A", "B"], "draft": True})
    assert (draft.draft, draft.answerable, draft.evidence) == (True, True, ())
    assert not load(tmp_path, GOOD)[0].draft


def test_a_file_that_is_not_there_or_not_utf8(tmp_path):
    with pytest.raises(GoldenError, match=r"none\.jsonl: cannot be read"):
        load_golden(tmp_path / "none.jsonl", ARTICLES)
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}')
    with pytest.raises(GoldenError, match="is not UTF-8 at byte 11"):
        load_golden(tmp_path / "latin.jsonl", ARTICLES)


def test_the_same_third_is_held_out_in_any_order():
    names = [f"fact-{number:03}" for number in range(30)]
    assert held_out_ids(names) == held_out_ids(reversed(names))
    assert len(held_out_ids(names)) == 10
    assert held_out_ids([]) == set()
