"""The contract of an analyzer, and the analysis of one text that everybody downstream shares."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Span

_KNOWN: ContextVar[Mapping[str, Analysis]] = ContextVar("_KNOWN", default={})  # noqa: B039 (never mutated)


@contextmanager
def known(analyses: Iterable[Analysis]) -> Iterator[None]:
    """Inside this context `Analyzer.analyze` returns these for their texts instead of analyzing again."""
    token = _KNOWN.set({analysis.text: analysis for analysis in analyses})
    try:
        yield
    finally:
        _KNOWN.reset(token)


class Token(NamedTuple):
    """A morpheme: its dictionary `form`, its `tag` in the Sejong tag set, and where it stands in the text.

    Tags used downstream: NNG, NNP, NNB, NR, NP (nouns), VV, VA, VX, VCP, VCN (predicates), XR, XPN, XSN,
    XSV, XSA, MM, MAG, MAJ, IC, J* (particles), E* (endings), SL (Latin), SH (Chinese characters), SN
    (numbers), SF, SP, SS, SE, SO, SW (symbols), W_* (addresses, e-mail, hashtags, serial numbers).
    """

    form: str
    tag: str
    start: int
    end: int


def moved(tokens: Iterable[Token], by: int) -> list[Token]:
    """The tokens with `by` added to their offsets."""
    # Made without the named constructor: twice as fast, for every morpheme of every document.
    new = tuple.__new__
    return [new(Token, (form, tag, start + by, end + by)) for form, tag, start, end in tokens]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One text, its sentences (in order, trimmed of white space) and its tokens (in order)."""

    text: str
    sentences: tuple[Span, ...]
    tokens: tuple[Token, ...]

    def within(self, start: int, end: int) -> Sequence[Token]:
        """The tokens that begin in `start` to `end`, offsets unchanged."""
        first = bisect_left(self.tokens, start, key=lambda token: token.start)
        last = bisect_left(self.tokens, end, key=lambda token: token.start)
        return self.tokens[first:last]

    def cut(self, start: int, end: int) -> Analysis:
        """The analysis of `text[start:end]`, offsets counting from there."""
        sentences = tuple(
            Span(start=max(s.start, start) - start, end=min(s.end, end) - start)
            for s in self.sentences
            if s.start < end and s.end > start
        )
        tokens = moved(self.within(start, end), -start)
        return Analysis(text=self.text[start:end], sentences=sentences, tokens=tuple(tokens))

    def quoted(self, text: str) -> Analysis | None:
        """The analysis of a text made of whole sentences of this one, in their order; None of any other text."""
        sentences: list[Span] = []
        tokens: list[Token] = []
        start = 0
        for span in self.sentences:
            end = start + span.end - span.start
            if text.startswith(span.of(self.text), start) and not text[end : end + 1].strip():
                sentences.append(Span(start=start, end=end))
                tokens += moved(self.within(span.start, span.end), start - span.start)
                start = end + len(text[end:]) - len(text[end:].lstrip())
        if start < len(text) or not sentences:
            return None
        return Analysis(text=text, sentences=tuple(sentences), tokens=tuple(tokens))


class Analyzer(Plugin):
    """Splits text into sentences and morphemes.

    An instance is cheap and holds settings only; what is expensive (a model, a Java runtime) is
    loaded at the first call and once for a process. Implementations are safe to call from one
    thread; `thread_safe` says whether several may.
    """

    thread_safe: ClassVar[bool] = True

    @abstractmethod
    def analyze_all(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis a text, in order. This is the only method that an analyzer must write."""

    def analyze(self, text: str) -> Analysis:
        return _KNOWN.get().get(text) or self.analyze_all([text])[0]

    def sentences(self, text: str) -> list[Span]:
        return list(self.analyze(text).sentences)

    def tokens(self, text: str) -> list[Token]:
        return list(self.analyze(text).tokens)
