"""Parses JSON that others wrote, within bounds."""

from __future__ import annotations

import json
import re
from typing import Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence

# Exports nest a dozen levels; Python's parser ends the process on some systems where a value nests without end.
DEEPEST = 200
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def parse_json(text: str, source: str) -> Any:
    """The value. Raises InputError `bad_json`, or `too_complex` for what nests without end."""
    if is_too_deep(text):
        raise InputError(
            "too_complex", Sentence("{source}: nests more than {deepest} levels deep", source=source, deepest=DEEPEST)
        )
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "bad_json", Sentence("{source}: is not JSON ({cause})", source=source, cause=str(error))
        ) from error


def is_too_deep(text: str) -> bool:
    """Told without parsing, by counting brackets outside of strings."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for found in _BRACKET.finditer(text):
        mark = found.group()[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > DEEPEST:
            return True
    return False


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
