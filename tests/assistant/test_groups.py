"""Questions to those whom articles describe: a role with two bearers, a body's spokeswoman, a party without a sides.toml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.chain import Assistant
from assistant.settings import Settings
from index.build import build
from index.embedder import BUNDLED

PAPERS = {
    "one": (
        "Oregon Gov. Dana Holt said on Monday that the bridge at Brent would be rebuilt by May.",
        "“We will not wait for the winter,” Holt said.",
        "Gary Wendt walked across the bridge.",
    ),
    "two": (
        "Ohio Governor Hugh Tanner said that the ferry at Ashby would be closed for repairs.",
        "The Republican Party met in Ashby.",
    ),
    "three": (
        "Carla Moss, a spokeswoman for the National Dockers Union, said the dockers would strike in April.",
        "Rep. Paul Voss (R-Ohio) said the strike of the dockers was a disgrace.",
        "Sen. Maria Ortega (D-Nev.) said the dockers had every right to strike.",
    ),
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Three small articles with two governors, a union, and one of each party."""
    folder = tmp_path_factory.mktemp("roles")
    for name, sentences in PAPERS.items():
        (folder / f"{name}.txt").write_text(f"News of the {name} harbour\n\n" + "\n\n".join(sentences), encoding="utf-8")
    build(folder / "index", [folder], BUNDLED)
    with Assistant(Settings(index=folder / "index")) as opened:
        yield opened


ASKED = {
    "What did the governor say?": {"Dana Holt", "Hugh Tanner"},
    "What did the governor say about the bridge at Brent?": {"Dana Holt"},
    "What did the governor of Ohio say about the ferry?": {"Hugh Tanner"},
    "What did the NDU say about the strike?": {"Carla Moss"},
    "What did the National Dockers Union say about the strike?": {"Carla Moss"},
    "What did Republicans say about the strike of the dockers?": {"Paul Voss"},
}


@pytest.mark.parametrize(("text", "speakers"), ASKED.items())
def test_who_is_described_is_heard_under_their_own_name(papers: Assistant, text: str, speakers: set[str]) -> None:
    answer = papers.ask(text)
    assert {name for point in answer.points for name in point.speakers} == speakers
    assert answer.silent == ()


def test_several_bearers_are_named(papers: Assistant) -> None:
    note = papers.ask("What did the governor say?").note or ""
    assert "“the governor”" in note
    assert "Dana Holt" in note
    assert "Hugh Tanner" in note


@pytest.mark.parametrize(
    "text", ["What did Gary Wendd say?", "What did Gary Wendt say?", "What did Wendt say about May?", "What did Gery Wendt say?"]
)
def test_who_is_named_and_not_quoted_is_no_stranger(papers: Assistant, text: str) -> None:
    answer = papers.ask(text)
    assert "Wendt is named in 1 article," in f"{answer.reason} {answer.note}"
    assert not any(name for point in answer.points for name in point.speakers)
