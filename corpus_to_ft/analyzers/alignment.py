"""Gives morphemes that come without offsets their place in the text."""

from __future__ import annotations

from collections.abc import Sequence

from corpus_to_ft.analyzers.base import Token


def align(text: str, morphemes: Sequence[tuple[str, str]], offset: int = 0) -> list[Token]:
    """One token for each (form, tag), in order, on non-space characters of `text`, never across a space.

    A form that stands in the text is placed there. Dictionary forms that do not (쓰 + 었 for 썼, a lost
    syllable) share the stretch between their placed neighbours.
    """
    spans: list[tuple[int, int]] = []
    waiting: list[str] = []
    position = _skip_space(text, 0)
    for form, _ in morphemes:
        slack = sum(map(len, waiting))
        # With nothing waiting a lost syllable is allowed for; the more forms wait, the further their end can be.
        reach = position + len(form) + (slack * 2 + 2 if waiting else 2 if len(form) > 1 else 0)
        found = text.find(form, position, min(reach, len(text)))
        if found < 0:
            waiting.append(form)
            continue
        spans += _share(text, position, found, waiting)
        waiting = []
        spans.append((found, found + len(form)))
        position = _skip_space(text, found + len(form))
    spans += _share(text, position, len(text), waiting)
    tokens: list[Token] = []
    for (form, tag), (start, end) in zip(morphemes, spans, strict=True):
        start, end = _inside_word(text, max(start, tokens[-1].start - offset) if tokens else start, end)
        tokens.append(Token(form, tag, start + offset, end + offset))
    return tokens


def _share(text: str, start: int, end: int, forms: Sequence[str]) -> list[tuple[int, int]]:
    """A span for each of `forms` in `text[start:end]`; on the last character before it when that is empty."""
    while end > start and text[end - 1].isspace():
        end -= 1
    if end <= start:
        start, end = max(start - 1, 0), max(start, 1)
    total = sum(map(len, forms)) or 1
    spans, before = [], 0
    for form in forms:
        first = start + before * (end - start) // total
        before += len(form)
        spans.append((min(first, end - 1), max(first + 1, start + before * (end - start) // total)))
    return spans


def _inside_word(text: str, start: int, end: int) -> tuple[int, int]:
    start = min(start, len(text) - 1)
    while start > 0 and text[start].isspace():
        start -= 1
    end = min(max(end, start + 1), len(text))
    for position in range(start + 1, end):
        if text[position].isspace():
            return start, position
    return start, end


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
