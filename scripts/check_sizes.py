"""No file over 400 lines, no function over 60, a docstring in every module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60


def problems(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines"
    if source.strip() and not ast.get_docstring(tree):
        yield f"{path}: no docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines"


def main() -> int:
    folders = ("corpus_to_ft", "tests", "benchmarks", "scripts")
    found = [problem for folder in folders for path in sorted(Path(folder).rglob("*.py")) for problem in problems(path)]
    print("\n".join(found) or "sizes are fine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
