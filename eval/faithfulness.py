"""Do the verifier and the evaluation's own check agree with people? ``python -m eval.faithfulness FILE``.

FILE is FRANK (Pagnoni and others, NAACL 2021), one object a line, gzipped or not: an article, a machine's summary of it, and
``human.Factuality``, the share of judgements "factual". Printed for each part of it: the AUROC of the verifier's score against fully
factual summaries, as the mean and as the least over a summary's sentences; of the evaluation's check (`eval.support`); and of a baseline,
the overlap in words with an article's sentence and the similarity of their vectors. 0.5 is a coin, 1 is perfect. Nothing is learned
from the file.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from assistant.verification.support import score, sentences
from eval.lines import read_lines
from eval.support import restated, verbatim
from eval.training.figures import auroc
from index.embedder import BUNDLED, Embedder, load_embedder
from index.reader import Reader
from index.text import content_stems

FACTUAL = 1.0
_TOKENISED = {"\\'": "'", "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "``": '"', "''": '"', "[UNK]": "UNK", "UNK": "unk"}
_PRINTED = [
    (r'\s*"\s*([^"]*?)\s*"\s*', r' "\1" '),
    (r"(?<!\w)[`']\s+(.*?)\s+'(?!\w)", r"'\1'"),
    (r"#\s*(?=\d)", "£"),
    (r"([(\[])\s+", r"\1"),
    (r"\s+(n't|'(?:s|re|ve|ll|d|m)\b|[.,;:!?)\]%])", r"\1"),
]


@dataclass(frozen=True, slots=True)
class Summary:
    """An article, a machine's summary of it, and whether people found nothing wrong with it."""

    part: str
    article: str
    claims: tuple[str, ...]
    factual: bool


def read_summaries(file: Path) -> list[Summary]:
    """Read the file's lines."""
    return [
        Summary(
            part=entry.get("dataset", "all"),
            article=entry["article"],
            claims=tuple(claim for claim in sentences(untokenised(entry["summary"])) if any(map(str.isalnum, claim))),
            factual=entry["human"]["Factuality"] == FACTUAL,
        )
        for entry in read_lines(file)
    ]


def untokenised(text: str) -> str:
    """A text as it is printed, from one cut into tokens: "did n't" is "didn't", "# 5" is "£5". "UNK", for a word unknown, is no name."""
    for token, printed in _TOKENISED.items():
        text = text.replace(token, printed)
    for pattern, printed in _PRINTED:
        text = re.sub(pattern, printed, text)
    return text.strip()


def baseline(claims: Sequence[str], article: str, embedder: Embedder) -> tuple[float, ...]:
    """For each claim its best mean of shared words and similarity over the article's sentences."""
    parts = sentences(article)
    likeness = embedder.encode(list(claims)) @ embedder.encode(parts).T
    stems = [content_stems(part) for part in parts]
    overlap = np.array([[len(own & part) / max(1, len(own)) for part in stems] for own in map(content_stems, claims)])
    return tuple(float(best) for best in ((likeness + overlap) / 2).max(axis=1))


def checked(claims: Sequence[str], article: str) -> tuple[float, ...]:
    """For each claim 1 where the evaluation's check finds it in the article, verbatim or in other words, else 0."""
    return tuple(float(verbatim(claim, [article]) or restated(claim, [article])) for claim in claims)


def main() -> None:
    """Print the figures for each part of the file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    summaries = read_summaries(options.parse_args().file)
    reader, embedder = Reader(), load_embedder(BUNDLED)
    ways: dict[str, Callable[[Summary], tuple[float, ...]]] = {
        "verifier": lambda one: tuple(score(claim, [one.article], reader) for claim in one.claims),
        "the evaluation's check": lambda one: checked(one.claims, one.article),
        "word overlap and similarity": lambda one: baseline(one.claims, one.article, embedder),
    }
    shown = track(summaries, console=Console(stderr=True))
    scored = [(one, {name: way(one) for name, way in ways.items()}) for one in shown if one.claims]
    for part in dict.fromkeys(summary.part for summary in summaries):
        own = [(one.factual, scores) for one, scores in scored if one.part == part]
        factual = np.array([right for right, _ in own])
        print(f"{part}: {len(own)} summaries, {factual.sum()} fully factual")
        for name in ways:
            mean, least = (auroc(np.array([how(scores[name]) for _, scores in own]), factual) for how in (np.mean, np.min))
            print(f"  {name}: AUROC {mean:.3f} by the mean sentence, {least:.3f} by the least")


if __name__ == "__main__":
    main()
