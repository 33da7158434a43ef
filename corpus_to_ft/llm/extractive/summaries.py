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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

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

    span: Span
    text: str
    block: int
    kind: str
    heading: str
    section_start: bool
    follows: bool
    terms: tuple[str, ...]


def summarize(
    analysis: Analysis, *, title: str, blocks: Sequence[Block], max_tokens: int, count: Callable[[str], int]
) -> str:
    """The best whole sentences that fit `max_tokens` together, in their order; empty when none fits."""
    sentences = list(_sentences(analysis, blocks))
    if not sentences:
        return ""
    weights = _term_weights(sentences)
    rank = _lexrank(sentences, weights)
    title_terms = set(_terms(analysis, title))
    tokens = [count(" " + sentence.text) for sentence in sentences]
    korean = is_korean(analysis.text)
    fit = [fitness(s.text, s.kind, len(s.terms), title, korean=korean) for s in sentences]
    for least in (FIT, 0.0):
        standing = accumulate((shape > least for shape in fit), initial=0)
        scores = [
            value * shape * _context(sentence, place, weights, title_terms) if shape > least else 0.0
            for sentence, value, shape, place in zip(sentences, rank, fit, standing, strict=False)
        ]
        chosen = _choose(sentences, scores, tokens, weights, max_tokens, count)
        if chosen:
            return _joined(sentences, chosen)
    return ""


def _sentences(analysis: Analysis, blocks: Sequence[Block]) -> Iterator[_Sentence]:
    """Sentences cut at block borders; code and headings are no sentences."""
    whole = (Block(kind="paragraph", start=0, end=len(analysis.text)),)
    heading, section_start, last_block, at = "", True, -2, 0
    spans = analysis.sentences
    for index, block in enumerate(blocks or whole):
        if block.kind == "heading":
            heading, section_start = block.of(analysis.text), True
        if block.kind in ("heading", "code"):
            continue
        while at < len(spans) and spans[at].end <= block.start:
            at += 1
        position = at
        while position < len(spans) and spans[position].start < block.end:
            span = _clipped(analysis.text, spans[position], block)
            position += 1
            if span is None:
                continue
            yield _Sentence(
                span=span, text=span.of(analysis.text), block=index, kind=block.kind, heading=heading,
                section_start=section_start, follows=not section_start and index - last_block <= 1,
                terms=tuple(_content(analysis, span)),
            )  # fmt: skip
            section_start, last_block = False, index


def _clipped(text: str, span: Span, block: Block) -> Span | None:
    start, end = max(span.start, block.start), min(span.end, block.end)
    part = text[start:end]
    start, end = start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
    return Span(start=start, end=end) if start < end else None


def _content(analysis: Analysis, span: Span) -> Iterator[str]:
    for token in analysis.within(span.start, span.end):
        if token.tag.startswith(CONTENT_TAGS) and token.form not in EMPTY_PREDICATES:
            yield token.form.lower()


def _terms(analysis: Analysis, title: str) -> list[str]:
    """The content terms of the text that occur in a title, which is not itself analyzed."""
    lowered = title.lower()
    return [t.form.lower() for t in analysis.tokens if t.tag.startswith(CONTENT_TAGS) and _occurs(t.form, lowered)]


def _occurs(form: str, lowered: str) -> bool:
    return len(form) > 1 and form.lower() in lowered


def _term_weights(sentences: Sequence[_Sentence]) -> dict[str, float]:
    """Inverse sentence frequency, times a bonus for what is said often: a theme, not a slip."""
    frequency = Counter(term for sentence in sentences for term in set(sentence.terms))
    total = len(sentences)
    return {term: math.log(1 + total / n) * math.sqrt(math.log(1 + n)) for term, n in frequency.items()}


def _lexrank(sentences: Sequence[_Sentence], weights: Mapping[str, float]) -> list[float]:
    """The stationary share of each sentence, times their number: 1 is average."""
    vectors: list[dict[str, float]] = []
    for sentence in sentences:
        counts = Counter(sentence.terms)
        vector = {term: (1 + math.log(n)) * weights[term] for term, n in counts.items()}
        length = math.sqrt(sum(value * value for value in vector.values()))
        vectors.append({term: value / length for term, value in vector.items()} if length else {})
    total = len(vectors)
    degree = _spread(vectors, [1.0] * total)
    rank = [1.0] * total
    for _ in range(ITERATIONS):
        walked = _spread(vectors, [r / d if d else 0.0 for r, d in zip(rank, degree, strict=True)])
        rank = [1 - DAMPING + DAMPING * value for value in walked]
    return rank


