# Two commands matter: `make run` and `make test`. Everything they install goes into .venv, everything they keep into var/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes of pytest. More than two cores hold: some of them wait for a site, a browser or a child.
TESTERS ?= 3
# tests/sharing_out.py says what stays in one of them. One thread each: that is how a worker's jobs compute.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TESTERS)

.PHONY: run test test-all check browser faults admin dump load messages clean

run: $(VENV)/.run
	@exec $(BIN)/python -m config.launch

# All that a change must prove at once; at most ten minutes on two cores.
test: check browser
	$(PYTEST) -m "not whole"

# What `make test` leaves out: the tests marked `whole`, and those that ask the database once more on PostgreSQL.
test-all: $(VENV)/.test browser
	$(PYTEST) -m whole
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.postgresql -n $(TESTERS) -m "not whole"

# What needs no browser and no tests: formatting, lint, templates, migrations.
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	VAR_DIR=var/test $(BIN)/python manage.py makemigrations --check --dry-run
	VAR_DIR=var/test $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

browser: $(VENV)/.test
	@$(BIN)/python -m tests.browser.chromium

# A whole site under kills, floods, locks and misbehaving jobs; a quarter to half an hour. Not part of `make test`.
faults: $(VENV)/.test
	@$(BIN)/python -m tests.faults

admin: $(VENV)/.run
	$(BIN)/python manage.py createsuperuser

# The whole site into an archive, and an archive into an empty database (another VAR_DIR, or var/ moved away).
dump: $(VENV)/.run
	$(BIN)/python manage.py dump_site $(if $(PEOPLE),--with-people) "$(or $(TO),var/dumps/$(shell date +%Y-%m-%d-%H%M%S).tar.gz)"

load: $(VENV)/.run
	@test -n "$(FROM)" || { echo 'Name the archive: make load FROM=var/dumps/...tar.gz'; exit 1; }
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_site "$(FROM)"

# After a text of the interface changed (needs GNU gettext): collect, then translate locale/, then run it again.
messages: $(VENV)/.test
	$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i var -i tests
	$(BIN)/python manage.py compilemessages -l zh_Hans -i .venv

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Distillery needs Python 3.11 or newer; name one: make run PYTHON=python3.12'; exit 1; }
	@echo 'Making .venv'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo 'Installing requirements.txt (once; PyTorch makes it some minutes)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.run
	@echo 'Installing requirements-test.txt'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@
