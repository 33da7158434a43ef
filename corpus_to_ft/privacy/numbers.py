"""Finds the numbers that people, companies, cards and accounts are known by, in a legible text.

A rule is a pattern and a question about each of its matches. The patterns run over stretches of digits only;
between groups they allow a hyphen, dot or space and one line end, never more, so none of them can run away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from corpus_to_ft.privacy import checksums, context
from corpus_to_ft.privacy.kinds import Found, PersonalKind
from corpus_to_ft.privacy.words import words

# Between the groups of a number.
GAP = r"[ \t]?[-./_·~]?[ \t]?\n?[ \t]{0,2}"
# A hyphen for certain; it may stand at a line end.
HYPHEN = r"[ \t]?[-_][ \t]?\n?[ \t]{0,2}"
BEGIN = r"(?<![0-9])(?<![0-9][-.,/])"
BEGIN_LONE = r"(?<![0-9A-Za-z_])(?<![0-9][-.,/:])"
END = r"(?![0-9])(?!-[0-9])"
END_LONE = r"(?![0-9A-Za-z_])(?![-.,:/][0-9])"

_NO_DIGITS = re.compile(r"[^0-9]+")
# Not one of these begins a date of birth of people alive, but milliseconds since 1970 do.
_TIMESTAMP_YEARS = range(15, 19)
# The classes of companies that courts number: the fifth and sixth digit.
_COMPANY_CLASSES = frozenset({"11", "12", "13", "14", "15", "21", "22", "31", "41", "51", "61", "71", "81"})
_COUNTED = re.compile(r"\s?(?:원|개|건|명|만|억|달러|won\b)")


class Rule(NamedTuple):
    kind: PersonalKind
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool]


def digits_of(found: re.Match[str]) -> str:
    return _NO_DIGITS.sub("", found.group())


def _is_person(found: re.Match[str], sexes: str, has_check: Callable[[str], bool]) -> bool:
    text, start, digits = found.string, found.start(), digits_of(found)
    if digits[6] not in sexes or not checksums.is_birth_date(digits):
        return False
    named = context.around(text, start, found.end(), context.RESIDENT)
    if named:
        return True
    if context.vetoed(text, start, context.CORPORATE):
        return False
    checked = has_check(digits)
    if "-" in found.group() or "_" in found.group():
        return checked or not context.vetoed(text, start, context.ORDER, 16)
    # Without a hyphen only the check digit tells; a solid number could count milliseconds.
    if len(found.group()) == len(digits):
        is_lone = not text[max(0, start - 1) : start].isalnum() and not text[found.end() : found.end() + 1].isascii()
        is_lone = is_lone or not re.match(r"[0-9A-Za-z_.]", text[found.end() : found.end() + 1] or " ")
        return checked and is_lone and int(digits[:2]) not in _TIMESTAMP_YEARS
    return checked


def _is_resident(found: re.Match[str]) -> bool:
    return _is_person(found, "1234", checksums.is_resident_number)


def _is_foreigner(found: re.Match[str]) -> bool:
    return _is_person(found, "5678", checksums.is_foreigner_number)


def _is_corporate(found: re.Match[str]) -> bool:
    digits = digits_of(found)
    if context.before(found.string, found.start(), context.CORPORATE):
        return True
    if context.vetoed(found.string, found.start(), context.ORDER, 16):
        return False
    is_numbered = digits[0] in "12" and digits[4:6] in _COMPANY_CLASSES and "-" in found.group()
    return is_numbered and checksums.is_corporate_number(digits)


def _is_business(found: re.Match[str]) -> bool:
    if not checksums.is_business_number(digits_of(found)):
        return False
    return "-" in found.group() or context.around(found.string, found.start(), found.end(), context.BUSINESS)


def _is_license(found: re.Match[str]) -> bool:
    hyphens = found.group().count("-")
    return hyphens >= 2 or context.around(found.string, found.start(), found.end(), context.LICENSE)


def _is_old_license(found: re.Match[str]) -> bool:
    return found.string[max(0, found.start() - 4) : found.start()].rstrip(" -")[-2:] in _LICENSE_CITIES


def _is_card(found: re.Match[str]) -> bool:
    return checksums.is_card_number(digits_of(found))


def _is_account(found: re.Match[str]) -> bool:
    text, start, end = found.string, found.start(), found.end()
    if not 10 <= len(digits_of(found)) <= 16 or _COUNTED.match(text, end):
        return False
    return context.around(text, start, end, context.ACCOUNT) or context.before(text, start, context.BANK_BESIDE, 12)


_SIX_SEVEN = rf"{BEGIN}[0-9]{{6}}{GAP}[0-9]{{7}}{END}"
_LICENSE_AREA = r"(?:1[1-9]|2[0-6]|28)"
# Licences of old begin with the name of a city or province.
_LICENSE_CITIES = words("license_cities")
RULES: tuple[Rule, ...] = (
    Rule("resident_number", re.compile(_SIX_SEVEN), _is_resident),
    Rule("foreigner_number", re.compile(_SIX_SEVEN), _is_foreigner),
    Rule("corporate_number", re.compile(_SIX_SEVEN), _is_corporate),
    Rule(
        "business_number", re.compile(rf"{BEGIN_LONE}[0-9]{{3}}{GAP}[0-9]{{2}}{GAP}[0-9]{{5}}{END_LONE}"), _is_business
    ),
    Rule(
        "driver_license",
        re.compile(rf"{BEGIN}{_LICENSE_AREA}{GAP}[0-9]{{2}}{GAP}[0-9]{{6}}{GAP}[0-9]{{2}}{END}"),
        _is_license,
    ),
    Rule("driver_license", re.compile(rf"{BEGIN}[0-9]{{2}}-[0-9]{{6}}-[0-9]{{2}}{END}"), _is_old_license),
    Rule(
        "card",
        re.compile(rf"{BEGIN_LONE}[0-9]{{4}}{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}{END_LONE}"),
        _is_card,
    ),
    Rule("card", re.compile(rf"{BEGIN_LONE}3[0-9]{{3}}{GAP}[0-9]{{6}}{GAP}[0-9]{{4,5}}{END_LONE}"), _is_card),
    Rule(
        "account",
        re.compile(rf"{BEGIN_LONE}(?:[0-9]{{2,6}}(?:(?:[ ]?-[ ]?\n?| )[0-9]{{1,7}}){{1,4}}|[0-9]{{10,14}}){END_LONE}"),
        _is_account,
    ),
)
# Digits first, since they are rarer than letters: the letter before them is looked at last.
PASSPORT = re.compile(
    r"[0-9][0-9]{2}(?:[0-9]{5}|[A-Za-z][0-9]{4})(?![0-9A-Za-z_])(?!-[0-9A-Za-z])"
    r"(?<=[MSRODGmsrodg].{8})(?<![0-9A-Za-z_-].{9})"
)
_NEW_PASSPORT = re.compile(r"[A-Z][0-9]{3}[A-Z][0-9]{4}$")
OLD_PASSPORT = re.compile(r"(?<![0-9A-Za-z_-])[A-Z]{2}[0-9]{7}(?![0-9A-Za-z_-])")
PLATE = re.compile(
    r"(?<![0-9A-Za-z가-힣])(?:[가-힣]{2} ?)?[0-9]{2,3}"
    r"[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자하허호배]"
    r" ?[0-9]{4}(?![0-9가-힣A-Za-z]{2})"
)


def numbers_in(text: str, start: int, end: int, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    """What a stretch of digits holds; `end` may be given generously."""
    for rule in RULES:
        if rule.kind in kinds:
            for found in rule.pattern.finditer(text, start, end):
                if rule.holds(found):
                    yield Found(rule.kind, found.start(), found.end())


def lettered_in(text: str, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    """Numbers that begin with letters, over a whole text."""
    if "passport" in kinds:
        for found in PASSPORT.finditer(text):
            start, end = found.start() - 1, found.end()
            named = context.around(text, start, end, context.PASSPORT)
            is_new = _NEW_PASSPORT.match(text[start:end]) is not None
            if named or is_new or context.is_alone(text, start, end):
                yield Found("passport", start, end)
        if "여권" in text or "assport" in text:
            for found in OLD_PASSPORT.finditer(text):
                if context.around(text, found.start(), found.end(), context.PASSPORT):
                    yield Found("passport", found.start(), found.end())
    if "vehicle_plate" in kinds:
        for found in PLATE.finditer(text):
            if context.around(text, found.start(), found.end(), context.PLATE):
                yield Found("vehicle_plate", found.start(), found.end())
