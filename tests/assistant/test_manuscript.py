"""How a draft is read: every way in which models write citations and what they wrap answers in, with the points that must come out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.manuscript import Given, denies, points_of
from assistant.models.unwrapped import lines_of

CALL, BAD, DEAL = "The Kremlin said they discussed Syria", "Moscow called relations unsatisfactory", "Trump would negotiate the conflict"
GIVEN = {
    1: Given(
        "In this context, they discussed issues related to the crisis in Syria, the Kremlin said.", "Free Beacon", "The call 2016-11-15"
    ),
    2: Given("Moscow and Washington agreed that relations were unsatisfactory.", "MaltaToday", "Trump and Putin agree to mend ties"),
    3: Given("Trump said he would negotiate the conflict in Syria with Moscow.", "World News Hub", "Putin talks with Trump"),
}
Points = list[tuple[str, tuple[int, ...]]]
BOTH = [(CALL, (1,)), (BAD, (2,))]


def read(draft: str, *, cut: bool = False) -> Points:
    """The points of a draft, each as its words without the last stop, and its numbers."""
    points = points_of(draft, GIVEN, cut=cut)
    return [(" ".join(one.words for one in point).rstrip("."), tuple(n for one in point for n in one.citations)) for point in points]


# --- citations ---------------------------------------------------------------------------------------------------------------

CITATIONS: dict[str, tuple[str, Points]] = {
    "square brackets": (f"{CALL} [1]. {BAD} [2].", BOTH),
    "behind the stop": (f"{CALL}. [1] {BAD}. [2]", BOTH),
    "without stops": (f"{CALL} [1] {BAD} [2]", BOTH),
    "before the line": (f"[1] {CALL}.\n[2] {BAD}.", BOTH),
    "before each sentence": (f"[1] {CALL}. [2] {BAD}.", BOTH),
    "on a line of their own": (f"{CALL}\n[1]\n{BAD}\n[2]", BOTH),
    "lenticular": (f"{CALL}【1】. {BAD} 【2】.", BOTH),
    "with a dagger": (f"{CALL}【1†source】. {BAD}【2†L1-L9】.", BOTH),
    "full width": (f"{CALL}［1］. {BAD}［２］.", BOTH),
    "round": (f"{CALL} (1). {BAD} (2).", BOTH),
    "round in square": (f"{CALL} ([1]). {BAD} ([2]).", BOTH),
    "doubled": (f"{CALL} [[1]]. {BAD} [[2]](http://a.example).", BOTH),
    "a list": (f"{CALL} [1, 2].", [(CALL, (1, 2))]),
    "a list with and": (f"{CALL} [1 and 3].", [(CALL, (1, 3))]),
    "a range": (f"{CALL} [1-3].", [(CALL, (1, 2, 3))]),
    "a range with a long dash": (f"{CALL} [1–3].", [(CALL, (1, 2, 3))]),
    "a range of brackets": (f"{CALL} [1]–[3].", [(CALL, (1, 2, 3))]),
    "one after the other": (f"{CALL} [1][2], [3].", [(CALL, (1, 2, 3))]),
    "two joined by and": (f"{CALL} [1] and [2].", [(CALL, (1, 2))]),
    "links": (f"{CALL} [1](http://a.example/1). {BAD} [2](http://b.example '2').", BOTH),
    "footnotes": (f"{CALL}[^1]. {BAD}[^2].", BOTH),
    "footnotes with their texts": (f"{CALL}.[^1] {BAD}.[^2]\n\n[^1]: Free Beacon\n[^2]: MaltaToday", BOTH),
    "raised": (f"{CALL}.¹ {BAD}².", BOTH),
    "between carets": (f"{CALL}^1^. {BAD}^2^.", BOTH),
    "in TeX": (f"{CALL}$^{{1}}$. {BAD} \\[2\\].", BOTH),
    "sup": (f"{CALL}<sup>1</sup>. {BAD}<sup>[2]</sup>.", BOTH),
    "sup with a link": (f"{CALL}<sup><a href='#1'>1</a></sup>. {BAD} <cite>2</cite>.", BOTH),
    "Source 1": (f"{CALL}. Source 1. {BAD}, Source 2.", BOTH),
    "source in brackets": (f"{CALL} (Source 1). {BAD} [source 2].", BOTH),
    "source with a colon": (f"{CALL} (Source: [1]). {BAD}. Source: [2]", BOTH),
    "ref.": (f"{CALL} [ref. 1]. {BAD} [Ref. 2].", BOTH),
    "statement": (f"{CALL} [statement 1]. {BAD} [S2].", BOTH),
    "see": (f"{CALL} (see [1]). {BAD} [see 2].", BOTH),
    "as the one who tells it": (
        f"According to Source 1, they discussed Syria. Source 2 says that {BAD}.",
        [("According to Free Beacon, they discussed Syria", (1,)), (f"MaltaToday says that {BAD}", (2,))],
    ),
    "at the end of a paragraph": (f"{CALL}. {BAD}. [1][2]", BOTH),
    "one for a paragraph": (f"{CALL}. {BAD}. [2]", [(CALL, (2,)), (BAD, (2,))]),
    "only as sources": (f"{CALL}. {BAD}.\n\nSources: [1], [2]", BOTH),
    "with a list of sources": (
        f"{CALL} [1]. {BAD} [2].\n\nSources:\n[1] Free Beacon, 2016-11-15\n[2] MaltaToday: “Ties”, an article",
        BOTH,
    ),
    "with a numbered list of sources": (
        f"{CALL} [1]. {BAD} [2].\n\n**Sources**\n\n1. Free Beacon\n2. MaltaToday, Trump and Putin agree",
        BOTH,
    ),
    "with sources as definitions": (f"{CALL} [1]. {BAD} [2].\n\n[1]: http://a.example/1\n[2]: http://b.example/2", BOTH),
}


@pytest.mark.parametrize("way", CITATIONS)
def test_a_citation_is_read_however_it_is_written(way: str) -> None:
    draft, points = CITATIONS[way]
    assert read(draft) == points


TEXT = {
    "a year in square brackets": ("In [2016] the Kremlin said so [1].", "In (2016) the Kremlin said so"),
    "a year in round brackets": ("The Kremlin said so (2016) [1].", "The Kremlin said so (2016)"),
    "a day": ("The Kremlin said so (14 November) [1].", "The Kremlin said so (14 November)"),
    "a day in square brackets": ("The Kremlin said so [November 1] [1].", "The Kremlin said so [November 1]"),
    "sic": ("The Kremlin said “so [sic]” [1].", "The Kremlin said “so [sic]”"),
    "an age": ("Donald Trump (3) spoke of Syria [1].", "Donald Trump (3) spoke of Syria"),
    "a figure": ("It cost (1,500) roubles and [1.5] more [1].", "It cost (1,500) roubles and [1.5] more"),
    "a square": ("A field of 10 km² was hit [1].", "A field of 10 km² was hit"),
    "a power": ("It has 10^2 parts [1].", "It has 10^2 parts"),
    "a number that a quotation holds": ("The paper said “the bridge [12] was opened” [1].", "The paper said “the bridge (12) was opened”"),
    "the number of a line": ("(1) The Kremlin said so [1].", "The Kremlin said so"),
    "a line that begins with a year": ("2016. It was a good year [1].", "2016. It was a good year"),
}


@pytest.mark.parametrize("kind", TEXT)
def test_a_number_of_the_text_is_no_citation(kind: str) -> None:
    draft, words = TEXT[kind]
    assert read(draft) == [(words, (1,))]


def test_numbers_in_round_brackets_count_only_where_nothing_else_cites() -> None:
    assert read(f"{CALL} (3). {BAD} (2).") == [(CALL, (3,)), (BAD, (2,))]
    assert read(f"{CALL} (3) [1].") == [(f"{CALL} (3)", (1,))]
    assert read("Trump (3) spoke.") == [("Trump (3) spoke", ())]


def test_a_number_in_a_quotation_that_a_statement_has_so_stays_as_it_is() -> None:
    known = {1: Given("The bridge [12] was opened.", "A")}
    ((claim,),) = points_of("The paper said “the bridge [12] was opened” [1].", known)
    assert (claim.words, claim.citations) == ("The paper said “the bridge [12] was opened”.", (1,))


def test_a_number_that_leads_nowhere_stays_one() -> None:
    assert read(f"{CALL} [1]. {BAD} [9].") == [(CALL, (1,)), (BAD, (9,))]


def test_sentences_that_begin_with_a_number_twice_are_no_list_of_sources() -> None:
    assert read(f"[1] {CALL}.\n[2] {BAD}.\n[1] Nobody spoke of it for long.") == [*BOTH, ("Nobody spoke of it for long", (1,))]


# --- what is around an answer ------------------------------------------------------------------------------------------------

PLAIN = f"- {CALL} [1].\n- {BAD} [2]."
OBJECT = {"points": [{"sentence": f"{CALL}.", "statements": [1]}, {"sentence": f"{BAD}.", "statements": [2]}]}
WRAPPINGS = {
    "an introduction": f"Here is what the articles say:\n\n{PLAIN}",
    "headings": f"# Answer\n\n**The Kremlin**\n\n{PLAIN}\n\n## End",
    "emphasis": f"- **{CALL}** [1].\n- _{BAD}_ **[2]**.",
    "numbered lists": f"1. {CALL} [1].\n2) {BAD} [2].",
    "nested lists": f"- Kremlin:\n  - {CALL} [1].\n- Moscow:\n    * {BAD} [2].",
    "a quotation of Markdown": f"> {CALL} [1].\n>\n> {BAD} [2].",
    "a fence": f"```markdown\n{PLAIN}\n```",
    "a fence that is not closed": f"~~~\n{PLAIN}",
    "an indented block": f"    {CALL} [1].\n    {BAD} [2].",
    "wrapped lines": f"{CALL.replace(' they', chr(10) + 'they')} [1]. {BAD} [2].",
    "a table": f"| Who | What | Source |\n|---|---|---|\n| | {CALL} | [1] |\n| | {BAD} | 2 |",
    "a table that names sources": f"| What | Source |\n|:--|--:|\n| {CALL} | Free Beacon [1] |\n| {BAD} | MaltaToday [2] |",
    "HTML": f"<div><h2>Answer</h2><ul><li>{CALL} [1]</li><li><b>{BAD}</b>&nbsp;[2]</li></ul></div>",
    "JSON": json.dumps(OBJECT),
    "JSON in a fence": f"Here you are:\n```json\n{json.dumps(OBJECT, indent=2)}\n```",
    "a list in JSON": json.dumps([{"id": "a", "text": CALL, "citations": ["[1]"]}, {"id": "b", "text": BAD, "source": 2}]),
    "lines of JSON": "\n".join(map(json.dumps, OBJECT["points"])),
    "one text in JSON": json.dumps({"answer": f"{CALL} [1]. {BAD} [2].", "sources": [{"id": 1, "title": "The Call"}]}),
    "statements in JSON": json.dumps(
        {"answer": f"{CALL}. {BAD}.", "citations": [{"id": 1, "quote": "in this"}, {"id": 2, "quote": "and"}]}
    ),
    "strings in JSON": json.dumps({"points": [f"{CALL} [1]", f"{BAD} [2]"]}),
    "copied elements": f'<statement number="1" outlet="A">{CALL}</statement>\n<statement number="2" outlet="B">{BAD}.</statement>',
    "<think>": f"<think>Nothing [3] is as it seems.\n\n- No.</think>{PLAIN}",
    "<THINK>": f"<THINK>Nothing [3] is as it seems.</THINK>\n\n{PLAIN}",
    "<thought>": f"<thought>Nothing [3] <b>is</b> so.</thought>\n{PLAIN}",
    "<reasoning>": f"<reasoning>Nothing [3] is as it seems.</reasoning>\n{PLAIN}",
    "[THINK]": f"[THINK]Nothing [3] is as it seems.[/THINK]{PLAIN}",
    "thoughts without a beginning": f"Nothing [3] is as it seems.\n</think>\n{PLAIN}",
    "thoughts within thoughts": f"<think>a [3] <think>b</think> c [3]</think>\n{PLAIN}",
    "channels": f"<|channel|>analysis<|message|>See [3].<|end|><|start|>assistant<|channel|>final<|message|>{PLAIN}<|return|>",
    "channels without marks": f"analysisWe need [3] to answer.assistantfinal{PLAIN}",
    "the marks of a turn": f"<|im_start|>{PLAIN}<|im_end|>",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_what_models_put_around_an_answer_is_taken_off(wrapping: str) -> None:
    assert read(WRAPPINGS[wrapping]) == BOTH


@pytest.mark.parametrize("draft", [f"<think>{CALL} [1].", f"[THINK]{CALL} [1].", f"<|channel|>analysis<|message|>{CALL} [1]."])
def test_thoughts_alone_say_nothing(draft: str) -> None:
    assert read(draft) == []
    assert not denies(draft)


@pytest.mark.parametrize("draft", ["not in the articles", "**Not in the articles.**", '{"points": []}', '```json\n{"points": []}\n```'])
def test_having_found_nothing_is_told_in_words_or_by_an_empty_form(draft: str) -> None:
    assert read(draft) == []
    assert denies(draft)


def test_a_row_says_whom_it_is_about() -> None:
    assert read(f"| Who | What |\n|---|---|\n| Trump | {BAD} [2] |\n| Kremlin | {CALL} [1] |") == [(f"Trump: {BAD}", (2,)), BOTH[0]]


# --- sentences ---------------------------------------------------------------------------------------------------------------


def test_each_sentence_of_a_paragraph_is_a_point_with_what_stands_behind_it() -> None:
    assert read(f"{DEAL}. {CALL}. {BAD}. [1] [2] [3]") == [(DEAL, (3,)), *BOTH]
    assert read(f"{DEAL} [3]. {CALL}. {BAD}. [1] [2]") == [(DEAL, (3,)), *BOTH]
    assert read(f"{CALL} [1]. {BAD}.") == [(CALL, (1,)), (BAD, ())]


def test_a_sentence_about_he_stays_with_the_one_before() -> None:
    assert read(f"{DEAL} [3]. He spoke of Syria [1]. {BAD} [2].") == [(f"{DEAL}. He spoke of Syria", (3, 1)), (BAD, (2,))]


def test_a_statement_that_is_copied_whole_is_one_point() -> None:
    known = {1: Given("They met in Moscow. Nobody was there. It was cold.", "A")}
    (point,) = points_of("They met in Moscow. Nobody was there. [1]", known)
    assert [claim.words for claim in point] == ["They met in Moscow.", "Nobody was there."]


def test_what_is_cut_off_is_left_out() -> None:
    assert read(f"{CALL} [1]. Trump said that he", cut=True) == BOTH[:1]
    assert read(f"{CALL} [1].\n- Trump said that he", cut=True) == BOTH[:1]
    assert read(f"{CALL} [1]. {BAD} [2]", cut=True) == BOTH


# --- anything ----------------------------------------------------------------------------------------------------------------

SIGNS = "[ ] ( ) ^ ¹² 1 2 99 2016 source Sources and , - . “ ” 【 † { } < > <| |> | # - **".split()
TAGS = "<sup> </sup> <think> </think> <![ <!-- &lt; <|channel|> final<|message|> ``` ` The Kremlin He said so".split()
BLOCKS = ['{"a": "b c", "n": [1]}', '<source id="1">', "\n|-|\n", "[1]: x\n", "\n1. ", "\n- ", "    ", " ", "\n", ". "]


@given(st.lists(st.sampled_from([*SIGNS, *TAGS, *BLOCKS]) | st.text(max_size=5), max_size=30).map("".join), st.booleans())
def test_any_text_is_read_and_leaves_no_number_in_square_brackets(draft: str, cut: bool) -> None:
    for point in points_of(draft, GIVEN, cut=cut):
        for claim in point:
            assert not [part for part in claim.words.split("[")[1:] if part.partition("]")[0].isdecimal() and "]" in part], claim
    assert all("\n" not in line.text for line in lines_of(draft))


@pytest.mark.parametrize("deep", ["[" * 4000, "{" * 4000, '{"a":' * 1500, "<b>" * 2000, "> " * 2000 + "x", "<think>" * 900, "- " * 2000])
def test_what_is_nested_deeply_is_read(deep: str) -> None:
    assert isinstance(read(f"{deep} [1]"), list)
