"""An example with nothing to learn from: a turn without letters or digits."""

from __future__ import annotations

from itertools import islice

from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example


class EmptyCheck(Check):
    """Every message needs at least `min_letters` letters or digits, in any script."""

    min_letters: int = 2

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        del context  # the words alone decide
        for message in example.messages:
            letters = islice(filter(str.isalnum, message.content), self.min_letters)
            if len(list(letters)) < self.min_letters:
                return "empty", Sentence(
                    "the {role}'s turn says nothing: {content!r}", role=message.role, content=message.content[:40]
                )
        return None
