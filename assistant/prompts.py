"""The texts in ``prompts/``: what Readout says in its own words, with placeholders that are checked when it is loaded."""

from __future__ import annotations

import hashlib
import string
import tomllib
from pathlib import Path

from index.errors import UsageError

FOLDER = Path(__file__).resolve().parent.parent / "prompts"
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "abstain": frozenset({"reason"}),
    "in_doubt": frozenset(),
    "nearest": frozenset({"words"}),
    "nearest_in_doubt": frozenset({"words"}),
    "no_such_speaker": frozenset({"name"}),
    "silent": frozenset({"names"}),
    "elsewhere": frozenset({"n"}),
    "conflict": frozenset({"accounts"}),
    "missing_words": frozenset({"words"}),
    "no_passage": frozenset(),
    "talk": frozenset({"articles", "example"}),
    "help": frozenset({"articles", "outlets", "speakers", "example"}),
    "corpus": frozenset({"articles", "listing", "speakers"}),
    "fragment": frozenset({"example"}),
    "rules": frozenset(),
    "answer": frozenset({"statements", "question"}),
    "condense": frozenset({"history", "question"}),
    "without_model": frozenset({"trouble"}),
    "unanswered": frozenset({"model"}),
    "opinion": frozenset(),
    "unsure": frozenset({"names"}),
    "one_report": frozenset({"names", "n"}),
    "editors": frozenset({"outlet", "marks", "words"}),
    "taken_for": frozenset({"typed", "meant"}),
    "may_be": frozenset({"typed", "names"}),
    "not_quoted": frozenset({"name", "articles"}),
}
VERDICTS = "first_lines.toml"  # the lines before answers of a kind of their own: what fills each, `assistant.answer_kinds` says


class Prompts:
    """A folder of texts, read and checked once; ``folder`` stands in for Readout's own, as a whole.

    Raises:
        UsageError: a text is missing, or its placeholders are not the ones it is filled with.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or FOLDER
        self._texts: dict[str, str] = {}
        for name, expected in PLACEHOLDERS.items():
            file = folder / f"{name}.md"
            try:
                text = file.read_text(encoding="utf-8").strip()
                found = _fields(text)
            except (OSError, ValueError) as error:
                raise UsageError(f"{file}: the prompt cannot be read ({_why(error)}). {_remedy(folder, name)}") from error
            if found != expected:
                raise UsageError(f"{file}: needs the placeholders {_braced(expected)}, has {_braced(found)}.")
            self._texts[name] = text
        self._texts |= _verdicts(folder)

    @property
    def fingerprint(self) -> str:
        """A short name for what the texts are: it changes when any of them does."""
        return hashlib.sha256(repr(sorted(self._texts.items())).encode()).hexdigest()[:16]

    def fill(self, prompt: str, /, **values: str) -> str:
        """The text called ``prompt`` with its placeholders filled; braces inside the values mean nothing."""
        return self._texts[prompt].format_map(values)


def _verdicts(folder: Path) -> dict[str, str]:
    """The lines of ``first_lines.toml``; Readout's own where a folder has none.

    Raises:
        UsageError: it cannot be read, or its lines or their placeholders are not those of Readout's own.
    """
    own = tomllib.loads((FOLDER / VERDICTS).read_text(encoding="utf-8"))
    file = folder / VERDICTS
    try:
        texts = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else own
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: the lines cannot be read ({_why(error)}). {_remedy(folder, VERDICTS)}") from error
    for name in {*own, *texts}:
        wanted, found = (_fields(str(lines.get(name, ""))) for lines in (own, texts))
        if name not in texts or wanted != found:
            raise UsageError(f"{file}: {name} needs the placeholders {_braced(wanted)}, has {_braced(found)}.")
    return {name: str(text) for name, text in texts.items()}


def _fields(text: str) -> set[str]:
    """The placeholders of a text; one with a conversion or a format is none that it can be filled with."""
    parts = [
        (name, f"!{how}" if how else "", f":{form}" if form else "")
        for _, name, form, how in string.Formatter().parse(text)
        if name is not None
    ]
    return {"".join(part) for part in parts}


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _remedy(folder: Path, name: str) -> str:
    return "Reinstall Readout." if folder == FOLDER else f"Copy {FOLDER / name}.md there and change that, or unset READOUT_PROMPTS."


def _braced(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
