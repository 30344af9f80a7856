"""Who said what: the statements of one article, from its parse.

Every word that can report speech or thought proposes candidates (``cues``): a stretch of text (``spans``), the
words naming who it belongs to (``holders``), and the grammatical construction that joins the two. A small network over plain
features and the parser's vectors (``choice``; ``cues.json`` and ``cues.npz``, learned by ``python -m eval.training.cues FOLDER``)
decides which of them readers would call an attribution. Where a talk or a press release names its speakers by layout alone,
the layout decides (``layout``). Quotation marks are read from the text (``quotes``), since a parser cuts a quotation into
sentences; everything else is read from the parse (``parsing``).
"""

from index.statements.choice import CUES
from index.statements.cues import candidates
from index.statements.extraction import VERSION, Voices, extract, read
from index.statements.parsing import load_parser, parse
from index.statements.quotes import OPENING, SINGLE, Page, quotations

__all__ = ["CUES", "OPENING", "SINGLE", "VERSION", "Page", "Voices", "candidates", "extract", "load_parser", "parse", "quotations", "read"]
