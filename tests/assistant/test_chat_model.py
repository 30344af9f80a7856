"""A language model by its name: how each provider's package is asked for it, and what people are told when it cannot serve.

The packages of OpenAI come with Readout; those of the others are extras, and what needs one is left out where it is not installed.
"""

from __future__ import annotations

import re
import socket
import sys
import tomllib
from http import HTTPStatus
from types import ModuleType

import pytest
from conftest import PATIENCE, ROOT
from hypothesis import example, given
from hypothesis import strategies as st
from scripted_server import Fault, scripted

from assistant.models.chat_model import EXTRAS, NO_KEY, beyond_retry, load_chat_model, shown, status_of, trouble, unreached
from index.errors import ModelMissing

PROVIDERS = {  # as people name them: the module, the variable of the key, and what an address of theirs ends in
    "openai": ("langchain_openai", "OPENAI_API_KEY", "/v1"),
    "anthropic": ("langchain_anthropic", "ANTHROPIC_API_KEY", ""),
    "ollama": ("langchain_ollama", "OLLAMA_API_KEY", ""),
    "google": ("langchain_google_genai", "GOOGLE_API_KEY", ""),
    "mistral": ("langchain_mistralai", "MISTRAL_API_KEY", "/v1"),
}
HOSTED = sorted(set(PROVIDERS) - {"ollama"})
KEY = "a-key-0123456789"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def taken(monkeypatch):
    """What LangChain is asked for, with every provider's package there in name."""
    asked = {}
    for module, _, _ in PROVIDERS.values():
        monkeypatch.setitem(sys.modules, module, ModuleType(module))
    monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda model, **options: asked.update(model=model, **options))
    return asked


# -- what is asked for --------------------------------------------------------------------------------------------------


def test_every_provider_is_an_extra_whose_package_is_pinned():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert set(PROVIDERS) == EXTRAS
    for provider, (module, _, _) in PROVIDERS.items():
        (wanted,) = extras[provider]
        assert re.match(r"[\w-]+", wanted)[0] == module.replace("_", "-")
        assert module.replace("_", "-") in pinned


@pytest.mark.parametrize("name", ["google:gemini", "Google:gemini", "google_genai:gemini", "google-genai:gemini"])
def test_a_provider_may_be_called_as_people_do_and_as_langchain_does(taken, name):
    load_chat_model(name, {"GOOGLE_API_KEY": KEY})
    assert (taken["model_provider"], taken["model"]) == ("google_genai", "gemini")


def test_what_follows_the_first_colon_is_the_models_name(taken):
    load_chat_model("ollama:llama3.2:1b", {})
    assert taken["model"] == "llama3.2:1b"


@pytest.mark.parametrize("provider", HOSTED)
def test_a_key_goes_to_its_provider_without_the_blanks_around_it(taken, provider):
    _, variable, _ = PROVIDERS[provider]
    load_chat_model(f"{provider}:any", {variable: f" {KEY}\r\n", "OTHER_API_KEY": "another-0123456789"})
    assert taken["api_key"] == KEY
    assert "base_url" not in taken


@pytest.mark.parametrize("provider", HOSTED)
def test_a_server_of_ones_own_needs_no_key(taken, provider):
    load_chat_model(f"{provider}:any", {"READOUT_BASE_URL": f"{NOBODY}/v1/"})
    assert (taken["base_url"], taken["api_key"]) == (f"{NOBODY}/v1", NO_KEY)


def test_ollama_on_another_machine_is_reached_by_its_bare_address(taken):
    load_chat_model("ollama:any", {"READOUT_BASE_URL": "http://host:11434"})
    assert taken["base_url"] == "http://host:11434"
    assert "api_key" not in taken


@pytest.mark.parametrize(("provider", "tries"), [("openai", 1), ("anthropic", 1), ("google", 2), ("mistral", 2)])
def test_one_retry_is_two_tries_to_those_who_count_tries(taken, provider, tries):
    load_chat_model(f"{provider}:any", {"READOUT_BASE_URL": NOBODY}, retries=1)
    assert taken["max_retries"] == tries


def test_google_takes_the_key_of_either_name(taken):
    load_chat_model("google:any", {"GEMINI_API_KEY": KEY})
    assert taken["api_key"] == KEY


