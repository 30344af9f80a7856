"""A language model that writes when asked: over a stream, tried again where that can help, its cost counted, its drafts kept."""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from time import sleep
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler

from assistant.models.chat_model import address, beyond_retry, causes, known, load_chat_model, status_of, trouble, unreached
from assistant.models.drafts import Drafts
from assistant.models.unwrapped import said_so_far
from assistant.settings import Settings
from assistant.types import Usage, Watch, unwatched
from index.errors import ModelFailed, ModelMissing, ReadoutError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk

LONGEST = 8_000  # characters of a draft: whoever writes more has lost the question
MOST_TIMES_PATIENCE = 5  # a draft may take so many times as long as a silence
BUSY = frozenset({408, 409, 429, 500, 502, 503, 504, 529})  # what a server says that can serve later
TRIES_WHEN_BUSY, TRIES = 4, 2
LONGEST_PAUSE = 60.0
CUT = frozenset({"length", "max_tokens", "model_length"})  # why a model stopped, in the words of its provider
REFUSED = frozenset({"content_filter", "refusal", "safety", "recitation", "prohibited_content", "blocklist", "spii"})
DRAFTS = "drafts.sqlite3"
UNKNOWN = Usage(None, None, None)
NO_FORM = frozenset({400, 404, 422})  # what a server says that does not know the form asked for

