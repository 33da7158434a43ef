"""The contract of a generator: what it asks about a passage, and how it reads the reply."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.prompts.again import asked_again, worth_asking_again
from corpus_to_ft.records import Document, Example, Passage, Prompt, Rejected, Reply, Summary
from corpus_to_ft.speech import SpeechLevel

ROOM_TWICE = 2


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
    """Prompting and reading are pure functions with the call between them: a better parser costs no call.

    A reply that fails is asked for once more. All that takes are three more pure functions, which
    have an answer for generators of one example a passage; who makes several says which stay.
    """

    @abstractmethod
    def prompts(self, subject: Subject) -> Sequence[Prompt]:
        """The wishes for one passage; none when the passage gives nothing (then say why in `skip_reason`)."""

    @abstractmethod
    def skip_reason(self, subject: Subject) -> str | None:
        """Why this passage gives no prompt, as a short stable word, or None when it gives one."""

    @abstractmethod
    def examples(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        """What the reply holds. Raises BadReply when it does not fit the schema at all."""

    def most_examples(self, subject: Subject) -> int:
        """How many a passage gives at most; what judging them can cost is said before there are any."""
        del subject
        return 1

    @property
    def question_level(self) -> SpeechLevel:
        """The speech level in which its Korean questions are asked."""
        return "haeyo"

    def to_correct(self, found: Sequence[Example | Rejected], subject: Subject) -> Sequence[Rejected]:
        """Of what a checked reply gave, what the model is asked to correct; nothing where it gave enough."""
        del subject  # one example is enough for any passage
        if any(isinstance(item, Example) for item in found):
            return []
        return [item for item in found if isinstance(item, Rejected) and worth_asking_again(item.reason)]

    def prompt_again(self, prompt: Prompt, reply: Reply, failed: Sequence[Rejected]) -> Prompt:
        """The same wish, with what was wrong with the reply."""
        complaints = [(item.reason, "" if item.reason == "bad_reply" else item.detail) for item in failed]
        return asked_once_more(prompt, reply, complaints)

    def together(
        self, first: Sequence[Example | Rejected], second: Sequence[Example | Rejected], subject: Subject
    ) -> Sequence[Example | Rejected]:
        """What stays of two replies to one wish."""
        del subject  # the second took the place of the first
        return second or first


def asked_once_more(prompt: Prompt, reply: Reply, complaints: Sequence[tuple[str, str]]) -> Prompt:
    """The same wish, with twice the room where the reply was cut off, else with what was wrong.

    `complaints` are pairs of a reason and the words it is about.
    """
    if reply.finish == "length":
        room = prompt.sampling.get("max_tokens")
        return _with(prompt, sampling={**prompt.sampling, **({"max_tokens": room * ROOM_TWICE} if room else {})})
    return _with(prompt, messages=asked_again(prompt.messages, reply.text, complaints, prompt.language))


def _with(prompt: Prompt, **changed: object) -> Prompt:
    """The prompt with its id made anew."""
    other = replace(prompt, **changed)  # type: ignore[arg-type]
    return Prompt.make(
        kind=other.kind, subject_id=other.subject_id, text=other.text, title=other.title, headings=other.headings,
        blocks=other.blocks, count=other.count, max_tokens=other.max_tokens, encoding=other.encoding,
        language=other.language, messages=other.messages, schema=other.schema, sampling=other.sampling,
    )  # fmt: skip
