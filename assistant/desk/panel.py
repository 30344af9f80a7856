"""The parts of the page as HTML: pure functions from values to escaped text.

Whatever comes from articles, users or models goes through `esc`; links are http or https or no links. What a click does stands in
``data-`` attributes, which ``desk.js`` hands to the server: ``data-do`` names the action.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from assistant import render
from assistant.compare import Utterance, Wording, changes
from assistant.desk.batches import RUNS, SHOWN, Shown, State
from assistant.desk.conversations import Conversation, Turn
from assistant.desk.uploads import Outcome
from assistant.ledger import Entry
from assistant.render import escape_html as esc
from assistant.render import link, listed, took
from assistant.types import EXTRACTIVE, Answer, Citation, Conflict, Point
from index.record import Listed, Scope
from index.types import Article

SUPPORT = {
    "verbatim": "The words are the first source’s own; further sources tell the same.",
    "supported": "In other words than the sources, and carried by them.",
    "unsupported": "No source carries this as it stands.",
}
OWN_WORDS = "The articles’ own words"  # what the answerer without a language model is called
BUSY = "Reading the articles …"
HEARD = {"spoke": "quoted in this answer", "silent": "no passage found", "open": "not quoted in this answer"}
LONGEST_SHOWN = 300_000  # characters of an article on either side of the cited words; longer ones slow a browser down
MOST_CHIPS = 14  # outlets in a coverage strip; the others are counted
MOST_BARS = 12  # speakers in the picture
LONGEST_CELL = 300  # characters of a question or an answer in the table of a batch
HUES = 6  # colours for sides


def flat(text: str | None) -> str:
    """The same on one line."""
    return esc(" ".join((text or "").split()))


def data(do: str, **values: str | int | None) -> str:
    """The attributes that make a button or a form do something."""
    return f'data-do="{do}"' + "".join(f' data-{name}="{esc(str(value))}"' for name, value in values.items() if value is not None)


def day(published: str | None) -> str:
    """A day as people write it, "14 November 2016"; what is no day as it stands."""
    try:
        known = datetime.date.fromisoformat(published or "")
    except ValueError:
        return flat(published) or "date not stated"
    return f'<time datetime="{known.isoformat()}">{known.day} {known:%B %Y}</time>'


def counted(number: int, noun: str) -> str:
    """ "1 article", "5 articles"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def hues(sides: Iterable[str]) -> dict[str, int]:
    """A colour for each side, by its place among them."""
    return {side: place % HUES for place, side in enumerate(sides)}


def side_tag(side: str | None, hue: Mapping[str, int]) -> str:
    """A side's name in its colour; nothing where there is none."""
    return f' <span class="side hue-{hue.get(side, 0)}">{flat(side)}</span>' if side else ""


# -- the conversation -----------------------------------------------------------------------------------------------------


def cite(turn: str, citation: Citation) -> str:
    """The numbered button of a citation. It knows its turn, so that the numbers of different answers never mix."""
    where = flat(citation.outlet or citation.title)
    return (
        f'<button type="button" class="cite" {data("open", turn=turn, n=citation.n)} data-where="{where}" '
        f'data-quote="{flat(citation.quote)}" aria-label="Source {citation.n}: {where}">{citation.n}</button>'
    )


def shown_run(turn: str, citations: Sequence[Citation], run: render.Run) -> str:
    """A run of an answer: names bold, what is quoted marked as such, each citation a button."""
    if run.kind == "cite":
        known = next((citation for citation in citations if citation.n == run.n), None)
        return cite(turn, known) if known else esc(run.text)
    tags = {"name": ("<b>", "</b>"), "words": ('<q class="words">', "</q>"), "text": ("", "")}[run.kind]
    return f"{tags[0]}{esc(run.text)}{tags[1]}"


