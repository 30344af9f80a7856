"""A draft held against the five articles: each error has its verdict, each place holds its words, what cannot be checked says so."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.chain import Assistant
from assistant.check import report as reports
from assistant.check.answers import Source, answer_in, articles_of, marked
from assistant.check.claims import Claim, claims_in, unfinished
from assistant.check.draft import LONGEST, read_draft
from assistant.check.evidence import UNREAD, Near
from assistant.check.judging import squeezed
from assistant.check.quoting import find
from assistant.check.reported import dropped, firm
from assistant.check.values import Checked, Difference, Report, Verdict, parts_of, verdicts_named
from index.errors import UsageError
from index.record import Scope
from index.types import Article, Passage

DENIED, HANDOVER = "Putin has denied any interference.", "Trump will succeed Obama on 21 January."
ENDURING = (
    "President-elect Trump noted to President Putin that he is very much looking forward to having a strong and enduring relationship"
)

VERDICTS = [
    ("Putin has denied any interference.", Verdict.CARRIED),
    ("According to MaltaToday, Putin has denied that he interfered.", Verdict.CARRIED),
    (f"“{ENDURING} with Russia,” the transition team said.", Verdict.CARRIED),
    ("Trump told CBS that he “loved” Russia's role in hitting ISIS in Syria.", Verdict.CARRIED),
    ("Putin has not denied interfering.", Verdict.CONTRADICTED),
    ("The Obama administration directly linked that hack to the Russian government.", Verdict.CONTRADICTED),
    (f"“{ENDURING.replace('enduring', 'lasting')} with Russia,” the transition team said.", Verdict.ALTERED),
    ("Both sides agreed that relations are “satisfactory”, according to the Kremlin.", Verdict.ALTERED),
    ("“Winter Is Here,” Putin tweeted after Trump's victory.", Verdict.SPEAKER),
    ("Obama said he would negotiate the conflict in Syria with Moscow.", Verdict.SPEAKER),
    ("Euractiv writes that Putin has repeatedly denied such charges.", Verdict.OUTLET),
    ("It was the third phone call between the two since Trump won the 8 November election.", Verdict.NUMBER),
    (HANDOVER, Verdict.NUMBER),
    ("The Russian parliament met the news with a burst of applause.", Verdict.ATTRIBUTION),
    ("The Kremlin called the conversation “a new dawn for both peoples”.", Verdict.NOT_FOUND),
    ("The United States and Russia both hold permanent seats on the UN Security Council.", Verdict.NOT_FOUND),
    ("Will they meet soon?", Verdict.NOT_CHECKABLE),
    ("I think that this is a shame.", Verdict.NOT_CHECKABLE),
]


@pytest.mark.parametrize(("text", "verdict"), VERDICTS)
def test_each_kind_of_error_has_its_verdict(assistant: Assistant, text: str, verdict: Verdict) -> None:
    [claim] = assistant.check(text).claims
    assert (claim.text, claim.verdict) == (text, verdict), claim.reasons
    assert claim.reasons
    assert all(reason.endswith(".") for reason in claim.reasons)


@pytest.fixture(scope="module")
def whole(assistant: Assistant) -> Report:
    paragraphs = ["A day after the vote", *(text for text, _ in VERDICTS)]
    return assistant.check("\n\n".join(paragraphs))


def test_every_place_holds_its_words(whole: Report, assistant: Assistant) -> None:
    assert len(whole.claims) == len(VERDICTS) + 1
    for claim in whole.claims:
        assert whole.draft[claim.start : claim.end] == claim.text
        for cited in claim.citations:
            assert assistant.record.article(cited.article).text[cited.start : cited.end] == cited.quote
        for one in claim.differences:
            assert claim.start <= one.start <= one.end <= claim.end
            if one.article:
                there = assistant.record.article(one.article).text[one.there_start : one.there_end]
                assert " ".join(there.split()) == " ".join(one.instead.split())


def test_a_heading_is_no_claim(whole: Report) -> None:
    assert (whole.claims[0].text, whole.claims[0].verdict) == ("A day after the vote", Verdict.NOT_CHECKABLE)


def test_the_words_of_an_altered_quotation_are_marked(assistant: Assistant) -> None:
    [claim] = assistant.check(f"“{ENDURING.replace('enduring', 'lasting')} with Russia,” the transition team said.").claims
    assert [words for words, differs in parts_of(claim) if differs] == ["lasting"]
    assert [one.instead for one in claim.differences] == ["enduring"]


def test_what_an_editor_left_out_or_put_in_is_no_difference(assistant: Assistant) -> None:
    for words in (
        "President-elect Trump noted … that he is very much looking forward to having a strong and enduring relationship with Russia",
        "President-elect Trump noted to President Putin that [he] is very much looking forward to having a strong and enduring",
    ):
        assert not find(words, assistant.searcher, Scope())[0].differs
    changed = find(
        "President-elect Trump noted … that he is hardly looking forward to having a strong relationship", assistant.searcher, Scope()
    )
    assert changed[0].differs


def test_counts_and_share_leave_out_what_cannot_be_checked(whole: Report) -> None:
    wanted = [verdict for _, verdict in VERDICTS]
    assert whole.counts[Verdict.CARRIED] == wanted.count(Verdict.CARRIED)
    assert whole.counts[Verdict.NOT_CHECKABLE] == wanted.count(Verdict.NOT_CHECKABLE) + 1
    assert whole.share == wanted.count(Verdict.CARRIED) / (len(wanted) - wanted.count(Verdict.NOT_CHECKABLE))
    assert Report("Why?", ()).share is None


def test_a_scope_narrows_what_a_draft_is_held_against(assistant: Assistant) -> None:
    [claim] = assistant.check(DENIED, Scope(("Euractiv",))).claims
    assert claim.verdict is not Verdict.CARRIED
    assert {one.outlet for one in claim.citations} <= {"Euractiv"}


def test_verdicts_come_one_after_the_other(assistant: Assistant) -> None:
    read = read_draft("draft", f"{DENIED}\n\n{HANDOVER}".encode())
    checking = assistant.checker.checking(read, Scope())
    assert next(checking).text == DENIED
    assert next(checking).text == HANDOVER


# --- claims ------------------------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.text(alphabet="aZé .!?\n\t“”\"'[1]*#", max_size=200))
def test_claims_are_places_in_the_draft_in_order(text: str) -> None:
    found = list(claims_in(text))
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_nothing_of_a_draft_is_passed_over() -> None:
    text = "Mayor Resigns\n\nThe mayor resigned on Friday. Why now?\n\nRead more\n\n- He left the hall.\n"
    found = list(claims_in(text))
    assert "".join(one.text for one in found).replace(" ", "") == "".join(text.replace("- ", "").split()).replace(" ", "")
    assert [bool(one.barred) for one in found] == [True, False, True, True, False]


def test_a_title_that_is_written_short_ends_no_sentence() -> None:
    assert [one.text for one in claims_in("The judge spared Army Sgt. Jane Roe. She left.")] == [
        "The judge spared Army Sgt. Jane Roe.",
        "She left.",
    ]
    assert unfinished("Army Sgt.")
    assert not unfinished("He resigned.")


def test_squeezed_words_know_their_places() -> None:
    words, places = squeezed(Claim(10, 19, "a\n  bc\td."))
    assert words == "a bc d."
    assert [places[words.index(sign)] for sign in "abcd"] == [10, 14, 15, 17]


# --- answers of other systems ------------------------------------------------------------------------------------------------

MALTA = "Putin, Trump aim for cooperation, Kremlin says"
EURACTIV = "https://www.euractiv.com/section/global-europe/news/putin-and-trump-speak-by-phone-aim-for-constructive-cooperation/"
TEXT = f"{DENIED} {HANDOVER}"
SECOND = {"start": len(DENIED) + 1, "end": len(TEXT)}

ANSWERS = {
    "anthropic": [
        {"type": "text", "text": DENIED, "citations": [{"type": "char_location", "document_index": 0, "document_title": MALTA}]},
        {"type": "text", "text": " "},
        {
            "type": "text",
            "text": HANDOVER,
            "citations": [{"type": "char_location", "cited_text": "Trump will succeed President Barack Obama", "document_index": 1}],
        },
    ],
    "cohere": {
        "message": {
            "content": [{"type": "text", "text": TEXT}],
            "citations": [
                {"start": 0, "end": len(DENIED), "text": DENIED, "sources": [{"type": "document", "document": {"title": MALTA}}]},
                {**SECOND, "text": HANDOVER, "sources": [{"type": "document", "id": "doc:1", "document": {"id": "euractiv.txt"}}]},
            ],
        }
    },
    "langchain": {
        "content": [
            {
                "type": "text",
                "text": TEXT,
                "annotations": [
                    {"type": "citation", "title": MALTA, "start_index": 0, "end_index": len(DENIED)},
                    {"type": "citation", "url": EURACTIV, "start_index": SECOND["start"], "end_index": SECOND["end"]},
                ],
            }
        ]
    },
    "numbers": {"answer": f"{DENIED} [1] {HANDOVER} [2]", "sources": [{"title": MALTA}, {"url": EURACTIV}]},
}


@pytest.mark.parametrize("system", ANSWERS)
def test_answers_are_held_against_what_they_cite(assistant: Assistant, system: str) -> None:
    draft = read_draft("answer", json.dumps(ANSWERS[system]).encode())
    found = assistant.checker.check(draft, Scope()).claims
    assert [one.verdict for one in found] == [Verdict.CARRIED, Verdict.NUMBER]
    assert [{cited.outlet for cited in one.citations} for one in found] == [{"MaltaToday"}, {"Euractiv"}]


def test_numbers_cite_the_list_below(assistant: Assistant) -> None:
    text = f"{DENIED} [1] {HANDOVER} [2]\n\nSources:\n[1] MaltaToday, “{MALTA}”\n[2] CNN, “Something else”,\n    page 2\n"
    masked, cited = marked(text)
    assert [[str(source) for source in one.sources] for one in cited] == [[f"MaltaToday, “{MALTA}”"], ["CNN, “Something else”, page 2"]]
    assert len(masked) == len(text)
    assert not {"1", "CNN", "MaltaToday"} & set(masked.replace("]", " ").split())
    first, second, *rest = assistant.check(text).claims
    assert (first.verdict, second.verdict) == (Verdict.CARRIED, Verdict.NUMBER)
    assert "“CNN, “Something else”, page 2”, which is no article of this index" in second.reasons[-1]
    assert {one.verdict for one in rest} == {Verdict.NOT_CHECKABLE}


def test_what_another_article_than_the_one_cited_carries_is_said_to_be_of_another_outlet(assistant: Assistant) -> None:
    for title in ("Trump, Putin Speak Over the Phone", "A story that is nowhere"):
        answer = {"text": DENIED, "annotations": [{"start_index": 0, "end_index": len(DENIED), "title": title}]}
        [claim] = assistant.checker.check(read_draft("answer", json.dumps(answer).encode()), Scope()).claims
        assert claim.verdict is Verdict.OUTLET
        assert {one.outlet for one in claim.citations} == {"MaltaToday"}


def test_a_source_is_found_by_name_address_words_or_outlet() -> None:
    articles = [
        Article("a.txt", "The mayor resigned.", "The mayor has resigned", "Daily Bugle", "https://bugle.example/a"),
        Article("b.txt", "Nothing happened.", "No news", "Gazette"),
    ]
    for names in (
        ["a.txt"],
        ["https://bugle.example/a"],
        ["The mayor has resigned"],
        ["Bugle, “The mayor has resigned”, 2020"],
        ["Daily Bugle"],
    ):
        assert articles_of(Source(tuple(names)), articles) == ("a.txt",), names
    assert articles_of(Source(("x",), "Nothing happened"), articles) == ("b.txt",)
    assert articles_of(Source(("Elsewhere",)), articles) == ()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(
                    ["text", "content", "citations", "annotations", "sources", "message", "documents", "start", "end", "document_ids", "n"]
                ),
                one,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reading_of_answers(value: object) -> None:
    text, cited, _ = answer_in(value)
    assert all(0 <= one.start <= one.end <= len(text) for one in cited)


# --- what is read, and what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "holds no text"),
        (b" \n ", "holds no text"),
        (b"12 - 13", "is empty"),
        (b"Der Buergermeister ist am Freitag zurueckgetreten, und niemand weiss, warum er das getan hat.", "is in German"),
        (b"The mayor left. " * (LONGEST // 16 + 1), "Check at most"),
        (bytes(range(256)) * 40, "is not text"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_a_line(data: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        read_draft("draft", data)
    assert "\n" not in str(refused.value)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    for name, told in (
        ("draft.xlsx", "a draft is"),
        ("none.txt", "there is no file"),
        ("bad.docx", "not a Word document"),
        ("a.json", "no answer"),
    ):
        if name != "none.txt":
            (tmp_path / name).write_bytes(b"[1, 2]")
        with pytest.raises(UsageError, match=told):
            read_draft(str(tmp_path / name))


def test_markdown_and_html_are_read_without_their_marks(tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(f"# Title\n\n**{DENIED}**\n", encoding="utf-8")
    assert DENIED in read_draft(str(tmp_path / "draft.md")).text
    page = "<p>The mayor said on Monday that the taxes would rise again next year, and the council agreed to it.</p>" * 3
    (tmp_path / "draft.html").write_text(f"<html><body><article><h1>T</h1>{page}</article></body></html>", encoding="utf-8")
    assert "<p>" not in read_draft(str(tmp_path / "draft.html")).text


# --- how it is shown ---------------------------------------------------------------------------------------------------------

EVIL = '<script>alert("x")</script> \x1b[31m=HYPERLINK() [a](b)'
SHOWN = Report(f"x {EVIL}", (Checked(2, 2 + len(EVIL), EVIL, Verdict.CONTRADICTED, (EVIL,), (), (Difference(2, 10),), EVIL),))


def test_what_a_draft_holds_steers_nothing() -> None:
    assert "<script>alert" not in reports.page(SHOWN, EVIL)
    assert "\x1b" not in reports.terminal(SHOWN.claims[0], lambda text, **_: text)
    assert "](b)" not in reports.markdown(SHOWN)


def test_a_report_comes_back_from_its_json(whole: Report) -> None:
    made = json.loads(json.dumps(reports.as_json(whole)))
    assert asdict(Report.from_json(made))["claims"] == asdict(whole)["claims"]
    assert made["draft"] == whole.draft
    assert sum(made["counts"].values()) == len(made["claims"])
    for cells, claim in zip(reports.rows(whole), whole.claims, strict=True):
        assert len(cells) == len(reports.COLUMNS)
        assert cells[3] == claim.verdict


def test_verdicts_go_by_words_of_their_names() -> None:
    assert verdicts_named(["altered", " Contradicted", "other speaker"]) == {Verdict.ALTERED, Verdict.CONTRADICTED, Verdict.SPEAKER}
    for name in ("other", "not", "wrong", ""):
        with pytest.raises(UsageError, match="no verdict"):
            verdicts_named([name])


# --- told as a fact ----------------------------------------------------------------------------------------------------------


def test_who_says_reports_and_who_claims_does_not(assistant: Assistant) -> None:
    words = ("said", "says", "found", "announced", "according to", "claimed", "alleged", "believes", "argued", "suggests")
    assert [firm(word, assistant.searcher.reader) for word in words] == [True] * 5 + [False] * 5


@pytest.mark.parametrize(
    ("claim", "told", "verb"),
    [
        ("The brothers acted alone.", "The mayor said he believed the brothers acted alone.", "acted"),
        ("The mayor believed the brothers acted alone.", "The mayor said he believed the brothers acted alone.", None),
        ("The brothers acted alone.", "The mayor said the brothers acted alone.", None),
        ("The judge misled the court.", "The judge “misled” the court, the lawyer said.", "misled"),
        ("The judge allegedly misled the court.", "The judge “misled” the court, the lawyer said.", None),
    ],
)
def test_a_belief_or_somebodys_words_are_no_fact(assistant: Assistant, claim: str, told: str, verb: str | None) -> None:
    near = [Near(1, Passage("a.txt", 0, len(told), told), UNREAD, 1.0, 1.0)]
    faults = dropped(claim, near, assistant.record, assistant.searcher.reader)
    assert [claim[slice(*one.span)] for one in faults if one.span] == [verb] * bool(verb)
