"""Who speaks where no plain "X said" tells it: by layout, in talks, behind odd marks, and over articles that name people differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.speakers import bare_names, canonical_names
from index.statements import load_parser, parse, read

if TYPE_CHECKING:
    from spacy.language import Language

    from index.types import Statement


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_parser()


def said(nlp: Language, text: str, words: str) -> Statement:
    """Return the statement that holds these words; it and its speaker stand where it says."""
    found = [one for one in read("a.txt", text, next(parse([text], nlp))).statements if words in one.text]
    assert found, f"{words!r} is in no statement"
    one = max(found, key=lambda one: one.end - one.start)
    assert text[one.start : one.end] == one.text
    return one


def speakers(nlp: Language, text: str) -> set[str | None]:
    return {one.speaker for one in read("a.txt", text, next(parse([text], nlp))).statements}


# --- press releases --------------------------------------------------------------------------------------------------

GRAIN = "“Grain will be stored in all three of the old towers from May.”"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (f"{GRAIN} – Director Ilse Brandt", "Ilse Brandt"),
        (f"{GRAIN} -Professor Kofi Mensah", "Kofi Mensah"),
        (f"{GRAIN}\n\n— Ruth Mbeki, head nurse", "Ruth Mbeki"),
        (f"And a word from Chairman Amos Achebe:\n\n{GRAIN}", "Amos Achebe"),
        (f"From the office of Carmen Ortiz, Treasurer, Valley Bank:\n\n{GRAIN}", "Carmen Ortiz"),
        (f"— Henrik Dahl, Teachers’ Guild: {GRAIN}", "Henrik Dahl"),
        (f"Senator Lars Holm: {GRAIN}", "Lars Holm"),
    ],
)
def test_a_quotation_belongs_to_the_name_above_beside_or_under_it(nlp: Language, text: str, speaker: str) -> None:
    text = f"The board met on Tuesday to open the towers.\n\n{text}\n\nThe towers stand by the river."
    one = said(nlp, text, "Grain will be stored")
    assert (one.text, one.speaker) == (GRAIN, speaker)


@pytest.mark.parametrize(
    "text",
    [
        f"Read more about the towers:\n\n{GRAIN}",
        f"{GRAIN} – the river rose again that night",
        f"What the sign on the gate reads:\n\n{GRAIN}",
        f"{GRAIN}\n\n— more on this to follow",
    ],
)
def test_words_that_name_nobody_sign_nothing(nlp: Language, text: str) -> None:
    assert all(name is None or "more" not in name for name in speakers(nlp, f"The towers opened.\n\n{text}\n\nThe end."))


# --- marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quoted",
    [
        "‹The lamp in the hall is broken,›",
        "«The lamp in the hall is broken,»",
        "„The lamp in the hall is broken,”",
        "‟The lamp in the hall is broken,”",
        "“The lamp in the hall is broken,“",
        "``The lamp in the hall is broken,''",
    ],
)
def test_a_quotation_is_whole_in_any_marks(nlp: Language, quoted: str) -> None:
    one = said(nlp, f"The janitor came late.\n\n{quoted} janitor Ivo Lang said.", "lamp in the hall")
    assert (one.text, one.speaker) == (quoted, "Ivo Lang")


# --- talks -----------------------------------------------------------------------------------------------------------

BRIEFING = """Remarks at the ministry, 4 May

MS. HARROW: Good morning. The minister will speak about the dam at noon.

Q: Will the valley be flooded?

MS. HARROW: No. Nobody will have to leave before the spring.

Q: And the school?

MR. ABEL: The school stays. I was there on Friday.

THE MINISTER: I have seen the plans, and they are good."""

INTERVIEW = """“I was never afraid of heights”: a talk with Olga Brandt

Olga Brandt has climbed towers for thirty years.

Q: Which one was the worst?
A: The old mill, because its ladder was rotten.

Q: Will you climb again?
A: Never. I sold the ropes."""

PANEL = """Two candidates met in the hall. Nia Cole and Tom Reyes want to be mayor.

Cole: Buses must be free for everybody.

Reyes: Somebody has to pay for them.

Cole: The car parks will pay.

