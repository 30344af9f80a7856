"""From a folder to Articles: manifests, encodings, and one line for each thing that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import corpus as module
from index.corpus import BUNDLED, Corpus, columns_of, first_line, read_corpus
from index.errors import CorpusError, UsageError
from index.readers.decoding import decode
from index.types import Article

BODY = "Mayor speaks\n\nThe mayor said taxes would rise.\n"


def write(folder: Path, **files: str | bytes) -> Path:
    """Files of a corpus: ``a_txt`` is written to ``a.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def article(corpus: Corpus, name: str = "a.txt") -> Article:
    return next(source.article for source in corpus.sources if source.article.id == name)


# --- the bundled corpus ------------------------------------------------------------------------------------------------------


def test_bundled_corpus() -> None:
    corpus = read_corpus([BUNDLED])
    assert not corpus.problems
    assert {source.article.id for source in corpus.sources} == {
        "euractiv.txt",
        "freebeacon.txt",
        "jtf.txt",
        "maltatoday.txt",
        "worldnewshub.txt",
    }
    assert article(corpus, "euractiv.txt").outlet == "Euractiv"
    assert article(corpus, "euractiv.txt").published == "2016-11-15"
    assert article(corpus, "maltatoday.txt").published is None, "a date that nobody stated is never guessed"
    assert "NOTICE.md" not in {source.article.id for source in corpus.sources}


# --- manifests ---------------------------------------------------------------------------------------------------------------


def test_bare_text_files_need_no_manifest(tmp_path: Path) -> None:
    assert article(read_corpus([write(tmp_path, a_txt=BODY)])) == Article("a.txt", BODY, "Mayor speaks")


def test_manifest_says_what_the_file_does_not(tmp_path: Path) -> None:
    rows = 'file,outlet,title,url,published,author\na.txt,The Post,"Taxes, again",https://post.example/a,2024-02-29,Ann Smith\n'
    found = article(read_corpus([write(tmp_path, a_txt=BODY, sources_csv=rows)]))
    assert found == Article("a.txt", BODY, "Taxes, again", "The Post", "https://post.example/a", "2024-02-29", "Ann Smith")


@pytest.mark.parametrize("columns", ["file", "file,outlet", "file,colour,outlet", "FILE , Outlet", "outlet,file"])
def test_columns_may_be_missing_extra_or_in_any_order(tmp_path: Path, columns: str) -> None:
    names = [name.strip().lower() for name in columns.split(",")]
    row = ",".join({"file": "a.txt", "outlet": "The Post"}.get(name, "red") for name in names)
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv=f"{columns}\n{row}\n")])
    assert article(corpus).outlet == ("The Post" if "outlet" in names else None)
    assert not corpus.problems


def test_empty_cells_stay_unknown(tmp_path: Path) -> None:
    rows = "file,outlet,title,url,published,author\na.txt,, ,,,\nb.txt\n"
    corpus = read_corpus([write(tmp_path, a_txt=BODY, b_txt=BODY, sources_csv=rows)])
    assert article(corpus) == Article("a.txt", BODY, "Mayor speaks")
    assert article(corpus, "b.txt").outlet is None
    assert not corpus.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_manifests_from_spreadsheets(tmp_path: Path, encoding: str, line_end: str) -> None:
    rows = line_end.join(["file,outlet", "a.txt,L’Écho", ""]).encode(encoding)
    assert article(read_corpus([write(tmp_path, a_txt=BODY, sources_csv=rows)])).outlet == "L’Écho"


