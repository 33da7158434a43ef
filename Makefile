.PHONY: check test format

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
