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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: a status with headers; or after ``text`` the line drops, goes silent, or ends unfinished."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=lambda: {"error": {"message": "no", "type": "no"}})
    text: str = ""
    then: str = "stop"  # "drop", "hang", "end", or a finish_reason


Reply = str | Fault | Callable[[str], str]
"""A reply, or what makes one of the request's last message."""


class Script:
    """The server's address, the replies it has yet to give, and the requests it got."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies) or ["not in the articles"]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.address = ""
        self.closing = threading.Event()

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
            if fault.status != 200:
                self._whole(fault)
            else:
                self._stream(fault)

        def _whole(self, fault: Fault) -> None:
            body = json.dumps(fault.body).encode()
            self.send_response(fault.status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **fault.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, fault: Fault) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for word in re.findall(r"\S+\s*|\s+", fault.text):
                self._send({"choices": [{"index": 0, "delta": {"role": "assistant", "content": word}}]})
            if fault.then == "drop":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif fault.then == "hang":
                script.closing.wait(30)
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
        server.shutdown()
        server.server_close()
