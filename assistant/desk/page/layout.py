"""Where everything stands on the page, and which event does what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from inspect import isgeneratorfunction
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.desk import panel
from assistant.desk.page.click import Click, Premises
from assistant.desk.page.intake import Intake
from assistant.desk.page.shelves import Shelves
from assistant.desk.page.talk import Talk
from assistant.markup import filled, html

AT_ONCE = 4  # questions answered at the same time; the others wait their turn
DESK = Path(__file__).parents[1]
PLAIN: dict[str, Any] = {"apply_default_css": False, "elem_classes": "part"}  # our own look, not Gradio's
IN_TALK = ("ask", "narrow", "again", "follow", "open", "rate", "rename", "delete", "export", "compare")


def make_page(premises: Premises) -> gr.Blocks:
    """The page of some premises. A new tab is a `gr.Tab` here, with its events."""
    talks, page = Talk(premises, AT_ONCE), gr.Blocks(title="Readout", delete_cache=(3600, 3600))
    shelves = Shelves(premises, talks.turn)
    intake = Intake(premises, shelves.show_corpus)
    with page:
        gr.HTML(panel.HEADER, head=_head(), elem_id="top", js_on_load=None, **PLAIN)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="side"):
                search, listed, who = _part(panel.SIDE, "new", "find"), _part("", "chat"), _part("")
            with gr.Column(elem_id="main"), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask"):
                    talk = _part("", *IN_TALK, elem_id="talk")
                    with gr.Column(elem_id="below"):
                        notice, form = _still(elem_id="notice"), _part("", "ask", elem_id="form")
                checked = _checking(shelves)
                with gr.Tab("Compare", id="compare"):
                    comparing, table = _part(panel.COMPARE_FORM, "compare"), _part(panel.COMPARE_EMPTY, "open")
                with gr.Tab("Ledger", id="ledger") as ledger_tab:
                    sieve, rows = _part("", "filter"), _part("", "open", elem_id="ledger")
                with gr.Tab("Corpus", id="corpus") as corpus_tab:
                    picture, sought, articles = _still(), _part(panel.CORPUS_FORM, "seek"), _part("", "open")
                    known, upload, received = _adding()
                with gr.Tab("Batch", id="batch"):
                    table_upload, *batched = _batching()
            source = _part(panel.NO_SOURCE, elem_id="source")
        file = gr.HTML(js_on_load="readout.save(element, watch)", elem_id="file")
        draft = gr.HTML(js_on_load="readout.draft(element, watch)", elem_id="draft")

        told, news = [talk, listed, notice], [talk, listed, notice, draft]
        _on([page.load], talks.show, [*told, form, who])
        _on([form.ask, talk.ask], talks.ask, news, answers=True)
        _on([talk.narrow], talks.narrow, news, answers=True)
        _on([talk.again], talks.again, news, answers=True)
        _on([talk.follow], talks.follow, news, mode="once")
        page.unload(talks.leave)
        _on([search.find], talks.find, [listed])
        _on([search.new], talks.new, told)
        _on([listed.chat], talks.chat, told)
        _on([talk.rate], talks.rate, news)
        _on([talk.rename], talks.rename, news)
        _on([talk.delete], talks.delete, news)
        _on([talk.export], talks.export, [file])
        _on([talk.open, checked.open, table.open, rows.open, articles.open], shelves.open, [source])
        _on([talk.compare, comparing.compare], shelves.compare, [table, tabs])
        _on([ledger_tab.select], shelves.show_ledger, [sieve, rows])
        _on([sieve.filter], shelves.filter, [rows])
        _on([corpus_tab.select], shelves.show_corpus, [picture, articles])
        _on([sought.seek], shelves.search_corpus, [articles])
        _on([table_upload.upload], intake.batch, [*batched, table_upload], [table_upload], mode="multiple")
        _on([batched[1].stop], intake.stop, [])
        _on([upload.upload], intake.add, [received, form, picture, articles, upload], [upload, *known])
    return page


def _part(value: str, *events: str, **more: Any) -> Any:
    """A part of the page that raises events, named by ``data-do`` at the things clicked."""
    return gr.HTML(value, js_on_load=f"readout.wire(element, trigger, watch, {json.dumps(events)})", **PLAIN, **more)


def _still(value: str = "", **more: Any) -> gr.HTML:
    """A part of the page that raises none."""
    return gr.HTML(value, js_on_load=None, **PLAIN, **more)


def _on(
    triggers: list[Any],
    do: Callable[..., Any],
    outputs: list[Any],
    inputs: list[Any] | None = None,
    *,
    answers: bool = False,
    mode: str = "",
) -> None:
    """Wire events, which are no part of the API, to what they do with a click and the inputs.

    Those that answer questions share one limit. ``mode`` is what Gradio does with one more while one is under way.
    """

    def done(event: gr.EventData, request: gr.Request, *given: Any) -> Any:
        return do(Click.of(event, request), *given)

    def told(event: gr.EventData, request: gr.Request, *given: Any) -> Iterator[Any]:
        yield from do(Click.of(event, request), *given)

    for trigger in triggers:
        trigger(
            told if isgeneratorfunction(do) else done,
            inputs,
            outputs,
            show_progress="hidden",
            api_name=f"on_{do.__name__}",
            api_visibility="private",
            trigger_mode=mode or ("multiple" if answers else "always_last"),
            concurrency_limit=AT_ONCE,
            concurrency_id="answers" if answers else None,
        )


def _checking(shelves: Shelves) -> Any:
    """The tab in which a draft is checked; its claims open their evidence."""
    with gr.Tab("Check", id="check") as tab:
        drafting, checked = _part(panel.CHECK_FORM, "check"), _part("", "open")
    _on([tab.select], shelves.prepare, [])
    _on([drafting.check], shelves.check, [checked], answers=True, mode="always_last")
    return checked


def _adding() -> tuple[list[gr.Textbox], gr.File, gr.HTML]:
    """Where articles are added: what is known of them, the files, and what became of them."""
    with gr.Column(elem_id="adding"):
        _still(panel.ADDING)
        with gr.Row():
            outlet = gr.Textbox(label="Outlet, where known", max_length=200)
            published = gr.Textbox(label="Day of publication, YYYY-MM-DD, where known", max_length=10)
        upload = gr.File(label="Articles", show_label=False, file_count="multiple", height=150, elem_id="upload")
        return [outlet, published], upload, _still()


def _batching() -> tuple[Any, ...]:
    """Where a table is uploaded: the upload, a word where it is refused, the progress, the rows, and two files."""
    with gr.Column(elem_id="batch"):
        _still(panel.BATCH)
        upload = gr.File(label="Table of questions", show_label=False, height=120, elem_id="table")
        notice, progress = _still(), _part("", "stop", elem_id="progress")
        with gr.Row(elem_id="downloads"):
            files = [gr.DownloadButton(label, visible=False) for label in ("Download the answers (CSV)", "Download the report (HTML)")]
        return upload, notice, progress, _still(elem_id="rows"), *files


def _head() -> str:
    """The page's style and script, as part of the page: whoever launches it has both."""
    return _style() + filled("head", "script", html((DESK / "desk.js").read_text(encoding="utf-8")))


def _style() -> str:
    return filled("head", "style", html((DESK / "desk.css").read_text(encoding="utf-8") + filled("check", "colours")))


def login() -> str:
    """What Gradio's page for names and passwords says above them, in the page's own look."""
    return _style() + panel.LOGIN
