"""Writes `{"messages": […]}`: a system instruction for what is asked, the user, the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.records import Message
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.wording import Turned, as_messages


class ChatWriter(Turned, Writer):
    """Conversations with roles, as OpenAI made them usual."""

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        return {"messages": as_messages(self.turns(messages, kind))}
