"""What an event carries, and what all events share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.chain import Assistant
from assistant.desk import panel
from assistant.settings import Settings
from assistant.types import EXTRACTIVE
from index.record import Record, Scope

LONGEST_NAME = 200  # characters of a model's
SAME: Any = gr.skip()
"""In place of a value: what is shown stays."""


@dataclass(frozen=True, slots=True)
class Click:
    """Something done in a browser: by whom ("" where nobody signs in), in which window, and the data that stand at the thing clicked."""

    user: str
    window: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, event: gr.EventData, request: gr.Request) -> Click:
        """The click behind an event of Gradio's; that of a page that is opened carries what its address holds."""
        values = event._data if isinstance(event._data, dict) else dict(request.query_params)
        return cls(request.username or "", request.session_hash or "", values)

    def __getitem__(self, name: str) -> str:
        """A value that is text; nothing where it is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """The values of a name that may have several."""
        value = self.values.get(name)
        return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]

    @property
    def person(self) -> str:
        """Who it is: a user, or where nobody signs in, a window."""
        return self.user or self.window

    @property
    def conversation(self) -> str:
        """The conversation that the window shows, as it says."""
        return self["conversation"]

    @property
    def model(self) -> str | None:
        """The model that was chosen; where none was, it is that of the settings."""
        return self["model"].strip()[:LONGEST_NAME] or None


NOBODY = Click("", "", {})


@dataclass(frozen=True, slots=True)
class Premises:
    """What all events share: the settings, the index that ``assistant`` opens, and the articles that are shown of it.

    With ``free`` a person may have any model asked that LangChain knows, else only those that are offered: extractive, and the one of the
    settings.
    """

    settings: Settings
    assistant: Callable[[], Assistant]
    scope: Scope
    free: bool = False

    @property
    def record(self) -> Record:
        """The index's record."""
        return self.assistant().record

    @property
    def models(self) -> tuple[str, ...]:
        """The models that are offered."""
        return tuple(dict.fromkeys((self.settings.model, EXTRACTIVE)))

    def outlets(self) -> list[str]:
        """The outlets whose articles are shown."""
        return self.record.outlets(self.scope)

    def form(self) -> str:
        """The form for a question."""
        return panel.question_form(self.outlets(), self.models, self.free)


def fresh() -> str:
    """What makes the browser take notice of a value it has already: a source opened again, a file saved once more."""
    return f"<!-- {time.monotonic_ns()} -->"