def point(turn: str, one: Point, answer: Answer, hue: Mapping[str, int], reasons: Sequence[str] = ()) -> str:
    """A point: who says it and where on a line, then the words with their numbers, and how well the sources carry it.

    ``reasons`` say why they do not.
    """
    show = partial(shown_run, turn, answer.citations)
    side = side_tag(one.side, hue) if one.side != one.speaker else ""
    return (
        f'<li class="point {one.support}{f" hue-{hue[one.side]}" if one.side and one.side in hue else ""}">'
        f'<p class="who">{render.shown(render.label(one, answer.citations), show)}{side}</p>'
        f'<p class="body">{render.shown(render.body(one, answer.citations), show)} '
        f'<span class="support {one.support}" title="{SUPPORT[one.support]}">{one.support}</span></p>{faults(one, reasons)}</li>'
    )


def faults(one: Point, reasons: Sequence[str]) -> str:
    """Why no source carries a point, to be read beneath it; nothing where one does."""
    if one.support != "unsupported":
        return ""
    return f'<ul class="faults">{"".join(f"<li>{flat(why)}</li>" for why in reasons or [SUPPORT["unsupported"]])}</ul>'


def answered(turn: Turn, answer: Answer, hue: Mapping[str, int], arrived: int | None) -> str:
    """An answer, of which the first ``arrived`` points are there (``None``: all)."""
    whole = arrived is None
    note = f'<p class="note">{flat(answer.note)}</p>' if answer.note and whole else ""
    if not answer.points:
        return f'<div class="plain {answer.status}">{paragraphs(turn, answer)}</div>{note}'
    points = "".join(
        point(turn.id, one, answer, hue, [fault.reason for fault in answer.faults if fault.point == number])
        for number, one in enumerate(answer.points[:arrived])
    )
    silent = f'<p class="hush">{flat(answer.silence)}</p>' if answer.silence and whole else ""
    return f'<ul class="points">{points}</ul>{"".join(map(partial(differing, answer), answer.conflicts)) if whole else ""}{silent}{note}'


def paragraphs(turn: Turn, answer: Answer) -> str:
    """What is said where there are no points, as paragraphs and lists."""
    told = render.lines(replace(answer, note=""), partial(shown_run, turn.id, answer.citations))
    parts = []
    for item, group in groupby(filter(None, told), lambda line: line.startswith("- ")):
        parts.append("".join(f"<li>{line[2:]}</li>" if item else f"<p>{line}</p>" for line in group))
        parts[-1] = f"<ul>{parts[-1]}</ul>" if item else parts[-1]
    return "".join(parts)


def differing(answer: Answer, conflict: Conflict) -> str:
    """What the sources tell differently, each account with its outlets."""
    told = "; ".join(f"{flat(listed(outlets))}: <q>{flat(words)}</q>" for outlets, words in answer.accounts(conflict))
    return f'<p class="differ"><b>The sources differ.</b> {told}</p>'


def heard(names: Sequence[str], spoke: Collection[str | None], answer: Answer, asked: Collection[str]) -> list[tuple[str, str]]:
    """Each name with "spoke", "silent" or "open" (not quoted, which is not silence): those quoted first."""
    nobody = answer.status == "abstained" and not answer.silent

    def state(name: str) -> str:
        if name in spoke:
            return "spoke"
        return "silent" if name in answer.silent or (nobody and name in asked) else "open"

    return sorted(((name, state(name)) for name in names), key=lambda one: list(HEARD).index(one[1]))


def coverage(turn: Turn, answer: Answer, outlets: Sequence[str], sides: Sequence[str], hue: Mapping[str, int]) -> str:
    """The strip under a question: every outlet and side, quoted or silent on it; a click asks that one alone."""
    if not answer.citations and answer.status == "answered":
        return ""
    cited = {number for one in answer.points for number in one.citations}
    quoted_outlets = {citation.outlet for citation in answer.citations if citation.n in cited}
    speakers = list(dict.fromkeys(one.speaker for one in answer.points if one.speaker))
    rows = [
        ("outlet", "Outlets", heard(outlets, quoted_outlets, answer, turn.scope.outlets or outlets)),
        ("side", "Sides", heard(sides, {one.side for one in answer.points}, answer, sides)),
        ("side", "Speakers", [] if sides else [(name, "spoke") for name in speakers]),
    ]
    strips = "".join(_strip(turn, kind, title, names, hue) for kind, title, names in rows if names)
    states = dict.fromkeys(state for _, _, names in rows for _, state in names)
    strips += f'<p class="legend">{"".join(f"""<span class="{state}">{HEARD[state]}</span>""" for state in states)}</p>'
    return f'<div class="coverage" role="group" aria-label="Who is quoted on this, and who is not">{strips}</div>'