def _spread(vectors: Sequence[Mapping[str, float]], shares: Sequence[float]) -> list[float]:
    by_term: dict[str, float] = {}
    for vector, share in zip(vectors, shares, strict=True):
        for term, value in vector.items():
            by_term[term] = by_term.get(term, 0.0) + value * share
    return [sum(value * by_term[term] for term, value in vector.items()) for vector in vectors]


def _context(sentence: _Sentence, place: int, weights: Mapping[str, float], title_terms: set[str]) -> float:
    """Where it stands among the fit ones (`place`) and how much of the title and of its heading it takes up."""
    if APPENDIX.search(sentence.heading) and len(sentence.heading) < 20:
        return 0.05
    own = set(sentence.terms)
    titled = sum(weights.get(term, 0.0) for term in title_terms)
    shared = sum(weights[term] for term in own & title_terms) / titled if titled else 0.0
    heading = sentence.heading.lower()
    headed = sum(1 for term in own if len(term) > 1 and term in heading)
    value = (1 + LEAD_BONUS * math.exp(-place / LEAD_SENTENCES)) * (1 + shared) * (1 + 0.1 * min(3, headed))
    if sentence.section_start:
        value *= 1.15
    return value * 1.25 if CONCLUSION.search(sentence.heading) else value


def _choose(
    sentences: Sequence[_Sentence],
    scores: Sequence[float],
    tokens: Sequence[int],
    weights: Mapping[str, float],
    max_tokens: int,
    count: Callable[[str], int],
) -> list[int]:
    """Numbers of the chosen sentences, in order.

    Token counts of single sentences add up to nearly, not exactly, the count of the joined text, so
    a choice that seems to fit is counted as a whole before it is kept.
    """
    said: set[str] = set()
    chosen: list[int] = []
    used = 0
    bundles = [bundle for i in range(len(sentences)) if (bundle := _bundle(sentences, scores, i))]
    while bundles:
        room = max_tokens - used
        # 2 tokens of slack: the first sentence has no space before it and line ends may count as one.
        bundles = [b for b in bundles if any(i not in chosen for i in b) and _cost(b, chosen, tokens) <= room + 2]
        if not bundles:
            break
        best = max(bundles, key=lambda b: (_gain(b, sentences, scores, tokens, weights, said, chosen), -b[0]))
        bundles.remove(best)
        together = sorted({*chosen, *best})
        needed = count(_joined(sentences, together))
        if needed > max_tokens:
            continue
        chosen, used = together, needed
        for i in best:
            said.update(sentences[i].terms)
    return chosen


def _bundle(sentences: Sequence[_Sentence], scores: Sequence[float], last: int) -> tuple[int, ...]:
    """The sentence with those that it leans on; empty when one of them is missing or unfit."""
    first = last
    while leans_back(sentences[first].text):
        if not sentences[first].follows or last - first == LONGEST_CHAIN:
            return ()
        first -= 1
    bundle = tuple(range(first, last + 1))
    return bundle if all(scores[i] > 0 for i in bundle) else ()


def _cost(bundle: Sequence[int], chosen: Sequence[int], tokens: Sequence[int]) -> int:
    return sum(tokens[i] for i in bundle if i not in chosen)


def _gain(
    bundle: Sequence[int],
    sentences: Sequence[_Sentence],
    scores: Sequence[float],
    tokens: Sequence[int],
    weights: Mapping[str, float],
    said: set[str],
    chosen: Sequence[int],
) -> float:
    new = [i for i in bundle if i not in chosen]
    gain = 0.0
    for i in new:
        own = set(sentences[i].terms)
        fresh = sum(weights[term] * (SAID_BEFORE if term in said else 1.0) for term in own)
        gain += scores[i] * fresh
    # A neighbour of what is taken reads on from it.
    if new[0] - 1 in chosen and sentences[new[0]].follows:
        gain *= 1.15
    return gain / math.pow(max(1, _cost(bundle, chosen, tokens)), LENGTH_EXPONENT)


def _joined(sentences: Sequence[_Sentence], chosen: Sequence[int]) -> str:
    """Sentences run on in one paragraph; after one with no full stop, or in a new section, a line begins."""
    parts: list[str] = []
    previous: _Sentence | None = None
    for i in chosen:
        sentence = sentences[i]
        if previous is not None:
            runs_on = previous.heading == sentence.heading and previous.text.endswith(
                (".", "!", "。", "…", ")", '"', "”")
            )
            parts.append(" " if runs_on else "\n")
        parts.append(sentence.text)
        previous = sentence
    return "".join(parts)
