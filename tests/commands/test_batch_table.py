"""Reading a CSV of questions whoever wrote it, and writing one that a spreadsheet only shows."""

from __future__ import annotations

import csv
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.batch.table import DELIMITERS, Row, Table, harmless, line
from index.errors import TableError

HEADER = ["Nº", " Question ", "outlet", "note"]
RECORDS = [
    ["1", "What did “Putin” say; and Trump, too?", "", 'the "Kremlin"\tsays'],
    ["2", "Who\r\nspoke\nfirst?", "Euractiv; MaltaToday", ""],
    ["3", "What happened in Kraków?", "", "ends here\n"],
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


def written(delimiter: str, terminator: str, records: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=terminator, quoting=csv.QUOTE_ALL).writerows(records)
    return out.getvalue()


def read(data: bytes | str) -> tuple[Table, list[Row]]:
    """A table that was read, and its rows."""
    with Table(io.BytesIO(data.encode() if isinstance(data, str) else data)) as table:
        return table, list(table.rows())


def refusal(data: bytes | str) -> str:
    with pytest.raises(TableError) as refused:
        read(data)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("terminator", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("delimiter", DELIMITERS, ids=repr)
def test_a_table_is_read_whatever_its_separator_and_encoding(delimiter: str, terminator: str, encoding: str) -> None:
    records = [[cell.replace("º", "o").replace("ó", "o") if encoding == "cp1252" else cell for cell in row] for row in [HEADER, *RECORDS]]
    table, rows = read(written(delimiter, terminator, records).encode(encoding))
    assert (table.delimiter, table.terminator, table.count, table.note) == (delimiter, terminator, 3, None)
    assert table.header == records[0]
    assert [list(row.cells) for row in rows] == records[1:]
    assert [row.question for row in rows] == [record[1] for record in records[1:]]
    assert [row.outlet for row in rows] == [record[2] for record in records[1:]]
    assert [row.number for row in rows] == [2, 3, 4]
    assert not any(row.problem for row in rows)


def test_the_rows_can_be_read_twice() -> None:
    with Table(io.BytesIO(b"question\none?\ntwo?\n")) as table:
        next(table.rows())
        assert [row.question for row in table.rows()] == [row.question for row in table.rows()] == ["one?", "two?"]


def test_blank_lines_are_no_rows_but_count_as_a_spreadsheet_counts() -> None:
    table, rows = read("\nid,question\n\n1,one?\n\n\n2,two?\n\n")
    assert (table.count, [row.number for row in rows]) == (2, [4, 7])


def test_the_columns_are_found_in_any_case_and_order() -> None:
    [row] = read("UNTIL,History,QUESTION,Since,Outlet\nu,h,q,s,o\n")[1]
    assert (row.question, row.history, row.outlet, row.since, row.until) == ("q", "h", "o", "s", "u")


def test_a_separator_inside_the_header_names_is_told_from_the_separator() -> None:
    assert read('"a;b";question\n1;"x;y"\n')[0].header == ["a;b", "question"]
    assert read("question,notes;more\n1,2\n")[0].header == ["question", "notes;more"]


def test_a_lone_column_is_separated_by_commas() -> None:
    assert read('question\n"one, two?"\n')[1][0].question == "one, two?"
    assert read("question\none, two?\n")[1][0].problem


def test_bytes_that_are_not_utf8_in_a_file_that_otherwise_is_are_told() -> None:
    table, rows = read(b"question\nWho is Zo\xc3\xab?\nWho is Zo\xeb?\n")
    assert table.note is not None
    assert [row.question for row in rows] == ["Who is Zoë?", "Who is Zo\ufffd?"]


def test_windows_1252_is_found_out_wherever_it_begins() -> None:
    table, rows = read(b"question\n" + b"Who is it?\n" * 20_000 + b"Who is Zo\xeb \x93now\x94?\n")
    assert (rows[-1].question, table.note, table.plain) == ("Who is Zoë “now”?", None, False)


# --- rows and files that cannot be used --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "width"), [("1", "1 cell"), ("1,what?,x,y,z", "5 cells"), ('1,"what?\nwho?"', "2 cells")], ids=["few", "many", "lines"]
)
def test_a_row_with_other_cells_than_the_header_is_a_problem_of_its_own(record: str, width: str) -> None:
    _, rows = read(f"id,question,note\n0,before?,\n{record}\n9,after?,\n")
    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert f"the row has {width}, the header 3" in (rows[1].problem or "")
    assert [len(row.cells) for row in rows] == [3, 3, 3]


def test_empty_cells_behind_the_last_column_say_nothing() -> None:
    [row] = read("id,question\n1,what?,,,\n")[1]
    assert (row.cells, row.problem) == (("1", "what?"), None)


def test_a_cell_of_a_million_characters_passes() -> None:
    [row] = read(f"question,note\nwhat?,{'x' * 1_000_000}\n")[1]
    assert len(row.cells[1]) == 1_000_000


def test_a_nul_byte_passes() -> None:
    [row] = read(b"question,note\nwhat?,a\x00b\n")[1]
    assert (row.cells[1], row.problem) == ("a\x00b", None)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "standard input is empty"),
        (b" \r\n\n", "standard input is empty"),
        (b"\xef\xbb\xbf", "standard input is empty"),
        (b"id,text\n1,what?\n", "no column 'question'"),
        (b"id,text\n1,what?\n", "'id', 'text'"),
        (b"What did Putin say?\nWho called?\n", "no column 'question' in its first line. The columns there are: 'What did Putin say?'"),
        (b"id,question\n", "a header and no rows"),
        (b"id,question", "a header and no rows"),
        (b"id,question\n\n\n", "a header and no rows"),
        (b"question,Question\na,b\n", "2 columns called 'question'"),
        (b"outlet,question, OUTLET\na,b,c\n", "2 columns called 'outlet'"),
        (b'id,question\n1,a?\n2,"b?\n3,c?\n', "row 3: a quotation mark is opened there and never closed"),
        (b"PK\x03\x04question\n", "is a workbook, not a CSV"),
        (b"\xd0\xcf\x11\xe0question\n", "is a workbook, not a CSV"),
        (bytes(range(128, 256)) * 20, "no column 'question'"),
        (b"\0" * 500, "no column 'question'"),
    ],
)
def test_what_is_no_table_of_questions_is_refused(data: bytes, cause: str) -> None:
    assert cause in refusal(data)