# -- what cannot be had -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "environment", "said"),
    [
        ("gpt-5", {}, "Write PROVIDER:NAME"),
        ("openai:", {}, "Write PROVIDER:NAME"),
        ("llama3.2:1b", {}, "Write PROVIDER:NAME"),
        ("", {}, "Write PROVIDER:NAME"),
        ("qwen3:8b", {}, "LangChain has no provider 'qwen3'. Name anthropic, google, mistral, ollama, openai or another"),
        ("upstage:solar", {}, "pip install -c constraints.txt langchain-upstage"),
        ("openai:gpt-5", {}, "needs a key. Put it into OPENAI_API_KEY"),
        ("openai:gpt-5", {"OPENAI_API_KEY": " "}, "needs a key"),
        ("openai:gpt-5", {"OPENAI_API_KEY": "sk-… copied"}, "OPENAI_API_KEY holds characters that no key has"),
        *(
            ("openai:gpt-5", {"READOUT_BASE_URL": address, "OPENAI_API_KEY": KEY}, "is no address. Set one such as http://")
            for address in ("localhost:80", "http://", "http://:80", "http://host:port", "http://host:99999", "ftp://host", "http://a b", "http://[::1")
        ),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_had_is_an_error_of_one_line(name, environment, said):
    with pytest.raises(ModelMissing) as caught:
        load_chat_model(name, environment)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_missing_package_is_named_with_what_installs_it_in_a_clone(monkeypatch, provider):
    module, _, _ = PROVIDERS[provider]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelMissing) as caught:
        load_chat_model(f"{provider}:any", {"READOUT_BASE_URL": NOBODY})
    assert str(caught.value) == (
        f"{provider}:any: the package {module.replace('_', '-')} is missing or does not fit. "
        f"In Readout's folder, run: .venv/bin/pip install -c constraints.txt -e '.[{provider}]'"
    )


@pytest.mark.parametrize("provider", HOSTED)
def test_a_missing_key_is_named_by_its_variable(taken, provider):
    _, variable, _ = PROVIDERS[provider]
    with pytest.raises(ModelMissing, match=f"{provider}:any: needs a key. Put it into {variable};"):
        load_chat_model(f"{provider}:any", {})
    assert not taken


# -- what goes wrong over HTTP ------------------------------------------------------------------------------------------


@pytest.fixture(params=sorted(PROVIDERS))
def provider(request):
    """Each provider whose package is installed."""
    pytest.importorskip(PROVIDERS[request.param][0], reason=f"readout[{request.param}] is not installed")
    return request.param


def failure_of(provider, address, model="some-model", key=KEY, seconds=PATIENCE):
    """The error of a model that is asked something, the environment it was asked in, and what people are told."""
    _, variable, path = PROVIDERS[provider]
    environment = {"READOUT_BASE_URL": address + path, variable: key}
    name = f"{provider}:{model}"
    with pytest.raises(Exception) as caught:  # each provider's package has its own kinds
        list(load_chat_model(name, environment, seconds, retries=0).stream("Who met?"))
    line = trouble(caught.value, name, environment, seconds)
    assert "\n" not in line
    return caught.value, line


@pytest.mark.parametrize(
    ("status", "key", "hopeless", "said"),
    [
        (401, KEY, True, "refuses the key. Put a valid one into {variable}."),
        (401, "", True, "asks for a key. Put it into {variable}."),
        (403, KEY, True, "does not allow it: not today. Put a key that may use this model into {variable}."),
        (404, KEY, True, "has no model 'some-model'. "),
        (429, KEY, False, "takes no more questions for now: not today. Try again later"),
        (500, KEY, False, "is out of order (status 500): not today. Try again later"),
        (400, KEY, False, "says (status 400): not today. Mend what it names"),
    ],
)
def test_a_refusal_is_told_with_its_remedy_whichever_the_provider(provider, status, key, hopeless, said):
    body = {"error": {"message": "not today", "type": "no", "code": status}}
    with scripted(Fault(status, body={"error": "not today"} if provider == "ollama" else body)) as server:
        error, line = failure_of(provider, server.address.removesuffix("/v1"), key=key)
        assert said.format(variable=PROVIDERS[provider][1]) in line
        assert line.startswith(f"{provider}:some-model: {server.address.removesuffix('/v1')}")
        assert status_of(error) == status
        assert beyond_retry(error) == hopeless
        if status in (429, 500):
            assert len(server.requests) == 1  # none tried again by the provider's package


def test_a_silent_server_is_not_waited_for_longer_than_said(provider):
    with scripted(Fault(then="hang")) as server:
        error, line = failure_of(provider, server.address.removesuffix("/v1"), seconds=0.3)
        assert "no answer from http://127.0.0.1" in line
        assert "within 0.3 seconds. Try again" in line
        assert len(server.requests) == 1
    assert not unreached(error)
    assert not beyond_retry(error)


