# make demo       try it: builds $(VENV) and starts a throw-away home on http://127.0.0.1:$(PORT)
# make test       everything that takes up to twelve minutes in all; installs Chromium and PostgreSQL where absent
# make test-long  the rest; its dated output is kept in docs/test-long/
# make screens    the pictures in docs/screens/, from the demo in a real browser
# make lint       style, types, house borders, templates
# make wheel      dist/lantoa-*.whl
# make clean      removes all that make built

SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := demo
.PHONY: demo test test-long screens lint wheel clean

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8080
BIN := $(VENV)/bin
# Two processes, a file to each: files share their servers, tests of one file do not race.
PYTEST := $(BIN)/python -m pytest -q -rs -n 2 --dist loadfile
LONG := docs/test-long/$(shell date +%F-%H%M).txt

# A stamp is newer than pyproject.toml when what it stands for is installed, so that a second run starts at once.
$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'Python 3.11 or later with venv is needed: sudo apt-get install python3 python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(subst [run],,[$*])'
	@touch $@

demo: $(VENV)/.ready-run
	@$(BIN)/lantoa demo --port $(PORT)

test: $(VENV)/.ready-test
	@$(BIN)/python -m tests.machine
	@$(PYTEST)

test-long: $(VENV)/.ready-test
	@$(BIN)/python -m tests.machine
	@mkdir -p $(dir $(LONG))
	@{ $(BIN)/python -m tests.machine --describe; $(BIN)/python -m pytest -q -rP -m long; } 2>&1 | tee $(LONG)

screens: $(VENV)/.ready-test
	@$(BIN)/python -m tests.browser.gallery

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint campaign channels --lint --quiet

wheel: $(VENV)/.ready-test
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
