"""What an installation brings: extras that exist and are bounded, and exact versions for developers that fit them."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def named_extras() -> set[str]:
    """Extras that a message tells people to install."""
    found = set()
    for path in (ROOT / "corpus_to_ft").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MissingExtra":
                found |= {str(value.value) for value in node.args[1:2] if isinstance(value, ast.Constant)}
    return found


def test_every_extra_that_is_promised_or_named_can_be_installed() -> None:
    assert {"web", "ray", "train", "embed", "llama", "konlpy", "dev", *named_extras()} <= set(EXTRAS)


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"dev"}))
def test_what_users_install_is_bounded_on_both_sides(extra: str) -> None:
    for requirement in [*PROJECT["dependencies"], *EXTRAS[extra]]:
        asked, _, _where = requirement.partition("; ")
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?>=[\d.]+(,<[\d.]+)", asked), requirement


def test_the_pinned_versions_fit_what_the_project_asks_for_and_name_no_place() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    pinned: dict[str, list[str]] = {}
    for line in text.splitlines():
        requirement = Requirement(line)
        (only,) = requirement.specifier
        assert only.operator == "=="
        pinned.setdefault(canonicalize_name(requirement.name), []).append(only.version)
    for wanted in map(Requirement, [*PROJECT["dependencies"], *EXTRAS["dev"]]):
        for version in pinned[canonicalize_name(wanted.name)]:
            assert wanted.specifier.contains(version), wanted
