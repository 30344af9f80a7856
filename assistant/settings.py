"""Everything that can be set, in one frozen object: read once from the environment, passed on explicitly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.embedder import BUNDLED
from index.errors import UsageError

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index is, which models to use, and which Chroma server where one is shared."""

    index: Path = Path(".readout")
    embedding: str = BUNDLED
    model: str = EXTRACTIVE
    chroma: str | None = None


def load_settings(environment: Mapping[str, str] = os.environ, *, index: Path | None = None, model: str | None = None) -> Settings:
    """Settings from ``READOUT_INDEX``, ``READOUT_MODEL``, ``READOUT_EMBEDDING`` and ``READOUT_CHROMA``; arguments win.

    Raises:
        UsageError: a model that this version cannot use.
    """
    model = model or environment.get("READOUT_MODEL") or EXTRACTIVE
    if model != EXTRACTIVE:
        raise UsageError(f"no answerer {model!r}: this version answers with 'extractive' only. Leave out --model and READOUT_MODEL.")
    return Settings(
        index=index or Path(environment.get("READOUT_INDEX") or ".readout"),
        embedding=environment.get("READOUT_EMBEDDING") or BUNDLED,
        model=model,
        chroma=environment.get("READOUT_CHROMA") or None,
    )
