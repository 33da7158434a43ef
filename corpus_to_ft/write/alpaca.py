"""Writes `{"instruction", "input", "output"}`, as the Alpaca data set was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.records import Message
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.wording import Instructed, context_of, count_turns, said_by


class AlpacaWriter(Instructed, Writer):
    """The instruction is the task and the input what it is done with; for a question, the question and its context."""

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        asked, answer, context = said_by("user", messages), said_by("assistant", messages), context_of(messages)
        # A question is a task by itself.
        task = "" if kind == "qa" else self.instruction(messages, kind)
        given = [*context, asked] if task else context
        return {"instruction": task or asked, "input": "\n\n".join(given), "output": answer}

    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        """As a conversation of two turns, which is what trainers make of it."""
        line = self.line(messages, kind)
        user = "\n".join(filter(None, (line["instruction"], line["input"])))
        turns = [Message(role="user", content=user), Message(role="assistant", content=line["output"])]
        return count_turns(turns, encoding)
