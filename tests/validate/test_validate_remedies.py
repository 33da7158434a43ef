"""Every finding says what to do: after a semicolon, or by how it should be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from corpus_to_ft import validate

FOLDER = Path(validate.__file__).parent


def _told(path: Path) -> list[str]:
    """Templates of sentences: handed over as they are, or by the names that this project gives them."""
    given = [
        node.value if isinstance(node, ast.Assign) else node.args[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("said", "told"))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "Sentence")
    ]
    return [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]


RULES = (
    "alpaca",
    "base",
    "borders",
    "tools",
    "chat",
    "clova",
    "prompt_completion",
    "sharegpt",
    "text",
    "turns",
    "preference",
)


@pytest.mark.parametrize("name", RULES)
def test_a_finding_says_what_to_do(name: str) -> None:
    told = _told(FOLDER / f"{name}.py")
    assert told
    assert [text for text in told if ";" not in text and "should" not in text] == []
