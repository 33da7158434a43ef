"""The contract of a check."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Document, Example, Message, Target
from corpus_to_ft.speech import SpeechLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What a check may look at. `line_tokens` counts a finished line of the target, overhead included.

    `question_levels` are those in which Korean questions were asked for.
    """

    document: Document
    target: Target
    analyzer: Analyzer
    line_tokens: Callable[[tuple[Message, ...], str], int]
    question_levels: frozenset[SpeechLevel] = frozenset({"haeyo"})


# None, or (reason, detail).
Verdict = tuple[str, Sentence] | None


class Check(Plugin):
    """Looks at one example beside its document."""

    @abstractmethod
    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        """None when the example is fine, else (reason, detail)."""

    def note(self, example: Example, context: CheckContext) -> Verdict:
        """Of an example that is kept: what a person should look at."""
        del example, context  # most checks either keep or reject
        return None
