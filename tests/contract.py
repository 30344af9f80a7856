"""What holds of every Answer, whatever was asked and whoever answered: the contract of its JSON, key for key."""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.chain import Assistant
from assistant.render import MARK

ANSWER = {
    "question": str,
    "status": str,
    "reason": str | None,
    "answerer": str,
    "text": str,
    "points": list,
    "citations": list,
    "silent": list,
    "conflicts": list,
    "seconds": float,
    "verdict": str,
    "unsure": list,
    "searched": dict,
}
POINT = {"text": str, "speaker": str | None, "side": str | None, "citations": list, "support": str}
CITATION = {
    "n": int,
    "article": str,
    "outlet": str | None,
    "title": str,
    "url": str | None,
    "published": str | None,
    "start": int,
    "end": int,
    "quote": str,
    "page": int | None,
    "copy_of": int | None,
    "note": list | None,
}


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> None:
    """Exactly these keys, in this order, of these types."""
    assert list(value) == list(shape)
    for key, kind in shape.items():
        assert isinstance(value[key], kind), f"{key} is {value[key]!r}"
        assert not (kind is int and isinstance(value[key], bool))


def keeps_the_contract(value: dict[str, Any], assistant: Assistant, *answerers: str) -> None:
    """Everything that holds of any Answer."""
    has_shape(value, ANSWER)
    for point in value["points"]:
        has_shape(point, POINT)
    for citation in value["citations"]:
        has_shape(citation, CITATION)
    assert json.loads(json.dumps(value, ensure_ascii=False).encode()) == value
    assert value["status"] in ("answered", "abstained")
    assert value["answerer"] in answerers
    assert value["text"].strip()
    assert value["seconds"] >= 0
    citations_are_sound(value, assistant)
    points_are_sound(value, assistant)
    if value["status"] == "abstained":
        assert value["points"] == []
        assert value["reason"]
        assert value["reason"] in value["text"]
    else:
        assert value["reason"] is None
        cited = {number for point in value["points"] for number in point["citations"]}
        assert cited == {citation["n"] for citation in value["citations"]}
    for conflict in value["conflicts"]:
        has_shape(conflict, {"points": list, "differs": list})
        assert len(conflict["points"]) == len(conflict["differs"]) >= 2
        assert set(conflict["points"]) <= set(range(len(value["points"])))
        assert all(words in value["text"] for words in conflict["differs"])
    for name in value["silent"]:
        assert isinstance(name, str)
        assert name in value["text"]


def citations_are_sound(value: dict[str, Any], assistant: Assistant) -> None:
    """Each is its article's text at its offsets, under a number of its own, and every number in the text is one of theirs."""
    numbers = [citation["n"] for citation in value["citations"]]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers, default=1) >= 1
    for citation in value["citations"]:
        article = assistant.record.article(citation["article"])
        assert citation["quote"] == article.text[citation["start"] : citation["end"]] != ""
        assert 0 <= citation["start"] < citation["end"] <= len(article.text)
        known = (article.outlet, article.title, article.url, article.published)
        assert (citation["outlet"], citation["title"], citation["url"], citation["published"]) == known
    assert set(markers(value["text"], value)) <= set(numbers)


def points_are_sound(value: dict[str, Any], assistant: Assistant) -> None:
    """Each cites what is there, is in the text, names who is known, and says so there when nothing carries it."""
    numbers = {citation["n"] for citation in value["citations"]}
    speakers = {said.speaker for said in assistant.record.statements()} | {name for name, _ in assistant.record.names().values()}
    sides = {side for _, side in assistant.record.names().values()}
    for point in value["points"]:
        assert set(point["citations"]) <= numbers
        assert set(markers(point["text"], value)) <= set(point["citations"])
        assert point["text"] in value["text"]
        assert point["support"] in ("verbatim", "supported", "unsupported")
        assert point["citations"] or point["support"] == "unsupported"
        assert point["speaker"] is None or point["speaker"] in speakers
        assert point["side"] is None or point["side"] in sides
    for line in value["text"].splitlines():
        for point in value["points"]:
            if point["support"] == "unsupported" and line.removeprefix("- ").startswith(point["text"]):
                assert MARK in line, f"unmarked: {line}"


def markers(text: str, value: dict[str, Any]) -> list[int]:
    """The citations that a text prints; brackets inside the articles' own words are none."""
    for citation in value["citations"]:
        text = text.replace(" ".join(citation["quote"].split()), "")
    return [int(number) for number in re.findall(r"\[(\d{1,4})\]", text)]