def test_a_server_that_is_not_there_is_told_from_one_that_is_slow(provider):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error, line = failure_of(provider, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert "nothing answers at http://127.0.0.1" in line
    assert "Start the server" in line
    assert unreached(error)


def test_http_and_https_taken_for_each_other_are_told_so(provider):
    with scripted() as server:
        error, line = failure_of(provider, server.address.removesuffix("/v1").replace("http:", "https:"))
    assert "no secure connection to https://" in line
    assert "See to http or https" in line
    assert unreached(error)


def test_an_openai_server_says_what_an_answer_took_and_why_it_ended():
    with scripted("Trump won.") as server:
        model = load_chat_model("openai:any", {"READOUT_BASE_URL": server.address}, retries=0)
        first, *rest = model.stream("Who won?")
        whole = sum(rest, first)
        assert server.requests[0]["stream_options"] == {"include_usage": True}
    assert whole.text == "Trump won."
    assert whole.usage_metadata["output_tokens"] == 2
    assert whole.response_metadata["finish_reason"] == "stop"


# -- what an error means ------------------------------------------------------------------------------------------------


class Refused(Exception):
    """An error as OpenAI's, Anthropic's and Ollama's packages raise it."""

    def __init__(self, status_code, words="no"):
        super().__init__(words)
        self.status_code = status_code


class Coded(Exception):
    """An error as Google's packages raise it; others keep words in ``code``."""

    def __init__(self, code, words="no"):
        super().__init__(words)
        self.code = code


def from_response(status):
    """An error as Mistral's package raises it."""
    error = RuntimeError("no")
    error.response = Refused(status)
    return error


def wrapped(error):
    """An error that a package raises in place of another."""
    try:
        raise KeyError("outer") from error
    except KeyError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused(401), 401),
        (from_response(404), 404),
        (Coded(503), 503),
        (Coded(HTTPStatus.TOO_MANY_REQUESTS), 429),
        (wrapped(Coded(403)), 403),
        (wrapped(wrapped(from_response(500))), 500),
        (Refused(400), 400),
        (Refused(400, "API key not valid. Please pass a valid API key."), 401),
        (from_response(400), 400),
        (Refused(400, '{"message": "Invalid model: tiny", "type": "invalid_model"}'), 404),
        (Refused(429, "invalid model"), 429),
        (Refused(429, "{'error': {'code': 'insufficient_quota'}}"), 402),
        (Refused(400, "Your credit balance is too low to access the Anthropic API."), 402),
        (Refused(302), 302),
        (Refused(-1, "in the middle of an answer"), None),
        (Refused(200, "in the middle of an answer"), None),
        (Coded("invalid_api_key"), None),
        (ValueError("no"), None),
    ],
)
def test_the_status_is_found_wherever_a_package_keeps_it(error, status):
    assert status_of(error) == status


def test_an_error_that_is_its_own_cause_is_read_once():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert status_of(first) is None


class APIConnectionError(Exception):
    pass


class APITimeoutError(APIConnectionError):
    pass


class ConnectTimeout(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused(401, "Incorrect API key provided: sk-proj-********abcd"), "refuses the key. Put a valid one into OPENAI_API_KEY"),
        (Refused(404), "has no model 'gpt-5'. Name one it has."),
        (Refused(502, "<html><body><h1>Bad Gateway</h1></body></html>"), "(status 502): Bad Gateway. Try"),
        (ConnectionRefusedError("[Errno 111]"), "nothing answers at http://127.0.0.1:1/v1. Start the server"),
        (ConnectTimeout(), "nothing answers at http://127.0.0.1:1/v1"),
        (APITimeoutError(), "no answer from http://127.0.0.1:1/v1 within 60 seconds"),
        (TimeoutError(), "no answer from http://127.0.0.1:1/v1"),
        (ValueError('Unfinished stream: {"candidates": ['), "the connection to http://127.0.0.1:1/v1 broke off"),
        (ConnectionResetError(), "the connection to http://127.0.0.1:1/v1 broke off"),
        (RuntimeError("boom\nat line 3"), "RuntimeError: boom at line 3. Name another model"),
        (RuntimeError(""), "RuntimeError: no reason given. Name another model"),
    ],
)
def test_what_a_server_says_becomes_one_line_with_a_remedy(error, said):
    environment = {"READOUT_BASE_URL": "http://user:secret@127.0.0.1:1/v1?key=secret", "OPENAI_API_KEY": KEY}
    line = trouble(error, "openai:gpt-5", environment)
    assert said in line
    assert "\n" not in line
    assert "secret" not in line
    assert "sk-proj" not in line


