"""The only place that turns bytes into text: clean NFC text with `\\n` line ends, whatever the encoding was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from charset_normalizer import from_bytes

from corpus_to_ft.errors import InputError

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),  # before utf-16-le, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office or HWP document"),
    (b"\x7fELF", "a program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
)
STATEFUL = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"))

# The 192 most frequent syllables of modern Korean prose cover 85 % of it; a wrong decoding yields all 11,172 alike.
FREQUENT = frozenset(
    "가각간같개거건것게겠결경계고공과관구국권그기까나내너년는능니다단당대더데도동되된됩두드든들등따때라래러레려로록른를리마만많며면명모무문미및바반발방배버번법변보부분비사산상생서선설성세소속수스습시식신실아안않야약어언"
    "업없었에여연영예오와요용우운원웨위유으은을음의이인일입있자작장재저적전점정제조좋주준중지직진차참처체최추출치카코크타태터통트파포표프픈필하학한할함합항해했행현형호화확후히"
)
SAMPLE_CHARS = 40_000
GOOD_SCORE = 0.6
SHORT_CHARS = 40
MIN_PIECE_BYTES = 64
MAX_BAD_SHARE = 1 / 1000
MIN_BAD_ALLOWED = 4
MAX_LOST_SHARE = 0.02
POSITIONS_NAMED = 5
PIECE_BYTES = 65_536
INCOMPLETE = ("unexpected end of data", "incomplete multibyte sequence")

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_JUNK = re.compile(
    # Controls, surrogates (a JSON escape can make one), non-characters, soft hyphen, direction marks, byte order marks.
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]"
    # Joiners mean something after Arabic and Indic letters, and the wide one between the parts of an emoji.
    "|(?<![\u0600-\u0dff])\u200c"
    "|(?<![\u0600-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
    # Tag characters draw three flags; anywhere else they hide text from the reader.
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
# Everything that the two above may touch: one look tells that a text holds none of it.
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_FILLED = re.compile("\u3164([ㄱ-ㅎ])([ㅏ-ㅣ])([ㄱ-ㅎ\u3164])")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FINALS = "\u3164ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

_CP1252_HIGH = {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CONTINUATION = "\x80-\xbf" + re.escape("".join(_CP1252_HIGH))
_TWICE_HANGUL = re.compile(f"[\xea-\xed][{_CONTINUATION}]{{2}}")
_TWICE_LEFT = re.compile(f"[\xe3-\xed][{_CONTINUATION}]{{1,2}}")
_TWICE_ENCODED = re.compile(
    f"(?:[\xc2-\xdf][{_CONTINUATION}]|[\xe0-\xef][{_CONTINUATION}]{{2}}|[\xf0-\xf4][{_CONTINUATION}]{{3}})+"
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text, the encoding it was read in, and what was lost or repaired on the way."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, *, source: str, html: bool = False) -> Decoded:
    """Clean text of a whole file.

    `html` allows the charset that the page declares where the bytes alone do not tell. Raises InputError
    `empty`, `binary` or `damaged`; the text never holds U+FFFD in place of something lost.
    """
    raw = recognize(data, source=source, html=html)
    text, warnings = clean_text(raw.text), list(raw.warnings)
    if "\ufffd" in text:
        lost = text.count("\ufffd")
        if lost > max(MIN_BAD_ALLOWED, len(text) * MAX_BAD_SHARE):
            raise InputError(
                "damaged", f"{source}: {lost} characters were already lost when it was saved; use an original"
            )
        where = _positions(found.start() for found in re.finditer("\ufffd", text))
        warnings.append(f"{source}: {lost} characters already lost in the file were left out, at character {where}")
        text = text.replace("\ufffd", "")
    if not text.strip():
        raise InputError("empty", f"{source}: holds no text")
    return Decoded(text=text, encoding=raw.encoding, warnings=tuple(warnings))


def clean_text(text: str) -> str:
    """NFC with `\\n` line ends, without control, zero-width and other invisible characters that carry no meaning."""
    if _UNCLEAN.search(text):
        text = _JUNK.sub("", _LINE_ENDS.sub("\n", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def recognize(data: bytes, *, source: str, html: bool = False) -> Decoded:
    """The text exactly as encoded, before any cleaning; damage is repaired, dropped with a warning, or refused."""
    if not data.strip(b" \t\r\n\x00") or data in {mark for mark, _ in BOMS}:
        raise InputError("empty", f"{source}: holds no text ({len(data)} bytes)")
    for magic, what in MAGIC:
        if data.startswith(magic):
            raise InputError("binary", f"{source}: is {what}, not text; convert it or choose a reader for it")
    found = _strict(data, html) or _damaged(data, source)
    controls = len(_CONTROL.findall(found.text))
    if controls > len(found.text) * MAX_BAD_SHARE * 5:
        raise InputError("binary", f"{source}: {controls} control characters in {len(found.text)}; not a text file")
    if "\x00" in found.text:
        where = _positions(match.start() for match in re.finditer("\x00", found.text))
        warning = f"{source}: NUL characters were left out, at character {where}"
        found = Decoded(text=found.text, encoding=found.encoding, warnings=(*found.warnings, warning))
    return _undo_double_encoding(found, source)


def _strict(data: bytes, html: bool) -> Decoded | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            text = _try(data[len(mark) :], encoding)
            return None if text is None else Decoded(text=text, encoding=encoding)
    if data.isascii():
        for escape, encoding in STATEFUL:
            if escape in data and (text := _try(data, encoding)) is not None:
                return Decoded(text=text, encoding=encoding)
    nuls = data.count(0)
    if nuls <= len(data) * MAX_BAD_SHARE and (text := _try(data, "utf-8")) is not None:
        return Decoded(text=text, encoding="utf-8")
    best = _best(data, ("euc_kr", "cp949", "utf-16-le", "utf-16-be", "johab"))
    if best is not None and _reads_korean(best.text):
        return best
    if nuls > len(data) * MAX_BAD_SHARE:
        return None
    declared = _declared(data) if html else None
    if declared and (text := _try(data, declared)) is not None:
        return Decoded(text=text, encoding=declared)
    return None


def _damaged(data: bytes, source: str) -> Decoded:
    """What can be kept of bytes that are whole in no Korean encoding."""
    if data.startswith(tuple(mark for mark, _ in BOMS[1:])):
        return _damaged_wide(data, source)
    if data.count(0) > len(data) * MAX_BAD_SHARE:
        raise InputError("binary", f"{source}: holds {data.count(0)} NUL bytes; not a text file")
    choices = [_salvage(data, encoding, source) for encoding in ("utf-8", "cp949", "johab")]
    kept = [choice for choice in choices if choice is not None and _reads_korean(choice.text)]
    if kept and not kept[0].text.isascii():
        return kept[0]
    guess = _guess(data)
    if guess is not None:
        warning = f"{source}: read as {guess.encoding} by guess; save it as UTF-8 to be sure"
        return Decoded(text=guess.text, encoding=guess.encoding, warnings=(warning,))
    if kept:
        return kept[0]
    raise InputError("damaged", f"{source}: {_fault(data, 'utf-8')}; save it again as UTF-8 from an original")


def _guess(data: bytes) -> Decoded | None:
    """Encodings of other countries; a short text never tells enough."""
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    western = _try(data, "cp1252") if high < len(data) * 0.2 else None
    if western is not None and _plausible(western):
        return Decoded(text=western, encoding="cp1252")
    if len(data) < MIN_PIECE_BYTES:
        return None
    cut = max(data.rfind(end, 0, PIECE_BYTES) for end in (b"\n", b" "))
    guess = from_bytes(data if len(data) <= PIECE_BYTES or cut <= 0 else data[:cut], steps=10, chunk_size=512).best()
    text = _try(data, guess.encoding) if guess is not None else None
    if guess is None or text is None or not _plausible(text):
        return None
    return Decoded(text=text, encoding=guess.encoding)


def _damaged_wide(data: bytes, source: str) -> Decoded:
    mark, encoding = next((mark, name) for mark, name in BOMS if data.startswith(mark))
    unit = 4 if "32" in encoding else 2
    body = data[len(mark) :]
    whole = len(body) - len(body) % unit
    text = _try(body[:whole], encoding)
    if text is None:
        raise InputError("damaged", f"{source}: {_fault(body, encoding)}; save it again as UTF-8 from an original")
    where = len(mark) + whole
    warning = f"{source}: the last character, at byte {where}, is incomplete and was left out"
    return Decoded(text=text, encoding=encoding, warnings=(warning,))


def _salvage(data: bytes, encoding: str, source: str) -> Decoded | None:
    """The text without its bad bytes, if they are few; None when the damage is not a detail."""
    limit = max(MIN_BAD_ALLOWED, len(data) * MAX_BAD_SHARE)
    parts: list[str] = []
    faults: list[int] = []
    tail, lost = [], 0
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
                    where = offset + bad
                    tail = [f"{source}: the last character, at byte {where}, is incomplete and was left out"]
                    break
                if encoding != "utf-8":
                    # After a lost byte the pairs that follow are shifted up to the next white space.
                    bad, end = _word_around(piece, start, bad)
                parts.append(piece[start:bad].decode(encoding))
                faults.append(offset + bad)
                lost += end - bad
                start = end
            if len(faults) > limit or lost > max(limit * 2, len(data) * MAX_LOST_SHARE):
                return None
    named = [f"{source}: {lost} damaged bytes were left out, at byte {_positions(faults)}"] if faults else []
    return Decoded(text="".join(parts), encoding=encoding, warnings=(*named, *tail))


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


def korean_score(text: str) -> float:
    """0 to 1: the share of a text that is frequent Hangul, printable ASCII or white space; other letters count less."""
    sample = text if len(text) <= 3 * SAMPLE_CHARS else _thirds(text)
    if not sample:
        return 0.0
    return sum(_weight(char) for char in sample) / len(sample)


def _reads_korean(text: str) -> bool:
    sample = _thirds(text) if len(text) > 3 * SAMPLE_CHARS else text
    hangul = [char for char in sample if "가" <= char <= "힣"]
    if len(hangul) >= 20 and sum(char in FREQUENT for char in hangul) < 0.3 * len(hangul):
        return False
    return korean_score(text) >= (GOOD_SCORE if len(text) > SHORT_CHARS else GOOD_SCORE / 2)


def _thirds(text: str) -> str:
    middle = len(text) // 2
    return text[:SAMPLE_CHARS] + text[middle : middle + SAMPLE_CHARS] + text[-SAMPLE_CHARS:]


def _weight(char: str) -> float:
    code = ord(char)
    if 32 <= code < 127 or char in "\n\r\t" or char in FREQUENT:
        return 1.0
    if 0xAC00 <= code <= 0xD7A3:
        return 0.8 if _is_ordinary_syllable(char) else 0.0
    if 0x1100 <= code <= 0x11FF:  # decomposed Hangul
        return 0.7
    if 0x3130 <= code <= 0x318F:
        return 1.0 if char in "ㅋㅎㅠㅜㅡㅇㄱㄴ" else 0.3
    if 0x2010 <= code <= 0x266F or 0x3000 <= code <= 0x303F or 0xFF01 <= code <= 0xFF5E:
        return 0.6
    if 0x4E00 <= code <= 0x9FFF or 0x3041 <= code <= 0x30FF or 0xA1 <= code <= 0xFF or code >= 0x1F000:
        return 0.4
    return 0.2 if code > 0xFF and not 0xE000 <= code <= 0xF8FF else 0.0


@cache
def _is_ordinary_syllable(char: str) -> bool:
    try:
        return len(char.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _best(data: bytes, encodings: tuple[str, ...]) -> Decoded | None:
    best, best_score = None, -1.0
    for encoding in encodings:
        text = _try(data, encoding)
        if text is not None and encoding == "cp949" and "\u3164" in text:
            text = _FILLED.sub(_compose, text)
        if text is not None and (score := korean_score(text)) > best_score:
            best, best_score = Decoded(text=text, encoding=encoding), score
    return best


def _compose(found: re.Match[str]) -> str:
    # KS X 1001 writes a syllable outside its table as filler, initial, vowel, final: 8 bytes.
    initial, vowel, final = found.groups()
    if initial not in _INITIALS or final not in _FINALS:
        return found.group()
    return chr(0xAC00 + (_INITIALS.index(initial) * 21 + ord(vowel) - ord("ㅏ")) * 28 + _FINALS.index(final))


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _declared(data: bytes) -> str | None:
    head = data[:4096]
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    return found.group(1).decode("ascii", "ignore") if found else None


def _plausible(text: str) -> bool:
    """Whether a guessed decoding reads like a text at all: letters in few scripts, no odd symbols."""
    sample = _thirds(text) if len(text) > 3 * SAMPLE_CHARS else text
    letters = sum(char.isalnum() or char.isspace() or char in ".,;:!?'\"()-、。「」，" for char in sample)
    return letters >= 0.85 * len(sample)


def _undo_double_encoding(found: Decoded, source: str) -> Decoded:
    """Repairs Korean bytes that were read as Western text and saved again, or refuses what cannot be repaired."""
    text = found.text
    korean = _read_as_latin(text)
    if korean is not None:
        warning = f"{source}: CP949 that was saved as Western text has been repaired"
        return Decoded(text=korean, encoding=found.encoding, warnings=(*found.warnings, warning))
    if any("가" <= _once(match) <= "힣" for match in _TWICE_HANGUL.findall(text)[:20]):
        repaired = _TWICE_ENCODED.sub(lambda match: _once(match.group()), text)
        left = len(_TWICE_LEFT.findall(repaired))
        if left > max(MIN_BAD_ALLOWED, len(text) * MAX_BAD_SHARE):
            raise InputError("damaged", f"{source}: was encoded twice and cut in {left} places; use an original")
        warning = f"{source}: was encoded twice and has been repaired"
        return Decoded(text=_TWICE_LEFT.sub("", repaired), encoding=found.encoding, warnings=(*found.warnings, warning))
    sample = _thirds(text) if len(text) > 3 * SAMPLE_CHARS else text
    kinds = {char for char in set(sample) if "가" <= char <= "힣"}
    if sum(not _is_ordinary_syllable(char) for char in kinds) <= 0.25 * len(kinds):
        return found
    hangul = [char for char in sample if char in kinds]
    if len(hangul) >= 20 and sum(c in FREQUENT for c in hangul) < 0.3 * len(hangul):
        raise InputError("damaged", f"{source}: reads like UTF-8 opened as CP949 and saved again; use an original")
    return found


def _read_as_latin(text: str) -> str | None:
    """The Korean behind `¾È³ç`, when every character of the text is Western and the pairs make frequent syllables."""
    raw = text.encode("latin-1", "ignore")
    if len(raw) < len(text) or not re.search(rb"[\xa1-\xfe]{2}", raw):
        return None
    korean = _try(raw, "euc_kr") or _try(raw, "cp949")
    syllables = re.findall("[가-힣]", korean or "")
    frequent = sum(syllable in FREQUENT for syllable in syllables)
    return korean if len(syllables) >= 4 and frequent > 0.5 * len(syllables) else None


def _once(twice: str) -> str:
    return _try(bytes(_CP1252_HIGH.get(char, ord(char) & 0xFF) for char in twice), "utf-8") or twice


def _fault(data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return f"not whole {encoding} (first bad byte at {error.start} of {len(data)}) and no other known encoding"
    return "in no known encoding"


def _positions(found: Iterable[int]) -> str:
    places = [str(place) for place in found]
    more = f" and {len(places) - POSITIONS_NAMED} more" if len(places) > POSITIONS_NAMED else ""
    return ", ".join(places[:POSITIONS_NAMED]) + more
