"""Writes the line of preference tuning (DPO): what is asked, the better answer and the worse one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example, Message
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.wording import TOKENS_A_MESSAGE, Turned, as_messages


class PreferenceWriter(Turned, Writer):
    """`input` is an object with messages, each answer a list of one message."""

    needs_worse_answers: ClassVar[bool] = True

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        """Without the worse answer, as it is shown and asked; a file gets `line_at`."""
        turns = self.turns(messages, kind)
        asked, answers = [t for t in turns if t.role != "assistant"], [t for t in turns if t.role == "assistant"]
        return {"input": {"messages": as_messages(asked)}, "preferred_output": as_messages(answers)}

    def line_at(self, place: int, example: Example) -> Mapping[str, Any]:  # noqa: ARG002
        worse = example.worse_answer
        if not worse.strip() or worse == example.answer:
            told = (
                "example {id} of {source} has no second answer that differs from the first, and preference tuning "
                "learns from the difference; give one, or write for a target of conversations"
            )
            raise ConfigError(Sentence(told, id=example.id, source=example.source))
        refused = [Message(role="assistant", content=worse)]
        line = self.line(example.messages, example.kind)
        return {**line, "non_preferred_output": as_messages(refused)}

    def tokens_of(self, example: Example, encoding: str) -> int:
        """Both conversations go over one question: all three texts, and the frame of one more message."""
        both = TOKENS_A_MESSAGE + count_tokens("assistant", encoding) + count_tokens(example.worse_answer, encoding)
        return self.tokens(example.messages, example.kind, encoding) + both
