"""Readers: every kind of file becomes articles, with all that is on the page, and with what the file says of itself."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import readers
from index.readers import KINDS, Draft, Found, Trouble, kind_of, read
from index.readers.decoding import decode, decoded
from index.types import PAGE, Article

LEDE = "The ferry Aurora sank off Holm on Saturday night with 214 people on board, the coast guard said in a statement."
MORE = "Captain Leif Aas refused to leave the bridge until the last passenger was in a boat, two survivors told reporters."


def one(name: str, data: bytes | str, **columns: str) -> Draft:
    """The article of a file that holds one."""
    [found] = read(name, data.encode() if isinstance(data, str) else data, columns)
    assert isinstance(found, Draft), found
    return found


def every(name: str, data: bytes | str, **columns: str) -> tuple[list[Draft], list[Trouble]]:
    """The articles of a file, and what is said of the rest of it."""
    found = read(name, data.encode() if isinstance(data, str) else data, columns)
    return [one for one in found if isinstance(one, Draft)], [one for one in found if isinstance(one, Trouble)]


def refused(found: list[Found]) -> str:
    """Why a file is not read, in one line."""
    [trouble] = found
    assert isinstance(trouble, Trouble)
    assert "\n" not in trouble.why
    return trouble.why


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


def article(*blocks: str, head: str = "") -> str:
    return page(f"<article><h1>Ferry sinks off Holm</h1><p>{LEDE}</p>{''.join(blocks)}<p>{MORE}</p></article>", head)


# --- web pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("<ul class='points'><li><span tabindex='0'>At least 31 dead</span></li><li>Search goes on</li></ul>", ["- At least 31 dead"]),
        ("<ol><li><p>21:40 call for help</p></li><li>22:15 engines stop</li></ol>", ["- 21:40 call for help", "- 22:15 engines stop"]),
        ("<ul><li>Holm<ul><li>19 dead</li><li>4 hurt</li></ul></li></ul>", ["- Holm", "- 19 dead", "- 4 hurt"]),
        ("<dl><dt>Holm</dt><dd>19 dead</dd><dt>Varde</dt><dd>12 dead</dd></dl>", ["- Holm", "- 12 dead"]),
        (
            "<table><caption>Toll by port</caption><tr><th>Port</th><th>Dead</th></tr><tr><td>Holm</td><td>19</td></tr></table>",
            ["Toll by port", "Port | Dead", "Holm | Dead 19"],
        ),
        ("<table><tr><td>Holm</td><td>19 dead</td></tr><tr><td>Varde</td><td>12 dead</td></tr></table>", ["Varde | 12 dead"]),
        (
            "<figure><img src='a.jpg'><figcaption>The Aurora in Varde harbour in 2019</figcaption></figure>",
            ["The Aurora in Varde harbour in 2019"],
        ),
        ("<aside class='correction'><p>Correction: 41 was wrong.</p></aside>", ["Correction: 41 was wrong."]),
        ("<div class='note'>Editor's note: This was updated on Sunday.</div>", ["Editor's note: This was updated on Sunday."]),
        ("<div class='box'><b>At a glance</b><div>Dead: 31</div><div>Hurt: 160</div></div>", ["At a glance", "Dead: 31", "Hurt: 160"]),
        ("<blockquote><p>We waited for an hour.</p></blockquote>", ["We waited for an hour."]),
        ("<h2>What we know</h2><p>Short.</p>", ["What we know", "Short."]),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_everything_in_the_article_of_a_page_is_read(block: str, lines: list[str]) -> None:
    found = one("a.html", article(block)).text.split("\n")
    assert [line for line in lines if line not in found] == []
    assert found.index(LEDE) < found.index(lines[0]) < found.index(MORE)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<article><h1>Toll rises</h1><p>31 dead.</p><p>Holm: 19.</p></article>", ["Toll rises", "31 dead.", "Holm: 19."]),
        (
            "<article><p>The toll rose to 31.</p><ul><li><a href='/a'>The ruling in full</a></li></ul><p>Nobody is missing.</p></article>",
            ["The toll rose to 31.", "- The ruling in full", "Nobody is missing."],
        ),
        ("<div><div>10:00</div><p>The ferry sank.</p></div><div><p>Boats arrive.</p></div>", ["10:00", "The ferry sank.", "Boats arrive."]),
    ],
)
def test_a_short_page_has_its_lines(body: str, lines: list[str]) -> None:
    around = "<nav><a href='/'>Home</a></nav>", "<footer>© The Courier</footer>"
    assert one("a.html", page(f"{around[0]}{body}{around[1]}")).text.split("\n") == lines


def test_what_stands_around_the_article_is_not_read() -> None:
    around = (
        "<nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav>",
        "<footer><p>© The Courier. Subscribe for 1 crown a week.</p></footer>",
    )
    text = one("a.html", page(f"{around[0]}<main><article><p>{LEDE}</p><p>{MORE}</p></article></main>{around[1]}")).text
    assert text.split("\n") == [LEDE, MORE]


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (
            "<meta property='og:title' content='Ferry sinks'><meta property='og:site_name' content='The Courier'>"
            "<meta property='article:published_time' content='2024-03-08T07:30:00+00:00'><meta name='author' content='Ines Falk'>",
            ("Ferry sinks", "The Courier", "2024-03-08", "Ines Falk"),
        ),
        (
            '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry sinks",'
            '"datePublished":"2024-05-02T06:00:00Z","author":{"@type":"Person","name":"Jon Hale"},'
            '"publisher":{"@type":"Organization","name":"Post"}}</script>',
            ("Ferry sinks", "Post", "2024-05-02", "Jon Hale"),
        ),
        ("<title>Ferry sinks off Holm</title>", ("Ferry sinks off Holm", None, None, None)),
    ],
)
def test_a_page_says_what_it_is(head: str, known: tuple[str | None, ...]) -> None:
    found = one("a.html", article("<p>It was built in 1987 and last checked on 4 March 2019.</p>", head=head))
    assert (found.title, found.outlet, found.published, found.author) == known


def test_the_canonical_address_is_kept_and_the_headline_is_on_the_page() -> None:
    head = "<link rel='canonical' href='https://post.example/ferry'><title>Ferry strike called off | Skerry Post</title>"
    found = one("a.html", page(f"<h1>Ferry strike called off</h1><article><p>{LEDE}</p><p>{MORE}</p></article>", head))
    assert found.url == "https://post.example/ferry"
    assert found.text.startswith("Ferry strike called off\n")


@pytest.mark.parametrize(
    ("declaration", "encoding", "words"),
    [
        ("<meta charset='windows-1251'>", "cp1251", "Нарва"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-2'>", "iso8859-2", "Wiśniewska"),
        ("<meta charset='shift_jis'>", "shift_jis", "田中"),
        ("<meta charset='iso-8859-1'>", "cp1252", "“café”"),
        ("", "utf-8", "Zoë Brontë"),
        ("<meta charset='utf-8'>", "cp1252", "café"),
    ],
)
def test_the_charset_that_a_page_declares_is_used(declaration: str, encoding: str, words: str) -> None:
    body = f"<html><head>{declaration}</head><body><article><p>{LEDE}</p><p>{words} said no. {MORE}</p></article></body></html>"
    assert f"{words} said no." in one("a.html", body.encode(encoding)).text


def test_an_xhtml_page_declares_its_encoding_as_xml() -> None:
    body = (
        f"<?xml version='1.0' encoding='iso-8859-2'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>{LEDE} Żak left.</p></body></html>"
    )
    assert "Żak left." in one("a.xhtml", body.encode("iso8859-2")).text


def test_a_page_saved_as_one_file() -> None:
    whole = "\r\n".join(
        [
            "From: <Saved by Blink>",
            "Snapshot-Content-Location: https://post.example/ferry",
            "MIME-Version: 1.0",
            'Content-Type: multipart/related; type="text/html"; boundary="X"',
            *("", "--X", 'Content-Type: text/html; charset="iso-8859-1"', "Content-Transfer-Encoding: quoted-printable"),
            *("Content-Location: https://post.example/ferry", "", article("<p>The caf=E9 stayed open.</p>").replace("='", "=3D'")),
            *("", "--X", "Content-Type: image/png", "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=", "--X--", ""),
        ]
    )
    found = one("a.mhtml", whole)
    assert "The café stayed open." in found.text
    assert found.url == "https://post.example/ferry"


@pytest.mark.parametrize("body", ["<html></html>", "<html><body><nav>Home</nav></body></html>", "<!-- nothing -->"])
def test_a_page_without_an_article_is_refused(body: str) -> None:
    assert "no article text found" in refused(read("a.html", body.encode()))


# --- text and encodings ------------------------------------------------------------------------------------------------------

WORDS = "Mayor Zoë Brontë said “the café stays open” and that the city’s €5 fee would go.\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252", "mac_roman"],
)
def test_text_is_read_in_the_encoding_it_is_in(encoding: str) -> None:
    assert one("a.txt", WORDS.encode(encoding)).text == WORDS


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "東京で記者団に対し、首相は増税を否定した。野党は反発している。市長は、来年の予算について語った。"),
        ("koi8_r", "Президент сказал, что налоги вырастут в следующем году. Журналисты не поверили ему."),
        ("cp1251", "Президент сказал, что налоги вырастут в следующем году."),
    ],
)
def test_letters_of_other_alphabets_are_detected(encoding: str, text: str) -> None:
    assert one("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize("stray", [b"\xe9", b"\x93no\x94", b"\xff"], ids=ascii)
def test_a_stray_byte_spoils_one_character(stray: bytes) -> None:
    found = one("a.txt", WORDS.encode() + b"Clerk Andr" + stray + b".\n")
    assert found.text.startswith(WORDS)
    assert len(found.text) == len(WORDS) + len("Clerk Andr.\n") + len(stray)
    assert "not UTF-8" in found.note


def test_a_zero_byte_is_one_character() -> None:
    found = one("a.txt", WORDS.encode() * 3 + b"The\0end.\n")
    assert found.text == WORDS * 3 + "The\ufffdend.\n"
    assert found.note


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), b"PK\x03\x04\0\0\0", bytes(range(1, 256)) * 4, b"\xff\xfeabc", b"\0" * 99],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert "is not text" in refused(read("a.txt", data))


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1))
def test_a_declared_encoding_is_used(text: str) -> None:
    assert decode(text.encode("utf-16-le"), "utf-16-le") == text
    assert decoded(text.encode("utf-8"), "nonsense")[0] == decode(text.encode("utf-8"))


# --- Markdown ----------------------------------------------------------------------------------------------------------------

CLIPPING = """---
title: "Port city bans night flights"
source: "https://example.net/port"
author: "[[Nadia Kerr]]"
published: 2024-02-11
---

