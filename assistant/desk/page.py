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
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

import gradio as gr
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from assistant.chain import Assistant, check_scope
from assistant.compare import compare
from assistant.desk import panel
from assistant.desk.batches import Batches, State
from assistant.desk.conversations import Conversations, Turn
from assistant.desk.examples import examples
from assistant.desk.uploads import receive, uploads
from assistant.ledger import ledger
from assistant.question import clean, understand
from assistant.scope import read_scope
from assistant.settings import Settings
from index.errors import ConversationMissing, ReadoutError, TableBusy
from index.record import Record, Scope

AT_ONCE = 4  # questions answered at the same time; the others wait their turn
ROWS = 200  # rows of a table at most
BUSY = "Reading the articles …"
SUFFIX = {"markdown": "md", "json": "json", "csv": "csv"}
HERE = Path(__file__).parent
PLAIN: dict[str, Any] = {"apply_default_css": False, "elem_classes": "part"}  # our own look, not Gradio's

Told = tuple[str, str, str]
"""The conversation, the list of conversations and the notice beneath the question, as HTML."""


class Desk:
    """What each event does: from what was clicked, and by whom, to the HTML that is shown then."""

    def __init__(self, settings: Settings, assistant: Callable[[], Assistant], scope: Scope) -> None:
        self._settings = settings
        self._assistant = assistant
        self._scope = scope
        self._answering: set[str] = set()
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
        talk, listed, notice = self._told(user, asked.get("c", ""))
        if asked.get("q", "").strip() and not self._has(user, asked.get("c", "")):
            talk = panel.asking(asked["q"], BUSY)
        return talk, listed, notice, panel.question_form(self._outlets()), panel.signed_in(user)

    def chat(self, event: gr.EventData, request: gr.Request) -> Told:
        """Open a conversation of the list."""
        return self._told(_user(request), _data(event, "id"))

    def new(self, event: gr.EventData, request: gr.Request) -> Told:
        """Show the welcome; a conversation begins with its first question."""
        return self._told(_user(request), "")

    def find(self, event: gr.EventData, request: gr.Request) -> str:
        """List the conversations that hold some words."""
        text = _data(event, "text")
        return panel.conversations(self._kept.all(_user(request), text), _data(event, "conversation"), text)

    def ask(self, event: gr.EventData, request: gr.Request) -> Iterator[Told]:
        """Answer a question in the conversation that is open, or in a new one."""
        user, current = _user(request), _data(event, "conversation")

        def work() -> Iterator[Told]:
            scope = self._within(_all(event, "outlet"), _data(event, "since"), _data(event, "until"))
            yield from self._ask(user, current, _data(event, "question"), scope)

        yield from self._telling(user, current, work())

    def narrow(self, event: gr.EventData, request: gr.Request) -> Iterator[Told]:
        """Ask a turn's question of one outlet alone (no name: of all), or one side about what it asks."""
        user, current, name = _user(request), _data(event, "conversation"), _data(event, "name")

        def work() -> Iterator[Told]:
            turn, before = self._turn(user, current, _data(event, "turn"))
            if _data(event, "kind") == "outlet":
                scope = self._within([name] if name else [], turn.scope.since or "", turn.scope.until or "")
                yield from self._ask(user, current, panel.asked(turn), scope)
            else:
                yield from self._ask(user, current, f"What did {name} say about that?", turn.scope, [*before, panel.asked(turn)])

        yield from self._telling(user, current, work())

    def again(self, event: gr.EventData, request: gr.Request) -> Iterator[Told]:
        """Ask once more what was interrupted."""
        user, current = _user(request), _data(event, "conversation")

        def work() -> Iterator[Told]:
            turn, before = self._turn(user, current, _data(event, "turn"))
            yield from self._answer(user, current, turn.id, turn.question, turn.scope, before)

        yield from self._telling(user, current, work())

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

    def _telling(self, user: str, current: str, work: Iterator[Told]) -> Iterator[Told]:
        """Do it; where it cannot be done, show the conversation with a word why."""
        try:
            yield from work
        except ReadoutError as error:
            yield (*self._told(user, current)[:2], panel.failed(str(error)))

    def _ask(self, user: str, current: str, question: str, scope: Scope, history: Sequence[str] | None = None) -> Iterator[Told]:
        """Store a question, in a new conversation where none is open, and answer it; what cannot be asked is not stored."""
        question, scope = clean(question), check_scope(scope, self._record)
        if not self._has(user, current):
            current = self._kept.new(user).id
        if history is None:
            history = [panel.asked(turn) for turn in self._kept.turns(user, current)]
        turn = self._kept.begin(user, current, question, scope)
        yield from self._telling(user, current, self._answer(user, current, turn, question, scope, history))

    def _answer(self, user: str, current: str, turn: str, question: str, scope: Scope, history: Sequence[str]) -> Iterator[Told]:
        """Answer a stored question; then show its points as they come."""
        self._answering.add(turn)
        try:
            yield self._told(user, current)
            answer = self._assistant().ask(question, scope, history)
            self._kept.finish(user, turn, answer)
        finally:
            self._answering.discard(turn)
        for shown in range(1, len(answer.points)):
            yield self._told(user, current, {turn: shown})
        yield self._told(user, current)

    def _told(self, user: str, current: str, shown: dict[str, int] | None = None) -> Told:
        listed = panel.conversations(self._kept.all(user), current, "")
        if not self._has(user, current):
            return panel.welcome(self._examples(), *self._record.extent(self._scope), len(self._outlets())), listed, ""
        outlets, sides = self._outlets(), self._record.sides()
        turns = "".join(
            panel.turn_html(turn, outlets, sides, busy=BUSY if turn.id in self._answering else "", shown=(shown or {}).get(turn.id))
            for turn in self._kept.turns(user, current)
        )
        return panel.conversation(self._kept.get(user, current), turns), listed, ""

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
        yield panel.received(outcomes, note), panel.question_form(self._outlets()), *self.show_corpus(), None

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


def _all(event: gr.EventData, name: str) -> list[str]:
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return (
        [one for one in value if isinstance(one, str)] if isinstance(value, list) else [value] if isinstance(value, str) and value else []
    )


# -- the layout -----------------------------------------------------------------------------------------------------------


def make_page(settings: Settings, assistant: Callable[[], Assistant], scope: Scope) -> gr.Blocks:
    """The page over an index that ``assistant`` opens, showing the articles in a scope. A new tab is a `gr.Tab` here, with its events."""
    desk, page = Desk(settings, assistant, scope), gr.Blocks(title="Readout", delete_cache=(3600, 3600))
    with page:
        gr.HTML(panel.HEADER, head=_head(), elem_id="top", js_on_load=None, **PLAIN)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="side"):
                search, listed, who = _part(panel.SIDE, "new", "find"), _part("", "chat"), _part("")
            with gr.Column(elem_id="main"), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask"):
                    talk = _part("", "ask", "narrow", "again", "open", "rate", "rename", "delete", "export", "compare", elem_id="talk")
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

        told = [talk, listed, notice]
        _on([page.load], desk.show, [*told, form, who])
        _on([form.ask, talk.ask], desk.ask, told, answers=True)
        _on([talk.narrow], desk.narrow, told, answers=True)
        _on([talk.again], desk.again, told, answers=True)
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
            trigger_mode="once" if answers else mode,
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
