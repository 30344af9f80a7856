"""The parts of the page as HTML: values on their way into the templates, where whatever somebody else wrote is escaped.

What a click does stands in ``data-`` attributes, which ``desk.js`` hands to the server: ``data-do`` names the action.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from assistant import render
from assistant.check.values import Report
from assistant.compare import Utterance, Wording, changes
from assistant.desk.batches import RUNS, SHOWN, State
from assistant.desk.conversations import Conversation, Turn
from assistant.desk.uploads import Outcome
from assistant.ledger import Entry
from assistant.markup import filled, html
from assistant.types import Answer, Citation
from index.record import Listed
from index.types import Article

LONGEST_SHOWN = 300_000  # characters of an article on either side of the cited words; longer ones slow a browser down
MOST_BARS = 12  # speakers in the picture
HUES = 6  # colours for sides
STATES = ("spoke", "silent", "open")  # quoted in an answer, without a passage, or not quoted, which is not silence

Place = tuple[Citation, list[tuple[str, bool]]]
"""Where a wording stands, and its words in parts, each with whether the fullest wording lacks it."""

HEADER = filled("forms", "header")
LOGIN = filled("forms", "login")
SIDE = filled("forms", "conversations")
CHECK_FORM = filled("forms", "check")
COMPARE_FORM = filled("forms", "compare")
COMPARE_EMPTY = filled("forms", "nothing_compared")
CORPUS_FORM = filled("forms", "corpus")
ADDING = filled("forms", "adding")
BATCH = filled("forms", "batch", RUNS)
NO_SOURCE = filled("source", "nothing")

counted = render.counted


def hues(sides: Iterable[str]) -> dict[str, int]:
    """A colour for each side, by its place among them."""
    return {side: place % HUES for place, side in enumerate(sides)}


# -- the conversation -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that is being made: who writes it, the draft so far, and whether the page is to ask how it comes along."""

    writer: str
    draft: str = ""
    follow: bool = False


def turn_html(turn: Turn, outlets: Sequence[str], sides: Sequence[str], *, now: UnderWay | None = None, shown: int | None = None) -> str:
    """A question with its answer, or ``now`` how far that is; without either it was interrupted, or could not be answered.

    Of the answer the first ``shown`` points are there (``None``: all).
    """
    strips = coverage(turn, turn.answer, outlets, sides) if turn.answer else []
    told = listings(turn.answer) if turn.answer else []
    return filled("answer", "turn", turn, hues(sides), strips, told, now, shown)


def listings(answer: Answer) -> list[tuple[bool, list[render.Line]]]:
    """What is said where there are no points, as paragraphs and lists: whether it is a list, and its lines."""
    lines = [line for part in render.parts(replace(answer, note="")) for line in part if line.text]
    return [(item, list(group)) for item, group in groupby(lines, lambda line: line.item)]


