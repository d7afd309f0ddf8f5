# Everything a checkout needs. `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv
SPECS ?= specs
PYTEST_ARGS ?=
SPEED ?= 10

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PACKAGE := $(VENV)/.package
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv generate check test test-all golden lint tools demo bench bench-rules clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(PACKAGE) ## Make the virtual environment, with obsgen in it

generate: $(PACKAGE) ## Compile specs/ into generated/
	$(BIN)/obsgen generate $(SPECS)

check: $(PACKAGE) ## Validate specs/ and compare generated/ with what they say
	$(BIN)/obsgen validate $(SPECS)
	$(BIN)/obsgen generate --check $(SPECS)

test: $(DEV) tools ## Run all tests, with the real Prometheus, Alertmanager and blackbox exporter
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: lint test check ## Run all that CI demands of a change

golden: $(DEV) tools ## Rewrite the expected outputs of the tests; review the difference
	$(BIN)/python -m pytest --update $(PYTEST_ARGS)

lint: $(DEV) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict obsgen

tools: ## Provide promtool, prometheus, amtool, alertmanager, blackbox_exporter in .tools/bin
	@.ci/tools.sh

demo: $(DEV) tools ## Run it all with simulated services; SPEED=60 for a minute a second
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/obsgen demo $(SPECS) --speed $(SPEED)

bench: $(DEV) ## Measure how fast obsgen starts and compiles
	$(BIN)/python -m benchmarks

bench-rules: $(DEV) tools ## Measure how right and how cheap the rules are in a real Prometheus
	$(BIN)/python -m benchmarks.accuracy
	$(BIN)/python -m benchmarks.scale

clean: ## Remove what this file installs and every cache, never generated/
	rm -rf .tools build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info $(VENV)
	find obsgen tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(PACKAGE): pyproject.toml
	@.ci/venv.sh $(PYTHON) $(VENV)
	$(PIP) --editable .
	@touch $@

$(DEV): $(PACKAGE)
	$(PIP) --editable '.[dev,preview]'
	@touch $@
