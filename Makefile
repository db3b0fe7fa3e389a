# You Decide. `make` prints what there is to do; every target sets itself up from nothing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
READY := .venv/.ready
RUN := .venv/bin
# The tests use both cores of a small machine; PYTEST adds options, as in `make test PYTEST="-k ledger"`.
PYTEST ?=
# A part of the bench; ten million ballots (large) are counted only when asked for.
BENCH ?=

.PHONY: help setup demo test test-postgresql check bench campaign translations sbom pictures clean

help:  ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

$(READY): pyproject.toml uv.lock
	@if command -v uv >/dev/null 2>&1; then uv sync --locked --quiet; \
	else \
	  $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check uv && \
	  .venv/bin/uv sync --locked --quiet --inexact --python .venv/bin/python; \
	fi
	@touch $(READY)

setup: $(READY)  ## make the virtual environment, from the lock file

demo: $(READY)  ## set up, fill a realistic round, serve it and print addresses and log-ins (STAGE=reveal: another moment)
	@$(RUN)/pb demo --serve $(if $(STAGE),--stage $(STAGE))

test: $(READY)  ## set up and pass every test, on SQLite and on PostgreSQL
	$(RUN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)
	$(MAKE) test-postgresql

test-postgresql: $(READY)  ## the tests of services and pages, on PostgreSQL
	$(RUN)/python -m pytest -n 2 --dist loadgroup --database postgresql tests/services tests/web $(PYTEST)

check: $(READY)  ## format, lint, types, import contracts, templates and every test
	$(RUN)/ruff format --check pb tests tools
	$(RUN)/ruff check pb tests tools
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(MAKE) test

bench: $(READY)  ## print speeds side by side; BENCH=site, loading, counting, million or large prints one part
	$(RUN)/python -m bench $(BENCH)

campaign: $(READY)  ## the long campaigns with their full counts
	PB_CAMPAIGN=full $(RUN)/python -m pytest -m campaign -p no:xdist $(PYTEST)
	PB_CAMPAIGN=full $(RUN)/python -m pytest -m campaign -p no:xdist --database postgresql tests/campaigns/test_faults_while_casting.py tests/campaigns/test_killed_while_casting.py tests/campaigns/test_killed_server.py tests/campaigns/test_linkage.py tests/campaigns/test_linkage_places.py tests/services $(PYTEST)

translations: $(READY)  ## gather the sentences for translators and compile the catalogues
	@mkdir -p build
	$(RUN)/pybabel -q extract -F babel.cfg -k _ -k N_ -k NN_:1,2 -k lazy_gettext -k _l -k npgettext:1c,2,3 --no-location --sort-output --no-wrap --omit-header -o build/messages.pot .
	$(RUN)/pybabel -q update -i build/messages.pot -d pb/translations -l cy --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date --init-missing
	$(RUN)/pybabel -q compile -d pb/translations

sbom: $(READY)  ## list every part that the service is made of, with its digests (CycloneDX, build/sbom.json)
	@mkdir -p build
	@$(RUN)/python -m tools.sbom > build/sbom.json

pictures: $(READY)  ## take the screenshots in docs/ again
	$(RUN)/python -m tools.pictures

clean:  ## remove what setting up made; never the instance folder
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist build
