"""How cost grows with the number of articles: ``python -m eval.bench ARTICLES.jsonl.gz [--sizes N …]`` runs it.

Processor seconds are measured, of whole processes with all that they start, so that a busy machine tells the same ratios as an idle one.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from assistant.chain import Assistant
from assistant.desk.page.click import Click, Premises
from assistant.desk.page.talk import Talk
from assistant.settings import Settings
from eval.lines import read_lines
from index.embedder import bundled_folder
from index.record import Record, Scope
from index.search import READ

QUESTIONS = 60
MANY = 500  # questions that one process is asked, to see whether its memory stays
SETTLED = 100  # of them, after which caches are filled
READOUT = [sys.executable, "-m", "readout"]

ALONE = """
import json, sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu").encode(json.load(open(sys.argv[2])), normalize_embeddings=True, batch_size=32)
"""
"""The passages' vectors and nothing else."""

PLAIN = """
import json, sys
from langchain_community.embeddings import HuggingFaceEmbeddings
from langchain_community.vectorstores import Chroma
from langchain_text_splitters import RecursiveCharacterTextSplitter
splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=0)
store = Chroma("plain", HuggingFaceEmbeddings(model_name=sys.argv[1]), persist_directory=sys.argv[3])
for line in open(sys.argv[2]):
    store.add_texts(splitter.split_text(json.loads(line)["text"]))
"""
"""What people write in place of Readout."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: processor seconds with all that it started, seconds, and the most MB that it and each process below it held."""

    processor: float
    wall: float
    main: int
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Processor milliseconds a question: in the middle, and what 95 of 100 stay below."""

    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Size:
    """All that was measured over so many articles."""

    articles: int
    words: int
    passages: int
    index: Cost
    alone: Cost
    plain: Cost
    again: Cost
    ask: Times
    bare: Times
    fresh: Cost
    lost: float


def sizes(articles: Path, wanted: list[int], folder: Path) -> Iterator[Size]:
    """Measure over the first so many articles, for each number wanted."""
    for count in wanted:
        place = folder / str(count)
        place.mkdir()
        with gzip.open(articles, "rt", encoding="utf-8") if articles.suffix == ".gz" else articles.open(encoding="utf-8") as lines:
            (place / "articles.jsonl").write_text("".join(islice(lines, count)), encoding="utf-8")
        yield measured(place)


def measured(place: Path) -> Size:
    """Measure over the articles of a file in a folder."""
    file, index = place / "articles.jsonl", place / "index"
    rows = list(read_lines(file))
    indexing = cost([*READOUT, "index", str(file), "--index", str(index)])
    with Record(index) as record:
        totals = record.counts()
        texts = [stored.passage.text for stored in record.passages(record.passage_ids()).values()]
    (place / "passages.json").write_text(json.dumps(texts), encoding="utf-8")
    alone = cost([sys.executable, "-c", ALONE, str(bundled_folder()), str(place / "passages.json")])
    plain = cost([sys.executable, "-c", PLAIN, str(bundled_folder()), str(file), str(place / "plain")])
    questions = [f"What is said about {row['title'].strip()}?" for row in rows[:: max(1, len(rows) // QUESTIONS)]][:QUESTIONS]
    ask, bare = asked(index, questions)
    fresh = cost([*READOUT, "ask", "--index", str(index), questions[0]])
    for number, row in enumerate(rows):
        row["text"] += " The mayor spoke." * (number % 100 == 0)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    again = cost([*READOUT, "index", str(file), "--index", str(index)])
    words = sum(len(row["text"].split()) for row in rows)
    return Size(len(rows), words, totals["passages"], indexing, alone, plain, again, ask, bare, fresh, lost(index, rows))


def asked(index: Path, questions: list[str]) -> tuple[Times, Times]:
    """Ask questions of Readout, and of Chroma and the reader alone."""
    ours, theirs = [], []
    with Assistant(Settings(index=index)) as assistant, Assistant(Settings(index=index)) as other:
        for number, text in enumerate([questions[-1], *questions]):
            began = time.process_time()
            assistant.ask(text)
            between = time.process_time()
            other.searcher.read(text, [passage for passage, _ in other.searcher.nearest(text, Scope(), READ)])
            if number:  # the first loads what all need
                ours.append(1000 * (between - began))
                theirs.append(1000 * (time.process_time() - between))
    return Times(median(ours), quantiles(ours, n=20)[-1]), Times(median(theirs), quantiles(theirs, n=20)[-1])


def lost(index: Path, rows: list[dict[str, str]]) -> float:
    """How many KB of memory a question in the chat costs for ever, over many different ones in conversations of twenty."""
    before = 0
    with Assistant(Settings(index=index)) as assistant:
        talk = Talk(Premises(Settings(index=index, desk=index.with_name("desk.sqlite3")), lambda: assistant, Scope()), at_once=1)
        for number in range(MANY):
            if number == SETTLED:
                before = bytes_held()
            question = f"What is said about {rows[number % len(rows)]['title'].strip()} {number // len(rows) or ''}?"
            if number % 20 == 0:
                talk.new(Click("somebody", "window", {}))
            deque(talk.ask(Click("somebody", "window", {"question": question})), maxlen=0)
        return (bytes_held() - before) / 1024 / (MANY - SETTLED)


def bytes_held() -> int:
    """The memory that this process holds once what is unused was given up."""
    gc.collect()
    return resident(os.getpid()) * 2**20


def cost(command: list[str]) -> Cost:
    """Run a command, and tell what it took."""
    began, most = time.perf_counter(), dict[int, int]()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            for number in family(process.pid):
                most[number] = max(most.get(number, 0), resident(number))
            time.sleep(0.2)
        said = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:4]} failed: {said.decode(errors='replace')[-500:]}")
    main = most.pop(process.pid, 0)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - began, main, tuple(sorted(most.values(), reverse=True)))


def family(number: int) -> list[int]:
    """A process and those below it, where the system tells."""
    try:
        children = [int(child) for file in Path(f"/proc/{number}/task").glob("*/children") for child in file.read_text().split()]
    except OSError:
        children = []
    return [number, *(one for child in children for one in family(child))]


def resident(number: int) -> int:
    """The MB of memory that a process holds; none where the system does not tell."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0


