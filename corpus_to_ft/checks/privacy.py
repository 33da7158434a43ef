"""An example must not hold personal data: a model may put together or invent what its document no longer says."""

from __future__ import annotations

from corpus_to_ft.checks.base import Check, CheckContext, Verdict
from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import LABEL, counted, told
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Example

# A particle or an ending beside a label says nothing.
LEAST_LETTERS = 4


class PrivacyCheck(Check):
    """Looks for personal data in every turn, `keywords` that nobody may learn, and answers that are only labels."""

    privacy: PrivacySettings
    keywords: tuple[str, ...] = ()

    def verdict(self, example: Example, context: CheckContext) -> Verdict:
        del context  # the document holds labels already
        said = "\n".join(message.content for message in example.messages)
        lowered = said.casefold() if self.keywords else ""
        words = sum(word.casefold() in lowered for word in self.keywords if word)
        if words:
            # The words themselves are what must not be written down.
            return "personal_data", Sentence("it holds words that must not be in an example ({count})", count=words)
        if self.privacy.mode != "keep" and (found := find_personal(said, self.privacy)):
            return "personal_data", Sentence("it holds personal data: {found}", found=told(counted(found)))
        if example.kind == "qa" and _is_only_labels(example.answer):
            return "masked_answer", Sentence("its answer is nothing but what was masked")
        return None


def _is_only_labels(answer: str) -> bool:
    rest = LABEL.sub("", answer)
    return len(rest) < len(answer) and sum(map(str.isalnum, rest)) < LEAST_LETTERS
