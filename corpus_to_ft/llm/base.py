"""The contract of a provider, and the JSON shapes of its replies."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Prompt, ProviderFailure, Reply

# How stages reach a provider: all prompts of an item at once, one answer each, in order. A prompt that
# is refused for good comes back as ProviderFailure; an unreachable provider raises ProviderUnavailable.
Ask = Callable[[Sequence[Prompt]], Sequence[Reply | ProviderFailure]]

REPLY_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "qa": {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "question": {"type": "string"},
                        "answer": {"type": "string"},
                        "evidence": {"type": "string"},
                    },
                    "required": ["question", "answer", "evidence"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["items"],
        "additionalProperties": False,
    },
    "keywords": {
        "type": "object",
        "properties": {"keywords": {"type": "array", "items": {"type": "string"}}},
        "required": ["keywords"],
        "additionalProperties": False,
    },
    "summary": {
        "type": "object",
        "properties": {"summary": {"type": "string"}},
        "required": ["summary"],
        "additionalProperties": False,
    },
}


class Provider(Plugin):
    """Answers one prompt with raw text that should fit `prompt.schema`.

    `billed` says that a call costs money or time on somebody's server: its replies are stored raw the
    moment they arrive, and each call is a line in the ledger.
    """

    billed: ClassVar[bool] = True

    @property
    def model_name(self) -> str:
        """The model as the ledger names it."""
        return self.name

    @abstractmethod
    def answer(self, prompt: Prompt) -> Reply:
        """Raises ProviderUnavailable, ProviderRefused or BadReply."""
