"""The contract of an exporter: conversations become the lines of one trainer, with settings that let none be cut."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from corpus_to_ft.plugin import Plugin

# What a chat template may say by itself in each example: a date, a system message of its own.
TEMPLATE_TOKENS = 64
# How tools are to be called is told at length: LLaMA-Factory's own text has more than 200 tokens.
TOOL_TOKENS = 512
LENGTH_STEP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One line of a training file, whatever its format was.

    `turns` hold `role` (system, user, assistant, tool) and `content`, an assistant's also `tool_calls`; the system only
    comes first. `learned` are the places of the turns to be learnt. A preference has `chosen` and `rejected`, each one
    turn of the assistant, and `turns` end before them.
    """

    turns: Sequence[Mapping[str, Any]]
    learned: frozenset[int] = frozenset()
    tools: Sequence[Any] = ()
    chosen: Mapping[str, Any] | None = None
    rejected: Mapping[str, Any] | None = None

    @property
    def answers(self) -> list[int]:
        """The places of the assistant's turns."""
        return [place for place, turn in enumerate(self.turns) if turn["role"] == "assistant"]

    def by_answers(self) -> Iterator[Conversation]:
        """For each turn to be learnt a conversation that ends with it, in which nothing else is learnt."""
        for place in sorted(self.learned):
            yield replace(self, turns=self.turns[: place + 1], learned=frozenset({place}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What all lines together show, known before the first is written.

    `longest` is in tokens of cl100k_base. `partly` says that somewhere an answer is not to be learnt.
    """

    longest: int = 0
    preferences: bool = False
    tools: bool = False
    partly: bool = False

    @property
    def length(self) -> int:
        """What the trainer is told, so that it neither cuts nor drops a line."""
        room = TEMPLATE_TOKENS + (TOOL_TOKENS if self.tools else 0)
        return -(-(self.longest + room) // LENGTH_STEP) * LENGTH_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedFile:
    """A written file; `examples` is what the trainer has to find in it."""

    name: str
    split: str
    examples: int
    sha256: str


class Exporter(Plugin):
    """One trainer. `line` raises InputError for what the trainer would drop or cut without a word."""

    model: str = Field(
        default="Qwen/Qwen3-4B-Instruct-2507", description="the base model: a name of the hub or a folder"
    )
    epochs: int = Field(default=3, ge=1, le=100, description="how many times the trainer goes over the data")
    learning_rate: float = Field(default=1e-4, gt=0, description="of LoRA; a tenth of it for preferences")

    @abstractmethod
    def data_name(self, split: str) -> str:
        """Where the lines of a split go, relative to the folder."""

    @abstractmethod
    def lines(self, conversation: Conversation, survey: Survey) -> Iterator[Mapping[str, Any]]:
        """Mostly one; several where the trainer learns one answer an example."""

    @abstractmethod
    def settings(self, survey: Survey, files: Sequence[HandedFile]) -> Mapping[str, str]:
        """The other files by name."""

    @abstractmethod
    def command(self, survey: Survey) -> str:
        """What starts the training, in the folder."""

    def rate(self, survey: Survey) -> float:
        return self.learning_rate / 10 if survey.preferences else self.learning_rate


def file_of(files: Sequence[HandedFile], split: str) -> HandedFile | None:
    """None where the split has no example: trainers fail on files without a line."""
    return next((file for file in files if file.split == split and file.examples), None)


def plain_turns(conversation: Conversation) -> list[dict[str, Any]]:
    """Turns as a chat template takes them."""
    return [dict(turn) for turn in conversation.turns]


def preference_of(conversation: Conversation) -> dict[str, Any] | None:
    """Columns of a line with two answers; None where there is one."""
    if conversation.chosen is None or conversation.rejected is None:
        return None
    answers = {"chosen": [dict(conversation.chosen)], "rejected": [dict(conversation.rejected)]}
    return {"prompt": plain_turns(conversation), **answers}


def tools_column(conversation: Conversation, survey: Survey) -> dict[str, str | None]:
    """As text: a loader would give every tool the parameters of all others. Every line has it where one needs it."""
    if not survey.tools:
        return {}
    return {"tools": json.dumps(conversation.tools, ensure_ascii=False) if conversation.tools else None}
