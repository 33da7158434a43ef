"""Reads JSONL as a host reads it, and says where it would stop: bytes, line ends, JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Any, NoReturn

from corpus_to_ft.language import Sentence
from corpus_to_ft.validate.base import Finding, error, warning

# A longer line is told and passed over, so that a file without line ends does not fill the memory.
MOST_LINE_BYTES = 64_000_000
# Readers written in other languages stop at 64 to 512 levels; no format needs ten outside of a tool's schema.
MOST_LEVELS = 64
# Where a line has no value; null is one.
UNREAD = object()
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
# gzip, zip (a workbook is one), Zstandard, bzip2, xz.
PACKED_MARKS = (b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
REST_BYTES = 1 << 20
# Raw in a text they are allowed, but readers that split at every kind of line end cut the line there.
_LINE_BREAKS = re.compile("[\u0085\u2028\u2029]")


class Measured:
    """A file that is gone through once; size and digest are of all its bytes, also of those that nobody looked at."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self._size = file, sha256(), 0

    def readline(self, most: int) -> bytes:
        return self._took(self._file.readline(most))

    def measure(self) -> tuple[int, str]:
        """To be asked at the end: the rest of the file is read for it."""
        while self._took(self._file.read(REST_BYTES)):
            pass
        return self._size, self._digest.hexdigest()

    def _took(self, part: bytes) -> bytes:
        self._digest.update(part)
        self._size += len(part)
        return part


def raw_lines(file: Measured) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes with their line end, and whether they were cut because nobody could hold them."""
    number = 0
    while raw := file.readline(MOST_LINE_BYTES):
        number += 1
        cut = len(raw) == MOST_LINE_BYTES and not raw.endswith(b"\n")
        yield number, raw, cut
        while cut and (rest := file.readline(MOST_LINE_BYTES)):
            cut = not rest.endswith(b"\n")


def parse_line(raw: bytes) -> tuple[Any, list[Finding]]:
    """The value of one line without its line end; UNREAD beside what is wrong where there is none."""
    if b"\0" in raw:
        said = "the line holds a zero byte at byte {place}; the file is damaged or is UTF-16, save it as UTF-8"
        return UNREAD, [error("zero_byte", Sentence(said, place=raw.index(b"\0") + 1))]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        return UNREAD, [not_utf8(raw, fault)]
    found = list[Finding]()
    if _LINE_BREAKS.search(text):
        said = "a text holds a line separator (U+2028, U+2029 or U+0085); many readers cut the line there, escape it"
        found.append(warning("line_separator", Sentence(said)))
    try:
        value = _DECODER.decode(text)
    except _Refused as fault:
        return UNREAD, [*found, fault.finding]
    except json.JSONDecodeError as fault:
        said = "the line is not JSON from character {place} on ({cause}); write it as one JSON object"
        finding = error("not_json", Sentence(said, place=fault.pos + 1, cause=fault.msg))
        return UNREAD, [*found, finding]
    except (RecursionError, ValueError):
        return UNREAD, [*found, _too_deep() if raw.count(b"[") + raw.count(b"{") > MOST_LEVELS else _number()]
    if raw.count(b"{") + raw.count(b"[") > MOST_LEVELS and _levels(value) > MOST_LEVELS:
        return UNREAD, [*found, _too_deep()]
    return value, found


def not_text(start: bytes) -> Finding | None:
    """What a file is whose first bytes are those of no text that a host reads."""
    if start.startswith(WIDE_MARKS):
        return error("not_utf8", Sentence("the file is UTF-16; save it again as UTF-8"))
    if start.startswith(PACKED_MARKS):
        return error("not_utf8", Sentence("the file is packed or a workbook; hosts read plain text, unpack it first"))
    return None


def not_utf8(raw: bytes, fault: UnicodeDecodeError) -> Finding:
    """Where it stops being UTF-8, and whether it is the old Korean encoding instead."""
    try:
        raw.decode("cp949")
    except UnicodeDecodeError:
        said = "the line is not UTF-8 from byte {place} on; save the file again as UTF-8"
        return error("not_utf8", Sentence(said, place=fault.start + 1))
    said = "the line is not UTF-8 from byte {place} on; it reads as CP949 (EUC-KR), save the file as UTF-8"
    return error("not_utf8", Sentence(said, place=fault.start + 1))


def _too_deep() -> Finding:
    said = "the line is nested more than {levels} levels deep; make it flatter"
    return error("too_deep", Sentence(said, levels=MOST_LEVELS))


def _number() -> Finding:
    return error(
        "number_too_long", Sentence("the line holds a number with too many digits to be read; write it as a text")
    )


def _levels(value: Any) -> int:
    """How deep it is nested; without recursion, since it may be deep."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        current, level = waiting.pop()
        if isinstance(current, dict | list):
            deepest = max(deepest, level)
            inner = current.values() if isinstance(current, dict) else current
            waiting.extend((each, level + 1) for each in inner)
    return deepest


class _Refused(Exception):
    """What JSON readers may accept and nobody may mean."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) != len(members):
        keys = [key for key, _ in members]
        twice = next(key for key in keys if keys.count(key) > 1)
        said = "the key {key!r} occurs twice in an object; only one of them would be read"
        raise _Refused(error("duplicate_key", Sentence(said, key=twice[:40])))
    return made


def _constant(name: str) -> NoReturn:
    raise _Refused(error("not_finite", Sentence("{name} is not JSON; write a number or null", name=name)))


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Refused(error("not_finite", Sentence("{name} is not JSON; write a number or null", name=text[:40])))
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
