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


def speakers_of(nlp: Language, text: str, words: str) -> set[str | None]:
    """Return whose the statements are that hold these words."""
    return {one.speaker for one in read("a.txt", text, next(parse([text], nlp))).statements if words in one.text}


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
        (BRIEFING, "minister will speak", "Harrow"),
        (BRIEFING, "Nobody will have to leave", "Harrow"),
        (BRIEFING, "school stays", "Abel"),
        (BRIEFING, "seen the plans", "Minister"),
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


@pytest.mark.parametrize("name", ["Ana Sousa", "Ines Calder", "Tendai Moyo", "Nguyen Van Minh", "Wanjiru Kamau"])
def test_a_name_of_any_country_is_whole(nlp: Language, name: str) -> None:
    assert said(nlp, f"“We rebuilt the pier,” {name} said.", "rebuilt the pier").speaker == name


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


# --- marks in lists, wrong-way, nested and single ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "quoted", "speaker"),
    [
        ("• Warden Ilka Roth said, ”The gate stays shut all week.”", "gate stays", "”The gate stays shut all week.”", "Ilka Roth"),
        ("» «The gate stays shut all week,» warden Ilka Roth said.", "gate stays", "«The gate stays shut all week,»", "Ilka Roth"),
        ("- Ilka Roth said 'the gate isn't safe'.", "gate isn", "'the gate isn't safe'", "Ilka Roth"),
        ("»The gate stays shut all week,« said Ilka Roth.", "gate stays", "»The gate stays shut all week,«", "Ilka Roth"),
        ("“I would call it a “gate” and shut it,” said Ilka Roth.", "I would", "“I would call it a “gate” and shut it,”", "Ilka Roth"),
        ("”The gate was never safe. We said so.” ― Ilka Roth", "never safe", "”The gate was never safe. We said so.”", "Ilka Roth"),
        ("‘The gate stays shut,’ says Ilka Roth as ‘gate of sorrows’ rusts", "gate stays", "‘The gate stays shut,’", "Ilka Roth"),
    ],
)
def test_odd_marks_leave_a_quotation_whole(nlp: Language, line: str, words: str, quoted: str, speaker: str) -> None:
    one = said(nlp, f"News of the park\n\n{line}\n\nIlka Roth has kept the gate for nine years.", words)
    assert (one.text, one.direct) == (quoted, True)
    assert (one.speaker or "").removeprefix("Warden ") == speaker


@pytest.mark.parametrize("show", ["“Good Evening.”", '"Good Evening."', "“Harbour Talk.”", '"The Long Table."'])
def test_a_title_in_a_tag_is_no_part_of_the_quotation_after_it(nlp: Language, show: str) -> None:
    begin, end = ("“", "”") if show[0] == "“" else ('"', '"')
    text = f"{begin}We rebuilt the pier in a year,{end} Anna Weber said on {show} {begin}Nobody thought that we could do it.{end}"
    assert said(nlp, text, "Nobody thought").text == f"{begin}Nobody thought that we could do it.{end}"
    assert said(nlp, text, "Nobody thought").speaker == "Anna Weber"


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("“You see the river rise, and you wait,” Anna Weber said, adding that the pier was lost.", "pier was lost", "Anna Weber"),
        ("“We have friends who help us,” Anna Weber said, noting that the pier was lost.", "pier was lost", "Anna Weber"),
        ("“They came at night,” said Anna Weber, claiming that the pier was lost.", "pier was lost", "Anna Weber"),
        ("“My neighbours heard it,” Anna Weber said, insisting that the pier was lost.", "pier was lost", "Anna Weber"),
    ],
)
def test_whoever_goes_on_speaking_is_not_somebody_in_the_quotation(nlp: Language, text: str, words: str, speaker: str) -> None:
    assert said(nlp, text, words).speaker == speaker


@pytest.mark.parametrize(
    "inner", ["what he wrote, what he said", "she said that, he denied it", "they told us, we told them", "he claims, she claims"]
)
def test_who_is_quoted_says_nothing_outside_the_quotation(nlp: Language, inner: str) -> None:
    assert speakers_of(nlp, f"Rolf Berg said reporters were to blame for printing “{inner}.”", "were to blame") == {"Rolf Berg"}


# --- layout: times of day, labels in capitals, headlines ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "shown", "speaker"),
    [
        ("07:15 UPDATE: The bridge will open at noon, Osei says.", "bridge will open", "The bridge will open at noon", "Kofi Osei"),
        ("7.15am\nTram driver: no trams run north of the square.", "no trams", "no trams run north of the square.", "Tram driver"),
        ("07:15 GMT: The bridge will open at noon, Osei says.", "bridge will open", "The bridge will open at noon", "Kofi Osei"),
        ("07:15\nPolice: one man has been taken from the roof.", "one man", "one man has been taken from the roof.", "Police"),
        ("07.15 pm – The bridge will open at noon, Osei said.", "bridge will open", "The bridge will open at noon", "Kofi Osei"),
    ],
)
def test_a_time_of_day_is_not_said(nlp: Language, line: str, words: str, shown: str, speaker: str) -> None:
    one = said(nlp, f"Storm in Arden: live\n\n06:40 — Mayor Kofi Osei came to the bridge.\n\n{line}", words)
    assert (one.text, one.speaker) == (shown, speaker)


