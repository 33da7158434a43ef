"""Whether a text is written in the language of what it was made of."""

from __future__ import annotations

import re
from functools import lru_cache

# Both tell the language alone; code, commands and names do without these words, and with what is left out here.
_ENGLISH = frozenset(re.findall(r"\w+", """
    the a an of was were are is been has had have it its their they these those we our you your he she his her
    what which how why who when does did because about there could would should will than
"""))  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_CHINESE_OR_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]{4,}")
_OTHER_SCRIPT = re.compile("[\u0400-\u07ff\u0900-\u0eff\u3041-\u30ff\u3400-\u9fff]")
# Not `a.b`, `camelCase`, `--flag` or `snake_case`.
_PLAIN_WORD = re.compile(
    r"(?<![^\s\"'“‘(])[A-Za-z\u00c0-\u024f][a-z\u00c0-\u024f]*(?:['’][a-z]+)?(?=[\s\"'”’),.!?:;…]|$)"
)
_ENDS = re.compile(r"[.!?][\"'”’)]*$")
# Formulas and quoted code hold single letters and words of English.
_CODE = re.compile(r"`[^`\n]*`|[={}<>\\$;|]")
# Less Hangul than this of all letters is a name in a text of another language; Korean full of names has more.
LEAST_HANGUL = 0.1
# More Hangul than this is no longer an English sentence with a Korean name.
MOST_HANGUL_IN_ENGLISH = 0.3
FEWEST_LETTERS = 4
FEWEST_WORDS = 3
# So many plain words that end as a sentence are prose in whatever language uses these letters.
WORDS_OF_ANY_PROSE = 6
SOURCES_REMEMBERED = 8


def in_other_language(text: str, source: str, language: str) -> bool:
    """Whether a sentence of `text` is in another language than its Korean or English document, and not quoted from it.

    `language` is the document's and `source` the stretch of it that the text was made of: one in another language
    may be spoken of in either. Names, code and commands are of no language.
    """
    if language not in ("ko", "en"):
        return False
    sentences = [part for part in _SENTENCE_END.split(text) if _is_strange(part, korean=language == "ko")]
    if not sentences or _is_strange_itself(source, language):
        return False
    known = _squeezed(source)
    return any(_tight(sentence) not in known for sentence in sentences)


def _is_strange(sentence: str, *, korean: bool) -> bool:
    hangul, latin = len(_HANGUL.findall(sentence)), len(_LATIN.findall(sentence))
    others = len(_OTHER_SCRIPT.findall(sentence))
    letters = hangul + latin + others
    if not letters:
        return False
    if _CHINESE_OR_JAPANESE.search(sentence):
        return True
    if others >= FEWEST_LETTERS and others > letters / 2:
        return True
    if not korean:
        return hangul >= FEWEST_LETTERS and hangul > MOST_HANGUL_IN_ENGLISH * letters
    return hangul < LEAST_HANGUL * letters and _is_latin_prose(sentence)


def _is_latin_prose(sentence: str) -> bool:
    words = [word.casefold() for word in _PLAIN_WORD.findall(sentence)]
    if len(words) < FEWEST_WORDS or _CODE.search(sentence):
        return False
    if not _ENGLISH.isdisjoint(words):
        return True
    return len(words) >= WORDS_OF_ANY_PROSE and bool(_ENDS.search(sentence.rstrip()))


@lru_cache(SOURCES_REMEMBERED)
def _is_strange_itself(source: str, language: str) -> bool:
    """Code between two sentences does not make a Korean passage English."""
    hangul, latin = len(_HANGUL.findall(source)), len(_LATIN.findall(source))
    if language == "ko":
        return hangul < LEAST_HANGUL * (hangul + latin)
    return hangul > LEAST_HANGUL * (hangul + latin)


@lru_cache(SOURCES_REMEMBERED)
def _squeezed(source: str) -> str:
    return "".join(source.split()).casefold()


def _tight(sentence: str) -> str:
    """As it would stand in a source, without the marks around it."""
    return "".join(sentence.split()).casefold().strip("\"'“”‘’.,!?…()")
