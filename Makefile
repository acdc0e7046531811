# Everything a person does with this repository. `make help` lists it.
# What is needed (environments, web pages, model) is made on demand and only when something changed; see tools/.

PYTHON := sh tools/python.sh
CARE   := .venv/care/bin/python
BOT    := .venv/bot/bin/python
# Workers of pytest: `make test WORKERS=1` runs in one process.
WORKERS ?= auto
# More words for pytest: `make test-fast ARGS="-k queue"`.
ARGS ?=

export RASA_TELEMETRY_ENABLED = false

.DEFAULT_GOAL := help
.PHONY: help run wechat-sim speech test test-fast test-bot test-web lint types-web format bench train screenshots lock clean distclean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  \1|\2/' | column -t -s '|'

run: ## install, build, train (each when needed) and serve on http://127.0.0.1:8080
	@$(PYTHON) -m tools.run

wechat-sim: ## the product with a simulated WeChat beside it: a phone to chat from, no account needed
	@$(PYTHON) -m tools.wechat_sim.run

speech: ## the recogniser for voice messages without a transcript: optional, for WeChat
	@$(PYTHON) -m tools.bootstrap --for speech

test: ## everything: unit, property, web, bot, whole conversations through Rasa, browser
	@$(PYTHON) -m tools.bootstrap --for tests
	@$(PYTHON) -m tools.model train
	@$(MAKE) --no-print-directory test-web test-bot
	$(CARE) -m pytest -n $(WORKERS) --dist loadgroup tests --ignore tests/bot $(ARGS)

test-fast: ## what needs no Rasa, browser or PostgreSQL and is quick, in about a minute
	@$(PYTHON) -m tools.bootstrap --for checks
	$(CARE) -m pytest -n $(WORKERS) -m "not rasa and not browser and not postgres and not slow" tests --ignore tests/bot $(ARGS)

test-bot: ## the tests of bot/, in Rasa's environment
	@$(PYTHON) -m tools.bootstrap --for bot-tests
	$(BOT) -m pytest tests/bot $(ARGS)

test-web: ## the tests of web/
	@$(PYTHON) -m tools.web test
	@$(PYTHON) -m tools.web test:browser

lint: ## ruff, mypy, the import contract, tsc
	@$(PYTHON) -m tools.bootstrap --for checks
	$(CARE) -m ruff check .
	$(CARE) -m ruff format --check .
	$(CARE) -m mypy
	.venv/care/bin/lint-imports --no-cache
	@$(PYTHON) -m tools.web typecheck

format: ## let ruff put the Python code into its form
	@$(PYTHON) -m tools.bootstrap --for checks
	$(CARE) -m ruff check --fix .
	$(CARE) -m ruff format .

bench: ## every figure the documentation quotes, and the baseline, in one run
	@$(PYTHON) -m tools.bootstrap --for tests
	@$(PYTHON) -m tools.model train
	$(CARE) -m benchmarks $(ARGS)

train: ## train the model of the present data, if there is none yet
	@$(PYTHON) -m tools.model train

screenshots: ## the pictures of README and docs, from the running product
	@$(PYTHON) -m tools.bootstrap --for tests
	@$(PYTHON) -m tools.model train
	$(CARE) -m tests.browser.screenshots $(ARGS)

lock: ## resolve requirements/*.in anew into the hash-locked lists
	@$(PYTHON) -m tools.lock $(ARGS)

clean: ## remove what was built, keep the environments and var/
	rm -rf web/dist web/coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .rasa
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path '*/node_modules/*' -prune -exec rm -rf {} +

distclean: clean ## remove also the environments, the models, the database and its secrets
	rm -rf .venv var web/node_modules web/*/node_modules tests/browser/node_modules tests/channels/wechat/node_modules benchmarks/nlu/peers/node_modules
