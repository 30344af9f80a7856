"""The record: transactions, full-text search, and clear words about files that cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import article_of, store
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamaged, IndexMismatch, IndexMissing
from index.record import FILE, SCHEMA, Listed, Record, Scope
from index.types import Statement

SENTENCES = ["The mayor said taxes would rise.", "Nobody believed the mayor.", "Snow fell on Tuesday."]


# --- writing and reading -----------------------------------------------------------------------------------------------------


def test_what_is_put_is_read(record: Record) -> None:
    article, passages = article_of("a.txt", SENTENCES, outlet="The Post", published="2024-02-29")
    said = Statement("a.txt", 15, 31, "taxes would rise", ("Mayor",), 0, 9, "said", False, "reportedly", "City")
    store(record, article, passages, [said])
    assert record.article("a.txt") == article
    assert record.articles() == [article]
    assert [found.passage for found in record.passages_of("a.txt")] == passages
    assert record.statements() == record.statements("a.txt") == [said]
    assert record.counts() == {"articles": 1, "passages": 3, "statements": 1}
    assert record.outlets() == ["The Post"]
    assert record.check() == []


def test_neighbours_have_neighbouring_numbers(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    numbers = [found.id for found in record.passages_of("a.txt")]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_an_article_that_is_not_there(record: Record) -> None:
    with pytest.raises(KeyError):
        record.article("z.txt")
    assert record.passages([99]) == {}


def test_putting_again_replaces_and_remembers_what_is_gone(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    before = record.passage_ids()
    store(record, *article_of("a.txt", SENTENCES[:1]))
    assert record.counts()["passages"] == 1
    assert set(record.gone()) == before
    assert not before & record.passage_ids(), "a number is never used again: Chroma may still know the old one"
    assert record.match(["snow"], Scope(), 10) == []
    assert record.check() == []


def test_dropping_an_article_drops_all_that_was_made_from_it(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES), [Statement("a.txt", 0, 3, "The", (), None, None, None, False)])
    with record.transaction():
        record.drop(["a.txt", "never-there.txt"])
    assert record.counts() == {"articles": 0, "passages": 0, "statements": 0}


def test_a_transaction_is_all_or_nothing(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    with pytest.raises(KeyboardInterrupt), record.transaction():
        record.drop(["a.txt"])
        record.set_meta(model="another")
        raise KeyboardInterrupt
    assert record.counts()["passages"] == 3
    assert record.meta("model") is None


def test_a_half_written_article_is_not_there(record: Record) -> None:
    article, passages = article_of("a.txt", SENTENCES)
    with pytest.raises(ValueError), record.transaction():
        record.put(article, "here", "digest", passages, [], [])
    assert record.counts()["articles"] == 0


def test_a_reader_undoes_what_a_kill_cut_short(record: Record, tmp_path: Path) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    record._db.execute("PRAGMA cache_size = 1")
    record._db.execute("PRAGMA cache_spill = 1")
    record._db.execute("BEGIN")
    record._db.executemany("INSERT INTO gone VALUES (?)", [(number,) for number in range(1_000, 9_000)])  # more than the cache holds
    shutil.copytree(record.folder, tmp_path / "killed")
    record._db.rollback()
    assert [path.name for path in (tmp_path / "killed").glob("*-journal")]
    with Record(tmp_path / "killed") as reader:
        assert (reader.counts()["passages"], len(reader.gone())) == (3, 0)


def test_what_is_committed_survives_the_process(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    with Record(record.folder) as again:
        assert again.counts()["passages"] == 3


def test_statements_keep_the_name_the_article_gave(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES), [Statement("a.txt", 15, 31, "taxes would rise", ("the mayor",), 0, 9, "said", False)])
    [(row, raw)] = record.numbered_statements(raw=True)
    with record.transaction():
        record.rename_speakers(
            [(row, Statement(**{**{name: getattr(raw, name) for name in raw.__slots__}, "speakers": ("Ann Smith",), "side": "City"}))]
        )
    assert [(said.speaker, said.side) for said in record.statements()] == [("Ann Smith", "City")]
    assert [said.speaker for _, said in record.numbered_statements(raw=True)] == ["the mayor"]


def test_names_are_what_was_set_last(record: Record) -> None:
    with record.transaction():
        record.set_names([("bob", "Bob Jones", None)])
        record.set_names([("smith", "Ann Smith", "City"), ("ann smith", "Ann Smith", "City")])
    assert record.names() == {"smith": ("Ann Smith", "City"), "ann smith": ("Ann Smith", "City")}


def test_check_sees_a_shifted_offset(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    with sqlite3.connect(record.folder / FILE) as db:
        db.execute('UPDATE passages SET start = start + 1, "end" = "end" + 1 WHERE start = 0')
    db.close()
    assert record.check() == ["1 passages do not equal their article at their offsets"]


# --- full-text search --------------------------------------------------------------------------------------------------------

OPERATORS = [
    '"',
    '""',
    "'",
    "*",
    "tax*",
    "^the",
    "-mayor",
    "mayor AND",
    "OR",
    "NOT",
    "NEAR(",
    "NEAR(mayor taxes, 2)",
    "text:mayor",
    "{text}:",
    "(",
    ")",
    "+",
    ";",
    "\\",
    "%",
]


@pytest.mark.parametrize("word", OPERATORS)
def test_operators_of_the_search_language_mean_nothing(record: Record, word: str) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    found = record.match([word, "snow"], Scope(), 10)
    assert found[0][0] in record.passage_ids()
    record.rarity({"word": word})


@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=5))
def test_any_words_can_be_searched(record: Record, words: list[str]) -> None:
    if not record.counts()["articles"]:
        store(record, *article_of("a.txt", SENTENCES))
    found = record.match([word.replace("\0", "") for word in words], Scope(), 10)
    assert {number for number, _ in found} <= record.passage_ids()
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_words_are_found_by_their_stem_and_no_words_find_nothing(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    assert len(record.match(["Mayors"], Scope(), 10)) == 2
    assert len(record.match(["mayor"], Scope(), 1)) == 1
    assert record.match([], Scope(), 10) == []
    assert record.match(["volcano"], Scope(), 10) == []


def test_rare_words_weigh_more(record: Record) -> None:
    store(record, *article_of("a.txt", SENTENCES))
    weights = record.rarity({"common": "mayor", "rare": "snow", "absent": "volcano"})
    assert 0 < weights["common"] < weights["rare"] < weights["absent"]


# --- files that cannot be used -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["nowhere", "empty", "a file", "no tables"])
def test_no_index(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "no tables").mkdir()
    (tmp_path / "no tables" / FILE).touch()
    (tmp_path / "a file").touch()
    with pytest.raises(IndexMissing, match="Run `readout index` first"):
        Record(tmp_path / folder)


@pytest.mark.parametrize("version", [0, SCHEMA - 1, SCHEMA + 1])
def test_another_schema_is_named(record: Record, version: int) -> None:
    with sqlite3.connect(record.folder / FILE) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    with pytest.raises(IndexMismatch, match=f"schema {version}, .* needs {SCHEMA}"):
        Record(record.folder)


@pytest.mark.parametrize("data", [b"not a database, far from it" * 100, b"SQLite format 3\0" + b"\x07" * 5_000])
@pytest.mark.parametrize("write", [False, True])
def test_a_file_that_is_no_database(tmp_path: Path, data: bytes, write: bool) -> None:
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(IndexDamaged) as caught:
        Record(tmp_path, write=write)
    assert "\n" not in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == data, "nothing is lost"


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(IndexDamaged, match="cannot be opened"):
        Record(tmp_path, write=True)


# -- what the chat's tables are made of -----------------------------------------------------------------------------------


def told(article: str, words: str, speaker: str | None) -> Statement:
    return Statement(article, 0, len(words), words, (speaker,) if speaker else (), None, None, "said", False)


def three(record: Record) -> None:
    for name, known, speakers in (
        ("a", {"outlet": "Wire", "published": "2016-11-14", "title": "Rain in Lyon"}, ["Ann", "Ann", None]),
        ("b", {"outlet": "Hub", "published": "2016-11-15"}, ["Bob"]),
        ("c", {}, []),
    ):
        article, passages = article_of(name, [f"Words of {name}."], **known)
        store(record, article, passages, [told(name, "Words", speaker) for speaker in speakers])


def test_a_catalogue_has_all_but_the_texts(record: Record) -> None:
    three(record)
    assert record.catalogue()[0] == Listed("a", "Rain in Lyon", "Wire", "2016-11-14", 3)
    assert [one.id for one in record.catalogue(Scope(("Hub",)))] == ["b"]
    assert [one.id for one in record.catalogue(words="lyon")] == ["a"]
    assert [one.id for one in record.catalogue(limit=2)] == ["a", "b"]


def test_the_extent_of_a_scope(record: Record) -> None:
    assert record.extent() == (0, None, None)
    three(record)
    assert record.extent() == (3, "2016-11-14", "2016-11-15")
    assert record.extent(Scope(("Hub",))) == (1, "2016-11-15", "2016-11-15")


def test_voices_are_those_named_most_first(record: Record) -> None:
    three(record)
    assert record.voices() == [("Ann", None, 2), ("Bob", None, 1)]
    assert record.voices(limit=1) == [("Ann", None, 2)]
    assert record.voices(Scope(since="2016-11-15")) == [("Bob", None, 1)]


def test_an_article_is_found_by_its_text(record: Record) -> None:
    three(record)
    assert (record.holding("Words of b."), record.holding("Words of b")) == ("b", None)
