"""Bytes → text: as declared, else as UTF-8, else as a library detects it. Line ends are kept."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from index.errors import CorpusError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins like it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"  # what most text that is not UTF-8 is in, and what is taken where others fit no better
_IN_USE = [
    *(_WESTERN, "mac_roman", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be"),
]
_BETTER = 0.05  # how much less of a mess a text must be in another encoding, for that to be believed
_STRAY = 100  # bytes to each that is zero, from which on those are strays and not what the file is made of
_DETECTED_IN = 1_000_000  # bytes: more say no more about an encoding


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text that bytes are.

    Raises:
        CorpusError: the bytes are not text.
    """
    return decoded(data, declared)[0]


def decoded(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the text that bytes are, and a word on it where the encoding was neither declared nor UTF-8.

    Raises:
        CorpusError: the bytes are not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), ""
            except UnicodeDecodeError as error:
                if encoding == "utf-8-sig":
                    return _mended(data[len(mark) :])
                raise CorpusError(f"is not text (a broken {encoding.upper()} file); save it as UTF-8") from error
    known = _known(declared) if declared else None
    if known and (text := _as_declared(data, known)) is not None:
        return text, ""
    if 0 < data.count(b"\0") * _STRAY <= len(data):
        text, note = decoded(data.replace(b"\0", "\ufffd".encode()), declared)
        return text, note or "holds bytes that are no text"
    if b"\0" in data:
        return _detected(data)
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _mended(data) if _is_nearly_utf8(data) else _detected(data)


def _known(name: str) -> str | None:
    """The encoding that a declaration means, where there is one. Pages that say Latin-1 or ASCII mean Windows-1252, as browsers have it."""
    try:
        b"".decode(name.strip())  # also fails for what is no encoding of text
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    return _WESTERN if found in ("iso8859-1", "ascii") else found


def _as_declared(data: bytes, encoding: str) -> str | None:
    """The text in a declared encoding; none where UTF-8 was declared, which is found out anyway, or where it is UTF-8 instead."""
    if encoding == "utf-8":
        return None
    text = data.decode(encoding, errors="replace")
    if "\ufffd" in text and encoding != _WESTERN:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return text
        return None
    return text


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether more letters beyond ASCII are whole in UTF-8 than bytes are left over."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = sum("\udc80" <= sign <= "\udcff" for sign in text)
    return sum(not sign.isascii() for sign in text) - stray > stray


def _mended(data: bytes) -> tuple[str, str]:
    """UTF-8 with stray bytes, each of which is the Windows-1252 letter that it would be alone."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = {sign: bytes([ord(sign) - 0xDC00]).decode(_WESTERN, "replace") for sign in set(text) if "\udc80" <= sign <= "\udcff"}
    return text.translate(
        {ord(sign): letter for sign, letter in stray.items()}
    ), "is not UTF-8 throughout; single bytes were read as Windows-1252"


def _detected(data: bytes) -> tuple[str, str]:
    found = from_bytes(data[:_DETECTED_IN], cp_isolation=_IN_USE)
    best = found.best()
    wide = best is not None and best.encoding.startswith("utf_")
    if best is None or (b"\0" in data and not wide):
        raise CorpusError("is not text (its bytes fit no encoding); save the article as plain text")
    western = next((match for match in found if match.encoding == _WESTERN), None)
    same = western is None and not wide and data[:_DETECTED_IN].decode(_WESTERN, "replace") == str(best)
    usual = same or (western is not None and western.chaos < best.chaos + _BETTER and western.coherence >= best.coherence)
    encoding = _WESTERN if usual else best.encoding
    return data.decode(encoding, errors="replace"), f"is not UTF-8; it was read as {encoding.replace('_', '-')}"