# Port city bans night flights

![Aeroplane over roofs](https://img.example.net/a.jpg)

The council voted on Sunday, [Mayor Lucia Prado](https://example.net/people/prado) said.
Nobody was *against* it.

> "People have a right to sleep," **Prado** said.

* NordJet: 300 jobs

| Year | Night flights |
|------|---------------|
| 2023 | 2,311 |
"""


def test_markdown_without_its_marks() -> None:
    found = one("a.md", CLIPPING)
    assert (found.title, found.url, found.author, found.published) == (
        *("Port city bans night flights", "https://example.net/port", "Nadia Kerr"),
        "2024-02-11",
    )
    assert [line for line in found.text.split("\n") if line] == [
        "Port city bans night flights",
        "Aeroplane over roofs",
        "The council voted on Sunday, Mayor Lucia Prado said.",
        "Nobody was against it.",
        '"People have a right to sleep," Prado said.',
        "- NordJet: 300 jobs",
        "Year | Night flights",
        "2023 | Night flights 2,311",
    ]


@pytest.mark.parametrize(
    ("front", "known"),
    [
        (
            "---\nheadline: Taxes rise\nsite: The Post\ndate: 2 March 2024\nauthors: [Ann Lee, Jo Hale]\n---\n",
            ("Taxes rise", "The Post", None),
        ),
        ('+++\ntitle = "Taxes rise"\nurl = "https://post.example/a"\n+++\n', ("Taxes rise", None, "https://post.example/a")),
        ("---\ntitle: [broken\n---\n", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_front_matter(front: str, known: tuple[str | None, ...]) -> None:
    found = one("a.md", f"{front}\nThe mayor said taxes would rise.\n")
    assert (found.title, found.outlet, found.url) == known
    assert found.text.rstrip().endswith("The mayor said taxes would rise.")


@pytest.mark.parametrize(
    "text", ["One line\nand the next.\n", "A <b>bold</b> word.\n", "<div>In a block</div>\n", "```\nas typed\n```\n", "3 * 4 * 5\n"]
)
def test_markdown_loses_no_words(text: str) -> None:
    plain = "".join(sign if sign.isalnum() else " " for sign in text.replace("<b>", "").replace("</b>", "").replace("div>", ""))
    assert plain.split() == "".join(sign if sign.isalnum() else " " for sign in one("a.md", text).text).split()


# --- PDF ---------------------------------------------------------------------------------------------------------------------


def pdf(*pages: list[str], trailer: bool = True) -> bytes:
    """A PDF of these pages of lines."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"BT /F1 10 Tf 20 {780 - 14 * place} Td ({line}) Tj ET\n" for place, line in enumerate(lines))
        parts.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {5 + 2 * number} 0 R/Resources<</Font<</F1 3 0 R>>>>>>")
        parts.append(f"<</Length {len(shown)}>>stream\n{shown}endstream")
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += f"{number} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size {len(parts) + 1}>>\n"
    return data + (f"{end}startxref\n{len(data)}\n%%EOF" if trailer else "trailer<</Root 1 0 R>>").encode()


def test_a_pdf_has_paragraphs_and_pages() -> None:
    first = [
        "Ferry sinks off Holm",
        "The ferry Aurora sank off Holm on Saturday night with many peo-",
        "ple on board, the coast guard said.",
        "Nobody knows why.",
    ]
    text = one("a.pdf", pdf(first, ["The captain stayed."])).text
    assert text.split("\n") == [
        "Ferry sinks off Holm",
        "The ferry Aurora sank off Holm on Saturday night with many people on board, the coast guard said.",
        "Nobody knows why.",
        PAGE,
        "The captain stayed.",
    ]
    found = Article("a.pdf", text, "Ferry sinks off Holm")
    assert [found.page_of(text.index(words)) for words in ("Nobody", "The captain")] == [1, 2]
    assert Article("a.txt", "Text.", "Text.").page_of(2) is None


def test_running_titles_of_a_pdf_are_no_text() -> None:
    pages = [
        ["The Daily Post", f"On day {day} the mayor said that he would stay in office until the vote.", f"Page {day}"]
        for day in range(1, 5)
    ]
    text = one("a.pdf", pdf(*pages)).text
    assert "day 4" in text
    assert "Daily Post" not in text
    assert "Page" not in text


def test_a_pdf_that_was_cut_is_read_as_far_as_it_goes() -> None:
    found = one("a.pdf", pdf(["Fishermen said they would block the port."], trailer=False))
    assert found.text == "Fishermen said they would block the port."
    assert "cut" in found.note


@pytest.mark.parametrize(
    ("data", "why"),
    [(pdf([]), "holds no text"), (b"%PDF-1.4\nnonsense", "not a PDF that can be read"), (pdf(["A."])[:300], "not a PDF that can be read")],
)
def test_a_pdf_without_text_says_why(data: bytes, why: str) -> None:
    assert why in refused(read("a.pdf", data))


def test_an_encrypted_pdf_says_so() -> None:
    from pypdf import PdfReader, PdfWriter

    writer, data = PdfWriter(PdfReader(io.BytesIO(pdf(["Secret."])))), io.BytesIO()
    writer.encrypt("password", algorithm="RC4-128")
    writer.write(data)
    assert "encrypted" in refused(read("a.pdf", data.getvalue()))


def test_a_pdf_is_a_pdf_whatever_it_is_called() -> None:
    assert one("a.txt", pdf(["The mayor spoke."])).text == "The mayor spoke."


# --- Word --------------------------------------------------------------------------------------------------------------------


def word(body: str, **more: str) -> bytes:
    data = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for name, text in more.items():
            file.writestr(f"word/{name}.xml", f"<w:{name} {space}>{text}</w:{name}>")
    return data.getvalue()


def said(text: str, before: str = "") -> str:
    return f"<w:p>{before}<w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (said("The fee is illegal."), ["The fee is illegal."]),
        (said("No to the fee", "<w:pPr><w:numPr/></w:pPr>") + said("Next."), ["- No to the fee", "Next."]),
        (
            f"<w:tbl><w:tr><w:tc>{said('Holm')}</w:tc><w:tc>{said('19')}</w:tc></w:tr></w:tbl>" + said("After."),
            ["Holm | 19", "After."],
        ),
        (
            "<w:p><w:r><w:t>It </w:t></w:r><w:del><w:r><w:delText>is not</w:delText></w:r></w:del><w:r><w:t>is.</w:t></w:r></w:p>",
            ["It is."],
        ),
        ("<w:p><w:r><w:t>One</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t></w:r></w:p>", ["One", "two\tthree"]),
    ],
)
def test_word_documents(body: str, lines: list[str]) -> None:
    assert one("a.docx", word(body)).text.split("\n") == lines


