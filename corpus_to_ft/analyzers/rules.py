"""Tokens without a dictionary: by script, with particles taken off Hangul words."""

from __future__ import annotations

import re

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.analyzers.sejong import DEPENDENT_NOUNS, PRONOUNS, symbol_tag

_PIECE = re.compile(
    r"(?P<W_URL>(?:https?://|www\.)[^\s<>\"'()가-힣]+)|(?P<W_EMAIL>[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)|"
    r"(?P<SN>\d+(?:[.,:]\d+)*)|(?P<SL>[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ]*)|(?P<SH>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)|"
    r"(?P<H>[가-힣]+)|(?P<S>\.{2,}|[^\s])"
)
# Longest first: 에서는 is tried before 는.
JOSA = re.findall(r"\w+", """
    에게서부터 으로부터는 으로부터 에게서는 이라고는 에서부터 에서는 에서도 에게는 에게서 으로는 으로도 으로서 으로써
    까지는 까지도 부터는 이라는 이라고 이라면 이지만 처럼은 보다는 로부터 에게 에서 에는 에도 에만 으로 로는 로도 로서
    로써 까지 부터 처럼 보다 마다 조차 마저 밖에 이나 이란 라는 라고 이며 이고 이든 한테 께서 와의 과의 와는 과는
    은 는 이 가 을 를 에 의 도 만 로 와 과 란 나 며
""")  # fmt: skip
# These end nouns as often (난이도, 사회주의): only a longer stem shows the particle.
_RISKY = frozenset("도만의나며란")
_AFTER_CONSONANT = ("은", "을", "이", "과", "으")
_AFTER_VOWEL = ("는", "를", "가", "와", "로", "라", "란", "며")
_COPULA = re.compile("(?:이|입|인|였|이었|라|란)[가-힣]{0,3}$")
_PREDICATE = re.compile(
    "(?:습니다|니다|니까|세요|어요|아요|해요|예요|에요|지요|았다|었다|였다|했다|한다|된다|이다|있다|없다|같다|하다|되다|하는|되는|하고|되고|"
    "하여|되어|해서|하면|되면|하며|하지|되지|한|된|할|될|했던|하게|있는|없는|있고|있어|없이)$"
)
_ADVERBS = frozenset(re.findall(r"\w+", """
    그리고 그러나 하지만 그래서 또한 또 그런데 따라서 다만 매우 아주 더 가장 바로 이미 다시 함께 모두 물론 즉 및 혹은
"""))  # fmt: skip


def rule_tokens(text: str, offset: int = 0) -> list[Token]:
    """The tokens of `text`, their offsets raised by `offset`."""
    tokens: list[Token] = []
    for found in _PIECE.finditer(text):
        form, start, end = found.group(), found.start() + offset, found.end() + offset
        if found.lastgroup == "H":
            before = tokens[-1] if tokens else None
            glued = before is not None and before.end == start and before.tag in ("SL", "SN")
            if glued and (form in JOSA or _COPULA.match(form)):
                tokens.append(Token(form, "JX", start, end))
            else:
                tokens += _hangul(form, start)
        elif found.lastgroup == "S":
            tokens.append(Token(form, symbol_tag(form), start, end))
        else:
            tokens.append(Token(form, found.lastgroup or "SW", start, end))
    return tokens


def _hangul(word: str, start: int) -> list[Token]:
    end = start + len(word)
    if word in _ADVERBS:
        return [Token(word, "MAJ", start, end)]
    if len(word) > 2 and (ending := _PREDICATE.search(word)) and ending.start():
        stem = word[: ending.start()]
        return [Token(stem, "VV", start, start + len(stem)), Token(ending.group(), "EF", start + len(stem), end)]
    if word in DEPENDENT_NOUNS or word in PRONOUNS:
        return [Token(word, "NNB" if word in DEPENDENT_NOUNS else "NP", start, end)]
    for josa in JOSA:
        stem = word[: -len(josa)]
        if not stem or not word.endswith(josa) or not _sounds_right(stem, josa):
            continue
        closed = "NNB" if stem in DEPENDENT_NOUNS else "NP" if stem in PRONOUNS else None
        if len(stem) >= (1 if closed or josa in ("을", "를") else 3 if josa in _RISKY else 2):
            return [
                Token(stem, closed or "NNG", start, start + len(stem)),
                Token(josa, "JX", start + len(stem), end),
            ]
    return [Token(word, "NNG", start, end)]


def _sounds_right(stem: str, josa: str) -> bool:
    """은 follows a consonant, 는 a vowel: the 이 of 차이 and the 가 of 전문가 cannot be particles."""
    coda = (ord(stem[-1]) - 0xAC00) % 28
    if josa.startswith("로") and coda == 8:  # ㄹ
        return True
    if josa.startswith(_AFTER_CONSONANT):
        return coda != 0
    return coda == 0 or not josa.startswith(_AFTER_VOWEL)
