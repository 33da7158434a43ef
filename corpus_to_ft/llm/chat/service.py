"""What servers of OpenAI's shape can be asked for: each with its request and the reading of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus_to_ft.llm.chat.answer import Asked, Verdict, read_chat
from corpus_to_ft.llm.chat.request import Dialect, chat_body, reply_room
from corpus_to_ft.records import Prompt

# A token is a few bytes, also where each is escaped; beyond this it is not the answer to what was asked.
BYTES_A_TOKEN, LEAST_ANSWER_BYTES = 48, 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`body` of (prompt, model, dialect, extra); `reader` of a prompt gives what reads the answer to it."""

    body: Callable[[Prompt, str, Dialect, Mapping[str, Any]], dict[str, Any]]
    reader: Callable[[Prompt], Callable[[Mapping[str, Any], Asked], Verdict]]
    most_bytes: Callable[[Prompt], int]


CHAT_SERVICE = Service(
    body=chat_body,
    reader=lambda _: read_chat,
    most_bytes=lambda prompt: max(LEAST_ANSWER_BYTES, BYTES_A_TOKEN * reply_room(prompt)),
)