def _strip(turn: Turn, kind: str, title: str, names: list[tuple[str, str]], hue: Mapping[str, int]) -> str:
    chips = []
    for name, state in names[:MOST_CHIPS]:
        only = kind == "outlet" and turn.scope.outlets == (name,)
        ask = f"{name}: {HEARD[state]}. " + ("Ask all outlets again" if only else f"Ask {name} alone")
        chips.append(
            f'<button type="button" class="chip {state}{f" hue-{hue[name]}" if name in hue else ""}" aria-label="{flat(ask)}" '
            f'title="{flat(ask)}" aria-pressed="{str(only).lower()}" '
            f"{data('narrow', turn=turn.id, kind=kind, name='' if only else name)}>{flat(name)}</button>"
        )
    rest = f'<span class="rest">and {len(names) - MOST_CHIPS:,} more</span>' if len(names) > MOST_CHIPS else ""
    return f'<div class="strip"><span class="strip-name">{title}</span><div class="chips">{"".join(chips)}{rest}</div></div>'


def filters(scope: Scope) -> str:
    """A scope in words, for the line under a question; empty where nothing is narrowed."""
    parts = [", ".join(scope.outlets)] if scope.outlets else []
    parts += [f"from {scope.since}"] if scope.since else []
    parts += [f"until {scope.until}"] if scope.until else []
    return f'<p class="understood">Only {flat(" · ".join(parts))}</p>' if parts else ""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that is being made: who writes it, the draft so far, and whether the page is to ask how it comes along."""

    writer: str
    draft: str = ""
    follow: bool = False


def turn_html(turn: Turn, outlets: Sequence[str], sides: Sequence[str], *, now: UnderWay | None = None, shown: int | None = None) -> str:
    """A question with its answer, or ``now`` how far that is; without either it was interrupted, or could not be answered."""
    hue, answer = hues(sides), turn.answer
    head = f'<h2 class="question">{flat(turn.question)}</h2>'
    if answer and answer.understood:
        head += f'<p class="understood">Understood as: {flat(answer.understood)}</p>'
    head += filters(turn.scope)
    if answer:
        body = coverage(turn, answer, outlets, sides, hue) + answered(turn, answer, hue, shown)
        body += foot(turn, answer) if shown is None else ""
    elif now:
        body = under_way(turn.id, now)
    else:
        body = (
            '<div class="interrupted" role="status"><p>This question was not answered.</p>'
            f'<button type="button" class="quiet" {data("again", turn=turn.id)}>Ask it again</button></div>'
        )
    return f'<article class="turn" id="turn-{esc(turn.id)}" data-shown="{"" if shown is None else shown}">{head}{body}</article>'


def under_way(turn: str, now: UnderWay) -> str:
    """What is shown while an answer is made: a word on that, and the draft so far, plainly called one."""
    if now.writer == EXTRACTIVE:
        body = busy(BUSY)
    else:
        label = f"{now.writer} is writing. This is a draft: nothing in it is checked against the articles yet."
        hidden = "" if now.draft else " hidden"
        body = f'{busy(label if now.draft else BUSY)}<div class="draft" data-label="{flat(label)}"{hidden}>{esc(now.draft)}</div>'
    return body + f'<button hidden class="now" {data("follow", turn=turn)}></button>' * now.follow


def busy(what: str) -> str:
    """A word on what is being done."""
    return f'<p class="busy" role="status">{flat(what)}</p>'


def draft(turn: str, text: str) -> str:
    """A draft so far, which ``desk.js`` puts where its turn shows it."""
    return f'<span hidden data-draft="{esc(turn)}">{esc(text)}</span>'


def foot(turn: Turn, answer: Answer) -> str:
    """What can be done with an answer: its sources, a comparison of wordings, thumbs with a word why, its address."""
    rating = turn.rating
    thumbs = "".join(
        f'<button type="button" class="thumb {name}" aria-pressed="{str(bool(rating and rating.good is good)).lower()}" '
        f'aria-label="{label}" title="{label}" {data("rate", turn=turn.id, good=int(good), why=rating.why if rating else None)}></button>'
        for name, good, label in (("up", True, "A good answer"), ("down", False, "A bad answer"))
    )
    why = ""
    if rating:
        why = (
            f'<form class="why" {data("rate", turn=turn.id, good=int(rating.good))}><label>Why? '
            f'<input name="why" maxlength="500" value="{flat(rating.why)}" autocomplete="off"></label>'
            f'<button class="quiet">Save</button><span class="saved" role="status">{"Saved" if rating.why else "Noted"}</span></form>'
        )
    compare = f'<button type="button" class="quiet" {data("compare", question=asked(turn))}>Compare the wordings</button>'
    line = f'<p class="took">{flat(took(answer))}</p>' if answer.usage else ""
    return f'{sources(turn, answer)}{line}<div class="foot">{thumbs}{compare if answer.points else ""}{why}</div>'


def asked(turn: Turn) -> str:
    """A turn's question as it can be asked without the conversation before it."""
    return (turn.answer.understood if turn.answer else "") or turn.question


