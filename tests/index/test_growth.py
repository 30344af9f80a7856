"""An index that grows: articles are known again by what they say, and only what is new is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_build import NEWS, news, sound, target, texts  # noqa: F401 - fixtures

from index import build as module
from index.build import Summary, build, preview
from index.embedder import BUNDLED
from index.record import FILE, Record

pytestmark = pytest.mark.usefixtures("fake_model")


def did(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.added, summary.changed, summary.moved, summary.removed, summary.unchanged


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles that were parsed, in order."""
    names: list[str] = []
    real = module._read_one
    monkeypatch.setattr(module, "_read_one", lambda source: (names.append(source.article.id), real(source))[1])
    return names


def numbers(folder: Path) -> dict[str, list[int]]:
    """The numbers of all passages, by article."""
    with Record(folder) as record:
        return {name: [one.id for one in record.passages_of(name)] for name in record.digests()}


def test_a_moved_file_is_not_read_again(news: Path, target: Path, read: list[str]) -> None:
    build(target, [news], BUNDLED)
    before = numbers(target)
    (news / "old").mkdir()
    (news / "a.txt").rename(news / "old" / "z.txt")
    read.clear()
    assert did(build(target, [news], BUNDLED)) == (0, 0, 1, 0, 2)
    assert read == []
    assert numbers(target) == {"b.txt": before["b.txt"], "c.txt": before["c.txt"], "old/z.txt": before["a.txt"]}
    with Record(target) as record:
        assert {said.article for said in record.statements()} >= {"old/z.txt"}
    sound(target)


def test_names_that_are_exchanged(news: Path, target: Path, read: list[str]) -> None:
    build(target, [news], BUNDLED)
    before = numbers(target)
    for name, other in (("a.txt", "x"), ("b.txt", "a.txt"), ("x", "b.txt")):
        (news / name).rename(news / other)
    read.clear()
    assert did(build(target, [news], BUNDLED)) == (0, 0, 2, 0, 1)
    assert read == []
    assert texts(target) == {**NEWS, "a.txt": NEWS["b.txt"], "b.txt": NEWS["a.txt"]}
    assert (numbers(target)["a.txt"], numbers(target)["b.txt"]) == (before["b.txt"], before["a.txt"])
    sound(target)


def test_names_that_move_up_by_one(news: Path, target: Path, read: list[str]) -> None:
    """As a script that keeps the last days' pages does."""
    build(target, [news], BUNDLED)
    (news / "b.txt").rename(news / "c.txt")
    (news / "a.txt").rename(news / "b.txt")
    (news / "a.txt").write_text("Geese return\n\nThe geese came back in March.\n")
    read.clear()
    assert did(build(target, [news], BUNDLED)) == (0, 1, 2, 0, 0)
    assert read == ["a.txt"]
    assert (texts(target)["b.txt"], texts(target)["c.txt"]) == (NEWS["a.txt"], NEWS["b.txt"])
    sound(target)


def test_what_else_is_known_changes_without_reading(news: Path, target: Path, read: list[str]) -> None:
    build(target, [news], BUNDLED)
    read.clear()
    (news / "sources.csv").write_text("file,outlet,published\na.txt,The Post,2024-05-01\n")
    assert did(build(target, [news], BUNDLED)) == (0, 1, 0, 0, 2)
    assert read == []
    with Record(target) as record:
        assert (record.article("a.txt").outlet, record.article("a.txt").published) == ("The Post", "2024-05-01")
    sound(target)


def test_one_article_under_two_names_is_one(news: Path, target: Path, read: list[str]) -> None:
    (news / "copies").mkdir()
    (news / "copies" / "a.txt").write_text(NEWS["a.txt"])
    summary = build(target, [news], BUNDLED)
    assert did(summary) == (3, 0, 0, 0, 0)
    assert "copies/a.txt: the same article as a.txt" in summary.notes
    assert texts(target) == NEWS
    read.clear()
    assert did(build(target, [news], BUNDLED)) == (0, 0, 0, 0, 3)
    (news / "a.txt").unlink()
    assert did(build(target, [news], BUNDLED)) == (0, 0, 1, 0, 2)
    assert read == []
    assert sorted(texts(target)) == ["b.txt", "c.txt", "copies/a.txt"]
    sound(target)


