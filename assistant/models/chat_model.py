"""A chat model by its name, through LangChain, and what to tell people when it cannot serve. No message holds a key."""

from __future__ import annotations

import ast
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.render import printable
from index.errors import ModelMissing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SECONDS = 60.0  # that one call may take
RETRIES = 1  # by the provider's own client, of calls that were lost or turned away for the moment
NO_KEY = "none"  # what a server without keys is sent, as the providers' clients insist on one


@dataclass(frozen=True, slots=True)
class _Provider:
    """A provider: as people call it, the extra that its package is, the variables of its key (the usual one first), its address's path."""

    title: str
    extra: str
    keys: tuple[str, ...]
    path: str = ""
    here: bool = False  # it runs on people's own machines, and needs no key


_KNOWN = {  # by LangChain's words for them
    "openai": _Provider("OpenAI", "openai", ("OPENAI_API_KEY",), path="/v1"),
    "anthropic": _Provider("Anthropic", "anthropic", ("ANTHROPIC_API_KEY",)),
    "ollama": _Provider("Ollama", "ollama", ("OLLAMA_API_KEY",), here=True),
    "google_genai": _Provider("Google", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    "mistralai": _Provider("Mistral", "mistral", ("MISTRAL_API_KEY",), path="/v1"),
}
_AS_PEOPLE_SAY = {provider.extra: word for word, provider in _KNOWN.items()}
EXTRAS = frozenset(_AS_PEOPLE_SAY)  # providers whose package is an extra of this one

_BROKEN = frozenset(
    {"ConnectionResetError", "BrokenPipeError", "ReadError", "WriteError", "RemoteProtocolError", "ChunkedEncodingError"}
)  # in every provider's network library, as are these:
_UNREACHED = frozenset(
    {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "NewConnectionError", "NameResolutionError", "SSLError"}
)
# What servers and packages say, without its signs, where they keep no status of their own for it:
_ABOUT_KEYS = ("api key", "apikey", "credential", "authenticat", "token must")
_MEANT = {  # by the status that others refuse with for the same
    401: ("api key",),
    402: ("insufficient quota", "credit balance"),
    404: ("invalid model", "model not found", "model not exist", "not a valid model", "model does not exist", "does not exist"),
}
_BY_WORDS = frozenset({400, 429})  # statuses that some take for those

_SECRET = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "AUTH")  # in the names of variables whose value is not shown
_SHORTEST_SECRET = 8  # characters; what is shorter is a word in a key's place, such as "none"
_MASKED = re.compile(r"(?<=//)[^/\s]+@|\S*\*{3,}\S*|\b(?:sk|pk|gsk|xai|hf|nvapi)[-_]\S{4,}|\bAIza\S{8,}|\bBearer\s+\S+")
_FRAME = re.compile(r"^[\w ]{0,60}https?://\S+: |^Error code: \d+ - | \(status code: -?\d+\)$|<[^>]*>")  # what is around a server's words
_WORDS_AT = ("error", "message", "detail")  # where a server's own words are in what it answers
_LONGEST = 120  # characters of somebody else's words


def load_chat_model(
    name: str, environment: Mapping[str, str] = os.environ, seconds: float = SECONDS, retries: int = RETRIES
) -> BaseChatModel:
    """The chat model called ``PROVIDER:NAME``, from ``READOUT_BASE_URL`` where that is set; its key from the provider's usual variable.

    ``seconds`` are the longest silence of a call, ``retries`` those of the provider's own client, of calls that were lost or turned away.

    Raises:
        ModelMissing: the name, the provider, its package, the address or the key is missing or unknown.
    """
    check_name(name, environment)
    from langchain.chat_models import init_chat_model

    provider, model_name = _parts(name)
    try:
        if known(name):
            import_module(f"langchain_{provider}")  # in place of Ollama's, LangChain would take an old one that knows no time limit
        options = {**_limits(provider, seconds, retries), **_access(name, environment)}
        model: BaseChatModel = init_chat_model(model_name, model_provider=provider, **options)
    except ModelMissing:
        raise
    except Exception as error:  # each provider's package has its own kinds
        raise ModelMissing(trouble(error, name, environment)) from None
    return model


