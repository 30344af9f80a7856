"""Names by their spelling: what two spellings of one name share, and the one name to use for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from index.lexicon import words

SUFFIXES = ("jr", "sr")
STANDS_OUT = 3  # how many times as often as a namesake somebody is named whom a bare name means
TITLES, BODIES, DETERMINERS = words("titles"), words("bodies"), words("determiners")
FORMS_OF_ADDRESS = words("female_titles") | words("male_titles") | {"dr"}
LONGEST_TITLE = 4  # words


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


def is_title(role: str) -> bool:
    """Whether words are a title that tells of somebody's office: "cdc director", and neither "mr" nor "chess master"."""
    parts = role.split()
    plainly = all(part.isalpha() for part in parts) and "and" not in parts
    return plainly and len(parts) <= LONGEST_TITLE and parts[-1] in TITLES - FORMS_OF_ADDRESS


def canonical_names(names: Mapping[str, int], people: Mapping[str, int] | None = None) -> dict[str, str]:
    """Return the name to use for each name of a corpus: {"Putin": "Vladimir Putin", "the Kremlin": "Kremlin"}.

    ``people`` says how often articles name which persons, whether these speak or not; without it every name that looks like a
    person's counts. A surname joins the person who has it, if no namesake is named nearly as often.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in (*(people or {}).items(), *names.items()):
        spellings[key_of(name)][_shown(name)] += count
    standing: Counter[str] = Counter()
    for name, count in people.items() if people is not None else names.items():
        if people is not None or _looks_personal(spellings[key_of(name)]):
            standing[key_of(name)] += count
    linked = _linked(standing)
    best = {key: min(counts, key=lambda name: (name.isupper(), -counts[name], name)) for key, counts in spellings.items()}
    best |= {key: name.title() for key, name in best.items() if name.isupper() and key in standing and " " in key}
    found = {}
    for name in names:
        key = _known_end(name, standing)
        named = " " in key or (name[:1].isupper() and (people is None or key in standing))  # a bill is no Bill, nor Washington a person
        found[name] = best[linked.get(key, key) if named else key]
    return found


def bare_names(people: Mapping[str, int]) -> dict[str, str]:
    """Return which person's key each plain surname means, and each first name that is nobody's surname, of persons named so often."""
    standing: Counter[str] = Counter()
    for name, times in people.items():
        standing[key_of(name)] += times
    return {part: owner for part, owner in _linked(standing, firsts=True).items() if " " not in part}


def _linked(standing: Counter[str], firsts: bool = False) -> dict[str, str]:
    """Return which person's key, or plain surname, stands for which usual one of the same person; ``firsts``: plain first names too."""
    full = [key for key in standing if " " in key]
    usual = {key: short for key in full if (short := _without_middle(key)) in standing}
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for key in full:
        parts = {surname_of(key), surname_of(key).rpartition("-")[2], *([key.split(" ")[0]] if firsts else ())}
        for part in parts - BODIES:  # nobody is called Senate; "Assad" is al-Assad
            bearers[part][usual.get(key, key)] += standing[key]
    return usual | {part: owner for part, counts in bearers.items() if (owner := _owner(counts, part))}


def _owner(bearers: Counter[str], part: str) -> str | None:
    """Return the one of several namesakes whom a surname means, or a first name that is nobody's surname; None when it is open."""
    families = (
        Counter({key: count for key, count in bearers.items() if surname_of(key).rpartition("-")[2] == part.rpartition("-")[2]}) or bearers
    )
    ranked = families.most_common(2)
    return ranked[0][0] if ranked and (len(ranked) == 1 or ranked[0][1] >= STANDS_OUT * ranked[1][1]) else None


def _known_end(name: str, standing: Counter[str]) -> str:
    """Return the key of the person that a longer name ends with, where capitals lead to it: "Clerk Nora Feld" → "nora feld"."""
    key, words = key_of(name), without_article(name).split(" ")
    if key not in standing:
        for first in range(1, len(words) - 1):
            end = key_of(" ".join(words[first:]))
            if not words[first - 1][:1].isupper() or BODIES & set(end.split(" ")):
                break
            if end in standing:
                return end
    return key


def surname_of(name: str) -> str:
    """Return the last word of a name that is no "Jr." or "III"."""
    words = name.split(" ")
    while len(words) > 2 and (plain(words[-1]) in SUFFIXES or not set(words[-1].upper()) - set("IVX")):
        words = words[:-1]
    return words[-1]


def _without_middle(key: str) -> str:
    """Return a name without what stands between the first and the last one: "hillary rodham clinton"."""
    first, *_, last = key.split(" ")
    return f"{first} {last}" if surname_of(key) == last and key.count(" ") > 1 else ""


def _looks_personal(spellings: Counter[str]) -> bool:
    """Could this be a person's name, by its look?"""
    parts = spellings.most_common(1)[0][0].split(" ")
    return len(parts) <= 4 and all(part[:1].isupper() for part in parts) and not BODIES & {plain(part) for part in parts}


def _shown(name: str) -> str:
    """Return a name as it is shown: without article and titles, beginning with a capital."""
    bare = without_article(name).split(" ")
    while len(bare) > 1 and plain(bare[0]) in TITLES and bare[1][:1].isupper():
        bare = bare[1:]
    text = " ".join(bare)
    return text[:1].upper() + text[1:]
