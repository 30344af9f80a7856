"""One name and a side for every speaker over all articles, and what each is called."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from index.corpus import sides_file
from index.record import Record
from index.speakers import Sides, bare_names, is_title, key_of, name_speakers
from index.speakers.described import described
from index.types import Statement

NEARLY_ALWAYS = 0.8  # the share from which on a name that several speakers go by is taken for one of them
LONGEST_NAME = 60  # characters: what is longer describes somebody


def settle_names(record: Record) -> None:
    """Give every speaker one name and a side over all articles, where articles or a sides.toml changed since that was last done.

    Raises:
        CorpusError: a sides.toml cannot be used.
    """
    kept = json.loads(record.meta("sides_texts") or "{}")
    roots = {root: sides_file(Path(root)) for root in record.roots()}
    gone = {root: kept[root] for root in roots if root in kept and not Path(root).exists()}  # of an index that came from another machine
    texts = {root: file.read_text(encoding="utf-8-sig") for root, file in roots.items() if file.is_file() and sides_of([root])} | gone
    state = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    if record.meta("named") != state:
        with record.transaction():
            groups = [Sides.load(roots[root], text) for text, root in {text: root for root, text in texts.items()}.items()]
            named = name_speakers(record.numbered_statements(raw=True), groups, record.people(), cache(record.people_in))
            record.rename_speakers(named)
            statements = [said for _, said in named]
            record.set_names(_aliases(record, statements, groups))
            record.set_described(described(record.roles(), record.people(), statements))
            sides = json.dumps([name for group in groups for name in group.names])
            record.set_meta(sides=sides, sides_texts=json.dumps(texts), named=state)


def sides_of(roots: Iterable[str]) -> dict[Path, Sides]:
    """The sides of these folders, by the file that tells them.

    Raises:
        CorpusError: a sides.toml cannot be used.
    """
    files = (sides_file(Path(root)) for root in roots)
    return {file: Sides.load(file) for file in files if file.is_file()}


def _aliases(record: Record, statements: list[Statement], sides: list[Sides]) -> Iterator[tuple[str, str, str | None]]:
    """What each speaker is called: canonical names, names beside quotations that hold a capital, plain surnames, those of sides.toml.

    A name used for several speakers is the one's who it nearly always means, else nobody's; sides.toml has the last word.
    """
    texts = {article.id: article.text for article in record.articles()}
    meant: dict[str, Counter[tuple[str, str | None]]] = {}
    for said in statements:
        if len(said.speakers) != 1:
            continue
        [speaker] = said.speakers
        meant.setdefault(speaker.lower(), Counter())[speaker, said.side] += 1
        if said.speaker_start is not None:
            words = re.sub(r"^(?:the|an?)\s+|['’]s?$", "", texts[said.article][said.speaker_start : said.speaker_end], flags=re.I)
            if any(word[:1].isupper() for word in words.split()) and len(words) <= LONGEST_NAME:
                meant.setdefault(" ".join(words.lower().replace("’", "'").split()), Counter())[speaker, said.side] += 1
    speaking = {key_of(said.speakers[0]): (said.speakers[0], said.side) for said in statements if len(said.speakers) == 1}
    for surname, person in bare_names(record.people()).items():
        if person in speaking and (surname not in meant or _open(meant[surname])):
            meant[surname] = Counter([speaking[person]])
    titles = ((title, role.name, count) for role, count in record.roles() for title in {role.words.lower(), role.bare.lower()})
    for title, name, count in filter(lambda one: is_title(one[0]), titles):
        meant.setdefault(title, Counter())[speaking.get(key_of(name), (name, None))] += count
    for group in sides:
        for alias, (speaker, side) in group.speakers.items():
            meant[alias] = Counter({(speaker, side): 1})
    for alias, speakers in meant.items():
        [((speaker, owner), _)] = speakers.most_common(1)
        if not _open(speakers) and (key_of(speaker) in speaking or owner):
            yield alias, speaker, owner


def _open(speakers: Counter[tuple[str, str | None]]) -> bool:
    """Whether a name may be that of any of several speakers."""
    return max(speakers.values()) < NEARLY_ALWAYS * speakers.total()