def check_name(name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise `ModelMissing` for what is no PROVIDER:NAME."""
    provider, _, model = name.partition(":")
    if not (provider.replace("-", "_").isidentifier() and model and len(name.split()) == 1):
        words = shown(name, environment)
        raise ModelMissing(f"{words!r} names no model. Write PROVIDER:NAME, such as openai:gpt-5-mini or ollama:llama3.2.")


def address(environment: Mapping[str, str] = os.environ) -> str:
    """The server that was named in place of the provider's own; empty where none was."""
    return environment.get("READOUT_BASE_URL", "").strip().rstrip("/")


def known(name: str) -> bool:
    """Whether a model's provider is one whose package is an extra of this one, and whose ways are known here."""
    return _parts(name)[0] in _KNOWN


def _parts(name: str) -> tuple[str, str]:
    """LangChain's word for the provider in a model's name, and what the provider calls the model."""
    provider, _, model = name.partition(":")
    provider = provider.replace("-", "_").lower()
    return _AS_PEOPLE_SAY.get(provider, provider), model


def _provider(name: str) -> _Provider:
    word, _ = _parts(name)
    return _KNOWN.get(word) or _Provider(word, "", (f"{word.upper()}_API_KEY",))


def _limits(provider: str, seconds: float, retries: int) -> dict[str, Any]:
    """The longest silence and the retries, as each package calls and counts them."""
    if provider == "ollama":  # has no retries
        return {"client_kwargs": {"timeout": seconds}}
    if provider == "google_genai":  # counts tries; over gRPC, its other way, it neither keeps time nor takes an address with http
        return {"timeout": seconds, "max_retries": retries + 1, "transport": "rest"}
    if provider == "mistralai":  # counts tries, and takes whole seconds
        return {"timeout": math.ceil(seconds), "max_retries": retries + 1}
    if provider == "openai":
        return {"timeout": seconds, "max_retries": retries, "stream_usage": True}
    return {"timeout": seconds, "max_retries": retries}


def _access(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The address and the key for a model, where they are known: other providers' packages look for their keys themselves."""
    found, provider = {}, _provider(name)
    if server := address(environment):
        if not _is_address(server):
            raise ModelMissing(f"READOUT_BASE_URL {shown(server, environment)!r} is no address. Set one such as http://127.0.0.1:8080/v1.")
        found["base_url"] = server
    if provider.extra and not provider.here:
        key = _key(provider, environment)
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ModelMissing(f"{shown(name, environment)}: {provider.keys[0]} holds characters that no key has. Copy the key again.")
        if not key and not server:
            raise ModelMissing(f"{shown(name, environment)}: {_needs_key(provider.keys[0])}")
        found["api_key"] = key or NO_KEY
    return found


def _is_address(server: str) -> bool:
    try:
        parts = urlsplit(server)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and len(server.split()) == 1
    except ValueError:  # a port that is none
        return False


def _key(provider: _Provider, environment: Mapping[str, str]) -> str:
    return next((key for variable in provider.keys if (key := environment.get(variable, "").strip())), "")


# -- when it cannot serve -----------------------------------------------------------------------------------------------


def trouble(error: Exception, name: str, environment: Mapping[str, str] = os.environ, seconds: float = SECONDS) -> str:
    """What is wrong with a model that raised ``error`` (or was silent for so many seconds), and what to do about it, in a line."""
    status = status_of(error)
    if isinstance(error, ImportError):
        said = _no_package(error, name)
    elif place := moved_to(error):
        who = _own(environment) or _provider(name).title
        said = f"{who} sends on to {shown(place, environment)}. Put that address into READOUT_BASE_URL."
    elif status:
        said = _refused(status, error, name, environment)
    else:
        said = _lost(error, name, environment, seconds)
    return f"{shown(name, environment)}: {said}"


def status_of(error: BaseException) -> int | None:
    """The HTTP status that a server refused with, which the providers' packages keep in different places; None where there was none.

    Some refuse a key, the name of a model or an account without money with 400 or 429: those are 401, 404 and 402 here, as with others.
    """
    for one in causes(error):
        places = (
            getattr(one, "status_code", None),
            getattr(getattr(one, "response", None), "status_code", None),
            getattr(one, "code", None),
        )
        for status in places:
            if isinstance(status, int) and 300 <= status < 600:
                said = _bare(f"{one} {getattr(one, 'code', '')}")
                meant = [meant for meant, words in _MEANT.items() if any(word in said for word in words)]
                kinds = [kind for kind in meant if status == 400 or kind == 402] if status in _BY_WORDS else []
                return kinds[0] if kinds else int(status)
    return None


def moved_to(error: BaseException) -> str:
    """Where a server sends those who ask it, with another kind of request than they made; empty where it does not."""
    for one in causes(error):
        answer = getattr(one, "response", None)
        for passed in [*getattr(answer, "history", ()), answer]:
            if place := getattr(passed, "headers", {}).get("location"):
                return str(place)
    return ""


def _bare(words: str) -> str:
    """Words in small letters with a space for each sign, so that "api_key" and "API key" are one."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in words.lower()).split())


def beyond_retry(error: Exception) -> bool:
    """Whether a call failed by what a person must mend: a key, an account, a name, an address, a package."""
    status = status_of(error)
    about_keys = status is None and any(words in _bare(str(error)) for words in _ABOUT_KEYS)
    return isinstance(error, ImportError) or status in (401, 402, 403, 404) or about_keys or bool(moved_to(error))


def unreached(error: BaseException) -> bool:
    """Whether a call failed because there is no server."""
    return bool(_UNREACHED & set(_kinds(error)))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came from."""
    met: list[BaseException] = []
    while error is not None and error not in met:
        met.append(error)
        yield error
        error = error.__cause__ or error.__context__


def shown(words: str, environment: Mapping[str, str] = os.environ) -> str:
    """Somebody else's words on one line, cut short, without any secret of the environment's or what looks like a key."""
    words = _MASKED.sub(lambda found: "" if found[0].endswith("@") else "…", _plain(words))
    secrets = {_plain(value) for variable, value in environment.items() if any(part in variable.upper() for part in _SECRET)}
    for secret in sorted(secrets, key=len, reverse=True):  # one may begin with another
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, "…")
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _no_package(error: ImportError, name: str) -> str:
    provider = _provider(name)
    wanted = str(error).partition("pip install ")[2].split()[:1]
    package = f"langchain-{_parts(name)[0]}".replace("_", "-") if provider.extra or not wanted else wanted[0].strip(".`'\"")
    what = f"-e '.[{provider.extra}]'" if provider.extra else package
    return f"the package {package} is missing or does not fit. In Readout's folder, run: .venv/bin/pip install -c constraints.txt {what}"


def _refused(status: int, error: Exception, name: str, environment: Mapping[str, str]) -> str:
    """What it means that a server answered with a status that is an error's."""
    provider, own, said = _provider(name), _own(environment), _said(error, environment)
    who = own or provider.title
    key = _key_variable(provider, str(error))
    if status == 401:
        return f"{who} {'refuses the key. Put a valid one' if _key(provider, environment) else 'asks for a key. Put it'} into {key}."
    if status == 402:
        return f"{who} wants to be paid: {said}. Add credit to the account there, or name another model."
    if status == 403:
        return f"{who} does not allow it: {said}. Put a key that may use this model into {key}."
    if status == 404:
        return f"{who} has no model {shown(_parts(name)[1], environment)!r}. {_other_model(name, environment)}."
    if status == 429:
        return f"{who} takes no more questions for now: {said}. Try again later, or ask for a higher limit there."
    if status >= 500:
        return f"{who} is out of order (status {status}): {said}. Try again later, or name another model."
    return f"{who} says (status {status}): {said}. Mend what it names, or name another model."


def _other_model(name: str, environment: Mapping[str, str]) -> str:
    provider, server = _provider(name), address(environment)
    path = urlsplit(server).path
    remedy = f"Get it there with `ollama pull {shown(_parts(name)[1], environment)}`, or name one" if provider.here else "Name one"
    if server and provider.path and not path:
        return f"{remedy} it has, or add the path that READOUT_BASE_URL lacks, often {provider.path}"
    if server and provider.extra and not provider.path and path:
        return f"{remedy} it has, or take {shown(path, environment)} off READOUT_BASE_URL"
    return f"{remedy} it has"


def _lost(error: Exception, name: str, environment: Mapping[str, str], seconds: float) -> str:
    """What it means that a call failed without a server's answer."""
    provider, own, kinds = _provider(name), _own(environment), set(_kinds(error))
    place = own or f"{provider.title}'s address"
    if insecure := [one for one in causes(error) if "SSL" in type(one).__name__]:
        said = _said(insecure[-1], environment)
        return f"no secure connection to {place}: {said}. See to http or https in its address, or to its certificate."
    if unreached(error):
        mine = "Start the server, or set READOUT_BASE_URL to where it is"
        return f"nothing answers at {place}. {mine if own or provider.here else 'See to the network, or name another model'}."
    if any("Timeout" in kind for kind in kinds):
        return f"no answer from {own or provider.title} within {seconds:g} seconds. Try again, or name a quicker model."
    if kinds & _BROKEN or "Unfinished stream" in str(error):  # as Google's package calls it
        return f"the connection to {own or provider.title} broke off. Try again, and look after the server where it is yours."
    if str(error).startswith("Unsupported provider"):
        title, others = shown(provider.title, environment), ", ".join(sorted(EXTRAS))
        return f"LangChain has no provider {title!r}. Name {others} or another that it has; Ollama's models are ollama:NAME."
    if any(words in _bare(str(error)) for words in _ABOUT_KEYS):
        return _needs_key(_key_variable(provider, str(error)))
    return f"{type(error).__name__}: {_said(error, environment)}. Name another model, or mend the server."


def _needs_key(variable: str) -> str:
    return f"needs a key. Put it into {variable}; a server of your own that needs none goes into READOUT_BASE_URL."


def _own(environment: Mapping[str, str]) -> str:
    """The server that was named, as it may be shown."""
    return shown(address(environment).partition("?")[0], environment)


def _said(error: BaseException, environment: Mapping[str, str]) -> str:
    """A server's own message, without what the provider's package or a web server puts around it."""
    words = _FRAME.sub("", str(error))
    return shown(_message(words) or words, environment).rstrip(".") or "no reason given"


def _message(words: str) -> str:
    """The message in a server's answer as a package writes it out, as JSON or as Python has it; empty where there is none."""
    value: Any = ""
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        value = ast.literal_eval(words[words.index("{") : words.rindex("}") + 1].replace("null", "None"))
    while isinstance(value, dict):
        value = next((value[key] for key in _WORDS_AT if value.get(key)), "")
    return value if isinstance(value, str) else ""


def _key_variable(provider: _Provider, words: str) -> str:
    """The variable that a provider's key is in: of an unknown one as its own words call it."""
    named = [] if provider.extra else [word.strip("`'\".,:;()") for word in words.split()]
    return next((word for word in named if word.isupper() and word.endswith(("_API_KEY", "_API_TOKEN"))), provider.keys[0])


def _plain(words: str) -> str:
    return " ".join(printable(words).split())


def _kinds(error: BaseException) -> Iterator[str]:
    """The names of an error's classes, and of those it came from."""
    return (kind.__name__ for one in causes(error) for kind in type(one).__mro__)
