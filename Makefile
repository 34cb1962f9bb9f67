# The commands a person needs. Everything they need besides Python 3.11 and make, they set up.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv/bin
# Compiled modules are kept: without them every start of Python takes seconds more.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(VENV)/python -m pytest

.PHONY: help setup demo test check bench prove format locks generate sbom audit

help:           ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup:          ## set up this checkout (quick when nothing changed)
	@$(PYTHON) scripts/setup.py

demo: setup     ## load the invented county, screen three months, serve at 127.0.0.1:8000
	@BANGFU_SECOND_FACTOR=off $(VENV)/bangfu demo

test:           ## run all tests
	@$(PYTHON) scripts/setup.py --dev --browser
	@$(VENV)/python scripts/run_tests.py

check:          ## format, lint, types, import contracts, migrations, packs, generated files
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/check.py

# Largest lake of the engine's measurement, in million people: 12 takes 20 minutes and 4 GB of disk.
BENCH_UP_TO ?= 12

bench:          ## measure; results are kept under bench/results (BENCH_UP_TO=1 for a short one)
	@$(PYTHON) scripts/setup.py --dev
	@export BANGFU_HOME=$(CURDIR)/var/bench BANGFU_SECOND_FACTOR=off PYTHONPATH=. && \
	echo "== the demo that some of them read" && $(VENV)/bangfu demo --no-serve && \
	for name in engine_screening quality_check sheets_import sheets_check registry_import \
		audit_verify api_households scope_signing clues bulk desk restore case_papers "engine_scale --up-to $(BENCH_UP_TO)"; do \
		set -- $$name; echo "== $$name"; file=bench/$$1.py; result=bench/results/$$1.json; shift; \
		$(VENV)/python $$file $$@ > $$result.part || exit 1; \
		mv $$result.part $$result && cat $$result; done && \
	$(VENV)/bangfu db down && rm -rf var/bench && $(VENV)/python bench/chart.py

prove:          ## long proofs, run by hand; results are kept under bench/results with their seeds
	@$(PYTHON) scripts/setup.py --dev
	@HYPOTHESIS_PROFILE=prove $(PYTEST) -q tests/generative tests/prove

format:         ## format the code
	@$(VENV)/ruff format . && $(VENV)/ruff check --fix .

generate:       ## write the generated files anew
	@$(VENV)/python scripts/generate.py

locks:          ## resolve the locks anew (hashes, no addresses)
	@$(VENV)/python scripts/make_locks.py

sbom:           ## write the bill of materials (CycloneDX) to dist/bangfu.cdx.json
	@$(VENV)/python scripts/make_sbom.py

audit:          ## ask the advisory services about every locked package; fails unless all answer
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/audit_dependencies.py