Form = Mapping[str, Any]
"""A JSON schema that a draft is to keep to."""
Messages = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote, and what that took. ``cut`` when it stopped because it was not allowed to write more."""

    text: str
    usage: Usage
    cut: bool = False


class _Listener(BaseCallbackHandler):
    """Hears a model that is held to a form: what it wrote comes out of LangChain when all of it is there."""

    raise_error = True

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard

    def on_llm_new_token(self, token: str | list[str | dict[str, Any]], **_: Any) -> None:
        """Hear a bit more."""
        self._heard(token if isinstance(token, str) else "")


class _Unusable(Exception):
    """The model answered, and there is nothing in it. ``again`` where asking once more can help; ``usage`` is what it took."""

    def __init__(self, why: str, usage: Usage, *, again: bool) -> None:
        super().__init__(why)
        self.usage, self.again = usage, again


class Writer:
    """The chat model called ``PROVIDER:NAME``.

    Raises:
        ModelMissing: its package, its key or a name like that is missing.
    """

    def __init__(self, name: str, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self.name = name
        self._environment = environment
        self._patience, self._price = settings.patience, settings.price
        self._model = load_chat_model(name, environment, settings.patience, retries=0)
        self._drafts = Drafts(settings.index / DRAFTS) if settings.cache else None
        self._worked = False
        self._streams, self._keeps_form = True, bool((getattr(self._model, "profile", None) or {}).get("structured_output"))

    def write(
        self,
        rules: str,
        request: str,
        corpus: str,
        watch: Watch = unwatched,
        useful: Callable[[Draft], bool] = lambda draft: True,
        form: Form | None = None,
    ) -> Draft:
        """Have a request answered under some rules; ``corpus`` names the articles that it is about, whose change makes a kept draft void.

        A draft is kept if it is ``useful`` and whole: what is not may be better another time. A model that can be held to a ``form``
        writes JSON of it; others write lines.

        Raises:
            ModelFailed: the model gave nothing that can be used.
            ModelMissing: its server, its key or its name is wrong, and it never answered before.
        """
        key = hashlib.sha256(json.dumps([self.name, address(self._environment), corpus, rules, request]).encode()).hexdigest()
        if self._drafts and (kept := self._drafts.get(key)):
            return Draft(kept, Usage(kept=True))
        draft = self._tried([*([("system", rules)] if rules else []), ("human", request)], watch, form)
        if self._drafts and not draft.cut and useful(draft):
            self._drafts.put(key, draft.text)
        return draft

    def _tried(self, messages: Messages, watch: Watch, form: Form | None) -> Draft:
        spent = Usage()
        for attempt in count(1):
            held = form if self._keeps_form else None
            try:
                draft = self._once(messages, watch, held)
            except Exception as error:  # each provider's package has its own kinds
                spent += error.usage if isinstance(error, _Unusable) else Usage()
                if held and status_of(error) in NO_FORM:
                    self._keeps_form = False
                    continue
                if attempt >= self._tries(error):
                    raise self._told(error, spent) from None
                sleep(pause(error, attempt))
            else:
                self._worked = True
                return replace(draft, usage=draft.usage + spent)
        raise AssertionError

    def _streamed(self, messages: Messages, watch: Watch, form: Form | None) -> AIMessageChunk | None:
        """The whole of what a model writes; nothing where its server does not stream."""
        whole: AIMessageChunk | None = None
        written, began = "", time.monotonic()

        def heard(more: str) -> None:
            nonlocal written
            written += more
            watch(said_so_far(written) if form else _sound(written))
            if len(written) > LONGEST:
                raise _Unusable("it does not come to an end", UNKNOWN, again=False)
            if time.monotonic() - began > self._patience * MOST_TIMES_PATIENCE:
                raise TimeoutError

        try:
            if form:
                held = self._model.with_structured_output(dict(form), include_raw=True)
                parts = list(held.stream(messages, {"callbacks": [_Listener(heard)]}))
                return next((part["raw"] for part in parts if isinstance(part, dict) and part.get("raw")), None)
            for chunk in self._model.stream(messages):
                whole = chunk if whole is None else whole + chunk
                heard(chunk.text)
        except ValueError:  # LangChain's word for a stream without an answer
            if whole is not None or written:
                raise
        return whole

    def _once(self, messages: Messages, watch: Watch, form: Form | None) -> Draft:
        whole: AIMessage | None = self._streamed(messages, watch, form) if self._streams else None
        broken = whole is not None and not _ended(whole.response_metadata) and known(self.name)
        if whole is None:
            whole, self._streams = self._at_once(messages), False
        text = _sound(_text(whole))
        ended, usage = _ended(whole.response_metadata), self._usage(whole)
        if ended in REFUSED or whole.additional_kwargs.get("refusal"):
            raise _Unusable("it refuses to answer", usage, again=False)
        if not text.strip():
            raise _Unusable("it returned nothing", usage, again=True)
        if broken:
            raise _Unusable("the connection broke off while it was answering", usage, again=True)
        return Draft(text, usage, cut=ended in CUT)

    def _at_once(self, messages: Messages) -> AIMessage:
        """What a model writes whose server does not stream."""
        try:
            return self._model.invoke(messages)
        except (AttributeError, TypeError):  # of a provider's package that takes a web page for an answer
            raise _Unusable("what its address answers is no model's answer", UNKNOWN, again=False) from None

    def _usage(self, message: AIMessage) -> Usage:
        counted = message.response_metadata.get("token_usage") or {}  # where it is held to a form
        used = message.usage_metadata or {"input_tokens": counted.get("prompt_tokens"), "output_tokens": counted.get("completion_tokens")}
        read, written = used["input_tokens"], used["output_tokens"]
        if read is None or written is None:
            return UNKNOWN
        cost = (read * self._price[0] + written * self._price[1]) / 1e6 if self._price else None
        return Usage(read, written, cost)

    def _tries(self, error: Exception) -> int:
        """How often something is tried that fails with this error."""
        if isinstance(error, ReadoutError) or beyond_retry(error):
            return 1
        if isinstance(error, _Unusable):
            return TRIES if error.again else 1
        if (status := status_of(error)) is not None:
            return TRIES_WHEN_BUSY if status in BUSY else 1
        return TRIES if self._worked or not unreached(error) else 1

    def _told(self, error: Exception, spent: Usage) -> ReadoutError:
        if isinstance(error, ReadoutError):
            return error
        if isinstance(error, _Unusable):
            return ModelFailed(f"{self.name}: {error}.", spent)
        words = trouble(error, self.name, self._environment, self._patience)
        if not self._worked and (beyond_retry(error) or unreached(error)):
            return ModelMissing(words)
        return ModelFailed(words, spent if spent != Usage() else None)


def _text(message: AIMessage) -> str:
    """What a message says; of one that calls a tool, as some models are held to a form, what the tool is given."""
    calls = getattr(message, "tool_call_chunks", ())
    return message.text or "".join(call["args"] or "" for call in calls)


def _sound(text: str) -> str:
    """A text with the halves of characters put together, and U+FFFD for a half alone, which cannot be stored."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def pause(error: Exception, attempt: int) -> float:
    """Seconds until another try: what a server asks for, else twice as long each time, from one second, and never the same."""
    answers = [getattr(one, "response", None) for one in causes(error)]
    headers: Mapping[str, str] = next((answer.headers for answer in answers if answer is not None and hasattr(answer, "headers")), {})
    try:
        wanted = float(headers.get("retry-after", ""))
    except ValueError:
        wanted = math.nan
    own = 2 ** (attempt - 1) * random.uniform(0.5, 1)
    return min(max(wanted, 0.0) if math.isfinite(wanted) else own, LONGEST_PAUSE)


def _ended(metadata: Mapping[str, Any]) -> str:
    """Why a model stopped, as its provider says; empty where nothing says that it did."""
    return next((str(metadata[key]).lower() for key in ("finish_reason", "stop_reason", "done_reason") if metadata.get(key)), "")
