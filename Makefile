# Every target makes what it needs, .venv included, and is quick the second time.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help install demo serve test lint bench clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

install: .venv/.installed  ## install the product into .venv

demo: .venv/.installed  ## crawl the packaged demo web, index it, serve page and API on http://127.0.0.1:8000
	$(BIN)/scout demo

serve: .venv/.installed  ## serve page and API over your own index
	$(BIN)/scout serve

test: .venv/.installed-dev  ## run all tests
	$(BIN)/python -m pytest

lint: .venv/.installed-dev  ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed-dev  ## measure speed, each figure beside a reference of the same run
	for script in tests/benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

clean:  ## remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/it")'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing into .venv (once; some minutes) ..."
	$(PIP) --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(PIP) --editable '.[dev]'
	@touch $@
