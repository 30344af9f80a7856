"""The page's parts: whatever stands in articles, questions and conversations is text there, and every place is the right one."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.batch.run import Summary
from assistant.check.values import Checked, Report, Verdict
from assistant.compare import Utterance, Wording
from assistant.desk import panel
from assistant.desk.batches import SHOWN, Shown, State
from assistant.desk.conversations import Conversation, Rating, Turn
from assistant.desk.uploads import Outcome
from assistant.ledger import Entry
from assistant.render import printable
from assistant.types import Answer, Check, Citation, Claim, Fault, Point, Support, Usage
from index.record import Listed, Scope
from index.types import Article

HOSTILE = '<script>alert(1)</script> <img src=x onerror=alert(1)> " onmouseover=alert(1) [go](javascript:alert(1)) ${alert(1)} {{x}} &amp;'
SIDES = ("Kremlin", "Trump team", "Democrats")
OUTLETS = ("Beacon", "Hub", "Wire")
QUOTE = "Both sides agreed [2] on Syria."
ONE = Citation(1, "a.txt", "Beacon", "Talks", "https://example.org/a", "2016-11-14", 4, 4 + len(QUOTE), QUOTE)
TWO = Citation(2, "b.txt", "Hub", "More talks", None, None, 0, 12, "They agreed.")
POINT = Point((Claim(QUOTE, (1,)),), ("Kremlin",), "Kremlin", "verbatim", (2,), label=("Kremlin",))
ANSWER = Answer("What was said?", "answered", None, "extractive", (POINT,), (ONE, TWO), ("Democrats",))
SILENT = Answer("When?", "abstained", "No passage.", "extractive", message="The articles do not say. No passage.")


def turn_of(answer: Answer | None, question: str = "What was said?", scope: Scope = Scope(), rating: Rating | None = None) -> Turn:  # noqa: B008
    return Turn("t1", question, answer, scope, "2026-01-01T00:00:00.000000+00:00", rating)


def shown(turn: Turn, **more: object) -> str:
    return panel.turn_html(turn, OUTLETS, SIDES, **more)  # type: ignore[arg-type]


def pointed(one: Point, answer: Answer = ANSWER) -> str:
    """A point as it stands in its answer."""
    return shown(turn_of(replace(answer, points=(one,)))).partition('<ul class="points">')[2].partition("<details")[0]


class Reader(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.marked = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marked += data * ("mark" in self._inside)


def everything(text: str) -> list[str]:
    """Every part of the page, with a text in every place that somebody else fills."""
    article = Article(text or "a", f"before {text} after", text, text, text, text, text)
    citation = Citation(1, text, text, text, text, text, 7, 7 + len(text), text)
    point = Point((Claim(text, (1,)),), (text,), text, "verbatim", label=(text,))
    answer = Answer(
        text, "answered", None, text, (point, replace(point, support="unsupported")), (citation,), (text,), seconds=1.0, message=text,
        nearest=(text, text), silence=text, differences=(text,), note=text, understood=text, faults=(Fault(Check.NUMBER, 1, text),),
        usage=Usage(8, 1),
    )  # fmt: skip
    turn = turn_of(answer, text, Scope((text,), text, text), Rating(True, text, "", ""))
    conversation = Conversation("c1", text, "", "")
    entry = Entry(text, text, 0, 1, text, text, None, None, text, True, text)
    utterance = Utterance(
        text, text, (Wording(text, (citation,), ()), Wording(f"x {text} y", (replace(citation, outlet="o"),), ())), (text,)
    )
    return [
        panel.turn_html(turn, (text,), (text,)),
        panel.turn_html(turn_of(replace(answer, points=()), text), (text,), (text,)),
        panel.conversation(conversation, ""),
        panel.signed_in(text),
        panel.conversations([conversation], "", text),
        panel.welcome([text], 2, text, text, 1),
        panel.asking(text),
        panel.turn_html(turn_of(None, text), (text,), (text,), now=panel.UnderWay(text, text, True)),
        panel.draft(text, text),
        panel.source(article, 7, 7 + len(text)),
        panel.source(article, 0, 1, text),
        panel.lost(citation),
        panel.failed(text),
        panel.checked(Report(f"{text} {text}", (Checked(0, len(text), text, Verdict.NUMBER, (text,), (citation,), (), text),)), done=True),
        panel.compared(text, [utterance], (text,)),
        panel.ledger_rows([entry], False, {}),
        panel.corpus([Listed(text, text, text, text, 1)], {"articles": 1}, True),
        panel.picture([(text, text, 3)], (text,)),
        panel.received([Outcome(text, text, True)], text),
        panel.saved(text, "QQ=="),
        panel.question_form([text], [text, "extractive"], True),
        panel.ledger_form([text], [text]),
    ]


def only_ours(html: str) -> None:
    reader = Reader(html)
    assert not {tag for tag, _ in reader.tags} & {"script", "img", "iframe", "style", "object", "embed", "base", "meta"}
    for _, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert (attributes.get("href") or "https://").startswith(("http://", "https://", "logout", "#claim"))


@pytest.mark.parametrize("part", range(len(everything(""))))
def test_what_others_wrote_is_text(part: int) -> None:
    html = everything(HOSTILE)[part]
    only_ours(html)
    assert "<script>" not in html


@given(st.text(max_size=60))
def test_no_text_makes_a_tag(text: str) -> None:
    for bare, filled in zip(everything("word"), everything(text or "word"), strict=True):
        only_ours(filled)
        assert {tag for tag, _ in Reader(filled).tags} <= {tag for tag, _ in Reader(bare).tags} | {"time", "li", "ul"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "ftp://example.org", "https://", None])
def test_only_web_addresses_are_links(url: str | None) -> None:
    html = panel.source(Article("a.txt", "Text.", "T", url=url), 0, 4)
    assert not [tag for tag, _ in Reader(html).tags if tag == "a"]


def test_links_do_not_tell_where_they_were_followed() -> None:
    html = panel.source(Article("a.txt", "Text.", "T", url="https://example.org/a"), 0, 4)
    [link] = [attributes for tag, attributes in Reader(html).tags if tag == "a"]
    assert "noopener" in (link["rel"] or "")


# -- answers --------------------------------------------------------------------------------------------------------------


def cites(html: str) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (attributes.get("data-turn"), attributes.get("data-n"), attributes.get("data-quote"))
        for tag, attributes in Reader(html).tags
        if attributes.get("class") == "cite"
    ]


def test_markers_are_buttons_that_know_their_turn_and_quotation() -> None:
    html = pointed(POINT)
    assert cites(html) == [("t1", "1", QUOTE), ("t1", "2", "They agreed.")]


def test_a_number_in_brackets_inside_a_quotation_is_no_marker() -> None:
    html = pointed(replace(POINT, reworded=()))
    assert cites(html) == [("t1", "1", QUOTE)]
    assert QUOTE in Reader(html).text


def test_a_marker_without_a_citation_stays_text() -> None:
    html = pointed(Point((Claim("See", (7,)),), label=None, written=True))
    assert cites(html) == []
    assert "See [7]" in Reader(html).text


@pytest.mark.parametrize("support", ["verbatim", "supported", "unsupported"])
def test_support_is_visible(support: str) -> None:
    assert support in Reader(pointed(replace(POINT, support=support))).text  # type: ignore[arg-type]


def test_all_words_of_a_point_are_shown() -> None:
    text = Reader(pointed(POINT)).text
    assert "Kremlin, in Beacon" in text
    assert QUOTE in text
    assert "Hub puts it otherwise 2" in text


def test_who_else_prints_a_points_words_stands_below_it() -> None:
    html = pointed(replace(POINT, claims=(Claim(QUOTE, (1, 2)),), reworded=()))
    assert "Kremlin, in Beacon\n" in Reader(html).text
    assert Reader(html.partition('<p class="elsewhere">')[2]).text.startswith("also printed by Hub 2")
    assert [n for _, n, _ in cites(html)] == ["1", "2"]
    assert "elsewhere" not in pointed(replace(POINT, reworded=()))


def test_what_was_understood_is_shown() -> None:
    assert "Understood as: What about trade?" in Reader(shown(turn_of(replace(ANSWER, understood="What about trade?")))).text
    assert "Understood" not in Reader(shown(turn_of(ANSWER))).text


def test_points_arrive_one_by_one() -> None:
    answer = replace(ANSWER, points=(POINT, POINT, POINT))
    assert [shown(turn_of(answer), shown=number).count('<li class="point') for number in (0, 1, 2)] == [0, 1, 2]


def test_an_interrupted_question_can_be_asked_again() -> None:
    assert 'data-do="again"' in shown(turn_of(None))
    assert 'data-do="again"' not in shown(turn_of(None), now=panel.UnderWay("extractive"))


def test_a_rating_is_shown_with_its_reason() -> None:
    html = shown(turn_of(ANSWER, rating=Rating(False, "wrong speaker", "", "")))
    pressed = [attributes["class"] for _, attributes in Reader(html).tags if attributes.get("aria-pressed") == "true"]
    assert pressed == ["thumb down"]
    assert 'value="wrong speaker"' in html


# -- answers of a language model ------------------------------------------------------------------------------------------


def wrote(words: str, support: Support) -> Point:
    return Point((Claim(words, (1,)),), ("Kremlin",), "Kremlin", support, label=("Kremlin",), written=True)


WROTE = wrote("There was a deal: on Syria.", "supported")
LIES = (wrote("There were 4 deals.", "unsupported"), wrote("There were 5 deals.", "unsupported"))
FAULTS = (Fault(Check.NUMBER, 1, "The number 4 is not cited."), Fault(Check.NAME, 2, "Five is new."), Fault(Check.NUMBER, 2, "So is 5."))
HUSH, NOTE = "Democrats: no passage found in this corpus.", "Answered without the language model. It broke."
WRITTEN = Answer(
    "What was said?", "answered", None, "openai:test", (WROTE, *LIES), (ONE,), ("Democrats",), silence=HUSH, faults=FAULTS,
    usage=Usage(812, 120), seconds=2.1,
)  # fmt: skip


def inside(html: str, start: str) -> str:
    """The text of the list items that begin with these words of HTML, up to the list's end."""
    return Reader(html.partition(start)[2].partition("</ul>")[0]).text


