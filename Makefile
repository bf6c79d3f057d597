# Every recipe is one line: what it does is in infra/local (Python) and infra/bench.
PYTHON ?= python3
STACK = @command -v $(PYTHON) >/dev/null 2>&1 || { echo "✗ $(PYTHON) was not found. → Install Python 3.10 or newer, or name one: make $@ PYTHON=/path/to/python3"; exit 1; }; $(PYTHON) infra/local/stack.py

.DEFAULT_GOAL := help
.PHONY: help run up stop status logs test test-faults lint fmt bench clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  MAGIC_EDITS_PORT=4570 moves the local stack to another port (default 4566)."

run: ## Start the local stack and take one photo through an edit
	$(STACK) run

up: ## Start the local stack with demo data
	$(STACK) up

stop: ## End the local stack; its data goes with it
	$(STACK) stop

status: ## Say whether the local stack is up
	$(STACK) status

logs: ## Show what the functions logged in the last ten minutes
	$(STACK) logs

test: ## Run every check and every test
	$(STACK) test

test-faults: ## Take 500 edits through a storm of faults; FAULTS="--edits 60 --rate 0.3 --seed 7" changes it
	$(STACK) test-faults -- $(FAULTS)

lint: ## Run formatters and linters without changing anything
	$(STACK) lint

fmt: ## Format the Rust code
	@cargo fmt --all

bench: ## Measure cold starts, AWS calls and picture work
	@infra/bench/run.sh

clean: ## End the local stack and remove all it made, apart from cargo's build
	$(STACK) clean
