"""A folder of articles and what is known about them → Articles.

One reader per file suffix. ``sources.csv`` (file, outlet, title, url, published, author) may lie in any folder of the corpus
and speaks for the files below it; every column and cell is optional. What it does not say stays unknown.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from index.errors import CorpusError
from index.lexicon import line_pattern, words
from index.types import Article

LONGEST_CELL = 131_072  # characters of a manifest's cell: what is longer is no manifest
BUNDLED = Path(__file__).parent / "articles"
MANIFEST = "sources.csv"
SIDES = "sides.toml"
COLUMNS = ("outlet", "title", "url", "published", "author")
MAX_BYTES = 20_000_000  # the longest book is a tenth of this: a larger file is not an article


@dataclass(frozen=True, slots=True)
class Source:
    """An article with where it came from: ``root`` is the corpus folder, ``digest`` changes when anything about it does."""

    article: Article
    root: str
    digest: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that was read: the articles, one line for each thing that could not be used, and the folders they came from."""

    sources: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)


def read_corpus(paths: list[Path], taken: Mapping[str, str] = MappingProxyType({})) -> Corpus:
    """Read every article below ``paths`` (folders or single files).

    A file that cannot be read becomes a line in ``problems`` and the others go on. ``taken`` has the corpus folders of ids that are in use:
    an article of another folder whose file has the same name is called by its folder too.

    Raises:
        CorpusError: a path does not exist, or a manifest is not a CSV file.
    """
    corpus = Corpus()
    check_paths(paths)
    for path in dict.fromkeys(path.resolve() for path in paths):
        root = path if path.is_dir() else path.parent
        corpus.roots.append(str(path.resolve()))
        known = _manifests(root, corpus.problems, deep=path.is_dir())
        files = sorted(_files(path)) if path.is_dir() else [path]
        if path.is_file() and path.suffix.lower() not in READERS:
            raise CorpusError(f"{path}: cannot read {path.suffix or 'this kind of'} files. Save it as {_suffixes()}.")
        for file in files:
            _add(corpus, file, root, str(path.resolve()), known.get(file.resolve(), {}))
    _settle_names(corpus.sources, dict(taken))
    return corpus


def check_paths(paths: list[Path]) -> None:
    """Raise `CorpusError` for a path that does not exist or holds no file that could be an article."""
    for path in paths:
        if not path.exists():
            raise CorpusError(f"no such file or folder: {path}. Name a folder of articles, or none for the bundled ones.")
        if path.is_dir() and next(_files(path), None) is None:
            raise CorpusError(f"no articles in {path}: there is no file ending in {_suffixes()}. Name another folder.")


