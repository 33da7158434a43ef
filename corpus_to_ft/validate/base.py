"""The contract of the rules of one line format, and what they find."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Target

Level = Literal["error", "warning", "note"]
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a line, counted from 1; line 0 is the file.

    An error would be refused, or teach something that nobody wants taught. `code` is a short stable word; `message`
    says what to do.
    """

    line: int
    code: str
    level: Level
    message: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a line says whatever its format: `question` and `answer` as lines are compared by them, and every text."""

    question: str
    answer: str
    texts: tuple[str, ...]


class Across:
    """Sees all lines of a file one after the other and finds what no single line shows."""

    def add(self, line: int, obj: Line) -> Iterable[Finding]:  # noqa: ARG002
        """What is known to be wrong as soon as this line is seen."""
        return ()

    def end(self) -> Iterable[Finding]:
        """What is known when all lines are seen."""
        return ()


class Rules(Plugin):
    """How a line of one format must look. Rules are pure; the file is told by `across`.

    With `may_differ` several lines may answer one question differently.
    """

    may_differ: ClassVar[bool] = False

    @abstractmethod
    def fits(self, keys: Collection[str]) -> bool:
        """Whether a line with these keys is meant to be one of the format, however many faults it has."""

    @abstractmethod
    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        """Everything that can be said of this line alone; the line's number is put in by the stage."""

    @abstractmethod
    def said(self, obj: Line) -> Said:
        """Never raises: of a line with faults it takes what is there."""

    @abstractmethod
    def tokens(self, obj: Line, target: Target) -> int:
        """Tokens of the whole line with what the target's template puts around it."""

    def across(self, target: Target, asking: Mapping[str, Any]) -> Across:  # noqa: ARG002
        """`asking` is the manifest's, where there is one."""
        return Across()


def is_local(target: Target) -> bool:
    """Whether trainers at home read the file; they ignore much that a host refuses."""
    return target.tuner == "files_only"


def error(code: str, message: Sentence) -> Finding:
    return Finding(0, code, "error", message)


def warning(code: str, message: Sentence) -> Finding:
    return Finding(0, code, "warning", message)


def note(code: str, message: Sentence) -> Finding:
    return Finding(0, code, "note", message)


def at_line(finding: Finding, line: int) -> Finding:
    """The same with a number, where it has none yet."""
    return finding if finding.line else replace(finding, line=line)


def check_keys(obj: Line, known: frozenset[str], target: Target) -> Iterator[Finding]:
    """Keys beside the format's own: refused where a host looks at them, ignored by most trainers at home."""
    for key in obj:
        if key not in known:
            level = warning if is_local(target) else error
            said = "the key {key!r} does not belong to the format; take it out"
            yield level("key_unknown", Sentence(said, key=key))


def check_side(obj: Line, key: str) -> Iterator[Finding]:
    """Whether a side of a line is there and a text."""
    value = obj.get(key)
    if value is None:
        yield error("side_missing", Sentence("the line has no {key!r}; add it", key=key))
    elif not isinstance(value, str):
        said = "{key!r} should be a text and is {value}"
        yield error("side_not_text", Sentence(said, key=key, value=repr(value)[:40]))


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""
