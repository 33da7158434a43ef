"""Finds personal data in a text: a cheap look for what might be some, exact patterns only there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.privacy.credentials import credentials_in
from corpus_to_ft.privacy.emails import network_in
from corpus_to_ft.privacy.kinds import PRECEDENCE, Found, PersonalKind, label_of
from corpus_to_ft.privacy.legible import legible
from corpus_to_ft.privacy.names import names_in
from corpus_to_ft.privacy.numbers import lettered_in, numbers_in
from corpus_to_ft.privacy.phones import phones_in
from corpus_to_ft.privacy.places import places_in
from corpus_to_ft.privacy.settings import PrivacySettings

# Eight digits or more in groups. One set of characters, so that a megabyte of digits is one quick step.
_STRETCH = re.compile(r"[0-9][0-9 .\-()/_·~\t\n]{6,}[0-9]")
LEAST_DIGITS = 8
MOST_ROUNDS = 4
# Characters: how far a label can change what is found, and what is not trusted of that.
NEAR, EDGE = 160, 60
# Stands for an object in a text, and is neither a letter nor a space.
_FILLER = "\ufffc"
# Patterns look at what follows a number, an extension among it.
SIGHT = 8
# A line end inside a group of digits; Markdown and HTML make a space of it. What is whole then is one group of a
# number with hyphens, or lists of numbers would be some.
_BROKEN = re.compile(r"(?<=[0-9])(?:[ \t]*\n[ \t>]*| )(?=[0-9]{1,6}(?![0-9]))")
_BROKEN_KINDS: frozenset[PersonalKind] = frozenset({"resident_number", "foreigner_number", "phone", "card"})
LONGEST_BROKEN = 400


def find_personal(text: str, settings: PrivacySettings) -> tuple[Found, ...]:
    """Every stretch of personal data in order; stretches that touch one another are one."""
    if not text or not settings.kinds:
        return ()
    seen = legible(text)
    current, found = seen.text, list[Found]()
    # What stands between two numbers glued to one another is seen only when the first is gone.
    more = _not_allowed(_all(current, settings.kinds), current, settings)
    for _ in range(MOST_ROUNDS):
        if not more:
            break
        found += more
        current = _labeled(current, more)
        more = _not_allowed(_beside(current, more, settings.kinds), current, settings)
    found = list(_apart(found))
    return tuple(Found(each.kind, *seen.span(each.start, each.end)) for each in found) if seen.starts else tuple(found)


def _not_allowed(found: Iterator[Found], text: str, settings: PrivacySettings) -> list[Found]:
    whole = _apart([each for each in found if each.end > each.start])
    return [each for each in whole if not settings.allows(text[each.start : each.end])]


def _beside(text: str, found: Sequence[Found], kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    """What can be seen near the labels only; what lies at the edge of such a stretch may be half of something."""
    at = 0
    while at < len(found):
        start, end = max(0, found[at].start - NEAR), found[at].end + NEAR
        while at + 1 < len(found) and found[at + 1].start < end:
            at += 1
            end = found[at].end + NEAR
        at += 1
        for each in _all(text[start:end], kinds):
            if (each.start > EDGE or not start) and (start + each.end < end - EDGE or end >= len(text)):
                yield Found(each.kind, start + each.start, start + each.end)


def _labeled(text: str, found: Sequence[Found]) -> str:
    """As long as before, with labels where something was found, so that the next look sees what others will see."""
    parts, begin = list[str](), 0
    for each in found:
        label = label_of(each.kind, "ko")
        length = each.end - each.start
        parts += (text[begin : each.start], label.rjust(length, _FILLER) if len(label) <= length else _FILLER * length)
        begin = each.end
    return "".join((*parts, text[begin:]))


def _all(text: str, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    for stretch in _STRETCH.finditer(text):
        start, end = stretch.span()
        if sum(map(str.isdigit, stretch.group()[:64])) >= LEAST_DIGITS:
            sight = min(len(text), end + SIGHT)
            yield from numbers_in(text, start, sight, kinds)
            yield from phones_in(text, start, sight, kinds)
            if end - start <= LONGEST_BROKEN and "-" in stretch.group():
                yield from _broken(text, start, end, kinds & _BROKEN_KINDS)
    yield from lettered_in(text, kinds)
    yield from network_in(text, kinds)
    if "credential" in kinds:
        yield from credentials_in(text)
    if "address" in kinds:
        yield from places_in(text)
    if "name" in kinds:
        yield from names_in(text)


def _broken(text: str, start: int, end: int, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    """Numbers with a line end in the middle of a group; they must be hyphenated."""
    first, last = max(0, start - 30), min(len(text), end + SIGHT)
    breaks = list(_BROKEN.finditer(text, first, last))
    for place in breaks:
        near, far = max(first, place.start() - 30), min(last, place.end() + 30)
        whole = text[near : place.start()] + text[place.end() : far]
        at, removed = place.start() - near, place.end() - place.start()
        for each in (*numbers_in(whole, 0, len(whole), kinds), *phones_in(whole, 0, len(whole), kinds)):
            said = whole[each.start : each.end]
            if each.start < at < each.end and "-" in said and "\n" not in said:
                yield Found(each.kind, near + each.start, near + each.end + removed)


def _apart(found: Sequence[Found]) -> Iterator[Found]:
    """Stretches that overlap become one, of the kind that comes first in the order of precedence."""
    current: Found | None = None
    for each in sorted(found, key=lambda one: (one.start, one.end)):
        if current is None:
            current = each
        elif each.start < current.end:
            kind = min(current.kind, each.kind, key=PRECEDENCE.__getitem__)
            current = Found(kind, current.start, max(current.end, each.end))
        else:
            yield current
            current = each
    if current is not None:
        yield current
