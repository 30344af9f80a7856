"""The benchmarks: ``python -m eval.bench [ARTICLES.jsonl.gz --sizes N …] [--rows N] [--polnear FOLDER]``.

Prints, on an index of the bundled articles that is made for the occasion: a question as a fresh process beside a plain script that does the
same with LangChain, Chroma and sentence-transformers; a warm question; a table of questions; and, where the human-marked corpus is at
hand, extraction. With a file of articles, a line of JSON each, it measures over the first so many of them instead: see `eval.scale`.
Absolute seconds belong to the machine; the ratios are what to compare.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from assistant.batch.run import run
from assistant.chain import Assistant
from assistant.settings import Settings, load_settings
from eval.chart import chart
from eval.golden import QUESTIONS
from eval.lines import read_lines
from eval.scale import kept, sizes, told
from index.build import build
from index.corpus import BUNDLED
from index.embedder import bundled_folder

QUESTION = "Did Putin deny interfering in the election?"
RUNS = 5
OPENINGS = ("", "Please tell me: ", "Tell me: ", "I would like to know: ", "A question: ", "Say, ")  # make questions distinct

PLAIN = """
import sys
from langchain_community.embeddings import HuggingFaceEmbeddings
from langchain_community.vectorstores import Chroma
store = Chroma("plain", HuggingFaceEmbeddings(model_name=sys.argv[1]), persist_directory=sys.argv[2])
if len(sys.argv) > 4:
    from pathlib import Path
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=0)
    store.add_texts([chunk for file in sorted(Path(sys.argv[4]).glob("*.txt")) for chunk in splitter.split_text(file.read_text())])
for document in store.similarity_search(sys.argv[3], k=4):
    print(document.page_content)
"""


def asked() -> list[str]:
    """The golden questions' texts."""
    return [one["question"] for one in read_lines(QUESTIONS)]


def seconds(act: Callable[[], object]) -> float:
    """How long an act takes, by the wall clock."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def fresh_process(folder: Path) -> None:
    """Time ``readout ask`` and the plain script in turn, as whole processes."""
    (folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    ours = [sys.executable, "-m", "readout", "ask", "--index", str(folder / "index"), QUESTION]
    plain = [sys.executable, str(folder / "plain.py"), str(bundled_folder()), str(folder / "plain"), QUESTION]
    quiet = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    quiet([*plain, str(BUNDLED)])
    pairs = [[seconds(partial(quiet, command)) for command in (ours, plain)] for _ in range(RUNS + 1)][1:]
    mine, theirs = map(median, zip(*pairs, strict=True))
    ratio = median(mine / theirs for mine, theirs in pairs)
    print(f"fresh process: readout ask {mine:.2f} s, plain script {theirs:.2f} s, median ratio {ratio:.2f}")


def warm(folder: Path) -> None:
    """Time questions in one process, after the first."""
    with Assistant(Settings(index=folder / "index")) as assistant:
        assistant.ask(QUESTION)
        times = sorted(seconds(partial(assistant.ask, text)) for text in asked())
    print(f"warm question: median {1000 * median(times):.0f} ms, 95% {1000 * times[int(len(times) * 0.95)]:.0f} ms ({len(times)} asked)")


def table(folder: Path, rows: int) -> None:
    """Time ``readout batch`` on a table of distinct questions: from start to end, and from its fiftieth row on."""
    texts = asked()
    with (folder / "questions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("question", "since"))
        for n in range(rows):
            day = f"{2016 - n // 1_000:04}-01-01" if n >= 1_000 else ""  # a day makes a question distinct again
            writer.writerow((f"{OPENINGS[n // len(texts) % len(OPENINGS)]}{texts[n % len(texts)]}", day))
    marks = []
    done = run(
        folder / "questions.csv",
        folder / "answers.csv",
        Settings(index=folder / "index"),
        progress=lambda summary, row, outcome: marks.append(time.perf_counter()) if summary.rows in (50, rows) else None,
    )
    rate = (rows - 50) / (marks[1] - marks[0])
    memory = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"table: {done.asked} questions in {done.seconds:.1f} s with start-up, {rate:.1f} a second when warm; {done.failed} failed")
    print(f"memory at most: {memory[0]:.0f} MB, and {memory[1]:.0f} MB in a process that was started")


def over_articles(articles: Path, wanted: list[int], questions: int, picture: Path | None, file: Path | None) -> None:
    """Measure how cost grows with the number of articles; what is done is written after each size, for the next may take hours."""
    done = []
    with tempfile.TemporaryDirectory() as name:
        for size in sizes(articles, wanted, Path(name), questions):
            done.append(size)
            print(told(size), flush=True)
            if picture:
                picture.write_text(chart(done), encoding="utf-8")
            if file:
                file.write_text(kept(done), encoding="utf-8")


def main() -> None:
    """Run all benchmarks that have what they need."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--polnear", type=Path, help="the folder of the human-marked attribution corpus")
    options.add_argument("--rows", type=int, default=1_000, help="how many rows the table has")
    options.add_argument("articles", type=Path, nargs="?", help="a file of articles, a line of JSON each: measure over these alone")
    options.add_argument("--sizes", type=int, nargs="+", default=[600, 6_000], help="over how many of the articles, smallest first")
    options.add_argument("--questions", type=int, default=1_000, help="how many the chat is asked, to see whether its memory stays")
    options.add_argument("--chart", type=Path, help="draw what was measured over the articles into this SVG file")
    options.add_argument("--json", type=Path, help="write what was measured over the articles into this file")
    chosen = options.parse_args()
    if missing := [name for name in ("langchain_community", "sentence_transformers") if find_spec(name) is None]:
        options.exit(2, f"readout: what it is compared with needs {' and '.join(missing)}. Run pip install 'readout[eval,transformers]'.\n")
    if chosen.articles:
        over_articles(chosen.articles, chosen.sizes, chosen.questions, chosen.chart, chosen.json)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done = build(folder / "index", [], load_settings().embedding)
        print(f"reading the bundled articles: {done.seconds:.1f} s for {done.totals['passages']} passages")
        fresh_process(folder)
        warm(folder)
        table(folder, chosen.rows)
    if chosen.polnear:
        subprocess.run([sys.executable, "-m", f"{__package__}.attribution", str(chosen.polnear), "--split", "dev"], check=True)


if __name__ == "__main__":
    main()