def test_footnotes_are_read() -> None:
    notes = f"<w:footnote>{said('He said so in May.')}</w:footnote>"
    assert "He said so in May." in one("a.docx", word(said("The fee."), footnotes=notes)).text


@pytest.mark.parametrize("data", [b"PK", b"PK\x03\x04nonsense", word("x")[:200], gzip.compress(b"x")])
def test_a_damaged_word_document_is_refused(data: bytes) -> None:
    assert "not a Word document" in refused(read("a.docx", data))


# --- mail --------------------------------------------------------------------------------------------------------------------


def mail(text: str, html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "Côte closed", "Ann Lee <ann@post.example>", "Fri, 08 Mar 2024 07:30:00 +0000"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_a_mail_is_an_article() -> None:
    found = one("a.eml", bytes(mail("The coast road is closed, the mayor said.\n")))
    assert found.text == "Côte closed\n\nThe coast road is closed, the mayor said."
    assert (found.title, found.author) == ("Côte closed", "Ann Lee")
    assert found.published is not None and "2024" in found.published


def test_a_mail_of_html_alone_is_read_as_a_page() -> None:
    message = mail("")
    message.set_content(article("<ul><li>19 dead</li></ul>"), subtype="html")
    assert "- 19 dead" in one("a.eml", bytes(message)).text


def test_what_is_attached_to_a_mail_is_read_or_named() -> None:
    message = mail("See the minutes.\n")
    message.add_attachment(word(said("The fee is illegal.")), maintype="application", subtype="msword", filename="minutes.docx")
    message.add_attachment(b"..", maintype="application", subtype="x-odd", filename="odd.bin")
    message.add_attachment(b"..", maintype="image", subtype="png", filename="logo.png")
    drafts, troubles = every("a.eml", bytes(message))
    assert [(draft.part, draft.text) for draft in drafts[1:]] == [("minutes.docx", "The fee is illegal.")]
    assert [(trouble.where, trouble.meant) for trouble in troubles] == [("odd.bin", False), ("logo.png", True)]


# --- an article a row --------------------------------------------------------------------------------------------------------

ROWS = [
    {"text": "The mayor spoke.", "title": "Mayor speaks", "outlet": "The Post", "published": "2024-03-08", "id": "a1"},
    {"text": "Snow fell.\nNobody was hurt.", "url": "https://post.example/b"},
    {"text": "<p>Trains &amp; trams stood still.</p><ul><li>No train left</li></ul>", "author": "Ann Lee"},
]


def in_csv(separator: str) -> str:
    names = ["text", "title", "outlet", "published", "id", "url", "author"]
    quoted = [[f'"{row.get(name, "")}"' for name in names] for row in ROWS]
    return "\r\n".join([separator.join(names), *(separator.join(row) for row in quoted)])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", "\n\n".join(map(json.dumps, ROWS))),
        ("a.ndjson", "\n".join(map(json.dumps, ROWS))),
        ("a.json", json.dumps(ROWS)),
        ("a.json", json.dumps({"count": 3, "articles": ROWS})),
        ("a.csv", in_csv(",")),
        ("a.csv", in_csv(";")),
        ("a.tsv", in_csv("\t")),
        ("a.jsonl.gz", gzip.compress("\n".join(map(json.dumps, ROWS)).encode())),
    ],
)
def test_an_article_a_row(name: str, data: bytes | str) -> None:
    drafts, troubles = every(name, data)
    assert not troubles
    assert [draft.text for draft in drafts] == [ROWS[0]["text"], ROWS[1]["text"], "Trains & trams stood still.\n- No train left"]
    first, second, third = drafts
    assert (first.title, first.outlet, first.published, first.part) == ("Mayor speaks", "The Post", "2024-03-08", "a1")
    assert (second.url, third.author) == ("https://post.example/b", "Ann Lee")
    assert len({draft.part for draft in drafts}) == 3


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", '{"Body": "The mayor spoke.", "source": "The Post"}'),
        ("a.json", '[{"body": "The mayor spoke.", "source": "The Post"}]'),
        ("a.csv", "source,body\nThe Post,The mayor spoke.\n"),
    ],
)
def test_columns_of_other_names(name: str, data: str) -> None:
    found = one(name, data, text="body", outlet="source")
    assert (found.text, found.outlet) == ("The mayor spoke.", "The Post")
    assert "--map" in refused(read(name, data.encode()))