Reyes: They have paid for the pool twice."""


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        (BRIEFING, "minister will speak", "HARROW"),
        (BRIEFING, "Nobody will have to leave", "HARROW"),
        (BRIEFING, "school stays", "ABEL"),
        (BRIEFING, "seen the plans", "MINISTER"),
        (INTERVIEW, "ladder was rotten", "Olga Brandt"),
        (INTERVIEW, "sold the ropes", "Olga Brandt"),
        (PANEL, "free for everybody", "Nia Cole"),
        (PANEL, "paid for the pool", "Tom Reyes"),
    ],
)
def test_a_turn_of_a_talk_is_its_speakers(nlp: Language, text: str, words: str, speaker: str) -> None:
    assert said(nlp, text, words).speaker == speaker


@pytest.mark.parametrize("text", [BRIEFING, INTERVIEW])
def test_a_letter_speaks_for_nobody(nlp: Language, text: str) -> None:
    assert not {"Q", "A"} & speakers(nlp, text)


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("11:42 Police: three men have been freed from the lift in Mill Street.", "Police"),
        ("14:05 — Harbour master Lea Okoro says the piers are closed until Sunday.", "Lea Okoro"),
        ("08:15 The mayor has opened the halls. “Bring a blanket,” she said.", "mayor"),
        ("16:20 UPDATE: The piers will open at noon, Okoro says.", "Lea Okoro"),
    ],
)
def test_a_live_report_names_its_speakers(nlp: Language, line: str, speaker: str) -> None:
    text = f"Flood in Arden: what we know\n\n14:00 — Harbour master Lea Okoro came back.\n\n{line}"
    found = {name.split(" ", 1)[-1] if name[:1].isdigit() else name for name in speakers(nlp, text) if name}
    assert speaker in found


# --- he, she, and roles ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("Abimbola Oni lost her seat. Tendai Moyo kept his seat. She said the count was fair.", "count was fair", "Abimbola Oni"),
        (
            "Ngozi Eze met Kwame Boateng. Eze praised her staff. Later he said the talks went well.",
            "talks went",
            "Kwame Boateng",
        ),
        ("Vice President Ada Long met President Rolf Berg. The president said the talks went well.", "talks went", "Rolf Berg"),
        ("Peter Cook, a Navy spokesman, came. The spokesman said the talks went well.", "talks went", "Peter Cook"),
        ("Jan Vos came on Monday. Monday was cold. He said the talks went well.", "talks went", "Jan Vos"),
    ],
)
def test_the_text_tells_men_from_women_and_whose_a_title_is(nlp: Language, text: str, words: str, speaker: str) -> None:
    assert said(nlp, text, words).speaker == speaker


@pytest.mark.parametrize("day", ["Monday", "Tuesday", "June", "2014"])
def test_no_day_speaks(nlp: Language, day: str) -> None:
    assert day not in speakers(nlp, f"“The dam will hold,” said {day} a worker at the gate. {day} says more will follow.")


# --- names over articles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "name", "canonical"),
    [
        ({"Ada Long": 40, "Long": 3, "Piet Long": 2}, "Long", "Ada Long"),
        ({"Ada Long": 5, "Piet Long": 4, "Long": 3}, "Long", "Long"),
        ({"Ada Long": 5, "ADA LONG": 9}, "ADA LONG", "Ada Long"),
        ({"ADA LONG": 9}, "ADA LONG", "Ada Long"),
        ({"Ada Maria Long": 2, "Ada Long": 5}, "Ada Maria Long", "Ada Long"),
        ({"Ada Long": 5}, "Clerk Ada Long", "Ada Long"),
        ({"Ada Long": 5}, "DEPUTY ADA LONG", "Ada Long"),
        ({"Rex Lincoln": 5}, "Lincoln", "Lincoln"),  # nowhere a person's: the city may be meant
    ],
)
def test_names_join_by_how_often_persons_are_named(people: dict[str, int], name: str, canonical: str) -> None:
    assert canonical_names({name: 1}, people)[name] == canonical


def test_groups_are_no_family() -> None:
    names = {"Some Republicans": 2, "Prominent Republicans": 1, "Republicans": 4, "News of Mattis": 1, "Mattis": 3}
    found = canonical_names(names, {"James Mattis": 7, "Mattis": 3})
    assert found["Republicans"] == "Republicans"
    assert found["Mattis"] == "James Mattis"


def test_plain_names_mean_the_one_who_has_them() -> None:
    found = bare_names({"Ada Long": 40, "Piet Long": 2, "Ugo Rossi": 3, "Ada Rossi": 2, "Newt Quill": 1})
    assert (found["long"], found["quill"], found["newt"]) == ("ada long", "newt quill", "newt quill")
    assert "rossi" not in found


# --- headlines and scare quotes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        (
            "‘We will build again,’ says governor after flood takes ‘bridge of sighs’\n\nGovernor Ines Calder spoke.",
            "build again",
            "Ines Calder",
        ),
        ("Governor Calder: “I will not sign it”\n\nMaria Calder spoke on Friday.", "not sign it", "Maria Calder"),
        ("INES CALDER DENIES SHE WILL LEAVE\n\nGOVERNOR INES CALDER SAID ON SUNDAY THAT SHE WOULD STAY.", "WOULD STAY", "INES CALDER"),
        ("“We never asked for that,” the ’80s mayor Sean O’Dowd said, “and we won’t.”", "never asked", "Sean O’Dowd"),
        ("Calder’s deputy, Bram Oke, did not say that the county would appeal.", "would appeal", "Bram Oke"),
    ],
)
def test_headlines_and_tags_name_their_speakers(nlp: Language, text: str, words: str, speaker: str) -> None:
    assert said(nlp, text, words).speaker == speaker


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “window tax” would have cost each house 40 crowns a year.",
        "A film of the flood, “The Long Water”, opened in May and closed in June.",
        "The road, which drivers know as the “snake”, has nine bends.",
        "The ’90s fountain has a “new” basin of 1911.",
    ],
)
def test_words_in_scare_quotes_are_nobodys_speech(nlp: Language, text: str) -> None:
    assert speakers(nlp, text) <= {None, "drivers"}


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("Ada Long called Rolf Berg on Friday. Later the two leaders said the talks went well.", "talks went", "Ada Long and Rolf Berg"),
        ("Ada Long met Rolf Berg. In the hall, both men agreed that the talks went well.", "talks went", "Ada Long and Rolf Berg"),
        ("Mara Quist, Treasurer, Valley Bank, said the talks went well.", "talks went", "Mara Quist"),
        ("Lena Ferro, a Texas Republican, came. The Republican said the talks went well.", "talks went", "Lena Ferro"),
    ],
)
def test_two_leaders_and_members_are_whom_the_text_just_named(nlp: Language, text: str, words: str, speaker: str) -> None:
    assert said(nlp, text, words).speaker == speaker
