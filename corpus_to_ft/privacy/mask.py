"""Puts a label in the place of each find, and mends the Korean particle behind it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import Found, label_of
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Span

_PAIRS = (
    "으로부터/로부터", "으로써/로써", "으로서/로서", "으로/로", "이라는/라는", "이라고/라고", "이랑/랑", "이란/란",
    "이에요/예요", "은/는", "이/가", "을/를", "과/와", "이나/나", "이며/며", "이고/고",
)  # fmt: skip
_PAIR_OF = {form: pair for pair in _PAIRS for form in pair.split("/")}
# A particle ends the word, or another one stands behind it: 로는, 와도.
_PARTICLE = re.compile(rf"({'|'.join(sorted(_PAIR_OF, key=len, reverse=True))})(?=[는도만의]?(?![가-힣]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text with labels, what they stand for (offsets of the text before), and where its characters went."""

    text: str
    found: tuple[Found, ...] = ()
    edits: Sequence[_Edit] = field(default=(), repr=False)
    # By edit: how far what stands behind it has moved.
    shifts: Sequence[int] = field(default=(), repr=False)

    def span(self, start: int, end: int) -> Span:
        """Where characters `start` to `end` of the text before now stand; a find belongs to where it begins."""
        return Span(start=self._moved(start), end=self._moved(end))

    def _moved(self, at: int) -> int:
        last = bisect_left(self.edits, at, key=lambda edit: edit.start) - 1
        if last < 0:
            return at
        edit = self.edits[last]
        return edit.end + self.shifts[last] if at < edit.end else at + self.shifts[last]


def mask_text(text: str, settings: PrivacySettings, language: str) -> Masked:
    found = find_personal(text, settings)
    if not found:
        return Masked(text=text)
    edits = [_edit(text, one, language) for one in found]
    parts: list[str] = []
    begin = 0
    for edit in edits:
        parts += (text[begin : edit.start], edit.text)
        begin = edit.end
    shifts = list(accumulate(len(edit.text) - (edit.end - edit.start) for edit in edits))
    return Masked(text="".join((*parts, text[begin:])), found=found, edits=edits, shifts=shifts)


def _edit(text: str, one: Found, language: str) -> _Edit:
    label = label_of(one.kind, language)
    particle = _PARTICLE.match(text, one.end) if language == "ko" else None
    if particle is None:
        return _Edit(start=one.start, end=one.end, text=label)
    return _Edit(start=one.start, end=particle.end(), text=with_josa(label, _PAIR_OF[particle.group(1)]))


def mask_value(value: Any, settings: PrivacySettings, language: str, counts: Counter[str]) -> Any:
    """JSON values and sentences with every text in them masked; `counts` grows by kind."""
    if isinstance(value, Sentence):
        return mask_sentence(value, settings, language)
    if isinstance(value, str):
        masked = mask_text(value, settings, language)
        counts.update(one.kind for one in masked.found)
        return masked.text
    if isinstance(value, Mapping):
        return {
            mask_value(key, settings, language, counts): mask_value(inner, settings, language, counts)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask_value(inner, settings, language, counts) for inner in value]
    return value


def mask_sentence(sentence: Sentence, settings: PrivacySettings, language: str = "ko") -> Sentence:
    """The same sentence for people; what it quotes is masked, and it is still said in Korean."""
    if settings.mode == "keep" or not find_personal(sentence, settings):
        return sentence
    values = {
        name: mask_sentence(value, settings, language)
        if isinstance(value, Sentence)
        else mask_text(value, settings, language).text
        if isinstance(value, str)
        else value
        for name, value in sentence.values.items()
    }
    return type(sentence)(sentence.template, **values)