def sources(turn: Turn, answer: Answer) -> str:
    """The list of an answer's sources, folded away."""
    if not answer.citations:
        return ""
    items = "".join(
        f"<li>{cite(turn.id, one)} {flat(one.outlet or 'Outlet not stated')}, “{flat(one.title)}”, {day(one.published)}</li>"
        for one in answer.citations
    )
    return f'<details class="sources"><summary>{counted(len(answer.citations), "source")}</summary><ul>{items}</ul></details>'


def conversation(current: Conversation, turns: str) -> str:
    """The conversation that is open: its title, what can be done with it, and its turns (HTML)."""
    title = flat(current.title)
    exports = "".join(
        f'<button type="button" {data("export", form=form)}>{name}</button>'
        for form, name in (("markdown", "Markdown"), ("json", "JSON"), ("csv", "CSV"))
    )
    return (
        f'<section class="conversation" data-conversation="{esc(current.id)}" data-title="{title}"><div class="bar">'
        f'<details class="menu"><summary>Rename</summary><div><form class="rename" {data("rename")}><input name="title" value="{title}" '
        'aria-label="Name of this conversation" maxlength="200" required autocomplete="off">'
        '<button class="quiet">Save</button></form></div>'
        f'</details><details class="menu"><summary>Export</summary><div>{exports}</div></details>'
        '<details class="menu"><summary>Delete</summary><div>'
        f'<button type="button" {data("delete")}>Delete this conversation for good</button>'
        f"</div></details></div>{turns}</section>"
    )


def asking(question: str) -> str:
    """A question that came with the address: ``desk.js`` asks it as soon as this is shown."""
    return (
        f'<section class="conversation" data-conversation=""><div class="turn"><h2 class="question">{flat(question)}</h2>'
        f"{busy(BUSY)}"
        f'<button hidden class="now" {data("ask", question=question)}></button></div></section>'
    )


def welcome(examples: Sequence[str], articles: int, first: str | None, last: str | None, outlets: int) -> str:
    """What is shown before anything is asked: what there is, and questions this corpus answers."""
    days = "" if first is None else f", {day(first)}" if first == last else f", {day(first)} to {day(last)}"
    asks = "".join(f'<li><button type="button" {data("ask", question=one)}>{flat(one)}</button></li>' for one in examples)
    return (
        '<section class="conversation welcome" data-conversation=""><h2>Who said what, word for word</h2>'
        "<p>Every answer is held to the articles’ own words. A number opens the article at the very place.</p>"
        f'<p class="stock">{counted(articles, "article")} from {counted(outlets, "outlet")}{days}</p>'
        f'<ul class="examples" aria-label="Questions to begin with">{asks}</ul></section>'
    )


def conversations(listed: Sequence[Conversation], current: str, text: str) -> str:
    """The list of conversations; ``text`` is what was searched for."""
    items = "".join(
        f'<li><button type="button" {data("chat", id=one.id)}{" aria-current=true" * (one.id == current)}>'
        f"{flat(one.title) or 'New conversation'}</button></li>"
        for one in listed
    )
    empty = "Nothing found." if text else "What you ask is kept here."
    return f'<ul class="conversations">{items}</ul>' if items else f'<p class="empty">{empty}</p>'


