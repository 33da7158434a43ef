"""What several writers say beside an example: the instruction for what is asked, and labels before texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, field_validator

from corpus_to_ft.records import Message, Role
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Language, language_of

Wording = Mapping[Language, Mapping[str, str]]

INSTRUCTIONS: Wording = {
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
LABELS: Wording = {
    "ko": {"qa": "질문: ", "keywords": "핵심어: ", "summary": "요약: "},
    "en": {"qa": "Question: ", "keywords": "Keywords: ", "summary": "Summary: "},
}

# What the chat template adds, as the published recipe for counting says.
TOKENS_A_MESSAGE = 3
TOKENS_AN_EXAMPLE = 3


def filled_in(given: Wording, defaults: Wording) -> Wording:
    """What is not named keeps its default."""
    return {language: {**kinds, **given.get(language, {})} for language, kinds in defaults.items()}


class Instructed(BaseModel):
    """Says what is asked. The instruction is in the language of the answer, so that an English answer is not learnt for
    a Korean one.
    """

    instructions: Wording = Field(
        default=INSTRUCTIONS,
        description='system message by language and kind; "" leaves it out, what is not named keeps its default',
    )

    @field_validator("instructions")
    @classmethod
    def _fill_in_defaults(cls, given: Wording) -> Wording:
        return filled_in(given, INSTRUCTIONS)

    def settle(self, conversations: Iterable[tuple[Message, ...]]) -> Self:  # noqa: ARG002
        return self

    def asking(self) -> Mapping[str, Any]:
        return {"instructions": self.instructions}

    def instruction(self, messages: tuple[Message, ...], kind: str) -> str:
        """ "" where there is none, or where the context of the example begins with it."""
        said = self.instructions[language_of(messages)].get(kind, "")
        return "" if any(part.startswith(said) for part in context_of(messages)) else said


class Turned(Instructed):
    """Writes turns: one system message at most, first."""

    system: Literal["message", "user"] = Field(
        default="message",
        description="where the system message stands: by itself, or before what the user says for hosts without one",
    )

    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        return count_turns(self.turns(messages, kind), encoding)

    def asked(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        return {"messages": as_messages(self.turns(messages, kind))}

    def asking(self) -> Mapping[str, Any]:
        return {**super().asking(), **({"system": "user"} if self.system == "user" else {})}

    def turns(self, messages: tuple[Message, ...], kind: str) -> tuple[Message, ...]:
        """The system message is the instruction, then the example's own context."""
        system = "\n\n".join(filter(None, (self.instruction(messages, kind), *context_of(messages))))
        others = tuple(message for message in messages if message.role != "system")
        if not system:
            return others
        if self.system == "message":
            return (Message(role="system", content=system), *others)
        first, *rest = others
        return (Message(role=first.role, content=f"{system}\n\n{first.content}"), *rest)


def context_of(messages: Iterable[Message]) -> list[str]:
    """What the system says."""
    return [message.content for message in messages if message.role == "system" and message.content]


def said_by(role: Role, messages: Iterable[Message]) -> str:
    """Everything that one side says, as one text."""
    return "\n".join(message.content for message in messages if message.role == role)


def count_turns(turns: Iterable[Message], encoding: str) -> int:
    """Tokens of a conversation with what the template puts around it."""
    return TOKENS_AN_EXAMPLE + sum(
        TOKENS_A_MESSAGE + count_tokens(turn.role, encoding) + count_tokens(turn.content, encoding) for turn in turns
    )


def as_messages(turns: Iterable[Message]) -> list[dict[str, str]]:
    """Turns as most hosts write them."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]
