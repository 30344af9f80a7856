"""Readout put together: the command ``readout``, and the chat for hosts that run Gradio programs.

``python app.py`` opens the chat; ``demo`` is it.
"""

from __future__ import annotations

import os
from typing import Any

import eval.cli  # noqa: F401 - its commands are part of the command line
from assistant.cli import main
from assistant.settings import load_settings


def __getattr__(name: str) -> Any:
    """``demo`` is made when it is asked for, so that importing this module does nothing."""
    if name != "demo":
        raise AttributeError(name)
    from assistant.desk.server import make_demo  # Gradio takes seconds

    return make_demo(load_settings())


if __name__ == "__main__":
    main(["chat", *(["--port", os.environ["PORT"]] if os.environ.get("PORT") else [])])
