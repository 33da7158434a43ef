"""Rewrites the end of a Korean statement: into a question in 해요체, into a modifier of a noun, into "to do it"."""

from __future__ import annotations

from collections.abc import Sequence

from corpus_to_ft.analyzers.base import Token

STATEMENT_ENDINGS = frozenset(
    {
        "다",
        "ᆫ다",
        "는다",
        "ᆸ니다",
        "습니다",
        "어요",
        "아요",
        "에요",
        "예요",
        "죠",
        "지요",
        "네요",
        "이에요",
        "어",
        "답니다",
    }
)
VERBAL = frozenset({"VV", "XSV"})
ADJECTIVAL = frozenset({"VA", "XSA"})
STEMS = frozenset({"VV", "XSV", "VA", "XSA", "VX", "VCP", "VCN"})
_PAST = frozenset({"었", "았", "였", "었었", "았었", "였었"})
_FINALS = 28
_NIEUN, _RIEUL, _BIEUP, _SIOT, _DIGEUT, _HIEUT = 4, 8, 17, 19, 7, 27
# Stems in ㅂ, ㅅ and ㄷ that stay as they are before a vowel.
_REGULAR_WORDS = "좁 집 잡 입 씹 뽑 접 꼽 업 웃 벗 씻 빗 솟 앗 받 얻 묻 믿 닫 쏟 뜯 걷 굳 뻗"
_REGULAR = frozenset(_REGULAR_WORDS.split())


def question(text: str, tokens: Sequence[Token], start: int) -> str | None:
    """`text` from `start` to the last ending of `tokens`, which becomes -나요 or -(으)ㄴ가요; None where it cannot."""
    at = ending_at(tokens)
    if at is None or at == 0:
        return None
    before = tokens[at - 1]
    if before.tag == "EP":
        return (
            text[start : tokens[at].start] + "나요?"
            if before.form in ("었", "았", "였", "었었", "았었", "였었")
            else None
        )
    stem = _stem(text, tokens, at - 1, start)
    if stem is None:
        return None
    if before.tag == "VCP" or _is_adjectival(tokens, at - 1):
        return _with_nieun(stem) + "가요?" if _can_add(stem) else None
    return _without_rieul(stem) + "나요?"


def modifier(text: str, tokens: Sequence[Token], start: int) -> str | None:
    """The statement as it stands before a noun: 사용합니다 → 사용하는, 늘렸다 → 늘린, 중요하다 → 중요한."""
    at = ending_at(tokens)
    if at is None or at == 0:
        return None
    past = tokens[at - 1].tag == "EP"
    if past and (tokens[at - 1].form not in ("었", "았", "였") or at < 2):
        return None
    last = at - 2 if past else at - 1
    stem = _stem(text, tokens, last, start)
    if stem is None or tokens[last].tag in ("VCP", "VCN"):
        return None
    if past or _is_adjectival(tokens, last):
        if tokens[last].form.endswith(("있", "없")):
            return None if past else stem + "는"
        return _with_nieun(stem) if _can_add(stem) and not (past and _is_adjectival(tokens, last)) else None
    return _without_rieul(stem) + "는"


def intention(text: str, tokens: Sequence[Token], stem_at: int, start: int) -> str | None:
    """`text` from `start` with -(으)려면 after the stem at `stem_at`: 배포하기 → 배포하려면, 얻기 → 얻으려면."""
    stem = _stem(text, tokens, stem_at, start)
    if stem is None:
        return None
    final = _final(stem)
    if final in (0, _RIEUL):
        return stem + "려면"
    return stem + "으려면" if _can_add(stem) and final not in (_BIEUP, _HIEUT) else None


def ending_at(tokens: Sequence[Token]) -> int | None:
    """Where the statement's last ending stands; None for questions, requests and half sentences."""
    for at in range(len(tokens) - 1, -1, -1):
        tag = tokens[at].tag
        if tag == "EF":
            return at if tokens[at].form in STATEMENT_ENDINGS else None
        if tag[:2] not in ("SF", "SP", "SS", "SE", "SO", "SW"):
            return None
    return None


def _stem(text: str, tokens: Sequence[Token], at: int, start: int) -> str | None:
    token = tokens[at]
    if token.tag not in STEMS or token.start < start or not token.form:
        return None
    if token.tag == "VCP":
        # Contracted after a vowel (데이터다), it has no character of its own.
        return text[start : max(token.start, tokens[at - 1].end if at else 0)] + "이"
    surface = text[token.start : token.start + 1]
    # A stem whose first letter differs in the text is contracted in a way that cannot be undone safely.
    if not surface or _onset(surface) != _onset(token.form[0]):
        return None
    return text[start : token.start] + token.form


def _is_adjectival(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.form in ("있", "없", "계시"):
        return False
    if token.tag == "VX":
        if token.form in ("싶", "듯하", "만하", "법하"):
            return True
        if token.form in ("않", "못하"):
            earlier = next((t for t in reversed(tokens[:at]) if t.tag in STEMS), None)
            return earlier is not None and earlier.tag in ADJECTIVAL and earlier.form not in ("있", "없")
        return False
    return token.tag in ADJECTIVAL


def _onset(syllable: str) -> str | int:
    return (ord(syllable) - 0xAC00) // 588 if "가" <= syllable <= "힣" else syllable


def _final(stem: str) -> int:
    last = stem[-1]
    return (ord(last) - 0xAC00) % _FINALS if "가" <= last <= "힣" else -1


def _can_add(stem: str) -> bool:
    final = _final(stem)
    return final >= 0 and (final not in (_SIOT, _DIGEUT) or stem[-1] in _REGULAR)


def _with_nieun(stem: str) -> str:
    """-(으)ㄴ after a stem: 크 → 큰, 좋 → 좋은, 쉽 → 쉬운, 길 → 긴, 그렇 → 그런."""
    final, last = _final(stem), stem[-1]
    if final in (0, _RIEUL):
        return stem[:-1] + chr(ord(last) - final + _NIEUN)
    if final == _BIEUP and last not in _REGULAR:
        return stem[:-1] + chr(ord(last) - _BIEUP) + "운"
    if final == _HIEUT and stem[-2:] in ("그렇", "이렇", "저렇", "떻", "얗", "갛", "렇"):
        return stem[:-1] + chr(ord(last) - _HIEUT + _NIEUN)
    return stem + "은"


def _without_rieul(stem: str) -> str:
    return stem[:-1] + chr(ord(stem[-1]) - _RIEUL) if _final(stem) == _RIEUL else stem
