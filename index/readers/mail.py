"""Mail (``.eml``): its text, with subject, sender and day. What is attached is read as files of its kind are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from index.errors import CorpusError
from index.readers.decoding import decoded
from index.readers.draft import Columns, Draft, Found, Trouble, Within
from index.readers.web import headed, page


def read(data: bytes, columns: Columns, within: Within) -> Iterator[Found]:
    """Read a mail and what is attached to it."""
    message = message_from_bytes(data, policy=policy.default)
    if not message.keys():
        raise CorpusError("is not a mail (it has no head); save it as plain text")
    body = message.get_body(("plain", "html"))
    draft = _body(body) if isinstance(body, EmailMessage) else Draft("")
    subject, sender = _head(message, "Subject"), _head(message, "From")
    name, address = parseaddr(sender or "")
    title = subject or draft.title
    known = replace(draft, title=title, published=_head(message, "Date"), author=name or address or None)
    if known.text.strip():
        yield replace(known, text=headed(known.text.strip(), title))
    for number, part in enumerate(message.iter_attachments(), 1):
        name = part.get_filename() or f"part {number}"
        if part.get_content_maintype() in ("text", "application"):
            content = part.get_payload(decode=True)
            yield from within(name, content if isinstance(content, bytes) else b"", columns)
        else:
            yield Trouble(f"is attached, and no text ({part.get_content_type()})", name, meant=True)


def _head(message: EmailMessage, name: str) -> str | None:
    """A line of the head, with what no encoding can carry replaced."""
    try:
        value = str(message[name] or "")
    except (ValueError, TypeError, IndexError):  # what the library cannot parse
        return None
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").split()) or None


def _body(part: EmailMessage) -> Draft:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_content_subtype() == "html":
        return page(data, part.get_content_charset())
    text, note = decoded(data, part.get_content_charset())
    return Draft(text, note=note)
