"""Do the verifier and the evaluation's own check agree with people? ``python -m eval.faithfulness FILE``.

FILE is FRANK (Pagnoni and others, NAACL 2021), one object a line, gzipped or not: an article, a machine's summary of it, and
``human.Factuality``, the share of judgements "factual". Printed for each part of it: the AUROC of the verifier's score against fully
factual summaries, as the mean and as the least over a summary's sentences; of the evaluation's check (`eval.support`); and of a baseline,
the overlap in words with an article's sentence and the similarity of their vectors. 0.5 is a coin, 1 is perfect. Nothing is learned
from the file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from assistant.support import score, sentences
from eval.support import restated, verbatim
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


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a summary's sentences, by the verifier, by the evaluation's check and by the baseline."""

    summary: Summary
    verifier: tuple[float, ...]
    check: tuple[float, ...]
    baseline: tuple[float, ...]


def read_summaries(file: Path) -> list[Summary]:
    """Read the file's lines."""
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [_summary(json.loads(line)) for line in text.decode("utf-8").splitlines() if line.strip()]


def _summary(entry: dict[str, object]) -> Summary:
    human = entry["human"]
    assert isinstance(human, dict)
    claims = tuple(claim for claim in sentences(untokenised(str(entry["summary"]))) if re.search(r"\w", claim))
    return Summary(str(entry.get("dataset", "all")), str(entry["article"]), claims, human["Factuality"] == FACTUAL)


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


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a positive value is above a negative one; a tie counts half."""
    high, low = np.asarray(positive)[:, None], np.asarray(negative)[None]
    return float(((high > low) + 0.5 * (high == low)).mean())


def figure(scored: Sequence[Scored], scores: Sequence[float]) -> float:
    """The AUROC of one score for each summary against fully factual summaries."""
    judged = list(zip(scores, (one.summary.factual for one in scored), strict=True))
    return auroc([score for score, factual in judged if factual], [score for score, factual in judged if not factual])


def main() -> None:
    """Print the figures for each part of the file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    summaries = read_summaries(options.parse_args().file)
    reader, embedder = Reader(), load_embedder(BUNDLED, bulk=True)
    scored = [
        Scored(
            summary,
            tuple(score(sentence, [summary.article], reader) for sentence in summary.claims),
            checked(summary.claims, summary.article),
            baseline(summary.claims, summary.article, embedder),
        )
        for summary in track(summaries, console=Console(stderr=True))
        if summary.claims
    ]
    for part in dict.fromkeys(summary.part for summary in summaries):
        own = [one for one in scored if one.summary.part == part]
        print(f"{part}: {len(own)} summaries, {sum(one.summary.factual for one in own)} fully factual")
        kinds = {
            "verifier": [one.verifier for one in own],
            "the evaluation's check": [one.check for one in own],
            "word overlap and similarity": [one.baseline for one in own],
        }
        for name, scores in kinds.items():
            mean, least = figure(own, [float(np.mean(each)) for each in scores]), figure(own, [min(each) for each in scores])
            print(f"  {name}: AUROC {mean:.3f} by the mean sentence, {least:.3f} by the least")


if __name__ == "__main__":
    main()