def test_an_unsupported_point_tells_its_own_faults_in_words() -> None:
    html = shown(turn_of(WRITTEN))
    first, second = (item for item in html.split('<li class="point')[1:] if item.startswith(" unsupported"))
    assert "The number 4 is not cited." in Reader(first).text
    assert "Five" not in Reader(first).text
    assert inside(second, '<ul class="faults">') == "Five is new.So is 5."
    assert "faults" not in html.split('<li class="point')[1]


def test_an_unsupported_point_without_a_stated_fault_says_that_nothing_carries_it() -> None:
    assert "No source carries this as it stands." in Reader(shown(turn_of(replace(WRITTEN, faults=())))).text


def test_who_is_credited_stands_on_a_line_of_its_own_without_marks_of_markdown() -> None:
    text = Reader(pointed(WROTE, WRITTEN)).text
    assert "*" not in text
    assert text.index("Kremlin, in Beacon") < text.index("There was a deal: on Syria")
    alone = replace(wrote("Was it **so**: who knows.", "supported"), label=None)
    assert "Was it **so**: who knows." in Reader(pointed(alone, WRITTEN)).text


@pytest.mark.parametrize("note", ["", NOTE])
@pytest.mark.parametrize("silent", [(), ("Democrats",)])
def test_the_line_on_silence_and_the_line_on_how_it_was_made_are_each_shown_once(note: str, silent: tuple[str, ...]) -> None:
    answer = replace(ANSWER, points=(POINT, WROTE), silent=silent, silence=HUSH * bool(silent), note=note)
    html = shown(turn_of(answer))
    assert (html.count(HUSH), html.count(f'<p class="hush">{HUSH}</p>')) == ((1, 1) if silent else (0, 0))
    assert (html.count(NOTE), html.count(f'<p class="note">{NOTE}</p>')) == ((1, 1) if note else (0, 0))
    assert NOTE not in shown(turn_of(answer), shown=1)


