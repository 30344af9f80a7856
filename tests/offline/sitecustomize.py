"""Cuts the network: with this folder on PYTHONPATH, a program that reaches for anything but its own machine is stopped.

Python reads a module of this name at start-up. The hook sees every socket that Python code opens, through whichever library.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

STOPPED = 97  # the exit status of a program that tried
HOME = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}
CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKING_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def away(event: str, args: tuple[Any, ...]) -> str | None:
    """The host that an audit event of Python's reaches for, when it is not this machine."""
    if event in CONNECTING and isinstance(args[1], tuple):
        host = args[1][0]
    elif event in LOOKING_UP:
        host = args[0]
    else:
        return None
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    return None if name in HOME or name.startswith("127.") else name


def cut(stop: Callable[[str], None]) -> None:
    """Call ``stop`` with the host whenever anything in this process reaches for the network; for good."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith("socket.") and (host := away(event, args)) is not None:
            stop(host)

    sys.addaudithook(hook)


def _quit(host: str) -> None:
    os.write(2, f"the network was used: {host}\n".encode())
    os._exit(STOPPED)


if __name__ == "sitecustomize":
    cut(_quit)
