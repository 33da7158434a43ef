"""Keeps what is sound of damaged bytes, and repairs text that was encoded twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus_to_ft.decode.korean import FREQUENT, is_ordinary_syllable, sample_of
from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence, foreign

MAX_BAD_SHARE = 1 / 1000
MIN_BAD_ALLOWED = 4
# A text may be hurt in one of 200 bytes or one of 100 characters, or in four places if it is short.
MAX_PLACES_A_BYTE = 1 / 200
MAX_PLACES_A_CHAR = 1 / 100
MIN_PLACES_ALLOWED = 4
MAX_LOST_SHARE = 0.03
MIN_LOST_ALLOWED = 12  # four syllables of three bytes
POSITIONS_NAMED = 5
PIECE_BYTES = 65_536
INCOMPLETE = ("unexpected end of data", "incomplete multibyte sequence")

_CP1252_HIGH = {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CONTINUATION = "\x80-\xbf" + re.escape("".join(_CP1252_HIGH))
_TWICE_HANGUL = re.compile(f"[\xea-\xed][{_CONTINUATION}]{{2}}")
_TWICE_LEFT = re.compile(f"[\xe3-\xed][{_CONTINUATION}]{{1,2}}")
_TWICE_ENCODED = re.compile(
    f"(?:[\xc2-\xdf][{_CONTINUATION}]|[\xe0-\xef][{_CONTINUATION}]{{2}}|[\xf0-\xf4][{_CONTINUATION}]{{3}})+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text, the encoding it was read in, and what was lost or repaired on the way."""

    text: str
    encoding: str
    warnings: tuple[Sentence, ...] = ()


def salvage(data: bytes, encoding: str, source: str) -> tuple[int, Decoded] | None:
    """The text without its bad bytes and how many those are, if they are few; None when the damage is no detail."""
    most_places = max(MIN_PLACES_ALLOWED, len(data) * MAX_PLACES_A_BYTE)
    most_lost = max(MIN_LOST_ALLOWED, len(data) * MAX_LOST_SHARE)
    parts: list[str] = []
    places: list[int] = []
    tail: list[Sentence] = []
    lost, before = 0, -1
    for offset, piece in _pieces(data):
        start = 0
        while start < len(piece):
            try:
                parts.append(piece[start:].decode(encoding))
                break
            except UnicodeDecodeError as error:
                bad, end = start + error.start, start + error.end
                if offset + end >= len(data) and error.reason in INCOMPLETE:
                    parts.append(piece[start:bad].decode(encoding))
                    tail = [incomplete(source, offset + bad)]
                    break
                if encoding != "utf-8":
                    # After a lost byte the pairs that follow are shifted up to the next white space.
                    bad, end = _word_around(piece, start, bad)
                parts.append(piece[start:bad].decode(encoding))
                if offset + bad != before:  # bad bytes in a row are one place
                    places.append(offset + bad)
                before = offset + end
                lost += end - bad
                start = end
            if len(places) > most_places or lost > most_lost:
                return None
    told = "{source}: {lost} damaged bytes were left out, at byte {places}"
    named = [Sentence(told, source=source, lost=lost, places=positions(places))] if places else []
    return lost, Decoded(text="".join(parts), encoding=encoding, warnings=(*named, *tail))


def without_replaced(text: str, source: str) -> tuple[str, list[Sentence]]:
    """The text without the U+FFFD that stand for what was lost before, and a warning; InputError if it is much."""
    lost = text.count("\ufffd")
    if not lost:
        return text, []
    places = [found.start() for found in re.finditer("\ufffd+", text)]
    allowed = max(MIN_PLACES_ALLOWED, len(text) * MAX_PLACES_A_CHAR)
    if len(places) > allowed or lost > max(MIN_LOST_ALLOWED, len(text) * MAX_LOST_SHARE):
        raise InputError(
            "damaged",
            Sentence(
                "{source}: {lost} characters were already lost when it was saved; use an original",
                source=source,
                lost=lost,
            ),
        )
    where = positions(places)
    warning = Sentence(
        "{source}: {lost} characters already lost in the file were left out, at character {where}",
        source=source,
        lost=lost,
        where=where,
    )
    return text.replace("\ufffd", ""), [warning]


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Stretches that end between characters: a codec's error holds a copy of all it was given."""
    start = 0
    while start < len(data):
        most = start + PIECE_BYTES
        end = len(data) if len(data) <= most else max(data.rfind(white, start, most) for white in (b"\n", b" ")) + 1
        if end <= start:  # No white space at all: step back out of a UTF-8 character.
            end = next((border for border in range(most, most - 4, -1) if data[border] & 0xC0 != 0x80), most)
        yield start, data[start:end]
        start = end