def test_a_line_that_is_not_json_is_named_and_the_others_are_read() -> None:
    drafts, troubles = every("a.jsonl", '{"text": "One."}\n{"text": \n[1]\n{"text": ""}\n{"text": "Two."}\n')
    assert [draft.text for draft in drafts] == ["One.", "Two."]
    assert [trouble.where for trouble in troubles] == ["line 2", "line 3", "line 4"]


def test_a_csv_without_a_text_says_what_it_has() -> None:
    assert "has no column 'text' (it has question, answer)" in refused(read("a.csv", b"question,answer\nWhy?,So.\n"))


@pytest.mark.parametrize(
    "item",
    [
        {
            "uri": "urn:1",
            "headline": "Mayor speaks",
            "body_text": "The mayor spoke.",
            "byline": "Ann Lee",
            "versioncreated": "2024-03-08T07:30:00Z",
        },
        {
            "uri": "urn:1",
            "headline": "Mayor speaks",
            "body_xhtml": "<p>The mayor spoke.</p>",
            "byline": "Ann Lee",
            "firstcreated": "2024-03-08",
        },
        {
            "uri": "urn:1",
            "headlines": [{"role": "main", "value": "Mayor speaks"}],
            "bodies": [{"contentType": "text/html", "value": "<p>The mayor spoke.</p>"}],
            "bylines": [{"value": "Ann Lee"}],
            "versionCreated": "2024-03-08T07:30:00Z",
        },
    ],
)
def test_ninjs(item: dict[str, object]) -> None:
    found = one("a.json", json.dumps(item))
    assert (found.text, found.title, found.author, (found.published or "")[:10]) == (
        "The mayor spoke.",
        "Mayor speaks",
        "Ann Lee",
        "2024-03-08",
    )


