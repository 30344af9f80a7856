"""The benchmarks over a file of articles: that they measure what they say, on the smallest scale."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.chart import chart
from eval.scale import Chat, Cost, Size, Times, cost, held, sum_of, told

WORK = "sum(range(30_000_000))"
CHILD = f"import subprocess, sys; held = bytearray(60_000_000); subprocess.run([sys.executable, '-c', '{WORK}'])"


def size(articles: int) -> Size:
    spent = Cost(10.0, 20.0, 300, (400, 20))
    counts, times = (articles, 1_000 * articles, 30 * articles, 5), (Times(100.0, 200.0), Times(50.0, 100.0))
    return Size(*counts, spent, spent, spent, spent, *times, spent, Chat(100, (500, 510), 0.5))


def test_the_processor_time_and_memory_of_children_count() -> None:
    alone, with_child = cost([sys.executable, "-c", WORK]), cost([sys.executable, "-c", CHILD])
    assert with_child.processor > 0.7 * alone.processor > 0.1
    if Path("/proc/self/statm").exists():
        assert with_child.main > alone.main + 40
        assert len(with_child.others) == 1


def test_a_command_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        cost([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_what_was_measured_is_told_as_ratios() -> None:
    lines = told(size(600))
    assert "ratio 1.00" in lines
    assert "ratios 2.00, 2.00" in lines
    assert "100.0% of the whole" in lines
    assert "500, 510 MB; in the second half 0.5 KB a question" in lines


def test_what_grows_adds_up_and_keeps_the_most_memory() -> None:
    one, other = Cost(10.0, 20.0, 300, (400, 20)), Cost(1.0, 2.0, 500, (410,))
    assert sum_of(one, other) == Cost(11.0, 22.0, 500, (410, 20))


def test_the_picture_names_and_draws_every_size() -> None:
    drawn = ElementTree.fromstring(chart([size(600), size(6_000)]))
    words = " ".join(drawn.itertext())
    assert "Readout, 600 articles" in words
    assert "Readout, 6,000 articles" in words
    widths = [float(bar.attrib["width"]) for bar in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(widths) == 3 + 4 + 4
    assert 0 < min(widths) <= max(widths) <= 720


def test_memory_that_grows_is_seen() -> None:
    kept = bytearray(0)
    before = held(os.getpid())
    kept += bytes(range(256)) * 400_000
    assert held(os.getpid()) - before > 50 * 2**20
