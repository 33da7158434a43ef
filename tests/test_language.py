"""Every sentence for people exists in Korean, with the same blanks to fill."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from corpus_to_ft import language

PACKAGE = Path(language.__file__).parent
KOREAN = tomllib.loads((PACKAGE / "locale" / "ko.toml").read_text(encoding="utf-8"))
BLANK = re.compile(r"\{(\w+)[^}]*\}")


def said() -> set[str]:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
            if called and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


@pytest.mark.parametrize("english", sorted(said()))
def test_each_sentence_has_a_korean_one_with_the_same_blanks(english: str) -> None:
    assert english in KOREAN
    assert set(BLANK.findall(english)) == set(BLANK.findall(KOREAN[english]))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CORPUS_TO_FT_LANG": "en", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "C.UTF-8"}, "ko"),
        ({}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
    ],
)
def test_korean_speaks_unless_the_locale_names_another_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("CORPUS_TO_FT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    language.language.cache_clear()
    assert language.language() == expected
    language.language.cache_clear()
