"""What made index/saying.json: ``python -m eval.training.saying FOLDER``, a corpus in the layout of PolNeAR.

People marked there who is the source of what: of words said, and of thoughts, wishes and acts alike. A verb of saying is known by its
company: what follows it stands in quotation marks time and again, while thoughts are quoted hardly ever.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from eval.attribution import Marked, parser, read_split
from index.lexicon import words
from index.saying import SAYING
from index.statements import parse

QUOTED, SEEN = 0.1, 3  # the share of quotations from which on, and how many of them
MARKS = frozenset('"“”')


def forms_of_saying(articles: Sequence[Marked]) -> list[str]:
    """Return the forms of verbs that introduce quotations, and of the lexicon's verbs of speech, as far as the articles have them."""
    times, quoted, helping, forms = Counter[str](), Counter[str](), Counter[str](), defaultdict[str, Counter[str]](Counter)
    for article in articles:
        doc = next(parse([article.text], parser()))
        for token in doc:
            helping[token.lower_] += (token.pos_ == "AUX") - (token.pos_ == "VERB")  # "did" mostly helps another verb
            if token.pos_ == "VERB" and token.is_alpha:
                forms[token.lemma_][token.lower_] += 1
        for gold in article.golds:
            tokens = [token for start, end in gold.cue for token in doc.char_span(start, end, alignment_mode="expand") or ()]
            verbs = [token for token in tokens if token.pos_ == "VERB"]
            if len(verbs) != 1 or any(token.pos_ not in ("VERB", "ADP", "AUX", "PART", "PUNCT") for token in tokens):
                continue  # "fired back" is no firing
            verb = verbs[0]
            times[verb.lemma_] += 1
            quoted[verb.lemma_] += any(not MARKS.isdisjoint(article.text[start:end]) for start, end in gold.content)
    known = {lemma for lemma, n in times.items() if quoted[lemma] >= max(SEEN, QUOTED * n)} | words("speech_acts")
    seen = {form for lemma in known for form, n in forms[lemma].items() if n >= SEEN}
    return sorted(seen - {form for form, n in helping.items() if n > 0})


def main() -> None:
    """Learn from the train split of a corpus, and write what was learned."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    articles = read_split(arguments.parse_args().folder, "train")
    SAYING.write_text(json.dumps(forms_of_saying(articles)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
