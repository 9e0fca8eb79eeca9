# A bare `make` explains the commands. Windows, conda and GPU: see README.md.
.DEFAULT_GOAL := help
.PHONY: help env lab present execute claims tutorials slides data test lock clean

PYTHON ?= $(shell for p in python3 python python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo "$$p" && break; done)
RUN := .venv/bin/python
PROFILE ?= quick
LECTURE ?= 01

help: ## explain the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

env: # the course's environment in .venv; does nothing if it is complete
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or name it: make lab PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" tools/environment.py $(if $(GPU),--gpu)

lab: env ## open the course in JupyterLab
	@$(RUN) tools/lab.py

present: env ## show a lecture as live slides: make present LECTURE=12
	@$(RUN) tools/lab.py --present "$(LECTURE)"

test: env ## prove that everything works (PROFILE=full for a GPU or a night)
	@$(RUN) tools/test.py --profile $(PROFILE)

execute: env ## run all lectures and solutions, store their outputs, renew the tables of README.md
	@$(RUN) tools/execute.py

claims: env ## run the lectures with five seeds and write CLAIMS.md
	@$(RUN) tools/claims.py

tutorials: env ## make the tutorials from the solutions; an edited tutorial is left alone
	@$(RUN) tools/tutorials.py

slides: env ## build slides that need no network, in build/slides, and look at each of them
	@$(RUN) tools/browser.py
	@$(RUN) tools/slides.py --check

data: env ## make the data sets again and compare them with their cards
	@$(RUN) tools/data.py

lock: env ## pin requirements.in into requirements.txt and requirements-gpu.txt
	@$(RUN) -m pip install --quiet uv
	@$(RUN) tools/lock.py

clean: ## remove the environment and everything that was built; your notebooks stay
	@rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
