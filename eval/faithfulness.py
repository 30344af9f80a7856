"""The faithfulness metric against people's judgement of summaries: ``python -m eval.faithfulness FILE.jsonl.gz``.

FILE is in the layout of FRANK (Pagnoni and others, NAACL 2021): dataset, article, summary, and human.Factuality, 1.0 where every
judgement was "factual". A summary's score is the share of its sentences that the metric calls carried by the article, verbatim or in
other words. Printed is, for each dataset, the AUROC of that score against the fully factual summaries: 0.5 is a coin, 1 is perfect.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from pathlib import Path

import numpy as np

from eval.support import restated, verbatim

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def score(summary: str, article: str) -> float:
    """The share of a summary's sentences that the article carries, from 0 to 1."""
    claims = [claim for claim in SENTENCE.split(summary.strip()) if claim.strip()]
    return sum(verbatim(claim, [article]) or restated(claim, [article]) for claim in claims) / max(len(claims), 1)


def auroc(right: list[float], wrong: list[float]) -> float:
    """How often one of the right has a higher score than one of the wrong; a tie counts half."""
    higher = np.array(right)[:, None] - np.array(wrong)[None, :]
    return float(np.mean((higher > 0) + 0.5 * (higher == 0)))


def main() -> None:
    """Print a line for each dataset in the file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    with gzip.open(options.parse_args().file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for dataset in sorted({row["dataset"] for row in rows}):
        scored: dict[bool, list[float]] = {True: [], False: []}
        for row in rows:
            if row["dataset"] == dataset:
                scored[row["human"]["Factuality"] == 1.0].append(score(row["summary"], row["article"]))
        print(f"{dataset}: {len(scored[True])} factual, {len(scored[False])} not, AUROC {auroc(scored[True], scored[False]):.3f}")


if __name__ == "__main__":
    main()
