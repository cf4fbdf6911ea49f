# make            lists what there is
# The environment is made on first use and again when a requirements file changes.

PYTHON ?= python3
BIN := .venv/bin
TOOLS := .tools
# Errors only: pip warns of every place it was told to look at and that is not there.
QUIET := --quiet --quiet
PIP_INSTALL := -m pip install $(QUIET) --disable-pip-version-check --require-hashes --no-deps
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock"

# What the suite writes is for the suite: where there is a place in memory with room, nobody waits for a disk.
# Two workers more than cores: some tests wait for a thread or a process.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 2)')
# Whatever the shell says, the many processes of the suite share what is compiled.
COMPILED = PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/.venv/pycache
IN_MEMORY = $(shell [ "$$(df -Pm /dev/shm 2>/dev/null | awk 'END { print $$4 + 0 }')" -ge 1024 ] && echo TMPDIR=/dev/shm)

HERE_PYTHON = $(shell $(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
HERE_ARCH = $(patsubst aarch64,arm64,$(shell uname -m))
MAKE_PACKAGE = $(MAKE) --no-print-directory build-Api PYTHON=$(BIN)/python LAMBDA_PYTHON=$(HERE_PYTHON) LAMBDA_ARCH=$(HERE_ARCH)

.DEFAULT_GOAL := help
.PHONY: help run mcp mcp-conversation test fuzz test-kills check check-code test-package test-clients test-inspector test-console test-console-smoke test-console-long console-package test-freeswitch test-asterisk test-moving test-sandbox test-behind-nat format docs bench lock clean

include package.mk link.mk

help:                   ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1	\2/p' Makefile link.mk

run: .venv/local        ## answer at http://127.0.0.1:3000 (PORT=, RINGPOST_DATA=, RINGPOST_STORE=)
	@exec $(BIN)/ringpost serve

mcp: .venv/mcp          ## install what an assistant's ringpost mcp needs; docs/mcp.md says how to go on

mcp-conversation: .venv/mcp  ## the conversation of docs/mcp.md: a server, two callers, an assistant's tools
	@$(BIN)/python -m tests.mcp.conversation

test: .venv/dev         ## the suite, with branch coverage, on all cores
	$(COMPILED) $(IN_MEMORY) $(BIN)/pytest -m "not package and not clients and not inspector and not console and not live and not fuzz and not kills" -n $(WORKERS) --dist worksteal --cov --cov-report=
	@$(BIN)/coverage report --fail-under=95

# Each worker must make the same chapters: seed and deadline are chosen once, here.
SEED ?= $(shell date +%s)
FROM ?= 0
CHAPTERS ?= 400
MINUTES ?= 20
fuzz: .venv/dev         ## 200,000 made-up requests by everybody (SEED=, FROM=, CHAPTERS=, MINUTES=)
	@echo "SEED=$(SEED) FROM=$(FROM): $(CHAPTERS) chapters of 500 requests"
	SEED=$(SEED) FROM=$(FROM) CHAPTERS=$(CHAPTERS) FUZZ_UNTIL=$$(($$(date +%s) + 60 * $(MINUTES))) $(IN_MEMORY) \
	$(BIN)/pytest -m fuzz -n auto --dist worksteal -rs --maxfail=20 tests/fuzz

KILLS ?= 300
test-kills: .venv/dev   ## endpoint and link are killed so often while commands, events and records flow (KILLS=, SEED=)
	@echo "SEED=$(SEED)"
	RINGPOST_KILLS=$(KILLS) RINGPOST_CRASH_SEED=$(SEED) $(IN_MEMORY) $(BIN)/pytest -m kills -rP tests/entry/test_kills.py

check: .venv/dev .venv/tools  ## the rest of the gate
	$(MAKE) --no-print-directory -j3 --output-sync=target test-clients test-package check-code test-console-smoke test-inspector

check-code: .venv/dev .venv/tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src:. $(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	SAM_CLI_TELEMETRY=0 $(TOOLS)/bin/sam validate --lint --region us-east-1
	$(TOOLS)/bin/cfn-lint template.yaml template-cloudfront.yaml
	$(TOOLS)/bin/python -m tests.template.lint

test-package: .venv/dev .venv/tools $(TOOLS)/ric link-package  ## the package as Lambda gets it, under Lambda's own runtime; the link's file
	rm -rf .aws-sam/package
	$(MAKE_PACKAGE) ARTIFACTS_DIR=.aws-sam/package
	RINGPOST_PACKAGE=.aws-sam/package RINGPOST_RIC=$(TOOLS)/ric RINGPOST_LINK=$(LINK_FILE) \
	RINGPOST_RIE=$$(echo $(TOOLS)/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-$(HERE_ARCH)) \
	$(BIN)/pytest -m package tests/package

test-clients: .venv/dev $(TOOLS)/clients $(TOOLS)/typescript  ## clients made from docs/openapi.json, type-checked, and the server tried with them
	RINGPOST_CLIENTS=$(TOOLS)/clients RINGPOST_TYPESCRIPT=$(TOOLS)/typescript $(BIN)/pytest -m clients tests/clients

test-inspector: .venv/dev $(TOOLS)/inspector  ## the public MCP inspector calls the tools of ringpost mcp
	RINGPOST_INSPECTOR=$(TOOLS)/inspector $(BIN)/pytest -m inspector tests/mcp/test_inspector.py
IN_A_BROWSER = RINGPOST_CONSOLE_TOOLS=$(TOOLS)/console $(IN_MEMORY) $(BIN)/pytest
# Without Node or a browser the page is not tried: said loudly, and never so in CI, which has both (.ci/run).
test-console-smoke: .venv/dev
	@if command -v npm >/dev/null && command -v chromium >/dev/null && command -v chromedriver >/dev/null; then \
		$(MAKE) --no-print-directory $(TOOLS)/console && $(IN_A_BROWSER) -m "console and smoke" tests/console; \
	elif [ -n "$$CI" ]; then echo "CI needs Node, chromium and chromedriver" >&2; exit 1; \
	else echo "**** THE OPERATOR'S PAGE WAS NOT TRIED: it takes Node 20 or newer with npm, chromium and chromedriver on PATH ****"; fi

test-console: .venv/dev $(TOOLS)/console  ## the operator's page in a real browser, and its screenshots in docs/console/
	$(IN_A_BROWSER) -m "console and not long" tests/console

CONSOLE_MINUTES ?= 10
test-console-long: .venv/dev $(TOOLS)/console  ## 500 extensions and 100 calls a minute, and what that costs the page (CONSOLE_MINUTES=)
	CONSOLE_MINUTES=$(CONSOLE_MINUTES) $(IN_A_BROWSER) -s -m "console and long" -rP tests/console

CONSOLE_FOLDER ?= dist/console
console-package:        ## the operator's page as a folder for a bucket (CONSOLE_FOLDER=)
	rm -rf $(CONSOLE_FOLDER)
	mkdir -p $(CONSOLE_FOLDER)
	cp -R console $(CONSOLE_FOLDER)/console
	@echo "$(CONSOLE_FOLDER): docs/deploy.md says where it goes"

test-freeswitch: .venv/dev  ## the whole story on a FreeSWITCH with real phones; docs/freeswitch.md says how
	$(BIN)/pytest -m live -v tests/live

test-asterisk: .venv/dev  ## the same on an Asterisk, through a link or without; docs/asterisk.md says how
	$(BIN)/pytest -m live -v tests/live

test-moving: .venv/dev  ## a domain moves from a FreeSWITCH to an Asterisk and back, with both up; docs/asterisk.md says how
	$(BIN)/pytest -m live -v tests/live/test_moving.py

test-sandbox: .venv/dev  ## the same stories of transfers, rooms, lots and queues in the sandbox: nothing is needed for it
	RINGPOST_SANDBOX=1 $(BIN)/pytest -m live -v tests/live/test_transfers.py tests/live/test_conferences.py tests/live/test_lots.py \
	tests/live/test_queues.py tests/live/test_a_day.py

# As root: it makes networks, and starts the switch itself. How long Ringpost is away once, in seconds:
FREESWITCH ?= freeswitch
LANGUAGES ?= /etc/freeswitch/lang
RINGPOST_AWAY_SECONDS ?= 600
test-behind-nat: .venv/dev  ## the story with a FreeSWITCH behind NAT, and Ringpost away for ten minutes (FREESWITCH=, LANGUAGES=, MODULES=, RINGPOST_AWAY_SECONDS=)
	RINGPOST_AWAY_SECONDS=$(RINGPOST_AWAY_SECONDS) $(BIN)/python -m tests.live.behind_nat \
	--freeswitch $(FREESWITCH) --languages $(LANGUAGES) $(if $(MODULES),--modules $(MODULES)) \
	-- -v -rP tests/live/test_behind_nat.py tests/live/test_freeswitch.py

format: .venv/dev       ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/dev         ## write docs/actions.md, docs/openapi.json, docs/store.md, docs/costs.md and events/ anew
	$(BIN)/python docs/generate.py

bench: .venv/bench      ## the budgets, us and our peers side by side (BENCH=--only=starts, BENCH=--write)
	rm -rf .aws-sam/bench
	$(MAKE_PACKAGE) ARTIFACTS_DIR=.aws-sam/bench/ours
	$(MAKE_PACKAGE) ARTIFACTS_DIR=.aws-sam/bench/peers REQUIREMENTS=requirements/bench.txt SOURCES="src/ringpost benchmarks"
	RINGPOST_PACKAGE=.aws-sam/bench/ours RINGPOST_PEERS=.aws-sam/bench/peers $(BIN)/python -m benchmarks $(BENCH)

lock: .venv/dev         ## resolve requirements/*.txt anew
	$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check uv
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra local -c requirements/runtime.txt -o requirements/local.txt
	$(COMPILE) pyproject.toml --extra mcp -c requirements/local.txt -o requirements/mcp.txt
	$(COMPILE) requirements/dev.in requirements/local.txt requirements/mcp.txt -o requirements/dev.txt
	$(COMPILE) --group link -c requirements/local.txt -o requirements/link.txt
	$(COMPILE) requirements/shiv.in -o requirements/shiv.txt
	$(COMPILE) requirements/bench.in requirements/local.txt -o requirements/bench.txt
	$(COMPILE) requirements/tools.in -o requirements/tools.txt
	$(COMPILE) requirements/ric.in -o requirements/ric.txt
	$(COMPILE) requirements/clients.in -o requirements/clients.txt
	cd tests/clients/typescript && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	cd tests/mcp/inspector && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	cd tests/console && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean:                  ## remove what make made
	rm -rf .venv $(TOOLS) .aws-sam dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Ringpost needs Python 3.11 or newer: make run PYTHON=python3.13" >&2; exit 1; }
	@echo "Making .venv, once"
	$(PYTHON) -m venv .venv

.venv/local: requirements/local.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the server needs, once"
	$(BIN)/python $(PIP_INSTALL) -r requirements/local.txt
	$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/mcp: requirements/mcp.txt .venv/local
	@echo "Installing what ringpost mcp needs, once"
	$(BIN)/python $(PIP_INSTALL) -r requirements/mcp.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/local
	@echo "Installing what the tests need, once"
	$(BIN)/python $(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

.venv/bench: requirements/bench.txt .venv/dev
	@echo "Installing what we are measured against, once"
	$(BIN)/python $(PIP_INSTALL) -r requirements/bench.txt
	@touch $@

.venv/tools: requirements/tools.txt | .venv/bin/python
	@echo "Installing sam and cfn-lint into $(TOOLS), once"
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python $(PIP_INSTALL) -r requirements/tools.txt
	@touch $@

$(TOOLS)/ric: requirements/ric.txt .venv/tools
	rm -rf $@
	$(BIN)/python $(PIP_INSTALL) --no-compile --target $@ -r requirements/ric.txt
	@touch $@

$(TOOLS)/shiv: requirements/shiv.txt | .venv/bin/python
	@echo "Installing what packs the link into $@, once"
	rm -rf $@
	$(PYTHON) -m venv $@
	$@/bin/python $(PIP_INSTALL) -r requirements/shiv.txt
	@touch $@

$(TOOLS)/clients: requirements/clients.txt | .venv/bin/python
	@echo "Installing what makes a Python client, and schemathesis, into $@, once"
	rm -rf $@
	$(PYTHON) -m venv $@
	$@/bin/python $(PIP_INSTALL) -r requirements/clients.txt
	@touch $@

$(TOOLS)/inspector: tests/mcp/inspector/package.json tests/mcp/inspector/package-lock.json
	@command -v npm >/dev/null || { echo "The MCP inspector runs on Node 20 or newer, and npm: neither is on PATH" >&2; exit 1; }
	@echo "Installing the MCP inspector's command line into $@, once"
	rm -rf $@
	mkdir -p $@
	cp $^ $@
	cd $@ && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(TOOLS)/typescript: tests/clients/typescript/package.json tests/clients/typescript/package-lock.json
	@command -v npm >/dev/null || { echo "The TypeScript client is made and checked with Node 20 or newer, and npm: neither is on PATH" >&2; exit 1; }
	@echo "Installing what makes a TypeScript client into $@, once"
	rm -rf $@
	mkdir -p $@
	cp $^ $@
	cd $@ && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(TOOLS)/console: tests/console/package.json tests/console/package-lock.json
	@command -v npm >/dev/null || { echo "The operator's page is checked with Node 20 or newer, and npm: neither is on PATH" >&2; exit 1; }
	@echo "Installing what the operator's page is checked with into $@, once"
	rm -rf $@
	mkdir -p $@
	cp $^ $@
	cd $@ && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@
