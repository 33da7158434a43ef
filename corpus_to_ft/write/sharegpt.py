"""Writes `{"conversations": [{"from", "value"}]}`, as ShareGPT exported talks and trainers still read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.records import Message, Role
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.wording import Turned

SPEAKERS: Mapping[Role, str] = {"system": "system", "user": "human", "assistant": "gpt"}


class SharegptWriter(Turned, Writer):
    """The turns of chat under other names; tokens are counted under the names of chat, which trainers give them."""

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        turns = self.turns(messages, kind)
        return {"conversations": [{"from": SPEAKERS[turn.role], "value": turn.content} for turn in turns]}
