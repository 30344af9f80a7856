"""The ledger against labels made by hand: ``python -m eval.ledger LABELS.jsonl --index DIR``.

LABELS has lines as ``readout statements --json`` prints them. A statement finds a label when what they hold to be said shares half of
its union, each at most once, those of one speaker first. A label may be ``optional``: a thing told within another's account that two
readers would mark differently ("the Kremlin said both sides *agreed that …*"); finding it counts neither for nor against. Printed are
precision, recall and F1 of what was said, of that with the canonical speaker, and with the side too; then so with every label counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.settings import load_settings
from eval.lines import read_lines
from eval.spans import HALF, agreement, one_to_one, rates
from index.build import open_record
from index.types import Statement

Label = dict[str, Any]


def pairs(labels: list[Label], found: list[Statement]) -> list[tuple[Label, Statement]]:
    """Match labels and statements one to one: those that must be found, of one speaker, and that share most first."""
    alike = [
        (label["optional"], label["speaker"] != said.speaker, -share, place, number)
        for place, label in enumerate(labels)
        for number, said in enumerate(found)
        if label["article"] == said.article and (share := agreement([(label["start"], label["end"])], said.start, said.end)) >= HALF
    ]
    return [(labels[place], found[number]) for place, number in one_to_one(alike)]


def figures(labels: list[Label], found: list[Statement]) -> Iterable[tuple[str, float, float, float]]:
    """Yield (what, precision, recall, F1)."""
    either = pairs(labels, found)
    matched = [(label, said) for label, said in either if not label["optional"]]
    wanted, counted = sum(not label["optional"] for label in labels), len(found) - (len(either) - len(matched))
    spoken = [(label, said) for label, said in matched if label["speaker"] == said.speaker]
    sided = [said for label, said in spoken if label["side"] == said.side]
    for name, hits in (("said", len(matched)), ("speaker", len(spoken)), ("speaker and side", len(sided))):
        yield name, *rates(hits, counted, wanted)


def main() -> None:
    """Print the figures for one index."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("labels", type=Path)
    options.add_argument("--index", type=Path)
    chosen = options.parse_args()
    labels = list(read_lines(chosen.labels))
    settings = load_settings(index=chosen.index)
    with open_record(settings.index, settings.embedding) as record:
        found = record.statements()
    for title, counted in (("", labels), ("every label counted, ", [{**label, "optional": False} for label in labels])):
        for name, precision, recall, f1 in figures(counted, found):
            print(f"{title}{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    main()
