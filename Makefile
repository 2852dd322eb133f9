# `make help` lists what there is. Nothing here is needed to use Consentry: ./run and ./test stand alone.

.DEFAULT_GOAL := help
.PHONY: help run test lint types format locks docs screenshots model conformance-table bench clean environment

PYTHON ?= python3
ENVIRONMENT := $(or $(CONSENTRY_VENV),.venv)
BIN := $(ENVIRONMENT)/bin
CODE := $(wildcard src tests bench examples tools)
UV := $(or $(shell command -v uv),.cache/tools/bin/uv)
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--python-version 3.11

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

run: ## start the demo, or ARGS="serve ..."
	./run $(ARGS)

test: ## every test, or ARGS="tests/core -k ticket"
	./test $(ARGS)

environment:
	@$(PYTHON) tools/bootstrap.py env

lint: environment ## ruff and the floors
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports

types: environment ## mypy, strict, everywhere
	$(BIN)/python -m mypy $(CODE)

format: environment ## write the code the way ruff likes it
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

locks: $(UV) ## remake requirements/*.txt; UPGRADE=1 takes the newest allowed versions
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra server -o requirements/runtime.txt pyproject.toml
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra server -o requirements/lock.txt pyproject.toml requirements/dev.in
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements/docs.txt requirements/docs.in
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements/tool-uv.txt requirements/tool-uv.in

docs: $(UV) ## build the documentation site into site/
	$(UV) venv --quiet --allow-existing .cache/docs
	$(UV) pip sync --quiet --require-hashes --python .cache/docs/bin/python requirements/docs.txt
	rm -rf site # not `build --clean`: that empties .cache, where this environment is
	.cache/docs/bin/zensical build

screenshots: environment ## remake the pictures of the README (needs Chromium)
	$(BIN)/python -m tools.screenshots $(ARGS)

model: environment ## play the stateful model, 2,000 runs or RUNS=
	MODEL_RUNS=$(or $(RUNS),2000) $(BIN)/python -m pytest -q -s tests/model/test_model.py

conformance-table: environment ## rewrite docs/reference/uma-conformance.md
	$(BIN)/python -m tools.conformance_table

bench: environment ## measure, with bench/
	$(BIN)/python -m bench $(ARGS)

clean: ## remove what the tools made; the environment and data/ stay
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov dist site
	find src tests bench examples tools -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

.cache/tools/bin/uv:
	$(PYTHON) -m pip install --quiet --target .cache/tools --no-deps --require-hashes -r requirements/tool-uv.txt
