"""Which of the questions found for a passage are asked: the best, apart from each other and unlike each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus_to_ft.records import Span

# Likeness of two questions of one passage; the later check over a document drops from 0.6.
MAX_LIKENESS = 0.5
# Beside a first question another one must be worth more than a filler.
MIN_WEIGHT_BESIDE = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`span` is the least answer; `end` is how far it may go on where no other answer begins."""

    wordings: tuple[str, ...]
    span: Span
    end: int
    weight: float
    subject: str

    @property
    def question(self) -> str:
        return self.wordings[0]


def choose(found: Sequence[Found], count: int) -> list[Found]:
    """The best, each over a stretch of its own, of different kinds before more of one kind."""
    chosen: list[Found] = []
    rest = list(found)
    while rest and len(chosen) < count:
        kinds = [pair.subject for pair in chosen]
        best = max(rest, key=lambda pair: (pair.weight * 0.85 ** kinds.count(pair.subject), -pair.span.start))
        rest.remove(best)
        if best.weight <= (MIN_WEIGHT_BESIDE if chosen else 0):
            break
        apart = all(_apart(best, other) for other in chosen)
        if apart and all(_likeness(best.question, other.question) < MAX_LIKENESS for other in chosen):
            chosen.append(best)
    return chosen


def _apart(one: Found, other: Found) -> bool:
    """What a whole page or section answers may be asked beside what a sentence of it answers."""
    if one.subject == "faq" or other.subject == "faq":
        return True
    if one.span.end <= other.span.start or other.span.end <= one.span.start:
        return True
    short, long = sorted((one, other), key=lambda pair: pair.span.end - pair.span.start)
    return long.subject == "section" and 2 * (short.span.end - short.span.start) <= long.span.end - long.span.start


def _likeness(a: str, b: str) -> float:
    first, second = _trigrams(a), _trigrams(b)
    return len(first & second) / len(first | second)


def _trigrams(text: str) -> set[str]:
    tight = "".join(text.split())
    return {tight[at : at + 3] for at in range(max(1, len(tight) - 2))}
