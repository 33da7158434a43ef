"""Right particles after any word: Hangul, Latin words, acronyms, numbers and units."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Final = Literal["none", "rieul", "other", "unknown"]

# pair as users write it → (after a consonant, after a vowel, when nobody can know how the word is read)
_PAIRS: dict[str, tuple[str, str, str]] = {
    "은/는": ("은", "는", "은(는)"),
    "이/가": ("이", "가", "이(가)"),
    "을/를": ("을", "를", "을(를)"),
    "과/와": ("과", "와", "와(과)"),
    "으로/로": ("으로", "로", "(으)로"),
    "으로서/로서": ("으로서", "로서", "(으)로서"),
    "으로써/로써": ("으로써", "로써", "(으)로써"),
    "으로부터/로부터": ("으로부터", "로부터", "(으)로부터"),
    "이란/란": ("이란", "란", "(이)란"),
    "이라/라": ("이라", "라", "(이)라"),
    "이라는/라는": ("이라는", "라는", "(이)라는"),
    "이라고/라고": ("이라고", "라고", "(이)라고"),
    "이나/나": ("이나", "나", "(이)나"),
    "이며/며": ("이며", "며", "(이)며"),
    "이고/고": ("이고", "고", "(이)고"),
    "이다/다": ("이다", "다", "(이)다"),
    "이에요/예요": ("이에요", "예요", "이에요"),
    "이었/였": ("이었", "였", "이었"),
    "이야/야": ("이야", "야", "(이)야"),
    "이랑/랑": ("이랑", "랑", "(이)랑"),
    "아/야": ("아", "야", "아(야)"),
}
_PAIRS |= {"/".join(reversed(pair.split("/"))): forms for pair, forms in tuple(_PAIRS.items())}

# Only the names of these letters end in a consonant: 엘, 엠, 엔, 알.
_LETTERS: dict[str, Final] = {"l": "rieul", "r": "rieul", "m": "other", "n": "other"}
# Read in Chinese numerals: 영 일 이 삼 사 오 육 칠 팔 구.
_DIGITS: tuple[Final, ...] = (
    "other", "rieul", "none", "other", "none", "none", "other", "rieul", "rieul", "none",
)  # fmt: skip
# A digit glued to Latin is read in English (S3 에스쓰리, IPv6 브이식스), but for 7 and 8 both habits exist.
_GLUED_DIGITS: dict[str, Final] = {"1": "other", "3": "none", "6": "none"}
_UNITS: dict[str, Final] = {
    "g": "other", "kg": "other", "mg": "other", "m": "none", "mm": "none", "cm": "none", "km": "none",
    "l": "none", "ml": "none", "cal": "none", "kcal": "none", "hr": "none", "min": "other", "px": "rieul",
    "in": "none", "mn": "other", "gal": "other",
}  # fmt: skip
_SYMBOLS: dict[str, Final] = {
    "%": "none",
    "+": "none",
    "#": "none",
    "℃": "none",
    "°": "none",
    "$": "none",
    "㎞": "none",
}
# Acronyms that are read as words, and words whose last sound the spelling does not tell.
_ACRONYMS_AS_WORDS: dict[str, Final] = {
    "blob": "other", "epub": "other", "app": "other", "kpop": "other", "up": "other", "top": "other",
    "web": "other", "map": "other", "job": "other", "git": "other", "pip": "other", "zip": "other",
    "bot": "other", "dag": "none", "gpt": "none", "var": "none", "tar": "none", "car": "none",
    "docker": "none", "user": "none", "order": "none", "docx": "none",
}  # fmt: skip
_WORDS: dict[str, Final] = {
    "type": "other", "prototype": "other", "template": "other", "apache": "none", "anime": "none", "karate": "none",
    "hub": "none", "github": "none", "talk": "other", "kakaotalk": "other", "check": "none", "loop": "none",
    "bit": "none", "hit": "none", "kit": "none", "exit": "none", "edit": "none", "me": "none", "we": "none",
    "the": "none", "tweet": "other", "circuit": "other", "recipe": "none", "one": "other", "cafe": "none",
    "resume": "none", "id": "none", "ui": "none", "url": "rieul", "mark": "none", "vue": "none",
    "vite": "none", "ruby": "none", "walk": "none", "tcp": "none", "null": "rieul", "paragraph": "none",
    "tomcat": "other", "group": "other", "setup": "other",
}  # fmt: skip
_WORD_ENDINGS: tuple[tuple[str, Final], ...] = (
    ("type|template", "other"), ("hub|check", "none"), ("talk", "other"),
    ("[^e]kle|[aeioulrygbpdtfscz]le", "rieul"), ("[nm]e", "other"), ("e", "none"),
    ("l", "rieul"), ("[mn]|ng", "other"), ("r", "none"),
    ("(?:^|[^aeiou])[aeiou]b|[aeiou]c", "other"),
    ("[aeiou]ck|ook|(?:^|[^aeiou])[aeiou]k", "other"),
    ("out|pilot|(?:^|[^aeiou])[aeiou]t", "other"),
    ("(?:^|[^aeiou])[aeiou]pp?|oop|ee?p|eap|oup", "other"),
)  # fmt: skip
_ENDING_PATTERNS = [(re.compile(f"(?:{endings})$"), final) for endings, final in _WORD_ENDINGS]

_CLOSERS = re.compile(r"[\s\"'”’»›」』】》〉)\]}>`*_~!?.,:;…·\u200d\ufe0f\U0001f000-\U0001faff\u2600-\u27bf]+$")
_ASIDE = re.compile(r"(?<=\S)\s*\([^()]*\)$|(?<=\S)\s*（[^（）]*）$")
_NUMBER_UNIT = re.compile(r"\d\s?([A-Za-z]{1,4})$")
_NUMBER = re.compile(r"[\d.,]*\d$")
_LATIN = re.compile(r"[A-Za-z]+$")


def with_josa(word: str, pair: str) -> str:
    """`word` followed by the right half of `pair`, for example 은/는, 이/가, 을/를, 과/와, 으로/로, 이란/란, 아/야.

    Closing quotes and brackets, an aside in round brackets at the end and emoji are passed over: the
    sound before them decides. Where no reading is known (Chinese characters, nothing to read) the
    written-out form 은(는) is given.
    """
    if pair not in _PAIRS:
        raise ValueError(f"no such pair of particles: {pair!r}; there are {', '.join(_PAIRS)}")
    after_consonant, after_vowel, undecided = _PAIRS[pair]
    final = final_sound(word)
    if final == "unknown":
        return word + undecided
    if final == "rieul" and after_consonant.startswith("으로"):
        return word + after_vowel
    return word + (after_vowel if final == "none" else after_consonant)


@lru_cache(maxsize=4096)
def final_sound(word: str) -> Final:
    """What the last syllable of `word`, read aloud in Korean, ends in."""
    plain = _CLOSERS.sub("", _ASIDE.sub("", unicodedata.normalize("NFC", word).rstrip()))
    plain = plain or _CLOSERS.sub("", unicodedata.normalize("NFC", word))
    if not plain:
        return "unknown"
    last = plain[-1]
    if "가" <= last <= "힣":
        coda = (ord(last) - 0xAC00) % 28  # 0 is no final, 8 is ㄹ
        return "none" if coda == 0 else "rieul" if coda == 8 else "other"
    if last in _SYMBOLS:
        return _SYMBOLS[last]
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    last = plain[-1]
    if last.isascii() and last.isdigit():
        return _number_final(plain)
    if last.isascii() and last.isalpha():
        unit = _NUMBER_UNIT.search(plain)
        if unit and (unit[1] in _UNITS or unit[1].lower() in ("kg", "km", "px", "cm", "mm", "ml")):
            return _UNITS[unit[1].lower()]
        return _latin_final(plain)
    if "ㄱ" <= last <= "ㅎ":
        return "rieul" if last == "ㄹ" else "other"
    if "ㅏ" <= last <= "ㅣ" or "ぁ" <= last <= "ヶ":
        return "other" if last in "んン" else "none"
    return "unknown"


def _number_final(text: str) -> Final:
    found = _NUMBER.search(text)
    digits = found.group() if found else text[-1]
    before = text[: len(text) - len(digits)]
    glued = before[-1:].isascii() and (before[-1:].isalpha() or (before[-1:] in "-/" and before[-2:-1].isalpha()))
    if glued and digits in _GLUED_DIGITS:
        return _GLUED_DIGITS[digits]
    if digits[-1] != "0" or "." in digits:
        return _DIGITS[int(digits[-1])]
    zeros = len(digits.replace(",", "")) - len(digits.replace(",", "").rstrip("0"))
    return "none" if 12 <= zeros < 16 else "other"  # 조 ends in a vowel; 영 십 백 천 만 억 경 do not


def _latin_final(text: str) -> Final:
    found = _LATIN.search(text)
    word = found.group() if found else text[-1]
    lower = word.lower()
    capitals = len(word) - len(word.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    if word.isupper() and lower in _ACRONYMS_AS_WORDS:
        return _ACRONYMS_AS_WORDS[lower]
    # Long capitals with vowels are shouted words (KAFKA, REDIS), short ones are read by letter (API).
    spelled = capitals and (capitals < len(word) or len(word) < 6 or not re.search("[AEIOUY].*[AEIOUY]", word))
    if spelled or not re.search("[aeiouy]", lower) or len(word) == 1:
        return _LETTERS.get(lower[-1], "none")
    if lower in _WORDS:
        return _WORDS[lower]
    return next((final for pattern, final in _ENDING_PATTERNS if pattern.search(lower)), "none")