def test_the_name_of_which_more_is_known_is_the_articles(news: Path, target: Path, read: list[str]) -> None:
    build(target, [news], BUNDLED)
    read.clear()
    (news / "z.txt").write_text(NEWS["a.txt"])
    (news / "sources.csv").write_text("file,outlet\nz.txt,The Post\n")
    for wanted in ((0, 0, 1, 0, 2), (0, 0, 0, 0, 3)):
        assert did(build(target, [news], BUNDLED)) == wanted
        with Record(target) as record:
            assert record.article("z.txt").outlet == "The Post"
            assert {name: article for name, _, article in record.other_places()} == {"a.txt": "z.txt"}
    assert read == []


def test_the_same_text_at_two_outlets_is_two_articles(news: Path, target: Path) -> None:
    (news / "z.txt").write_text(NEWS["a.txt"])
    (news / "sources.csv").write_text("file,outlet\na.txt,The Post\nz.txt,The Times\n")
    assert did(build(target, [news], BUNDLED)) == (4, 0, 0, 0, 0)


def test_an_article_that_lies_in_two_folders(news: Path, target: Path, tmp_path: Path, read: list[str]) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "copy.txt").write_text(NEWS["a.txt"])
    build(target, [news], BUNDLED)
    read.clear()
    assert did(build(target, [other], BUNDLED)) == (0, 0, 0, 0, 0)
    (news / "a.txt").write_text("Mayor resigns\n\nThe mayor resigned on Friday.\n")
    assert did(build(target, [news], BUNDLED)) == (0, 1, 0, 0, 2)
    assert read == ["a.txt"]
    assert texts(target) == {**NEWS, "a.txt": "Mayor resigns\n\nThe mayor resigned on Friday.\n", "copy.txt": NEWS["a.txt"]}
    assert did(build(target, [other], BUNDLED)) == (0, 0, 0, 0, 1)
    (other / "copy.txt").write_text("Geese return\n\nThe geese came back in March.\n")
    assert did(build(target, [other], BUNDLED)) == (0, 1, 0, 0, 0)
    sound(target)


def test_a_copy_stays_when_the_folder_of_the_first_is_replaced(news: Path, target: Path, tmp_path: Path, read: list[str]) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "copy.txt").write_text(NEWS["a.txt"])
    build(target, [news, other], BUNDLED)
    read.clear()
    assert did(build(target, [other], BUNDLED, replace=True)) == (0, 0, 1, 2, 0)
    assert (read, texts(target)) == ([], {"copy.txt": NEWS["a.txt"]})
    sound(target)


def test_other_settings_lose_no_article_whose_file_is_gone(
    news: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(target, [news], BUNDLED)
    other = tmp_path / "other"
    news.rename(other)
    (other / "a.txt").unlink()
    monkeypatch.setattr(module.splitter, "VERSION", module.splitter.VERSION + 1)
    build(target, [other], BUNDLED)
    assert texts(target).keys() >= {"a.txt"}
    sound(target)


def test_a_record_of_another_schema_is_put_aside_and_its_articles_taken_over(news: Path, target: Path) -> None:
    build(target, [news], BUNDLED)
    with Record(target, write=True) as record:
        record._db.execute("PRAGMA user_version = 3")
    summary = build(target, [news], BUNDLED)
    assert did(summary) == (0, 3, 0, 0, 0)
    assert len(list(target.glob(f"{FILE}.*"))) == 1
    sound(target)


def test_a_preview_says_what_would_be_done_and_writes_nothing(news: Path, target: Path) -> None:
    assert sorted(preview(target, [news], BUNDLED).plan.added) == ["a.txt", "b.txt", "c.txt"]
    assert not target.exists()
    build(target, [news], BUNDLED)
    (news / "a.txt").rename(news / "z.txt")
    (news / "b.txt").unlink()
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    plan = preview(target, [news], BUNDLED).plan
    assert (plan.moved, plan.removed, plan.added, plan.unchanged) == ([("a.txt", "z.txt")], ["b.txt"], [], 1)
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before
