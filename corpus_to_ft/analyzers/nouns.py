"""Names and compound nouns: neighbouring morphemes of an analysis joined to what a reader would call one thing."""

from __future__ import annotations

from dataclasses import dataclass

from corpus_to_ft.analyzers.base import Analysis, Token
from corpus_to_ft.analyzers.sejong import DEPENDENT_NOUNS, PRONOUNS

_NOUN = frozenset({"NNG", "NNP", "SL", "SH"})
_PART = _NOUN | {"XPN", "XSN", "XR", "SN", "NR", "W_SERIAL"}
_GLUE = frozenset("-.,+#&/_")  # inside GPT-4, Node.js, 5,000mAh, C++, R&D
_TAIL = frozenset("+#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`text` is the slice `start` to `end` of the analysed text; `tokens` are the morphemes in it."""

    text: str
    start: int
    end: int
    tokens: tuple[Token, ...]


def noun_phrases(analysis: Analysis) -> list[Phrase]:
    """Nouns, compounds written together, and names, in order; bound nouns, pronouns and bare numbers are left out."""
    text = analysis.text
    runs: list[list[Token]] = []
    tokens = analysis.tokens
    for number, token in enumerate(tokens):
        run = runs[-1] if runs else []
        last = run[-1] if run else None
        if last is not None and token.start <= last.end:
            if token.tag in _PART:
                run.append(token)
                continue
            if _is_glue(token, last, tokens[number + 1] if number + 1 < len(tokens) else None):
                run.append(token)
                continue
        if token.tag in _PART:
            runs.append([token])
        elif last is not None:
            runs.append([])
    return _joined_names(text, [phrase for run in runs if (phrase := _phrase(text, run))])


def _is_glue(token: Token, last: Token, after: Token | None) -> bool:
    if token.form not in _GLUE or last.tag not in ("SL", "SN", "SW", "SO", "SP", "SF"):
        return token.form in ("++",) and last.tag == "SL"
    joined = after is not None and after.start == token.end
    if token.form in _TAIL and last.tag in ("SL", "SW") and not (joined and after and after.form.isalnum()):
        return True
    if not joined or after is None or after.tag not in ("SL", "SN"):
        return False
    return after.tag == "SN" and last.tag == "SN" if token.form == "," else token.form != "/"


def _phrase(text: str, run: list[Token]) -> Phrase | None:
    while run and (run[-1].tag in ("XPN", "XR") or (run[-1].tag == "XSN" and run[-1].form == "들")):
        run = run[:-1]
    while run and run[0].tag in ("XSN",):
        run = run[1:]
    # 기술+적(인) describes; it names nothing.
    if not run or (run[-1].tag == "XSN" and run[-1].form == "적") or not any(t.tag in _NOUN for t in run):
        return None
    if len(run) == 1 and run[0].form in DEPENDENT_NOUNS | PRONOUNS:  # 때 is a free noun to Kiwi
        return None
    start, end = run[0].start, max(token.end for token in run)
    return Phrase(text=text[start:end], start=start, end=end, tokens=tuple(run))


def _joined_names(text: str, phrases: list[Phrase]) -> list[Phrase]:
    """Latin names of several words (Spring Boot) made one phrase."""
    joined: list[Phrase] = []
    for phrase in phrases:
        if joined and text[joined[-1].end : phrase.start] == " " and _is_name(joined[-1]) and _is_name(phrase):
            before = joined.pop()
            phrase = Phrase(
                text=text[before.start : phrase.end], start=before.start, end=phrase.end,
                tokens=before.tokens + phrase.tokens,
            )  # fmt: skip
        joined.append(phrase)
    return joined


def _is_name(phrase: Phrase) -> bool:
    return phrase.text.isascii() and phrase.text[:1].isupper() and len(phrase.tokens) <= 8
