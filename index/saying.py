"""Whether a passage tells what somebody said, or only what they think, want or do: "he called it a lie", "he sees it as a threat".

A ledger of who said what holds both, since readers take both for somebody's. But only of the first may a passage be shown under a name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from index.lexicon import words
from index.statements.quotes import OPENING
from index.types import Heard, Passage

SAYING = Path(__file__).with_name("saying.json")
UNSAID = words("possible") | words("necessary") | {"to"}
QUOTING = f'"{OPENING}'  # what a quotation begins with
ALONE = 5  # words in quotation marks that are somebody's whatever stands beside them


@cache
def saying() -> frozenset[str]:
    """The forms of verbs by which news quotes somebody: see `eval.training.saying`."""
    return frozenset(json.loads(SAYING.read_text(encoding="utf-8")))


def says(one: Heard, passage: Passage) -> bool:
    """Whether a statement that is heard in a passage is an utterance: its cue is of those that news quotes by, or it is quoted itself.

    What somebody is "to say", or may have said, they have not said.
    """
    cue = [word.strip(",:;") for word in (one.cue or "").lower().split()]
    if not any(cue) or (cue[0] not in UNSAID and not saying().isdisjoint(cue)):
        return True  # a mere colon is a cue as well
    own = passage.text[one.start - passage.start : one.end - passage.start]
    return one.direct and own[:1] in QUOTING and len(own.split()) >= ALONE
