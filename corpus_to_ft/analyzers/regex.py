"""Sentences and tokens by rule: no dictionary, no dependency, the smallest and fastest analyzer."""

from __future__ import annotations

from collections.abc import Sequence

from corpus_to_ft.analyzers.base import Analysis, Analyzer, Token
from corpus_to_ft.analyzers.borders import composed, split_by_rule
from corpus_to_ft.analyzers.rules import rule_tokens
from corpus_to_ft.records import Span


class RegexAnalyzer(Analyzer):
    """Every Hangul word less its particle counts as a noun unless it ends like a predicate."""

    def analyze_all(self, texts: Sequence[str]) -> list[Analysis]:
        return [_analysis(text) for text in texts]


def _analysis(text: str) -> Analysis:
    plain, origin = composed(text)
    sentences, tokens = split_by_rule(plain), rule_tokens(plain)
    if origin is not None:
        sentences = [Span(start=origin[s.start], end=origin[s.end]) for s in sentences]
        tokens = [Token(t.form, t.tag, origin[t.start], origin[t.end]) for t in tokens]
    return Analysis(text=text, sentences=tuple(sentences), tokens=tuple(tokens))