# --- news in XML -------------------------------------------------------------------------------------------------------------

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Post</title>
<item><title>Mayor &amp;amp; council speak</title><link>https://post.example/a</link><guid>urn:a</guid>
<pubDate>Fri, 08 Mar 2024 07:30:00 GMT</pubDate>
<dc:creator>Ann Lee</dc:creator><description>Short.</description>
<content:encoded><![CDATA[<p>The mayor spoke.</p><ul><li>No taxes</li></ul>]]></content:encoded></item>
<item><title>Nothing in it</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Post</title><author><name>Ann Lee</name></author>
<entry><id>urn:a</id><title>Mayor speaks</title><link href="https://post.example/a"/><published>2024-03-08T07:30:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>The mayor spoke.</p><ul><li>No taxes</li></ul></div></content></entry></feed>"""
NITF = """<nitf><head><title>Mayor</title><docdata><date.issue norm="20240308T073000Z"/></docdata><pubdata name="The Post"/></head><body>
<body.head><hedline><hl1>Mayor speaks</hl1></hedline><byline>Ann Lee</byline></body.head><body.content><p>The mayor spoke.</p>
<ul><li>No taxes</li></ul><media><media-caption>The mayor on Friday</media-caption></media></body.content></body></nitf>"""
NEWSML = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:a"><itemMeta><provider literal="The Post"/>
<firstCreated>2024-03-08T07:30:00Z</firstCreated></itemMeta><contentMeta><headline>Mayor speaks</headline><by>Ann Lee</by></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>
<p>The mayor spoke.</p><ul><li>No taxes</li></ul></body></html></inlineXML></contentSet></newsItem>"""


