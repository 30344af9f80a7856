"""Names: resolved within an article, grouped over a corpus, put under sides; and errors that say what is wrong."""

from __future__ import annotations

import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CorpusError
from index.speakers import Cast, Sides, canonical_names, key_of, name_speakers
from index.statements import extract, load_parser, parse
from index.types import Statement

if TYPE_CHECKING:
    from spacy.language import Language

NAMES = st.lists(st.text(string.ascii_letters + " .’-", min_size=1, max_size=12), max_size=8)
BUNDLED = ROOT / "index" / "articles" / "sides.toml"


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_parser()


def said(speaker: str | None) -> Statement:
    return Statement("a.txt", 0, 1, "x", tuple(speaker.split(" and ")) if speaker else (), 0, 1, "said", direct=False)


def speakers(nlp: Language, text: str) -> list[str | None]:
    """Return the speakers of a text's statements, in order."""
    return [one.speaker for one in extract("a.txt", text, next(parse([text], nlp)))]


# --- one article -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vladimir Putin arrived. Putin said he was ready to talk.", ["Vladimir Putin"]),
        ("Vladimir Putin arrived on Monday. He said the talks went well.", ["Vladimir Putin"]),
        ("Theresa May met Donald Trump. She said the talks went well.", ["Theresa May"]),
        (
            "Russian President Vladimir Putin arrived. The Russian president said the talks went well.",
            ["Vladimir Putin"],
        ),
        ("The Kremlin said the talks went well. It added that more would follow.", ["Kremlin", "Kremlin"]),
        ("They said the talks went well.", [None]),
        ("It said the talks went well.", [None]),
    ],
)
def test_mentions_are_resolved_or_left_unknown(nlp: Language, text: str, expected: list[str | None]) -> None:
    assert speakers(nlp, text) == expected


def test_a_bare_surname_goes_to_the_nearest_full_name_before_it(nlp: Language) -> None:
    text = "Bill Clinton spoke first. Later Hillary Clinton spoke. Clinton said the talks went well."
    assert speakers(nlp, text) == ["Hillary Clinton"]


def test_a_bare_surname_does_not_go_to_a_relative_named_once_far_before(nlp: Language) -> None:
    text = "Ted Cruz left Iowa. Ted Cruz came to Ohio, and Heidi Cruz sang. It rained. It snowed. It froze. Cruz said he would go on."
    assert speakers(nlp, text) == ["Ted Cruz"]


def test_a_surname_with_two_bearers_after_it_stays_a_surname(nlp: Language) -> None:
    text = "Clinton said the talks went well. Hillary Clinton and Bill Clinton left."
    assert speakers(nlp, text)[0] == "Clinton"


def test_a_statement_belongs_to_whoever_issued_it(nlp: Language) -> None:
    text = "The Kremlin issued a statement. The statement said the talks went well."
    assert speakers(nlp, text)[-1] == "Kremlin"


def test_two_departments_are_those_joined_before(nlp: Language) -> None:
    text = "The State Department and the Justice Department met. The two departments said the talks went well."
    assert speakers(nlp, text) == ["State Department and Justice Department"]


def test_a_cast_survives_a_text_without_names(nlp: Language) -> None:
    assert Cast(next(parse(["it rained."], nlp))).mentions == []


# --- one corpus ------------------------------------------------------------------------------------------------------


@given(NAMES)
def test_every_name_gets_one_and_naming_again_changes_nothing(names: list[str]) -> None:
    first = name_speakers([(i, said(name)) for i, name in enumerate(names)])
    assert [number for number, _ in first] == list(range(len(names)))
    assert name_speakers(first) == first


@given(st.text())
def test_keys_of_keys_are_keys(name: str) -> None:
    assert key_of(name) == key_of(name.upper()) or not name.isascii()
    assert isinstance(key_of(name), str)


def test_one_person_under_several_names_is_one_speaker() -> None:
    names = ["Vladimir Putin", "Putin", "Mr. Putin", "President Vladimir Putin", "Russian President Putin"]
    found = name_speakers([(i, said(name)) for i, name in enumerate(names[:4])])
    assert {statement.speaker for _, statement in found} == {"Vladimir Putin"}


