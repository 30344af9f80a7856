"""Whom words of a question mean: roles, parties, bodies, camps, initials and slips, as the articles' descriptions tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from assistant.evidence import Evidence
from assistant.groups import as_one
from assistant.question.people import all_asked, asked_of
from assistant.reading import Names, named_outlets, outlet_aliases
from index.speakers.described import Described

ROWS = [
    Described("Dana Holt", "Oregon Gov.", "Gov.", "Gov.", "Gov.", 3, 9),
    Described("Dana Holt", "D", "D", "D", "D", 1, 9),
    Described("Hugh Tanner", "Republican governor of Ohio", "governor", "governor of", "governor of", 2, 4),
    Described("Ida Marsh", "lieutenant governor", "governor", "lieutenant governor", "lieutenant governor", 1, 3),
    Described("Carla Moss", "Defense Department spokeswoman", "spokeswoman", "Defense Department spokeswoman", "spokeswoman", 2, 5),
    Described(
        "Peter Lamm", "president of National Dockers Union", "president", "president of National Dockers Union", "president of", 1, 2
    ),
    Described("Rosa Vance", "heads Office of Harbour Safety", "heads", "heads Office of Harbour Safety", "heads", 1, 2),
    Described("Alma Brandt", "law professor at Delmont", "professor", "law professor at Delmont", "law professor at", 1, 2),
    Described("Otto Reyes", "professor of law at Ashby", "professor", "professor of law at Ashby", "professor of law at", 1, 1),
    Described("June Abel", "Tanner campaign spokesman", "spokesman", "campaign spokesman", "spokesman", 1, 1),
    Described("Karl Odum", "state party chair", "chair", "state party chair", "state party chair", 1, 2),
    Described("Lena Fisk", "chairwoman of Harbour Committee", "chairwoman", "chairwoman of Harbour Committee", "chairwoman of", 1, 6),
    Described("Vera Stone", "deputy mayor", "mayor", "deputy mayor", "deputy mayor", 1, 0),
    Described("Max Abt", "circuit judge", "judge", "circuit judge", "circuit judge", 1, 2),
    Described("Police", "Police", "Police", "Police", "Police", 2, 2),
    Described("Harbour police", "Harbour police", "police", "Harbour police", "Harbour police", 1, 1),
    Described("Republicans", "Republicans", "Republicans", "Republicans", "Republicans", 2, 2),
    Described("Residents of Brent", "Residents of Brent", "Residents", "Residents of Brent", "Residents of Brent", 1, 1),
]
PHRASES = {"Republican party", "Democrats party", "Republicans party", "Holt", "republicans party", "democrats party"}


def described(keys: Iterable[str]) -> list[Described]:
    wanted = set(keys)
    there = {row.name for row in ROWS if wanted & row.keys}
    return [row for row in ROWS if row.name in there]


SPEAKERS = {row.name for row in ROWS if row.said} | {"Ana Bell-Ortiz Cruz", "National River Agency"}
NAMES = Names(
    ("Associated Press", "Daily Times - News", "Harbour Times", "Brent Monitor", "NRA"),
    {
        alias: (name, None)
        for name in sorted(SPEAKERS)
        for alias in (name.lower(), *([name.lower().split()[-1]] if name[-1] != "s" else []))
    },
    (),
    mentioned=PHRASES.__contains__,
    described=described,
    unquoted=lambda: {"gary wendt": "Gary Wendt", "wendt": "Gary Wendt"},
)

MEANT = {
    "the governor of Oregon": ("Dana Holt",),
    "the governor": ("Dana Holt", "Hugh Tanner"),
    "the Ohio governor": ("Hugh Tanner",),
    "the lieutenant governor": ("Ida Marsh",),
    "the Defense Department spokesman": ("Carla Moss",),
    "the Defense Department": ("Carla Moss",),
    "the NDU": ("Peter Lamm",),
    "the National Dockers Union": ("Peter Lamm",),
    "the head of the OHS": ("Rosa Vance",),
    "the head of the Office of Harbour Safety": ("Rosa Vance",),
    "the law professors": ("Alma Brandt", "Otto Reyes"),
    "the law professor at Ashby": ("Otto Reyes",),
    "Tanner's camp": ("Hugh Tanner", "June Abel"),
    "the Tanner campaign": ("Hugh Tanner", "June Abel"),
    "the state party chairwoman": ("Karl Odum",),
    "the police": ("Police", "Harbour police"),
    "residents": ("Residents of Brent",),
    "Republicans": ("Hugh Tanner", "Republicans"),
    "the Democrats": ("Dana Holt",),
    "Governor Holt": ("Dana Holt",),
    "ABOC": ("Ana Bell-Ortiz Cruz",),
    "the NRA": ("National River Agency",),
}


@pytest.mark.parametrize(("words", "names"), MEANT.items())
def test_whom_words_mean(words: str, names: tuple[str, ...]) -> None:
    asked = asked_of(words, "", NAMES)
    assert set(asked.names) == set(names)
    assert asked.group == (len(names) > 1)
    assert asked.stranger is None


@pytest.mark.parametrize(
    "words", ["the governor of Iowa", "the former Iowa governor", "the harbour master", "Ohio's treasurer", "the Iowa chairwoman"]
)
def test_a_role_that_nobody_is_said_to_have_is_nobodys(words: str) -> None:
    assert asked_of(words, "", NAMES).names == ()


@pytest.mark.parametrize(("words", "may_be"), [("the mayor", "Vera Stone"), ("the judge", "Max Abt")])
def test_a_role_that_is_more_than_was_asked_for_stays_open(words: str, may_be: str) -> None:
    asked = asked_of(words, "", NAMES)
    assert asked.open == (may_be,)
    assert asked.stranger is None
    assert set(asked.names) <= {may_be}


@pytest.mark.parametrize(
    ("words", "name"), [("Gary Wendd", "Gary Wendt"), ("Wendtt", "Gary Wendt"), ("Gery Wendt", "Gary Wendt"), ("Wemdt", "Gary Wendt")]
)
def test_a_misspelt_name_of_somebody_who_is_named_and_not_quoted(words: str, name: str) -> None:
    asked = asked_of(words, "", NAMES)
    assert (asked.names, asked.stranger, asked.told) == ((), name, False)


@pytest.mark.parametrize(
    ("words", "each"),
    [
        ("Holt and Tanner", [("Dana Holt",), ("Hugh Tanner",)]),
        ("Republicans and Democrats", [("Hugh Tanner", "Republicans"), ("Dana Holt",)]),
        ("the police and the NDU", [("Police", "Harbour police"), ("Peter Lamm",)]),
        ("Carla Moss, Lena Fisk and Max Abt", [("Carla Moss",), ("Lena Fisk",), ("Max Abt",)]),
    ],
)
def test_those_who_are_listed_are_each_asked(words: str, each: list[tuple[str, ...]]) -> None:
    assert [set(one.names) for one in all_asked(words, "", NAMES)] == [set(names) for names in each]


@pytest.mark.parametrize("words", ["Dana Hollt", "Dana Hold", "Hollt", "Danna Hollt"])
def test_a_slip_in_a_name_is_said_also_behind_a_first_name(words: str) -> None:
    names = replace(NAMES, speakers={**NAMES.speakers, "dana": ("Dana Holt", None)})
    asked = asked_of(words, "", names)
    assert (asked.names, asked.told) == (("Dana Holt",), False)


@pytest.mark.parametrize("words", ["Holt harbour policy", "Holt on the bridge", "Holt tax plan", "Holt budget"])
def test_a_name_before_a_matter_is_heard(words: str) -> None:
    assert asked_of(words, "", NAMES).names == ("Dana Holt",)


@pytest.mark.parametrize("words", ["Holt's wife", "Holt voters", "Holt professor", "Holt's brother"])
def test_somebody_elses_words_are_not_taken_for_the_one_named(words: str) -> None:
    assert "Dana Holt" not in asked_of(words, "", NAMES).names


def test_a_camp_may_stand_behind_the_marked_name() -> None:
    assert set(asked_of("Tanner", "'s camp say about Holt?", NAMES).names) == {"Hugh Tanner", "June Abel"}
    assert asked_of("Tanner", " say about the camp?", NAMES).names == ("Hugh Tanner",)


# --- outlets ---------------------------------------------------------------------------------------------------------

OUTLETS = {
    "What does the Times say?": {"Daily Times - News", "Harbour Times"},
    "What does the Daily Times say?": {"Daily Times - News"},
    "What does the Monitor have?": {"Brent Monitor"},
    "Does the agency monitor the harbour?": set(),
    "What did the Coast Times print?": set(),
    "What is told on Times Square?": set(),
    "What does the NRA say?": {"NRA"},
}


@pytest.mark.parametrize(("text", "outlets"), OUTLETS.items())
def test_outlets_by_a_short_name(text: str, outlets: set[str]) -> None:
    assert {one.name for one in named_outlets(text, NAMES)} == outlets


def test_initials_of_two_letters_are_an_outlet_where_it_is_quoted_by_them() -> None:
    quoted = Names(NAMES.outlets, {"ap": ("AP", None)}, ())
    assert [one.name for one in named_outlets("the AP piece", quoted)] == ["Associated Press"]
    assert not named_outlets("the AP piece", NAMES)
    assert not named_outlets("WHAT DOES THE AP SAY", quoted)


@pytest.mark.parametrize("stored", ["Daily Times - News", "Daily Times – Online", "Daily Times | Web", "Daily Times (News)"])
def test_what_stands_behind_an_outlets_name_may_be_left_out(stored: str) -> None:
    assert "Daily Times" in outlet_aliases(stored)


# --- silence ---------------------------------------------------------------------------------------------------------


def test_a_group_is_silent_only_as_a_whole() -> None:
    nobody = Evidence(silent=("A", "B", "C"), unsure=())
    assert as_one(nobody, "the As and Bs", ("A", "B"), ()).silent == ("C", "the As and Bs")
    assert as_one(nobody, "the As and Bs", ("A", "B"), ("A",)).silent == ("A", "C")
    doubtful = Evidence(silent=("A",), unsure=("B",))
    one = as_one(doubtful, "the As and Bs", ("A", "B"), ())
    assert (one.silent, one.unsure) == ((), ("the As and Bs",))