def read_article(file: Path) -> str:
    """Return the text of one article file, exactly as decoded, by the reader for its suffix.

    Raises:
        CorpusError: it is empty, too large, not text, or of a kind without a reader. The message does not repeat the file's name.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise CorpusError(f"cannot read {file.suffix or 'this kind of'} files; save it as {_suffixes()}")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CorpusError(f"is larger than {MAX_BYTES // 1_000_000} MB; split it into articles")
        data = file.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot be read ({error.strerror}); check its permissions") from error
    text = reader(data)
    if not text.strip():
        raise CorpusError("holds no text; remove it or fill it")
    return text


def decode(data: bytes) -> str:
    """Decode bytes as UTF-8 (with or without byte order mark), UTF-16 by its mark, else Windows-1252. Line ends are kept.

    Raises:
        CorpusError: the bytes are not text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise CorpusError("is not text (a broken UTF-16 file); save it as UTF-8") from error
    if b"\0" in data:
        raise CorpusError("is not text (it holds NUL bytes); save the article as plain text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _html(data: bytes) -> str:
    """The article inside a web page, without menus and advertisements."""
    import trafilatura  # half a second to import, and only corpora with web pages need it

    text = trafilatura.extract(decode(data), include_comments=False, include_tables=False)
    if not text:
        raise CorpusError("no article text found in the page; save it as plain text")
    return str(text)


READERS: dict[str, Callable[[bytes], str]] = {".txt": decode, ".md": decode, ".html": _html, ".htm": _html}


def sides_file(root: Path) -> Path:
    """Where a corpus (a folder, or a single file) has its ``sides.toml``, if it has one."""
    return (root if root.is_dir() else root.parent) / SIDES


def _suffixes() -> str:
    return ", ".join(READERS)


def _files(folder: Path) -> Iterator[Path]:
    """Article files below a folder; hidden ones, links and notices about the articles are none."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in names:
            file = Path(place, name)
            if file.suffix.lower() in READERS and is_article(name) and not file.is_symlink():
                yield file


def is_article(name: str) -> bool:
    """Whether a file may be an article by its name: hidden files and notices about the articles are none."""
    return not name.startswith(".") and Path(name).stem.lower() not in words("notices")


def _add(corpus: Corpus, file: Path, root: Path, origin: str, row: dict[str, str]) -> None:
    name = file.relative_to(root).as_posix()
    try:
        text = read_article(file)
    except CorpusError as error:
        corpus.problems.append(f"{name}: {error}")
        return
    published = row.get("published")
    if published and not _is_date(published):
        corpus.problems.append(f"{name}: {MANIFEST} gives the date {published!r}, which is not YYYY-MM-DD; left unknown")
        published = None
    article = Article(name, text, row.get("title") or first_line(text), row.get("outlet"), row.get("url"), published, row.get("author"))
    corpus.sources.append(Source(article, origin, _digest(article)))


def first_line(text: str, longest: int = 200) -> str:
    """The first line that is not blank, cut at ``longest`` characters: what an article without a stated title is called by."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if not line_pattern("site_labels").fullmatch(line)), lines[0] if lines else "")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _is_date(value: str) -> bool:
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _digest(article: Article) -> str:
    return hashlib.sha256("\0".join(value or "" for value in astuple(article)[1:]).encode("utf-8", "surrogatepass")).hexdigest()


def _manifests(root: Path, problems: list[str], *, deep: bool) -> dict[Path, dict[str, str]]:
    """Rows of every ``sources.csv`` below ``root``, by the file they speak of; outer manifests first, inner ones win."""
    known: dict[Path, dict[str, str]] = {}
    places = [Path(place) for place, _, names in os.walk(root) if MANIFEST in names] if deep else [root] * (root / MANIFEST).is_file()
    for folder in sorted(places, key=lambda place: len(place.parts)):
        for number, row in enumerate(_rows(folder / MANIFEST), start=2):
            name = row.get("file")
            if not name:
                problems.append(f"{folder / MANIFEST} line {number}: names no file; left out")
                continue
            file = (folder / name[:1000]).resolve()
            if not _is_file(file):
                problems.append(f"{folder / MANIFEST} line {number}: there is no file {name!r}; left out")
                continue
            known.setdefault(file, {}).update({key: row[key] for key in COLUMNS if row.get(key)})
    return known


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _rows(manifest: Path) -> Iterator[dict[str, str]]:
    try:
        text = decode(manifest.read_bytes())
    except (OSError, CorpusError) as error:
        raise CorpusError(f"{manifest}: cannot be read. Save it as a UTF-8 CSV file.") from error
    usual = csv.field_size_limit(LONGEST_CELL)  # of the whole process: whoever reads longer cells gets theirs back
    try:
        for row in csv.DictReader(io.StringIO(text, newline="")):
            yield {key.strip().lower(): " ".join(value.split()) for key, value in row.items() if key and isinstance(value, str)}
    except csv.Error as error:
        raise CorpusError(f"{manifest}: not a CSV file ({error}). Save it as a UTF-8 CSV file.") from error
    finally:
        csv.field_size_limit(usual)


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
    """The file that an id means: the corpus where that is one file, else below its folder, or one above where the id has folders."""
    base = Path(root)
    if base.is_file():
        return base
    return next((folder / name for folder in (base, *base.parents) if (folder / name).is_file()), base / name)
