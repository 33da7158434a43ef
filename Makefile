.PHONY: check test format pin

check:
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	python scripts/check_sizes.py

test:
	pytest

format:
	ruff format .
	ruff check --fix .

# The exact versions that developers and CI use, for every Python and system; needs uv.
pin:
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --no-header --no-annotate \
		--output-file constraints.txt pyproject.toml
