"""The chat served over HTTP: who may come in, what programs may call, and the page."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Event, Lock
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as index/__init__.py has it; here NumPy is imported before

import gradio as gr
from gradio.events import api as expose
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from assistant.chain import Assistant
from assistant.desk.api import Api, health
from assistant.desk.page.click import Premises
from assistant.desk.page.layout import AT_ONCE, login, make_page
from assistant.desk.users import Check, is_loopback
from assistant.scope import check_scope
from assistant.settings import Settings
from index.errors import IndexMissing, ReadoutError
from index.record import Scope

LARGEST = "100mb"  # of an upload: the corpus takes 20 MB and says so; what is larger than this does not reach the disk
THEME: dict[str, Any] = {  # system fonts only: Gradio's own themes fetch theirs from afar
    "primary_hue": "slate",
    "neutral_hue": "slate",
    "font": ["system-ui", "sans-serif"],
    "font_mono": ["ui-monospace", "monospace"],
}


def open_assistant(settings: Settings) -> Assistant:
    """Open the index, building that of the bundled corpus first where there is none."""
    try:
        return Assistant(settings)
    except IndexMissing:
        from index.build import build  # spaCy: only where there is something to build

        build(settings.index, [], settings.embedding, server=settings.chroma)
        return Assistant(settings)


def make_demo(settings: Settings, scope: Scope | None = None, opened: Assistant | None = None, *, free: bool = False) -> gr.Blocks:
    """The chat as a Gradio app, over the articles in a scope; without an Assistant, one is opened when somebody comes.

    With ``free`` whoever comes may name the language model that answers, else only that of the settings may be chosen.
    Programs find ``ask``, ``check``, ``search`` and ``get_article`` as its API, and as MCP tools where it is served with them, and
    nothing else.
    """
    assistant = _once(lambda: opened or open_assistant(settings))
    demo = make_page(Premises(settings, assistant, scope or Scope(), free))
    api = Api(assistant)
    with demo:
        for function in (api.ask, api.check, api.search, api.get_article):
            expose(_telling()(function), concurrency_limit=AT_ONCE, concurrency_id="answers")
    demo.queue(default_concurrency_limit=AT_ONCE)
    return demo


def _once(opener: Callable[[], Assistant]) -> Callable[[], Assistant]:
    """The same Assistant for everybody: the first visitors may come together."""
    opening, opened = Lock(), cache(opener)

    def assistant() -> Assistant:
        with opening:
            return opened()

    return assistant


@contextmanager
def _telling() -> Iterator[None]:
    """An error meant for people becomes one that programs are told of."""
    try:
        yield
    except ReadoutError as error:
        raise gr.Error(str(error), print_exception=False) from error


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    users: Check | None = None,
    scope: Scope | None = None,
    show: bool = False,
) -> None:
    """Open the chat and stay until it is stopped. ``users`` tells who may come in; none: everybody who reaches the address.

    With ``show`` the page is opened in a browser, where there is a screen to show it.

    Where others than the person at this machine may come, they use its keys for no other language model than that of the settings.

    Raises:
        IndexProblem: the index cannot serve.
    """
    assistant = open_assistant(settings)  # a missing or broken index, or a filter for nothing, is told before anybody asks
    free = users is None and is_loopback(host)
    make_demo(settings, check_scope(scope or Scope(), assistant.record), assistant, free=free).launch(
        server_name=host,
        server_port=port,
        auth=users,
        auth_message=login(),
        theme=gr.themes.Base(**THEME),
        app_kwargs={"routes": [Route("/healthz", _health(settings))], "middleware": [Middleware(Titled)]},
        mcp_server=True,
        max_file_size=LARGEST,
        run_history=False,
        footer_links=[],
        share=False,
        show_error=False,
        ssr_mode=False,
        quiet=True,
        enable_monitoring=False,
        prevent_thread_lock=True,
    )
    print(f"Readout is at http://{host}:{port} (stop it with Ctrl-C)", flush=True)  # noqa: T201 - the one line a person needs
    if show and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(f"http://{host}:{port}")  # without a screen it would start a browser in the terminal
    _stay()


def _health(settings: Settings) -> Callable[[Request], JSONResponse]:
    def answer(_: Request) -> JSONResponse:
        state = health(settings)
        return JSONResponse({**state, "at_once": AT_ONCE}, 200 if state["status"] == "ok" else 503)

    return answer


def _stay() -> None:
    stopped = Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    stopped.wait()


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
