"""Every reason with which something can fall out is said in Korean too."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from corpus_to_ft import language

PACKAGE = Path(language.__file__).parent
KOREAN = tomllib.loads((PACKAGE / "locale" / "ko.toml").read_text(encoding="utf-8"))


def reasons() -> set[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.update(_of_call(node))
            if isinstance(node, ast.FunctionDef) and node.name in (
                "verdict",
                "skip_reason",
                "_of_question",
                "_of_answer",
            ):
                found.update(_returned(node))
    return found


def _of_call(call: ast.Call) -> set[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    named = {k.value.value for k in call.keywords if k.arg == "reason" and isinstance(k.value, ast.Constant)}
    if name == "InputError" and call.args and isinstance(call.args[0], ast.Constant):
        named.add(call.args[0].value)
    return {str(reason) for reason in named if reason}


def _returned(function: ast.FunctionDef) -> set[str]:
    found = set()
    for node in ast.walk(function):
        value = node.value if isinstance(node, ast.Return) else None
        first = value.elts[0] if isinstance(value, ast.Tuple) else value
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.add(first.value)
    return found


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_a_reason_is_said_in_korean(reason: str) -> None:
    assert reason in KOREAN


def test_the_search_finds_reasons_of_readers_generators_and_checks() -> None:
    assert {"binary", "mostly_code", "too_long"} <= reasons()
