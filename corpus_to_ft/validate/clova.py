"""Rules of CLOVA Studio: `System_Prompt` (may be left out), `C_ID`, `T_ID`, `Text`, `Completion`, as CSV or JSONL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import (
    Across,
    Finding,
    Line,
    Rules,
    Said,
    at_line,
    check_keys,
    check_side,
    error,
    text_of,
)

NUMBERS = ("C_ID", "T_ID")
TEXTS = ("Text", "Completion")
KEYS = frozenset({"System_Prompt", *NUMBERS, *TEXTS})
LARGEST = 10**9


class ClovaRules(Rules):
    """Turns of a conversation stand on lines of their own: C_ID counts conversations, T_ID turns, both from 0."""

    def fits(self, keys: Collection[str]) -> bool:
        return "C_ID" in keys or "T_ID" in keys or "Completion" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        if "System_Prompt" in obj and next(iter(obj)) != "System_Prompt":
            yield error("system_not_first", Sentence("System_Prompt should be the first key or column"))
        for key in NUMBERS:
            if number_in(obj.get(key)) is None:
                said = "{key} should be a whole number from 0 and is {value}"
                yield error("id_not_number", Sentence(said, key=key, value=repr(obj.get(key))[:40]))
        for key in TEXTS:
            yield from check_side(obj, key)
            value = obj.get(key)
            if isinstance(value, str) and not value.strip():
                yield error(
                    "side_empty",
                    Sentence("{key!r} is empty or white space only; fill it in, or take the line out", key=key),
                )
        if not isinstance(obj.get("System_Prompt", ""), str):
            said = "{key!r} should be a text and is {value}"
            value = repr(obj["System_Prompt"])[:40]
            yield error("side_not_text", Sentence(said, key="System_Prompt", value=value))

    def said(self, obj: Line) -> Said:
        """A turn alone says little, so the conversation it belongs to and its place are part of the question."""
        texts = tuple(text_of(obj.get(key)) for key in ("System_Prompt", *TEXTS))
        later = f"{obj.get('C_ID')}:{obj.get('T_ID')}\n" if number_in(obj.get("T_ID")) else ""
        return Said(question=f"{later}{texts[0]}\n{texts[1]}", answer=texts[2], texts=texts)

    def tokens(self, obj: Line, target: Target) -> int:
        return sum(count_tokens(text_of(obj.get(key)), target.encoding) for key in ("System_Prompt", *TEXTS))

    def across(self, target: Target, asking: Mapping[str, Any]) -> Across:  # noqa: ARG002
        return _Order()


class _Order(Across):
    """Numbers go on by one, and a conversation has one system prompt."""

    def __init__(self) -> None:
        self._conversation, self._turn, self._system = -1, -1, ""

    def add(self, line: int, obj: Line) -> Iterable[Finding]:
        conversation, turn = (number_in(obj.get(key)) for key in NUMBERS)
        if conversation is None or turn is None:
            return
        system = text_of(obj.get("System_Prompt"))
        if conversation == self._conversation:
            if turn != self._turn + 1:
                said = "T_ID is {turn} and should be {next}: turns of a conversation count on by one"
                yield at_line(error("turn_number", Sentence(said, turn=turn, next=self._turn + 1)), line)
            if system != self._system:
                said = "the System_Prompt differs from that of the line before with the same C_ID; repeat it unchanged"
                yield at_line(error("system_differs", Sentence(said)), line)
        else:
            if conversation != self._conversation + 1:
                said = "C_ID is {conversation} and should be {next}: conversations count from 0 on by one"
                told = Sentence(said, conversation=conversation, next=self._conversation + 1)
                yield at_line(error("conversation_number", told), line)
            if turn != 0:
                said = "T_ID is {turn} and should be 0: a conversation begins here"
                yield at_line(error("turn_number", Sentence(said, turn=turn)), line)
        self._conversation, self._turn, self._system = conversation, turn, system


def number_in(value: object) -> int | None:
    """Cells of a table are texts."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if type(value) is int and 0 <= value <= LARGEST else None
