"""Who is on which side, as a reporter lists it in ``sides.toml``, and the speakers of a corpus under one name and side each."""

from __future__ import annotations

import tomllib
from collections import ChainMap, Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import CorpusError
from index.speakers.names import canonical_names, key_of
from index.types import Statement, Voice


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is on which side: ``speakers`` maps a key of every listed name to (canonical name, side)."""

    names: tuple[str, ...]
    speakers: Mapping[str, tuple[str, str]]

    @classmethod
    def load(cls, path: Path, kept: str | None = None) -> Sides:
        """Read a ``sides.toml``, or the text that was ``kept`` of it.

        Raises:
            CorpusError: it is not TOML, a side has no name or no speakers, or a name stands for two speakers. One line
                naming file and entry.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig") if kept is None else kept)
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{path}: cannot be read ({error}). Save it as UTF-8 text.") from error
        except tomllib.TOMLDecodeError as error:
            raise CorpusError(f"{path}: not valid TOML: {error}. Mend that line.") from error
        entries = data.get("side", [])
        if not isinstance(entries, list) or set(data) - {"side"}:
            other = next(iter(set(data) - {"side"}), "side")
            raise CorpusError(f"{path}: {other!r} is not known here. Begin every side with a line [[side]].")
        speakers: dict[str, tuple[str, str]] = {}
        names: list[str] = []
        for number, entry in enumerate(entries, 1):
            name = _side_name(path, number, entry)
            if name.casefold() in {known.casefold() for known in names}:
                raise CorpusError(f"{path}: side {name!r} appears twice. Put all its speakers under one [[side]].")
            names.append(name)
            for key, speaker in _listed(path, name, entry):
                _add(path, speakers, key, (speaker, name))
        return cls(tuple(names), speakers)

    def find(self, name: str) -> tuple[str, str] | None:
        """Return the canonical name and the side of a speaker, None when no side lists it."""
        return self.speakers.get(key_of(name))


def _side_name(path: Path, number: int, entry: object) -> str:
    if not isinstance(entry, dict) or not isinstance(name := entry.get("name"), str) or not name.strip():
        raise CorpusError(f'{path}: side number {number} has no name. Add a line name = "…" under its [[side]].')
    if other := sorted(set(entry) - {"name", "speakers"}):
        raise CorpusError(f"{path}: {other[0]!r} of side {name.strip()!r} is not known here. A side has a name and speakers.")
    return name.strip()


def _listed(path: Path, side: str, entry: dict[str, object]) -> list[tuple[str, str]]:
    """Return every name of a side with the speaker it stands for."""
    table = entry.get("speakers")
    if not isinstance(table, dict) or not table:
        raise CorpusError(f'{path}: side {side!r} has no speakers. Add [side.speakers] with lines "Name" = ["other name", …].')
    found = []
    for speaker, others in table.items():
        if not isinstance(others, list) or not all(isinstance(other, str) and other.strip() for other in others):
            raise CorpusError(f'{path}: {speaker!r} of side {side!r} needs a list of names: "{speaker}" = ["…"].')
        found += [(name, speaker) for name in dict.fromkeys([speaker, *others])]
    return found


def _add(path: Path, speakers: dict[str, tuple[str, str]], name: str, entry: tuple[str, str]) -> None:
    """Enter a name, unless it already stands for somebody else."""
    key = key_of(name)
    if not key:
        raise CorpusError(f"{path}: {entry[0]!r} of side {entry[1]!r} lists an empty name. Take it out.")
    known = speakers.setdefault(key, entry)
    if known[1] != entry[1]:
        raise CorpusError(f"{path}: {name!r} is in two sides, {known[1]!r} and {entry[1]!r}. Keep it in one.")
    if known[0] != entry[0]:
        raise CorpusError(f"{path}: {name!r} stands for both {known[0]!r} and {entry[0]!r}. Keep it under one.")


def name_speakers(
    numbered: Sequence[tuple[int, Statement]],
    sides: Sequence[Sides] = (),
    people: Mapping[str, int] | None = None,
    named_in: Callable[[str], Iterable[str]] = lambda article: (),
) -> list[tuple[int, Statement]]:
    """Return the statements of a corpus, with their numbers, under canonical speakers and sides.

    ``sides`` name the speakers they list. All other names are grouped by spelling, and a surname joins the person who has it;
    a surname that several people share stays a name of its own. ``people`` says how often articles name which persons,
    ``named_in`` whom one of them names: a first name is the person's whom its own article calls so.
    """
    full = [(n, replace(s, speakers=tuple(_in_full(name, s.article, named_in) for name in s.speakers))) for n, s in numbered]
    names = Counter(name for _, s in full for name in s.speakers)
    canonical = canonical_names(names, people)
    listed = ChainMap(*(dict(one.speakers) for one in sides))  # the first side that lists a name has it
    placed = [_place(s.speakers, canonical, listed) for _, s in full]
    orders: dict[frozenset[str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for parts, _ in placed:
        orders[frozenset(parts)][parts] += 1
    found = []
    for (number, statement), (parts, side) in zip(numbered, placed, strict=True):
        usual = orders[frozenset(parts)].most_common(1)[0][0]
        found.append((number, replace(statement, speakers=usual, side=side)))
    return found


def _in_full(name: str, article: str, named_in: Callable[[str], Iterable[str]]) -> str:
    """Return a first name with the surname that its article gives the one person of that name."""
    if " " in name or not name[:1].isupper():
        return name
    bearers = {person for person in named_in(article) if person.startswith(f"{name} ")}
    return bearers.pop() if len(bearers) == 1 else name


def _place(names: Sequence[str], canonical: Mapping[str, str], listed: Mapping[str, tuple[str, str]]) -> Voice:
    """Return speakers under their canonical names and their side; several who speak together have one when all of them are of it."""
    if known := listed.get(key_of(" and ".join(names))):
        return (known[0],), known[1]  # "Republicans and Democrats" may be listed as one
    placed = []
    for name in names:
        called = canonical.get(name, name)
        placed.append(listed.get(key_of(name)) or listed.get(key_of(called)) or (called, None))
    groups = {side for _, side in placed}
    return tuple(dict.fromkeys(one for one, _ in placed)), groups.pop() if len(groups) == 1 else None
