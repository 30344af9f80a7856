"""What is looked up beside the conversations: the source of a citation, a draft's claims, who words what how, the ledger, the articles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice

import gradio as gr

from assistant.check.draft import sent_draft
from assistant.check.values import Checked, Report
from assistant.compare import compare
from assistant.desk import panel
from assistant.desk.conversations import Turn
from assistant.desk.page.click import NOBODY, Click, Premises, fresh
from assistant.ledger import ledger
from assistant.question import understand
from assistant.verification.parses import parser
from index.errors import ReadoutError

ROWS = 200  # rows of a table at most
PAUSE = 0.05  # seconds between two looks at a draft, times its claims: the more there is to show, the rarer


class Shelves:
    """The events of what is looked up; ``turn`` finds the turn of a conversation that was clicked."""

    def __init__(self, premises: Premises, turn: Callable[[Click], tuple[Turn, list[str]]]) -> None:
        self._premises, self._turn = premises, turn

    def open(self, click: Click) -> str:
        """The article behind a citation of an answer, or at a place, with the cited words marked."""
        try:
            return self._opened(click) + fresh()
        except (KeyError, ValueError):
            return panel.failed("This place is not in the index any more. Ask again.")
        except ReadoutError as error:
            return panel.failed(str(error))

    def _opened(self, click: Click) -> str:
        record = self._premises.record
        if not click["turn"]:
            return panel.source(record.article(click["article"]), int(click["start"]), int(click["end"]))
        turn, _ = self._turn(click)
        citation = {str(one.n): one for one in (turn.answer.citations if turn.answer else ())}[click["n"]]
        try:
            article = record.article(citation.article)
        except KeyError:
            return panel.lost(citation)
        return panel.source(article, citation.start, citation.end, citation.quote, citation.n)

    def prepare(self, _: Click) -> None:
        """Load what parses a draft, which takes seconds, while the draft is being pasted."""
        parser()

    def check(self, click: Click) -> Iterator[str]:
        """A pasted draft, marked as far as it has been held against the articles; a word where that cannot be done."""
        claims, due = list[Checked](), 0.0
        try:
            draft = sent_draft(click["draft"])
            yield panel.checked(Report(draft.text, ()), done=False)
            for one in self._premises.assistant().checker.checking(draft, self._premises.scope):
                claims.append(one)
                if time.monotonic() > due:
                    yield panel.checked(Report(draft.text, tuple(claims)), done=False)
                    due = time.monotonic() + PAUSE * len(claims)
            yield panel.checked(Report(draft.text, tuple(claims)), done=True)
        except ReadoutError as error:
            yield panel.failed(str(error))

    def compare(self, click: Click) -> tuple[str, gr.Tabs]:
        """The wordings of what answers a question, by outlet; and the tab to be shown."""
        assistant, tab = self._premises.assistant(), gr.Tabs(selected="compare")
        try:
            question = understand(click["question"], assistant.names)
            found = compare(question, assistant.gatherer, self._premises.scope)
        except ReadoutError as error:
            return panel.failed(str(error)), tab
        return panel.compared(question.text, found, assistant.record.sides()), tab

    def show_ledger(self, _: Click = NOBODY) -> tuple[str, str]:
        """The form of filters, and all statements."""
        return panel.ledger_form(self._premises.outlets(), self._premises.record.sides()), self.filter(NOBODY)

    def filter(self, click: Click) -> str:
        """The statements that pass the filters."""
        record, speaker, words = self._premises.record, click["speaker"].casefold(), " ".join(click["text"].split()).casefold()
        entries = (
            one
            for one in ledger(record, sides=click.all("side"), outlets=click.all("outlet"), scope=self._premises.scope)
            if speaker in (one.speaker or "unattributed").casefold() and words in " ".join(one.text.split()).casefold()
        )
        rows = list(islice(entries, ROWS + 1))
        return panel.ledger_rows(rows[:ROWS], len(rows) > ROWS, panel.hues(record.sides()))

    def show_corpus(self, _: Click = NOBODY) -> tuple[str, str]:
        """The picture of who speaks, and the table of articles."""
        record = self._premises.record
        return panel.picture(record.voices(self._premises.scope, panel.MOST_BARS), record.sides()), self.search_corpus(NOBODY)

    def search_corpus(self, click: Click) -> str:
        """The articles whose title, outlet or file holds some words."""
        held = self._premises.record.catalogue(self._premises.scope, click["text"], ROWS + 1)
        return panel.corpus(held[:ROWS], self._premises.record.counts(), len(held) > ROWS)
