"""Articles that people add in the chat: each file is checked, given a name of its own and put into a folder beside the index."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.settings import Settings
from index.corpus import COLUMNS, MANIFEST, is_article, read_file
from index.readers import Draft, Trouble
from index.record import Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an uploaded file: a word on it for people, and whether it was taken."""

    name: str
    word: str
    taken: bool


def stem(text: str) -> str:
    """The name of a file that holds what a text is called, without its ending."""
    return "-".join("".join(sign if sign.isalnum() or sign in "_-" else " " for sign in text).split()).strip("-")[:60]


def uploads(settings: Settings) -> Path:
    """The folder that uploaded articles are kept in, beside the record that is made from them."""
    return settings.index / "uploads"


def receive(files: Iterable[Path], folder: Path, record: Record, known: dict[str, str]) -> list[Outcome]:
    """Take those files that are articles, new to ``record``, into the folder; ``known`` is what their manifest is to say of them."""
    taken: dict[str, str] = {}
    return [_receive(file, folder, record, taken, known) for file in files]


def _receive(file: Path, folder: Path, record: Record, taken: dict[str, str], known: dict[str, str]) -> Outcome:
    if not is_article(file.name):
        return Outcome(file.name, "its name is that of a notice, not of an article; rename it", False)
    found = read_file(file)
    drafts = [one for one in found if isinstance(one, Draft)]
    unread = [f"{one.where} {one.why}".strip() for one in found if isinstance(one, Trouble) and not one.meant]
    if not drafts:
        return Outcome(file.name, "; ".join(unread[:3]) or "holds no article", False)
    there = [taken.get(draft.text) or record.holding(draft.text) for draft in drafts]
    if all(there):
        return Outcome(file.name, f"is in the corpus already, as {there[0]}", False)
    target = _free(folder / file.name)
    taken.update((draft.text, target.name) for draft in drafts)
    _keep(file, target, known)
    word = "added" if target.name == file.name else f"added as {target.name}, since there is another {file.name}"
    notes = list(dict.fromkeys(f"it {draft.note}: look whether its letters are right" for draft in drafts if draft.note))
    return Outcome(file.name, "; ".join((word, *notes[:1], *(f"not read: {why}" for why in unread[:3]))), True)


def _free(wanted: Path) -> Path:
    """The wanted place, or one like it that no file has."""
    numbered = (wanted.with_stem(f"{wanted.stem}-{number}") for number in range(2, 1_000_000))
    return next(place for place in (wanted, *numbered) if not place.exists()) if wanted.exists() else wanted


def _keep(file: Path, target: Path, known: dict[str, str]) -> None:
    """Copy a file, and write what is known of it into the folder's manifest; it has its name only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    manifest = target.with_name(MANIFEST)
    if any(known.values()):
        fresh = not manifest.exists()
        with manifest.open("a", encoding="utf-8", newline="") as rows:
            writer = csv.DictWriter(rows, ["file", *COLUMNS])
            if fresh:
                writer.writeheader()
            writer.writerow({"file": target.name, **known})
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, part)
    part.rename(target)
