"""What is done with conversations, without a browser: who sees what, and when."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.desk.page.click import SAME, Click, Premises
from assistant.desk.page.talk import Talk
from assistant.settings import Settings
from index.errors import ModelMissing
from index.record import Scope

if TYPE_CHECKING:
    from assistant.chain import Assistant

DENIED = "Did Putin deny interfering in the election?"
SYRIA = "What did each side say about Syria?"


@pytest.fixture
def talk(assistant: Assistant, bundled: Path, tmp_path: Path) -> Talk:
    return Talk(Premises(Settings(index=bundled, desk=tmp_path / "desk.sqlite3"), lambda: assistant, Scope()), at_once=1)


def click(user: str = "ann", window: str = "first", **values: object) -> Click:
    return Click(user, window, values)


def conversation(talk: Talk) -> str:
    """The conversation that somebody's first window shows."""
    return talk._windows["first"]


def test_points_arrive_one_after_another(talk: Talk) -> None:
    asking, *arriving, whole = talk.ask(click(question=SYRIA))
    assert "busy" in asking[0]
    shown = [news[0].count('class="point ') for news in (*arriving, whole)]
    assert shown == list(range(1, len(shown) + 1))
    assert len(shown) > 2


def test_a_window_that_turned_to_another_conversation_is_not_called_back(talk: Talk) -> None:
    told = talk.ask(click(question=DENIED))
    assert DENIED in next(told)[0]
    asked = conversation(talk)
    assert DENIED not in talk.new(click())[0]
    assert [news for news in told if news[:3] != (SAME, SAME, SAME)] == []
    assert 'class="cite"' in talk.chat(click(id=asked))[0]


def test_a_second_window_is_told_how_an_answer_comes_along(talk: Talk) -> None:
    told = talk.ask(click(question=DENIED))
    next(told)
    current = conversation(talk)
    [turn] = talk._kept.turns("ann", current)
    [*_, last] = talk.follow(click(window="second", conversation=current, turn=turn.id))
    assert last == list(told)[-1]
    assert 'class="cite"' in last[0]


def test_what_fails_is_shown_as_asked_with_a_word_why(talk: Talk, monkeypatch: pytest.MonkeyPatch, assistant: Assistant) -> None:
    def gone(*_: object) -> None:
        raise ModelMissing("the model has gone.")

    with monkeypatch.context() as patch:
        patch.setattr(assistant, "ask", gone)
        [_, (shown, _, notice, _)] = talk.ask(click(question=DENIED))
    assert "the model has gone." in notice
    assert "interrupted" in shown
    [turn] = talk._kept.turns("ann", conversation(talk))
    [*_, (shown, _, notice, _)] = talk.again(click(conversation=conversation(talk), turn=turn.id))
    assert (notice, 'class="cite"' in shown) == ("", True)


def test_a_model_that_is_not_offered_is_not_asked(talk: Talk) -> None:
    [(_, _, notice, _)] = talk.ask(click(question=DENIED, model="openai:dear"))
    assert "'openai:dear' may not be asked here" in unescape(notice)


def test_nobody_sees_or_changes_what_another_asked(talk: Talk) -> None:
    list(talk.ask(click(question=DENIED)))
    asked = conversation(talk)
    theirs = click("bob", "other", id=asked, conversation=asked, title="Mine")
    for told in (*talk.delete(theirs), *talk.rename(theirs), talk.chat(theirs)):
        assert DENIED not in told[0]
    assert DENIED in talk.chat(click(id=asked))[0]