def signed_in(user: str) -> str:
    """Who is signed in, with the way out; nothing where nobody is asked for a name."""
    return f'<p class="me">{flat(user)} · <a href="logout">Sign out</a></p>' if user else ""


# -- the source -----------------------------------------------------------------------------------------------------------

NO_SOURCE = """<section class="source none"><h2>The source</h2>
<p>Choose a number in an answer: the article opens here, at the very words.</p></section>"""


def source(article: Article, start: int, end: int, quote: str | None = None, number: int | None = None) -> str:
    """An article with the characters ``start:end`` marked. ``quote`` is what must stand there, else the article has changed."""
    if quote is not None and article.text[start:end] != quote:
        text = (
            f'<p class="changed">This article has changed since. It said then:</p><blockquote>{flat(quote)}</blockquote>{esc(article.text)}'
        )
    else:
        first, last = max(0, start - LONGEST_SHOWN), end + LONGEST_SHOWN
        cut = "[…]\n" if first else ""
        mark = f'<mark tabindex="-1">{esc(article.text[start:end])}</mark>' if end > start else ""
        text = f"{cut}{esc(article.text[first:start])}{mark}{esc(article.text[end:last])}{'[…]' if last < len(article.text) else ''}"
    return _source(article, text, number)


def lost(citation: Citation) -> str:
    """A citation whose article is no longer in the index: what it said is kept with the answer."""
    known = Article(citation.article, citation.quote, citation.title, citation.outlet, citation.url, citation.published)
    text = f'<p class="changed">This article is no longer in the index. It said:</p><mark tabindex="-1">{esc(citation.quote)}</mark>'
    return _source(known, text, citation.n)


def _source(article: Article, text: str, number: int | None) -> str:
    address = link(article.url)
    original = f'<a href="{esc(address)}" target="_blank" rel="noopener noreferrer">{flat(address)}</a>' if address else flat(article.url)
    label = f'<span class="number">{number}</span>' if number else ""
    author = f" · {flat(article.author)}" if article.author else ""
    return (
        '<section class="source" aria-labelledby="source-title"><header>'
        '<button type="button" class="close" data-js="close" aria-label="Close the source" title="Close (Esc)"></button>'
        f'<p class="outlet">{label}{flat(article.outlet) or "Outlet not stated"}</p><h2 id="source-title">{flat(article.title)}</h2>'
        f'<p class="meta">{day(article.published)}{author}</p><p class="meta">{original}</p></header>'
        f'<div class="text" tabindex="0" role="region" aria-label="Text of the article">{text}</div>'
        f'<footer class="meta">{flat(article.id)}</footer></section>'
    )


def failed(message: str) -> str:
    """A word about what went wrong, in place of what was asked for."""
    return f'<p class="failed" role="alert">{flat(message)}</p>'


# -- compare --------------------------------------------------------------------------------------------------------------


def compared(question: str, utterances: Sequence[Utterance], sides: Sequence[str]) -> str:
    """Sides by outlets: one row an utterance, each outlet's words in its column, those marked that the fullest wording has not."""
    carriers = {
        citation.outlet or citation.article: None for one in utterances for wording in one.wordings for citation in wording.citations
    }
    if not carriers:
        return f'<p class="empty">No passage found in this corpus on “{flat(question)}”.</p>'
    order = {side: place for place, side in enumerate(sides)}
    ranked = sorted(utterances, key=lambda one: order.get(one.side or "", len(order)))
    head = "".join(f'<th scope="col">{flat(outlet)}</th>' for outlet in carriers)
    rows = "".join(_utterance(one, [utterances[place] for place in one.conflicts], list(carriers), hues(sides)) for one in ranked)
    absent = [outlet for outlet in ranked[0].cut_by if outlet not in carriers] + [
        side for side in sides if side not in {one.side for one in ranked}
    ]
    note = f'<p class="hint">{flat(", ".join(absent))}: no passage found on this.</p>' if absent else ""
    return (
        f'<h2 class="question">{flat(question)}</h2><p class="hint">Each row is one thing said. <ins>Marked words</ins> are '
        'not in the fullest wording of the row.</p><div class="wide" tabindex="0" role="region" aria-label="Wordings by outlet">'
        '<table class="compare">'
        f'<thead><tr><th scope="col">Who</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}'
    )


