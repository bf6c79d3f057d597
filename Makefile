# Every recipe is one line; the work is in infra/local, infra/bench and infra/arm64 (Python).
PYTHON ?= python3
STACK = @command -v $(PYTHON) >/dev/null 2>&1 || { echo "✗ $(PYTHON) was not found. → Install Python 3.10 or newer, or name one: make $@ PYTHON=/path/to/python3"; exit 1; }; $(PYTHON) infra/local/stack.py

.DEFAULT_GOAL := help
.PHONY: help run up stop status logs web pictures test test-faults lint fmt bench arm64 sam-local clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  MAGIC_EDITS_PORT=4570 moves the local stack to another port (default 4566)."

run: ## Start the local stack and make one edit of a real photo
	$(STACK) run

up: ## Start the local stack with demo data
	$(STACK) up

stop: ## End the local stack and delete its data
	$(STACK) stop

status: ## Show whether the local stack is running
	$(STACK) status

logs: ## Show the functions' logs of the last ten minutes
	$(STACK) logs

web: ## Build the pages into web/dist; Node comes from PyPI
	$(STACK) web

pictures: ## Take the README's pictures of the pages anew
	$(STACK) pictures

test: ## Run every check and every test
	$(STACK) test

test-faults: ## Run 500 edits under injected faults; FAULTS="--edits 60 --rate 0.3 --seed 7" changes it
	$(STACK) test-faults -- $(FAULTS)

lint: ## Run formatters and linters without changing anything
	$(STACK) lint

fmt: ## Format the Rust code
	@cargo fmt --all

bench: ## Measure package sizes, cold starts, AWS calls and work on pictures
	@infra/bench/run.sh

arm64: ## Build both packages for arm64, run an edit under qemu and compare its picture
	@$(PYTHON) infra/arm64/start.py

sam-local: ## Prepare `sam local invoke` and `sam local start-api`; MAGIC_EDITS_SAM_HOST names this machine for containers
	$(STACK) sam-local

clean: ## End the local stack and remove all its files, but not cargo's build
	$(STACK) clean