def test_files_that_are_not_there_or_no_files(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"question\nwhat?\n")
    for name, cause in (("none.csv", "there is no file"), (".", "cannot be read (Is a directory)"), ("book.xlsx", "save it as CSV")):
        with pytest.raises(TableError, match=r"\.$") as refused:
            Table(tmp_path / name)
        assert cause in str(refused.value)


def test_a_pipe_with_a_name_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"question\nwhat?\n",))
    writer.start()
    with Table(tmp_path / "pipe") as table:
        assert [row.question for row in table.rows()] == [row.question for row in table.rows()] == ["what?"]
    writer.join()


def test_an_odd_quotation_mark_in_a_cell_closes_nothing() -> None:
    assert read('question,size\nwhat?,5" disk\nwho?,"6"" disk"\n')[0].count == 2


# --- writing -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1+1", "- a point"])
def test_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "what?", "-5", "+3.5%", "-1,000.50", "1=1", "'=1+1", "a@b", "[]", "0.0312"])
def test_other_cells_and_numbers_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text('",;\t\r\n=a ', max_size=8)


@given(st.lists(CELLS, min_size=2, max_size=5), st.sampled_from([*DELIMITERS]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_written_line_is_read_back_cell_by_cell(cells: list[str], delimiter: str, terminator: str) -> None:
    text = line(cells, delimiter, terminator)
    assert text.endswith(terminator)
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == [cells]


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    st.sampled_from([*DELIMITERS]),
    st.sampled_from(ENCODINGS[:3]),
)
def test_every_cell_comes_through(records: list[list[str]], delimiter: str, encoding: str) -> None:
    text = "".join(line(record, delimiter, "\r\n") for record in [["id", "question", "note"], *records])
    _, rows = read(text.encode(encoding))
    assert [list(row.cells) for row in rows] == records
