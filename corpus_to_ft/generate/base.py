"""The contract of a generator: what it asks about a passage, and how it reads the reply."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Document, Example, Passage, Prompt, Rejected, Reply, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a generator works on: a passage with its document and the document's summary.

    `siblings` are all passages of the document, this one among them; empty where nobody needs to tell
    them apart. `encoding` and `max_tokens` are the target's: a whole line must fit.
    """

    document: Document
    passage: Passage
    summary: Summary
    encoding: str
    max_tokens: int
    siblings: tuple[Passage, ...] = ()


class Generator(Plugin):
    """Prompting and reading are two pure functions with the call between them: a better parser costs no call."""

    @abstractmethod
    def prompts(self, subject: Subject) -> Sequence[Prompt]:
        """The wishes for one passage; none when the passage gives nothing (then say why in `skip_reason`)."""

    @abstractmethod
    def skip_reason(self, subject: Subject) -> str | None:
        """Why this passage gives no prompt, as a short stable word, or None when it gives one."""

    @abstractmethod
    def examples(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        """What the reply holds. Raises BadReply when it does not fit the schema at all."""
