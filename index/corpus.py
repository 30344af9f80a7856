"""A folder of articles and what is known about them → Articles.

`index.readers` has a reader for each kind of file. ``sources.csv`` (file, outlet, title, url, published, author) may lie in any folder of
the corpus and speaks for the files below it; every column and cell is optional. What it says wins over what a file says of itself, and
what neither says stays unknown.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from index import readers
from index.days import day_of
from index.errors import CorpusError, UsageError
from index.lexicon import line_pattern, words
from index.readers import Columns, Draft, Found, Trouble, manifest
from index.readers.decoding import decode
from index.types import Article

BUNDLED = Path(__file__).parent / "articles"
MANIFEST, COLUMNS = manifest.NAME, manifest.COLUMNS
SIDES = "sides.toml"
MAX_BYTES = readers.TEXT
PART = "#"  # parts the id of an article from the id of the file that holds several
NO_COLUMNS = readers.NO_COLUMNS

Progress = Callable[[int, int, str], None]
"""What is called with how much is done, of how much, and the article that was read and stored last; none: files are looked through."""


@dataclass(frozen=True, slots=True)
class Source:
    """An article with where it came from: ``root`` is the corpus folder, ``digest`` changes when anything about it does."""

    article: Article
    root: str
    digest: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that was read: the articles, and the folders they came from.

    ``problems`` has a line for each thing that could not be used, ``notes`` one for each thing that is none of the articles', or that was
    used and may be looked at.
    """

    sources: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_corpus(
    paths: list[Path],
    taken: Mapping[str, str] = MappingProxyType({}),
    columns: Columns = NO_COLUMNS,
    progress: Progress = lambda done, of, what: None,
) -> Corpus:
    """Read every article below ``paths`` (folders or single files).

    A file that cannot be read becomes a line in ``problems`` and the others go on. ``taken`` has the corpus folders of ids that are in use:
    an article of another folder whose file has the same name is called by its folder too. ``columns`` are what tables call their columns.

    Raises:
        CorpusError: a path does not exist, or a manifest is not a CSV file.
    """
    corpus = Corpus()
    check_paths(paths)
    for path in dict.fromkeys(path.resolve() for path in paths):
        root = path if path.is_dir() else path.parent
        corpus.roots.append(shown(path))
        known = _manifests(root, corpus.problems, columns, deep=path.is_dir())
        if path.is_file() and readers.kind_of(path.name) is None:
            raise CorpusError(f"{shown(path)}: {readers.unread(path.name)}.")
        files = _files(path, corpus) if path.is_dir() else [path]
        for number, file in enumerate(files, 1):
            progress(number, len(files), "")
            _add(corpus, file, root, shown(path), known.get(file.resolve(), {}), columns)
    _settle_names(corpus.sources, dict(taken))
    return corpus


def check_paths(paths: list[Path]) -> None:
    """Raise `CorpusError` for a path that does not exist or holds no file that could be an article."""
    for path in paths:
        if not path.exists():
            raise CorpusError(f"no such file or folder: {shown(path)}. Name a folder of articles, or none for the bundled ones.")
        if path.is_dir() and not _files(path, Corpus()):
            raise CorpusError(f"no articles in {shown(path)}: there is no file ending in {', '.join(readers.KINDS)}. Name another folder.")


def shown(path: Path) -> str:
    """A path as text that can be stored and printed: bytes that are no UTF-8 are written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_file(file: Path, columns: Columns = NO_COLUMNS) -> list[Found]:
    """Read what one file holds: drafts of articles, and a word on each thing in it that cannot be read."""
    kind = readers.kind_of(file.name)
    if kind is None:
        return [Trouble(readers.unread(file.name))]
    most = MAX_BYTES if kind.most == readers.TEXT else kind.most
    try:
        if file.stat().st_size > most:
            return [Trouble(f"is larger than {most // 1_000_000} MB; split it into articles")]
        data = file.read_bytes()
    except OSError as error:
        return [Trouble(f"cannot be read ({error.strerror}); check its permissions")]
    return readers.read(file.name, data, columns, most)


def columns_of(text: str) -> Columns:
    """What ``text=body,outlet=source`` says of a table's columns.

    Raises:
        UsageError: it is not written so, or names nothing that is known of an article.
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    columns = {field.strip().lower(): column.strip() for field, _, column in pairs}
    allowed = ("file", "text", *COLUMNS)
    if wrong := [field for field, column in columns.items() if field not in allowed or not column]:
        raise UsageError(
            f"--map cannot use {wrong[0]!r}: write FIELD=COLUMN, with commas between several; fields are {', '.join(allowed)}."
        )
    return columns