def _utterance(one: Utterance, contrary: Sequence[Utterance], outlets: list[str], hue: Mapping[str, int]) -> str:
    cells = dict.fromkeys(outlets, "")
    for wording in one.wordings:
        for citation in wording.citations:
            cells[citation.outlet or citation.article] += _worded(one.wordings[0], wording, citation)
    row = "".join(f"<td>{cell}</td>" if cell else '<td class="none"><span>not carried</span></td>' for cell in cells.values())
    who = flat(one.speaker) or "The outlets’ own words"
    others = dict.fromkeys(
        flat(citation.outlet or citation.article) for other in contrary for wording in other.wordings for citation in wording.citations
    )
    differs = f'<span class="told">told differently by {", ".join(others)}</span>' if others else ""
    return f'<tr><th scope="row">{who}{side_tag(one.side, hue) if one.side != one.speaker else ""}{differs}</th>{row}</tr>'


def _worded(fullest: Wording, wording: Wording, citation: Citation) -> str:
    spans = [] if wording is fullest else changes(fullest.words, wording.words)
    parts, end = [], 0
    for start, stop in spans:
        parts += [esc(wording.words[end:start]), f"<ins>{esc(wording.words[start:stop])}</ins>"]
        end = stop
    text = "".join([*parts, esc(wording.words[end:])])
    where = flat(citation.outlet or citation.title)
    place = data("open", article=citation.article, start=citation.start, end=citation.end)
    return (
        f'<p class="words">{text}</p><button type="button" class="quiet" {place} aria-label="Read it in {where}">Read it in place</button>'
    )


# -- ledger and corpus ----------------------------------------------------------------------------------------------------


