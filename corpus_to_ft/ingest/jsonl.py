"""Reads JSON Lines: one object a line, the prose in one of its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from corpus_to_ft.decode import clean_text, decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.fields import find_text_field, own_field, page_of_fields
from corpus_to_ft.language import Sentence

LOOK_AHEAD = 50


class JsonlReader(Reader):
    """`text_field` names the field with the prose; empty means: find it."""

    text_field: str = ""

    def match(self, file: SourceFile) -> Match:
        return Match.SUFFIX if file.suffix in (".jsonl", ".ndjson", ".jsonlines") else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(_escape_line_marks(file.data), source=file.source)
        lines = [(number, line) for number, line in enumerate(decoded.text.split("\n"), 1) if line.strip()]
        first = [value for _, line in lines[:LOOK_AHEAD] if isinstance(value := _parse(line), dict)]
        if not first:
            detail = Sentence(
                "{source}: none of the first {count} lines is a JSON object",
                source=file.source,
                count=min(len(lines), LOOK_AHEAD),
            )
            raise InputError("bad_json", detail)
        text_field = find_text_field(first, self.text_field, file.source, self.name)
        yield from with_warnings((self._page(number, line, text_field) for number, line in lines), decoded.warnings)

    def _page(self, number: int, line: str, text_field: str) -> Page | BadPage:
        member, value = f"line {number}", _parse(line)
        if isinstance(value, dict):
            return page_of_fields(value, self.text_field or own_field(value, text_field), member)
        detail = Sentence("{member}: {problem}", member=member, problem=value or Sentence("is not a JSON object"))
        return BadPage(member=member, reason="bad_json", detail=detail)


def _escape_line_marks(data: bytes) -> bytes:
    # JSON allows U+2028 and U+2029 bare inside a string, and everywhere else they end a line.
    if b"\xe2\x80\xa8" not in data and b"\xe2\x80\xa9" not in data:
        return data
    try:
        return re.sub("[\u2028\u2029]", r"\\n", data.decode()).encode()
    except UnicodeDecodeError:
        return data


def _parse(line: str) -> dict[str, Any] | Sentence | None:
    """The object; a sentence says what is wrong; None is JSON of another kind."""
    try:
        value = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return Sentence("is not JSON ({cause})", cause=str(error))
    return {clean_text(key): other for key, other in value.items()} if isinstance(value, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