def sides_file(root: Path) -> Path:
    """Where a corpus (a folder, or a single file) has its ``sides.toml``, if it has one."""
    return (root if root.is_dir() else root.parent) / SIDES


def _files(folder: Path, corpus: Corpus) -> list[Path]:
    """Article files below a folder, in order; each other thing there is a line in the corpus's problems or notes."""
    files: list[Path] = []

    def note(path: Path, why: str, *, problem: bool = False) -> None:
        (corpus.problems if problem else corpus.notes).append(f"{shown(path.relative_to(folder))}: {why}")

    def refused(error: OSError) -> None:
        note(Path(error.filename or folder), f"cannot be read ({error.strerror}); check its permissions", problem=True)

    for place, folders, names in os.walk(folder, onerror=refused):
        for name in sorted(folders):
            path = Path(place, name)
            if path.is_symlink():
                _note_link(path, folder, note)
            elif name.startswith((".", "__")):
                note(path, "a hidden folder")
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(place, name)
            if path.is_symlink():
                _note_link(path, folder, note)
            elif name in (MANIFEST, SIDES):
                continue
            elif not is_article(name):
                note(path, "its name is that of a notice or of a hidden file, not of an article")
            elif readers.kind_of(name) is None:
                note(path, readers.unread(name), problem=True)
            elif not path.is_file():
                note(path, "is no regular file; replace it by one", problem=True)
            else:
                files.append(path)
    return sorted(files)


def _note_link(path: Path, folder: Path, note: Callable[..., None]) -> None:
    """A link is not followed: what it leads to inside the folder is read where it is, and elsewhere it may be anything."""
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        note(path, "a link that leads nowhere; remove it", problem=True)
        return
    why = (
        "a link to what is read in its place"
        if inside
        else "a link out of the folder, which is not followed; name what it leads to as well"
    )
    note(path, why, problem=not inside)


def is_article(name: str) -> bool:
    """Whether a file may be an article by its name: hidden files and notices about the articles are none."""
    return not name.startswith(".") and Path(name).stem.lower() not in words("notices")


def _add(corpus: Corpus, file: Path, root: Path, origin: str, row: dict[str, str], columns: Columns) -> None:
    """Take in what a file holds."""
    name = shown(file.relative_to(root))
    used: set[str] = set()
    for found in read_file(file, columns):
        if isinstance(found, Trouble):
            (corpus.notes if found.meant else corpus.problems).append(f"{name}{' ' * bool(found.where)}{found.where}: {found.why}")
            continue
        identity = name + PART * bool(found.part) + _free(" ".join(found.part.split()), used)
        if found.note:
            corpus.notes.append(f"{identity}: {found.note}")
        article = _article(identity, found, row, corpus)
        corpus.sources.append(Source(article, origin, digest_of(article)))


def _free(part: str, used: set[str]) -> str:
    """A part's name, with a number where another part of the file has it."""
    name, number = part, 1
    while name in used:
        number += 1
        name = f"{part}-{number}"
    used.add(name)
    return name


def _article(identity: str, draft: Draft, row: dict[str, str], corpus: Corpus) -> Article:
    """An article: what the manifest says of it, and where it says nothing what its file does."""
    stated = row.get("published") or draft.published
    published = day_of(stated) if stated else None
    if stated and not published:
        source = MANIFEST if row.get("published") else "the file"
        why = f"{identity}: {source} gives the date {stated[:100]!r}, which is not one day for sure (YYYY-MM-DD is); left unknown"
        (corpus.problems if row.get("published") else corpus.notes).append(why)
    title = row.get("title") or draft.title or first_line(draft.text)
    outlet, url, author = (row.get(name) or getattr(draft, name) for name in ("outlet", "url", "author"))
    return Article(identity, draft.text, title, outlet, url, published, author)


