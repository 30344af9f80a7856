"""Articles that people add: taken whole and once, and a clear word on every file that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import article_of, store

from assistant.desk.uploads import Outcome, receive, uploads
from assistant.settings import Settings
from index.corpus import MAX_BYTES, read_corpus
from index.record import Record

KNOWN = {"outlet": "", "published": ""}


def take(record: Record, tmp_path: Path, name: str, content: bytes, **known: str) -> Outcome:
    file = tmp_path / "sent" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    [outcome] = receive([file], tmp_path / "kept", record, {**KNOWN, **known})
    return outcome


def test_an_article_is_kept_as_it_was_sent(record: Record, tmp_path: Path) -> None:
    assert take(record, tmp_path, "a.txt", b"Some news.\r\n") == Outcome("a.txt", "added", True)
    assert (tmp_path / "kept" / "a.txt").read_bytes() == b"Some news.\r\n"
    assert not list((tmp_path / "kept").glob("*.part"))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.txt", b" \n", "holds no text"),
        ("picture.txt", b"\x89PNG\0\0", "is not text"),
        ("letter.docx", b"PK", "not a Word document"),
        ("letter.odt", b"PK", "cannot read .odt files"),
        ("README.txt", b"Some news.", "rename it"),
        (".hidden.txt", b"Some news.", "rename it"),
        ("broken.txt", b"\xff\xfea", "broken UTF-16"),
        ("rows.jsonl", b'{"body": "Some news."}', "no text"),
        ("bare", b"Some news.", "cannot read this kind of files"),
    ],
)
def test_what_cannot_be_read_gets_a_clear_word_and_is_not_kept(
    record: Record, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    outcome = take(record, tmp_path, name, content)
    assert word in outcome.word
    assert not outcome.taken
    assert not (tmp_path / "kept").exists()


def test_a_huge_file_is_refused_unread(record: Record, tmp_path: Path) -> None:
    assert "larger than 20 MB" in take(record, tmp_path, "huge.txt", b"a" * (MAX_BYTES + 1)).word


def test_a_second_upload_of_the_same_is_told_so(record: Record, tmp_path: Path) -> None:
    article, passages = article_of("first.txt", ["Some news."])
    store(record, article, passages)
    outcome = take(record, tmp_path, "again.txt", b"Some news.")
    assert outcome == Outcome("again.txt", "is in the corpus already, as first.txt", False)


def test_two_equal_files_in_one_upload_are_one_article(record: Record, tmp_path: Path) -> None:
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text("Some news.", encoding="utf-8")
    assert [one.taken for one in receive(files, tmp_path / "kept", record, KNOWN)] == [True, False]


def test_another_article_of_the_same_name_does_not_replace_the_first(record: Record, tmp_path: Path) -> None:
    take(record, tmp_path, "a.txt", b"Some news.")
    outcome = take(record, tmp_path, "a.txt", b"Other news.")
    assert "added as a-2.txt" in outcome.word
    assert (tmp_path / "kept" / "a.txt").read_bytes() == b"Some news."
    assert (tmp_path / "kept" / "a-2.txt").read_bytes() == b"Other news."


def test_a_file_of_several_articles_is_one_upload(record: Record, tmp_path: Path) -> None:
    rows = b'{"text": "Some news."}\n{"text": "Other news."}\n{"text": ""}\n'
    outcome = take(record, tmp_path, "rows.jsonl", rows)
    assert outcome.taken
    assert outcome.word.startswith("added; not read: line 3 has no text")
    assert len(read_corpus([tmp_path / "kept"]).sources) == 2


def test_a_doubtful_encoding_is_told(record: Record, tmp_path: Path) -> None:
    outcome = take(record, tmp_path, "a.txt", "Der Präsident".encode("cp1252"))
    assert outcome.taken
    assert "not UTF-8" in outcome.word


def test_what_is_known_of_an_article_is_read_with_it(record: Record, tmp_path: Path) -> None:
    take(record, tmp_path, "a.txt", b"Some news.", outlet='The "Wire", Ltd', published="2016-11-14")
    take(record, tmp_path, "b.txt", b"Other news.", outlet="Hub")
    take(record, tmp_path, "c.txt", b"No news.")
    found = {source.article.id: (source.article.outlet, source.article.published) for source in read_corpus([tmp_path / "kept"]).sources}
    assert found == {"a.txt": ('The "Wire", Ltd', "2016-11-14"), "b.txt": ("Hub", None), "c.txt": (None, None)}


def test_uploads_are_kept_with_their_index() -> None:
    assert uploads(Settings(index=Path("mine"))) == Path("mine/uploads")
