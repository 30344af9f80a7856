"""A model server that says what a test tells it to, over HTTP as OpenAI's does: the fake at the network's edge.

Each request takes the next of the script's replies, and the last one again and again. A reply is a text, which is streamed word by word, or
a `Fault`. What was asked is kept in ``requests``.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: a status with headers; or after ``text`` the line drops, goes silent, ends unfinished or with an error.

    ``says`` is the message of a status or an error; ``AUTHORIZATION`` in it stands for the header that came with the request.
    ``body`` is what a status comes with where that is not OpenAI's form of an error.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    says: str = "no"
    text: str = ""
    then: str = "stop"  # "drop", "hang", "hold" (until it is let go, then "drop"), "end", "error", "unstreamed", or a finish_reason
    refusal: str = ""
    body: Mapping[str, Any] | None = None


Reply = str | Fault | Callable[[str], str]
"""A reply, or what makes one of the request's last message."""


@dataclass(frozen=True, slots=True)
class Given:
    """A statement that a model is given."""

    number: int
    speaker: str | None
    outlet: str
    words: str


def given(request: str) -> list[Given]:
    """The numbered statements of a request, as `prompts/answer.md` has them."""
    body = request.partition("The statements:")[2].rpartition("The question:")[0]
    elements = ElementTree.fromstring(f"<all>{body}</all>")
    return [Given(int(one.attrib["number"]), one.get("speaker"), one.attrib["outlet"], one.text or "") for one in elements]


def honest(request: str) -> str:
    """What an honest model writes: every statement it is given, under who says it; a follow-up as it was asked."""
    if question := re.search(r"^The next question: (.*)$", request, re.M):
        return question[1]
    return "\n".join(f"- {_told(one)} [{one.number}]." for one in given(request)) or "not in the articles"


def _told(one: Given) -> str:
    words = one.words.strip('“”"').rstrip(".")
    return f"{one.speaker} said: “{words}”" if one.speaker else words


class Script:
    """The server's address, the replies it has yet to give, and the requests it got."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies) or ["not in the articles"]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.address = ""
        self.closing, self.let_go = threading.Event(), threading.Event()

    def say(self, *replies: Reply) -> None:
        """What it is to reply from now on; what it was asked before is forgotten."""
        self.replies, self.requests, self.headers = list(replies), [], []

    def next(self, request: dict[str, Any]) -> str | Fault:
        """The reply to a request."""
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(request["messages"][-1]["content"]) if callable(reply) else reply


@contextmanager
def scripted(*replies: Reply) -> Iterator[Script]:
    """A server with these replies, at `Script.address`."""
    script = Script(*replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.headers.append(dict(self.headers))
            reply = script.next(request)
            fault = reply if isinstance(reply, Fault) else Fault(text=reply)
            if fault.status != 200 or fault.body is not None:
                self._whole(fault, self._error(fault))
            elif fault.then == "unstreamed":
                choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": fault.text}}
                usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
                self._whole(fault, {"id": "1", "object": "chat.completion", "model": "scripted", "choices": [choice], "usage": usage})
            else:
                self._stream(fault)

        def _whole(self, fault: Fault, says: Mapping[str, Any]) -> None:
            body = json.dumps(says).encode()
            self.send_response(fault.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **fault.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _error(self, fault: Fault) -> Mapping[str, Any]:
            if fault.body is not None:
                return fault.body
            says = fault.says.replace("AUTHORIZATION", self.headers.get("Authorization", ""))
            return {"error": {"message": says, "type": "no"}}

        def _stream(self, fault: Fault) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            if fault.refusal:
                self._send({"choices": [{"index": 0, "delta": {"role": "assistant", "refusal": fault.refusal}}]})
            for word in re.findall(r"\S+\s*|\s+", fault.text):
                self._send({"choices": [{"index": 0, "delta": {"role": "assistant", "content": word}}]})
            if fault.then == "hold":
                script.let_go.wait()
            if fault.then in ("drop", "hold"):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif fault.then == "hang":
                script.closing.wait()
            elif fault.then == "error":
                self._send(self._error(fault))
            elif fault.then != "end":
                self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": fault.then}]})
                words = len(fault.text.split())
                self._send({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": words, "total_tokens": 100 + words}})
                self.wfile.write(b"data: [DONE]\n\n")
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()

        def _send(self, part: dict[str, Any]) -> None:
            whole = {"id": "1", "object": "chat.completion.chunk", "created": int(time.time()), "model": "scripted", **part}
            self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    script.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.closing.set()
        script.let_go.set()
        server.shutdown()
        server.server_close()