def first_line(text: str, longest: int = 200) -> str:
    """The first line that is not blank, cut at ``longest`` characters: what an article without a stated title is called by."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if not line_pattern("site_labels").fullmatch(line)), lines[0] if lines else "")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def digest_of(article: Article) -> str:
    """The checksum of all that is known of an article, its text too, but its id."""
    return hashlib.sha256("\0".join(value or "" for value in astuple(article)[1:]).encode("utf-8", "surrogatepass")).hexdigest()


def _manifests(root: Path, problems: list[str], columns: Columns, *, deep: bool) -> dict[Path, dict[str, str]]:
    """Rows of every ``sources.csv`` below ``root``, by the file they speak of; outer manifests first, inner ones win."""
    known: dict[Path, dict[str, str]] = {}
    places = [Path(place) for place, _, names in os.walk(root) if MANIFEST in names] if deep else [root] * (root / MANIFEST).is_file()
    for folder in sorted(places, key=lambda place: len(place.parts)):
        listed: dict[Path, list[Path]] = {}
        name = shown(folder / MANIFEST)
        for number, row in _rows(folder / MANIFEST, problems, columns):
            if "file" not in row:
                problems.append(f"{name} line {number}: names no file; left out")
                continue
            file = _meant(folder, row.pop("file"), listed)
            if isinstance(file, str):
                problems.append(f"{name} line {number}: there is no file {file!r}; left out")
                continue
            known.setdefault(file, {}).update(row)
    return known


def _meant(folder: Path, name: str, listed: dict[Path, list[Path]]) -> Path | str:
    """The file that a manifest names: of that name, else the only one that has it in other capitals or with an ending. Or the name."""
    file = folder / name[:1000]
    try:
        if file.is_file():
            return file.resolve()
        if file.parent not in listed:
            listed[file.parent] = [path for path in file.parent.iterdir() if path.is_file()]
    except OSError:  # a name that no file can have, or a folder that is not there
        return name
    like = [path for path in listed[file.parent] if file.name.lower() in (path.name.lower(), path.stem.lower())]
    return like[0].resolve() if len(like) == 1 else name


def _rows(file: Path, problems: list[str], columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a manifest.

    Raises:
        CorpusError: it is no CSV.
    """
    try:
        yield from manifest.rows(decode(file.read_bytes()), columns)
    except manifest.NoFileColumn as error:
        problems.append(f"{shown(file)}: {error}; left out")
    except (OSError, CorpusError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CorpusError(f"{shown(file)}: cannot be read: {why}. Save it as a UTF-8 CSV file.") from error


def _settle_names(sources: list[Source], taken: dict[str, str]) -> None:
    """Two corpus folders may hold files of one name: the later one's are then called by their folders too.

    One file that is reached through two folders, or by its own name, stays one article under the id it had first.
    """
    known = {_place(root, name): (name, root) for name, root in taken.items()}
    for position, source in enumerate(sources):
        place = _place(source.root, source.article.id)
        name, root = known.get(place, (source.article.id, source.root))
        parents = list(place.parent.parts[1:])
        while place not in known and name in taken:
            name = f"{parents.pop() if parents else '_'}/{name}"
        taken[name], known[place] = root, (name, root)
        sources[position] = replace(source, article=replace(source.article, id=name), root=root)


def _place(root: str, name: str) -> Path:
    """Where the article is that an id means: in the corpus where that is one file, else below its folder, or one above where the id has
    folders. One of several in a file lies, so to speak, below the file."""
    base = Path(root)
    file, mark, part = name.partition(PART)
    if mark and not part:
        file, part = name, ""
    if base.is_file():
        return base / part if part else base
    found = next((folder / file for folder in (base, *base.parents) if (folder / file).is_file()), None)
    return (found / part if part else found) if found else base / name
