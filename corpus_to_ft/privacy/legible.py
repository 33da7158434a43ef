"""The text as it is seen: full-width and spoken digits as digits, all dashes as one, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

_UNSEEN = "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
_DASHES = "\u2010-\u2015\u2043\u2212\u30fc\ufe58\ufe63\uff0d\uff70"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD = re.compile(
    f"[{_UNSEEN}{_DASHES}{_SPACES}\uff01-\uff0c\uff0e-\uff5e\u0660-\u0669\u06f0-\u06f9\U0001d7ce-\U0001d7ff]"
)
_IS_UNSEEN, _IS_DASH = re.compile(f"[{_UNSEEN}]"), re.compile(f"[{_DASHES}]")

_SPOKEN = "공영일이삼사오육륙칠팔구"
_SPOKEN_DIGITS = str.maketrans(_SPOKEN, "001234566789")
# 공일공, 영일영, 공이, 010-일이삼사: how numbers that are told begin; cheap to look for.
_SPOKEN_SIGN = re.compile(f"[공영][일이삼오육칠공][ .-]?[{_SPOKEN}]")
_HALF_SPOKEN = re.compile(f"0[0-9]{{1,2}}[ .-]{{0,2}}[{_SPOKEN}]{{3,4}}")
# Whole groups are spoken or written; nine of these syllables in groups are no ordinary words.
_GROUP = f"(?:[{_SPOKEN}]{{2,8}}|[0-9]{{2,8}})"
_NUMBER = re.compile(
    f"(?<![가-힣0-9])(?:[{_SPOKEN}]{{2,8}}|0[0-9]{{1,2}})"
    f"(?:(?:[ .-]{{1,2}}| ?(?:다시|대시|에) ?){_GROUP}){{1,6}}(?![0-9])"
    f"|(?<![가-힣0-9])[{_SPOKEN}]{{9,13}}"
)
# The first group of a mobile number, part spoken and part written, or with letters for its noughts.
_MIXED = re.compile(
    rf"(?<![가-힣0-9A-Za-z])(?:[0공영][1일][0공영]|[0Oo]1[0Oo])(?=[ .-]{{1,3}}(?:[0-9]{{3,4}}|[{_SPOKEN}]{{3,4}})"
    rf"[ .-]{{1,3}}(?:[0-9]{{4}}|[{_SPOKEN}]{{4}})(?![0-9A-Za-z]))"
)
_MIXED_SIGNS = ("1공", "공1", "1영", "영1", "0일", "일0", "1O", "1o", "O1", "o1")
_MIXED_DIGITS = str.maketrans("공영일Oo", "00100")
# A vowel and lines for tables, which people take for a dash.
_DRAWN_DASH = re.compile("(?<=[0-9])( ?)[ㅡᅳ─━](?= ?[0-9])")
_SPOKEN_DASH = re.compile(" ?(?:다시|대시|에) ?")
LEAST_DIGITS = 9


class Legible(NamedTuple):
    """`text` as it is seen. From character `starts[n]` on, the original stands `shifts[n]` characters further on."""

    text: str
    starts: Sequence[int] = ()
    shifts: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        before = bisect_right(self.starts, at)
        return at + (self.shifts[before - 1] if before else 0)


def legible(text: str) -> Legible:
    if text.isascii():
        return Legible(_unmixed(text))
    starts: list[int] = []
    shifts: list[int] = []
    # A text holds few different ones, and replacing each everywhere is fastest; as long as before, places stay.
    odd = {char: _plain(char) for char in set(_ODD.findall(text))}
    for char, plain in odd.items():
        if plain:
            text = text.replace(char, plain)
    if not all(odd.values()):
        for unseen, place in enumerate(_IS_UNSEEN.finditer(text), start=1):
            starts.append(place.end() - unseen)
            shifts.append(unseen)
        text = _IS_UNSEEN.sub("", text)
    if any(dash in text for dash in "ㅡᅳ─━"):
        text = _DRAWN_DASH.sub(r"\1-", text)
    text = _unmixed(text)
    if _SPOKEN_SIGN.search(text) or _HALF_SPOKEN.search(text):
        text = _NUMBER.sub(_written, text)
    return Legible(text, starts, shifts)


def _unmixed(text: str) -> str:
    if not any(sign in text for sign in _MIXED_SIGNS):
        return text
    return _MIXED.sub(lambda found: found.group().translate(_MIXED_DIGITS), text)


def _plain(char: str) -> str:
    if _IS_UNSEEN.match(char):
        return ""
    if _IS_DASH.match(char):
        return "-"
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char


def _written(found: re.Match[str]) -> str:
    """The number in digits, as long as before."""
    said = found.group()
    digits = _SPOKEN_DASH.sub(lambda dash: "-".center(len(dash.group())), said).translate(_SPOKEN_DIGITS)
    spoken = sum(char in _SPOKEN for char in said)
    return digits if spoken >= 3 and sum(char.isdigit() for char in digits) >= LEAST_DIGITS else said
