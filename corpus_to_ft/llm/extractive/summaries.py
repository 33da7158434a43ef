"""Summaries made of the text's own sentences, whole and in their order.

Sentences are ranked by continuous LexRank (Erkan & Radev 2004; the graph idea is also TextRank's,
Mihalcea & Tarau 2004) over the TF-IDF vectors of their content morphemes. The walk is computed in
factored form, `A·(Aᵀ·r)`, so the sentence-by-sentence matrix is never built and the cost is linear in
the number of morphemes. To the rank come position, title and headings (Edmundson 1969). Sentences are
then taken greedily by gain for their length under the token budget (Lin & Bilmes 2010), where what is
already said counts for little (maximal marginal relevance, Carbonell & Goldstein 1998).

A sentence that leans on the one before it ("그래서 …", "이것은 …") is only taken together with that one.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.llm.extractive.sentence_shape import fitness, is_korean, leans_back
from corpus_to_ft.records import Block, Span

# Noun, foreign word, Chinese character, number, predicate and root carry content; 하다, 되다, 있다 and the like do not.
CONTENT_TAGS = ("NNG", "NNP", "SL", "SH", "SN", "VV", "VA", "XR")
EMPTY_PREDICATES = frozenset(
    [
        "하",
        "되",
        "있",
        "없",
        "같",
        "보",
        "주",
        "들",
        "가",
        "오",
        "나",
        "이",
        "알",
        "싶",
        "받",
        "좋",
        "많",
        "그렇",
        "이렇",
        "어떻",
        "대하",
        "위하",
        "통하",
        "따르",
        "관하",
        "의하",
    ]
)
DAMPING = 0.85
ITERATIONS = 12
# A sentence may need this many before it; a longer chain is a paragraph, not a summary.
LONGEST_CHAIN = 2
# What of a term still counts when a taken sentence has already said it.
SAID_BEFORE = 0.25
# Below this a sentence is taken only when there is no better one in the text.
FIT = 0.42
# Writers say first what a text is about: the first sentence counts five times, the fifth two and a half times.
LEAD_BONUS = 4.0
LEAD_SENTENCES = 4
# Gain per token would take only the shortest sentences, plain gain only the longest.
LENGTH_EXPONENT = 0.65

CONCLUSION = re.compile(
    r"결론|요약|정리|맺음|맺는|마무리|마치며|한 ?줄|tl;?dr|conclusion|summary|key takeaways", re.IGNORECASE
)
APPENDIX = re.compile(
    r"참고|출처|레퍼런스|관련 (글|문서|링크)|references?|links?|further reading|see also", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """`follows` says that the one before stands right before it, same section."""

    text: str
    kind: str
    heading: str
    section_start: bool
    follows: bool
    terms: tuple[str, ...]


class _TermTable:
    """Which sentence says which term: one entry for each different term of a sentence, all in flat arrays."""

    def __init__(self, sentences: Sequence[_Sentence]) -> None:
        numbers: dict[str, int] = {}
        counts: dict[tuple[int, int], int] = {}
        for row, sentence in enumerate(sentences):
            for term in sentence.terms:
                entry = (row, numbers.setdefault(term, len(numbers)))
                counts[entry] = counts.get(entry, 0) + 1
        entries = np.array(list(counts), dtype=np.intp).reshape(-1, 2)
        self.total = len(sentences)
        self.rows, self.columns = entries[:, 0].copy(), entries[:, 1].copy()
        self.counts = np.array(list(counts.values()), dtype=float)
        self.terms = list(numbers)
        frequency = np.bincount(self.columns, minlength=len(numbers))
        # Inverse sentence frequency, times a bonus for what is said often: a theme, not a slip.
        self.weights = np.log(1 + self.total / np.maximum(frequency, 1)) * np.sqrt(np.log(1 + frequency))

    @cached_property
    def weight_of(self) -> dict[str, float]:
        return dict(zip(self.terms, self.weights.tolist(), strict=True))

    def by_sentence(self, values: Any) -> Any:
        return np.bincount(self.rows, weights=values, minlength=self.total)

    def by_term(self, values: Any) -> Any:
        return np.bincount(self.columns, weights=values, minlength=len(self.terms))


def summarize(
    analysis: Analysis, *, title: str, blocks: Sequence[Block], max_tokens: int, count: Callable[[str], int]
) -> str:
    """The best whole sentences that fit `max_tokens` together, in their order; empty when none fits."""
    sentences = list(_sentences(analysis, blocks))
    if not sentences:
        return ""
    table = _TermTable(sentences)
    rank = _lexrank(table)
    context = _Context(table.weight_of, title)
    tokens = [count(" " + sentence.text) for sentence in sentences]
    korean = is_korean(analysis.text)
    fit = [fitness(s.text, s.kind, len(s.terms), title, korean=korean) for s in sentences]
    leaning = [leans_back(sentence.text) for sentence in sentences]
    for least in (FIT, 0.0):
        standing = accumulate((shape > least for shape in fit), initial=0)
        scores = [
            value * shape * context.of(sentence, place) if shape > least else 0.0
            for sentence, value, shape, place in zip(sentences, rank, fit, standing, strict=False)
        ]
        bundles = [bundle for i in range(len(sentences)) if (bundle := _bundle(sentences, leaning, scores, i))]
        if not bundles:
            continue
        length = _Length(sentences, tokens, count)
        chosen = _choose(bundles, sentences, scores, tokens, table, max_tokens, length.added)
        if length.added(chosen) != length.counted(chosen):
            chosen = _choose(bundles, sentences, scores, tokens, table, max_tokens, length.counted)
        if chosen:
            return _joined(sentences, chosen)
    return ""


def _sentences(analysis: Analysis, blocks: Sequence[Block]) -> Iterator[_Sentence]:
    """Sentences cut at block borders; code and headings are no sentences."""
    text, spans = analysis.text, analysis.sentences
    content = [
        token for token in analysis.tokens if token.tag.startswith(CONTENT_TAGS) and token.form not in EMPTY_PREDICATES
    ]
    forms, starts = [token.form.lower() for token in content], [token.start for token in content]
    heading, section_start, last_block, at = "", True, -2, 0
    for index, block in enumerate(blocks or (Block(kind="paragraph", start=0, end=len(text)),)):
        if block.kind == "heading":
            heading, section_start = block.of(text), True
        if block.kind in ("heading", "code"):
            continue
        while at < len(spans) and spans[at].end <= block.start:
            at += 1
        position = at
        while position < len(spans) and spans[position].start < block.end:
            span = _clipped(text, spans[position], block)
            position += 1
            if span is None:
                continue
            yield _Sentence(
                text=span.of(text), kind=block.kind, heading=heading, section_start=section_start,
                follows=not section_start and index - last_block <= 1,
                terms=tuple(forms[bisect_left(starts, span.start) : bisect_left(starts, span.end)]),
            )  # fmt: skip
            section_start, last_block = False, index


def _clipped(text: str, span: Span, block: Block) -> Span | None:
    start, end = max(span.start, block.start), min(span.end, block.end)
    part = text[start:end]
    start, end = start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
    return Span(start=start, end=end) if start < end else None


def _lexrank(table: _TermTable) -> list[float]:
    """The stationary share of each sentence, times their number: 1 is average."""
    values = (1 + np.log(table.counts)) * table.weights[table.columns]
    values /= np.sqrt(table.by_sentence(values * values))[table.rows]

    def spread(shares: Any) -> Any:
        return table.by_sentence(values * table.by_term(values * shares[table.rows])[table.columns])

    rank = np.ones(table.total)
    degree = spread(rank)
    # A sentence without terms has no neighbours and gives nothing on.
    divisor = np.where(degree > 0, degree, np.inf)
    for _ in range(ITERATIONS):
        rank = 1 - DAMPING + DAMPING * spread(rank / divisor)
    ranked: list[float] = rank.tolist()
    return ranked


class _Context:
    """Where a sentence stands among the fit ones (`place`) and how much of the title and its heading it takes up."""

    def __init__(self, weights: dict[str, float], title: str) -> None:
        lowered = title.lower()
        self._title = {term: weight for term, weight in weights.items() if len(term) > 1 and term in lowered}
        self._titled = sum(self._title.values())
        self._headings: dict[str, float] = {}

    def of(self, sentence: _Sentence, place: int) -> float:
        section = self._headings.get(sentence.heading)
        if section is None:
            section = self._headings[sentence.heading] = _section_value(sentence.heading)
        if not section:
            return 0.05
        own = dict.fromkeys(sentence.terms)
        shared = sum(self._title.get(term, 0.0) for term in own) / self._titled if self._titled else 0.0
        heading = sentence.heading.lower()
        headed = sum(1 for term in own if len(term) > 1 and term in heading) if heading else 0
        value = (1 + LEAD_BONUS * math.exp(-place / LEAD_SENTENCES)) * (1 + shared) * (1 + 0.1 * min(3, headed))
        return value * section * (1.15 if sentence.section_start else 1.0)


def _section_value(heading: str) -> float:
    """0 for what only points elsewhere."""
    if len(heading) < 20 and APPENDIX.search(heading):
        return 0.0
    return 1.25 if CONCLUSION.search(heading) else 1.0


def _bundle(
    sentences: Sequence[_Sentence], leaning: Sequence[bool], scores: Sequence[float], last: int
) -> tuple[int, ...]:
    """The sentence with those that it leans on; empty when one of them is missing or unfit."""
    first = last
    while leaning[first]:
        if not sentences[first].follows or last - first == LONGEST_CHAIN:
            return ()
        first -= 1
    bundle = tuple(range(first, last + 1))
    return bundle if all(scores[i] > 0 for i in bundle) else ()


class _Length:
    """How many tokens chosen sentences have together.

    A sentence after a space has the same tokens wherever it stands; only a line end may become one token
    with the sign before it. So lengths are added up, which the caller proves once by counting the whole.
    """

    def __init__(self, sentences: Sequence[_Sentence], tokens: Sequence[int], count: Callable[[str], int]) -> None:
        self._sentences = sentences
        self._tokens = tokens
        self._count = count
        self._first: dict[int, int] = {}
        self._after: dict[tuple[int, int], int] = {}

    def added(self, chosen: Sequence[int]) -> int:
        if not chosen:
            return 0
        first = chosen[0]
        if first not in self._first:
            self._first[first] = self._count(self._sentences[first].text)
        return self._first[first] + sum(map(self._following, chosen, chosen[1:]))

    def counted(self, chosen: Sequence[int]) -> int:
        return self._count(_joined(self._sentences, chosen))

    def _following(self, before: int, after: int) -> int:
        if _runs_on(self._sentences[before], self._sentences[after]):
            return self._tokens[after]
        if (before, after) not in self._after:
            both = self._count(f" {self._sentences[before].text}\n{self._sentences[after].text}")
            self._after[before, after] = both - self._tokens[before]
        return self._after[before, after]


def _choose(
    bundles: Sequence[tuple[int, ...]],
    sentences: Sequence[_Sentence],
    scores: Sequence[float],
    tokens: Sequence[int],
    table: _TermTable,
    max_tokens: int,
    length: Callable[[Sequence[int]], int],
) -> list[int]:
    """Numbers of the chosen sentences, in order."""
    bundles = sorted(bundles, key=lambda bundle: bundle[0])
    members = np.array([i for bundle in bundles for i in bundle])
    owners = np.repeat(np.arange(len(bundles)), [len(bundle) for bundle in bundles])
    borders = np.flatnonzero(np.diff(owners, prepend=-1))
    follows = np.array([sentence.follows for sentence in sentences])
    worth, size = np.array(scores), np.array(tokens)
    is_new, alive = np.ones(table.total, dtype=bool), np.ones(len(bundles), dtype=bool)
    fresh = table.weights.copy()
    chosen: list[int] = []
    used = 0
    while True:
        new = is_new[members]
        cost = np.bincount(owners, weights=size[members] * new)
        first = np.minimum.reduceat(np.where(new, members, table.total - 1), borders)
        # 2 tokens of slack: the first sentence has no space before it and line ends may count as one.
        alive &= np.logical_or.reduceat(new, borders) & (cost <= max_tokens - used + 2)
        if not alive.any():
            return chosen
        gain = np.bincount(owners, weights=(worth * table.by_sentence(fresh[table.columns]))[members] * new)
        # A neighbour of what is taken reads on from it.
        gain[~is_new[first - 1] & follows[first] & (first > 0)] *= 1.15
        best = int(np.argmax(np.where(alive, gain / np.maximum(1, cost) ** LENGTH_EXPONENT, -1.0)))
        alive[best] = False
        together = sorted({*chosen, *bundles[best]})
        needed = length(together)
        if needed > max_tokens:
            continue
        chosen, used = together, needed
        is_new[list(bundles[best])] = False
        said = table.columns[~is_new[table.rows]]
        fresh[said] = table.weights[said] * SAID_BEFORE


def _joined(sentences: Sequence[_Sentence], chosen: Sequence[int]) -> str:
    """Sentences run on in one paragraph; after one with no full stop, or in a new section, a line begins."""
    parts = [sentences[i].text for i in chosen[:1]]
    for before, after in pairwise(chosen):
        parts += [" " if _runs_on(sentences[before], sentences[after]) else "\n", sentences[after].text]
    return "".join(parts)


def _runs_on(before: _Sentence, after: _Sentence) -> bool:
    return before.heading == after.heading and before.text.endswith((".", "!", "。", "…", ")", '"', "”"))
