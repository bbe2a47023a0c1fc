# mailflow: `make` lints and tests; nothing is needed but Python >= 3.11, make and PyPI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: all install demo test coverage lint format figures bench chaos fuzz mutants lock wheels install-locked audit sbom clean
all: lint test

# What is installed depends on pyproject.toml alone, so the stamp does too.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[postgresql]'
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group lint
	touch $@

install: $(VENV)/.installed

demo: $(VENV)/.installed
	$(BIN)/python -m mailflow.demo

# Bytecode is kept whatever the environment says: it halves what it takes to collect the tests, and they start mailflow often.
# Three at a time, on two cores too: a third of what the tests take is waiting for those processes.
test: $(VENV)/.tested
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3

# Every branch of core/ is taken by a fast test. What measures CPU time is left out: counting branches costs some itself.
coverage: $(VENV)/.tested
	$(BIN)/coverage run --branch --source=mailflow/core -m pytest -p no:randomly \
		tests/core tests/reading tests/steps --ignore=tests/core/test_bounds.py
	$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# How well mailflow reads the conversations of tests/mails/conversations; FLAGS=-v shows each fault.
figures: $(VENV)/.tested
	$(BIN)/python -m tests.reading.figures $(FLAGS)

# What reading a mail costs, starting, encryption, taking mail in, awkward mail and a big store; see docs/PERFORMANCE.md.
bench: $(VENV)/.tested
	$(BIN)/python -m tests.bench.reading $(FLAGS)
	$(BIN)/python -m tests.bench.start
	$(BIN)/python -m tests.bench.idle
	$(BIN)/python -m tests.bench.encryption
	$(BIN)/python -m tests.bench.intake
	$(BIN)/python -m tests.bench.way
	$(BIN)/python -m tests.bench.awkward
	$(BIN)/python -m tests.bench.scale

# Kills, power cuts, full disks and dead servers at random, for DURATION seconds in all; see docs/RELIABILITY.md.
DURATION ?= 180
chaos: $(VENV)/.tested
	$(BIN)/python -m tests.chaos --duration $(DURATION) $(FLAGS)

SECONDS ?= 600
fuzz: $(VENV)/.tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group fuzz
	$(BIN)/python tests/fuzz/fuzz_reading.py --seeds build/fuzz/corpus
	$(BIN)/python tests/fuzz/fuzz_reading.py build/fuzz/corpus -max_total_time=$(SECONDS) \
		-artifact_prefix=build/fuzz/ -timeout=10 -rss_limit_mb=2048

# How many small changes to the rules of core/ the unit tests notice (docs/READING.md); FLAGS=-v names those they do not.
# Begun anew each time: mutmut would not ask again what newer tests make of a mutant.
mutants: $(VENV)/.tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group mutants
	rm -rf mutants
	nice $(BIN)/mutmut run --max-children 2
	$(BIN)/python -m tests.mutation.survivors $(FLAGS)

# What is deployed, each file by its hash. Releases younger than AGE are left out: most that were tampered with are found
# within days. `make lock UPGRADE=` keeps the versions that still fit; `make lock AGE='0 days'` takes a mended one at once.
UPGRADE ?= --upgrade
AGE ?= 7 days
COMPILE = $(BIN)/uv --no-config pip compile --quiet --default-index https://pypi.org/simple --universal --python-version 3.11 \
	--generate-hashes --exclude-newer '$(AGE)' --custom-compile-command 'make lock' $(UPGRADE)
lock: $(VENV)/.supplied
	$(COMPILE) pyproject.toml --extra postgresql --output-file requirements.lock
	$(COMPILE) --group build --output-file requirements-build.lock

$(VENV)/.supplied: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group supply
	touch $@

# build/wheels: mailflow and all that it needs. What has no wheel (dkimpy, pyspf) is built by tools that are locked too.
BUILDER := build/builder/bin/python -m pip --quiet --disable-pip-version-check
wheels:
	$(PYTHON) -m venv --clear build/builder
	$(BUILDER) install --require-hashes --only-binary :all: --requirement requirements-build.lock
	rm -rf build/wheels
	$(BUILDER) wheel --require-hashes --no-build-isolation --wheel-dir build/wheels --requirement requirements.lock
	$(BUILDER) wheel --no-deps --no-build-isolation --wheel-dir build/wheels .

# Nothing but what is locked is in VENV then, not even pip; no other folder or index is looked into, whatever pip is set to.
install-locked: wheels
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	PIP_CONFIG_FILE=/dev/null $(BUILDER) --isolated --python $(BIN)/python install \
		--no-index --find-links build/wheels 'mailflow[postgresql]'

# What is known of holes in the locked versions. Asks pypi.org; --strict, as a version that it does not know passes else.
audit: $(VENV)/.supplied
	$(BIN)/pip-audit --strict --disable-pip --require-hashes \
		--requirement requirements.lock --requirement requirements-build.lock

# build/mailflow.cdx.json (CycloneDX), of what `make install-locked` installs. The version is not in pyproject.toml itself.
sbom: $(VENV)/.supplied
	$(MAKE) install-locked VENV=build/locked
	sed "s/^dynamic = .*/version = \"$$(build/locked/bin/python -c 'import mailflow; print(mailflow.__version__)')\"/" \
		pyproject.toml > build/locked/pyproject.toml
	$(BIN)/cyclonedx-py environment --pyproject build/locked/pyproject.toml --mc-type application --output-reproducible \
		--output-file build/mailflow.cdx.json build/locked/bin/python

format: $(VENV)/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage mutants
