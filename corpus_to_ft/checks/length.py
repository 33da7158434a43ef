"""A line that does not fit its target is rejected, never cut."""

from __future__ import annotations

from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.records import Example


class LengthCheck(Check):
    """Counts the finished line with the target's own encoding, separators and chat overhead included."""

    def verdict(self, example: Example, context: CheckContext) -> tuple[str, str] | None:
        tokens = context.line_tokens(example.messages, example.kind)
        limit = context.target.max_tokens
        if tokens <= limit:
            return None
        return "too_long", f"{tokens:,} {context.target.encoding} tokens, {context.target.name} allows {limit:,}"
