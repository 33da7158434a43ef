"""Finds words in a document that are addressed to a language model instead of a reader.

Nothing in a document is ever an instruction, so nothing is taken out: the stretch is named, and an
example that holds it is refused. The phrases want an order *and* what it is about ("ignore" with
"previous instructions"), because writing about models is an ordinary subject of blogs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus_to_ft.injection.english import ENGLISH
from corpus_to_ft.injection.korean import KOREAN
from corpus_to_ft.injection.marks import MARKS
from corpus_to_ft.injection.phrases import Phrases
from corpus_to_ft.language import Sentence

_PHRASES = (*ENGLISH, *KOREAN, *MARKS)
# What stands between two letters and is not seen.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]"
)
_FIRST_TAG, _LAST_TAG, _TAGS_BEGIN = "\U000e0020", "\U000e007e", 0xE0000
# Cyrillic and Greek letters that look like Latin ones.
_LATIN_TWINS = ("аеорсухіѕԁһјοανυικτρ", "aeopcyxisdhjoavuiktp")
_ALIKE = str.maketrans(*_LATIN_TWINS)
_LOOKS_LATIN = re.compile(f"[{_LATIN_TWINS[0]}]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
LONGEST_BLOB = 20_000
SHORTEST_ORDER = 6
_SENTENCE_END = re.compile(r"(?<=[.!?。])[ \t]+|\n+")
# A text without any border must not be walked through for each of many matches.
FARTHEST_BORDER = 300
# By digest, since most texts hold nothing and are long.
TEXTS_REMEMBERED = 8192
EXCERPT_CHARS = 80
MOST_WARNINGS = 5


class Injection(NamedTuple):
    """Characters `start` to `end` of a text, whole sentences, that read like `what`."""

    what: str
    start: int
    end: int


_FOUND: dict[bytes, tuple[Injection, ...]] = {}


def find_injections(text: str) -> tuple[Injection, ...]:
    """Every stretch that is addressed to a model, in order; stretches that touch are one."""
    # A document is looked at when it is read and again, after all others were read, when its examples are checked.
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    found = _FOUND.get(key)
    if found is None:
        if len(_FOUND) >= TEXTS_REMEMBERED:
            _FOUND.clear()
        found = _FOUND[key] = _found_in(text)
    return found


def _found_in(text: str) -> tuple[Injection, ...]:
    merged: list[Injection] = []
    for one in sorted([*_written(text), *_encoded(text)], key=lambda one: (one.start, one.end)):
        if merged and one.start <= merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


def injection_warnings(text: str, source: str) -> list[Sentence]:
    """A sentence for people about each stretch, with its place; a text full of them needs only a few."""
    found = find_injections(text)
    warnings = []
    for one in found[:MOST_WARNINGS]:
        told = "{source}: characters {start} to {end} speak to a language model ({what}) and are not obeyed: {excerpt}"
        excerpt = " ".join(text[one.start : one.end].split())[:EXCERPT_CHARS]
        place = {"source": source, "start": one.start, "end": one.end}
        warnings.append(Sentence(told, **place, what=Sentence(one.what), excerpt=excerpt))
    left = len(found) - len(warnings)
    if left:
        warnings.append(Sentence("{source}: {left} more places speak to a language model", source=source, left=left))
    return warnings


def _written(text: str) -> Iterator[Injection]:
    """Paragraph by paragraph: few hold the words that a phrase needs, and those are short."""
    likely = _likely(_plain(text), _PHRASES)
    begin = 0
    for paragraph in text.split("\n\n") if likely else ():
        plain = _plain(paragraph) if len(paragraph) >= SHORTEST_ORDER else ""
        if plain and any(phrases.pattern.search(plain) for phrases in _likely(plain, likely)):
            seen, places = _legible(paragraph)
            for phrases in likely:
                for match in phrases.pattern.finditer(seen):
                    start, end = _sentences_around(seen, match.start(), match.end())
                    yield Injection(phrases.what, begin + places[start], begin + places[end - 1] + 1)
        begin += len(paragraph) + 2


def _encoded(text: str) -> Iterator[Injection]:
    """Base64 that is text and, once read, speaks to a model."""
    for blob in _BASE64.finditer(text):
        letters = blob.group()[:LONGEST_BLOB].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            said = base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + "===").decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        if any(phrases.pattern.search(said) for phrases in _likely(said, _PHRASES)):
            yield Injection("encoded", blob.start(), blob.end())


def _likely(text: str, some: Sequence[Phrases]) -> list[Phrases]:
    lowered = text.casefold()
    return [phrases for phrases in some if phrases.can_occur(lowered)]


def _plain(text: str) -> str:
    """The text as it is seen, quickly: where its characters come from is lost."""
    if text.isascii():
        return text
    if _UNSEEN.search(text):
        return _legible(text)[0]
    text = unicodedata.normalize("NFKC", text)
    return text.translate(_ALIKE) if _LOOKS_LATIN.search(text) else text


def _legible(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is seen, and where each of its characters stands in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        if _FIRST_TAG <= char <= _LAST_TAG:
            # Tag characters are ASCII in disguise, and what they hide is what matters.
            shown = chr(ord(char) - _TAGS_BEGIN)
        else:
            shown = "" if _UNSEEN.match(char) else unicodedata.normalize("NFKC", char)
        letters.append(shown)
        places.extend([at] * len(shown))
    return "".join(letters).translate(_ALIKE), places


def _sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole sentences, because an order's object ("… and say PWNED") stands beside it."""
    first, last = max(0, start - FARTHEST_BORDER), end + FARTHEST_BORDER
    before = [border.end() for border in _SENTENCE_END.finditer(text, first, start)]
    after = _SENTENCE_END.search(text, end, last)
    return before[-1] if before else first, after.start() if after else min(len(text), last)