@pytest.mark.parametrize("day", ["02/09/2024", "2016-13-01", "2015-02-29", "31.02.2024", "March 2016", "Monday", "2016", "yesterday"])
def test_a_bad_date_is_a_problem_and_stays_unknown(tmp_path: Path, day: str) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv=f"file,published\na.txt,{day}\n")])
    assert article(corpus).published is None
    assert len(corpus.problems) == 1
    assert "a.txt" in corpus.problems[0]
    assert day in corpus.problems[0]


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("14 November 2016", "2016-11-14"),
        ("20161114", "2016-11-14"),
        ("2016-11-14T10:00", "2016-11-14"),
        ("2024-09-03T08:00:00Z", "2024-09-03"),
        ("02.09.2024", "2024-09-02"),
        ("13/09/2024", "2024-09-13"),
        ("Fri, 08 Mar 2024 07:30:00 GMT", "2024-03-08"),
        ("Sept. 3, 2024, 5 pm ET", "2024-09-03"),
    ],
)
def test_a_day_is_a_day_however_it_is_written(tmp_path: Path, stated: str, day: str) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv=f'file,published\na.txt,"{stated}"\n')])
    assert (article(corpus).published, corpus.problems) == (day, [])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_manifest_has_commas_semicolons_or_tabs(tmp_path: Path, separator: str) -> None:
    rows = [["File", "Outlet", "Title"], ["a.txt", "The Post", "Taxes, again"], ["B.TXT", "Echo; Evening", ""], ["c", "Star", ""]]
    rows = [[f'"{cell}"' if set(cell) & set(",;") else cell for cell in row] for row in rows]
    table = "\r\n".join(separator.join(row) for row in rows)
    corpus = read_corpus([write(tmp_path, a_txt=BODY, b_txt=BODY, c_txt=BODY, sources_csv=table)])
    assert [source.article.outlet for source in corpus.sources] == ["The Post", "Echo; Evening", "Star"]
    assert article(corpus).title == "Taxes, again"
    assert not corpus.problems


def test_a_row_for_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv="file,outlet\nz.txt,The Post\n,The Times\na.txt,The Sun\n")])
    assert len(corpus.problems) == 2
    assert "'z.txt'" in corpus.problems[0]
    assert "line 3" in corpus.problems[1]
    assert article(corpus).outlet == "The Sun"


@pytest.mark.parametrize("rows", ["", "\n", "nothing to see", "filename,source\na.txt,The Post\n"])
def test_a_manifest_without_the_columns_says_nothing_and_why_is_told(tmp_path: Path, rows: str) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, sources_csv=rows)])
    assert article(corpus).outlet is None
    assert len(corpus.problems) == bool(rows.strip())
    assert all("has no column 'file'" in problem and "--map" in problem for problem in corpus.problems)


def test_columns_of_other_names_are_said(tmp_path: Path) -> None:
    folder = write(tmp_path, a_txt=BODY, sources_csv="filename,source,date\na.txt,The Post,2024-09-02\n")
    corpus = read_corpus([folder], columns=columns_of("file=filename, outlet=Source,published=date"))
    assert (article(corpus).outlet, article(corpus).published, corpus.problems) == ("The Post", "2024-09-02", [])


@pytest.mark.parametrize("text", ["text", "colour=red", "text=", "=body"])
def test_columns_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="FIELD=COLUMN"):
        columns_of(text)


@pytest.mark.parametrize("rows", [b"\0\0\0", b"\xff\xfe\x00", b"file,outlet\na.txt," + b"x" * 200_000 + b"\n"])
def test_a_manifest_that_is_no_csv_stops_with_its_name(tmp_path: Path, rows: bytes) -> None:
    with pytest.raises(CorpusError, match=r"sources\.csv: .*Save it as a UTF-8 CSV file"):
        read_corpus([write(tmp_path, a_txt=BODY, sources_csv=rows)])


def test_nested_folders_and_the_innermost_manifest_wins(tmp_path: Path) -> None:
    write(tmp_path / "north" / "deep", c_txt=BODY, sources_csv="file,outlet\nc.txt,The Inner\n")
    write(tmp_path / "north", b_txt=BODY)
    write(tmp_path, a_txt=BODY, sources_csv="file,outlet,author\nnorth/b.txt,The Post,\nnorth/deep/c.txt,The Outer,Ann\n")
    corpus = read_corpus([tmp_path])
    assert [source.article.id for source in corpus.sources] == sorted(["a.txt", "north/b.txt", "north/deep/c.txt"])
    assert article(corpus, "north/b.txt").outlet == "The Post"
    assert article(corpus, "north/deep/c.txt").outlet == "The Inner"
    assert article(corpus, "north/deep/c.txt").author == "Ann"


def test_hidden_files_links_and_notices_are_no_articles(tmp_path: Path) -> None:
    write(tmp_path, a_txt=BODY, README_md=BODY, NOTICE_txt=BODY, LICENSE_txt=BODY)
    write(tmp_path / ".git", b_txt=BODY)
    (tmp_path / ".c.txt").write_text(BODY)
    (tmp_path / "d.txt").symlink_to(tmp_path / "a.txt")
    corpus = read_corpus([tmp_path])
    assert [source.article.id for source in corpus.sources] == ["a.txt"]
    assert not corpus.problems
    assert {note.partition(":")[0] for note in corpus.notes} == {"README.md", "NOTICE.txt", "LICENSE.txt", ".git", ".c.txt", "d.txt"}


