"""One contract for the vectors, embedded and on a server."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import HashingEmbedder, article_of, store, with_tests

from index.errors import ServerAway
from index.reader import Reader
from index.record import Record, Scope
from index.search import Searcher
from index.vectors import Server, VectorStore

Open = Callable[..., VectorStore]

FAKE = HashingEmbedder()
POST = ["The mayor said taxes would rise.", "Nobody believed the mayor."]
TIMES = ["Snow fell on Tuesday.", "The trains stood still."]
BARE = ["Geese fly south in autumn."]


@pytest.fixture(params=["embedded", "server"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """``open_store()``: the store of one index, opened anew at every call."""
    address = request.getfixturevalue("chroma") if request.param == "server" else None
    own = uuid.uuid4().hex[:12]

    def opened(fingerprint: str = "") -> VectorStore:
        return VectorStore(tmp_path, fingerprint or "x", address and Server(address), own)

    return opened


@pytest.fixture
def filled(record: Record) -> Record:
    """A record of three articles: two with outlet and day, one of which nothing is known."""
    store(record, *article_of("post.txt", POST, outlet="The Post", published="2024-01-10"))
    store(record, *article_of("times.txt", TIMES, outlet="The Times", published="2024-02-20"))
    store(record, *article_of("bare.txt", BARE))
    return record


def texts(record: Record, found: list[tuple[int, float]]) -> set[str]:
    stored = record.passages(number for number, _ in found)
    return {one.passage.text for one in stored.values()}


def everything(opened: VectorStore, record: Record, scope: Scope) -> set[str]:
    return texts(record, opened.nearest(FAKE.encode(["mayor"])[0], scope, 50))


def test_a_store_begins_empty(open_store: Open) -> None:
    opened = open_store()
    assert opened.ids() == set()
    assert opened.nearest(FAKE.encode(["mayor"])[0], Scope(), 5) == []


def test_sync_tells_what_is_new_and_only_that(open_store: Open, filled: Record) -> None:
    opened = open_store()
    assert opened.sync(filled) == 5
    assert opened.ids() == filled.passage_ids()
    assert opened.sync(filled) == 0
    store(filled, *article_of("more.txt", ["One more."]))
    assert opened.sync(filled) == 1
    assert opened.ids() == filled.passage_ids()


def test_threads_that_see_a_change_at_once_all_get_an_answer(open_store: Open, filled: Record) -> None:
    opened = open_store()
    opened.sync(filled)
    vector = FAKE.encode([POST[0]])[0]

    def ask(thread: int) -> set[str]:
        return set().union(*(texts(filled, opened.nearest(vector, Scope(), 1, version)) for version in range(thread, thread + 5)))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [{POST[0]}] * 4


def test_nearest_is_by_cosine(open_store: Open, filled: Record) -> None:
    opened = open_store()
    opened.sync(filled)
    vector = FAKE.encode([POST[0]])[0]
    found = opened.nearest(vector, Scope(), 50)
    assert texts(filled, found[:1]) == {POST[0]}
    wanted = {number: float(vector @ row) for number, row in filled.vectors(filled.passage_ids()).items()}
    assert dict(found) == pytest.approx(wanted, abs=1e-5)
    assert [similarity for _, similarity in found] == sorted((similarity for _, similarity in found), reverse=True)
    assert len(opened.nearest(vector, Scope(), 2)) == 2


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (Scope(), {*POST, *TIMES, *BARE}),
        (Scope(("The Post",)), set(POST)),
        (Scope(("The Post", "The Times")), {*POST, *TIMES}),
        (Scope(("No Such Outlet",)), set()),
        (Scope(since="2024-01-10"), {*POST, *TIMES}),
        (Scope(since="2024-01-11"), set(TIMES)),
        (Scope(until="2024-01-10"), set(POST)),
        (Scope(until="2024-01-09"), set()),
        (Scope(since="2024-01-10", until="2024-01-10"), set(POST)),
        (Scope(("The Times",), until="2024-01-31"), set()),
        (Scope(("The Times",), "2024-01-31", "2024-03-01"), set(TIMES)),
    ],
)
def test_scopes_and_the_record_agrees(open_store: Open, filled: Record, scope: Scope, wanted: set[str]) -> None:
    opened = open_store()
    opened.sync(filled)
    assert everything(opened, filled, scope) == wanted
    words = [word for text in (*POST, *TIMES, *BARE) for word in text.strip(".").split()]
    assert texts(filled, filled.match(words, scope, 50)) == wanted


def test_what_is_removed_from_the_record_goes(open_store: Open, filled: Record) -> None:
    opened = open_store()
    opened.sync(filled)
    with filled.transaction():
        filled.drop(["times.txt"])
    store(filled, *article_of("post.txt", ["The mayor has resigned."]))
    opened.sync(filled)
    assert opened.ids() == filled.passage_ids()
    assert filled.gone() == []
    assert everything(opened, filled, Scope()) == {"The mayor has resigned.", *BARE}


def test_a_store_opened_again_holds_what_it_held(open_store: Open, filled: Record) -> None:
    open_store().sync(filled)
    assert open_store().ids() == filled.passage_ids()


def test_a_kill_after_chroma_was_told_but_before_it_was_noted(open_store: Open, filled: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_store()

    def killed(self: Record, ids: object, *, in_chroma: bool) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Record, "mark", killed)
        with pytest.raises(KeyboardInterrupt):
            opened.sync(filled)
    assert opened.sync(filled) == 5
    assert opened.ids() == filled.passage_ids()


ANOTHER = """
import sys
from pathlib import Path
from conftest import article_of, store
from index.record import Record
from index.vectors import VectorStore
with Record(Path(sys.argv[1]), write=True) as record:
    store(record, *article_of("later.txt", ["Rain fell on Friday."]))
    store(record, *article_of("post.txt", ["The mayor has resigned."]))
    VectorStore(record.folder, "x").sync(record)
