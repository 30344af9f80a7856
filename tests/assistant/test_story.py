"""Two stories in one index: silence is told of those that cover the story, an order goes by the days told, and more is something new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.chain import Assistant
from assistant.settings import Settings
from assistant.types import Answer
from index.build import build
from index.embedder import BUNDLED
from index.record import Scope

BRIDGE = "The Tarn Bridge at Oldham was closed by engineer Greta Falk. Falk found cracks in the Tarn Bridge."
DAM = "The Orsa Dam above Kelby leaks, warden Ivo Brandt said. Brandt has watched the Orsa Dam since spring."
PAPERS = {
    "bridge-a": (
        "Oldham Post",
        "2024-05-08",
        BRIDGE,
        "On Monday a lorry broke through the railing of the bridge.",
        "Two people were hurt on Monday.",
    ),
    "bridge-b": (
        "Valley Star",
        "2024-05-09",
        BRIDGE,
        "Mayor Rosa Lind said the repair will cost 4 million crowns.",
        "Lind said the town has no money for it.",
        "Lind said the state must help.",
        "Lind said she would ask the minister.",
        "Lind said nobody warned her.",
        "Lind said the ferry will run at night.",
        "Lind said the school buses go through Arden.",
        "The repair will take eleven weeks.",
        "On Tuesday the town closed both lanes.",
    ),
    "bridge-c": (
        "North Echo",
        "2024-05-10",
        BRIDGE,
        "On Wednesday divers looked at the pillars of the bridge.",
        "Falk wants the Tarn Bridge torn down.",
    ),
    **{
        f"dam-{place}": (f"Kelby {name}", "2024-09-01", DAM, "Farmers at Kelby moved their sheep to higher ground.")
        for place, name in enumerate(("Courier", "Herald", "Times", "Mail"))
    },
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Three outlets on a bridge, four others on a dam."""
    folder = tmp_path_factory.mktemp("stories")
    rows = [f"{name}.txt,{outlet},{day}" for name, (outlet, day, *_) in PAPERS.items()]
    (folder / "sources.csv").write_text("\n".join(["file,outlet,published", *rows]), encoding="utf-8")
    for name, (_, _, *paragraphs) in PAPERS.items():
        (folder / f"{name}.txt").write_text("News of the week\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    build(folder / "index", [folder], BUNDLED)
    with Assistant(Settings(index=folder / "index")) as opened:
        yield opened


@pytest.mark.parametrize("name", list(PAPERS))
def test_a_story_is_the_articles_of_its_days_that_share_its_names(papers: Assistant, name: str) -> None:
    kind = name.partition("-")[0]
    found = papers.gatherer.stories.around([f"{name}.txt"], Scope())
    assert {one.partition("-")[0] for one in found} == {kind} and len(found) == sum(one.startswith(kind) for one in PAPERS)


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        ("Which outlets do not mention divers?", {"Oldham Post", "Valley Star"}),
        ("Which papers say nothing about a lorry?", {"Valley Star", "North Echo"}),
        ("Which outlets don't mention Rosa Lind?", {"Oldham Post", "North Echo"}),
        ("Which newspapers do not report the ferry?", {"Oldham Post", "North Echo"}),
    ],
)
def test_silence_is_told_of_those_that_cover_the_story(papers: Assistant, question: str, silent: set[str]) -> None:
    answer = papers.ask(question)
    named = {outlet for outlet, *_ in PAPERS.values() if outlet in answer.verdict}
    assert named <= silent and named, answer.text
    assert "4 further outlets have no article on this story." in answer.text
    assert {outlet for outlet, *_ in PAPERS.values() if "Kelby" in outlet} <= set(answer.silent)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How much will the repair cost, and how long will it take?", ("4 million", "eleven weeks")),
        ("When did a lorry break through the railing and when did divers look at the pillars?", ("Monday", "Wednesday")),
        ("How many people were hurt and how long will the repair take?", ("Two people", "eleven weeks")),
        ("Who closed the Tarn Bridge, and where do the school buses go?", ("Greta Falk", "Arden")),
    ],
)
def test_two_questions_at_once_have_two_answers(papers: Assistant, question: str, wanted: tuple[str, str]) -> None:
    answer = papers.ask(question)
    assert all(words in answer.text for words in wanted), answer.text


def test_a_time_line_goes_by_the_days_told_counted_from_the_day_of_print(papers: Assistant) -> None:
    days = {words: point.day for point in papers.ask("Give me a timeline of the bridge.").points for words in [point.claims[0].words]}
    told = {day: " ".join(words for words, found in days.items() if found == day) for day in ("2024-05-06", "2024-05-08")}
    assert "On Monday a lorry" in told["2024-05-06"] and "On Wednesday divers" in told["2024-05-08"], days
    assert list(days.values()) == sorted(filter(None, days.values()))


def shown(answer: Answer) -> set[tuple[str, int]]:
    """The places that an answer cites."""
    return {(citation.article, citation.start) for citation in answer.citations}


@pytest.mark.parametrize("word", ["more", "go on", "anything else?", "continue"])
def test_more_shows_what_was_not_shown_yet_and_says_when_that_was_all(papers: Assistant, word: str) -> None:
    first = "What did Rosa Lind say?"
    seen, history = shown(papers.ask(first)), [first]
    for _ in range(4):
        answer = papers.ask(word, history=history)
        if not answer.points:
            break
        assert shown(answer) and not shown(answer) & seen, answer.text
        seen |= shown(answer)
        history.append(word)
    assert "That was all" in answer.text and len(history) > 1


@pytest.mark.parametrize(
    "line",
    [
        "Who will pay for the Tarn Bridge?",
        "“But who will pay for the Tarn Bridge?”",
        "Will the Tarn Bridge ever open?",
        "What now for the Tarn Bridge?",
    ],
)
def test_a_question_in_an_article_is_no_answer(tmp_path: Path, line: str) -> None:
    (tmp_path / "one.txt").write_text(
        f"Bridge\n\nThe Tarn Bridge is closed.\n\n{line}\n\nThe state of Varn will pay for the Tarn Bridge.", encoding="utf-8"
    )
    build(tmp_path / "index", [tmp_path], BUNDLED)
    with Assistant(Settings(index=tmp_path / "index")) as assistant:
        answer = assistant.ask("Who will pay for the Tarn Bridge?")
    assert "Varn" in answer.text and not any("?" in claim.words for point in answer.points for claim in point.claims), answer.text