# --- encodings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    words = "“Naïve,” the café’s owner said – and left.\n"
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    corpus = read_corpus([write(tmp_path, a_txt=marks.get(encoding, b"") + words.encode(encoding))])
    assert article(corpus).text == words


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    assert decode(text.encode("utf-8")) == text
    assert decode(text.encode("utf-8-sig")) == text
    assert decode(b"\xff\xfe" + text.encode("utf-16-le")) == text


@given(data=st.binary(max_size=200))
def test_any_bytes_are_text_or_a_corpus_error(data: bytes) -> None:
    try:
        decode(data).encode("utf-8")
    except CorpusError as error:
        assert "save" in str(error)


def test_line_ends_are_kept_as_read(tmp_path: Path) -> None:
    text = "Mayor speaks\r\n\r\nThe mayor spoke.\rShe left.\n"
    found = article(read_corpus([write(tmp_path, a_txt=text)])).text
    assert found == text
    assert found[found.index("She") :] == "She left.\n"


# --- what cannot be used -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "holds no text"),
        (b" \r\n\t", "holds no text"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"PK\x03\x04\x00\x00\x00", "is not text"),
        (b"\xff\xfeabc", "is not text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(tmp_path: Path, data: bytes, cause: str) -> None:
    corpus = read_corpus([write(tmp_path, a_txt=BODY, b_txt=data)])
    assert [source.article.id for source in corpus.sources] == ["a.txt"]
    assert len(corpus.problems) == 1
    assert corpus.problems[0].startswith("b.txt: ")
    assert cause in corpus.problems[0]


def test_a_huge_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 2_000_000)
    corpus = read_corpus([write(tmp_path, a_txt="x" * 2_000_001)])
    assert corpus.problems == ["a.txt: is larger than 2 MB; split it into articles"]


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a_txt=BODY, b_txt=BODY)
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "b.txt":
            raise PermissionError(13, os.strerror(13))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read whatever its mode
    corpus = read_corpus([tmp_path])
    assert corpus.problems == ["b.txt: cannot be read (Permission denied); check its permissions"]
    assert len(corpus.sources) == 1


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder"):
        read_corpus([tmp_path / "nowhere"])


def test_a_single_file_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cannot read \.odt files"):
        read_corpus([write(tmp_path, a_odt=BODY) / "a.odt"])


def test_a_single_file_with_its_manifest(tmp_path: Path) -> None:
    write(tmp_path, a_txt=BODY, b_txt=BODY, sources_csv="file,outlet\na.txt,The Post\n")
    corpus = read_corpus([tmp_path / "a.txt"])
    assert [(source.article.id, source.article.outlet) for source in corpus.sources] == [("a.txt", "The Post")]


def test_every_file_that_is_passed_over_is_named(tmp_path: Path) -> None:
    write(tmp_path, a_txt=BODY, picture_png=b"..", bare=BODY, letter_odt=b"PK", broken_pdf=b"nonsense")
    corpus = read_corpus([tmp_path])
    assert [problem.partition(":")[0] for problem in corpus.problems] == ["bare", "letter.odt", "picture.png", "broken.pdf"]
    assert len(corpus.sources) == 1


def test_links_out_of_the_folder_in_circles_and_to_nowhere_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "news", a_txt=BODY)
    write(tmp_path / "elsewhere", b_txt=BODY)
    for name, target in (
        ("out", tmp_path / "elsewhere"),
        ("circle", folder),
        ("nowhere.txt", tmp_path / "none"),
        ("self.txt", folder / "self.txt"),
    ):
        (folder / name).symlink_to(target)
    corpus = read_corpus([folder])
    assert [source.article.id for source in corpus.sources] == ["a.txt"]
    assert sorted(problem.partition(":")[0] for problem in corpus.problems) == ["nowhere.txt", "out", "self.txt"]
    assert [note.partition(":")[0] for note in corpus.notes] == ["circle"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "shut", b_txt=BODY)
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, os.strerror(13), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read whatever its mode
    corpus = read_corpus([write(tmp_path, a_txt=BODY)])
    assert corpus.problems == ["shut: cannot be read (Permission denied); check its permissions"]
    assert [source.article.id for source in corpus.sources] == ["a.txt"]


