"""The page: its layout in Gradio, and what each click does. The only module of the assistant that imports Gradio.

What a person sees is made by `panel` from what the index and the conversations hold; ``desk.js`` sends what is clicked as an event, with
the data that stand at the thing clicked. The browser is not believed: whose a conversation is, the server's store knows.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

import gradio as gr
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from assistant.chain import Asked, Assistant
from assistant.compare import compare
from assistant.desk import panel
from assistant.desk.batches import Batches, State
from assistant.desk.conversations import Conversations, Turn
from assistant.desk.examples import examples
from assistant.desk.uploads import receive, uploads
from assistant.ledger import ledger
from assistant.question import clean, understand
from assistant.scope import check_scope, read_scope
from assistant.settings import Settings
from assistant.types import EXTRACTIVE, Answer
from index.errors import ConversationMissing, ModelMissing, ReadoutError, TableBusy
from index.record import Record, Scope

AT_ONCE = 4  # questions answered at the same time; the others wait their turn
ROWS = 200  # rows of a table at most
PAUSE = 0.3  # seconds between two looks at a draft
LONGEST_NAME = 200  # characters of a model's
SUFFIX = {"markdown": "md", "json": "json", "csv": "csv"}
HERE = Path(__file__).parent
PLAIN: dict[str, Any] = {"apply_default_css": False, "elem_classes": "part"}  # our own look, not Gradio's

Told = tuple[str, str, str]
"""The conversation, the list of conversations and the notice beneath the question, as HTML."""

News = tuple[Any, ...]
"""The same and a draft: what is told while a question is answered. Parts without news are skipped."""

SAME = gr.skip()


@dataclass(slots=True)
class _Writing:
    """An answer under way in a thread of its own: who writes it, the draft so far, and how it ends."""

    writer: str
    draft: str = ""
    ended: Future[Answer] = field(default_factory=Future)

    def watch(self, draft: str) -> None:
        self.draft = draft


class Desk:
    """What each event does: from what was clicked, and by whom, to the HTML that is shown then.

    With ``free`` a person may have any model asked that LangChain knows, else only those that are offered: extractive, and the one of the
    settings.
    """

    def __init__(self, settings: Settings, assistant: Callable[[], Assistant], scope: Scope, free: bool = False) -> None:
        self._settings = settings
        self._assistant = assistant
        self._scope = scope
        self._models = tuple(dict.fromkeys((settings.model, EXTRACTIVE)))
        self._free = free
        self._under_way: dict[str, _Writing] = {}  # by turn
        self._slots = BoundedSemaphore(AT_ONCE)
        self._windows: dict[str, str] = {}  # the conversation that each shows
        self._adding = Lock()
        self._batches = Batches(settings, scope)
        self._shown_first: tuple[int, list[str]] = (-1, [])  # the examples, and the version of the index they are of

    @cached_property
    def _kept(self) -> Conversations:
        return Conversations(self._settings.conversations)

    @property
    def _record(self) -> Record:
        return self._assistant().record

    # -- the conversation -------------------------------------------------------------------------------------------------

    def show(self, request: gr.Request) -> tuple[str, ...]:
        """The page as it is opened: the conversation its address names, else the question it asks (``/?q=…``), else the welcome."""
        user, asked = _user(request), request.query_params
        talk, listed, notice = self._turned_to(asked.get("c", ""), request)
        if asked.get("q", "").strip() and not self._has(user, asked.get("c", "")):
            talk = panel.asking(asked["q"])
        return talk, listed, notice, self._form(), panel.signed_in(user)

    def chat(self, event: gr.EventData, request: gr.Request) -> Told:
        """Open a conversation of the list."""
        return self._turned_to(_data(event, "id"), request)

    def new(self, event: gr.EventData, request: gr.Request) -> Told:
        """Show the welcome; a conversation begins with its first question."""
        return self._turned_to("", request)

    def leave(self, request: gr.Request) -> None:
        """Forget a window that was closed."""
        self._windows.pop(request.session_hash or "", None)

    def find(self, event: gr.EventData, request: gr.Request) -> str:
        """List the conversations that hold some words."""
        text = _data(event, "text")
        return panel.conversations(self._kept.all(_user(request), text), _data(event, "conversation"), text)

    def ask(self, event: gr.EventData, request: gr.Request) -> Iterator[News]:
        """Answer a question in the conversation that is open, or in a new one."""
        current = _data(event, "conversation")

        def work() -> Iterator[News]:
            scope = self._within(_all(event, "outlet"), _data(event, "since"), _data(event, "until"))
            yield from self._ask(request, current, Asked(_data(event, "question"), scope, model=_model(event)))

        yield from self._telling(request, current, work())

    def narrow(self, event: gr.EventData, request: gr.Request) -> Iterator[News]:
        """Ask a turn's question of one outlet alone (no name: of all), or one side about what it asks."""
        current, name = _data(event, "conversation"), _data(event, "name")

        def work() -> Iterator[News]:
            turn, before = self._turn(_user(request), current, _data(event, "turn"))
            if _data(event, "kind") == "outlet":
                scope = self._within([name] if name else [], turn.scope.since or "", turn.scope.until or "")
                yield from self._ask(request, current, Asked(panel.asked(turn), scope, model=_model(event)))
            else:
                question, history = f"What did {name} say about that?", (*before, panel.asked(turn))
                yield from self._ask(request, current, Asked(question, turn.scope, history, _model(event)))

        yield from self._telling(request, current, work())

    def again(self, event: gr.EventData, request: gr.Request) -> Iterator[News]:
        """Ask once more what was not answered."""
        current = _data(event, "conversation")

        def work() -> Iterator[News]:
            turn, before = self._turn(_user(request), current, _data(event, "turn"))
            yield from self._answer(request, current, turn.id, Asked(turn.question, turn.scope, tuple(before), _model(event)))

        yield from self._telling(request, current, work())

    def follow(self, event: gr.EventData, request: gr.Request) -> Iterator[News]:
        """Tell a window how an answer comes along that was asked for before it was opened."""
        current = _data(event, "conversation")

        def work() -> Iterator[News]:
            turn, _ = self._turn(_user(request), current, _data(event, "turn"))
            yield from self._follow(request, current, turn.id, self._under_way.get(turn.id))

        yield from self._telling(request, current, work())

    def rate(self, event: gr.EventData, request: gr.Request) -> Told:
        """Store a thumb, up or down, with a word why."""
        user, turn, good, why = _user(request), _data(event, "turn"), _data(event, "good") == "1", _data(event, "why")
        return self._done(event, request, lambda: self._kept.rate(user, turn, good, why[:500], self._record.corpus_fingerprint()))

    def rename(self, event: gr.EventData, request: gr.Request) -> Told:
        """Give the open conversation another title."""
        return self._done(event, request, lambda: self._kept.rename(_user(request), _data(event, "conversation"), _data(event, "title")))

    def delete(self, event: gr.EventData, request: gr.Request) -> Told:
        """Delete the open conversation for good."""
        return self._done(event, request, lambda: self._kept.delete(_user(request), _data(event, "conversation")))

    def export(self, event: gr.EventData, request: gr.Request) -> str:
        """The open conversation as a file for the browser to save."""
        user, current, form = _user(request), _data(event, "conversation"), _data(event, "form")
        title, text = self._kept.get(user, current).title, self._kept.export(user, current, form)  # type: ignore[arg-type]
        name = re.sub(r"[^\w-]+", "-", title).strip("-")[:60] or "conversation"
        return panel.saved(f"{name}.{SUFFIX[form]}", base64.b64encode(text.encode("utf-8")).decode("ascii")) + _news()

    def _done(self, event: gr.EventData, request: gr.Request, act: Callable[[], None]) -> Told:
        """Do something to the open conversation, and show it as it is then, with a word where it could not be done."""
        notice = ""
        try:
            act()
        except ReadoutError as error:
            notice = panel.failed(str(error))
        return (*self._told(_user(request), _data(event, "conversation"))[:2], notice)

    def _telling(self, request: gr.Request, current: str, work: Iterator[News]) -> Iterator[News]:
        """Do it; where it cannot be done, show the conversation with a word why."""
        try:
            yield from work
        except ReadoutError as error:
            yield (*self._seen(request, current)[:2], panel.failed(str(error)), "")

    def _ask(self, request: gr.Request, current: str, asked: Asked) -> Iterator[News]:
        """Store a question, in a new conversation where none is open, and answer it; what cannot be asked is not stored.

        Without a history it follows up what the conversation holds.
        """
        user = _user(request)
        question, scope = clean(asked.text), check_scope(asked.scope, self._record)
        if not self._has(user, current):
            current = self._windows[request.session_hash or ""] = self._kept.new(user).id
        history = asked.history or tuple(panel.asked(turn) for turn in self._kept.turns(user, current))
        turn = self._kept.begin(user, current, question, scope)
        yield from self._telling(request, current, self._answer(request, current, turn, Asked(question, scope, history, asked.model)))

    def _answer(self, request: gr.Request, current: str, turn: str, asked: Asked) -> Iterator[News]:
        """Have a stored question answered, which goes on when the window is closed, and show how that comes along.

        Raises:
            ModelMissing: the model that is to answer is not offered here, or cannot be had.
        """
        writer = asked.model or self._settings.model
        if not self._free and writer not in self._models:
            raise ModelMissing(f"{writer!r} may not be asked here. Choose one of: {', '.join(self._models)}.")
        mine = _Writing(writer)
        if (writing := self._under_way.setdefault(turn, mine)) is mine:
            Thread(target=self._write, args=(_user(request), turn, asked, writing), daemon=True).start()
        yield (*self._seen(request, current, asking=True), "")
        yield from self._follow(request, current, turn, writing)

    def _write(self, user: str, turn: str, asked: Asked, writing: _Writing) -> None:
        try:
            with self._slots:
                answer = self._assistant().ask(asked.text, asked.scope, asked.history, writing.writer, writing.watch)
            self._kept.finish(user, turn, answer)
        except BaseException as error:  # whatever it is, it is raised where the answer is waited for
            self._under_way.pop(turn, None)
            writing.ended.set_exception(error)
        else:
            self._under_way.pop(turn, None)
            writing.ended.set_result(answer)

    def _follow(self, request: gr.Request, current: str, turn: str, writing: _Writing | None) -> Iterator[News]:
        """Show a draft as it grows and then the answer; the points of one without a draft one by one."""
        shown, points = "", 0
        if writing:
            while not wait([writing.ended], PAUSE).done:
                if writing.draft != shown:
                    shown = writing.draft
                    yield SAME, SAME, SAME, panel.draft(turn, shown)
            points = 0 if shown else len(writing.ended.result().points)
        for number in range(1, points):
            yield (*self._seen(request, current, {turn: number}), "")
        yield (*self._seen(request, current), "")

    def _turned_to(self, current: str, request: gr.Request) -> Told:
        """A conversation that a window shows from now on."""
        self._windows[request.session_hash or ""] = current
        return self._told(_user(request), current)

    def _seen(self, request: gr.Request, current: str, shown: dict[str, int] | None = None, *, asking: bool = False) -> News:
        """A conversation as a window shows it by now; no news where it has turned to another."""
        if self._windows.get(request.session_hash or "", current) != current:
            return SAME, SAME, SAME
        return self._told(_user(request), current, shown, asking=asking)

    def _told(self, user: str, current: str, shown: dict[str, int] | None = None, *, asking: bool = False) -> Told:
        listed = panel.conversations(self._kept.all(user), current, "")
        if not self._has(user, current):
            return panel.welcome(self._examples(), *self._record.extent(self._scope), len(self._outlets())), listed, ""
        outlets, sides = self._outlets(), self._record.sides()
        turns = "".join(
            panel.turn_html(turn, outlets, sides, now=self._now(turn, asking), shown=(shown or {}).get(turn.id))
            for turn in self._kept.turns(user, current)
        )
        return panel.conversation(self._kept.get(user, current), turns), listed, ""

    def _now(self, turn: Turn, asking: bool) -> panel.UnderWay | None:
        """How far a turn's answer is; a window that did not ask for it just now is to follow it."""
        writing = self._under_way.get(turn.id)
        return panel.UnderWay(writing.writer, writing.draft, not asking) if writing else None

    def _examples(self) -> list[str]:
        version = self._record.version()
        if self._shown_first[0] != version:
            self._shown_first = (version, examples(self._record, self._assistant().names))
        return self._shown_first[1]

    def _has(self, user: str, current: str) -> bool:
        try:
            return bool(current and self._kept.get(user, current))
        except ConversationMissing:
            return False

    def _turn(self, user: str, current: str, wanted: str) -> tuple[Turn, list[str]]:
        """A turn, and the questions before it."""
        before: list[str] = []
        for turn in self._kept.turns(user, current):
            if turn.id == wanted:
                return turn, before
            before.append(panel.asked(turn))
        raise ConversationMissing("this answer is no longer there. Open the conversation again.")

    def _within(self, outlets: list[str], since: str, until: str) -> Scope:
        """What the form narrows, within what the chat was opened for."""
        own = read_scope(outlets, since or None, until or None, mark="")
        return Scope(
            own.outlets or self._scope.outlets,
            max(filter(None, (own.since, self._scope.since)), default=None),
            min(filter(None, (own.until, self._scope.until)), default=None),
        )

    # -- the source, comparing, the ledger ---------------------------------------------------------------------------------

    def open(self, event: gr.EventData, request: gr.Request) -> str:
        """The article behind a citation of an answer, or at a place, with the cited words marked."""
        try:
            return self._opened(event, _user(request)) + _news()
        except (KeyError, ValueError):
            return panel.failed("This place is not in the index any more. Ask again.")
        except ReadoutError as error:
            return panel.failed(str(error))

    def _opened(self, event: gr.EventData, user: str) -> str:
        if not (wanted := _data(event, "turn")):
            return panel.source(self._record.article(_data(event, "article")), int(_data(event, "start")), int(_data(event, "end")))
        turn, _ = self._turn(user, _data(event, "conversation"), wanted)
        citation = {str(one.n): one for one in (turn.answer.citations if turn.answer else ())}[_data(event, "n")]
        try:
            article = self._record.article(citation.article)
        except KeyError:
            return panel.lost(citation)
        return panel.source(article, citation.start, citation.end, citation.quote, citation.n)

    def compare(self, event: gr.EventData) -> tuple[str, gr.Tabs]:
        """The wordings of what answers a question, by outlet; and the tab to be shown."""
        assistant, tab = self._assistant(), gr.Tabs(selected="compare")
        try:
            question = understand(_data(event, "question"), assistant.names)
            found = compare(question, assistant.gatherer, self._scope)
        except ReadoutError as error:
            return panel.failed(str(error)), tab
        return panel.compared(question.text, found, self._record.sides()), tab

    def filter(self, event: gr.EventData) -> str:
        """The statements that pass the filters."""
        return self._ledger(*(_data(event, name) for name in ("speaker", "side", "outlet", "text")))

    def show_ledger(self) -> tuple[str, str]:
        """The form of filters, and all statements."""
        return panel.ledger_form(self._outlets(), self._record.sides()), self._ledger("", "", "", "")

    def _ledger(self, speaker: str, side: str, outlet: str, text: str) -> str:
        record, words = self._record, " ".join(text.split()).casefold()
        entries = (
            one
            for one in ledger(record, sides=[side] if side else [], outlets=[outlet] if outlet else [], scope=self._scope)
            if speaker.casefold() in (one.speaker or "unattributed").casefold() and words in " ".join(one.text.split()).casefold()
        )
        rows = list(islice(entries, ROWS + 1))
        return panel.ledger_rows(rows[:ROWS], len(rows) > ROWS, panel.hues(record.sides()))

    # -- the corpus -------------------------------------------------------------------------------------------------------

    def show_corpus(self) -> tuple[str, str]:
        """The picture of who speaks, and the table of articles."""
        return panel.picture(self._record.voices(self._scope, panel.MOST_BARS), self._record.sides()), self._corpus("")

    def search_corpus(self, event: gr.EventData) -> str:
        """The articles whose title, outlet or file holds some words."""
        return self._corpus(_data(event, "text"))

    def _corpus(self, words: str) -> str:
        held = self._record.catalogue(self._scope, words, ROWS + 1)
        return panel.corpus(held[:ROWS], self._record.counts(), len(held) > ROWS)

    def add(self, files: list[str] | None, outlet: str, published: str) -> Iterator[tuple[Any, ...]]:
        """Take uploaded files into the corpus, telling what becomes of each; then the form, the picture and the table anew."""
        later, note = (gr.skip(), gr.skip(), gr.skip(), None), "Nothing was added."
        with self._adding:
            known = {"outlet": outlet.strip(), "published": published.strip()}
            outcomes = receive(map(Path, files or []), uploads(self._settings), self._record, known)
            if any(one.taken for one in outcomes):
                yield panel.received(outcomes, "Reading …"), *later
                for note in self._build():
                    yield panel.received(outcomes, note), *later
        yield panel.received(outcomes, note), self._form(), *self.show_corpus(), None

    def _build(self) -> Iterator[str]:
        """Bring the index up to date with the uploads; how far it is, and in the end what became of it."""
        from index.build import build  # torch and spaCy: only where there is something to read

        told: SimpleQueue[str | None] = SimpleQueue()

        def work() -> None:
            try:
                done = build(
                    self._settings.index,
                    [uploads(self._settings)],
                    self._settings.embedding,
                    server=self._settings.chroma,
                    progress=lambda done, of, name: told.put(f"{done} of {of} read …"),
                )
                told.put(f"Done: the corpus holds {panel.counted(done.totals['articles'], 'article')} now.")
            except ReadoutError as error:
                told.put(f"The files are kept, but could not be read yet: {error}")
            finally:
                told.put(None)

        Thread(target=work, daemon=True).start()
        yield from iter(told.get, None)

    def _form(self) -> str:
        return panel.question_form(self._outlets(), self._models, self._free)

    def _outlets(self) -> list[str]:
        return self._record.outlets(self._scope)

    # -- tables of questions ----------------------------------------------------------------------------------------------

    def batch(self, table: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Answer an uploaded table: a word where that cannot be done, progress, rows, the files, and the upload emptied."""
        word: Any = ""
        emptied: Any = None
        try:
            for state in self._batches.run(_person(request), Path(table)):
                yield word, *_batch(state), emptied
                word = emptied = gr.skip()  # they may be another upload's by now
        except TableBusy as error:  # what is shown may be the run under way
            yield panel.failed(str(error)), *[gr.skip()] * 4, None
        except ReadoutError as error:
            yield panel.failed(str(error)), "", "", *_files(()), None

    def stop(self, request: gr.Request) -> None:
        """Stop the table that is being answered."""
        self._batches.stop(_person(request))


@contextmanager
def telling() -> Iterator[None]:
    """An error meant for people becomes one that programs are told of."""
    try:
        yield
    except ReadoutError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _news() -> str:
    """What makes the browser take notice of a value it has already: a source opened again, a file saved once more."""
    return f"<!-- {time.monotonic_ns()} -->"


def _user(request: gr.Request) -> str:
    return request.username or ""


def _person(request: gr.Request) -> str:
    """Who has a run under way: a user, or where nobody signs in, a window."""
    return request.username or request.session_hash or ""


def _batch(state: State) -> tuple[Any, ...]:
    return panel.batch_progress(state), panel.batch_rows(state), *_files(state.files)


def _files(files: Sequence[Path]) -> list[gr.DownloadButton]:
    """The buttons for a table's answers and their page, hidden where there is none."""
    shown = [gr.DownloadButton(value=file, visible=True) for file in files]
    return [*shown, *[gr.DownloadButton(visible=False)] * (2 - len(shown))]


def _data(event: gr.EventData, name: str) -> str:
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return value if isinstance(value, str) else ""


def _model(event: gr.EventData) -> str | None:
    """The model that was chosen; where none was, it is that of the settings."""
    return _data(event, "model").strip()[:LONGEST_NAME] or None


def _all(event: gr.EventData, name: str) -> list[str]:
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return (
        [one for one in value if isinstance(one, str)] if isinstance(value, list) else [value] if isinstance(value, str) and value else []
    )


# -- the layout -----------------------------------------------------------------------------------------------------------


def make_page(settings: Settings, assistant: Callable[[], Assistant], scope: Scope, free: bool = False) -> gr.Blocks:
    """The page over an index that ``assistant`` opens, showing the articles in a scope; ``free`` as `Desk` has it.

    A new tab is a `gr.Tab` here, with its events.
    """
    desk, page = Desk(settings, assistant, scope, free), gr.Blocks(title="Readout", delete_cache=(3600, 3600))
    with page:
        gr.HTML(panel.HEADER, head=_head(), elem_id="top", js_on_load=None, **PLAIN)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="side"):
                search, listed, who = _part(panel.SIDE, "new", "find"), _part("", "chat"), _part("")
            with gr.Column(elem_id="main"), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask"):
                    talk = _part(
                        "", "ask", "narrow", "again", "follow", "open", "rate", "rename", "delete", "export", "compare", elem_id="talk"
                    )
                    with gr.Column(elem_id="below"):
                        notice, form = gr.HTML(elem_id="notice", js_on_load=None, **PLAIN), _part("", "ask", elem_id="form")
                with gr.Tab("Compare", id="compare"):
                    comparing, table = _part(panel.COMPARE_FORM, "compare"), _part(panel.COMPARE_EMPTY, "open")
                with gr.Tab("Ledger", id="ledger") as ledger_tab:
                    sieve, rows = _part("", "filter"), _part("", "open", elem_id="ledger")
                with gr.Tab("Corpus", id="corpus") as corpus_tab:
                    picture, sought, articles = gr.HTML(js_on_load=None, **PLAIN), _part(panel.CORPUS_FORM, "seek"), _part("", "open")
                    adding = _adding()
                with gr.Tab("Batch", id="batch"):
                    table_upload, *batched = _batching()
            source = _part(panel.NO_SOURCE, elem_id="source")
        file = gr.HTML(js_on_load="readout.save(element, watch)", elem_id="file")
        draft = gr.HTML(js_on_load="readout.draft(element, watch)", elem_id="draft")

        told = [talk, listed, notice]
        _on([page.load], desk.show, [*told, form, who])
        news = [*told, draft]
        _on([form.ask, talk.ask], desk.ask, news, answers=True)
        _on([talk.narrow], desk.narrow, news, answers=True)
        _on([talk.again], desk.again, news, answers=True)
        _on([talk.follow], desk.follow, news, mode="once")
        page.unload(desk.leave)
        _on([search.new], desk.new, told)
        _on([search.find], desk.find, [listed])
        _on([listed.chat], desk.chat, told)
        for name in ("rate", "rename", "delete"):
            _on([getattr(talk, name)], getattr(desk, name), told)
        _on([talk.export], desk.export, [file])
        _on([talk.open, table.open, rows.open, articles.open], desk.open, [source])
        _on([talk.compare, comparing.compare], desk.compare, [table, tabs])
        _on([ledger_tab.select], desk.show_ledger, [sieve, rows])
        _on([sieve.filter], desk.filter, [rows])
        _on([corpus_tab.select], desk.show_corpus, [picture, articles])
        _on([sought.seek], desk.search_corpus, [articles])
        _on([table_upload.upload], desk.batch, [*batched, table_upload], inputs=[table_upload], mode="multiple")
        _on([batched[1].stop], desk.stop, [])
        upload, outlet, published, received = adding
        _on([upload.upload], desk.add, [received, form, picture, articles, upload], inputs=[upload, outlet, published])
    return page


