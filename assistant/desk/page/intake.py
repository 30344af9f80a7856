"""What people upload: articles for the corpus, and tables of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import gradio as gr

from assistant.desk import panel
from assistant.desk.aside import aside
from assistant.desk.batches import Batches
from assistant.desk.page.click import SAME, Click, Premises
from assistant.desk.uploads import receive, uploads
from assistant.render import counted
from index.errors import ReadoutError, TableBusy


class Intake:
    """The events of what is uploaded; ``corpus`` makes the picture and the table of articles anew."""

    def __init__(self, premises: Premises, corpus: Callable[[], tuple[str, str]]) -> None:
        self._premises, self._corpus = premises, corpus
        self._adding = Lock()
        self._batches = Batches(premises.settings, premises.scope)

    def add(self, _: Click, files: list[str] | None, outlet: str, published: str) -> Iterator[tuple[Any, ...]]:
        """Take uploaded files into the corpus, telling what becomes of each; then the form, the picture and the table anew."""
        later, note = (SAME, SAME, SAME, None), "Nothing was added."
        with self._adding:
            known = {"outlet": outlet.strip(), "published": published.strip()}
            outcomes = receive(map(Path, files or []), uploads(self._premises.settings), self._premises.record, known)
            if any(one.taken for one in outcomes):
                yield panel.received(outcomes, "Reading …"), *later
                for note in self._build():
                    yield panel.received(outcomes, note), *later
        yield panel.received(outcomes, note), self._premises.form(), *self._corpus(), None

    def _build(self) -> Iterator[str]:
        """Bring the index up to date with the uploads; how far it is, and in the end what became of it."""
        from index.build import build  # spaCy: only where there is something to read

        settings, told = self._premises.settings, SimpleQueue[str | None]()

        def show(done: int, of: int, name: str) -> None:
            if name:
                told.put(f"{done} of {of} read …")

        reading = aside(lambda: build(settings.index, [uploads(settings)], settings.embedding, server=settings.chroma, progress=show))
        reading.add_done_callback(lambda _: told.put(None))
        yield from iter(told.get, None)
        try:
            yield f"Done: the corpus holds {counted(reading.result().totals['articles'], 'article')} now."
        except ReadoutError as error:
            yield f"The files are kept, but could not be read yet: {error}"

    def batch(self, click: Click, table: str) -> Iterator[tuple[Any, ...]]:
        """Answer an uploaded table: a word where that cannot be done, progress, rows, the files, and the upload emptied."""
        word: Any = ""
        emptied: Any = None
        try:
            for state in self._batches.run(click.person, Path(table)):
                yield word, panel.batch_progress(state), panel.batch_rows(state), *_files(state.files), emptied
                word = emptied = SAME  # they may be another upload's by now
        except TableBusy as error:  # what is shown may be the run under way
            yield panel.failed(str(error)), *[SAME] * 4, None
        except ReadoutError as error:
            yield panel.failed(str(error)), "", "", *_files(()), None

    def stop(self, click: Click) -> None:
        """Stop the table that is being answered."""
        self._batches.stop(click.person)


def _files(files: Sequence[Path]) -> list[gr.DownloadButton]:
    """The buttons for a table's answers and their page, hidden where there is none."""
    shown = [gr.DownloadButton(value=file, visible=True) for file in files]
    return [*shown, *[gr.DownloadButton(visible=False)] * (2 - len(shown))]
