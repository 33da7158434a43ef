"""The contract of a writer: one example, one line of the target's format."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Message


class Writer(Plugin):
    """Lays messages out as the target wants them.

    The same `line` is used to count tokens, to write training rows and later to ask the tuned model,
    so that what is asked equals what was trained. A writer is pure; `settle` sees all examples once,
    before the first line, and returns the writer that is safe for them (a separator that occurs
    nowhere, for instance).
    """

    @abstractmethod
    def settle(self, conversations: Sequence[tuple[Message, ...]]) -> Writer:
        """Raises ConfigError when no safe layout exists."""

    @abstractmethod
    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        """The JSON object of one line."""

    @abstractmethod
    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        """Exact tokens of that line as the target bills it, with the largest separators that `settle` may choose."""

    @abstractmethod
    def asking(self) -> Mapping[str, Any]:
        """What whoever asks the tuned model must know: separator, stop sequences, instruction by kind."""
