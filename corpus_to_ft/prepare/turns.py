"""Turns of a conversation, whatever the trainer they were written for calls their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence

ROLES = {
    "human": "user", "gpt": "assistant", "bot": "assistant", "chatgpt": "assistant", "model": "assistant",
    "observation": "tool", "developer": "system",
}  # fmt: skip


def cleaned(text: str) -> str:
    """A text of an entry: NFC, `\\n` line ends, nothing that carries no meaning."""
    return clean_text(text)


def as_turns(value: Any) -> list[Mapping[str, Any]]:
    """Messages with `role` and `content`; their other keys (weight, name, tool_calls) stay as they are.

    Raises InputError `no_messages` for what is no list of messages; wrong roles and empty texts are left to `validate`.
    """
    if not isinstance(value, list) or not value:
        raise InputError("no_messages", Sentence("it has no list of messages"))
    return [_turn(turn, place) for place, turn in enumerate(value, 1)]


def _turn(turn: Any, place: int) -> Mapping[str, Any]:
    if not isinstance(turn, Mapping):
        raise InputError("no_messages", Sentence("message {place} is not an object", place=place))
    if "role" in turn:
        made = dict(turn)
    elif "from" in turn:
        made = {"role": turn["from"], "content": turn.get("value")}
        made |= {name: value for name, value in turn.items() if name not in ("from", "value")}
    else:
        raise InputError("no_messages", Sentence("message {place} has no role", place=place))
    role = made["role"]
    if isinstance(role, str):
        made["role"] = ROLES.get(role.strip().lower(), role.strip())
    # Parquet and tables fill in what other messages have.
    made = {name: said for name, said in made.items() if said is not None or name == "content"}
    if isinstance(made.get("content"), str):
        made["content"] = cleaned(made["content"])
    return made
