"""A chat model by its name, through LangChain, and what to tell people when it cannot serve. No message holds a key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from index.errors import ModelMissing, UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SECONDS = 60.0  # that one call may take
RETRIES = 1  # by the provider's own client, of calls that were lost or turned away for the moment
NO_KEY = "none"  # what a server without keys is sent, as OpenAI's client insists on one
_KEYS = {
    "google_genai": "GOOGLE_API_KEY",
    "google": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
}
_PROVIDERS = {"google": "google_genai", "mistral": "mistralai"}  # as people say, and as LangChain does
EXTRAS = frozenset({"openai", "anthropic", "ollama", "google", "mistral"})  # providers whose package is an extra of this one
_NAME = re.compile(r"(?P<provider>[\w-]+):(?P<model>\S+)")
_BROKEN = frozenset({"ConnectionResetError", "BrokenPipeError", "ReadError", "WriteError", "RemoteProtocolError"})
_ABOUT_KEYS = re.compile(r"api[ _-]?key|credential|authenticat|\btoken must\b", re.I)
_MASKED = re.compile(r"\S*\*{3,}\S*|\b(?:sk|pk|gsk|xai|AIza)[-_]?[\w-]{12,}")
_SECRET = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)S?$")
_LONGEST = 120  # characters of a provider's own words


def load_chat_model(
    name: str, environment: Mapping[str, str] = os.environ, seconds: float = SECONDS, retries: int = RETRIES
) -> BaseChatModel:
    """The chat model called ``PROVIDER:NAME``, from ``READOUT_BASE_URL`` where that is set; its key from the provider's usual variable.

    ``seconds`` are the longest silence of a call, ``retries`` those of the provider's own client, of calls that were lost or turned away.

    Raises:
        ModelMissing: the name, the provider, its package, the address or the key is missing or unknown.
    """
    from langchain.chat_models import init_chat_model

    found = _NAME.fullmatch(name)
    if found is None:
        raise ModelMissing(
            f"{shown(name, environment)!r} names no model. Write PROVIDER:NAME, such as openai:gpt-5-mini or ollama:llama3.2."
        )
    provider = found["provider"].replace("-", "_").lower()
    options = {"max_retries": retries, **_options(provider, seconds, environment)}
    try:
        model: BaseChatModel = init_chat_model(found["model"], model_provider=_PROVIDERS.get(provider, provider), **options)
    except Exception as error:  # each provider's package has its own kinds
        raise ModelMissing(trouble(error, name, environment)) from None
    return model


def address(environment: Mapping[str, str] = os.environ) -> str:
    """The server that was named in place of the provider's own; empty where none was."""
    return environment.get("READOUT_BASE_URL", "")


def _options(provider: str, seconds: float, environment: Mapping[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = {"client_kwargs": {"timeout": seconds}} if provider == "ollama" else {"timeout": seconds}
    if provider == "openai":
        options["stream_usage"] = True
    if server := address(environment):
        if not re.match(r"https?://[^/\s]", server):
            raise ModelMissing(f"READOUT_BASE_URL {shown(server, environment)!r} is no address. Set one such as http://127.0.0.1:8080/v1.")
        options["base_url"] = server
        if provider == "openai" and not environment.get("OPENAI_API_KEY"):
            options["api_key"] = NO_KEY
    return options


def trouble(error: Exception, name: str, environment: Mapping[str, str] = os.environ, seconds: float = SECONDS) -> str:
    """What is wrong with a model that raised ``error`` (or was silent for so many seconds), and what to do about it, in a line."""
    provider, _, model = name.partition(":")
    status, words = getattr(error, "status_code", None), str(error)
    own = address(environment)
    server = shown(own, environment) if own else f"the address of {provider}"
    if isinstance(error, UsageError):
        return words
    if isinstance(error, ImportError):
        package = re.search(r"pip install ([\w.-]+)", words)
        missing = package[1].rstrip(".") if package else f"langchain-{provider}"
        wanted = f"'readout[{provider}]'" if provider in EXTRAS else missing
        return f"{name}: the package {missing} is not installed. Run: pip install {wanted}"
    if words.startswith("Unsupported provider"):
        return f"{name}: LangChain has no provider {provider!r}. Name openai, anthropic, ollama, google_genai, mistralai or another of its."
    if status in (401, 403):
        return f"{name}: {server} refuses the key. Put a valid one into {_key(provider, words)}."
    if status == 404:
        return f"{name}: {server} has no model {model!r}. Name one it has; where READOUT_BASE_URL lacks its path, often /v1, add it."
    if status == 429:
        return f"{name}: {server} takes no more questions for now. Try again later, or ask for a higher limit there."
    if status is not None and status >= 500:
        return f"{name}: {server} is out of order (status {status}). Try again later, or name another model."
    if _BROKEN & set(_kinds(error)):
        return f"{name}: the connection to {server} broke off. Try again, and look after the server where it is yours."
    if any("Connect" in kind for kind in _kinds(error)):
        return f"{name}: nothing answers at {server}. Start the server, or set READOUT_BASE_URL to where it is."
    if any("Timeout" in kind for kind in _kinds(error)):
        return f"{name}: no answer from {server} within {seconds:g} seconds. Try again, or name a quicker model."
    if _ABOUT_KEYS.search(words):
        return f"{name}: needs a key. Put it into {_key(provider, words)}; a server of your own that needs none goes into READOUT_BASE_URL."
    return f"{name}: {type(error).__name__}: {shown(words, environment) or 'no reason given'}. Name another model, or mend the server."


def beyond_retry(error: Exception) -> bool:
    """Whether a call failed by what a person must mend: a key, a name, a package."""
    status = getattr(error, "status_code", None)
    return isinstance(error, ImportError) or status in (401, 403, 404) or (status is None and bool(_ABOUT_KEYS.search(str(error))))


def shown(words: str, environment: Mapping[str, str] = os.environ) -> str:
    """Somebody else's words on one line, cut short, without any secret of the environment's or what looks like a key."""
    for variable, value in environment.items():
        if _SECRET.search(variable) and len(value) >= len(NO_KEY) * 2:
            words = words.replace(value, "…")
    words = _MASKED.sub("…", re.sub(r"(?<=//)[^/\s@]+@", "", words))
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _key(provider: str, words: str) -> str:
    """The variable that a provider's key is in: as its own words call it, else the usual one."""
    named = re.search(r"\b[A-Z][A-Z0-9_]*_(?:API_KEY|API_TOKEN)\b", words)
    return named[0] if named else _KEYS.get(provider, f"{provider.upper()}_API_KEY")


def _kinds(error: BaseException | None) -> Iterator[str]:
    """The names of an error's classes, and of those it came from."""
    while error is not None:
        yield from (kind.__name__ for kind in type(error).__mro__)
        error = error.__cause__ or error.__context__
