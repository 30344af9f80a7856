"""A CSV of questions, as people and spreadsheets write it: read row by row, whatever its separator and encoding."""

from __future__ import annotations

import codecs
import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from assistant.render import counted
from index.errors import TableError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
ASKED = ("question", "history", "outlet", "since", "until")  # the columns that are read; all others only pass through
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # how what a spreadsheet takes for a formula begins
_ARCHIVE, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how workbooks begin, whatever they are called
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE = 65_536  # bytes or characters at the beginning, from which encoding and separator are told
_LONGEST_CELL = 2**31 - 1  # characters; the csv module's own limit is less than a long document
_NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)*%?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    ``number`` is the row's as a spreadsheet counts, the header being row 1. ``cells`` are as many as the header has. The others are the
    cells of the columns of these names, empty where there is none, and ``checked`` the cell that is to be checked, where one is.
    ``problem`` is why the row cannot be asked.
    """

    number: int
    cells: tuple[str, ...]
    question: str = ""
    history: str = ""
    outlet: str = ""
    since: str = ""
    until: str = ""
    checked: str = ""
    problem: str | None = None


class Table(AbstractContextManager["Table"]):
    """An open CSV: its header, its number of rows, and the rows, which are read from the file each time. Use as a context manager.

    ``source`` is a file, or a stream that is copied to a temporary file first. ``delimiter`` and ``terminator`` are the file's own,
    ``plain`` is whether it is UTF-8 without a byte-order mark, ``note`` what people should know of how it was read. ``checked`` is the
    column that is to be checked, in place of questions to be asked; ``checks``: there is one.

    Raises:
        TableError: it cannot be read, is empty, is a workbook, lacks the column that it needs or has two of them, or has no rows.
    """

    def __init__(self, source: Path | BinaryIO, checked: str = "") -> None:
        self.checks, self._needed = bool(checked), _plain_name(checked) or "question"
        self._read = {**({"checked": self._needed} if checked else {}), **{name: name for name in ASKED}}
        csv.field_size_limit(_LONGEST_CELL)
        self.name = str(source) if isinstance(source, Path) else "standard input"
        with ExitStack() as unread:
            file = unread.enter_context(_opened(source) if isinstance(source, Path) else _copied(source))
            self._refuse_workbooks(file.read(4))
            encoding, self.note = _encoding(file)
            self.plain = encoding == "utf-8"
            file.seek(0)
            self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
            self._look(self._text.read(_SAMPLE))
            unread.pop_all()

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def _look(self, sample: str) -> None:
        if not sample.strip():
            raise TableError(
                f"{self.name} is empty. It needs a line with column names, one of them {self._needed!r}, and a row for each {self._needed}."
            )
        self.delimiter = _delimiter(sample, self._needed)
        self.terminator = min((end for end in ("\r\n", "\n", "\r") if end in sample), key=sample.find, default="\n")
        self.header = next(record for _, record in self._records() if record)
        self._places = self._columns()
        self.count = self._count()

    def _refuse_workbooks(self, begins: bytes) -> None:
        if begins in (_ARCHIVE, _OLD_WORKBOOK) or Path(self.name).suffix.lower() in WORKBOOKS:
            raise TableError(
                f"{self.name} is a workbook, not a CSV. Open it in the spreadsheet program, save it as CSV, and name that file."
            )

    def _columns(self) -> dict[str, int]:
        """Where the columns are that are read."""
        names = [_plain_name(name) for name in self.header]
        twice = [name for name in self._read.values() if names.count(name) > 1]
        if twice:
            raise TableError(f"{self.name} has {names.count(twice[0])} columns called {twice[0]!r}. Rename all but one.")
        if self._needed not in names:
            there = ", ".join(repr(name[:60]) for name in self.header[:20])
            raise TableError(
                f"{self.name} has no column {self._needed!r} in its first line. The columns there are: {there}. Rename or add one."
            )
        return {field: names.index(name) for field, name in self._read.items() if name in names}

    def _count(self) -> int:
        """How many rows there are.

        Raises:
            TableError: there are none, or a quotation mark is opened and never closed.
        """
        end, count = ["end", "end"], -2  # neither the header nor the end is a row
        for number, record in self._records(self.delimiter.join(end)):  # noqa: B007 - the last one counts
            count += bool(record)
        if record != end:  # it is inside quotation marks
            raise TableError(f"{self.name}, row {number}: a quotation mark is opened there and never closed. Close it.")
        if count < 1:
            raise TableError(f"{self.name} has a header and no rows. Add a row for each {self._needed}.")
        return count

    def rows(self) -> Iterator[Row]:
        """Yield the rows from the first on; blank lines are none."""
        records = self._records()
        next(record for record in records if record[1])
        return (self._row(number, record) for number, record in records if record)

    def _row(self, number: int, record: list[str]) -> Row:
        width = len(self.header)
        cells = (*record[:width], *[""] * (width - len(record)))
        problem = None
        if len(record) < width or any(record[width:]):  # spreadsheets end rows with empty cells, which say nothing
            cure = (
                "Fill in the missing ones"
                if len(record) < width
                else f"Put cells that hold {DELIMITERS[self.delimiter]} in quotation marks"
            )
            problem = f"the row has {counted(len(record), 'cell')}, the header {width}. {cure}."
        return Row(number, cells, **{name: cells[place] for name, place in self._places.items()}, problem=problem)

    def _records(self, *more: str) -> Iterator[tuple[int, list[str]]]:
        """Rows as lists of cells, numbered from 1 and blank lines too; ``more`` lines come behind them."""
        self._text.seek(0)
        return enumerate(csv.reader(chain(self._text, more), delimiter=self.delimiter), 1)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows as it is: an apostrophe stands before what it would run as a formula. Numbers stay numbers."""
    return f"'{cell}" if cell.startswith(FORMULA) and not _NUMBER.fullmatch(cell) else cell


