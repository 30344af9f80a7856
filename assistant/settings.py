"""Everything that can be set, in one frozen object: read once from the environment, passed on explicitly."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.chat_model import check_name
from assistant.types import EXTRACTIVE
from index.embedder import BUNDLED
from index.errors import UsageError

PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index is, which models to use, which Chroma server where one is shared, and where the chat's conversations are kept.

    Of a language model: ``prompts`` is a folder in place of Readout's own texts, ``strict`` leaves out what the articles do not carry in
    place of marking it, ``cache`` keeps its answers, ``price`` is dollars for a million tokens read and for a million written,
    ``patience`` the seconds of silence after which it is given up. Its key and READOUT_BASE_URL are read where it is called.
    """

    index: Path = Path(".readout")
    embedding: str = BUNDLED
    model: str = EXTRACTIVE
    chroma: str | None = None
    desk: Path | None = None
    prompts: Path | None = None
    strict: bool = False
    cache: bool = True
    price: tuple[float, float] | None = None
    patience: float = PATIENCE

    @property
    def conversations(self) -> Path:
        """The file of the chat's conversations: in the index folder unless another was named."""
        return self.desk or self.index / "desk.sqlite3"


def load_settings(
    environment: Mapping[str, str] = os.environ,
    *,
    index: Path | None = None,
    model: str | None = None,
    strict: bool = False,
    cache: bool = True,
) -> Settings:
    """Settings from the environment's ``READOUT_…``: INDEX, MODEL, EMBEDDING, CHROMA, DESK, PROMPTS, PRICE, TIMEOUT; arguments win.

    Raises:
        UsageError: a number that is none. ModelMissing: a model's name that is none.
    """

    def path(name: str) -> Path | None:
        return Path(environment[name]) if environment.get(name) else None

    model = model or environment.get("READOUT_MODEL") or EXTRACTIVE
    if model != EXTRACTIVE:
        check_name(model, environment)
    return Settings(
        index=index or path("READOUT_INDEX") or Path(".readout"),
        embedding=environment.get("READOUT_EMBEDDING") or BUNDLED,
        model=model,
        chroma=environment.get("READOUT_CHROMA") or None,
        desk=path("READOUT_DESK"),
        prompts=path("READOUT_PROMPTS"),
        strict=strict,
        cache=cache,
        price=_price(environment.get("READOUT_PRICE", "")),
        patience=_patience(environment.get("READOUT_TIMEOUT", "")),
    )


def _price(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*", text)
    if not found:
        raise UsageError(f"READOUT_PRICE {text!r} is no price. Write dollars for a million tokens read and written, such as 0.25/2.00.")
    return float(found[1]), float(found[2])


def _patience(text: str) -> float:
    if not text:
        return PATIENCE
    if not re.fullmatch(r"\d+(?:\.\d+)?", text) or not float(text):
        raise UsageError(f"READOUT_TIMEOUT {text!r} is no time. Write seconds, such as 60.")
    return float(text)
