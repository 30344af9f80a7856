"""report.html: one file, nothing fetched from anywhere. Every text from articles, questions and answers is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.types import Answer, Citation
from eval.case import shows
from eval.gate import Figure
from eval.report import FIGURE_HEADS, GROUP_HEADS, Report, figure_cells, findings, group_cells, groups, missed, number, provenance_lines
from eval.risk import HEADS, curve
from eval.suite import Row

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #60656c; --line: #d9dce1; --paper: #fff;
  --good: #1a7f5a; --bad: #c0392b; --held: #2f6fb0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e7e9; --soft: #9aa0a8; --line: #3a3f46; --paper: #16181b; --good: #4cc79a; --bad: #ff7b6b; --held: #7db4ee; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 68rem;
  margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; font-size: 13px; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; }
blockquote { margin: .3rem 0 .3rem 1rem; padding-left: .7rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
.text { white-space: pre-wrap; } .soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
.tag { font-size: 12px; border: 1px solid currentColor; border-radius: 3px; padding: 0 .3rem; margin-left: .3rem; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .soft { fill: var(--soft); }
"""
_LEFT, _WIDTH, _ROW = 260, 560, 24  # of the pictures: names, the scale from 0 to 1, a line
_EDGE = 70  # room for the figure on the right


def page(report: Report) -> str:
    """The whole report as one HTML page."""
    colour = "good" if report.judgement.green else "bad"
    checks = [check for check in report.judgement.checks if check.verdict != "pass"]
    body = [
        f'<h1>Readout, evaluated: <span class="{colour}">{escape(report.verdict)}</span></h1>',
        f"<p>{len(report.rows)} of {len(report.questions)} questions in {report.seconds:.0f} s.",
        f"Baseline: {escape(report.judgement.comparison)}.</p>",
        "<ul>" + "".join(f'<li class="{_class(check.verdict)}">{escape(check.text)}</li>' for check in checks) + "</ul>",
        "<h2>Metrics</h2>", _metrics_picture(report.judgement.figures),
        _table(FIGURE_HEADS, [figure_cells(found) for found in report.judgement.figures]),
        "<h2>By kind of question</h2>", _kinds_picture(report),
        _table(GROUP_HEADS, [group_cells(name, rows) for name, rows in groups(report.rows)]),
        "<h2>Risk against coverage</h2>", _table(HEADS, [step.cells() for step in curve(report.rows)]),
        "<h2>What the metrics see, and what they cannot</h2>", _about(report.judgement.figures),
        "<h2>Questions</h2><p class=soft>Those with something missing come first.</p>", *_questions(report),
        "<h2>What was evaluated</h2>", _provenance(report),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Readout: evaluation</title><style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _class(verdict: str) -> str:
    return "bad" if verdict == "fail" else "soft"


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(part)}</td>" for part in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _about(figures: Iterable[Figure]) -> str:
    items = "".join(f"<dt><b>{escape(found.metric.title)}</b></dt><dd>{escape(found.metric.about)}</dd>" for found in figures)
    return f"<details><summary>One paragraph each</summary><dl>{items}</dl></details>"


def _provenance(report: Report) -> str:
    return _table(("", ""), provenance_lines(report.provenance)).replace("<td>", '<td style="text-align:left;white-space:normal">')


# -- pictures -----------------------------------------------------------------------------------------------------------


def _metrics_picture(figures: Iterable[Figure]) -> str:
    """Shares as dots with their intervals; a tick where the limit is, a ring where the baseline was."""
    shares = [found for found in figures if found.metric.unit == "share" and found.all]
    marks = []
    for line, found in enumerate(shares):
        middle = line * _ROW + _ROW / 2
        marks.append(_name(found.metric.title, middle) + _figure_marks(found, middle))
    legend = "dot: all questions, with the 95% interval; tick: what is wanted; ring: the baseline; red: not what is wanted"
    return _picture("Metrics with intervals", marks, len(shares), legend)


def _figure_marks(found: Figure, middle: float) -> str:
    assert found.all is not None
    colour = "var(--good)" if found.limit is None or found.limit.holds(found.all.value) else "var(--bad)"
    span = f'x1="{_x(found.all.low):.1f}" x2="{_x(found.all.high):.1f}" y1="{middle}" y2="{middle}"'
    parts = [
        f'<line {span} stroke="{colour}" stroke-width="3" opacity=".45"/>',
        f'<circle cx="{_x(found.all.value):.1f}" cy="{middle}" r="4.5" fill="{colour}"/>',
        _value(found.all.value, middle),
    ]
    if found.limit is not None:
        at = _x(found.limit.figure)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{middle - 8}" y2="{middle + 8}" stroke="var(--ink)" stroke-width="1.5"/>')
    if found.before is not None:
        parts.append(f'<circle cx="{_x(found.before):.1f}" cy="{middle}" r="7" fill="none" stroke="var(--soft)" stroke-width="1.5"/>')
    return "".join(parts)


