"""Tells by the letters alone whether a text reads like Korean, or like a text at all."""

from __future__ import annotations

import re
from functools import cache

from corpus_to_ft.decode.clean import FINALS, INITIALS, syllable

# The 192 most frequent syllables of modern Korean prose cover 85 % of it; a wrong decoding yields all 11,172 alike.
FREQUENT = frozenset(
    "가각간같개거건것게겠결경계고공과관구국권그기까나내너년는능니다단당대더데도동되된됩두드든들등따때라래러레려로록른를리마만많며면명모무문미및바반발방배버번법변보부분비사산상생서선설성세소속수스습시식신실아안않야약어언"
    "업없었에여연영예오와요용우운원웨위유으은을음의이인일입있자작장재저적전점정제조좋주준중지직진차참처체최추출치카코크타태터통트파포표프픈필하학한할함합항해했행현형호화확후히"
)
SAMPLE_CHARS = 40_000
GOOD_SCORE = 0.6
SHORT_CHARS = 40
FILLER = "\u3164"
_FILLED = re.compile("\u3164([ㄱ-ㅎ])([ㅏ-ㅣ])([ㄱ-ㅎ\u3164])")


def korean_score(text: str) -> float:
    """0 to 1: the share of a text that is frequent Hangul, printable ASCII or white space; other letters count less."""
    sample = sample_of(text)
    if not sample:
        return 0.0
    return sum(_weight(char) for char in sample) / len(sample)


def reads_korean(text: str) -> bool:
    sample = sample_of(text)
    hangul = [char for char in sample if "가" <= char <= "힣"]
    if len(hangul) >= 20 and sum(char in FREQUENT for char in hangul) < 0.3 * len(hangul):
        return False
    return korean_score(text) >= (GOOD_SCORE if len(text) > SHORT_CHARS else GOOD_SCORE / 2)


def sample_of(text: str) -> str:
    """The beginning, the middle and the end of a long text, and the whole of a short one."""
    if len(text) <= 3 * SAMPLE_CHARS:
        return text
    middle = len(text) // 2
    return text[:SAMPLE_CHARS] + text[middle : middle + SAMPLE_CHARS] + text[-SAMPLE_CHARS:]


def _weight(char: str) -> float:
    code = ord(char)
    if 32 <= code < 127 or char in "\n\r\t" or char in FREQUENT:
        return 1.0
    if 0xAC00 <= code <= 0xD7A3:
        return 0.8 if is_ordinary_syllable(char) else 0.0
    if 0x1100 <= code <= 0x11FF or 0xFFA1 <= code <= 0xFFDC:  # decomposed and half-width Hangul
        return 0.7
    if 0x3130 <= code <= 0x318F:
        return 1.0 if char in "ㅋㅎㅠㅜㅡㅇㄱㄴ" else 0.3
    if 0x2010 <= code <= 0x266F or 0x3000 <= code <= 0x303F or 0xFF01 <= code <= 0xFF5E:
        return 0.6
    if 0x4E00 <= code <= 0x9FFF or 0x3041 <= code <= 0x30FF or 0xA1 <= code <= 0xFF or code >= 0x1F000:
        return 0.4
    return 0.2 if code > 0xFF and not 0xE000 <= code <= 0xF8FF else 0.0


@cache
def is_ordinary_syllable(char: str) -> bool:
    try:
        return len(char.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def plausible(text: str) -> bool:
    """Whether a guessed decoding reads like a text at all: letters in few scripts, no odd symbols."""
    sample = sample_of(text)
    letters = sum(char.isalnum() or char.isspace() or char in ".,;:!?'\"()-、。「」，" for char in sample)
    return letters >= 0.85 * len(sample)


def compose_filled(text: str) -> str:
    """KS X 1001 writes a syllable outside its table as filler, initial, vowel, final: 8 bytes."""
    return _FILLED.sub(_compose, text) if FILLER in text else text


def _compose(found: re.Match[str]) -> str:
    initial, vowel, final = found.groups()
    if initial not in INITIALS or final not in FINALS + FILLER:
        return found.group()
    return syllable(initial, vowel, final.strip(FILLER))
