# Needs Python 3.11 or newer, with its venv module. Everything else is installed on the way.

PYTHON = python3
BIN = .venv/bin
OLDEST = .venv-oldest/bin
PIP = -m pip install --quiet --disable-pip-version-check
# The oldest NumPy that we support, or else the oldest that this Python has wheels of.
OLDEST_NUMPY = "numpy==2.1.*; python_version < '3.14'" "numpy==2.3.*; python_version >= '3.14'"

.PHONY: demo digits text test lint format stubs bench docs test-oldest clean

demo: .venv/.demo
	$(BIN)/python examples/hare_lynx.py

digits: .venv/.demo
	$(BIN)/python examples/digits.py

# Its matrices are small: several threads are little quicker, and on a busy machine much slower.
text: .venv/.demo
	OPENBLAS_NUM_THREADS=1 $(BIN)/python examples/text.py

test: .venv/.test
	$(BIN)/python -m pytest -n 2

lint: .venv/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python tools/make_stubs.py --check

format: .venv/.test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

stubs: .venv/.test
	$(BIN)/python tools/make_stubs.py

bench: .venv/.bench
	$(BIN)/python benchmarks/run.py

docs: .venv/.docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --jobs 2 docs docs/_build/html

test-oldest: .venv-oldest/.test
	$(OLDEST)/python -m pytest -n 2

clean:
	rm -rf .venv .venv-oldest build dist docs/_build docs/reference examples/output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each set of what is installed; it is made again when pyproject.toml changes.

.venv .venv-oldest:
	$(PYTHON) -m venv $@ || { rm -rf $@; exit 1; }

.venv/.%: pyproject.toml | .venv
	$(BIN)/python $(PIP) --editable '.[$*]'
	touch $@

.venv-oldest/.test: pyproject.toml | .venv-oldest
	$(OLDEST)/python $(PIP) --editable '.[test]' $(OLDEST_NUMPY)
	touch $@
