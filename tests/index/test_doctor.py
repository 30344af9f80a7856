"""Whatever is blanked, lost or shifted in an index, doctor finds it and mends it, and says nothing that does not help."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_build import NEWS, news, sound, target, texts  # noqa: F401 - fixtures

from index.build import build, fingerprint
from index.doctor import examine
from index.embedder import BUNDLED, QuickEmbedder
from index.record import FILE, Record

pytestmark = pytest.mark.usefixtures("fake_model")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three articles, one of which has a side, and their index; not to be written to."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "news").mkdir()
    for name, text in NEWS.items():
        (folder / "news" / name).write_text(text)
    (folder / "news" / "sides.toml").write_text('[[side]]\nname = "City"\n[side.speakers]\n"Ann Smith" = ["Smith"]\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuickEmbedder, "encode", lambda self, texts: HashingEmbedder().encode(texts))
        build(folder / "index", [folder / "news"], BUNDLED)
    return folder


@pytest.fixture
def built(first: Path, target: Path) -> Path:
    """A copy of that index."""
    shutil.copytree(first / "index", target)
    return target


@pytest.fixture
def own(news: Path, target: Path) -> Path:
    """An index of articles whose files a test may change."""
    build(target, [news], BUNDLED)
    return target


def spoil(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / FILE) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def everything(folder: Path) -> object:
    """What an index holds, without the numbers that it goes by inside."""
    with Record(folder) as record:
        passages = {name: [(one.passage, record.vectors([one.id])[one.id].tobytes()) for one in record.passages_of(name)] for name in NEWS}
        return texts(folder), passages, record.statements(), record.names(), record.sides(), record.people(), record.roles()


SPOILED = {
    "vectors blanked": ["UPDATE passages SET vector = x''"],
    "vectors made zero": ["UPDATE passages SET vector = zeroblob(1536)"],
    "passages blanked": ["UPDATE passages SET text = ''"],
    "passages shifted": ['UPDATE passages SET start = start + 1, "end" = "end" + 1'],
    "passages lost": ["DELETE FROM passages WHERE article = 'a.txt'"],
    "statements blanked": ["UPDATE statements SET text = '', mentions = '', speakers = ''"],
    "statements lost": ["DELETE FROM statements"],
    "speakers blanked": ["UPDATE statements SET speakers = '[]', side = NULL"],
    "speakers that are no list": ["UPDATE statements SET speakers = ''"],
    "names lost": ["DELETE FROM names"],
    "words lost": ["DELETE FROM words_data WHERE id > 10", "DELETE FROM words_idx"],
    "heard lost": ["DELETE FROM heard"],
    "people lost": ["DELETE FROM people", "DELETE FROM roles"],
    "checksums lost": ["UPDATE articles SET made = 'lost'"],
    "texts blanked": ["UPDATE articles SET text = ''"],
    "texts changed": ["UPDATE articles SET text = replace(text, 'mayor', 'major')"],
    "outlets changed": ["UPDATE articles SET outlet = 'The Post'"],
    "digests blanked": ["UPDATE articles SET digest = '', content = ''"],
    "settings that cannot be read": ["UPDATE meta SET value = '{' WHERE key IN ('columns', 'sides', 'sides_texts')"],
    "strays": ["PRAGMA foreign_keys = OFF", "INSERT INTO people VALUES ('nowhere.txt', 'Nobody', 1)"],
    "an index dropped": ["DROP INDEX passages_by_article"],
    "a table dropped": ["DROP TABLE roles"],
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_spoiled_is_found_and_mended(built: Path, what: str) -> None:
    before = everything(built)
    spoil(built, *SPOILED[what])
    findings = examine(built, BUNDLED)
    assert findings
    assert all(finding.mended for finding in findings), findings
    assert everything(built) == before
    assert examine(built, BUNDLED) == []
    sound(built)


def test_an_article_that_cannot_be_had_again_is_not_kept_as_it_is(own: Path, news: Path) -> None:
    built = own
    spoil(built, "UPDATE articles SET text = 'Nobody wrote this.' WHERE id = 'a.txt'")
    text = (news / "a.txt").read_text()
    (news / "a.txt").unlink()
    [*_, finding] = [one for one in examine(built, BUNDLED) if not one.mended]
    assert "a.txt" in finding.text
    assert "a.txt" not in texts(built)
    (news / "a.txt").write_text(text)
    build(built, [news], BUNDLED)  # what the finding advises
    assert examine(built, BUNDLED) == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_record_that_is_cut_or_overwritten_is_put_aside(built: Path, first: Path, share: float) -> None:
    data = (built / FILE).read_bytes()
    kept = int(len(data) * share)
    (built / FILE).write_bytes(data[:kept] + b"garbage!" * (len(data[kept:]) // 8) * (share == 0.3))
    findings = examine(built, BUNDLED)
    assert findings
    build(built, [first / "news"], BUNDLED)
    assert examine(built, BUNDLED) == []
    assert texts(built) == NEWS
    sound(built)


def test_blank_settings_are_mended_by_the_advice(built: Path, first: Path) -> None:
    spoil(built, "DELETE FROM meta")
    from index.errors import IndexMismatch

    with pytest.raises(IndexMismatch, match="Run `readout index` again"):
        examine(built, BUNDLED)
    build(built, [first / "news"], BUNDLED)
    assert examine(built, BUNDLED) == []
    with Record(built) as record:
        assert record.meta("fingerprint") == fingerprint(BUNDLED)