def test_an_abstention_has_its_note_too() -> None:
    html = shown(turn_of(replace(SILENT, note=NOTE)))
    assert (html.count(NOTE), html.count('<p class="note">')) == (1, 1)


def test_what_a_model_took_stands_under_its_answer_alone() -> None:
    assert "openai:test · 812 + 120 tokens · $0 · 2.1 s" in Reader(shown(turn_of(WRITTEN))).text
    assert "took" not in shown(turn_of(ANSWER))


def test_a_draft_is_called_one_and_is_not_checked() -> None:
    html = shown(turn_of(None), now=panel.UnderWay("openai:test", "There were 4"))
    assert "openai:test is writing. This is a draft: nothing in it is checked against the articles yet.There were 4" in Reader(html).text
    assert html.count('role="status"') == 1
    waiting = {
        attributes.get("class"): attributes for _, attributes in Reader(shown(turn_of(None), now=panel.UnderWay("openai:test"))).tags
    }
    assert "hidden" in waiting["draft"]
    assert "draft" not in shown(turn_of(None), now=panel.UnderWay("extractive"))


def test_only_a_window_that_did_not_ask_asks_how_an_answer_comes_along() -> None:
    assert [('data-do="follow"' in shown(turn_of(None), now=panel.UnderWay("extractive", "", follow))) for follow in (True, False)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("models", "free", "offered"),
    [
        (["openai:test", "extractive"], True, ["openai:test", "extractive", ""]),
        (["openai:test", "extractive"], False, ["openai:test", "extractive"]),
        (["extractive"], True, ["extractive", ""]),
        (["extractive"], False, []),
    ],
)
def test_the_question_has_a_choice_of_who_answers_where_there_is_one(models: list[str], free: bool, offered: list[str]) -> None:
    reader = Reader(panel.question_form([], models, free))
    assert [attributes["value"] for tag, attributes in reader.tags if tag == "option"] == offered
    assert ("The articles’ own words" in reader.text) == bool(offered)
    assert bool([attributes for _, attributes in reader.tags if attributes.get("id") == "other"]) == free


