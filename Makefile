# Every target makes .venv by itself, from the hashed locks. Needs Python >= 3.11 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UNIT := not e2e and not crash and not live
# The quick tests wait for other processes half of their time.
WORKERS ?= 3
BROWSERS ?= 2
# RERUNS=1 gives a failed quick or browser test a second try and names it at the end (RERUN). A kill
# test gets one only where the test's own time ran out: what it finds broken is final.
AGAIN := $(if $(RERUNS),--reruns $(RERUNS) -raR)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help sandbox run test unit e2e crash proof curious soak load fuzz hostile faults check format settings \
	secrets licenses audit bench slowest lock clean

help: ## List the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | expand -t 12

sandbox: $(VENV)/.sandbox ## Try the bot in a browser: no token, no key
	$(BIN)/inpaint-bot sandbox

run: $(VENV)/.runtime ## Run the bot with the settings in .env
	$(BIN)/inpaint-bot run

test: unit e2e crash ## Run every test

unit: $(VENV)/.dev ## Run the quick tests
	$(BIN)/pytest -n $(WORKERS) -m "$(UNIT)" $(AGAIN)

curious: $(VENV)/.dev ## Run the quick tests with examples that nobody tried before
	EXAMPLES=patient $(BIN)/pytest -n $(WORKERS) -m "$(UNIT)"

e2e: $(VENV)/.dev ## Run the tests in a real Chromium
	$(if $(wildcard tests/e2e/test_*.py),$(BIN)/pytest -n $(BROWSERS) -m e2e $(AGAIN),@echo "no e2e tests yet")

crash: $(VENV)/.dev ## Run the kill tests (KILLS=200 for a long run, SEED=1, CONTINUE=1 to go on)
	$(if $(KILLS),$(BIN)/python -m tests.crash --kills $(KILLS) \
		$(if $(SEED),--seed $(SEED)) $(if $(CONTINUE),--continue),$(BIN)/pytest -s -m crash \
		$(if $(AGAIN),$(AGAIN) --only-rerun Timeout))

proof: $(VENV)/.dev ## Put the ledger through thousands of random steps
	$(BIN)/python -m tests.ledger_proof

soak: $(VENV)/.dev ## Make 10,000 edits and see what they leave behind (COUNT=1000, CONTINUE=1)
	$(BIN)/python -m tests.soak --count $(or $(COUNT),10000) $(if $(CONTINUE),--continue)

load: $(VENV)/.dev ## Load the bot with half of what this machine can carry (MINUTES=10)
	$(BIN)/python -m tests.load --minutes $(or $(MINUTES),10)

fuzz: $(VENV)/.dev ## Give 10,000 hostile files to the picture worker (COUNT=500, SEED=1, CONTINUE=1)
	$(BIN)/python -m tests.fuzz --count $(or $(COUNT),10000) \
		$(if $(SEED),--seed $(SEED)) $(if $(CONTINUE),--continue)

HOSTILE := tests/providers/test_guard.py tests/providers/test_fetch.py \
	tests/providers/test_hostile_answers.py tests/web/test_hostile_http.py \
	tests/web/test_hostile_hooks.py tests/web/test_links.py tests/cogs/test_hostile_forms.py \
	tests/cogs/test_hostile_words.py tests/services/test_hostile_options.py \
	tests/services/test_disk_full.py

hostile: $(VENV)/.dev ## Count what addresses, requests, webhooks, links and forms refuse (EXAMPLES=patient)
	$(BIN)/pytest -q $(HOSTILE)

faults: $(VENV)/.dev ## Put each request to Discord through each fault (COUNT=100, FROM=100 to go on)
	$(BIN)/python -m tests.rest $(if $(COUNT),--count $(COUNT)) $(if $(FROM),--from $(FROM))

check: $(VENV)/.dev ## Check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python bot cogs

format: $(VENV)/.dev ## Rewrite files in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

settings: $(VENV)/.runtime ## Write .env.example and the table in docs/operating.md anew
	$(BIN)/python -m bot.cli.settings_docs

secrets: $(VENV)/.dev ## Search all that anybody may read for planted secrets
	$(BIN)/pytest -q -s tests/secrecy

licenses: $(VENV)/.dev ## Write the table in docs/licenses.md anew
	$(BIN)/python -m tests.supply.licenses

audit: $(VENV)/.dev $(VENV)/.audit ## Ask what is known against the locked versions
	$(BIN)/python -m tests.supply.audit $(VENV)/audit/bin/pip-audit

bench: $(VENV)/.dev ## Measure (PARTS="stages fair" for those alone, COUNT=3, CONTINUE=1 to go on)
	$(BIN)/python -m bench $(PARTS) $(if $(COUNT),--count $(COUNT)) $(if $(CONTINUE),--continue)

slowest: $(VENV)/.dev ## Print the 20 slowest tests
	$(BIN)/pytest -m "$(UNIT)" --durations=20 -q

# --- the virtual environment: each lock is a part of the next one ---

CHECK := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
NEEDS := inpaint-bot needs Python 3.11 or newer with the venv module \
	(on Debian: apt install python3-venv)
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
PROJECT := $(PIP) --no-deps --no-build-isolation --editable .

$(BIN)/python:
	$(if $(shell $(PYTHON) -c '$(CHECK)' 2>/dev/null && echo ok),,$(error $(NEEDS)))
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements.txt into $(VENV): a minute or two."
	@$(PIP) --require-hashes -r requirements.txt
	@$(PROJECT)
	@touch $@

$(VENV)/.sandbox: requirements-sandbox.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements-sandbox.txt into $(VENV): a minute or two."
	@$(PIP) --require-hashes -r requirements-sandbox.txt
	@$(PROJECT)
	@touch $(VENV)/.runtime $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements-dev.txt into $(VENV): a minute or two."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PROJECT)
	@touch $(VENV)/.runtime $(VENV)/.sandbox $@

# Apart from the others: no other target needs it.
$(VENV)/.audit: requirements-audit.txt | $(BIN)/python
	$(PYTHON) -m venv --clear $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
		--require-hashes -r requirements-audit.txt
	@touch $@

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links
COMPILE := $(LOCK) pyproject.toml --group build

lock: $(VENV)/.dev ## Write the locks anew from pyproject.toml (UPGRADE=1: newest versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra sandbox --group dev -o requirements-dev.txt
	$(COMPILE) --extra sandbox -c requirements-dev.txt -o requirements-sandbox.txt
	$(COMPILE) -c requirements-dev.txt -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group audit -o requirements-audit.txt

clean: ## Remove what the other targets made
	rm -rf $(VENV) .bench .crash .soak .fuzz .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
