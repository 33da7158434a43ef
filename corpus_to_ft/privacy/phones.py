"""Finds telephone numbers of people in a legible text: Korean ones of every kind, and those of other countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.privacy import context
from corpus_to_ft.privacy.kinds import Found, PersonalKind
from corpus_to_ft.privacy.numbers import END_LONE, digits_of

_GAP = r"[ ]?[)\-./·~_]?[ ]?\n?[ \t]{0,2}"
_STRONG = r"[ ]?(?:[)\-./·~]|\) ?-)[ ]?\n?[ \t]{0,2}"
_AREA = r"(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]?)"
_ABROAD = r"\(?(?:\+|00)?82\)?[ -]{0,2}(?:\(0\)[ -]?)?0?"
_NOT_NUMBERED = r"(?<![0-9])(?<![0-9]-)"
_ENDS = r"(?![0-9])(?!-[0-9A-Fa-f]{3})"

MOBILE = re.compile(rf"{_NOT_NUMBERED}(?:{_ABROAD}|\(?0)1[016789]{_GAP}[0-9]{{3,4}}{_GAP}[0-9]{{4}}{_ENDS}")
# Digits kept apart, as no table of numbers has them; without hyphens a word must say what they are.
SPACED = re.compile(
    r"(?<![0-9])(?<![0-9][ .-])0 1 [016789](?: ?- ?| {1,3})(?:[0-9] ){2,3}[0-9]"
    r"(?: ?- ?| {1,3})(?:[0-9] ){3}[0-9](?![ ]?[0-9])"
)
AREA = re.compile(
    rf"(?<![0-9])(?<![0-9][-:,/.])(?:{_ABROAD}|\(?0){_AREA}(?:{_STRONG}|[ ]{{1,2}})[0-9]{{3,4}}"
    rf"(?:[ ]?[-./·~][ ]?\n?| )[0-9]{{4}}{_ENDS}(?![A-Za-z])"
)
SOLID_AREA = re.compile(rf"(?<![0-9A-Za-z_.,+-])0{_AREA}[0-9]{{7,8}}{END_LONE}")
SERVICE = re.compile(r"(?<![0-9])(?<![0-9]-)(?:1[568][0-9]{2}[ -]?[0-9]{4}|080[ )-]{1,2}[0-9]{3,4}-[0-9]{4})(?![0-9-])")
JAPANESE = re.compile(r"(?<![0-9])(?<![0-9]-)090-[0-9]{4}-[0-9]{4}(?![0-9])(?!-[0-9A-Fa-f]{3})")
AMERICAN = re.compile(
    r"(?<![0-9A-Za-z_.])(?<![0-9A-Za-z]-)(?:001-)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}-)"
    r"[2-9][0-9]{2}-[0-9]{4}(?:x[0-9]{2,6})?(?![0-9A-Za-z_])(?!-[0-9])"
)
FOREIGN = re.compile(
    r"(?<![0-9A-Za-z_)+])\+(?!82)(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[146]|9[0-58]|[235689][0-9]{2})"
    r"(?:[ .-]?\(?[0-9]{1,10}\)?(?![0-9]*[A-Za-z%])){1,6}(?![0-9A-Za-z_%])"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-.][01]?[0-9][-.][0-3]?[0-9]")
# A country, an area and a person need that many digits, and no number has more than 15.
FOREIGN_DIGITS = range(10, 16)


def phones_in(text: str, start: int, end: int, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    """`start` and `end` bound a stretch of digits; a bracket or plus sign may stand before it."""
    start = max(0, start - 2)
    if "phone" in kinds:
        for pattern in (MOBILE, SPACED, AREA, SOLID_AREA, JAPANESE, AMERICAN, FOREIGN):
            for found in pattern.finditer(text, start, end):
                if _HOLDS[pattern](found):
                    begin = found.start() + _opens_for_nothing(found.group())
                    yield Found("phone", begin, found.end())
    if "service_phone" in kinds:
        yield from (Found("service_phone", found.start(), found.end()) for found in SERVICE.finditer(text, start, end))


def _opens_for_nothing(said: str) -> int:
    return int(said[0] == "(" and ")" not in said)


def _is_mobile(found: re.Match[str]) -> bool:
    text, start, digits = found.string, found.start(), digits_of(found)
    if any(mark in found.group() for mark in "-)"):
        # A group of hexadecimal digits may be 010, as in a UUID.
        return not re.search(r"[0-9A-Fa-f]{3}-$", text[max(0, start - 4) : start])
    named = context.before(text, start, context.PHONE)
    if set(digits) <= {"0", "1"} or ("+" not in found.group() and digits.startswith("82")):
        return named
    if re.search(r"[0-9A-Za-z_]$|[0-9][.,]$", text[max(0, start - 2) : start]) or re.match(
        r"[0-9A-Za-z_]|[.,:/][0-9]", text[found.end() : found.end() + 2]
    ):
        return named and not text[found.end() : found.end() + 1].isdigit()
    return True


def _is_spaced(found: re.Match[str]) -> bool:
    return found.group().count("-") == 2 or context.before(found.string, found.start(), context.PHONE)


def _is_area(found: re.Match[str]) -> bool:
    if any(mark in found.group() for mark in "-)+"):
        return found.group().count("-") != 1 or ")" in found.group() or "+" in found.group() or _named(found)
    return _named(found)


def _named(found: re.Match[str]) -> bool:
    return context.around(found.string, found.start(), found.end(), context.PHONE)


def _is_foreign(found: re.Match[str]) -> bool:
    said, text, start = found.group(), found.string, found.start()
    digits = digits_of(found)
    if len(digits) not in FOREIGN_DIGITS or _DATE.search(said):
        return False
    # Lines that a patch adds begin with a plus sign too.
    return len(digits) < len(said) - 1 or _named(found) or text[max(0, start - 1) : start] not in ("", "\n")


_HOLDS = {
    MOBILE: _is_mobile,
    SPACED: _is_spaced,
    AREA: _is_area,
    SOLID_AREA: _named,
    JAPANESE: lambda _: True,
    AMERICAN: lambda _: True,
    FOREIGN: _is_foreign,
}
