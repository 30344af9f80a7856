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
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice, zip_longest
from pathlib import Path
from statistics import median, quantiles

from assistant.chain import Assistant
from assistant.desk.page.click import Click, Premises
from assistant.desk.page.talk import Talk
from assistant.settings import Settings
from index.embedder import bundled_folder
from index.reader import Text
from index.record import Record, Scope
from index.search import READ

QUESTIONS = 60
STEP = 100  # questions in the chat, after which it is seen how much memory it holds
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # for torch: what its threads spend on waiting for each other is no fair comparison
READOUT = [sys.executable, "-m", "readout"]

ALONE = """
import json, sys
from sentence_transformers import SentenceTransformer
texts = [json.loads(line) for line in open(sys.argv[2])]
SentenceTransformer(sys.argv[1], device="cpu").encode(texts, normalize_embeddings=True, batch_size=32)
"""
"""The passages' vectors and nothing else."""

PLAIN = """
import json, sys
from langchain_community.embeddings import HuggingFaceEmbeddings
from langchain_community.vectorstores import Chroma
from langchain_text_splitters import RecursiveCharacterTextSplitter
splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=0)
store = Chroma("plain", HuggingFaceEmbeddings(model_name=sys.argv[1]), persist_directory=sys.argv[3])
chunks = [chunk for line in open(sys.argv[2]) for chunk in splitter.split_text(json.loads(line)["text"])]
for start in range(0, len(chunks), 1000):
    store.add_texts(chunks[start : start + 1000])
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
class Chat:
    """Memory of a process that was asked questions in the chat: MB after each of so many, and the KB that one costs in the second half."""

    step: int
    held: tuple[int, ...]
    lost: float


@dataclass(frozen=True, slots=True)
class Size:
    """All that was measured over so many articles.

    ``index``, ``alone`` and ``plain`` are for all of them, and add up over the sizes before: each goes on from where the last ended.
    """

    articles: int
    words: int
    passages: int
    disk: int
    index: Cost
    alone: Cost
    plain: Cost
    again: Cost
    ask: Times
    bare: Times
    fresh: Cost
    chat: Chat | None


def sizes(articles: Path, wanted: list[int], folder: Path, many: int) -> Iterator[Size]:
    """Measure over the first so many articles, for each number wanted; one index grows from the smallest to the largest.

    At the smallest so ``many`` questions are asked in the chat.
    """
    growing = _Growing(folder, many)
    with gzip.open(articles, "rt", encoding="utf-8") if articles.suffix == ".gz" else articles.open(encoding="utf-8") as lines:
        for count in sorted(wanted):
            yield growing.measured([json.loads(line) for line in islice(lines, count - len(growing.rows))])


class _Growing:
    """An index in a folder that articles are added to, and beside it what others make of them."""

    def __init__(self, folder: Path, many: int) -> None:
        self.folder, self.index, self.many = folder, folder / "index", many
        self.rows: list[dict[str, str]] = []
        self.spent = (Cost(0, 0, 0, ()),) * 3

    def measured(self, new: list[dict[str, str]]) -> Size:
        """Add articles, and measure."""
        before = self._passages() if self.rows else {}
        self.rows += new
        indexing = self._indexed()
        passages = self._passages()
        alone = self._alone([text for number, text in passages.items() if number not in before])
        whole = [sum_of(*pair) for pair in zip(self.spent, (indexing, alone, self._plain(new)), strict=True)]
        self.spent = whole[0], whole[1], whole[2]
        questions = [f"What is said about {row['title'].strip()}?" for row in self.rows[:: max(1, len(self.rows) // QUESTIONS)]][:QUESTIONS]
        ask, bare = asked(self.index, questions)
        fresh = cost([*READOUT, "ask", "--index", str(self.index), questions[0]])
        for row in self.rows[::100]:
            row["text"] += " The mayor spoke."
        again = self._indexed()
        words = sum(len(row["text"].split()) for row in self.rows)
        disk = sum(file.stat().st_size for file in self.index.rglob("*") if file.is_file()) // 2**20
        chat = talked(self.index, self.rows, self.many) if not before else None
        return Size(len(self.rows), words, len(passages), disk, *self.spent, again, ask, bare, fresh, chat)

    def _indexed(self) -> Cost:
        file = self._written("articles.jsonl", self.rows)
        return cost([*READOUT, "index", str(file), "--index", str(self.index)])

    def _alone(self, texts: list[str]) -> Cost:
        return cost([sys.executable, "-c", ALONE, str(bundled_folder()), str(self._written("passages.jsonl", texts))], **ONE_THREAD)

    def _plain(self, new: list[dict[str, str]]) -> Cost:
        told = str(self._written("new.jsonl", new)), str(self.folder / "plain")
        return cost([sys.executable, "-c", PLAIN, str(bundled_folder()), *told], **ONE_THREAD)

    def _passages(self) -> dict[int, str]:
        with Record(self.index) as record:
            return {number: stored.passage.text for number, stored in record.passages(record.passage_ids()).items()}

    def _written(self, name: str, rows: Iterable[object]) -> Path:
        file = self.folder / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return file


def asked(index: Path, questions: list[str]) -> tuple[Times, Times]:
    """Ask questions of Readout, and of Chroma and the reader alone."""
    ours, theirs = [], []
    with Assistant(Settings(index=index)) as assistant, Assistant(Settings(index=index)) as other:
        for number, text in enumerate([questions[-1], *questions]):
            began = time.process_time()
            assistant.ask(text)
            between = time.process_time()
            near = [passage for passage, _ in other.searcher.nearest(text, Scope(), READ)]
            other.searcher.reader.scores([(text, Text(stored.passage.text)) for stored in other.record.passages(near).values()])
            if number:  # the first loads what all need
                ours.append(1000 * (between - began))
                theirs.append(1000 * (time.process_time() - between))
    return Times(median(ours), quantiles(ours, n=20)[-1]), Times(median(theirs), quantiles(theirs, n=20)[-1])


def talked(index: Path, rows: list[dict[str, str]], many: int) -> Chat:
    """Ask many different questions in the chat, in conversations of twenty, and see what memory they cost for ever."""
    marks = []
    with Assistant(Settings(index=index)) as assistant:
        talk = Talk(Premises(Settings(index=index, desk=index.with_name("desk.sqlite3")), lambda: assistant, Scope()), at_once=1)
        for number in range(many):
            question = f"What is said about {rows[number % len(rows)]['title'].strip()} {number // len(rows) or ''}?"
            if number % 20 == 0:
                talk.new(Click("somebody", "window", {}))
            deque(talk.ask(Click("somebody", "window", {"question": question})), maxlen=0)
            if (number + 1) % STEP == 0:
                gc.collect()
                marks.append(held(os.getpid()))
    late = marks[len(marks) // 2 :]
    return Chat(STEP, tuple(mark // 2**20 for mark in marks), (late[-1] - late[0]) / 1024 / STEP / max(1, len(late) - 1))


def sum_of(one: Cost, other: Cost) -> Cost:
    """What two commands took, one after the other."""
    others = tuple(map(max, zip_longest(one.others, other.others, fillvalue=0)))
    return Cost(one.processor + other.processor, one.wall + other.wall, max(one.main, other.main), others)


def cost(command: list[str], **more: str) -> Cost:
    """Run a command, and tell what it took; ``more`` is for its environment."""
    began, most = time.perf_counter(), dict[int, int]()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | more) as process:
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            for number in family(process.pid):
                most[number] = max(most.get(number, 0), held(number) // 2**20)
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


def held(number: int) -> int:
    """The bytes of memory that a process holds; none where the system does not tell."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def told(size: Size) -> str:
    """What was measured, for people."""
    indexing, alone, plain = (one.processor for one in (size.index, size.alone, size.plain))
    ask, bare, fresh, chat = size.ask, size.bare, size.fresh, size.chat
    lines = [
        f"{size.articles} articles, {size.words} words, {size.passages} passages, {size.disk} MB of index; in processor seconds:",
        f"  indexing {indexing:.0f}, sentence-transformers on the same passages {alone:.0f}: ratio {indexing / alone:.2f}",
        f"  a plain script {plain:.0f}: ratio {indexing / plain:.2f}; words a second {size.words / indexing:.0f}, {size.words / plain:.0f}",
        f"  memory while indexing: {size.index.main} MB, and {', '.join(map(str, size.index.others)) or 'no'} MB in processes below it",
        f"  1% changed: {size.again.processor:.1f}, {size.again.processor / indexing:.1%} of the whole",
        f"  opened and asked in a fresh process: {fresh.processor:.1f} ({fresh.wall:.1f} s by the clock), {fresh.main} MB",
        f"  a question: {ask.median:.0f} ms, 95% {ask.most:.0f} ms; Chroma and the reader alone {bare.median:.0f}, 95% {bare.most:.0f}: "
        f"ratios {ask.median / bare.median:.2f}, {ask.most / bare.most:.2f}",
    ]
    if chat:
        held = ", ".join(map(str, chat.held))
        lines.append(f"  the chat after each {chat.step} questions: {held} MB; in the second half {chat.lost:.1f} KB a question")
    return "\n".join(lines)


def kept(found: list[Size]) -> str:
    """What was measured, for programs."""
    return json.dumps([asdict(size) for size in found], indent=1) + "\n"