@pytest.mark.parametrize(
    ("name", "server", "said"),
    [
        ("openai:tiny", "", "OpenAI has no model 'tiny'. Name one it has."),
        ("openai:tiny", NOBODY, "or add the path that READOUT_BASE_URL lacks, often /v1."),
        ("mistral:tiny", NOBODY, "or add the path that READOUT_BASE_URL lacks, often /v1."),
        ("ollama:tiny", NOBODY, "Get it there with `ollama pull tiny`, or name one it has."),
        ("ollama:tiny", f"{NOBODY}/v1", "or take /v1 off READOUT_BASE_URL."),
        ("anthropic:tiny", f"{NOBODY}/v1", "or take /v1 off READOUT_BASE_URL."),
    ],
)
def test_a_model_that_is_not_found_may_be_an_address_with_a_wrong_path(name, server, said):
    assert trouble(Refused(404), name, {"READOUT_BASE_URL": server}).endswith(said)


def test_a_provider_that_is_far_away_is_not_to_be_started():
    assert trouble(ConnectTimeout(), "anthropic:any", {}).endswith("Anthropic's address. See to the network, or name another model.")
    assert trouble(ConnectTimeout(), "ollama:any", {}).endswith("Start the server, or set READOUT_BASE_URL to where it is.")


def test_an_unknown_providers_key_is_called_as_its_own_words_do():
    error = TypeError("Could not resolve authentication: expected GROK_API_KEY")
    assert trouble(error, "groq:any", {}).startswith("groq:any: needs a key. Put it into GROK_API_KEY;")
    assert beyond_retry(error)


# -- secrets ------------------------------------------------------------------------------------------------------------


def test_keys_are_never_shown():
    environment = {"MISTRAL_API_KEY": "abcdef0123456789", "HF_TOKEN": "hf_0123456789", "HOME": "/home"}
    words = "key abcdef0123456789 token hf_0123456789 masked sk-a****wxyz other sk-proj-0123456789abcdef at https://me:p@ss@host/v1"
    assert shown(words, environment) == "key … token … masked … other … at https://host/v1"


def test_a_key_that_begins_with_another_is_hidden_whole():
    keys = ["abcdefgh", "abcdefgh01234567", "abcdefgh0123456789abcdef"]
    for order in (keys, keys[::-1]):
        assert shown(" ".join(keys), {f"K{number}_TOKEN": key for number, key in enumerate(order)}) == "… … …"


def test_what_others_say_cannot_steer_a_terminal():
    assert shown("\x1b[31mred\x07\r\n and\u202e back") == "[31mred and back"


SECRETS = st.text("abcXYZ0189-_+/=.", min_size=8, max_size=40)
VARIABLES = ["OPENAI_API_KEY", "HF_TOKEN", "READOUT_AUTH", "DB_PASSWORD", "mistral_api_key", "AWS_SECRET_ACCESS_KEY", "APIKEY"]
WORDS = st.text(max_size=60)


@given(
    name=st.sampled_from(["openai", "anthropic", "ollama", "google", "mistral", "groq", "abacus"]),
    secrets=st.dictionaries(st.sampled_from(VARIABLES), SECRETS, min_size=1),
    tail=SECRETS,
    around=st.tuples(WORDS, WORDS),
    kind=st.sampled_from([Refused, Coded, "wrapped", RuntimeError, TimeoutError, ImportError, ConnectionRefusedError]),
    status=st.sampled_from([400, 401, 403, 404, 429, 500, 200]),
    place=st.sampled_from(["model", "user", "query", "path", "nowhere"]),
)
@example("openai", {"HF_TOKEN": "aaaaaaaa"}, "Xbbbbbbb", ("{'message': '", "'}"), Refused, 500, "path")
def test_no_secret_is_in_any_message(name, secrets, tail, around, kind, status, place):
    secrets = {**secrets, "LONGER_TOKEN": next(iter(secrets.values())) + tail}  # one begins with another
    for secret in secrets.values():
        words = f"{around[0]}{secret}{around[1]} {secret}"
        error = kind(status, words) if kind in (Refused, Coded) else wrapped(Refused(status, words)) if kind == "wrapped" else kind(words)
        servers = {"user": f"http://anna:{secret}@{NOBODY[7:]}", "query": f"{NOBODY}?key={secret}", "path": f"{NOBODY}/{secret}/v1"}
        environment = {**secrets, "READOUT_BASE_URL": servers.get(place, "")}
        line = trouble(error, f"{name}:{secret if place == 'model' else 'any'}", environment)
        assert not [one for one in secrets.values() if one in line]
        assert line == " ".join(line.split())
