"""What all tests share: no network, an index of the bundled corpus, fakes, and the command in a process of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as index/__init__.py has it; here NumPy is imported before

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from model_server import PACKAGES
from offline.sitecustomize import STOPPED, cut
from scripted_server import Script, scripted

from assistant.settings import Settings
from index.embedder import QuickEmbedder, SentenceTransformerEmbedder, Vectors
from index.record import Record, Scope
from index.types import Article, Hit, Passage, Statement

if TYPE_CHECKING:
    from spacy.language import Language

    from assistant.chain import Assistant
    from assistant.evidence import Evidence, Gatherer
    from assistant.types import Question

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PATIENCE = 600.0
"""Seconds after which something hangs, on the busiest machine; nothing that works as it should is measured by it."""
SILENT = {"ANONYMIZED_TELEMETRY": "False", "RAGAS_DO_NOT_TRACK": "true", "GRADIO_ANALYTICS_ENABLED": "False"}

settings.register_profile(
    "readout",
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("readout")

# --- no network --------------------------------------------------------------------------------------------------------------

reached: list[str] = []
"""Hosts that something reached for in this process since the test began."""


class NetworkUsed(RuntimeError):
    """Not an OSError, which a library might take for a reason to try again."""


def _refuse(host: str) -> None:
    reached.append(host)
    raise NetworkUsed(f"a test reached for {host}")


cut(_refuse)
for variable in [name for name in os.environ if name.startswith("READOUT_")]:
    del os.environ[variable]
os.environ.update(SILENT)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fail a test that reached for the network, also when a library swallowed the refusal."""
    reached.clear()
    yield
    assert not reached, f"the network was used: {reached}"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by how many they are: an archive holds the time at which it was made, and every process must give a test one name."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


# --- the command -------------------------------------------------------------------------------------------------------------

