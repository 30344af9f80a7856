"""Golden questions as tests in anybody's pytest: ``pytest --readout-questions mine.jsonl [--readout-index DIR]``, a test a question.

pytest loads this in every run where Readout is installed. So nothing else is imported before the option is given.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from assistant.chain import Assistant
    from assistant.settings import Settings
    from eval.case import Corpus
    from eval.gate import Limit
    from eval.golden import Golden

FILE, INDEX = "--readout-questions", "--readout-index"
# GitHub reads its own marks in what a line says, and more of them in what stands before that.
PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


class Wrong(Exception):
    """A question was not answered as it should be; the message says what was wanted and what came."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("readout", "golden questions, put to an index of Readout")
    group.addoption(FILE, metavar="FILE", type=Path, help="Golden questions, a JSON object a line: each is a test.")
    group.addoption(INDEX, metavar="DIR", type=Path, help="The index to ask. Default: .readout, or READOUT_INDEX.")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the file of questions besides whatever else is collected."""
    if (file := config.getoption(FILE)) and str(file) not in config.args:
        config.args.append(str(file))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The file of questions, and no other."""
    file = parent.config.getoption(FILE)
    return Questions.from_parent(parent, path=file_path) if file and file_path == file.resolve() else None


class Questions(pytest.File):
    """A file of golden questions, with the index they are put to: opened for the first question, closed after the last."""

    def collect(self) -> Iterator[Question]:
        """Yield a test a question.

        Raises:
            CollectError: the file or the index cannot be used as it stands, or all questions are drafts.
        """
        from index.build import open_record
        from index.errors import ReadoutError

        try:
            from eval import suite  # noqa: F401
            from eval.golden import checked, load_golden
        except ModuleNotFoundError as error:
            raise self.CollectError(f"the evaluation needs {error.name}. Run pip install 'readout[eval]'.") from None

        file = self.config.getoption(FILE)
        try:
            with open_record(self.settings.index, self.settings.embedding) as record:
                golden = load_golden(file, {article.id: article for article in record.articles()})
            checked(golden, file)
        except ReadoutError as error:
            raise self.CollectError(str(error)) from None
        for one in golden:
            yield Question.from_parent(self, name=one.id, golden=one)

    def complaint(self, golden: Golden) -> str:
        """What is wrong with the answer to a question; empty where it is as it should be."""
        from eval.report import complaint
        from eval.suite import score_row

        row = score_row(golden, self.corpus, lambda one: self.assistant.ask(one.question, history=one.history))
        return complaint(asyncio.run(row), self.limits)

    @cached_property
    def settings(self) -> Settings:
        """Those of the environment, and the index that was named."""
        from assistant.settings import load_settings

        return load_settings(index=self.config.getoption(INDEX), strict=True)

    @cached_property
    def limits(self) -> Mapping[str, Limit]:
        """What every answer is held to, by metric."""
        from eval.gate import limits_of

        return limits_of(self.path, self.settings.model).metrics

    @cached_property
    def corpus(self) -> Corpus:
        """What the index holds."""
        from eval.case import Corpus

        return Corpus.of(self.assistant.record)

    @cached_property
    def assistant(self) -> Assistant:
        """The index, open."""
        from assistant.chain import Assistant

        return Assistant(self.settings)

    def teardown(self) -> None:
        """Close the index."""
        if "assistant" in vars(self):
            self.assistant.record.close()


class Question(pytest.Item):
    """A golden question as a test. A draft is left out until a person has gone through it."""

    def __init__(self, *, golden: Golden, **known: Any) -> None:
        super().__init__(**known)
        self.golden = golden
        if golden.draft:
            self.add_marker(pytest.mark.skip(reason='a draft: mend it, and take "draft" out when it is right'))

    def runtest(self) -> None:
        """Ask it. Raises `Wrong`, with a sentence, where the answer is not as it should be."""
        assert isinstance(self.parent, Questions)
        if complaint := self.parent.complaint(self.golden):
            raise Wrong(complaint)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The sentence alone: where in Readout it was raised tells nobody anything."""
        from index.errors import ReadoutError

        return str(excinfo.value) if isinstance(excinfo.value, Wrong | ReadoutError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands in its file."""
        return self.path, self.golden.line - 1, self.golden.id


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """On GitHub, mark the lines of the file whose questions were not answered as they should be."""
    file = config.getoption(FILE)
    if not file or os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for report in (*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")):
        if Path(config.rootpath, report.nodeid.partition("::")[0]).resolve() == file.resolve():
            _, line, name = report.location if isinstance(report, pytest.TestReport) else ("", 0, file.name)
            terminalreporter.write_line(annotation(file, (line or 0) + 1, name, report.longreprtext))


def annotation(file: Path, line: int, title: str, message: str) -> str:
    """A line that GitHub shows as an error beside a line of a file."""
    place = os.path.relpath(file, os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    return f"::error file={place.translate(PROPERTY)},line={line},title={title.translate(PROPERTY)}::{message.translate(MESSAGE)}"