# -- coverage -------------------------------------------------------------------------------------------------------------


def states(turn: Turn) -> dict[str, str]:
    chips = [attributes for _, attributes in Reader(shown(turn)).tags if attributes.get("data-do") == "narrow"]
    return {chip["data-name"] or "": (chip["class"] or "").split()[1] for chip in chips}


def test_every_outlet_and_side_is_there() -> None:
    told = states(turn_of(ANSWER))
    assert told == {"Beacon": "spoke", "Hub": "spoke", "Wire": "open", "Kremlin": "spoke", "Democrats": "silent", "Trump team": "open"}


def test_not_quoted_is_not_called_silent() -> None:
    assert "Wire: not quoted in this answer" in shown(turn_of(ANSWER))


def test_where_nobody_has_it_everybody_is_silent() -> None:
    assert set(states(turn_of(SILENT)).values()) == {"silent"}


def test_outlets_that_were_not_asked_are_not_called_silent() -> None:
    told = states(turn_of(SILENT, scope=Scope(("Hub",))))
    assert (told["Wire"], told[""]) == ("open", "silent")  # the outlet asked alone is the way back to all: it names none


def test_without_sides_the_speakers_are_told() -> None:
    html = panel.turn_html(turn_of(ANSWER), OUTLETS, ())
    assert 'data-kind="side" data-name="Kremlin"' in html


def test_an_answer_about_readout_has_no_coverage() -> None:
    assert "coverage" not in shown(turn_of(Answer("Hi", "answered", None, "extractive", message="At your service.")))


# -- the source -----------------------------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=80), st.data())
def test_exactly_the_cited_characters_are_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    html = panel.source(Article("a.txt", text, "T"), start, end, text[start:end])
    assert Reader(html).marked == printable(text[start:end])


def test_the_same_words_elsewhere_are_not_marked() -> None:
    html = panel.source(Article("a.txt", "He agreed. He agreed. He agreed.", "T"), 11, 21, "He agreed.")
    assert html.count("<mark") == 1
    assert html.index("He agreed.") < html.index("<mark")


def test_an_article_that_changed_is_not_marked_at_the_old_place() -> None:
    html = panel.source(Article("a.txt", "All new words here.", "T"), 0, 10, "Old words.")
    assert "<mark" not in html
    assert "has changed since" in html
    assert "Old words." in html


def test_of_an_article_that_is_gone_the_quotation_stays() -> None:
    assert QUOTE in Reader(panel.lost(ONE)).marked


def test_a_very_long_article_is_cut_around_the_place() -> None:
    text = "a" * 2 * panel.LONGEST_SHOWN + "HERE" + "b" * 2 * panel.LONGEST_SHOWN
    place = text.index("HERE")
    html = panel.source(Article("a.txt", text, "T"), place, place + 4, "HERE")
    assert Reader(html).marked == "HERE"
    assert len(html) < 2 * panel.LONGEST_SHOWN + 5_000


# -- compare, ledger, corpus ----------------------------------------------------------------------------------------------


def test_differing_words_are_marked_one_by_one() -> None:
    full, other = "They would agree on trade and Syria.", "They could agree on Syria."
    utterance = Utterance("Kremlin", "Kremlin", (Wording(full, (ONE,), ()), Wording(other, (TWO,), ("could",))), ("Wire",))
    html = panel.compared("Syria?", [utterance], SIDES)
    assert "They <ins>could</ins> agree on Syria." in html
    assert "<ins>" not in html[html.index(full) :][: len(full) + 10]


