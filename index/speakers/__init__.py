"""Whom the words that name a speaker stand for: in one article, over a corpus, and on which side.

Three steps, each a value handed to the next: ``Cast`` resolves "he", "the statement" or "Putin" within one article;
``name_speakers`` gives one canonical name to the names that a corpus uses for the same speaker; ``Sides`` puts the
names a reporter listed in ``sides.toml`` under their sides. None of them guesses: what the text does not settle stays
as it is written, or unknown.
"""

from index.speakers.coreference import PEOPLE, Cast
from index.speakers.names import BODIES, TITLES, bare_names, canonical_names, is_title, key_of, plain
from index.speakers.sides import Sides, name_speakers

__all__ = [
    "BODIES",
    "PEOPLE",
    "TITLES",
    "Cast",
    "Sides",
    "bare_names",
    "canonical_names",
    "is_title",
    "key_of",
    "name_speakers",
    "plain",
]
