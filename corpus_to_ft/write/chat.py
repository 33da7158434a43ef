"""Writes `{"messages": […]}`: a system instruction for what is asked, the user, the assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, field_validator

from corpus_to_ft.records import Message
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Language, Writer, language_of

INSTRUCTIONS: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        "qa": "질문에 사실대로 간결하게 답하세요.",
        "keywords": "주어진 핵심어를 살려 글을 쓰세요.",
        "summary": "주어진 요약을 자세한 글로 풀어 쓰세요.",
    },
    "en": {
        "qa": "Answer the question truthfully and concisely.",
        "keywords": "Write a passage about the given keywords.",
        "summary": "Expand the given summary into a detailed passage.",
    },
}

# What the chat template adds, as the published recipe for counting says.
TOKENS_A_MESSAGE = 3
TOKENS_AN_EXAMPLE = 3


class ChatWriter(Writer):
    """The instruction is in the language of the answer, so that an English answer is not learnt for a Korean one."""

    instructions: Mapping[Language, Mapping[str, str]] = Field(
        default=INSTRUCTIONS,
        description='system message by language and kind; "" leaves it out, what is not named keeps its default',
    )

    @field_validator("instructions")
    @classmethod
    def _fill_in_defaults(cls, given: Mapping[Language, Mapping[str, str]]) -> Mapping[Language, Mapping[str, str]]:
        return {language: {**kinds, **given.get(language, {})} for language, kinds in INSTRUCTIONS.items()}

    def settle(self, conversations: Iterable[tuple[Message, ...]]) -> ChatWriter:  # noqa: ARG002
        return self

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        turns = self._turns(messages, kind)
        return {"messages": [{"role": message.role, "content": message.content} for message in turns]}

    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        return TOKENS_AN_EXAMPLE + sum(
            TOKENS_A_MESSAGE + count_tokens(message.role, encoding) + count_tokens(message.content, encoding)
            for message in self._turns(messages, kind)
        )

    def asking(self) -> Mapping[str, Any]:
        return {"instructions": self.instructions}

    def _turns(self, messages: tuple[Message, ...], kind: str) -> tuple[Message, ...]:
        """One system message at most, first: the instruction, then the example's own context."""
        instruction = self.instructions[language_of(messages)].get(kind, "")
        parts = [message.content for message in messages if message.role == "system"]
        if instruction and not any(part.startswith(instruction) for part in parts):
            parts.insert(0, instruction)
        system = "\n\n".join(part for part in parts if part)
        others = tuple(message for message in messages if message.role != "system")
        return (Message(role="system", content=system), *others) if system else others
