"""Names by their spelling: what two spellings of one name share, and the one name to use for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from index.lexicon import words

TITLES, BODIES, DETERMINERS = words("titles"), words("bodies"), words("determiners")


def plain(word: str) -> str:
    """Return a word in lower case, without the full stop of an abbreviation."""
    return word.lower().rstrip(".")


def tidy(name: str) -> str:
    """Return a name without the article before it and the marks around it, with single spaces."""
    return without_article(" ".join(name.split()).strip(' ,.;:"“”'))


def without_article(name: str) -> str:
    """Return a name without the article or pronoun before it."""
    first, _, rest = name.partition(" ")
    return rest if rest and first.lower() in DETERMINERS else name


def key_of(name: str) -> str:
    """Return what spellings of one name share: no article, titles, possessives, initials, full stops or capitals."""
    bare = [_without_possessive(word) for word in tidy(name).lower().split(" ")]
    while len(bare) > 1 and plain(bare[0]) in TITLES:
        bare = bare[1:]
    inner = [word for word in bare[1:-1] if len(word.rstrip(".")) > 1]
    return " ".join([*bare[:1], *inner, *bare[1:][-1:]]).replace(".", "")


def _without_possessive(word: str) -> str:
    ending = next((one for one in ("'s", "’s", "'", "’") if word.endswith(one)), "")
    return word.removesuffix(ending)


def parts_of(name: str) -> list[str]:
    """Return the single names of a joint one: "Vladimir Putin and Donald Trump"."""
    parts = name.split(" and ")
    return parts if all(part[:1].isupper() for part in parts) else [name]


def canonical_names(names: Mapping[str, int]) -> dict[str, str]:
    """Return the name to use for each name of a corpus: {"Putin": "Vladimir Putin", "the Kremlin": "Kremlin"}."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in names.items():
        spellings[key_of(name)][_shown(name)] += count
    best = {key: min(counts.items(), key=lambda item: (-item[1], item[0]))[0] for key, counts in spellings.items()}
    full: dict[str, list[str]] = defaultdict(list)
    for key, counts in spellings.items():
        parts = key.split(" ")
        if 2 <= len(parts) <= 4 and not BODIES & set(parts) and counts.most_common(1)[0][0].istitle():
            full[parts[-1]].append(key)
    keys = {name: key_of(name) for name in names}
    return {name: best[full[key][0] if len(full.get(key, ())) == 1 else key] for name, key in keys.items()}


def _shown(name: str) -> str:
    """Return a name as it is shown: without article and titles, beginning with a capital."""
    bare = without_article(name).split(" ")
    while len(bare) > 1 and plain(bare[0]) in TITLES and bare[1][:1].isupper():
        bare = bare[1:]
    text = " ".join(bare)
    return text[:1].upper() + text[1:]
