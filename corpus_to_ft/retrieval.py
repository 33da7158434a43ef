"""Which of some texts a question finds first, by BM25 over syllable pairs and Latin words; needs no analyzer."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

# Okapi BM25's usual saturation and length weight.
_K1, _B = 1.2, 0.75
WORDS_REMEMBERED = 16_384
_RUN = re.compile(r"[가-힣]+|[a-z0-9][a-z0-9+#._-]*[a-z0-9+#]|[a-z0-9]|[^\W_]+")
# What a question is asked with and what words end in stands in no particular text.
_ASKING = re.compile(
    r"(?<![가-힣])(?:무엇(?:인가요|이|을|으로)?|어떻게|어떤|어디(?:에서|에)?|언제|누가|누구|왜|얼마(?:나|인가요)?|몇|대해|설명해"
    r"|주시겠어요|있나요|하나요|되나요|해야|관련해|이유는|이유가)(?![가-힣])|(?:인가요|한가요|은가요|나요|까요)(?=\?)"
)
_TAIL = re.compile(
    r"(?<=[가-힣]{2})(?:에서는|으로는|에게|에서|에는|으로|부터|까지|이란|이라는|은|는|이|가|을|를|의|에|로|와|과|도|란)$"
)


class TextIndex:
    """Scores every text for a question."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms(text)) for text in texts]
        mean = sum(count.total() for count in counts) / max(1, len(counts)) or 1.0
        self._size = len(counts)
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, count in enumerate(counts):
            length = _K1 * (1 - _B + _B * count.total() / mean)
            for term, times in count.items():
                self._postings[term].append((at, times * (_K1 + 1) / (times + length)))

    def scores(self, question: str) -> list[float]:
        """One a text, in their order."""
        scores = [0.0] * self._size
        for term in sorted(set(terms(_ASKING.sub(" ", question)))):
            postings = self._postings.get(term, ())
            weight = math.log(1 + (self._size - len(postings) + 0.5) / (len(postings) + 0.5))
            for at, score in postings:
                scores[at] += weight * score
        return scores

    def lead(self, question: str, own: int) -> float:
        """How far text `own` is ahead of the best other: above 1 it is found first; infinite where it is alone."""
        scores = self.scores(question)
        best = max((score for at, score in enumerate(scores) if at != own), default=0.0)
        return scores[own] / best if best else math.inf if scores[own] or self._size == 1 else 0.0


@lru_cache(maxsize=8)
def index_of(texts: tuple[str, ...]) -> TextIndex:
    """The index of the same texts is made once: every passage of a document asks for it."""
    return TextIndex(texts)


def terms(text: str) -> Iterator[str]:
    """Pairs of neighbouring syllables inside a word without its particle; Latin words and numbers whole."""
    return chain.from_iterable(map(_terms_of_word, _RUN.findall(text.casefold())))


# A text says the same few hundred words again and again.
@lru_cache(maxsize=WORDS_REMEMBERED)
def _terms_of_word(word: str) -> tuple[str, ...]:
    if not "가" <= word[0] <= "힣":
        return (word,)
    word = _TAIL.sub("", word)
    return tuple(map("".join, pairwise(word))) if len(word) > 1 else (word,)