def coverage(turn: Turn, answer: Answer, outlets: Sequence[str], sides: Sequence[str]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The strips under a question: what a click narrows, a title, and every outlet, side or speaker with its state, those quoted first."""
    if not answer.citations and answer.status == "answered":
        return []
    cited = {number for one in answer.points for number in one.citations}
    quoted = {citation.outlet for citation in answer.citations if citation.n in cited}
    speakers = dict.fromkeys(one.speaker for one in answer.points if one.speaker and not sides)
    strips = [
        ("outlet", "Outlets", heard(outlets, quoted, answer, turn.scope.outlets or outlets)),
        ("side", "Sides", heard(sides, {one.side for one in answer.points}, answer, sides)),
        ("side", "Speakers", [(name, "spoke") for name in speakers]),
    ]
    return [strip for strip in strips if strip[2]]


def heard(names: Sequence[str], spoke: Collection[str | None], answer: Answer, asked: Collection[str]) -> list[tuple[str, str]]:
    """Each name with its one of `STATES`, in their order."""
    nobody = answer.status == "abstained" and not answer.silent

    def state(name: str) -> str:
        if name in spoke:
            return "spoke"
        return "silent" if name in answer.silent or (nobody and name in asked) else "open"

    return sorted(((name, state(name)) for name in names), key=lambda one: STATES.index(one[1]))


def draft(turn: str, text: str) -> str:
    """A draft so far, which ``desk.js`` puts where its turn shows it."""
    return filled("answer", "draft", turn, text)


def asked(turn: Turn) -> str:
    """A turn's question as it can be asked without the conversation before it."""
    return (turn.answer.understood if turn.answer else "") or turn.question


def conversation(current: Conversation, turns: str) -> str:
    """The conversation that is open: its title, what can be done with it, and its turns (HTML)."""
    return filled("conversation", "conversation", current, html(turns))


def asking(question: str) -> str:
    """A question that came with the address: ``desk.js`` asks it as soon as this is shown."""
    return filled("conversation", "asking", question)


def welcome(examples: Sequence[str], articles: int, first: str | None, last: str | None, outlets: int) -> str:
    """What is shown before anything is asked: what there is, and questions this corpus answers."""
    return filled("conversation", "welcome", examples, articles, first, last, outlets)


def conversations(listed: Sequence[Conversation], current: str, text: str) -> str:
    """The list of conversations; ``text`` is what was searched for."""
    return filled("conversation", "conversations", listed, current, text)


def signed_in(user: str) -> str:
    """Who is signed in, with the way out; nothing where nobody is asked for a name."""
    return filled("conversation", "signed_in", user)


# -- a draft, the source, comparing ------------------------------------------------------------------------------------------------


def checked(report: Report, *, done: bool) -> str:
    """A draft, marked, and its claims, as far as it has been checked."""
    return filled("check", "checked", report, done)


def source(article: Article, start: int, end: int, quote: str | None = None, number: int | None = None) -> str:
    """An article with the characters ``start:end`` marked. ``quote`` is what must stand there, else the article has changed."""
    if quote is not None and article.text[start:end] != quote:
        return filled(
            "source", "source", article, number, article.text, trouble="This article has changed since. It said then:", said=quote
        )
    first, last = max(0, start - LONGEST_SHOWN), end + LONGEST_SHOWN
    before = ("[…]\n" if first else "") + article.text[first:start]
    behind = article.text[end:last] + ("[…]" if last < len(article.text) else "")
    return filled("source", "source", article, number, before, article.text[start:end], behind)


def lost(citation: Citation) -> str:
    """A citation whose article is no longer in the index: what it said is kept with the answer."""
    known = Article(citation.article, citation.quote, citation.title, citation.outlet, citation.url, citation.published)
    trouble = "This article is no longer in the index. It said:"
    return filled("source", "source", known, citation.n, cited=citation.quote, trouble=trouble)


def failed(message: str) -> str:
    """A word about what went wrong, in place of what was asked for."""
    return filled("shared", "failed", message)


def compared(question: str, utterances: Sequence[Utterance], sides: Sequence[str]) -> str:
    """Sides by outlets: one row an utterance, each outlet's words in its column, those marked that the fullest wording has not."""
    order = {side: place for place, side in enumerate(sides)}
    ranked = sorted(utterances, key=lambda one: order.get(one.side or "", len(order)))
    rows = [{"who": one, "cells": cells(one), "contrary": _outlets(utterances[place] for place in one.conflicts)} for one in ranked]
    outlets = _outlets(utterances)
    missed = [outlet for one in ranked[:1] for outlet in one.cut_by if outlet not in outlets]
    absent = [*missed, *(side for side in sides if side not in {one.side for one in ranked})]
    return filled("compare", "compared", question, outlets, rows, absent, hues(sides))


def _outlets(utterances: Iterable[Utterance]) -> list[str]:
    return list(dict.fromkeys(name for one in utterances for name in cells(one)))


def cells(one: Utterance) -> dict[str, list[Place]]:
    """Where an utterance stands, by outlet (where that is not known, by article)."""
    found: dict[str, list[Place]] = {}
    for wording in one.wordings:
        for citation in wording.citations:
            found.setdefault(citation.outlet or citation.article, []).append((citation, in_parts(one.wordings[0], wording)))
    return found


def in_parts(fullest: Wording, wording: Wording) -> list[tuple[str, bool]]:
    """A wording's words in parts, each with whether the fullest wording lacks it."""
    spans = [] if wording is fullest else changes(fullest.words, wording.words)
    bounds = [0, *(place for span in spans for place in span), len(wording.words)]
    return [(wording.words[start:end], place % 2 == 1) for place, (start, end) in enumerate(pairwise(bounds))]


# -- ledger, corpus, tables of questions, and forms -----------------------------------------------------------------------


def ledger_rows(entries: Sequence[Entry], more: bool, hue: Mapping[str, int]) -> str:
    """Statements as a table, each row a way to its place; ``more`` of them were left out."""
    return filled("tables", "ledger", entries, more, hue)


def corpus(articles: Sequence[Listed], totals: Mapping[str, int], more: bool) -> str:
    """The articles as a table: outlet, title, date, number of statements; a title opens the article. ``more`` were left out."""
    return filled("tables", "corpus", articles, totals, more)


def picture(spoken: Sequence[tuple[str, str | None, int]], sides: Sequence[str]) -> str:
    """Who is quoted how often, as bars: speaker, side and number of statements, most first."""
    return filled("tables", "picture", spoken[:MOST_BARS], hues(sides))


def received(outcomes: Sequence[Outcome], note: str) -> str:
    """What became of each uploaded file, and how the reading goes."""
    return filled("tables", "received", outcomes, note)


def saved(name: str, content: str) -> str:
    """A file for the browser to save: its name, and its bytes in base64."""
    return filled("shared", "saved", name, content)


def batch_progress(state: State) -> str:
    """How far a table is, with a button that stops it; in the end what came of it."""
    run = state.summary
    minutes = run.seconds / run.rows * (run.total - run.rows) / 60 if run.rows else 0
    left = f"about {counted(round(minutes), 'minute')} left" if minutes >= 1 else "less than a minute left"
    return filled("tables", "progress", state, left)


def batch_rows(state: State) -> str:
    """The rows that are done, as a table; the first of them where there are many."""
    return filled("tables", "rows", state, SHOWN)


def question_form(outlets: Sequence[str], models: Sequence[str] = (), free: bool = False) -> str:
    """Where a question is asked, with its filters, and with who answers where there is a choice.

    That is one of these models, the usual one first, or with ``free`` any other by its name.
    """
    return filled("forms", "question", outlets, models, free)


def ledger_form(outlets: Sequence[str], sides: Sequence[str]) -> str:
    """The ledger's filters."""
    return filled("forms", "ledger", outlets, sides)