"""


def test_what_another_process_wrote_is_found_by_one_that_is_open(filled: Record) -> None:
    opened = VectorStore(filled.folder, "x")
    opened.sync(filled)
    searcher = Searcher(filled, opened, FAKE, Reader())
    assert texts(filled, searcher.nearest("Rain fell on Friday.", Scope(), 1)) != {"Rain fell on Friday."}
    subprocess.run([sys.executable, "-c", ANOTHER, str(filled.folder)], check=True, env=with_tests())
    found = [texts(filled, searcher.nearest(text, Scope(), 1)) for text in ("Rain fell on Friday.", "The mayor has resigned.")]
    assert found == [{"Rain fell on Friday."}, {"The mayor has resigned."}]


def test_reset_forgets_and_sync_rebuilds(open_store: Open, filled: Record) -> None:
    opened = open_store()
    opened.sync(filled)
    opened.reset()
    assert opened.ids() == set()
    with filled.transaction():
        filled.mark_all_pending()
    opened.sync(filled)
    assert opened.ids() == filled.passage_ids()
    assert len(opened.nearest(FAKE.encode(["mayor"])[0], Scope(), 50)) == 5


def test_another_fingerprint_never_sees_these_vectors(open_store: Open, filled: Record) -> None:
    first = open_store()
    first.sync(filled)
    assert open_store("other").ids() == set()
    assert first.ids() == filled.passage_ids()


def test_more_passages_than_one_batch(open_store: Open, record: Record) -> None:
    store(record, *article_of("long.txt", [f"Sentence number {number}." for number in range(1_050)]))
    opened = open_store()
    assert opened.sync(record) == 1_050
    assert opened.ids() == record.passage_ids()


def test_prune_removes_what_earlier_settings_left(tmp_path: Path, filled: Record) -> None:
    old = VectorStore(tmp_path, "old")
    old.sync(filled)
    VectorStore(tmp_path, "new").prune()
    assert VectorStore(tmp_path, "old").ids() == set()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "127.0.0.1:9"])
def test_a_server_that_does_not_answer(tmp_path: Path, address: str) -> None:
    with pytest.raises(ServerAway, match=r"no Chroma server answers at .*Start one with `chroma run`"):
        VectorStore(tmp_path, "x", Server(address))