def test_a_shared_surname_is_not_guessed() -> None:
    canonical = canonical_names({"Bill Clinton": 3, "Hillary Clinton": 5, "Clinton": 9})
    assert canonical["Clinton"] == "Clinton"


def test_unknown_stays_unknown() -> None:
    assert name_speakers([(7, said(None))]) == [(7, said(None))]


def test_joint_speakers_have_one_order_and_a_side_only_together(tmp_path: Path) -> None:
    sides = write(tmp_path, '[[side]]\nname="A"\n[side.speakers]\n"Ann Jones"=["Jones"]\n"Bob Ray"=[]\n')
    rows = [(0, said("Ann Jones and Bob Ray")), (1, said("Bob Ray and Jones")), (2, said("Jones and Cy Young"))]
    found = [(one.speaker, one.side) for _, one in name_speakers(rows, [sides])]
    assert found == [("Ann Jones and Bob Ray", "A"), ("Ann Jones and Bob Ray", "A"), ("Ann Jones and Cy Young", None)]


# --- sides.toml ------------------------------------------------------------------------------------------------------


def write(folder: Path, text: str) -> Sides:
    path = folder / "sides.toml"
    path.write_text(text, encoding="utf-8")
    return Sides.load(path)


def test_names_are_found_however_they_are_spelled(tmp_path: Path) -> None:
    sides = write(tmp_path, '[[side]]\nname="Trump team"\n[side.speakers]\n"Trump team"=["Trump’s team"]\n')
    for name in ("Trump team", "the Trump team", "Trump's team", "TRUMP’S TEAM"):
        assert sides.find(name) == ("Trump team", "Trump team")
    assert sides.find("Trump") is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[[side]", "not valid TOML"),
        ('[[side]]\n[side.speakers]\n"A"=[]\n', "number 1 has no name"),
        ('[[side]]\nname="A"\n', "'A' has no speakers"),
        ('[[side]]\nname="A"\n[side.speakers]\n', "'A' has no speakers"),
        ('[[side]]\nname="A"\n[side.speakers]\n"X"="Y"\n', "'X' of side 'A'"),
        (
            '[[side]]\nname="A"\n[side.speakers]\n"X"=[]\n[[side]]\nname="B"\n[side.speakers]\n"Y"=["the X"]\n',
            "in two sides, 'A' and 'B'",
        ),
        ('[[side]]\nname="A"\n[side.speakers]\n"X"=["Z"]\n"Y"=["Z"]\n', "stands for both 'X' and 'Y'"),
        (
            '[[side]]\nname="A"\n[side.speakers]\n"X"=[]\n[[side]]\nname="A"\n[side.speakers]\n"Y"=[]\n',
            "'A' appears twice",
        ),
        ('[[side]]\nname="A"\n[side.speakers]\n"X"=[]\n[[side]]\nname="a"\n[side.speakers]\n"Y"=[]\n', "'a' appears twice"),
        ('[[side]]\nname="A"\ncolour="red"\n[side.speakers]\n"X"=[]\n', "'colour' of side 'A' is not known"),
        ('[[sides]]\nname="A"\n', "'sides' is not known"),
        ('[[side]]\nname="A"\n[side.speakers]\n"…"=["."]\n', "empty name"),
    ],
)
def test_a_faulty_file_is_named_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(CorpusError) as caught:
        write(tmp_path, text)
    message = str(caught.value)
    assert part in message
    assert "sides.toml" in message
    assert "\n" not in message


def test_a_missing_file_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        Sides.load(tmp_path / "nowhere.toml")


def test_the_bundled_sides_load() -> None:
    sides = Sides.load(BUNDLED)
    assert sides.names == ("Kremlin", "Trump team", "Obama administration", "Democrats")
    assert sides.find("the Russians") == ("Kremlin", "Kremlin")
    assert sides.find("Mr. Putin") == ("Vladimir Putin", "Kremlin")
