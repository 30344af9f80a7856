"""Weigh the reader's score with the other signs: ``python -m eval.training.calibrate ARTICLES.jsonl.gz DEV.jsonl [--out FILE]``.

Takes the articles whose questions were kept from training (`eval.training.pairs.held_out`), indexes them, and asks each question twice:
of its own article, and of all of them; beside them questions about another article, and about nothing in any. Three logistic models are
learned: does a passage answer, do the articles answer at all, and, on DEV, does evidence carry a claim? What is printed of the second was
measured by leaving out articles in turn. The last lines are risk against coverage, by the odds from which on an answer is given.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assistant.topic import ANSWERED
from assistant.verification.support import weigh
from eval.lines import read_lines
from eval.training.figures import auroc
from eval.training.pairs import CLAIMS, LABELS, OFF, OFF_TOPIC, QUESTIONS, by_article, held_out, named, rests_on
from index import belief
from index.belief import ClaimSigns, Signs, Summary
from index.build import build, fingerprint
from index.embedder import BUNDLED, load_embedder
from index.reader import Reader, Text
from index.record import Record
from index.search import READ, Searcher
from index.types import Hit
from index.vectors import VectorStore

Rows = NDArray[np.float64]
FOLDS = 6
NEWS = frozenset(
    "rte bump fib_xsum defacto entfa cliff goyal21".split()
)  # sources of claims about news: elsewhere copied words say nothing
FOREIGN = 4  # one question in so many is asked of another article too


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked of some articles: the signs of every passage read, which of them answer, and whether any article does."""

    article: str
    kind: str
    question: str
    signs: list[Signs]
    right: list[bool]
    hits: list[Hit]
    answerable: bool


def write_corpus(file: Path, folder: Path, most: int | None) -> dict[str, list[dict[str, Any]]]:
    """Write the held-out articles as a corpus, ``most`` of them; returns their questions, by article."""
    asked = dict(islice(((one, entries) for one, entries in by_article(QUESTIONS).items() if held_out(one)), most))
    with (folder / "sources.csv").open("w", encoding="utf-8") as sources:
        sources.write("file,outlet,published\n")
        for article in read_lines(file):
            if article["id"] in asked:
                (folder / f"{article['id']}.txt").write_text(f"{article['title']}\n\n{article['text']}", encoding="utf-8")
                sources.write(f'{article["id"]}.txt,"{article["outlet"]}",{article["published"]}\n')
    return asked


def ask(searcher: Searcher, questions: dict[str, list[dict[str, Any]]]) -> Iterator[Asked]:
    """Ask every question of its own article and of all of them; and of each article some about another, and one about nothing in any."""
    unrelated = cycle(OFF_TOPIC.read_text(encoding="utf-8").splitlines())
    before: list[dict[str, Any]] = []
    for article, entries in questions.items():
        own = {stored.id for stored in searcher.record.passages_of(f"{article}.txt")}
        foreign = [{"question": entry["question"], "answers": [], "kind": "other"} for entry in before[::FOREIGN]]
        before = entries
        said = searcher.record.statements(f"{article}.txt")
        off = [{"question": named(next(unrelated), said), "answers": [], "kind": "off"} for _ in range(OFF)]
        for entry in (*entries, *foreign, *off):
            found = [] if entry["kind"] == "other" else searcher.find(entry["question"])
            alone = [number for number in searcher.find(entry["question"], pool=1_000) if number in own]
            for numbers in filter(None, (found, [*alone, *sorted(own - set(alone))])):
                signs = searcher.signs(entry["question"], numbers, READ)
                stored = searcher.record.passages(signs)
                right = [_answers(article, entry, stored[number].passage) for number in signs]
                hits = [
                    Hit(stored[number].passage, 0.0, one.similarity, number, one.read, one.covered_near) for number, one in signs.items()
                ]
                if any(right) or not entry["answers"]:
                    answerable = bool(entry["answers"])
                    yield Asked(article, entry["kind"], entry["question"], list(signs.values()), right, hits, answerable)


def _answers(article: str, entry: dict[str, Any], passage: Any) -> bool:
    """Whether a passage holds most of a stretch that answers."""
    own = passage.article == f"{article}.txt"
    return own and any(2 * (min(end, passage.end) - max(start, passage.start)) > end - start for start, end in entry["answers"])


def fitted(rows: Rows, right: NDArray[np.bool_], strength: float = 1.0) -> tuple[Rows, float]:
    """The weights and the bias of a logistic model over plain rows."""
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=1_000).fit((rows - middle) / spread, right)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)


def summaries(searcher: Searcher, asked: Iterable[Asked], weights: Rows, bias: float) -> list[Summary]:
    """Each question's summary under a passage model."""
    found = []
    for one in asked:
        odds = np.array([sign.row() for sign in one.signs]) @ weights + bias
        hits = sorted((replace(hit, score=float(score)) for hit, score in zip(one.hits, odds, strict=True)), key=lambda hit: -hit.score)
        found.append(searcher.summary(one.question, hits))
    return found