def _part(value: str, *events: str, **more: Any) -> Any:
    """A part of the page that raises events, named by ``data-do`` at the things clicked."""
    return gr.HTML(value, js_on_load=f"readout.wire(element, trigger, watch, {json.dumps(events)})", **PLAIN, **more)


def _on(
    triggers: list[Any],
    do: Callable[..., Any],
    outputs: list[Any],
    *,
    inputs: list[Any] | None = None,
    answers: bool = False,
    mode: str = "always_last",
) -> None:
    """Wire an event; those that answer questions share one limit. ``mode`` is what Gradio does with one more while one is under way.

    None of them is part of the API.
    """
    for trigger in triggers:
        trigger(
            do,
            inputs,
            outputs,
            show_progress="hidden",
            api_name=f"on_{do.__name__}",
            api_visibility="private",
            trigger_mode="multiple" if answers else mode,
            concurrency_limit=AT_ONCE,
            concurrency_id="answers" if answers else None,
        )


def _adding() -> tuple[gr.File, gr.Textbox, gr.Textbox, gr.HTML]:
    """Where articles are added: what is known of them, the files, and what became of them."""
    with gr.Column(elem_id="adding"):
        gr.HTML(panel.ADDING, js_on_load=None, **PLAIN)
        with gr.Row():
            outlet = gr.Textbox(label="Outlet, where known", max_length=200)
            published = gr.Textbox(label="Day of publication, YYYY-MM-DD, where known", max_length=10)
        upload = gr.File(label="Articles", show_label=False, file_count="multiple", height=150, elem_id="upload")
        return upload, outlet, published, gr.HTML(js_on_load=None, **PLAIN)