@pytest.mark.parametrize(
    ("name", "data"), [("a.rss", RSS), ("a.xml", ATOM), ("a.atom", ATOM), ("a.xml", NITF), ("a.nitf", NITF), ("a.xml", NEWSML)]
)
def test_news_in_xml(name: str, data: str) -> None:
    (found, *_), troubles = every(name, data)
    assert found.title in ("Mayor speaks", "Mayor & council speak")
    lines = [line for line in found.text.split("\n") if line]
    assert lines[:3] == [found.title, "The mayor spoke.", "- No taxes"]
    assert (found.outlet, found.author) == ("The Post", "Ann Lee")
    assert found.published
    assert all("no text" in trouble.why for trouble in troubles)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<rss><channel>", "not XML that can be read"),
        ("<recipe/>", "of a kind that is not read (recipe)"),
        ("<rss><channel><title>x</title></channel></rss>", "holds no articles"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><recipe>&b;</recipe>', "of a kind that is not read"),
    ],
)
def test_xml_that_is_no_news_says_so(data: str, why: str) -> None:
    assert why in refused(read("a.xml", data.encode()))


def test_nothing_outside_an_xml_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    data = f'<!DOCTYPE nitf [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>{NITF.replace("spoke", "spoke &s;")}'
    assert "secret" not in str(read("a.xml", data.encode()))