@pytest.mark.parametrize("name", [b"caf\xe9.txt", "Überfall 🙂.txt".encode(), b"two\nlines.txt", b"100% #1.txt"])
def test_any_name_a_file_can_have(tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_text(BODY)
    corpus = read_corpus([tmp_path])
    [source] = corpus.sources
    source.article.id.encode("utf-8")
    assert source.article.text == BODY
    assert not corpus.problems


def test_what_was_done_to_letters_is_noted(tmp_path: Path) -> None:
    corpus = read_corpus([write(tmp_path, a_txt="Zoë said “no” to the café.\n".encode("cp1252"), b_txt=BODY)])
    assert article(corpus).text == "Zoë said “no” to the café.\n"
    assert corpus.notes == ["a.txt: is not UTF-8; it was read as cp1252"]


# --- files of several articles -----------------------------------------------------------------------------------------------

ROWS = '{"text": "The mayor spoke.", "title": "Mayor", "id": "m"}\n{"text": "Snow fell."}\n{"text": "It fell again.", "id": "m"}\n'


def test_each_article_of_a_file_has_a_name_of_its_own(tmp_path: Path) -> None:
    manifest = "file,outlet,published\nrows.jsonl,The Post,2024-03-08\n"
    corpus = read_corpus([write(tmp_path, rows_jsonl=ROWS, sources_csv=manifest)])
    assert [source.article.id for source in corpus.sources] == ["rows.jsonl#m", "rows.jsonl#2", "rows.jsonl#m-2"]
    assert {(source.article.outlet, source.article.published) for source in corpus.sources} == {("The Post", "2024-03-08")}
    assert [source.article.title for source in corpus.sources] == ["Mayor", "Snow fell.", "It fell again."]


def test_what_the_manifest_says_wins_over_the_file(tmp_path: Path) -> None:
    row = '{"text": "The mayor spoke.", "title": "Mayor", "outlet": "Star", "published": "2020-01-01", "author": "Ann Lee"}'
    corpus = read_corpus([write(tmp_path, a_json=row, sources_csv="file;outlet;published\na.json;The Post;02.09.2024\n")])
    assert article(corpus, "a.json") == Article("a.json", "The mayor spoke.", "Mayor", "The Post", None, "2024-09-02", "Ann Lee")


@pytest.mark.parametrize("both", [True, False])
def test_articles_of_one_file_stay_what_they_are_alone_and_in_their_folder(tmp_path: Path, both: bool) -> None:
    folder = write(tmp_path, rows_jsonl=ROWS)
    corpus = read_corpus([folder, folder / "rows.jsonl"] if both else [folder / "rows.jsonl"])
    assert {source.article.id for source in corpus.sources} == {"rows.jsonl#m", "rows.jsonl#2", "rows.jsonl#m-2"}


# --- several folders ---------------------------------------------------------------------------------------------------------


def test_files_of_one_name_in_two_folders_stay_apart(tmp_path: Path) -> None:
    north = write(tmp_path / "north", a_txt=BODY, b_txt=BODY)
    south = write(tmp_path / "south", a_txt="Another\n\nQuite another article.\n", c_txt=BODY)
    corpus = read_corpus([north, south])
    names = [source.article.id for source in corpus.sources]
    assert len(set(names)) == 4
    assert {source.root for source in corpus.sources} == {str(north.resolve()), str(south.resolve())}
    assert any(source.article.text.startswith("Another") for source in corpus.sources)


def test_a_change_in_anything_known_of_an_article_changes_its_digest(tmp_path: Path) -> None:
    def digest(rows: str, body: str = BODY) -> str:
        return read_corpus([write(tmp_path, a_txt=body, sources_csv=rows)]).sources[0].digest

    first = digest("file,outlet\na.txt,The Post\n")
    assert digest("file,outlet\na.txt,The Post\n") == first
    assert digest("file,outlet\na.txt,The Times\n") != first
    assert digest("file,author\na.txt,The Post\n") != first
    assert digest("file,outlet\na.txt,The Post\n", BODY + " ") != first


@given(text=st.text(max_size=300))
def test_a_title_is_one_line(text: str) -> None:
    title = first_line(text)
    assert len(title) <= 200
    assert len(title.splitlines()) <= 1
    assert bool(title) == bool(text.strip())
