"""The chat: wiring between Gradio and the Assistant, nothing else.

``python app.py`` opens it; hosts that run Gradio programs find ``demo``.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gradio as gr

from assistant.chain import Assistant, check_scope
from assistant.render import chat_message
from assistant.settings import Settings, load_settings
from index.errors import IndexMissing, ReadoutError, UsageError
from index.record import Scope

EXAMPLES = [
    "What did each side say about Syria?",
    "Did Putin deny interfering in the election?",
    "According to Euractiv, when will Trump succeed Obama?",
    "Which outlets mention WikiLeaks?",
    "How many minutes did the call last?",
]
HEADER = (
    "<header><h1>Readout</h1><p>Who said what, word for word. "
    "Every answer is the articles’ own words, with the place they stand.</p></header>"
)
SHOW_NEWEST = """() => setTimeout(() => [...document.querySelectorAll('#conversation [data-testid=user]')].at(-1)
    ?.scrollIntoView({block: 'start'}), 150)"""  # a reader starts at the question, not at the last citation
AT_ONCE = 4  # questions answered at the same time; the rest wait their turn
CSS = (Path(__file__).parent / "assistant" / "chat.css").read_text(encoding="utf-8")


def open_assistant(settings: Settings) -> Assistant:
    """Open the index, building that of the bundled corpus first where there is none."""
    try:
        return Assistant(settings)
    except IndexMissing:
        from index.build import build  # torch and spaCy: only where there is something to build

        build(settings.index, [], settings.embedding, server=settings.chroma)
        return Assistant(settings)


def make_demo(settings: Settings, scope: Scope | None = None) -> gr.Blocks:
    """The chat as a Gradio app, over the articles in a scope; the index is opened with the first question."""
    opening = Lock()
    opened = cache(lambda: open_assistant(settings))

    def assistant() -> Assistant:
        with opening:  # the first questions may come together
            return opened()

    def reply(question: str, history: list[Any]) -> tuple[str, list[Any]]:
        """Answer a question and add both to the conversation."""
        if not question.strip():
            return "", history
        try:
            content = chat_message(assistant().ask(question, scope))
        except ReadoutError as error:
            content = chat_message(str(error))
        return "", [*history, {"role": "user", "content": chat_message(question)}, {"role": "assistant", "content": content}]

    demo: gr.Blocks
    with gr.Blocks(title="Readout") as demo:
        gr.HTML(HEADER)
        chatbot = gr.Chatbot(
            label="Conversation",
            show_label=False,
            height="62vh",
            layout="panel",
            allow_tags=False,
            sanitize_html=True,
            latex_delimiters=[],
            autoscroll=False,
            elem_id="conversation",
            placeholder="Ask what the articles say, and who says it.",
            feedback_options=None,
            buttons=["copy"],
        )
        with gr.Row(elem_id="ask-row"):
            box = gr.Textbox(
                label="Question",
                show_label=False,
                placeholder="Ask the articles a question",
                lines=1,
                max_lines=4,
                max_length=2_000,
                scale=8,
                autofocus=True,
                elem_id="question",
            )
            send = gr.Button("Ask", variant="primary", scale=1, min_width=90, elem_id="send")
        gr.Examples(EXAMPLES, box, label="Try")
        for trigger in (box.submit, send.click):
            done = trigger(reply, [box, chatbot], [box, chatbot], concurrency_limit=AT_ONCE, api_visibility="private")
            done.then(None, js=SHOW_NEWEST, api_visibility="private")
    return demo


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 7860, auth: str | None = None, scope: Scope | None = None) -> None:
    """Open the chat and stay until it is stopped.

    Raises:
        UsageError: the address is taken or not this machine's, or ``auth`` is not USER:PASSWORD.
        IndexProblem: the index cannot serve.
    """
    user, colon, password = (auth or "").partition(":")
    if auth and not (user and colon and password):
        raise UsageError("--auth needs USER:PASSWORD.")
    _check_free(host, port)
    with open_assistant(settings) as assistant:  # a missing or broken index, or a filter for nothing, is told before anybody asks
        scope = check_scope(scope or Scope(), assistant.record)
    make_demo(settings, scope).queue(default_concurrency_limit=AT_ONCE).launch(
        server_name=host,
        server_port=port,
        auth=(user, password) if auth else None,
        css=CSS,
        theme=_theme(),
        footer_links=[],
        share=False,
        show_error=False,
        ssr_mode=False,
        quiet=True,
        enable_monitoring=False,
        prevent_thread_lock=True,
    )
    print(f"Readout is at http://{host}:{port} (stop it with Ctrl-C)", flush=True)  # noqa: T201 - the one line a person needs
    _stay()


def _stay() -> None:
    import signal
    import threading

    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    stopped.wait()


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror}). Name another with --port (or PORT= for make).") from error


def _theme() -> gr.themes.Base:
    """System fonts only: Gradio's own themes fetch theirs from afar."""
    return gr.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def __getattr__(name: str) -> Any:
    """``demo`` is made when it is asked for, so that importing this module does nothing."""
    if name == "demo":
        return make_demo(load_settings())
    raise AttributeError(name)


if __name__ == "__main__":
    from assistant.cli import main

    main(["chat", *(["--port", os.environ["PORT"]] if os.environ.get("PORT") else [])])