READOUT = [sys.executable, "-c", "from app import main; main()"]
"""The command ``readout``, of this source."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**more: str) -> dict[str, str]:
    """The environment of a program under test: no settings of this machine's user, and no network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("READOUT_", "HF_", "COLUMNS"))}
    return {**kept, "PYTHONPATH": f"{TESTS / 'offline'}{os.pathsep}{ROOT}", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", **more}


def with_tests() -> dict[str, str]:
    """The same for a program that imports what the tests are made of."""
    return environment(PYTHONPATH=os.pathsep.join([str(TESTS / "offline"), *filter(None, sys.path)]))


def run_command(
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: str | bytes | None = None,
    env: dict[str, str] | None = None,
    timeout: float = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """Run ``readout`` with these arguments; its output is decoded as UTF-8."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*READOUT, *map(str, arguments)],
        cwd=cwd,
        env=environment(**(env or {})),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode != STOPPED, done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run("ask", "…")``: the command line, in a process of its own and in an empty folder."""

    def command(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, **{"cwd": tmp_path, **options})

    return command


def finds(assistant: Assistant, hits: list[Hit], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the search find these passages and no others, whatever is asked; the articles answer as surely as the best of them."""
    for name in ("search", "read"):
        monkeypatch.setattr(assistant.searcher, name, lambda *_, **__: list(hits))
    monkeypatch.setattr(assistant.searcher, "belief", lambda *_: max((hit.score for hit in hits), default=-9.0))


BOTH, REVEALED = ("freebeacon.txt", "Both sides agreed that current relations"), ("maltatoday.txt", "The Kremlin revealed Trump and Putin")
CRISIS, CONFLICT = ("freebeacon.txt", "solving the crisis in Syria"), ("maltatoday.txt", "regulating the conflict in Syria")
ON_SYRIA = (
    ("Kremlin", "Kremlin", BOTH),
    ("Kremlin", "Kremlin", REVEALED),
    ("Kremlin", "Kremlin", CRISIS),
    ("Kremlin", "Kremlin", CONFLICT),
    ("Kremlin", "Kremlin", ("euractiv.txt", "In this context, they discussed")),
    ("Kremlin", "Kremlin", ("worldnewshub.txt", "According to the readout, the two leaders")),
    ("Donald Trump", "Trump team", ("euractiv.txt", "In a recent interview for CBS")),
    ("Donald Trump", "Trump team", ("worldnewshub.txt", "Trump said he would negotiate")),
)
"""What the bundled articles have on Syria, by side: who says it, for which side, and where it stands."""


def on_syria(gatherer: Gatherer) -> Evidence:
    """Evidence of eight statements on Syria, always the same, however well the search does."""
    from assistant.evidence import Evidence, Finding

    findings = []
    for speaker, side, *places in ON_SYRIA:
        stored = [next(one for one in gatherer.record.passages_of(name) if words in plain(one.passage.text)) for name, words in places]
        findings.append(Finding(tuple(Hit(one.passage, 3.0, 0.5, one.id) for one in stored), (speaker,), side))
    return Evidence(tuple(findings), silent=("Obama administration", "Democrats"))


def plain(text: str) -> str:
    """A text with plain spaces."""
    return " ".join(text.split())


def always_finds_syria(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every Assistant find these statements for the question about Syria: what is tested is what is made of them."""
    from assistant.evidence import Gatherer

    gather = Gatherer.gather

    def fixed(self: Gatherer, question: Question, scope: Scope) -> Evidence:
        asked = question.text == "What did each side say about Syria?" and scope == Scope()
        return on_syria(self) if asked else gather(self, question, scope)

    monkeypatch.setattr(Gatherer, "gather", fixed)


# --- a language model --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real, small language model with an OpenAI-compatible API below /v1: any model name, any key, short answers."""
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        pytest.skip(f"no language model here: {' and '.join(missing)} not installed (`make test` does that)")
    log = tmp_path_factory.mktemp("model_server") / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [sys.executable, TESTS / "model_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True
        ) as server,
    ):
        late = threading.Timer(PATIENCE, server.kill)
        late.start()
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        late.cancel()
        assert address, f"the model server did not start:\n{log.read_text()[-2000:]}"
        yield address
        server.kill()


SCRIPTED = "openai:scripted"


@pytest.fixture(scope="session")
def script_server() -> Iterator[Script]:
    """The scripted model server; tests take ``script``."""
    with scripted() as script:
        yield script


@pytest.fixture
def script(script_server: Script, monkeypatch: pytest.MonkeyPatch) -> Script:
    """A model server that says what it is told to, and nothing but "not in the articles" before; READOUT_BASE_URL names it."""
    monkeypatch.setenv("READOUT_BASE_URL", script_server.address)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    script_server.say("not in the articles")
    return script_server


@pytest.fixture(scope="session")
def generative(bundled: Path, script_server: Script) -> Iterator[Assistant]:
    """The Assistant over the bundled corpus with the scripted model, whose drafts are not kept. A test takes ``script`` with it."""
    with answered_by_script(script_server, Settings(index=bundled, model=SCRIPTED, cache=False)) as opened:
        yield opened


def answered_by_script(script: Script, settings: Settings) -> Assistant:
    """An Assistant that finds the scripted model by READOUT_BASE_URL, which is read once."""
    from assistant.chain import Assistant

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("READOUT_BASE_URL", script.address)
        return Assistant(settings)


# --- a Chroma server ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server of our own."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    if not command.exists():
        pytest.skip("the command `chroma` is not installed beside Python")
    folder = tmp_path_factory.mktemp("server")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [command, "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**SILENT},
        )
    try:
        if not _listens(port, process):
            pytest.skip(f"`chroma run` does not start here: {(folder / 'log').read_text(errors='replace')[-200:]}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port: int, process: subprocess.Popen[bytes], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


# --- the bundled corpus, indexed by the real parts ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the bundled corpus, built once by ``readout index``. Not to be written to: see ``own_index``."""
    folder = tmp_path_factory.mktemp("bundled") / "index"
    done = run_command("index", "--index", folder, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def own_index(bundled: Path, tmp_path: Path) -> Path:
    """A copy of the index that a test may spoil."""
    folder = tmp_path / "own"
    shutil.copytree(bundled, folder)
    return folder


@pytest.fixture(scope="session")
def assistant(bundled: Path) -> Iterator[Assistant]:
    """The Assistant over the bundled corpus, in this process."""
    from assistant.chain import Assistant

    with Assistant(Settings(index=bundled)) as opened:
        yield opened


@pytest.fixture(scope="session")
def parser() -> Language:
    """The spaCy pipeline, which takes seconds to load."""
    from index.build import _parser

    return _parser()


# --- fakes -------------------------------------------------------------------------------------------------------------------


class HashingEmbedder:
    """An embedder without a model: every word is a fixed direction, a text is the sum of its words."""

    def __init__(self, name: str = "hashing", width: int = 384) -> None:
        self.name = name
        self._width = width

    def word(self, word: str) -> Vectors:
        """The direction of a word."""
        seed = int.from_bytes(hashlib.sha256(word.lower().encode("utf-8", "replace")).digest()[:8], "big")
        row = np.random.default_rng(seed).standard_normal(self._width)
        return np.asarray(row / np.linalg.norm(row), dtype=np.float32)

    def encode(self, texts: list[str]) -> Vectors:
        """Unit rows, one a text."""
        if not texts:
            return np.zeros((0, self._width), dtype=np.float32)
        rows = np.stack([np.sum([self.word(word) for word in words_of(text)], axis=0) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def words_of(text: str) -> list[str]:
    """The words of a text; of one without words, the text."""
    return re.findall(r"\w+", text) or [text]


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> HashingEmbedder:
    """Indexing embeds by hashing in this process: no torch, milliseconds instead of seconds."""
    fake = HashingEmbedder()
    for kind in (SentenceTransformerEmbedder, QuickEmbedder):
        monkeypatch.setattr(kind, "encode", lambda self, texts: fake.encode(texts))
    return fake


# --- small records -----------------------------------------------------------------------------------------------------------


def article_of(name: str, sentences: list[str], **known: str) -> tuple[Article, list[Passage]]:
    """An article of these sentences, a line each, with a passage for each."""
    text = "\n".join(sentences)
    places = [sum(len(sentence) + 1 for sentence in sentences[:number]) for number in range(len(sentences))]
    passages = [Passage(name, start, start + len(words), words) for start, words in zip(places, sentences, strict=True)]
    return Article(name, text, known.pop("title", name), **known), passages


def store(record: Record, article: Article, passages: list[Passage], statements: list[Statement] | None = None) -> None:
    """Put an article into a record, its vectors made by hashing."""
    fake = HashingEmbedder()
    with record.transaction():
        record.put(article, "here", f"digest of {article.text}", passages, fake.encode([one.text for one in passages]), statements or [])


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record in a new index folder."""
    folder = tmp_path / "record"
    folder.mkdir()
    with Record(folder, write=True) as opened:
        yield opened
