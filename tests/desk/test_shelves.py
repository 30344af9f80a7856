"""What is looked up beside the conversations, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.desk.page.click import Click, Premises
from assistant.desk.page.shelves import Shelves
from assistant.settings import Settings
from index.record import Scope

if TYPE_CHECKING:
    from assistant.chain import Assistant


@pytest.fixture
def shelves(assistant: Assistant, bundled: Path) -> Shelves:
    def turn(_: Click) -> None:
        raise AssertionError

    return Shelves(Premises(Settings(index=bundled), lambda: assistant, Scope()), turn)  # type: ignore[arg-type]


def test_a_draft_is_shown_at_once_and_its_claims_as_they_are_checked(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.desk.page.shelves.PAUSE", 0)
    text = "Putin has denied any interference. Trump will succeed Obama on 21 January."
    news = list(shelves.check(Click("ann", "first", {"draft": text})))
    assert [one.count('<li id="claim') for one in news] == [0, 1, 2, 2]
    assert ["<progress" in one for one in news] == [True, True, True, False]
    assert text in news[0]


def test_what_is_no_draft_is_one_line(shelves: Shelves) -> None:
    [news] = shelves.check(Click("ann", "first", {"draft": " "}))
    assert "holds no text" in news
    assert 'class="failed"' in news
