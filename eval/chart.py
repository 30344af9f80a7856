"""What the benchmarks measured, as a picture: a small SVG without a library, legible on white and on black."""

from __future__ import annotations

from html import escape

from eval.scale import Size

WIDTH, LEFT, RIGHT, ROW, BAR = 720, 240, 90, 26, 16
OURS, THEIRS = "#2f6fdb", "#8a8f98"
Bar = tuple[str, float, str, bool]
"""What it is of, how long it is, what is written behind it, and whether it is Readout's."""


def chart(sizes: list[Size]) -> str:
    """The picture of all sizes that were measured."""
    last = sizes[-1]
    a_word = 1_000 / last.words
    panels: list[tuple[str, list[Bar]]] = [
        (
            f"Indexing {last.articles:,} articles: processor seconds for 1,000 words",
            [
                ("Readout", last.index.processor * a_word, f"{last.index.processor * a_word:.2f}", True),
                ("sentence-transformers, same passages", last.alone.processor * a_word, f"{last.alone.processor * a_word:.2f}", False),
                ("plain LangChain script", last.plain.processor * a_word, f"{last.plain.processor * a_word:.2f}", False),
            ],
        ),
        (
            "A question: processor milliseconds, median",
            [
                bar
                for size in sizes
                for bar in (
                    (f"Readout, {size.articles:,} articles", size.ask.median, f"{size.ask.median:.0f}", True),
                    (f"Chroma and the reader alone, {size.articles:,}", size.bare.median, f"{size.bare.median:.0f}", False),
                )
            ],
        ),
        (
            "Most memory while indexing: MB",
            [
                (f"{name}, {size.articles:,} articles", held, f"{held}", True)
                for size in sizes
                for name, held in (("main process", size.index.main), ("each worker", max(size.index.others, default=0)))
                if held
            ],
        ),
    ]
    parts, top = [], 0
    for title, bars in panels:
        parts.append(f'<text x="0" y="{top + 18}" class="title">{escape(title)}</text>')
        longest = max(length for _, length, _, _ in bars)
        for place, (name, length, written, ours) in enumerate(bars):
            y, wide = top + 30 + place * ROW, length / longest * (WIDTH - LEFT - RIGHT)
            parts += [
                f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{wide:.1f}" height="{BAR}" fill="{OURS if ours else THEIRS}"/>',
                f'<text x="{LEFT + wide + 6:.1f}" y="{y + 13}">{escape(written)}</text>',
            ]
        top += 46 + len(bars) * ROW
    style = "text{font:12px system-ui,sans-serif;fill:#6b7280}.title{font-weight:600;font-size:13px}"
    told = "; ".join(f"{title}: " + ", ".join(f"{name} {written}" for name, _, written, _ in bars) for title, bars in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">'
        f"<title>{escape(told)}</title><style>{style}</style>{''.join(parts)}</svg>\n"
    )
