"""Conversations, kept on the server in one SQLite file: each is private to its user, with the evidence of every answer."""

from __future__ import annotations

import json
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from assistant.desk.export import FORMS, Form
from assistant.question import clean
from assistant.render import printable
from assistant.types import Answer, filled
from index.errors import ConversationError, ConversationMissing
from index.record import Scope

SCHEMA = 1  # raise it when the tables below change
APPLICATION = 0x52454144  # SQLite's mark of whose file it is: "READ"
PATIENCE = 20.0  # seconds to wait for another process that is writing
LONGEST_TITLE = 100  # characters
LONGEST_WHY = 2_000

_TABLES = (
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL)""",
    "CREATE INDEX conversations_by_user ON conversations(user, changed)",
    """CREATE TABLE turns (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT, scope TEXT NOT NULL, asked TEXT NOT NULL,
        good INTEGER, why TEXT, fingerprint TEXT, rated TEXT)""",
    "CREATE INDEX turns_by_conversation ON turns(conversation, number)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
_CONVERSATION = "c.id, c.title, c.created, c.changed"
_TURN = "t.id, t.question, t.answer, t.scope, t.asked, t.good, t.why, t.fingerprint, t.rated"
_OWN = "conversation IN (SELECT id FROM conversations WHERE user = ?)"
_WORDS = """c.title || char(10) || ifnull((
    SELECT group_concat(t.question || char(10) || ifnull(json_extract(t.answer, '$.text'), ''), char(10))
    FROM turns t WHERE t.conversation = c.id), '')"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one user. ``title`` is empty until something is asked; ``changed`` is when something last was.

    Times are ISO 8601 in UTC, to the microsecond.
    """

    id: str
    title: str
    created: str
    changed: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody thought of an answer, and why, in their words; ``fingerprint`` names the corpus it was given from."""

    good: bool
    why: str
    fingerprint: str
    rated: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; ``answer`` is ``None`` while it is being answered and where that was interrupted: ask it again."""

    id: str
    question: str
    answer: Answer | None
    scope: Scope
    asked: str
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """An answer that was rated, with what was asked before it in the conversation."""

    id: str
    question: str
    answer: Answer
    scope: Scope
    rating: Rating
    history: tuple[str, ...]


class Conversations(AbstractContextManager["Conversations"]):
    """The file of conversations; made where it is missing. Any number of threads and processes may use it at once.

    Every method that takes a ``user`` sees that user's conversations only: somebody else's are as if they were not there.
    Use as a context manager or call ``close``.

    Raises:
        ConversationError: the file cannot be read or written, or is not one of Readout's. It is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()  # one connection, a thread at a time: every use of it takes a fraction of a millisecond
        with self._clear_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # what people ask is nobody else's business
            self._db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with self._writing():  # of two processes that find the file empty, one makes the tables
            mark = self._value("PRAGMA application_id"), self._value("PRAGMA user_version")
            if mark == (0, 0) and not self._value("SELECT count(*) FROM sqlite_master"):
                for table in _TABLES:
                    self._db.execute(table)
            elif mark[0] != APPLICATION:
                raise ConversationError(f"{self.path} is not a file of Readout's conversations. Name another with READOUT_DESK.")
            elif mark[1] != SCHEMA:
                raise ConversationError(
                    f"the conversations in {self.path} have schema {mark[1]}, this version of Readout needs {SCHEMA}. "
                    "Use the version that wrote them, or name another file with READOUT_DESK."
                )
        with self._clear_errors():
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.create_function("holds", 2, _holds, deterministic=True)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything stays."""
        with self._lock:
            self._db.close()

    # -- conversations ------------------------------------------------------------------------------------------

    def new(self, user: str) -> Conversation:
        """Begin a conversation, without a title yet."""
        now = _now()
        made = Conversation(secrets.token_hex(8), "", now, now)
        self._change("INSERT INTO conversations VALUES (?,?,?,?,?)", made.id, user, made.title, made.created, made.changed)
        return made

    def all(self, user: str, text: str = "") -> list[Conversation]:
        """The user's conversations, those asked in last first; with ``text``, only those that hold all its words.

        Looked for are the words as they are typed, in titles, questions and answers, without regard to case.
        """
        condition, values = (f" AND holds({_WORDS}, ?)", [text]) if text.strip() else ("", [])
        query = f"SELECT {_CONVERSATION} FROM conversations c WHERE c.user = ?{condition} ORDER BY c.changed DESC, c.rowid DESC"
        return [Conversation(*row) for row in self._rows(query, user, *values)]

    def get(self, user: str, id: str) -> Conversation:
        """One conversation. Raises `ConversationMissing` when the user has none of that id."""
        if found := self.find(user, id):
            return found
        raise _missing()

    def find(self, user: str, id: str) -> Conversation | None:
        """One conversation, if the user has one of that id."""
        rows = self._rows(f"SELECT {_CONVERSATION} FROM conversations c WHERE c.user = ? AND c.id = ?", user, id)
        return Conversation(*rows[0]) if rows else None

    def rename(self, user: str, id: str, title: str) -> None:
        """Give a conversation another title, cut where it is too long for one.

        Raises:
            ConversationMissing: the user has none of that id.
            ConversationError: the title is empty.
        """
        title = _title(title)
        if not title:
            raise ConversationError("the title is empty. Type one.")
        self._change("UPDATE conversations SET title = ? WHERE user = ? AND id = ?", title, user, id)

    def delete(self, user: str, id: str) -> None:
        """Delete a conversation with all that was asked, answered and rated in it. Raises `ConversationMissing`."""
        self._change("DELETE FROM conversations WHERE user = ? AND id = ?", user, id)

    def export(self, user: str, id: str, form: Form) -> str:
        """A conversation with its evidence as Markdown, JSON or CSV. Write it with ``newline=""``. Raises `ConversationMissing`."""
        with self._lock:
            return FORMS[form](self.get(user, id), self.turns(user, id))

    # -- turns --------------------------------------------------------------------------------------------------

    def turns(self, user: str, id: str) -> list[Turn]:
        """What was asked in a conversation, in order. Raises `ConversationMissing`."""
        self.get(user, id)
        return [_turn(row) for row in self._rows(f"SELECT {_TURN} FROM turns t WHERE t.conversation = ? ORDER BY t.number", id)]

    def begin(self, user: str, id: str, question: str, scope: Scope) -> str:
        """Store a question before it is answered, and return the id of its turn. The first one is the title where there is none.

        Raises:
            ConversationMissing: the user has no conversation of that id.
            QuestionError: the question cannot be asked as it stands. Nothing is stored.
        """
        question, name, now = clean(question), secrets.token_hex(8), _now()
        with self._writing():
            named = "UPDATE conversations SET changed = ?, title = iif(title = '', ?, title) WHERE user = ? AND id = ?"
            self._change(named, now, _title(question), user, id)
            stored = "INSERT INTO turns (id, conversation, question, scope, asked) VALUES (?,?,?,?,?)"
            self._change(stored, name, id, question, json.dumps(asdict(scope)), now)
        return name

    def finish(self, user: str, turn_id: str, answer: Answer) -> None:
        """Store the answer of a turn, in place of an earlier one and its rating. Raises `ConversationMissing`."""
        stored = "UPDATE turns SET answer = ?, good = NULL, why = NULL, fingerprint = NULL, rated = NULL"
        self._change(f"{stored} WHERE id = ? AND {_OWN}", json.dumps(asdict(answer)), turn_id, user)

    def rate(self, user: str, turn_id: str, good: bool, why: str, fingerprint: str) -> None:
        """Store what the user thinks of an answer, in place of what they thought before.

        ``fingerprint`` is `Record.corpus_fingerprint` of the index that was asked.

        Raises:
            ConversationMissing: the user has no such turn, or it has no answer.
        """
        stored = "UPDATE turns SET good = ?, why = ?, fingerprint = ?, rated = ?"
        values = (bool(good), why.strip()[:LONGEST_WHY], fingerprint, _now())
        self._change(f"{stored} WHERE answer IS NOT NULL AND id = ? AND {_OWN}", *values, turn_id, user)

    def feedback(self) -> list[Feedback]:
        """Everything that was rated, by anybody, in the order of rating. For whoever runs the server, not for its users."""
        earlier = "SELECT question FROM turns e WHERE e.conversation = t.conversation AND e.number < t.number ORDER BY e.number"
        query = f"SELECT (SELECT json_group_array(question) FROM ({earlier})), {_TURN} FROM turns t WHERE t.rated IS NOT NULL"
        found = []
        for history, *row in self._rows(f"{query} ORDER BY t.rated, t.number"):
            turn = _turn(row)
            assert turn.answer and turn.rating, "only what was answered is rated"
            found.append(Feedback(turn.id, turn.question, turn.answer, turn.scope, turn.rating, tuple(json.loads(history))))
        return found

    # -- the file -----------------------------------------------------------------------------------------------

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock, self._clear_errors():
            return self._db.execute(query, [_storable(value) for value in values]).fetchall()

    def _value(self, query: str) -> Any:
        return self._rows(query)[0][0]

    def _change(self, statement: str, *values: object) -> None:
        """Run a statement that writes. Raises `ConversationMissing` where there is nothing for it to change."""
        with self._lock, self._clear_errors():
            if not self._db.execute(statement, [_storable(value) for value in values]).rowcount:
                raise _missing()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Everything inside happens, or nothing of it."""
        with self._lock, self._clear_errors():
            self._db.execute("BEGIN IMMEDIATE")  # waits for its turn here, where waiting is possible, and not in the middle
            try:
                yield
            except BaseException:
                self._db.rollback()
                raise
            self._db.commit()

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Turn complaints of SQLite and of the file system into a line that says what to do."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            remedy = "Try again." if "locked" in str(error) else "Check the permissions of its folder and the space on its disk."
            raise ConversationError(f"the conversations in {self.path} cannot be used ({error}). {remedy}") from error
        except sqlite3.Error as error:
            raise ConversationError(
                f"the conversations in {self.path} cannot be read ({error}). Move the file away, or name another with READOUT_DESK."
            ) from error


def _missing() -> ConversationMissing:
    return ConversationMissing("there is no such conversation, or it was deleted. Begin a new one.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _title(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _storable(value: object) -> object:
    """What SQLite can keep: text without halves of characters, which a browser may send."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _holds(text: str, sought: str) -> bool:
    """Whether a text holds every word of another."""
    text = _folded(text)
    return all(word in text for word in _folded(sought).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def _turn(row: Any) -> Turn:
    name, question, answer, scope, asked, good, why, fingerprint, rated = row
    rating = Rating(bool(good), why, fingerprint, rated) if rated else None
    return Turn(name, question, Answer.from_json(json.loads(answer)) if answer else None, filled(Scope, json.loads(scope)), asked, rating)
