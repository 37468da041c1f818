# Everything runs in VENV, which is made where it is absent and updated where it is out of date.
#
#   make demo       generate data, train, evaluate, and draw what was learned
#   make test       the test suite
#   make test-full  the test suite, tests marked slow included, with the share of lines it runs
#   make lint       check style and types; `make format` mends what can be mended
#   make docs       the documentation as web pages in build/docs/site, with its links checked
#   make clean      remove what was built or cached (not data, work_dirs or the environment)
#
# Settings: PYTHON (default python3), VENV (.venv), JOBS (test processes), ARGS (for the command),
# COVER=1 (make test prints the share of lines too),
# TORCH_ARGS (for the pip call that installs torch, e.g. --index-url of a CPU-only build).

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
ARGS ?=
TORCH_ARGS ?=

RUN := "$(VENV)/bin/python"
# Each test process keeps to one core: several with all cores each only wait for one another.
PYTEST := OMP_NUM_THREADS=1 $(RUN) -m pytest -n $(JOBS) --dist loadfile
# Lines of the package that the tests run, and what is missing in each file.
COVERAGE := --cov --cov-report=term-missing:skip-covered
# What is shown as documentation, and what that links to.
PAGES := README.md CONTRIBUTING.md CHANGELOG.md CITATION.cff LICENSE configs docs mmav_coattn \
	requirements tests tools

.PHONY: help env demo test test-full lint format docs clean

help:
	@sed -n '3,8s/^# *//p' Makefile

env:
	@PYTHON="$(PYTHON)" TORCH_ARGS="$(TORCH_ARGS)" requirements/setup_env.sh "$(VENV)"

demo: env
	$(RUN) tools/demo.py $(ARGS)

test: env
	$(PYTEST) -m 'not slow' $(if $(COVER),$(COVERAGE)) $(ARGS)

test-full: env
	$(PYTEST) $(COVERAGE) $(ARGS)

lint: env
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: env
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

# mkdocs reads one folder, so the pages and what they link to are linked into one.
docs: env
	rm -rf build/docs
	mkdir -p build/docs/pages
	cd build/docs/pages && ln -s $(addprefix ../../../,$(PAGES)) .
	$(RUN) -m mkdocs build --strict

clean:
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .coverage htmlcov
	find . -path ./.git -prune -o -path "./$(VENV)" -prune -o -type d -name __pycache__ -exec rm -rf {} +
