"""Reads rows of JSON: a line an object, an array of them, or an object around such an array; one is held at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import IO, Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.json_text import DEEPEST, is_too_deep
from corpus_to_ft.prepare.base import BadRow, Row, shown

PIECE_CHARS = 1 << 18
MOST_VALUE_CHARS = 64 << 20
# Usual names of the list in an object that says something about it.
WRAPPERS = ("data", "items", "rows", "examples", "train", "records", "results", "dataset")
_BETWEEN = re.compile(r"[\s,]*")
_COLON = re.compile(r"\s*:\s*")

Learnt = Callable[[Sequence[str]], bool]


class JsonRows:
    """The rows of `stream`, by line where a line is an object, else by their place in the list.

    `can_be_learnt` says whether an object with these keys is a row. `is_lines` is known when all are read: whether an
    object stands in each line and nothing else, as in a training file.
    """

    def __init__(self, stream: IO[str], source: str, can_be_learnt: Learnt) -> None:
        self._stream, self._source, self._can_be_learnt = stream, source, can_be_learnt
        self.is_lines = False

    def __iter__(self) -> Iterator[Row | BadRow]:
        head = self._stream.read(PIECE_CHARS)
        start = head.lstrip()
        if start.startswith("["):
            yield from _Values(start, self._stream, self._source).of_lists()
        elif name := _wrapper(start, self._can_be_learnt):
            yield from _Values(start, self._stream, self._source).of_list_in_object(name)
        elif _begins_an_object_over_lines(start):
            yield from _Values(start, self._stream, self._source).of_objects()
        else:
            self.is_lines = True
            yield from self._lines(head)

    def _lines(self, head: str) -> Iterator[Row | BadRow]:
        for number, line in enumerate(_joined(head, self._stream), 1):
            text = line.strip()
            if text.endswith("},"):
                # Cut out of an array.
                text, self.is_lines = text[:-1], False
            if text:
                yield _row(number, text)


def _wrapper(text: str, can_be_learnt: Learnt) -> str:
    """The key of an object under which its rows are, as far as its beginning shows; "" where it is a row itself."""
    if not text.startswith("{"):
        return ""
    at, keys = 1, list[str]()
    try:
        while True:
            at = _end(_BETWEEN, text, at)
            key, at = _DECODER.raw_decode(text, at)
            at = _end(_COLON, text, at)
            keys.append(str(key))
            if can_be_learnt(keys):
                return ""
            if text[at : at + 1] == "[":
                if key in WRAPPERS and re.compile(r"\[\s*[{\]]").match(text, at):
                    return str(key)
                if _begins_with_a_row(text, at + 1, can_be_learnt):
                    return str(key)
            _, at = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError, IndexError):
        return ""


def _begins_with_a_row(text: str, at: int, can_be_learnt: Learnt) -> bool:
    at = _end(_BETWEEN, text, at)
    if text[at : at + 1] != "{":
        return False
    first, _ = _DECODER.raw_decode(text, at)
    return can_be_learnt(list(first))


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


class _Values:
    """Values one after the other; what cannot be read ends the file, for nobody knows where the next one begins."""

    def __init__(self, head: str, stream: IO[str], source: str) -> None:
        self._buffer, self._at = head, 0
        self._stream, self._source = stream, source
        self._number = 0

    def of_objects(self) -> Iterator[Row | BadRow]:
        """Objects over several lines."""
        while self._next():
            try:
                yield self._row(self._value())
            except ValueError as error:
                yield self._bad(error)
                return

    def of_lists(self) -> Iterator[Row | BadRow]:
        """A list of rows, or several, as where each line is one."""
        while sign := self._next():
            if sign != "[":
                raise self._too_much()
            if not (yield from self._list()):
                return

    def of_list_in_object(self, name: str) -> Iterator[Row | BadRow]:
        """Raises InputError where a second object comes, whose rows would be lost."""
        self._at += 1
        while (sign := self._next()) and sign != "}":
            try:
                key = self._value()
                self._at = _end(_COLON, self._buffer, self._at) if self._next() == ":" else self._at
                is_list = self._next() == "["
                if key == name and is_list:
                    if not (yield from self._list()):
                        return
                    continue
                value = self._value()
            except ValueError as error:
                yield self._bad(error)
                return
            if is_list and value and isinstance(value[0], dict):
                told = "only the list {name!r} is read, not {other!r}; put the rows of both into one"
                self._number += 1
                yield BadRow(self._number, "not_read", Sentence(told, name=name, other=key))
        self._at += 1
        if self._next():
            raise self._too_much()

    def _list(self) -> Generator[Row | BadRow, None, bool]:
        """Its rows; whether the list ended as it should is what the caller gets."""
        self._at += 1
        while sign := self._next():
            if sign == "]":
                self._at += 1
                return True
            try:
                yield self._row(self._value())
            except ValueError as error:
                yield self._bad(error)
                return False
        told = "{source}: the array is cut off after {count} items"
        yield BadRow(self._number + 1, "bad_json", Sentence(told, source=self._source, count=self._number))
        return False

    def _row(self, value: Any) -> Row | BadRow:
        self._number += 1
        return _of_value(self._number, value)

    def _bad(self, error: ValueError) -> BadRow:
        self._number += 1
        return BadRow(self._number, "bad_json", Sentence("it is not JSON ({cause})", cause=str(error)))

    def _too_much(self) -> InputError:
        told = "{source}: after the list of rows comes more: {text}. Write one object a line, or one list of all rows"
        text = shown(self._buffer[self._at : self._at + 200])
        return InputError("bad_json", Sentence(told, source=self._source, text=text))

    def _next(self) -> str:
        """The sign that comes after spaces and commas; "" at the end."""
        while True:
            self._at = _end(_BETWEEN, self._buffer, self._at)
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            self._buffer, self._at = self._stream.read(PIECE_CHARS), 0
            if not self._buffer:
                return ""

    def _value(self) -> Any:
        """Raises ValueError where none can be read, however much is read."""
        wanted = PIECE_CHARS
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._buffer) - self._at >= MOST_VALUE_CHARS or not self._read(wanted):
                    raise ValueError(str(error)) from error
                wanted *= 2
                continue
            # A number at the end of what was read may go on.
            if end == len(self._buffer) and self._read(PIECE_CHARS):
                continue
            self._at = end
            return value

    def _read(self, wanted: int) -> bool:
        more = self._stream.read(wanted)
        if more:
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
