"""What articles say somebody is: how it is read, when two words for it mean the same, and how it is looked up over all articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.speakers import Cast, canonical_names, name_speakers
from index.speakers.described import described, head_of, keys_of
from index.speakers.likeness import alike, initials, is_initials
from index.speakers.roles import Role, read_roles
from index.statements import parse
from index.types import Statement

if TYPE_CHECKING:
    from spacy.language import Language

# --- one article -----------------------------------------------------------------------------------------------------

ROLES = {
    "Oregon Gov. Dana Holt spoke on Friday.": ("Dana Holt", "Oregon Gov", "Gov"),
    "Peter Lamm, the president of the Dockers' Union, left early.": ("Peter Lamm", "president of Dockers Union", "president"),
    "Rosa Vance, who heads the Office of Harbour Safety, agreed.": ("Rosa Vance", "heads Office of Harbour Safety", "heads"),
    "Alma Brandt is a professor of law at Delmont College.": ("Alma Brandt", "professor of law at Delmont College", "professor"),
    "Defense Department spokeswoman Carla Moss declined.": ("Carla Moss", "Defense Department spokeswoman", "spokeswoman"),
    "Rep. Hugh Tanner (R-Ohio) voted against it.": ("Hugh Tanner", "R Ohio", "R"),
    "Sen. Maria Ortega, D-Nev., voted for it.": ("Maria Ortega", "D Nev.", "D"),
}


@pytest.mark.parametrize(("text", "role"), ROLES.items())
def test_what_somebody_is_is_read(parser: Language, text: str, role: tuple[str, str, str]) -> None:
    found = {(one.name, one.words.rstrip("."), one.head.rstrip(".")) for one in read_roles(Cast(next(parse([text], parser))))}
    name, words, head = role
    assert (name, words.rstrip("."), head) in found


@pytest.mark.parametrize(
    "text",
    [
        "Dana Holt is not the governor of Oregon.",
        "Dana Holt would be the governor of Oregon.",
        "Dana Holt could become governor of Oregon.",
        "Dana Holt may yet be governor of Oregon.",
    ],
)
def test_what_somebody_is_not_or_not_yet_is_no_role(parser: Language, text: str) -> None:
    assert not any(one.head == "governor" for one in read_roles(Cast(next(parse([text], parser)))))


@pytest.mark.parametrize("place", ["Virginia", "Ohio", "Texas", "Vermont"])
def test_a_deputy_is_not_taken_for_a_place(parser: Language, place: str) -> None:
    text = f"{place} Lt. Gov. Ida Marsh spoke on Friday. The trip of {place} Lt. Gov. Ida Marsh was short."
    assert all("Lt" in one.bare for one in read_roles(Cast(next(parse([text], parser)))) if one.head.startswith("Gov"))


def test_places_and_bodies_are_told_from_the_office(parser: Language) -> None:
    [role] = [one for one in read_roles(Cast(next(parse(["Ohio Gov. Dana Holt spoke on Friday."], parser)))) if one.head.startswith("Gov")]
    assert "Ohio" in role.words
    assert "Ohio" not in role.bare


# --- words -----------------------------------------------------------------------------------------------------------

SAME = [
    ("chair", "chairwoman"),
    ("chairman", "chairwoman"),
    ("Gov.", "governor"),
    ("Lt", "lieutenant"),
    ("professors", "professor"),
    ("spokesman", "spokespeople"),
    ("Russian", "Russia"),
    ("Democrats", "Democratic"),
    ("GOP", "Republican"),
    ("Rep.", "congressman"),
]
OTHER = [
    ("policy", "police"),
    ("former", "form"),
    ("Rep.", "Republicans"),
    ("congressman", "Congress"),
    ("Dr.", "director"),
    ("general", "governor"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_words_that_mean_the_same(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_words_that_do_not(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("National Association for the Defence of Rivers", "nadr"),
        ("Office of Harbour Safety", "ohs"),
        ("the Office of Harbour Safety", "hs"),
        ("Rosa-Maria Vance", "rmv"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert short in {letters for letters, _ in initials(name)}
    assert is_initials(short.upper())
    assert not is_initials(short)


@pytest.mark.parametrize(
    ("words", "head"),
    [
        ("governor of Oregon", "governor"),
        ("Oregon attorney general", "general"),
        ("Police", "Police"),
        ("head of the safety office", "head"),
    ],
)
def test_the_word_that_others_hang_on(words: str, head: str) -> None:
    assert head_of(words) == head


# --- all articles ----------------------------------------------------------------------------------------------------


def said(speaker: str, article: str = "a.txt") -> Statement:
    return Statement(article, 0, 1, "x", (speaker,), 0, 1, "said", direct=False)


def test_descriptions_are_under_the_names_of_speakers() -> None:
    roles = [(Role("Holt", "Gov.", "Gov.", "Gov.", "Gov."), 2), (Role("Ada Quill", "pilot", "pilot", "pilot", "pilot"), 1)]
    found = list(described(roles, {"Dana Holt": 4, "Holt": 2, "Ada Quill": 1}, [said("Dana Holt"), said("Harbour police")]))
    assert {(one.name, one.words, one.said) for one in found} == {
        ("Dana Holt", "Gov.", 1),
        ("Ada Quill", "pilot", 0),
        ("Harbour police", "Harbour police", 1),
    }
    assert all(one.keys == keys_of(one.words) for one in found)


@pytest.mark.parametrize(
    ("bare", "full"), [("Hamdan", "Omar al-Hamdan"), ("Brandt", "Alma Voss-Brandt"), ("Sayed", "Nadia el-Sayed"), ("Holt", "Dana Holt")]
)
def test_a_part_of_a_surname_is_its_bearers(bare: str, full: str) -> None:
    assert canonical_names({bare: 3, full: 1}, {bare: 3, full: 1})[bare] == full


@pytest.mark.parametrize("first", ["Dana", "Omar", "Alma", "Nadia"])
def test_a_first_name_is_the_persons_whom_its_article_calls_so(first: str) -> None:
    people = {f"{first} Holt": 3, f"{first} Quill": 3}
    there = {"a.txt": [f"{first} Holt"], "b.txt": [f"{first} Holt", f"{first} Quill"]}
    numbered = [(1, said(first, "a.txt")), (2, said(first, "b.txt"))]
    one, other = (statement.speakers for _, statement in name_speakers(numbered, (), people, lambda article: there[article]))
    assert one == (f"{first} Holt",)
    assert other == (first,), "two are called so there"