def _word_around(data: bytes, start: int, bad: int) -> tuple[int, int]:
    first = max((data.rfind(space, start, bad) for space in (b" ", b"\n", b"\t", b">", b"<")), default=-1)
    following = [found for space in (b" ", b"\n", b"\t", b"\r") if (found := data.find(space, bad + 1, bad + 400)) >= 0]
    return (first + 1 if first >= start else start), (min(following) if following else min(bad + 400, len(data)))


def undo_double_encoding(found: Decoded, source: str) -> Decoded:
    """Repairs Korean bytes that were read as Western text and saved again, or refuses what cannot be repaired."""
    text = found.text
    korean = _read_as_latin(text)
    if korean is not None:
        warning = Sentence("{source}: CP949 that was saved as Western text has been repaired", source=source)
        return Decoded(text=korean, encoding=found.encoding, warnings=(*found.warnings, warning))
    if any("가" <= _once(match) <= "힣" for match in _TWICE_HANGUL.findall(text)[:20]):
        repaired = _TWICE_ENCODED.sub(lambda match: _once(match.group()), text)
        left = len(_TWICE_LEFT.findall(repaired))
        if left > max(MIN_BAD_ALLOWED, len(text) * MAX_BAD_SHARE):
            raise InputError(
                "damaged",
                Sentence(
                    "{source}: was encoded twice and cut in {left} places; use an original", source=source, left=left
                ),
            )
        warning = Sentence("{source}: was encoded twice and has been repaired", source=source)
        return Decoded(text=_TWICE_LEFT.sub("", repaired), encoding=found.encoding, warnings=(*found.warnings, warning))
    sample = sample_of(text)
    kinds = {char for char in set(sample) if "가" <= char <= "힣"}
    if sum(not is_ordinary_syllable(char) for char in kinds) <= 0.25 * len(kinds):
        return found
    hangul = [char for char in sample if char in kinds]
    if len(hangul) >= 20 and sum(c in FREQUENT for c in hangul) < 0.3 * len(hangul):
        raise InputError(
            "damaged",
            Sentence("{source}: reads like UTF-8 opened as CP949 and saved again; use an original", source=source),
        )
    return found


def _read_as_latin(text: str) -> str | None:
    """The Korean behind `¾È³ç`, when every character of the text is Western and the pairs make frequent syllables."""
    raw = text.encode("latin-1", "ignore")
    if len(raw) < len(text) or not re.search(rb"[\xa1-\xfe]{2}", raw):
        return None
    korean = try_decode(raw, "euc_kr") or try_decode(raw, "cp949")
    syllables = re.findall("[가-힣]", korean or "")
    frequent = sum(syllable in FREQUENT for syllable in syllables)
    return korean if len(syllables) >= 4 and frequent > 0.5 * len(syllables) else None


def _once(twice: str) -> str:
    return try_decode(bytes(_CP1252_HIGH.get(char, ord(char) & 0xFF) for char in twice), "utf-8") or twice


def try_decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def incomplete(source: str, place: int) -> Sentence:
    told = "{source}: the last character, at byte {place}, is incomplete and was left out"
    return Sentence(told, source=source, place=place)


def fault(data: bytes, encoding: str) -> Sentence:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        told = "not whole {encoding} (first bad byte at {start} of {size}) and no other known encoding"
        return Sentence(told, encoding=encoding, start=error.start, size=len(data))
    return Sentence("in no known encoding")


def positions(found: Iterable[int]) -> Sentence:
    places = [str(place) for place in found]
    named, others = ", ".join(places[:POSITIONS_NAMED]), len(places) - POSITIONS_NAMED
    return Sentence("{places} and {others} more", places=named, others=others) if others > 0 else foreign(named)
