"""An example with nothing to learn from: a turn without letters or digits."""

from __future__ import annotations

from itertools import islice

from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.records import Example


class EmptyCheck(Check):
    """Every message needs at least `min_letters` letters or digits, in any script."""

    min_letters: int = 2

    def verdict(self, example: Example, context: CheckContext) -> tuple[str, str] | None:
        del context  # the words alone decide
        for message in example.messages:
            letters = islice(filter(str.isalnum, message.content), self.min_letters)
            if len(list(letters)) < self.min_letters:
                return "empty", f"the {message.role}'s turn says nothing: {message.content[:40]!r}"
        return None
