"""How a sentence says what it says: whether it advises, guesses, turns, or tells what one can do."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from corpus_to_ft.analyzers.base import Token
from corpus_to_ft.llm.extractive.clauses import Sentence
from corpus_to_ft.llm.extractive.endings import ending_at

_ASKS_TO_DO = frozenset({"세요", "으세요", "시오", "십시오"})


def turns(tokens: Sequence[Token]) -> bool:
    return any(
        (t.tag == "EC" and t.form in ("지만", "는데", "ᆫ데", "은데", "으나", "거나"))
        or (t.tag == "NNB" and t.form == "데")
        for t in tokens
    )


def advises_in(tokens: Sequence[Token], *, strictly: bool = False) -> bool:
    """Whether a clause says what to do; a need counts only where the sentence asked for it."""
    forms = [t.form for t in tokens]
    if set(forms) & _ASKS_TO_DO or (not strictly and "필요" in forms[-8:] and "없" not in forms[-4:]):
        return True
    for first, second in itertools.pairwise(forms):
        if (first in ("어야", "아야", "여야") and second in ("하", "되", "만")) or (
            first in ("면", "으면") and second in ("되", "좋")
        ):
            return True
    return any(a == "것" and "좋" in forms[i : i + 3] for i, a in enumerate(forms))


def advises(s: Sentence) -> bool:
    """Whether a sentence tells the reader what to do."""
    return requests(s) or advises_in(s.tokens[-12:], strictly=True)


def requests(s: Sentence) -> bool:
    ending = next((t for t in reversed(s.tokens) if t.tag == "EF"), None)
    return ending is not None and ending.form in _ASKS_TO_DO


def ends_in_ability(tokens: Sequence[Token], ending: int) -> bool:
    forms = [t.form for t in tokens[max(0, ending - 5) : ending] if t.tag not in ("EP", "JX", "JKS")]
    return forms[-2:] == ["수", "있"] and not set(forms[:-2]) & {"보", "알", "확인", "느끼", "보이", "말"}


def guesses(tokens: Sequence[Token]) -> bool:
    forms = [t.form for t in tokens]
    return any(a in ("것", "거") and b == "같" for a, b in itertools.pairwise(forms))


def acts(tokens: Sequence[Token]) -> bool:
    """Whether the sentence ends in what happens or is done, not in what something is or is like."""
    ending = ending_at(tokens) or 0
    stems = [t for t in tokens[max(0, ending - 5) : ending] if t.tag[:2] in ("VV", "VA", "VX", "VC", "XS")]
    if not stems or stems[-1].tag[:3] in ("XSA", "XSN", "VCP", "VCN"):
        return False
    if stems[-1].form in ("있", "없"):
        return any(t.form == "수" for t in tokens[max(0, ending - 4) : ending])
    return stems[-1].tag[:2] in ("VV", "XS") or (stems[-1].tag == "VX" and stems[-1].form not in ("싶", "듯하", "않"))
