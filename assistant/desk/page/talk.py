"""What is done with conversations: asking, following up, rating, renaming, exporting."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import cached_property, wraps

import gradio as gr

from assistant.chain import Asked
from assistant.desk import panel
from assistant.desk.conversations import Conversations, Turn
from assistant.desk.examples import examples
from assistant.desk.page.click import SAME, Click, Premises, fresh
from assistant.desk.page.writing import Writers, Writing
from assistant.desk.uploads import stem
from assistant.question import clean
from assistant.scope import check_scope, read_scope
from index.errors import ConversationMissing, ModelMissing, ReadoutError
from index.record import Scope

SUFFIX = {"markdown": "md", "json": "json", "csv": "csv"}

Told = tuple[str, str, str]
"""The conversation, the list of conversations and the notice beneath the question, as HTML."""

News = tuple[str, str, str, str]
"""The same and a draft: what is told while a question is answered. Parts without news are `SAME`."""


def _telling(do: Callable[[Talk, Click], Iterator[News] | None]) -> Callable[[Talk, Click], Iterator[News]]:
    """Tell what comes of a click, or how the conversation is after it; where it cannot be done, with a word why."""

    @wraps(do)
    def tell(self: Talk, click: Click) -> Iterator[News]:
        notice = ""
        try:
            if news := do(self, click):
                yield from news
                return
        except ReadoutError as error:
            notice = panel.failed(str(error))
        yield (*self._told(click.user, self._windows.get(click.window, click.conversation))[:2], notice, "")

    return tell


class Talk:
    """The events of the conversations, of which ``at_once`` questions are answered at the same time."""

    def __init__(self, premises: Premises, at_once: int) -> None:
        self._premises = premises
        self._writers = Writers(at_once)
        self._windows: dict[str, str] = {}  # the conversation that each shows
        self._shown_first: tuple[int, list[str]] = (-1, [])  # the examples, and the version of the index they are of

    @cached_property
    def _kept(self) -> Conversations:
        return Conversations(self._premises.settings.conversations)

    def show(self, click: Click) -> tuple[str, ...]:
        """The page as it is opened: the conversation its address names, else the question it asks (``/?q=…``), else the welcome."""
        talk, listed, notice = self._turned_to(click["c"], click)
        if click["q"].strip() and not self._kept.find(click.user, click["c"]):
            talk = panel.asking(click["q"])
        return talk, listed, notice, self._premises.form(), panel.signed_in(click.user)

    def chat(self, click: Click) -> Told:
        """Open a conversation of the list."""
        return self._turned_to(click["id"], click)

    def new(self, click: Click) -> Told:
        """Show the welcome; a conversation begins with its first question."""
        return self._turned_to("", click)

    def leave(self, request: gr.Request) -> None:
        """Forget a window that was closed."""
        self._windows.pop(request.session_hash or "", None)

    def find(self, click: Click) -> str:
        """List the conversations that hold some words."""
        return panel.conversations(self._kept.all(click.user, click["text"]), click.conversation, click["text"])

    # -- asking -----------------------------------------------------------------------------------------------------------

    @_telling
    def ask(self, click: Click) -> Iterator[News]:
        """Answer a question in the conversation that is open, or in a new one."""
        scope = self._within(click.all("outlet"), click["since"], click["until"])
        yield from self._ask(click, Asked(click["question"], scope, model=click.model))

    @_telling
    def narrow(self, click: Click) -> Iterator[News]:
        """Ask a turn's question of one outlet alone (no name: of all), or one side about what it asks."""
        name, (turn, before) = click["name"], self.turn(click)
        if click["kind"] == "outlet":
            scope = self._within([name] if name else [], turn.scope.since or "", turn.scope.until or "")
            yield from self._ask(click, Asked(panel.asked(turn), scope, model=click.model))
        else:
            question, history = f"What did {name} say about that?", (*before, panel.asked(turn))
            yield from self._ask(click, Asked(question, turn.scope, history, click.model))

    @_telling
    def again(self, click: Click) -> Iterator[News]:
        """Ask once more what was not answered."""
        turn, before = self.turn(click)
        yield from self._answer(click, click.conversation, turn.id, Asked(turn.question, turn.scope, tuple(before), click.model))

    @_telling
    def follow(self, click: Click) -> Iterator[News]:
        """Tell a window how an answer comes along that was asked for before it was opened."""
        turn, _ = self.turn(click)
        yield from self._follow(click, click.conversation, turn.id, self._writers.of(turn.id))

    def _ask(self, click: Click, asked: Asked) -> Iterator[News]:
        """Store a question, in a new conversation where none is open, and answer it; what cannot be asked is not stored.

        Without a history it follows up what the conversation holds.
        """
        user, current = click.user, click.conversation
        question, scope = clean(asked.text), check_scope(asked.scope, self._premises.record)
        if not self._kept.find(user, current):
            current = self._windows[click.window] = self._kept.new(user).id
        history = asked.history or tuple(panel.asked(turn) for turn in self._kept.turns(user, current))
        turn = self._kept.begin(user, current, question, scope)
        yield from self._answer(click, current, turn, Asked(question, scope, history, asked.model))

    def _answer(self, click: Click, current: str, turn: str, asked: Asked) -> Iterator[News]:
        """Have a stored question answered, and show how that comes along.

        Raises:
            ModelMissing: the model that is to answer is not offered here, or cannot be had.
        """
        premises, user = self._premises, click.user
        writer = asked.model or premises.settings.model
        if not premises.free and writer not in premises.models:
            raise ModelMissing(f"{writer!r} may not be asked here. Choose one of: {', '.join(premises.models)}.")
        writing = self._writers.begin(
            turn,
            writer,
            lambda watch: premises.assistant().ask(asked.text, asked.scope, asked.history, writer, watch),
            lambda answer: self._kept.finish(user, turn, answer),
        )
        yield (*self._seen(click, current, asking=True), "")
        yield from self._follow(click, current, turn, writing)

    def _follow(self, click: Click, current: str, turn: str, writing: Writing | None) -> Iterator[News]:
        """Show a draft as it grows and then the answer; the points of one without a draft one by one."""
        if writing:
            drafted = False
            for draft in writing.drafts():
                drafted = True
                yield SAME, SAME, SAME, panel.draft(turn, draft)
            answer = writing.ended.result()
            for number in range(1, 0 if drafted else len(answer.points)):
                yield (*self._seen(click, current, {turn: number}), "")
        yield (*self._seen(click, current), "")

    # -- a conversation as it is ------------------------------------------------------------------------------------------

    @_telling
    def rate(self, click: Click) -> None:
        """Store a thumb, up or down, with a word why."""
        corpus = self._premises.record.corpus_fingerprint()
        self._kept.rate(click.user, click["turn"], click["good"] == "1", click["why"][:500], corpus)

    @_telling
    def rename(self, click: Click) -> None:
        """Give the open conversation another title."""
        self._kept.rename(click.user, click.conversation, click["title"])

    @_telling
    def delete(self, click: Click) -> None:
        """Delete the open conversation for good."""
        self._kept.delete(click.user, click.conversation)

    def export(self, click: Click) -> str:
        """The open conversation as a file for the browser to save."""
        title, form = self._kept.get(click.user, click.conversation).title, click["form"]
        text = self._kept.export(click.user, click.conversation, form)  # type: ignore[arg-type]
        name = f"{stem(title) or 'conversation'}.{SUFFIX[form]}"
        return panel.saved(name, base64.b64encode(text.encode("utf-8")).decode("ascii")) + fresh()

    def turn(self, click: Click) -> tuple[Turn, list[str]]:
        """The turn that was clicked, and the questions before it. Raises `ConversationMissing`."""
        before: list[str] = []
        for turn in self._kept.turns(click.user, click.conversation):
            if turn.id == click["turn"]:
                return turn, before
            before.append(panel.asked(turn))
        raise ConversationMissing("this answer is no longer there. Open the conversation again.")

    def _turned_to(self, current: str, click: Click) -> Told:
        """A conversation that a window shows from now on."""
        self._windows[click.window] = current
        return self._told(click.user, current)

    def _seen(self, click: Click, current: str, shown: dict[str, int] | None = None, *, asking: bool = False) -> Told:
        """A conversation as a window shows it by now; no news where it has turned to another."""
        if self._windows.get(click.window, current) != current:
            return SAME, SAME, SAME
        return self._told(click.user, current, shown, asking=asking)

    def _told(self, user: str, current: str, shown: dict[str, int] | None = None, *, asking: bool = False) -> Told:
        listed = panel.conversations(self._kept.all(user), current, "")
        record, outlets = self._premises.record, self._premises.outlets()
        if not (found := self._kept.find(user, current)):
            return panel.welcome(self._examples(), *record.extent(self._premises.scope), len(outlets)), listed, ""
        sides = record.sides()
        turns = "".join(
            panel.turn_html(turn, outlets, sides, now=self._now(turn, asking), shown=(shown or {}).get(turn.id))
            for turn in self._kept.turns(user, current)
        )
        return panel.conversation(found, turns), listed, ""

    def _now(self, turn: Turn, asking: bool) -> panel.UnderWay | None:
        """How far a turn's answer is; a window that did not ask for it just now is to follow it."""
        writing = self._writers.of(turn.id)
        return panel.UnderWay(writing.writer, writing.draft, not asking) if writing else None

    def _examples(self) -> list[str]:
        version = self._premises.record.version()
        if self._shown_first[0] != version:
            self._shown_first = (version, examples(self._premises.record, self._premises.assistant().names))
        return self._shown_first[1]

    def _within(self, outlets: list[str], since: str, until: str) -> Scope:
        """What the form narrows, within what the chat was opened for."""
        own, whole = read_scope(outlets, since, until, mark=""), self._premises.scope
        return Scope(
            own.outlets or whole.outlets,
            max(filter(None, (own.since, whole.since)), default=None),
            min(filter(None, (own.until, whole.until)), default=None),
        )
