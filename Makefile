# Works on a fresh clone with Python, git and make. `make help` says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Another Bitbucket than the emulator, for `make local`.
CLOUD_API_URL ?=
# More words for the tool that a target runs: `make test ARGS='-k webhook'`.
ARGS ?=

PYTHON ?= python3
UV := .tools/bin/uv

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export UV_NO_PROGRESS := 1
# The machine decides whom to trust: a company's proxy may sign with a root of its own.
export UV_SYSTEM_CERTS := 1
# Without bytecode on disk each of the many Pythons here would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV

SHIPPED := layers/common $(wildcard functions/*)

LAYER_LOCK := layers/common/requirements.txt
VENV_LOCKS := $(LAYER_LOCK) requirements/build.txt requirements/dev.txt
STACK_LOCK := requirements/stack.txt
TOOLS_LOCK := requirements/tools.txt

# A stamp is named by what the environment was made from, so that it is made
# again when a lock changes, and not when only its time stamp does.
key = $(shell cat .python-version $(1) 2>/dev/null | git hash-object --stdin)
TOOLS_STAMP := .tools/made-from-$(call key,$(TOOLS_LOCK))
VENV_STAMP := .venv/made-from-$(call key,$(VENV_LOCKS))
STACK_STAMP := .stack-venv/made-from-$(call key,$(STACK_LOCK))

.PHONY: help
help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

.PHONY: demo
demo: venv stack-venv ## The main job on an embedded AWS: no account, no Docker
	@python -m local.demo $(ARGS)

.PHONY: local
local: venv stack-venv ## The whole system on this machine, until Ctrl-C [CLOUD_API_URL=…]
	@exec python -m local.stack $(if $(CLOUD_API_URL),--cloud-api-url '$(CLOUD_API_URL)') $(ARGS)

.PHONY: test
test: venv stack-venv ## All tests [ARGS='-m "not stack and not browser"']
	@python -m pytest --numprocesses logical --maxprocesses 4 $(ARGS)

.PHONY: bench
bench: venv ## CPU seconds that a large report takes
	@PYTHONPATH=layers/common:functions/diffs:functions/report python -m local.bench

.PHONY: check
check: venv ## Linters, types, layers, template, architecture
	@echo '── ruff' && ruff check && ruff format --check
	@echo '── mypy' && mypy
	@echo '── import-linter' && PYTHONPATH=layers/common lint-imports
	@echo '── deptry' && deptry $(SHIPPED) && deptry $(SHIPPED) local tests --ignore DEP002,DEP004
	@echo '── cfn-lint' && cfn-lint template.yaml
	@echo '── sam validate' && sam validate --lint --region us-east-1
	@echo '── architecture' && python -m pytest -q tests/architecture

.PHONY: format
format: venv ## Formats and fixes what can be fixed
	@ruff format && ruff check --fix

.PHONY: schema
schema: venv ## Writes docs/model-diffs.schema.json
	@PYTHONPATH=functions/diffs:layers/common python -c 'from formats import model_diffs_schema as s; print(end=s.json_schema())' \
		> docs/model-diffs.schema.json

.PHONY: build
build: venv ## Builds what is deployed, into .aws-sam/
	@sam build $(ARGS)

.PHONY: deploy
deploy: venv ## Deploys to your AWS account [ARGS=--guided]
	@sam build
	@sam deploy $(ARGS)

.PHONY: sam-local
sam-local: venv ## The API under `sam local`, with what `make local` has running [ARGS=--bridge …]
	@sam build
	@python -m local.sam_local start-api $(ARGS)

.PHONY: venv
venv: $(VENV_STAMP) ## The environment that everything runs in

.PHONY: stack-venv
stack-venv: $(STACK_STAMP) ## MiniStack's own environment

$(TOOLS_STAMP): | .python-version
	@echo 'Getting uv …'
	@rm -rf .tools && $(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement $(TOOLS_LOCK)
	@touch $@

$(VENV_STAMP): $(TOOLS_STAMP)
	@echo 'Making .venv …'
	@test -x .venv/bin/python || $(UV) venv --quiet --python 3.13 .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes $(VENV_LOCKS)
	@rm -f .venv/made-from-* && touch $@

$(STACK_STAMP): $(TOOLS_STAMP)
	@echo 'Making .stack-venv …'
	@test -x .stack-venv/bin/python || $(UV) venv --quiet --python 3.13 .stack-venv
	@$(UV) pip sync --quiet --python .stack-venv --require-hashes $(STACK_LOCK)
	@rm -f .stack-venv/made-from-* && touch $@

# Pins stay as they are unless pyproject.toml forbids them: UPGRADE=1 moves them.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.13 --no-emit-index-url \
	--no-header --no-annotate $(if $(UPGRADE),--upgrade)
# One resolution for all that shares .venv, so that its locks agree.
TOGETHER := .tools/together.txt

define lock # file, what it locks
	@echo '  $(1)'
	@touch $(1)
	@$(COMPILE) --generate-hashes $(2) --output-file $(1)
	@echo '# Made from pyproject.toml by `make requirements`.' \
		| cat - $(1) > $(1).new && mv $(1).new $(1)

endef

.PHONY: requirements
requirements: $(TOOLS_STAMP) ## Locks all dependencies anew [UPGRADE=1]
	@echo 'Locking …'
	@cat $(VENV_LOCKS) > $(TOGETHER) 2>/dev/null || true
	@$(COMPILE) pyproject.toml --group build --group dev --output-file $(TOGETHER)
	$(call lock,$(LAYER_LOCK),pyproject.toml --constraints $(TOGETHER))
	$(call lock,requirements/build.txt,--group build --constraints $(TOGETHER))
	$(call lock,requirements/dev.txt,--group dev --constraints $(TOGETHER))
	$(call lock,$(STACK_LOCK),--group stack)
	$(call lock,$(TOOLS_LOCK),--group tools)

.PHONY: clean
clean: ## Removes what was built and cached, and the environments
	@rm -rf .aws-sam .local .venv .stack-venv .tools
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