def line(cells: Sequence[str], delimiter: str, terminator: str) -> str:
    """Cells as a row of a CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)  # cells with a bare \r are only quoted with this one
    return out.getvalue()[:-2] + terminator


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise TableError(f"there is no file {path}. Name the CSV with the questions.") from None
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}). Name the CSV with the questions.") from error

    return file if file.seekable() else _copied(file)  # a pipe has a name too


def _copied(stream: BinaryIO) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the table closes it
    try:
        shutil.copyfileobj(stream, file)
        file.seek(0)
    except OSError as error:
        file.close()
        raise TableError(f"the questions cannot be kept in a temporary file ({error.strerror}). Make room, or name a file.") from error
    return file


def _encoding(file: BinaryIO) -> tuple[str, str | None]:
    """The encoding of a file, and what people should know of it: marked, else UTF-8 where it is that, else Windows-1252."""
    file.seek(0)
    sample = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name, None
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) * 5 > len(sample) * 2:  # every other byte of English text, or nearly
            return name, None
    return _eight_bits(file)


def _eight_bits(file: BinaryIO) -> tuple[str, str | None]:
    """UTF-8 or Windows-1252, told from all of the file."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    letters = False  # whether anything beyond ASCII was UTF-8
    while True:
        chunk = file.read(_SAMPLE)
        try:
            letters = letters or not decoder.decode(chunk, final=not chunk).isascii()
        except UnicodeDecodeError as error:
            if letters or not bytes(error.object[: error.start]).isascii():
                return "utf-8", "holds bytes that are not UTF-8; they show as \ufffd"
            return "cp1252", None
        if not chunk:
            return "utf-8", None


def _delimiter(sample: str, needed: str) -> str:
    """The separator with which the first line has the column that is ``needed``; of several, or of none, that which makes most columns."""

    def fits(delimiter: str) -> tuple[bool, int]:
        header = next((record for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if record), [])
        return needed in map(_plain_name, header), len(header)

    return max(DELIMITERS, key=fits)


def _plain_name(name: str) -> str:
    return name.strip("\ufeff \t").casefold()
