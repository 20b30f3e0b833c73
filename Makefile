# Wordglass: `make app` starts the lab, `make test` checks it. Both install what they need into .venv first.

PYTHON ?= python3
PORT   ?= 8501
KINDS  ?= 1 2 3 4 5
TESTS  ?=

VENV := .venv
RUN  := $(VENV)/bin/python

.PHONY: app test lint bench train

app: $(VENV)/.installed
	$(RUN) -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# Browser tests come first and in one process (tests/conftest.py).
test: $(VENV)/.installed-dev
	@$(RUN) -m tests.find_chromium
	@$(MAKE) --no-print-directory lint
	$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(VENV)/bin/deptry .

bench: $(VENV)/.installed-dev
	$(RUN) -m tests.bench

# One model a linearisation. What is trained stays, what was stopped goes on.
train: $(VENV)/.installed
	@for kind in $(KINDS); do $(RUN) -m core.training lstm --kind $$kind || exit 1; done

$(VENV)/.installed: requirements.txt
	@command -v $(PYTHON) > /dev/null || { echo "Wordglass needs Python 3.11 or newer; $(PYTHON) is not here. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wordglass needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(RUN) -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) > /dev/null 2>&1 || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	$(RUN) -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(RUN) -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@