# --- archives ----------------------------------------------------------------------------------------------------------------


def zipped(**files: bytes | str) -> bytes:
    """A zip of files: ``north__a_txt`` is ``north/a.txt``."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return data.getvalue()


def test_a_zip_of_files_of_every_kind() -> None:
    data = zipped(
        a_txt="The mayor spoke.",
        north__b_html=article(),
        rows_jsonl="\n".join(map(json.dumps, ROWS)),
        sources_csv="file;outlet\na.txt;The Post\n",
        picture_png=b"..",
        inner_zip=zipped(a_txt="x"),
    )
    drafts, troubles = every("a.zip", data)
    assert [draft.part for draft in drafts] == ["a.txt", "north/b.html", "rows.jsonl#a1", "rows.jsonl#2", "rows.jsonl#3"]
    assert drafts[0].outlet == "The Post"
    assert [trouble.where for trouble in troubles] == ["picture.png", "inner.zip"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.zip", zipped(a_txt="The mayor spoke.")[:-30], "damaged or cut zip"),
        ("a.zip", b"nonsense", "damaged or cut zip"),
        ("a.zip", zipped(a_txt="x" * 5_000_000), "more than is safe"),
        ("a.txt.gz", gzip.compress(b"The mayor spoke." * 99)[:-9], "damaged or cut gzip"),
        ("a.txt.gz", b"nonsense", "damaged or cut gzip"),
        ("a.txt.gz", gzip.compress(b"x" * 30_000_000), "larger than 20 MB"),
    ],
)
def test_damaged_archives_and_bombs_are_refused(name: str, data: bytes, why: str) -> None:
    assert why in refused(read(name, data))


# --- any file ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\0\0\0\0", b"{[<", b"\xff\xd8\xff\xe0" + bytes(range(200)), b"[" * 100_000, b"<a>" * 20_000]
)
def test_no_file_fails(suffix: str, data: bytes) -> None:
    for found in read(f"a{suffix}", data):
        if isinstance(found, Trouble):
            assert found.why
        else:
            found.text.encode("utf-8")


@pytest.mark.parametrize("name", ["a.odt", "article", "a.png", "a.gz", "a.docx.bak"])
def test_what_has_no_reader_is_said(name: str) -> None:
    assert kind_of(name) is None
    assert "cannot read" in refused(read(name, b"x"))


@pytest.mark.parametrize(
    "text",
    ["<p>The mayor<u<b spoke.</p>", "<ul\xa0<li>The mayor spoke.</ul>", "<p>\x00The mayor spoke.</p>", "<p>The <[[x]]> mayor spoke.</p>"],
)
def test_broken_marks_spoil_no_other_article(text: str) -> None:
    rows = [{"text": text}, {"text": "Snow fell."}]
    drafts, troubles = every("a.jsonl", "\n".join(map(json.dumps, rows)))
    assert not troubles
    assert drafts[-1].text == "Snow fell."
    assert "mayor" in drafts[0].text
    assert "mayor" in one("a.html", article(text)).text


def test_halves_of_characters_are_replaced() -> None:
    assert one("a.jsonl", '{"text": "A \\ud83d\\ude00 and \\ud800."}').text == "A 😀 and �."


def test_a_file_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(data: bytes, columns: object) -> list[Found]:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    monkeypatch.setattr(readers, "SECONDS", 0.2)
    monkeypatch.setitem(KINDS, ".txt", readers.Kind(slow))
    assert "takes longer" in refused(read("a.txt", b"x"))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_an_article_longer_than_any_book_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ARTICLE", 1_000_000)
    text = "The mayor spoke. " * 60_000
    assert "more than 1 million characters" in refused(read(name, (json.dumps({"text": text}) if name == "a.jsonl" else text).encode()))
