"""Reads rows of JSON: a line an object, an array of them, or an object around such an array; one is held at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.json_text import DEEPEST, is_too_deep
from corpus_to_ft.prepare.base import BadRow, Row

PIECE_CHARS = 1 << 18
MOST_VALUE_CHARS = 64 << 20
_SCALAR = r'(?:"(?:[^"\\]|\\.)*+"|[-+\d.eE]+|true|false|null)'
# An object that says something about the list in it and holds it under a usual name.
_WRAPPED = re.compile(
    rf'\s*\{{\s*(?:"(?:version|name|description|license|split)"\s*:\s*{_SCALAR}\s*,\s*)*+'
    r'"(?:data|items|rows|examples|train|records|results|dataset)"\s*:\s*\[(?=\s*[{\]])'
)
_BETWEEN = re.compile(r"[\s,]*")


def read_json_rows(stream: IO[str], source: str) -> Iterator[Row | BadRow]:
    """Rows are numbered by line where a line is an object, else by their place in the array."""
    head = stream.read(PIECE_CHARS)
    start = head.lstrip()
    if start.startswith("["):
        yield from _values(start[1:], stream, source, closes="]")
    elif (wrapped := _WRAPPED.match(head)) is not None:
        yield from _values(head[wrapped.end() :], stream, source, closes="]")
    elif _begins_an_object_over_lines(start):
        yield from _values(head, stream, source)
    else:
        yield from _lines(head, stream)


def _lines(head: str, stream: IO[str]) -> Iterator[Row | BadRow]:
    for number, line in enumerate(_joined(head, stream), 1):
        if line.strip():
            yield _row(number, line)


def _joined(head: str, stream: IO[str]) -> Iterator[str]:
    """The lines of what was read already and what comes."""
    *whole, rest = head.split("\n")
    yield from whole
    yield rest + stream.readline()
    yield from stream


def _row(number: int, line: str) -> Row | BadRow:
    try:
        value = parse(line)
    except InputError as error:
        return BadRow(number, error.reason, error.detail)
    return _of_value(number, value)


def _of_value(number: int, value: Any) -> Row | BadRow:
    if isinstance(value, dict):
        return Row(number, value)
    return BadRow(number, "not_an_object", Sentence("it is not a JSON object"))


def parse(text: str) -> Any:
    """Raises InputError `bad_json` or `too_complex`; a key that stands twice would lose one of its values."""
    if is_too_deep(text):
        raise InputError("too_complex", Sentence("it nests more than {deepest} levels deep", deepest=DEEPEST))
    try:
        return _DECODER.decode(text.strip())
    except (ValueError, RecursionError) as error:
        raise InputError("bad_json", Sentence("it is not JSON ({cause})", cause=str(error))) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)


def _begins_an_object_over_lines(text: str) -> bool:
    """`{` alone or with the first key, as printers write objects over several lines."""
    return re.match(r'\{\s*\n|\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(?:[\[{]\s*)?\n', text) is not None


def _values(buffer: str, stream: IO[str], source: str, closes: str = "") -> Iterator[Row | BadRow]:
    """Values one after the other; what cannot be read ends the file, for nobody knows where the next one begins."""
    number, at, wanted = 0, 0, PIECE_CHARS
    while True:
        at = _end(_BETWEEN, buffer, at)
        if at >= len(buffer):
            buffer, at = stream.read(PIECE_CHARS), 0
            if not buffer:
                if closes:
                    told = "{source}: the array is cut off after {count} items"
                    yield BadRow(number + 1, "bad_json", Sentence(told, source=source, count=number))
                return
            continue
        if closes and buffer[at] == closes:
            return
        try:
            value, end = _DECODER.raw_decode(buffer, at)
            is_whole = end < len(buffer) or not (more := stream.read(PIECE_CHARS))
        except (ValueError, RecursionError) as error:
            more = stream.read(wanted) if len(buffer) - at < MOST_VALUE_CHARS else ""
            if not more:
                number += 1
                yield BadRow(number, "bad_json", Sentence("it is not JSON ({cause})", cause=str(error)))
                return
            buffer, at, wanted = buffer[at:] + more, 0, wanted * 2
            continue
        if not is_whole:
            # A number at the end of what was read may go on.
            buffer, at = buffer[at:] + more, 0
            continue
        number, at, wanted = number + 1, end, PIECE_CHARS
        yield _of_value(number, value)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
