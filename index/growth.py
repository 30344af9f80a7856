"""What is to be done so that an index holds what some folders hold: articles are known again by their text, whatever they are called."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass

from index.corpus import Source
from index.lookup import Known, content_of
from index.record import Record


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, each article under its id.

    ``read`` are to be parsed and embedded. ``kept`` are stored, under the id that stands before each, and only change their id or what is
    known of them besides text and title. ``gone`` are to be removed. ``places`` are other names of articles: name, folder, and the article.
    """

    read: list[Source]
    kept: list[tuple[str, Source]]
    gone: list[str]
    places: list[tuple[str, str, str]]
    added: list[str]
    changed: list[str]
    unchanged: int

    @property
    def changes(self) -> bool:
        """Whether anything stored changes."""
        return bool(self.read or self.kept or self.gone)

    @property
    def retold(self) -> list[str]:
        """Articles of which something else is known now, while their text is the same."""
        return [before for before, source in self.kept if before == source.article.id]

    @property
    def moved(self) -> list[tuple[str, str]]:
        """The former and the new id of articles whose file has another name or place."""
        return [(before, source.article.id) for before, source in self.kept if before != source.article.id]

    @property
    def removed(self) -> list[str]:
        """Articles that are no longer there; not those that another took the name of."""
        taken = {source.article.id for _, source in self.kept}
        return [name for name in self.gone if name not in taken]


def plan(sources: Iterable[Source], known: Mapping[str, Known], mine: Iterable[str]) -> Plan:
    """Compare what was read with what is ``known``; ``mine`` are the stored articles that are gone unless they were read."""
    read = {source.article.id: source for source in sources}
    own = {*mine, *read} & known.keys()
    places = _other_places(read, known, own)
    wanted = {name: source for name, source in read.items() if name not in places}
    own |= places.keys() & known.keys()
    todo = {name: source for name, source in wanted.items() if name not in own or known[name].digest != source.digest}
    free = {name: known[name] for name in own if name in todo or name not in wanted}
    kept = list(_kept(todo, free))
    for before, source in kept:
        del todo[source.article.id], free[before]
    return Plan(
        read=list(todo.values()),
        kept=kept,
        gone=[name for name in free if name not in todo],
        places=[(name, root, article) for name, (root, article) in places.items()],
        added=[name for name in todo if name not in own],
        changed=[name for name in todo if name in own],
        unchanged=len(wanted) - len(todo) - len(kept),
    )


def carry_out(record: Record, plan: Plan, roots: Container[str]) -> None:
    """Bring a record, whose articles in ``roots`` were compared, to where only what is to be read is missing, and other places of it."""
    record.leave(name for name, root, _ in record.other_places() - {*plan.places} if root in roots)
    gone = {*plan.gone}
    record.drop(gone.intersection(record.settle([*plan.gone, *plan.changed])))
    record.move((before, source.article, source.root, source.digest) for before, source in plan.kept)


def _other_places(read: Mapping[str, Source], known: Mapping[str, Known], own: Set[str]) -> dict[str, tuple[str, str]]:
    """Names under which an article lies once more: the same text, and nothing else is known of it. With the corpus folder and its own name.

    It goes by the name of which most is known, else by the one that it has in the index, else by the first.
    """
    stored = [_Name(name, one.content, one.outlet, one.published, one.root) for name, one in known.items() if name not in own]
    names = {
        name: _Name(name, content_of(one.article.text), one.article.outlet, one.article.published, one.root) for name, one in read.items()
    }
    as_it_was = {name for name, one in read.items() if name in own and known[name].digest == one.digest}
    firsts: dict[str, list[_Name]] = {}
    places: dict[str, tuple[str, str]] = {}
    for one in sorted([*stored, *names.values()], key=lambda one: (one.unknown, one.name in names, one.name not in as_it_was)):
        same = firsts.setdefault(one.content, [])
        if first := next((first for first in same if _agree(first.outlet, one.outlet) and _agree(first.published, one.published)), None):
            if one.name in names or first.name in names:  # two that are stored and not read now are left as they are
                places[one.name] = one.root, first.name
        else:
            same.append(one)
    return places


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of an article, and by what it is told whether another name is the same article's."""

    name: str
    content: str
    outlet: str | None
    published: str | None
    root: str

    @property
    def unknown(self) -> int:
        """How much of it is unknown."""
        return (self.outlet, self.published).count(None)


def _agree(one: str | None, other: str | None) -> bool:
    """Whether two accounts of an article can both be right."""
    return one is None or other is None or one == other


def _kept(todo: Mapping[str, Source], free: Mapping[str, Known]) -> Iterable[tuple[str, Source]]:
    """Those articles to do whose text and title are stored under an id that nobody needs as it is: their own, else any."""
    stored: dict[tuple[str, str], list[str]] = {}
    for name, one in free.items():
        if one.made:
            stored.setdefault((one.content, one.title), []).append(name)
    keys = {name: (content_of(source.article.text), source.article.title) for name, source in todo.items()}
    for name, source in todo.items():
        if name in stored.get(keys[name], ()):
            stored[keys[name]].remove(name)
            yield name, source
            keys.pop(name)
    for name, key in keys.items():
        if stored.get(key):
            yield stored[key].pop(0), todo[name]
