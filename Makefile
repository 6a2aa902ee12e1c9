# make run: try heed.  make test: test it.  make check: all that must hold before a commit.
# Needs Python 3.11 or newer with venv, and make. Everything else is installed into .venv by locked hashes.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
# Neighbours share what a file sets up, so each worker takes a stretch and helps the other when it is through (tests/conftest.py
# sees to it that no story is torn apart). What waits for processes may fail once (tests/services/once_more.py).
PYTEST := tests.services.once_more -n $(WORKERS) --dist worksteal --durations=25
UV := $(BIN)/uv
LOCKED := -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test install check lint types plan safety tests tests-postgres prove bench words services lock clean

help:
	@echo "make run       install, load the sample operation, serve it on http://127.0.0.1:8000"
	@echo "make test      install what tests need, run the tests that need no service"
	@echo "make install   the package and all that is needed to work on it"
	@echo "make check     format, lint, types, plan of the house, safety, tests"
	@echo "make prove     the slow proofs"
	@echo "make bench     heed beside its peers"
	@echo "make words     bring the catalogues of languages up to what the code says, and compile them"
	@echo "make services  PostgreSQL, Redis, Java and Chromium from the system's packages (Debian, Ubuntu)"
	@echo "make lock      write the locked requirements anew"

run: .venv/run.stamp
	$(BIN)/heed up

test: .venv/dev.stamp
	$(BIN)/python -m $(PYTEST)

install: .venv/dev.stamp

check: lint types plan safety tests

lint: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/dev.stamp
	$(BIN)/mypy

plan: .venv/dev.stamp
	$(BIN)/lint-imports --no-logo

safety: .venv/dev.stamp
	$(BIN)/bandit -q -c pyproject.toml -r src

tests: .venv/dev.stamp
	$(BIN)/python -m $(PYTEST)

# What speaks to the database, once more on a PostgreSQL server of its own.
tests-postgres: .venv/dev.stamp
	$(BIN)/python -m tests.services.on_postgres $(PYTEST) --on-database $(ON_DATABASE)

ON_DATABASE := tests/core tests/service tests/goals tests/desks tests/collector tests/feedback tests/rehearsal

prove: .venv/dev.stamp
	$(BIN)/python -m $(PYTEST) -m prove

bench: .venv/dev.stamp
	$(BIN)/python bench

words: .venv/dev.stamp
	$(BIN)/python -m tests.words

services:
	.ci/services

lock: $(UV)
	$(UV) pip compile $(LOCKED) pyproject.toml -o requirements.txt
	$(UV) pip compile $(LOCKED) --extra spark pyproject.toml -o requirements-spark.txt
	$(UV) pip compile $(LOCKED) --extra encoder pyproject.toml -o requirements-encoder.txt
	$(UV) pip compile $(LOCKED) --extra dev pyproject.toml -o requirements-dev.txt
	echo uv | $(UV) pip compile $(LOCKED) - -o requirements-uv.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "heed needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(UV): requirements-uv.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

.venv/run.stamp: requirements.txt pyproject.toml $(UV)
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.txt pyproject.toml $(UV)
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@ .venv/run.stamp
