"""Kiwi: sentences and morphemes from one pass, without Java; the default analyzer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

from pydantic import Field

from corpus_to_ft.analyzers.base import Analysis, Analyzer, Token
from corpus_to_ft.analyzers.borders import composed, pieces, sentences_at
from corpus_to_ft.records import Span

_LOADED: dict[tuple[object, ...], Any] = {}
_LOADING = threading.Lock()


class _Tags(dict[str, str]):
    """Kiwi's tags in the Sejong set: regularity marks (VV-I) and the side of a bracket (SSO) are dropped."""

    def __missing__(self, tag: str) -> str:
        plain = "SS" if tag in ("SSO", "SSC") else "SW" if tag in ("SB", "UN") else tag.partition("-")[0]
        self[tag] = plain
        return plain


_TAGS = _Tags()


class KiwiAnalyzer(Analyzer):
    """`user_words` are words to keep whole: `"우아한형제들"` or `["우아한형제들", "NNP"]`.

    Kiwi's list of names of several words (사이드 이펙트, 마크 주커버그) takes half the time to start and a third of the
    memory; without it the words of such a name stay neighbours, which is what keywords and questions go by.
    """

    packages: ClassVar[tuple[str, ...]] = ("kiwipiepy", "kiwipiepy_model")
    not_in_fingerprint: ClassVar[dict[str, str]] = {"num_workers": "speed only"}

    user_words: tuple[str | tuple[str, str], ...] = ()
    multi_word_names: bool = Field(default=False, description="names of several words as one, from Kiwi's list")
    num_workers: int = Field(default=1, ge=1)

    def analyze_all(self, texts: Sequence[str]) -> list[Analysis]:
        plain = [composed(text) for text in texts]
        cut = [(number, *piece) for number, (text, _) in enumerate(plain) for piece in pieces(text)]
        parsed = self._kiwi().tokenize([plain[number][0][start:end] for number, start, end, _ in cut])
        tokens: list[list[Token]] = [[] for _ in texts]
        borders: list[list[int]] = [[] for _ in texts]
        for (number, start, _, clean), found in zip(cut, parsed, strict=True):
            tokens[number] += _tokens(found, start)
            borders[number] += _borders(found, start, clean)
        return [
            _analysis(text, plain_text, origin, found, at)
            for text, (plain_text, origin), found, at in zip(texts, plain, tokens, borders, strict=True)
        ]

    def _kiwi(self) -> Any:
        key = (self.user_words, self.multi_word_names, self.num_workers)
        with _LOADING:
            if key not in _LOADED:
                from kiwipiepy import Kiwi

                kiwi = Kiwi(num_workers=self.num_workers, load_multi_dict=self.multi_word_names)
                for word in self.user_words:
                    form, tag = (word, "NNP") if isinstance(word, str) else word
                    kiwi.add_user_word(form, tag)
                _LOADED[key] = kiwi
            return _LOADED[key]


def _tokens(found: Any, offset: int) -> list[Token]:
    tags = _TAGS
    new = tuple.__new__  # as in `moved`
    made = []
    for token in found:
        start, end = token.span
        if end == start:  # Kiwi gives contracted morphemes (the 이 of 이모지) no width.
            start = max(start - 1, 0)
            end = max(end, start + 1)
        made.append(new(Token, (token.form, tags[token.tag], start + offset, end + offset)))
    return made


def _borders(found: Any, offset: int, clean: bool) -> list[int]:
    borders = []
    sentence = None if clean else 0
    for token in found:
        if token.sent_position != sentence:
            sentence = token.sent_position
            borders.append(token.start + offset)
    return borders


def _analysis(text: str, plain: str, origin: list[int] | None, tokens: list[Token], borders: list[int]) -> Analysis:
    sentences = sentences_at(plain, borders)
    if any(after.start < before.start for before, after in pairwise(tokens)):
        tokens.sort(key=lambda token: (token.start, token.end))
    if origin is not None:
        sentences = [Span(start=origin[s.start], end=origin[s.end]) for s in sentences]
        tokens = [Token(t.form, t.tag, origin[t.start], origin[t.end]) for t in tokens]
    return Analysis(text=text, sentences=tuple(sentences), tokens=tuple(tokens))
