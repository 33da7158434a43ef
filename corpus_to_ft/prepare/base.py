"""What moves inside `prepare`: rows of somebody's file, the entries they say, and what can be done about the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from corpus_to_ft.language import Sentence

Shape = Literal["completion", "chat", "preference", "text"]
# necessary: nothing can be written without it; recommended: harms nothing, so that --yes does it; proposed: changes
# what is learnt, so that only a person can want it.
RemedyKind = Literal["necessary", "recommended", "proposed"]
Task = Literal["open", "classification", "conditional", "chat", "preference"]
NAMED_LINES = 10
SHOWN_CHARS = 80


class Row(NamedTuple):
    """One row of a table or one line of a file, by the number that the person sees beside it."""

    number: int
    fields: Mapping[str, Any]


class BadRow(NamedTuple):
    """A row that cannot be used. `reason` is a short stable word."""

    number: int
    reason: str
    detail: Sentence


class Entry(NamedTuple):
    """What a row wants to teach, whatever its columns are called.

    `messages` hold the prompt and the completion of a table as one user and one assistant message. `preferred` and
    `rejected` are answers where the shape is a preference. `extra` are keys of a chat line beside its messages,
    `columns` what is known of the row and not trained. `given` is the digest of the line as it was, empty where the
    file was none of lines.
    """

    number: int
    messages: Sequence[Mapping[str, Any]]
    preferred: Sequence[Mapping[str, Any]] = ()
    rejected: Sequence[Mapping[str, Any]] = ()
    extra: Mapping[str, Any] = {}
    columns: Mapping[str, str] = {}
    origin: str = ""
    given: str = ""

    @property
    def prompt(self) -> str:
        """What is asked: the last message of the user."""
        return next((text_of(m) for m in reversed(self.messages) if m.get("role") == "user"), "")

    @property
    def question(self) -> str:
        """What is said before the answer by all but the system, as entries are compared."""
        turns = self.messages if self.preferred else self.messages[:-1]
        talk = [turn for turn in turns if turn.get("role") != "system"]
        if len(talk) == 1:
            return said_by(talk[0])
        return "\n".join(f"{turn.get('role')}: {said_by(turn)}" for turn in talk)

    @property
    def system(self) -> str:
        return "\n\n".join(text_of(turn) for turn in self.messages if turn.get("role") == "system")

    @property
    def setting(self) -> str:
        """What one question may be answered differently by: the system's words, and tools."""
        return f"{self.system}\0{dict(self.extra)}" if self.extra else self.system

    @property
    def answer(self) -> str:
        """What is learnt: the last message, or the preferred answer."""
        turns = self.preferred or self.messages
        return text_of(turns[-1]) if turns else ""

    @property
    def texts(self) -> Iterable[str]:
        return (text_of(m) for group in (self.messages, self.preferred, self.rejected) for m in group)


@dataclass(slots=True, kw_only=True)
class Remedy:
    """Something that can be done about the file; `applied` once it was agreed to."""

    code: str
    kind: RemedyKind
    message: Sentence
    lines: Sequence[int] = ()
    count: int = 0
    examples: Sequence[str] = ()
    applied: bool = False


@dataclass(slots=True)
class Tally:
    """How often something was met, and the first lines where."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, number: int, example: str = "") -> None:
        self.count += 1
        if len(self.lines) < NAMED_LINES:
            self.lines.append(number)
        if example and len(self.examples) < 3:
            self.examples.append(shown(example))


def said_by(message: Mapping[str, Any]) -> str:
    """What tells a message from others: its text, or all its parts where some are no text."""
    content = message.get("content")
    if isinstance(content, list) and any(not isinstance(p, Mapping) or p.get("type") != "text" for p in content):
        return json.dumps(content, ensure_ascii=False, sort_keys=True)
    return text_of(message)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message; the text parts of one that has parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return ""


def shown(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"


def named(lines: Sequence[int], count: int) -> str:
    """Line numbers for people; of very many the first."""
    return ", ".join(map(str, lines)) + (", …" if count > len(lines) else "")
