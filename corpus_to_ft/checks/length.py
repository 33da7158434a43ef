"""A line that does not fit its target is rejected, never cut."""

from __future__ import annotations

from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example


class LengthCheck(Check):
    """Counts the finished line with the target's own encoding, separators and chat overhead included."""

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        tokens = context.line_tokens(example.messages, example.kind)
        limit = context.target.max_tokens
        if tokens <= limit:
            return None
        return "too_long", Sentence(
            "{tokens:,} {encoding} tokens, {name} allows {limit:,}",
            tokens=tokens,
            encoding=context.target.encoding,
            name=context.target.name,
            limit=limit,
        )
