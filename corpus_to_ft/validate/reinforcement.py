"""Rules of `{"messages": […], …}` whose other keys a grader reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, error, warning
from corpus_to_ft.validate.chat import KEYS
from corpus_to_ft.validate.turns import check_messages, count_turns, said_in, turns_of


class ReinforcementRules(Rules):
    """A question without an answer: the model answers, and a grader compares it with what stands beside."""

    def fits(self, keys: Collection[str]) -> bool:
        """As chat does: which of both is meant is the target's to say."""
        return "messages" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_messages(obj.get("messages"), target)
        turns = turns_of(obj.get("messages"))
        if turns and turns[-1].get("role") != "user":
            said = "the last message is from the {role}; for reinforcement it should be the user's question"
            yield error("last_not_user", Sentence(said, role=str(turns[-1].get("role"))))
        beside = set(obj) - KEYS
        if not beside:
            yield warning(
                "nothing_to_grade",
                Sentence("no key beside the messages holds what a grader could compare with; add one"),
            )
        for key in sorted(beside):
            if obj[key] is None or obj[key] == "":
                yield warning(
                    "grade_empty", Sentence("the key {key!r}, which a grader may read, is empty; fill it in", key=key)
                )

    def said(self, obj: Line) -> Said:
        return said_in(turns_of(obj.get("messages")), ())

    def tokens(self, obj: Line, target: Target) -> int:
        return count_turns(turns_of(obj.get("messages")), target.encoding)
