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
    """Where the index is, which models to use, which Chroma server where one is shared, and where the chat's conversations are kept."""

    index: Path = Path(".readout")
    embedding: str = BUNDLED
    model: str = EXTRACTIVE
    chroma: str | None = None
    desk: Path | None = None

    @property
    def conversations(self) -> Path:
        """The file of the chat's conversations: in the index folder unless another was named."""
        return self.desk or self.index / "desk.sqlite3"


def load_settings(environment: Mapping[str, str] = os.environ, *, index: Path | None = None, model: str | None = None) -> Settings:
    """Settings from ``READOUT_INDEX``, ``READOUT_MODEL``, ``READOUT_EMBEDDING``, ``READOUT_CHROMA`` and ``READOUT_DESK``; arguments win.

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
        desk=Path(environment["READOUT_DESK"]) if environment.get("READOUT_DESK") else None,
    )
