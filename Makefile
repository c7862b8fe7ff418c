# Whalecurve. Bare `make` lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COMPILED := $(VENV)/.compiled

.DEFAULT_GOAL := help
TOOLS := .tools
TESTS_AT_ONCE ?= 2

.PHONY: help setup run test sim soak mutants check kafka bench lock tools audit sbom documents clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(COMPILED) ## make the environment in .venv; compile agents/ where a C compiler is found

# without a compiler everything works, at two thirds of the speed: no reason to stop
$(COMPILED): $(READY) $(shell find agents schemas -name '*.py' -o -name '*.toml')
	@echo "compiling agents/ …"
	@$(BIN)/python -m streams.build.compiled || true
	@touch $@

$(READY): requirements.lock pyproject.toml
	@echo "making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## a first look: embedded broker, worker, sample traffic and a live table; Ctrl-C ends it
	@$(BIN)/whalecurve up

test: setup ## all tests; those on real Kafka need Java 17 and Maven and are skipped without
	@$(BIN)/python -m pytest -n $(TESTS_AT_ONCE) --durations 20 --dist loadfile --no-loadscope-reorder $(TESTS)

sim: setup ## play SEEDS=1000 worlds with faults from FIRST_SEED=0, STEPS=200 each; SEED=n: one, told
	@$(BIN)/python -m tests.simulation $(if $(SEEDS),--seeds $(SEEDS)) $(if $(STEPS),--steps $(STEPS)) \
		$(if $(FIRST_SEED),--first-seed $(FIRST_SEED)) $(if $(SEED),--seed $(SEED))

soak: setup ## some two hours of storms on real Kafka and 100,000 worlds; writes tests/faults/SOAK.md
	@$(BIN)/python -m tests.faults.soak $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SIM_SEEDS),--sim-seeds $(SIM_SEEDS))

mutants: setup ## make mistakes in copies of the product, see who finds them; ONLY=A20,S1: some
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY))

check: setup ## ruff, mypy --strict, the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

kafka: setup ## real Apache Kafka on 127.0.0.1:9092 from Maven's jars, until Ctrl-C
	@$(BIN)/python -m tests.brokers.kafka --port 9092

bench: setup ## throughput, cost, latency and restore, beside Kafka Streams and textbook Faust
	@tests/bench/run.sh

documents: setup ## make schemas/documents, docs/reference.md, docs/security.md and docs/runbook.md
	@$(BIN)/python -m streams.docs.generate
	@$(BIN)/python -m tests.faults.runbook

lock: setup ## pin all dependencies anew, with hashes
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links \
		--strip-extras --extra dev --extra embedded --extra fit --output-file requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --strip-extras --output-file tools.lock tools.in

tools: $(TOOLS)/.ready

$(TOOLS)/.ready: tools.lock
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools.lock
	@touch $@

audit: setup tools ## ask what is known against the locked packages; 3 as status: nobody answered
	@$(BIN)/python -m streams.build.supply audit $(TOOLS)/bin/pip-audit requirements.lock

sbom: setup tools ## list the locked packages with hashes and licences in dist/ (CycloneDX)
	@$(BIN)/python -m streams.build.supply sbom $(TOOLS)/bin/cyclonedx-py requirements.lock

clean: ## remove the environments and Kafka's jars
	rm -rf $(VENV) $(TOOLS) .kafka