def _batching() -> tuple[Any, ...]:
    """Where a table is uploaded: the upload, a word where it is refused, the progress, the rows, and two files."""
    with gr.Column(elem_id="batch"):
        gr.HTML(panel.BATCH, js_on_load=None, **PLAIN)
        upload = gr.File(label="Table of questions", show_label=False, height=120, elem_id="table")
        notice, progress = gr.HTML(js_on_load=None, **PLAIN), _part("", "stop", elem_id="progress")
        with gr.Row(elem_id="downloads"):
            files = [gr.DownloadButton(label, visible=False) for label in ("Download the answers (CSV)", "Download the report (HTML)")]
        return upload, notice, progress, gr.HTML(js_on_load=None, elem_id="rows", **PLAIN), *files


def _head() -> str:
    """The page's style and script, as part of the page: whoever launches it has both."""
    return f"{_style()}<script>{(HERE / 'desk.js').read_text(encoding='utf-8')}</script>"


class Titled:
    """Middleware that gives the page a title from the start: Gradio's has one only when its script has run, and its login page never."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the answer to "/" back with its title."""

        async def titled(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [one for one in message["headers"] if one[0] != b"content-length"]
            elif "body" in message:
                message["body"] = message["body"].replace(b"<head>", b"<head><title>Readout</title>", 1)
            await send(message)

        await self._app(scope, receive, titled if scope.get("path") == "/" else send)


def _style() -> str:
    return f"<style>{(HERE / 'desk.css').read_text(encoding='utf-8')}</style>"


def login() -> str:
    """What Gradio's page for names and passwords says above them, in the page's own look."""
    return _style() + panel.LOGIN
