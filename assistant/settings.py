"""Everything that can be set, in one frozen object: read once from the environment, passed on explicitly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

from assistant.models.chat_model import check_name
from assistant.types import EXTRACTIVE
from index.embedder import BUNDLED
from index.errors import UsageError
from index.vectors import Server

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
    chroma: Server | None = None
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
    """Settings from the environment's ``READOUT_…``: INDEX, MODEL, EMBEDDING, CHROMA with CHROMA_TENANT, CHROMA_DATABASE and CHROMA_TOKEN,
    DESK, PROMPTS, PRICE, TIMEOUT; arguments win.

    Raises:
        UsageError: a number or an address that is none. ModelMissing: a model's name that is none.
    """

    def path(name: str) -> Path | None:
        return Path(environment[name]) if environment.get(name) else None

    price = _numbers(environment, "READOUT_PRICE", "0.25/2.00", "dollars for a million tokens read and written")
    patience = _numbers(environment, "READOUT_TIMEOUT", "60", "seconds", least=0.001)
    model = model or environment.get("READOUT_MODEL") or EXTRACTIVE
    if model != EXTRACTIVE:
        check_name(model, environment)
    return Settings(
        index=index or path("READOUT_INDEX") or Path(".readout"),
        embedding=environment.get("READOUT_EMBEDDING") or BUNDLED,
        model=model,
        chroma=_server(environment),
        desk=path("READOUT_DESK"),
        prompts=path("READOUT_PROMPTS"),
        strict=strict,
        cache=cache,
        price=(price[0], price[1]) if price else None,
        patience=patience[0] if patience else PATIENCE,
    )


def _server(environment: Mapping[str, str]) -> Server | None:
    """The Chroma server, where one is named; empty values count as none."""
    names = {"address": "", "tenant": "_TENANT", "database": "_DATABASE", "token": "_TOKEN"}
    stated = {name: value for name, ending in names.items() if (value := environment.get(f"READOUT_CHROMA{ending}"))}
    return Server(**stated) if "address" in stated else None


def _numbers(environment: Mapping[str, str], name: str, such_as: str, what: str, least: float = 0.0) -> list[float]:
    """The numbers of a setting, as many as the example has; none where it is not set."""
    text = environment.get(name) or ""
    try:
        found = [float(part) for part in text.split("/")] if text else []
    except ValueError:
        found = [-1.0]
    if found and (len(found) != such_as.count("/") + 1 or not all(least <= number < inf for number in found)):
        raise UsageError(f"{name} {text!r} cannot be used. Write {what}, such as {such_as}.")
    return found
