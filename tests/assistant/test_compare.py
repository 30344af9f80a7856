"""One utterance, many cuts: found across outlets, every cut a place in its article, nobody's words under another's name."""

from __future__ import annotations

import pytest

from assistant.chain import Assistant
from assistant.compare import Utterance, compare, cuts_of, differences, lines
from assistant.question import understand
from index.record import Scope
from index.types import Hit, Passage

QUESTIONS = [
    "What was said about the state of relations?",
    "What did each side say about Syria?",
    "success in implementing his election programme",
    "maintain contact by phone",
    "What did Trump say about NATO?",
]


def compared(assistant: Assistant, question: str, scope: Scope = Scope()) -> list[Utterance]:  # noqa: B008
    return compare(understand(question, assistant.names), assistant.gatherer, scope)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_cut_is_a_place_in_its_article_and_no_outlet_both_carries_and_leaves_out(assistant: Assistant, question: str) -> None:
    outlets = set(assistant.record.outlets())
    places = []
    for utterance in compared(assistant, question):
        carried = [citation for wording in utterance.wordings for citation in wording.citations]
        for citation in carried:
            assert assistant.record.article(citation.article).text[citation.start : citation.end] == citation.quote
        assert {citation.outlet for citation in carried} | set(utterance.cut_by) <= outlets  # who comes near it is in neither
        assert not {citation.outlet for citation in carried} & set(utterance.cut_by)
        places += [(citation.article, citation.start) for citation in carried]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("question", "outlets", "words"),
    [
        ("What was said about the state of relations?", 4, ['"extremely unsatisfactory"', "unsatisfactory state of"]),
        ("success in implementing his election programme", 3, ["his campaign promises", "election programme"]),
        ("looking forward to a strong and enduring relationship", 3, ["looking forward to having a strong", "forward to a strong"]),
    ],
)
def test_cuts_of_one_utterance_are_found_in_sentences_that_differ(
    assistant: Assistant, question: str, outlets: int, words: list[str]
) -> None:
    found = compared(assistant, question)
    fullest = max(found, key=lambda utterance: utterance.outlets)
    printed = [" ".join(wording.words.split()) for wording in fullest.wordings]
    assert fullest.outlets >= outlets
    assert all(any(part in wording for wording in printed) for part in words)


def test_who_has_nothing_near_it_is_said_not_to_print_it(assistant: Assistant) -> None:
    assert any("JTF.org" in utterance.cut_by for utterance in compared(assistant, "What was said about Syria?"))


def test_what_two_sides_say_stays_apart(assistant: Assistant) -> None:
    sides = [{citation.article for w in u.wordings for citation in w.citations} for u in compared(assistant, "maintain contact by phone")]
    assert len(sides) > 1  # the Kremlin's account, and the Trump team's in the outlet that has both


def test_words_that_no_article_has_are_compared_with_nothing(assistant: Assistant) -> None:
    assert compared(assistant, "The orchestra rehearsed a symphony on Thursday evening in Vienna") == []


def test_a_comparison_stays_inside_its_scope(assistant: Assistant) -> None:
    scope = Scope(outlets=("Euractiv", "MaltaToday"))
    for utterance in compared(assistant, "What was said about the state of relations?", scope):
        assert {citation.outlet for wording in utterance.wordings for citation in wording.citations} <= set(scope.outlets)
        assert set(utterance.cut_by) <= set(scope.outlets)


def test_the_words_that_differ_are_named() -> None:
    assert differences("relations were unsatisfactory", "relations were “extremely unsatisfactory”") == ("extremely",)
    assert differences("his election programme", "his campaign promises") == ("campaign promises",)
    assert differences("one and the same", "One and the same.") == ()


def test_a_cut_closes_the_quotation_marks_it_opens() -> None:
    text = 'Both sides agreed that current relations between them are "deeply unsatisfactory" and looked forward to calmer days.'
    cuts = [text[start - 7 : end - 7] for start, end, _ in cuts_of(Hit(Passage("a", 7, 7 + len(text), text, False), 0.0, 0.0, 1))]
    assert cuts and all(cut.count('"') % 2 == 0 for cut in cuts if cut.startswith("Both"))
    assert not any(cut.startswith(("and ", "that ", " ")) for cut in cuts)


def test_the_terminal_tells_outlets_and_wordings(assistant: Assistant) -> None:
    text = "\n".join(lines(compared(assistant, "What was said about the state of relations?")))
    assert "printed by 4 outlets, each in its own words:" in text
    assert "MaltaToday puts it otherwise: " in text