def test_each_wording_stands_under_its_outlet_with_its_place() -> None:
    utterance = Utterance("Kremlin", "Kremlin", (Wording("One.", (ONE,), ()), Wording("Two.", (TWO,), ())), ("Wire",))
    tags = Reader(panel.compared("Syria?", [utterance], SIDES)).tags
    places = [(attributes["data-article"], attributes["data-start"]) for _, attributes in tags if "data-article" in attributes]
    assert places == [("a.txt", "4"), ("b.txt", "0")]


def test_an_outlet_that_leaves_something_out_has_an_empty_place_in_its_row() -> None:
    both, one = (Wording("One.", (ONE,), ()), Wording("Two.", (TWO,), ())), (Wording("Three.", (ONE,), ()),)
    html = panel.compared("Syria?", [Utterance("", None, both, ()), Utterance("", None, one, ("Hub",))], SIDES)
    assert [row.count("not printed") for row in html.split("<tr>")[2:]] == [0, 1]


def test_nothing_to_compare_is_said() -> None:
    assert "No passage found" in panel.compared("Mars?", [], SIDES)


def test_a_row_of_the_ledger_knows_its_place() -> None:
    entry = Entry("a.txt", "Beacon", 4, 9, "words", "Kremlin", None, None, "said", False, "Kremlin")
    [row] = [attributes for _, attributes in Reader(panel.ledger_rows([entry], False, {})).tags if attributes.get("class") == "row"]
    assert (row["data-article"], row["data-start"], row["data-end"]) == ("a.txt", "4", "9")


def test_a_table_cut_short_says_so() -> None:
    entry = Entry("a.txt", "Beacon", 4, 9, "words", None, None, None, None, False, None)
    assert "Narrow the filters" in panel.ledger_rows([entry], True, {})
    assert "unattributed" in panel.ledger_rows([entry], False, {})


def test_the_picture_has_a_bar_for_each_speaker_in_words_too() -> None:
    html = panel.picture([("Kremlin", "Kremlin", 20), ("Ann", None, 1)], SIDES)
    assert html.count("<rect") == 2
    assert "Kremlin 20; Ann 1" in html


# -- tables of questions --------------------------------------------------------------------------------------------------


def state_of(done: int, total: int, *files: str, text: str = "Yes.") -> State:
    rows = tuple(Shown(number, text, "failed", text) for number in range(2, 2 + min(done, SHOWN)))
    return State(Summary(total, failed=done, seconds=60.0 * done, notes=(text,)), rows, tuple(map(Path, files)))


def test_a_table_of_questions_shows_its_rows_as_text() -> None:
    for html in (panel.batch_rows(state_of(2, 3, text=HOSTILE)), panel.batch_progress(state_of(3, 3, "a.csv", text=HOSTILE))):
        assert not {"script", "img", "a"} & {tag for tag, _ in Reader(html).tags}
        assert "<script>alert(1)</script>" in Reader(html).text


@pytest.mark.parametrize("done", [0, 1, SHOWN, SHOWN + 1])
def test_rows_beyond_those_shown_are_said_to_be_in_the_files(done: int) -> None:
    html = panel.batch_rows(state_of(done, 500))
    assert [tag for tag, _ in Reader(html).tags].count("tr") == (min(done, SHOWN) + 1 if done else 0)
    assert ("The first 100 rows are shown" in html) == (done > SHOWN)


def test_a_long_cell_is_cut_where_it_is_shown() -> None:
    assert len(panel.batch_rows(state_of(1, 1, text="x" * 1_000_000))) < 2_000


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (state_of(0, 0), ["Reading the table"]),
        (state_of(3, 9), ["3 of 9", "3 failed", "about 6 minutes left"]),
        (state_of(9, 9), ["less than a minute left"]),
        (state_of(9, 9, "a.csv", "a.html"), ["Done: 9 rows", "9 failed"]),
        (replace(state_of(3, 9, "a.csv"), stopped=True), ["Stopped: 3 of 9 rows done"]),
    ],
)
def test_progress_says_how_far_a_table_is_and_can_be_stopped_until_it_ended(state: State, words: list[str]) -> None:
    html = panel.batch_progress(state)
    assert [word for word in words if word not in Reader(html).text] == []
    assert ('data-do="stop"' in html) == (not state.files)
