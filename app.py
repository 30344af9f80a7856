"""Readout put together: the command ``readout``, and the chat for hosts that run Gradio programs.

``python app.py`` opens the chat; ``demo`` is it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["main"]  # and ``demo``, see below

try:
    if sys.version_info < (3, 11):  # noqa: UP036 - pip refuses an older one, but nobody asks pip about this file
        raise ModuleNotFoundError("it needs Python 3.11 or newer")
    import eval.cli  # noqa: F401 - its commands are part of the command line
    from assistant.cli import main
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.stderr.write(f"readout: this Python cannot run it ({missing}). Run `make chat`, or .venv/bin/python app.py once that is done.\n")
    sys.exit(2)


def __getattr__(name: str) -> Any:
    """``demo`` is made when it is asked for, so that importing this module does nothing."""
    if name != "demo":
        raise AttributeError(name)
    from assistant.desk.server import make_demo  # Gradio takes seconds
    from assistant.settings import load_settings

    return make_demo(load_settings())


if __name__ == "__main__":
    main(["chat", *(["--port", os.environ["PORT"]] if os.environ.get("PORT") else [])])
