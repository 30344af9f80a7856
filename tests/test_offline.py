"""The block that keeps all other tests honest: nothing reaches the network, and nobody needs it."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from conftest import PATIENCE, NetworkUsed, environment, reached
from offline.sitecustomize import STOPPED, away


@pytest.mark.parametrize("attempt", ["connect", "connect_ex", "create_connection", "getaddrinfo", "gethostbyname", "sendto"])
def test_the_network_is_cut(attempt: str) -> None:
    tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
    attempts = {
        "connect": lambda: tcp.connect(("192.0.2.1", 80)),
        "connect_ex": lambda: tcp.connect_ex(("192.0.2.1", 80)),
        "create_connection": lambda: socket.create_connection(("huggingface.co", 443)),
        "getaddrinfo": lambda: socket.getaddrinfo("example.org", 80),
        "gethostbyname": lambda: socket.gethostbyname("example.org"),
        "sendto": lambda: udp.sendto(b"x", ("192.0.2.1", 53)),
    }
    with tcp, udp, pytest.raises(NetworkUsed):
        attempts[attempt]()
    assert reached
    reached.clear()  # this once it was meant


def test_this_machine_is_not_cut_off() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=PATIENCE), server.accept()[0]:
            pass
    assert socket.getaddrinfo("localhost", 80)


def test_a_program_that_reaches_out_is_stopped() -> None:
    code = "import urllib.request\ntry: urllib.request.urlopen('https://example.org')\nexcept BaseException: pass"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (STOPPED, "the network was used: example.org\n")


@pytest.mark.parametrize(
    ("event", "args", "host"),
    [
        ("socket.connect", (None, ("93.184.215.14", 80)), "93.184.215.14"),
        ("socket.connect", (None, ("::1", 80, 0, 0)), None),
        ("socket.connect", (None, "/run/some.socket"), None),
        ("socket.getaddrinfo", (b"example.org", 80, 0, 0, 0), "example.org"),
        ("socket.getaddrinfo", (None, 80, 0, 0, 0), None),
        ("socket.bind", (None, ("0.0.0.0", 80)), None),
    ],
)
def test_what_counts_as_away(event: str, args: tuple[object, ...], host: str | None) -> None:
    assert away(event, args) == host
