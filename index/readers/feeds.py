"""News in XML: RSS, Atom, NITF and NewsML-G2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from index.errors import CorpusError
from index.readers import web
from index.readers.draft import Columns, Draft, Found, Trouble
from index.readers.layout import fragment, lines_of, name_of, parse_xml, text_of

Path = tuple[str, ...]


def read(data: bytes, columns: Columns) -> Iterator[Found]:
    """Read an XML file by what its root says it is.

    Raises:
        CorpusError: it is no XML, or none of these kinds.
    """
    root = parse_xml(data.lstrip())
    if root is None:
        raise CorpusError("is not XML that can be read; save it anew")
    if name_of(root) == "html":
        yield web.page(data)
        return
    kind = _KINDS.get(name_of(root))
    if kind is None:
        raise CorpusError(f"is XML of a kind that is not read ({name_of(root)[:40]}); save it as RSS, Atom, NITF, NewsML-G2 or plain text")
    found = False
    for one in kind(root):
        found = True
        yield one
    if not found:
        raise CorpusError("holds no articles; remove it or fill it")


def _all(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element.iter() if name_of(one) == name)


def _first(element: Any, *names: str) -> Any:
    """The first element of these names below another, tried in their order."""
    return next((one for name in names for one in _all(element, name) if one is not element), None) if element is not None else None


def _words(element: Any, *names: str) -> str | None:
    """The words of the first child of these names that has some."""
    children = (child for name in names for child in element if name_of(child) == name)
    return next((words for child in children if (words := text_of(child))), None)


def _draft(text: str, title: str | None, where: str, part: str = "", **known: Any) -> Found:
    if not text.strip():
        return Trouble("holds no text", where)
    return Draft(web.headed(text, title), title, part=part, **known)


def _rss(root: Any) -> Iterator[Found]:
    channel = _first(root, "channel")
    outlet = _words(channel, "title") if channel is not None else None
    for number, item in enumerate(_all(root, "item"), 1):
        markup = max((_inside(child) for child in item if name_of(child) in ("encoded", "description")), key=len, default="")
        yield _draft(
            fragment(markup),
            _plain(_words(item, "title")),
            f"item {number}",
            _words(item, "guid", "link") or str(number),
            outlet=_words(item, "source") or outlet,
            url=_words(item, "link"),
            published=_words(item, "pubdate", "date"),
            author=_words(item, "creator", "author"),
        )


def _atom(root: Any) -> Iterator[Found]:
    outlet = _words(root, "title")
    entries = [root] if name_of(root) == "entry" else _all(root, "entry")
    for number, entry in enumerate(entries, 1):
        bodies = [child for child in entry if name_of(child) in ("content", "summary")]
        texts = [lines_of(body) if body.get("type") == "xhtml" else fragment(body.text or "") for body in bodies]
        links = [child for child in entry if name_of(child) == "link" and child.get("rel", "alternate") == "alternate"]
        author = _first(entry, "author") if _first(entry, "author") is not None else _first(root, "author")
        yield _draft(
            max(texts, key=len, default=""),
            _plain(_words(entry, "title")),
            f"entry {number}",
            _words(entry, "id") or str(number),
            outlet=outlet if entry is not root else None,
            url=next((str(link.get("href")) for link in links), None),
            published=_words(entry, "published", "issued"),
            author=_words(author, "name") if author is not None else None,
        )


def _inside(element: Any) -> str:
    """The markup in an element: most feeds quote it, some do not."""
    return str(element.text or "") if not len(element) else lines_of(element)


def _plain(title: str | None) -> str | None:
    return " ".join(fragment(title).split()) or None if title else None


def _nitf(root: Any) -> Iterator[Found]:
    title = text_of(_first(root, "hl1", "title")) or None
    body, byline = _first(root, "body.content"), _first(root, "byline")
    issued, publication = _first(root, "date.issue", "story.date", "date.release"), _first(root, "pubdata")
    under = [text_of(one) for one in (_first(root, "hl2"), _first(root, "dateline"), _first(root, "abstract")) if one is not None]
    text = lines_of(body)
    found = [publication.get("name"), publication.get("date.publication")] if publication is not None else [None, None]
    yield _draft(
        "\n".join(filter(None, (*under, text))) if text else "",
        title,
        "",
        outlet=found[0],
        published=(issued.get("norm") if issued is not None else None) or found[1],
        author=text_of(byline) or None,
        url=publication.get("ex-ref") if publication is not None else None,
    )


def _newsml(root: Any) -> Iterator[Found]:
    items = list(_all(root, "newsitem"))
    for number, item in enumerate(items, 1):
        meta = _first(item, "contentmeta")
        provider, content = _first(item, "provider"), _first(item, "inlinexml", "inlinedata")
        nested = _first(content, "nitf")
        text = lines_of(_first(nested, "body.content")) if nested is not None else _newsml_text(content)
        titled = _first(meta, "headline") if _first(meta, "headline") is not None else _first(item, "title")
        yield _draft(
            text,
            text_of(titled) or None,
            f"item {number}" if len(items) > 1 else "",
            str(item.get("guid") or number) if len(items) > 1 else "",
            outlet=(text_of(_first(provider, "name")) or provider.get("literal")) if provider is not None else None,
            published=next(
                (text_of(one) for one in (_first(meta, "contentcreated"), _first(item, "firstcreated", "versioncreated")) if text_of(one)),
                None,
            ),
            author=text_of(_first(meta, "by")) or None,
        )


def _newsml_text(content: Any) -> str:
    if content is None:
        return ""
    if name_of(content) == "inlinedata":
        return fragment(content.text or "") if "html" in content.get("contenttype", "") else str(content.text or "").strip()
    page = _first(content, "body")
    return lines_of(page if page is not None else content)


_KINDS: dict[str, Callable[[Any], Iterator[Found]]] = {
    "rss": _rss,
    "rdf": _rss,
    "feed": _atom,
    "entry": _atom,
    "nitf": _nitf,
    "newsitem": _newsml,
    "newsmessage": _newsml,
}