def _kinds_picture(report: Report) -> str:
    """The share of each kind that is as it should be: two bars, tuned on and held out."""
    kinds = [(name, rows) for name, rows in groups(report.rows) if name not in ("tuned on", "held out", "all")]
    marks = []
    for line, (name, rows) in enumerate(kinds):
        marks.append(_name(f"{name} ({len(rows)})", line * _ROW + _ROW / 2))
        for offset, held, colour in ((2, False, "var(--good)"), (12, True, "var(--held)")):
            part = [not missed(row, report.judgement) for row in rows if row.golden.held_out is held]
            if part:
                marks.append(_bar(sum(part) / len(part), line * _ROW + offset, colour))
    legend = "upper bar: tuned on; lower bar: held out; full width: every question is as it should be"
    return _picture("Questions without a finding, by kind", marks, len(kinds), legend)


def _bar(share: float, top: int, colour: str) -> str:
    size = f'x="{_LEFT}" y="{top}" width="{max(share * _WIDTH, 1):.1f}" height="8"'
    return f'<rect {size} fill="{colour}"><title>{share:.3f}</title></rect>'


def _picture(title: str, marks: Sequence[str], count: int, legend: str) -> str:
    height = count * _ROW
    grid = "".join(
        f'<line x1="{_x(at)}" x2="{_x(at)}" y1="0" y2="{height}" stroke="var(--line)"/>'
        f'<text class="soft" x="{_x(at)}" y="{height + 14}" text-anchor="middle">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    size = f"0 0 {_LEFT + _WIDTH + _EDGE} {height + 20}"
    picture = f'<svg viewBox="{size}" role="img" aria-label="{escape(title)}">{grid}{"".join(marks)}</svg>'
    return f'<figure style="margin:0">{picture}<figcaption class="soft">{escape(legend)}</figcaption></figure>'


def _x(share: float) -> float:
    return _LEFT + share * _WIDTH


def _name(text: str, middle: float) -> str:
    return f'<text x="{_LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(text)}</text>'


def _value(value: float, middle: float) -> str:
    return f'<text x="{_LEFT + _WIDTH + 12}" y="{middle + 4}">{number(value, "share")}</text>'


# -- questions ----------------------------------------------------------------------------------------------------------


def _questions(report: Report) -> list[str]:
    there = {row.golden.id for row in report.rows}
    lost = [f'<p class="bad">{escape(golden.id)}: no result</p>' for golden in report.questions if golden.id not in there]
    cards = [(missed(row, report.judgement), row) for row in report.rows]
    return lost + [_card(row, wrong) for wrong, row in sorted(cards, key=lambda card: not card[0])]


def _card(row: Row, wrong: Sequence[str]) -> str:
    golden = row.golden
    tags = "".join(f'<span class="tag bad">{escape(name)}</span>' for name in wrong) or '<span class="tag good">as it should be</span>'
    held = '<span class="tag soft">held out</span>' if golden.held_out else ""
    earlier = "".join(f"<p class=soft>Asked before: {escape(question)}</p>" for question in golden.history)
    answer = f'<p class="bad">{escape(row.error)}</p>' if row.error else _answer(row.answer) if row.answer else ""
    against = "".join(f"<li>{escape(metric.title)}: {escape(reason)}</li>" for metric, reason in findings(row))
    return (
        f'<details id="{escape(golden.id)}"><summary><b>{escape(golden.id)}</b> {escape(golden.question)}{tags}{held}</summary>'
        f"{earlier}{answer}<p class=soft>Right answer: {escape(golden.reference)}</p>{_evidence(row)}"
        + (f"<p>Findings</p><ul>{against}</ul>" if against else "")
        + f"<p class=soft>{escape(_scores(row))}</p></details>"
    )


def _answer(answer: Answer) -> str:
    cited = "".join(
        f"<blockquote>[{citation.n}] {escape(citation.quote)}<br><span class=soft>{escape(_source(citation))}</span></blockquote>"
        for citation in answer.citations
    )
    silent = f"<p class=soft>Named as silent: {escape(', '.join(answer.silent))}</p>" if answer.silent else ""
    return f'<p class="soft">{escape(answer.status)}</p><p class="text">{escape(answer.text)}</p>{cited}{silent}'


def _source(citation: Citation) -> str:
    known = (citation.outlet or "outlet not stated", citation.title, citation.published or "no date")
    return f"{', '.join(known)}, {citation.article} {citation.start}:{citation.end}"


def _evidence(row: Row) -> str:
    """What was to be cited, ticked where it was; of every need all alternatives."""
    cited = {number for point in row.answer.points for number in point.citations} if row.answer else set()
    citations = [citation for citation in row.answer.citations if citation.n in cited] if row.answer else []
    items = []
    for need in row.golden.evidence:
        met = any(shows(citation, words) for citation in citations for words in need)
        places = "<br>or ".join(f"“{escape(words.words)}” <span class=soft>({escape(words.article)})</span>" for words in need)
        items.append(f'<li class="{"good" if met else "bad"}">{"cited" if met else "not cited"}: {places}</li>')
    return f"<p>Evidence</p><ul>{''.join(items)}</ul>" if items else ""


def _scores(row: Row) -> str:
    scores = {**row.scores, **row.judged}.items()
    return ", ".join(f"{name} {'blank' if score.value is None else f'{score.value:.3g}'}" for name, score in scores)
