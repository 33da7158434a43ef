"""Writes the JSONL of NAVER CLOVA Studio: `System_Prompt`, `C_ID`, `T_ID`, `Text`, `Completion`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.records import Example, Message
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.wording import Turned, said_by


class ClovaWriter(Turned, Writer):
    """Conversations (`C_ID`) and turns (`T_ID`) are counted from 0 without a gap; an example is one of one turn."""

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        return self._numbered(messages, kind, 0)

    def line_at(self, place: int, example: Example) -> Mapping[str, Any]:
        return self._numbered(example.messages, example.kind, place)

    def _numbered(self, messages: tuple[Message, ...], kind: str, place: int) -> Mapping[str, Any]:
        turns = self.turns(messages, kind)
        system = said_by("system", turns)
        return {
            **({"System_Prompt": system} if system else {}),
            "C_ID": place,
            "T_ID": 0,
            "Text": said_by("user", turns),
            "Completion": said_by("assistant", turns),
        }