def passages_of(asked: list[Asked]) -> tuple[Rows, NDArray[np.bool_]]:
    """All passages' signs, and which of them answer."""
    return np.array([sign.row() for one in asked for sign in one.signs]), np.array([answers for one in asked for answers in one.right])


def crossed(searcher: Searcher, asked: list[Asked]) -> NDArray[np.float64]:
    """The odds that the articles answer each question, from models that did not see its article."""
    odds = np.zeros(len(asked))
    for learn, look in GroupKFold(FOLDS).split(asked, groups=[one.article for one in asked]):
        weights, bias = fitted(*passages_of([asked[number] for number in learn]))
        rows = np.array([summary.row() for summary in summaries(searcher, asked, weights, bias)])
        answerable = np.array([one.answerable for one in asked])
        own, shift = fitted(rows[learn], answerable[learn], 0.3)
        odds[look] = rows[look] @ own + shift
    return odds


def claims_of(file: Path, record: Record) -> tuple[Rows, NDArray[np.bool_]]:
    """What is known of claims about news beside what they rest on, and which are carried.

    They are the development claims of ``file``, and our own claims about the articles of ``record``.
    """
    pairs = [
        (pair["asked"], pair["text"]["words"], pair["label"] == LABELS["entailment"]) for pair in read_lines(file) if pair["src"] in NEWS
    ]
    for entry in read_lines(CLAIMS):
        split = [stored.passage for stored in record.passages_of(f"{entry['article']}.txt")]
        if words := rests_on(entry, split, [Text(passage.text) for passage in split]).words:
            pairs.append((entry["claim"], words, entry["label"] == "entailment"))
    reader = Reader()
    read = [(weigh(claim, [words], reader).signs, carried) for claim, words, carried in pairs]
    return np.array([signs.row() for signs, _ in read if signs]), np.array([carried for signs, carried in read if signs])


def _stored(kind: type, weights: Rows, bias: float) -> dict[str, Any]:
    return {
        "weights": {part.name: round(float(weight), 5) for part, weight in zip(fields(kind), weights, strict=True)},
        "bias": round(bias, 5),
    }


def main() -> None:
    """Learn the models, write them, print what they reach."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path, metavar="ARTICLES")
    options.add_argument("pairs", type=Path, metavar="DEV", help="the development pairs that `eval.training.pairs` wrote")
    options.add_argument("--articles", type=int, dest="most", help="take the first so many only")
    options.add_argument("--out", type=Path, default=belief.WEIGHTS)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        corpus, index = Path(name) / "corpus", Path(name) / "index"
        corpus.mkdir()
        questions = write_corpus(chosen.file, corpus, chosen.most)
        build(index, [corpus], BUNDLED)
        with Record(index) as record:
            searcher = Searcher(record, VectorStore(index, fingerprint(BUNDLED)), load_embedder(BUNDLED), Reader())
            asked = list(ask(searcher, questions))
            odds = crossed(searcher, asked)
            weights, bias = fitted(*passages_of(asked))
            rows = np.array([summary.row() for summary in summaries(searcher, asked, weights, bias)])
            claims, carried = claims_of(chosen.pairs, record)
    answerable = np.array([one.answerable for one in asked])
    own, shift = fitted(rows, answerable, 0.3)
    carrying = fitted(claims, carried)
    models = {"claim": _stored(ClaimSigns, *carrying), "passage": _stored(Signs, weights, bias), "answer": _stored(Summary, own, shift)}
    chosen.out.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    signs, right = passages_of(asked)
    print(f"{len(asked)} questions, {answerable.sum()} with an answer; {len(questions)} articles")
    both, alone = (auroc(column.astype(np.float32), right) for column in (signs @ weights + bias, signs[:, 0]))
    print(f"a passage answers, AUROC: {both:.3f}; the reader alone {alone:.3f}")
    for label, column in (("all signs", claims @ carrying[0] + carrying[1]), ("the reader", claims[:, 0]), ("copied words", claims[:, 2])):
        print(f"a claim is carried, AUROC by {label}: {auroc(column.astype(np.float32), carried):.3f}")
    for label, column in (("all signs", odds), ("the reader's best", rows[:, 2]), ("similarity", rows[:, 3])):
        print(f"the articles answer, AUROC by {label}: {auroc(column.astype(np.float32), answerable):.3f}")
    for least in np.arange(-2.0, 2.1, 0.25):
        given = odds >= least
        risk = (given & ~answerable).sum() / max(1, given.sum())
        answered, refused = given[answerable].mean(), (~given)[~answerable].mean()
        print(f"from {least:5.2f}: answered {answered:.3f}, refused {refused:.3f}, coverage {given.mean():.3f}, risk {risk:.3f}")
    for kind in dict.fromkeys(one.kind for one in asked):
        own_kind = np.array([one.kind == kind for one in asked])
        print(f"  {kind}: {(odds[own_kind] >= ANSWERED).mean():.3f} of {own_kind.sum()} answered from {ANSWERED}")


if __name__ == "__main__":
    main()
