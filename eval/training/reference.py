"""Pairs, and what torch says of them: a test holds the shipped reader to it. `eval.training.export` writes the scores anew."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch

from eval.training.net import Net
from index.embedder import bundled_tokenizer
from index.reader import Text, joined

FILE = Path(__file__).with_name("reference.json")
PAIRS = (
    ("Who opened the bridge?", Text("The mayor opened the new bridge on Monday.")),
    ("Who opened the bridge?", Text("It had taken six years to build.", "The mayor opened the new bridge on Monday.")),
    (
        "What did the minister say about taxes?",
        Text("They will not rise this year.", headline="Budget day", speaker="Ann Smith", outlet="Echo"),
    ),
    ("Why was the ferry cancelled?", Text("Gales kept the ferry in port until noon.", published="2024-03-02")),
    ("Twelve people died.", Text("Nineteen people died when the bridge fell.")),
    ("The bridge failed its inspection.", Text("The bridge had passed its last inspection in 2022.")),
    ("A bridge fell.", Text("Nineteen people died when the old bridge at Tarn fell on Monday.")),
    ("The council will meet.", Text("The council may meet on Friday, its chair said, if enough members come.")),
    ("x", Text("word " * 90)),
    ("What is the weather like?", Text("Приём заявок завершён.")),
)


def in_torch(net: Net) -> list[list[float]]:
    """The scores of every pair, as `index.reader.Reader.scores` gives them."""

    def pieces(text: str) -> list[int]:
        ids: list[int] = bundled_tokenizer().encode(text, add_special_tokens=False).ids
        return ids

    rows = []
    for asked, text in PAIRS:
        ids, second, judged = joined(pieces(asked), pieces(text.head), pieces(text.before), pieces(text.voice), pieces(text.words))
        kinds = torch.zeros(1, len(ids), dtype=torch.long)
        kinds[0, judged:-1] = 1
        with torch.inference_mode():
            rows.append([round(float(score), 4) for score in net(torch.tensor([ids]), kinds, torch.tensor([second]))[0]])
    return rows


def write(net: Net) -> None:
    """Write the pairs with what torch says of them."""
    lines = [
        json.dumps({"asked": asked, "text": asdict(text), "scores": scores}, ensure_ascii=False)
        for (asked, text), scores in zip(PAIRS, in_torch(net), strict=True)
    ]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
