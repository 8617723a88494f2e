# Every target but help and clean sets up .venv first; a second call finds it ready.
# Another interpreter: make PYTHON=/path/to/python3.12

.DEFAULT_GOAL := help
.PHONY: help setup sandbox browser demo bench lab-weights lab-bench lab-page test test-all fuzz check lint types fresh lab notebooks bundle site docs constraints format clean

BIN := .venv/bin
READY := .venv/.ready
# JupyterLab refuses root unless told; in a container one often is.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
PYTEST_ARGS ?= -n 2 --dist loadfile
DOCS_PORT ?= 8000
export PYTHON

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: $(READY)  ## create .venv with everything students, instructors and developers need

$(READY): pyproject.toml constraints.txt tools/setup_venv.sh
	@sh tools/setup_venv.sh
	@touch $(READY)

sandbox:
	@sh tools/need_bwrap.sh

browser:
	@sh tools/need_chromium.sh

demo: $(READY) sandbox  ## grade a simulated class from submissions to report
	@$(BIN)/autograder demo

check: lint types fresh  ## lint, types, and notebooks up to date with their sources

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

fresh: $(READY)
	$(BIN)/autograder build --check
	$(BIN)/autograder coverage --check

# pytest comes last so that its summary is what one sees at the end.
test: $(READY) sandbox check  ## all of check, then the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: $(READY) sandbox check  ## all tests but the browser's, also those that take minutes each
	$(BIN)/python -m pytest -m "not browser" $(PYTEST_ARGS)

# One after the other: each module starts a JupyterLab with a kernel.
test-browser: $(READY) sandbox browser  ## JupyterLab in Chromium, pictures into test-artefacts/
	$(BIN)/python -m pytest -m browser tests/browser $(BROWSER_ARGS)

fuzz: $(READY)  ## 100,000 hostile inputs to what reads from a sandbox (FUZZ_INPUTS, FUZZ_SEED)
	@$(BIN)/python -m tests.fuzz

bench: $(READY) sandbox  ## measure grading beside stock nbgrader, into benchmarks/results.md
	@$(BIN)/python -m benchmarks.grading $(BENCH_ARGS)

lab-weights: $(READY)  ## train the detector that comes with the course, about two minutes
	@$(BIN)/python -m visionlab.detection.training --run benchmarks/tmp/street_detector.run

lab-bench: $(READY)  ## train the detector from five seeds, into benchmarks/detector.md
	@$(BIN)/python -m benchmarks.detector bench $(BENCH_ARGS)

lab-page: $(READY)  ## judge the detector that comes with the course, into docs/detector.md
	@$(BIN)/python -m benchmarks.detector page

lab: $(READY)  ## open JupyterLab on the students' notebooks
	@cd notebooks && ../$(BIN)/jupyter lab $(AS_ROOT)

notebooks: $(READY)  ## build notebooks/ from solutions/
	@$(BIN)/autograder build
	@$(BIN)/autograder coverage

bundle: $(READY)  ## write what students download, into build/bundle
	@$(BIN)/autograder bundle $(BUNDLE_ARGS)

site: $(READY)  ## build the documentation, into build/site
	@$(BIN)/autograder site

docs: site  ## build the documentation and serve it on this machine until Ctrl-C
	@echo "http://127.0.0.1:$(DOCS_PORT)/ (another port: make docs DOCS_PORT=8001)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site $(DOCS_PORT)

constraints: $(READY)  ## write constraints.txt from what .venv holds
	@sh tools/pin_constraints.sh

format: $(READY)  ## sort imports and format the code
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

clean:  ## remove caches and build outputs; .venv and course/ stay
	rm -rf build dist test-artefacts *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis benchmarks/tmp
	find . -path ./.venv -prune -o -path ./course -prune -o -type d \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
