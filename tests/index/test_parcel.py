"""An index as one file: what comes out is what went in, and nothing that is not a whole index comes in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from test_build import news, sound, target, texts  # noqa: F401 - fixtures

from index.build import build
from index.embedder import BUNDLED
from index.errors import IndexDamaged, UsageError
from index.parcel import export, unpack
from index.record import FILE, Record

pytestmark = pytest.mark.usefixtures("fake_model")


@pytest.fixture
def parcel(news: Path, target: Path, tmp_path: Path) -> Path:
    """The index of three articles as one file; their folder is gone, as on another machine."""
    (news / "sides.toml").write_text('[[side]]\nname = "City"\n[side.speakers]\n"Ann Smith" = ["Smith"]\n')
    build(target, [news], BUNDLED)
    assert export(target, tmp_path / "parcel")["articles"] == 3
    return tmp_path / "parcel"


def test_what_was_exported_is_imported(parcel: Path, target: Path, news: Path, tmp_path: Path) -> None:
    other, more = tmp_path / "other", tmp_path / "more"
    news.rename(more)
    (more / "sides.toml").unlink()
    (more / "z.txt").write_text("Geese return\n\nThe geese came back in March.\n")
    assert unpack(parcel, other, BUNDLED)["articles"] == 3
    assert texts(other) == texts(target)
    sound(other)
    build(other, [more], BUNDLED)
    with Record(other) as record:
        assert record.sides() == ("City",), "sides that came with the index stay"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "more", "other", "parcel"]


def test_nothing_is_overwritten(parcel: Path, target: Path) -> None:
    data = parcel.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        export(target, parcel)
    with pytest.raises(UsageError, match=r"an index in .* already"):
        unpack(parcel, target, BUNDLED)
    assert parcel.read_bytes() == data
    sound(target)


def refused(parcel: Path, folder: Path, match: str) -> None:
    with pytest.raises(IndexDamaged, match=match):
        unpack(parcel, folder, BUNDLED)
    assert [path.name for path in folder.iterdir()] == ["lock"]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_file_that_is_cut_off_is_refused(parcel: Path, tmp_path: Path, share: float) -> None:
    data = parcel.read_bytes()
    parcel.write_bytes(data[: int(len(data) * share)])
    refused(parcel, tmp_path / "other", "not a whole file of `readout export`")


def test_a_file_with_a_changed_byte_is_refused(parcel: Path, tmp_path: Path) -> None:
    data = bytearray(parcel.read_bytes())
    data[len(data) // 2] ^= 0xFF
    parcel.write_bytes(data)
    refused(parcel, tmp_path / "other", "not a whole file of `readout export`")


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "notes.txt", f"../{FILE}"])
def test_other_archives_are_refused_and_nothing_is_unpacked(parcel: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(parcel, "a") as packed:
        packed.writestr(name, "outside")
    refused(parcel, tmp_path / "a" / "other", "not a whole file of `readout export`")
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("CREATE TRIGGER evil AFTER INSERT ON meta BEGIN DELETE FROM articles; END", "tables"),
        ("UPDATE passages SET text = 'Nobody wrote this.'", "not as it was made"),
        ("PRAGMA user_version = 3", "schema 3"),
    ],
)
def test_a_record_that_is_not_as_it_was_made_is_refused(parcel: Path, tmp_path: Path, statement: str, match: str) -> None:
    with zipfile.ZipFile(parcel) as packed:
        packed.extract(FILE, tmp_path)
    with Record(tmp_path, write=True) as record, record.transaction():
        record._db.execute(statement)
    with zipfile.ZipFile(parcel, "w") as packed:
        packed.write(tmp_path / FILE, FILE)
    refused(parcel, tmp_path / "other", match)