def ledger_rows(entries: Sequence[Entry], more: bool, hue: Mapping[str, int]) -> str:
    """Statements as a table, each row a way to its place; ``more`` of them were left out."""
    if not entries:
        return '<p class="empty">No statement fits. Widen the filters.</p>'
    rows = "".join(
        f'<tr><td class="name">{flat(one.speaker) or "unattributed"}{side_tag(one.side, hue) if one.side != one.speaker else ""}'
        f'<span class="told">{flat(one.outlet) or "outlet not stated"}{f" · {flat(one.cue)}" if one.cue else ""}</span></td>'
        f'<td><button type="button" class="row" '
        f"{data('open', article=one.article, start=one.start, end=one.end)}>{flat(one.text)}</button></td></tr>"
        for one in entries
    )
    note = f"The first {len(entries):,} are shown. Narrow the filters to see others." if more else counted(len(entries), "statement")
    return (
        f'<p class="hint" role="status">{note}</p><table class="ledger"><thead><tr><th scope="col">Who, and where</th>'
        f'<th scope="col">What was said</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def corpus(articles: Sequence[Listed], totals: Mapping[str, int], more: bool) -> str:
    """The articles as a table: outlet, title, date, number of statements; a title opens the article. ``more`` were left out."""
    if not articles:
        return '<p class="empty">No article fits.</p>'
    rows = "".join(
        f"<tr><td>{flat(one.outlet) or 'not stated'}</td><td>"
        f'<button type="button" class="row" {data("open", article=one.id, start=0, end=0)}>{flat(one.title)}</button></td>'
        f'<td class="date">{day(one.published)}</td><td class="figure">{one.statements:,}</td></tr>'
        for one in articles
    )
    note = f" The first {len(articles):,} are shown." if more else ""
    return (
        f'<p class="hint" role="status">{", ".join(counted(number, name[:-1]) for name, number in totals.items())}.{note}</p>'
        '<table class="ledger corpus"><thead><tr><th scope="col">Outlet</th><th scope="col">Article</th><th scope="col">Published</th>'
        f'<th scope="col">Statements</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def picture(spoken: Sequence[tuple[str, str | None, int]], sides: Sequence[str]) -> str:
    """Who is quoted how often, as bars: speaker, side and number of statements, most first."""
    if not spoken:
        return '<p class="empty">Nobody is quoted by name.</p>'
    hue, most, shown = hues(sides), spoken[0][2], spoken[:MOST_BARS]
    bars = "".join(
        f'<g class="hue-{hue.get(side or "", "none")}"><text y="{row * 36 + 14}">{flat(name)}</text>'
        f'<text class="number" x="100%" y="{row * 36 + 14}" text-anchor="end">{number:,}</text>'
        f'<rect y="{row * 36 + 20}" width="{max(number / most * 100, 0.5):.1f}%" height="8" rx="2"></rect></g>'
        for row, (name, side, number) in enumerate(shown)
    )
    told = "; ".join(f"{name} {number}" for name, _, number in shown)
    legend = "".join(side_tag(side, hue) for side in sides)
    return (
        f'<figure class="picture"><figcaption>Who is quoted how often{legend}</figcaption><svg width="100%" height="{len(shown) * 36}" '
        f'role="img" aria-label="Statements by speaker: {flat(told)}">{bars}</svg></figure>'
    )


def received(outcomes: Sequence[Outcome], note: str) -> str:
    """What became of each uploaded file, and how the reading goes."""
    items = "".join(f'<li class="{"taken" if one.taken else "refused"}"><b>{flat(one.name)}</b> {flat(one.word)}</li>' for one in outcomes)
    return f'<div class="received" role="status"><ul>{items}</ul><p>{esc(note)}</p></div>'


def saved(name: str, content: str) -> str:
    """A file for the browser to save: its name, and its bytes in base64."""
    return f'<span hidden data-file="{esc(name)}" data-content="{esc(content)}"></span>'


# -- tables of questions --------------------------------------------------------------------------------------------------


def batch_progress(state: State) -> str:
    """How far a table is, with a button that stops it; in the end what came of it."""
    done, total = state.summary.rows, state.summary.total
    counts = f"{state.summary.answered:,} answered, {state.summary.abstained:,} abstained, {state.summary.failed:,} failed"
    if state.files:
        word = f"Stopped: {done:,} of {counted(total, 'row')} done" if state.stopped else f"Done: {counted(done, 'row')}"
        notes = "".join(f" {flat(note)}" for note in state.summary.notes)
        return f'<p role="status">{word}; {counts}.{notes} The files can be downloaded for an hour.</p>'
    bar = f'<progress value="{done}" max="{total or 1}" aria-label="Rows done"></progress>'
    stop = f'<button type="button" class="quiet" {data("stop")}>Stop</button>'
    told = f"{done:,} of {total:,}: {counts}; {_left(state)}" if done else BUSY_TABLE
    return f'<div class="progress">{bar}<p>{told}</p>{stop}</div>'


def _left(state: State) -> str:
    minutes = state.summary.seconds / state.summary.rows * (state.summary.total - state.summary.rows) / 60
    return f"about {counted(round(minutes), 'minute')} left" if minutes >= 1 else "less than a minute left"


def batch_rows(state: State) -> str:
    """The rows that are done, as a table; the first of them where there are many."""
    if not state.rows:
        return ""
    rows = "".join(map(_batch_row, state.rows))
    note = f'<p class="hint">The first {SHOWN} rows are shown; the files have all.</p>' if state.summary.rows > SHOWN else ""
    return (
        f'{note}<table class="ledger batch"><thead><tr><th scope="col">Row</th><th scope="col">Question</th><th scope="col">Status</th>'
        f'<th scope="col">Answer begins, or what went wrong</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _batch_row(one: Shown) -> str:
    question, text = (flat(text[:LONGEST_CELL]) + "…" * (len(text) > LONGEST_CELL) for text in (one.question, one.text))
    return (
        f'<tr class="{one.status}"><td>{one.number:,}</td><td class="name">{question}</td>'
        f'<td class="status">{one.status}</td><td class="text">{text}</td></tr>'
    )


# -- forms ----------------------------------------------------------------------------------------------------------------

HEADER = """<header class="top">
<button type="button" class="icon menu-button" data-js="menu" aria-label="Conversations" aria-expanded="false"></button>
<h1><a href="?">Readout</a></h1><p>Who said what, word for word</p>
<button type="button" class="icon theme" data-js="theme" aria-label="Dark or light" title="Dark or light"></button></header>"""
LOGIN = """<span class="login"><b>Readout</b> Who said what, word for word</span>"""
SIDE = """<div class="side-head"><button type="button" class="new" data-do="new">New conversation</button>
<form role="search" data-live="find"><input type="search" name="text" aria-label="Search conversations" placeholder="Search conversations"
autocomplete="off"></form></div>"""
COMPARE_FORM = """<form class="line" data-do="compare"><input name="question" aria-label="What is compared" maxlength="2000" required
placeholder="What was said, or what it was about" autocomplete="off"><button class="primary">Compare</button></form>"""
COMPARE_EMPTY = """<p class="empty">Ask what was said, and see how each outlet words it, side by side, with the differences marked.</p>"""
CORPUS_FORM = """<form class="line" role="search" data-live="seek"><input type="search" name="text" aria-label="Search articles"
placeholder="Search by title, outlet or file" autocomplete="off"></form>"""
ADDING = """<h2>Add articles</h2><p class="hint">Text, Markdown or HTML files, one article each,
at most 20 MB. What you do not state stays unknown.</p>"""


BATCH = f"""<h2>Answer a table of questions</h2><p class="hint">Upload a CSV with a column “question” (also: history, outlet, since, until);
all other columns are kept. Each row is answered by itself. Leaving the page ends the run. One table a person, {RUNS} at once.</p>"""
BUSY_TABLE = "Reading the table …"


def picker(models: Sequence[str], free: bool) -> str:
    """Who is to answer, of these models, the usual one first; with ``free`` any other by its name. Nothing where there is no choice.

    ``desk.js`` reads it, whatever is asked for: it is no part of what the form sends.
    """
    if len(models) < 2 and not free:
        return ""
    options = "".join(f'<option value="{esc(one)}">{flat(OWN_WORDS if one == EXTRACTIVE else one)}</option>' for one in models)
    other, typed = "", ""
    if free:
        other = '<option value="">Another model …</option>'
        typed = (
            '<input id="other" maxlength="200" aria-label="The other model, as PROVIDER:NAME" placeholder="PROVIDER:NAME" '
            'autocomplete="off" autocapitalize="off" spellcheck="false">'
        )
    return f'<label>answered by <select id="model">{options}{other}</select></label>{typed}'


def question_form(outlets: Sequence[str], models: Sequence[str] = (), free: bool = False) -> str:
    """Where a question is asked, with its filters, and with who answers where there is a choice: see `picker`."""
    boxes = "".join(f'<label><input type="checkbox" name="outlet" value="{esc(one)}"> {flat(one)}</label>' for one in outlets)
    choice = f'<details class="menu"><summary>Outlets</summary><div>{boxes}</div></details>' if outlets else ""
    return (
        f'<form class="ask" {data("ask")}><div id="question"><textarea name="question" rows="1" maxlength="2000" required '
        'aria-label="Question" placeholder="Ask the articles a question"></textarea><button id="send" class="primary">Ask</button></div>'
        f'<div class="filters">{choice}<label>from <input type="date" name="since"></label>'
        '<label>until <input type="date" name="until"></label>'
        f'<button type="reset" class="quiet">Clear filters</button>{picker(models, free)}</div></form>'
    )


def ledger_form(outlets: Sequence[str], sides: Sequence[str]) -> str:
    """The ledger's filters."""

    def choice(name: str, label: str, values: Sequence[str]) -> str:
        options = "".join(f'<option value="{esc(one)}">{flat(one)}</option>' for one in values)
        return f'<select name="{name}" aria-label="{label}"><option value="">{label}</option>{options}</select>' if values else ""

    return (
        '<form class="line" role="search" data-live="filter">'
        f'<input type="search" name="speaker" aria-label="Speaker" placeholder="Speaker" autocomplete="off">'
        f"{choice('side', 'Any side', sides)}{choice('outlet', 'Any outlet', outlets)}"
        '<input type="search" name="text" aria-label="Words" placeholder="Words" autocomplete="off"></form>'
    )