def told(size: Size) -> str:
    """What was measured, for people."""
    indexing, alone, plain = (one.processor for one in (size.index, size.alone, size.plain))
    ask, bare, fresh = size.ask, size.bare, size.fresh
    lines = (
        f"{size.articles} articles, {size.words} words, {size.passages} passages, in processor seconds:",
        f"  indexing {indexing:.0f}, sentence-transformers on the same passages {alone:.0f}: ratio {indexing / alone:.2f}",
        f"  a plain script {plain:.0f}: ratio {indexing / plain:.2f}; words a second {size.words / indexing:.0f}, {size.words / plain:.0f}",
        f"  memory while indexing: {size.index.main} MB, and {', '.join(map(str, size.index.others)) or 'no'} MB in processes below it",
        f"  1% changed: {size.again.processor:.1f}, {size.again.processor / indexing:.1%} of the whole",
        f"  opened and asked in a fresh process: {fresh.processor:.1f} ({fresh.wall:.1f} s by the clock), {fresh.main} MB",
        f"  a question: {ask.median:.0f} ms, 95% {ask.most:.0f} ms; Chroma and the reader alone {bare.median:.0f}, 95% {bare.most:.0f}: "
        f"ratios {ask.median / bare.median:.2f}, {ask.most / bare.most:.2f}",
        f"  memory lost to a question in the chat: {size.lost:.1f} KB, over {MANY - SETTLED} after the first {SETTLED}",
    )
    return "\n".join(lines)


def kept(found: list[Size]) -> str:
    """What was measured, for programs."""
    return json.dumps([asdict(size) for size in found], indent=1) + "\n"
