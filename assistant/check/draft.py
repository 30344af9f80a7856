"""A draft as it is read: files by the index's own readers, answers of other systems as JSON; and what its stretches cite."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.check.answers import Cited, answer_in, marked
from index import readers
from index.errors import UsageError
from index.language import other_language
from index.readers import Draft as Read
from index.readers import Trouble

KINDS = (".md", ".markdown", ".txt", ".docx", ".html", ".htm", ".xhtml", ".json")
LONGEST = 1_000_000  # characters: some 300 pages
LONGEST_SENT = 50_000  # characters of a draft that comes through the chat or its API: some three minutes
JSON = ".json"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to be checked. ``masked`` is it with spaces in place of marks and lists of sources, ``cited`` what its stretches cite."""

    text: str
    masked: str
    cited: tuple[Cited, ...] = ()


def read_draft(name: str, data: bytes | None = None) -> Draft:
    """The draft in a file, or in ``data`` that came by another way.

    Raises:
        UsageError: there is no such file, it cannot be read, or there is nothing in it that can be checked.
    """
    path = Path(name)
    if data is None:
        if path.suffix.lower() not in KINDS:
            raise UsageError(f"{name}: a draft is {', '.join(KINDS[:-1])} or {KINDS[-1]}. Save it as one of these.")
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise UsageError(f"there is no file {name}. Name the draft, or - for standard input.") from None
        except OSError as error:
            raise UsageError(f"{name} cannot be read ({error.strerror}). Name another file.") from error
    elif path.suffix.lower() not in KINDS:
        path = path.with_suffix(JSON if data.lstrip()[:1] in (b"{", b"[") and _json(data) is not None else ".txt")
    if path.suffix.lower() == JSON:
        return _of_json(name, data)
    found = readers.read(path.name, data)
    texts = [one.text for one in found if isinstance(one, Read)]
    if not texts:
        why = next((one.why for one in found if isinstance(one, Trouble)), readers.EMPTY)
        raise UsageError(f"{name} {why}.")
    return draft_of("\n\n".join(texts), name)


def sent_draft(text: str) -> Draft:
    """The draft, or the answer of another system in JSON, that somebody pasted or a program sent.

    Raises:
        UsageError: it is too long for one call, or there is nothing in it that can be checked.
    """
    if len(text) > LONGEST_SENT:
        raise UsageError(f"the draft has {len(text):,} characters. Check at most {LONGEST_SENT:,} at a time.")
    return read_draft("the draft", text.encode("utf-8", "replace"))


def draft_of(text: str, name: str = "the draft") -> Draft:
    """A text as a draft; numbers in it cite what its last lines list.

    Raises:
        UsageError: there is nothing in it that can be checked, it is too long, or it is not in English.
    """
    if not any(map(str.isalpha, text)):
        raise UsageError(f"{name} is empty. Name a draft with sentences in it.")
    if len(text) > LONGEST:
        raise UsageError(f"{name} has {len(text):,} characters. Check at most {LONGEST:,} at a time.")
    if language := other_language(text):
        raise UsageError(f"{name} is in {language}. Readout checks English drafts against English articles.")
    masked, cited = marked(text)
    return Draft(text, masked, tuple(cited))


def _of_json(name: str, data: bytes) -> Draft:
    """An answer of another system.

    Raises:
        UsageError: it is no JSON, or no answer is in it.
    """
    text, cited, numbered = answer_in(_json(data))
    if not text.strip():
        raise UsageError(f"{name} is no answer in JSON. An object with a text, or content blocks with citations, can be checked.")
    draft = draft_of(text, name)
    masked, more = marked(text, numbered)
    return replace(draft, masked=masked, cited=(*cited, *more))


def _json(data: bytes) -> Any:
    """What a file of JSON holds; nothing where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
