# `make` lists the targets. Nothing here needs a cloud account.
SHELL := bash
.DEFAULT_GOAL := help
STACK ?= eu
PYTHON ?=
venv := .venv
ready := $(venv)/.ready
policy_lint := $(venv)-policy-lint
aws_emulator := $(venv)-aws-emulator
run := $(venv)/bin/python
sandbox := $(run) -m sandbox

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'
	@echo "  STACK=us chooses another zone (eu, us, in); DEMO=leak (with preview) shows a refusal."

$(ready): requirements.txt requirements-dev.txt pyproject.toml tools/python.sh
	@bash tools/python.sh $(venv) $(PYTHON)

.PHONY: setup
setup: $(ready) ## install what is needed (the other targets do it too)
	@$(run) tools/engine/locate.py >/dev/null

.PHONY: up
up: setup ## deploy a residency zone in the sandbox, under the policy pack
	@$(sandbox) up $(STACK)

.PHONY: preview
preview: setup ## show what up would do; DEMO=leak: a program that must be refused
	@$(sandbox) preview $(STACK) $(if $(DEMO),--demo $(DEMO))

.PHONY: refresh
refresh: setup ## compare the zone's state with what stands in the sandbox
	@$(sandbox) refresh $(STACK)

.PHONY: outputs
outputs: setup ## print what the zone exports
	@$(sandbox) outputs $(STACK)

.PHONY: down
down: setup ## destroy the zone; locked data and its key stay
	@$(sandbox) down $(STACK)

.PHONY: clean-sandbox
clean-sandbox: $(ready) ## forget the sandbox and all that it holds
	@$(sandbox) forget

.PHONY: test
test: setup ## what a contributor runs: unit tests, proofs, and the real engine on the sandbox
	@$(run) -m pytest -n 2 --dist worksteal -m "not engine and not command and not proof and not heavy"
	@$(run) -m pytest -n 2 --dist worksteal -m "(command or proof) and not engine and not heavy"
	@$(run) -m pytest -n 2 --dist loadfile -m "engine and not heavy"

.PHONY: test-all
test-all: test $(policy_lint)/.ready $(aws_emulator)/.ready ## all of it: every example, kills, mutations, emulators
	@$(run) -m pytest -n 2 --dist worksteal -m heavy

# parliament needs an older setuptools than the rest, so it lives on its own
$(policy_lint)/.ready: tools/policy_lint/requirements.txt tools/python.sh
	@bash tools/python.sh $(policy_lint) $(or $(PYTHON),$(run)) tools/policy_lint/requirements.txt

# the emulator of AWS and AWS's command line, which the bootstrap document is tried on
$(aws_emulator)/.ready: tools/aws_emulator/requirements.txt tools/python.sh
	@bash tools/python.sh $(aws_emulator) $(or $(PYTHON),$(run)) tools/aws_emulator/requirements.txt

.PHONY: lint
lint: $(ready) ## ruff, pyright, and the arrows of the architecture
	@$(venv)/bin/ruff check . && $(venv)/bin/ruff format --check .
	@PYTHONPATH=policypacks/sovereignty $(venv)/bin/lint-imports
	@$(venv)/bin/pyright

.PHONY: bench
bench: setup ## how fast: a preview of the zone against a flat program, the pack beside it; what more regions cost
	@$(run) -m bench

.PHONY: pack
pack: $(ready) ## write the policy pack on its own, ready to publish: make pack OUT=DIR
	@$(run) tools/vendor_pack.py $(or $(OUT),$(error say where to: make pack OUT=DIR))

.PHONY: pages
pages: $(ready) ## write anew what is made from the sources: component pages, the package's schema, the matrix of controls
	@$(run) tools/component_pages.py
	@$(run) -m tools.parity
	@$(run) -m sandbox.page
	@$(venv)/bin/sovereignty controls --format md > docs/controls.md

.PHONY: lock
lock: $(ready) ## compile the locks anew from pyproject.toml (needs uv)
	@bash tools/lock.sh