TALK = """Remarks at the mill

{a}: Good morning. The mill opens on Monday.

Q: Who will run it?

{a}: Nobody yet. I asked two people, and I hope for the best.

{b}: The roof is not paid for.

{a}: It will be."""


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ("MR. DORSET", "THE MINISTER", {"Dorset", "Minister"}),
        ("MS. OKAFOR", "MR. LUND", {"Okafor", "Lund"}),
        ("DR. VARGA", "THE MAYOR", {"Varga", "Mayor"}),
        ("SENATOR QUIRKE", "MS. BANERJEE", {"Quirke", "Banerjee"}),
    ],
)
def test_labels_in_capitals_name_people_as_others_write_them(nlp: Language, a: str, b: str, names: set[str]) -> None:
    found = {(name or "").rsplit(" ", 1)[-1] for name in speakers(nlp, TALK.format(a=a, b=b))}
    assert names <= found
    assert not {name.upper() for name in names} & found


@pytest.mark.parametrize(
    ("title", "body", "nobody"),
    [
        ("Bridge shut, 20 families told to move", "The ministry said 20 families were told to move.", "20 families"),
        ("Drivers warned of ice on coast road", "Police warned drivers of ice on Monday.", "Drivers"),
        ("Teachers urged to stay home in Arden", "The mayor urged teachers to stay home.", "Teachers"),
        ("Arden: mayor under fire", "Deputy Ugo Rossi accused Mayor Ada Long of hiding a report.", "Arden"),
        ("Velm: a village without water", "Farmers said the wells of Velm had been dry since May.", "Velm"),
    ],
)
def test_a_headline_s_passive_and_its_place_say_nothing(nlp: Language, title: str, body: str, nobody: str) -> None:
    assert nobody not in speakers(nlp, f"{title}\n\n{body}")


# --- a statement is shown with what turns it round ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "cue"),
    [
        ("Ines Calder denied ever saying that the bridge was safe.", "bridge was safe", "denied ever saying"),
        ("Ines Calder refused to say whether the bridge was safe.", "bridge was safe", "refused to say"),
        ("Ines Calder did not confirm or deny that the bridge was safe.", "bridge was safe", "did not confirm or deny"),
        ("Ines Calder refused to admit that the bridge was shut.", "bridge was shut", "refused to admit"),
        ("Ines Calder was never convinced that the bridge was safe.", "bridge was safe", "was never convinced"),
        ("Ines Calder is not happy that the bridge was shut.", "bridge was shut", "is not happy"),
    ],
)
def test_what_denies_a_cue_is_shown_with_it(nlp: Language, text: str, words: str, cue: str) -> None:
    found = [one for one in read("a.txt", text, next(parse([text], nlp))).statements if words in one.text]
    assert any(one.cue == cue or cue.split(" ", 1)[-1] in one.text for one in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("No group claimed responsibility for the attack on the bridge.", "responsibility"),
        ("None of the deputies said that the bridge was safe.", "bridge was safe"),
        ("Not a single deputy praised the plan for the bridge.", "the plan"),
        ("Nobody in the town hall said that the bridge was safe.", "bridge was safe"),
    ],
)
def test_nobody_says_what_none_says(nlp: Language, text: str, words: str) -> None:
    for one in read("a.txt", text, next(parse([text], nlp))).statements:
        assert one.speaker is None
        assert one.cue and one.cue.split()[0] in ("No", "None", "Not", "Nobody")


@pytest.mark.parametrize("day", ["this week", "on Monday", "Friday", "last month"])
def test_the_day_of_an_utterance_is_not_said(nlp: Language, day: str) -> None:
    assert said(nlp, f"Ines Calder told the deputies {day} that the bridge was safe.", "bridge was safe").text.startswith("that the bridge")


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("“I believe that the bridge is safe, and I told the deputies so,” Ines Calder said.", "the bridge is safe", "Ines Calder"),
        ("“I wrote that the bridge was safe in a letter,” said Rolf Berg.", "the bridge was safe", "Rolf Berg"),
        ("Ines Calder said: “I hope that the bridge opens in May. It is late.”", "the bridge opens", "Ines Calder"),
        ("Rolf Berg told us, “I know that the bridge is old, and nobody cares.”", "the bridge is old", "Rolf Berg"),
    ],
)
def test_i_in_a_quotation_is_whoever_is_quoted(nlp: Language, text: str, words: str, speaker: str) -> None:
    found = [one for one in read("a.txt", text, next(parse([text], nlp))).statements if words in one.text]
    assert found
    assert {one.speaker for one in found} == {speaker}


@pytest.mark.parametrize("notice", ["Read our Cookie Notice", "By signing up you agree to our Privacy Rules", "See our Member Terms"])
def test_he_is_no_name_that_only_looks_like_one(nlp: Language, notice: str) -> None:
    text = f"Scholar Rolf Berg noted that bridges fail.\n\n{notice}\n\n“Nobody looked at the bolts in ten years,” he wrote."
    assert said(nlp, text, "looked at the bolts").speaker == "Rolf Berg"


@pytest.mark.parametrize(
    "text",
    [
        "“The bridge is safe,” said Mayor Ann Lee Ann Marie LeeBridge closed Harbour talks: what to know MORE (Ind.).",
        "Mayor Ann Lee Ann LeeWho pays for the bridge? Council meets on Monday MORE said the bridge is safe.",
    ],
)
def test_a_card_behind_a_name_is_no_part_of_the_sentence(nlp: Language, text: str) -> None:
    assert speakers_of(nlp, text, "bridge is safe") == {"Ann Lee"}


def test_a_name_that_is_written_together_and_no_card_stays_as_it_is(nlp: Language) -> None:
    text = "Ann McLee told BuzzFeed that more was to come."
    assert next(parse([text], nlp)).text == text
