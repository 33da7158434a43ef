"""Lines of the formats that hold conversations, read back as conversations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.handoff.base import Conversation
from corpus_to_ft.language import Sentence
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.wording import TOKENS_A_MESSAGE, TOKENS_AN_EXAMPLE

Asking = Mapping[str, Any]
ENCODING = "cl100k_base"
ROLES = ("system", "user", "assistant", "tool")
SPEAKERS = {"human": "user", "gpt": "assistant", "system": "system"}


def reader_for(writer: str, asking: Asking) -> Callable[[Any], Conversation]:
    """Raises ConfigError for a format that holds no conversations."""
    found = _READERS.get(writer)
    if found is None:
        told = "lines of the format {writer} hold no conversations that a trainer can be given; there are: {names}"
        raise ConfigError(Sentence(told, writer=writer, names=", ".join(_READERS)))
    return lambda line: found(line, asking)


def count(conversation: Conversation) -> int:
    """Tokens with what a template puts around them, of a preference with the longer answer."""
    answers = [turn for turn in (conversation.chosen, conversation.rejected) if turn is not None]
    tools = count_tokens(json.dumps(conversation.tools, ensure_ascii=False), ENCODING) if conversation.tools else 0
    longest = max(map(_count_turn, answers), default=0)
    return TOKENS_AN_EXAMPLE + tools + longest + sum(map(_count_turn, conversation.turns))


def _count_turn(turn: Mapping[str, Any]) -> int:
    calls = json.dumps(turn["tool_calls"], ensure_ascii=False) if "tool_calls" in turn else ""
    return TOKENS_A_MESSAGE + sum(count_tokens(text, ENCODING) for text in (turn["role"], turn["content"], calls))


def _chat(line: Mapping[str, Any], asking: Asking) -> Conversation:  # noqa: ARG001
    messages = line.get("messages")
    turns = _turns(messages)
    if not turns or turns[-1]["role"] != "assistant":
        raise InputError("no_answer", Sentence("the last message is not from the assistant"))
    learned = frozenset(
        place
        for place, message in enumerate(messages or ())
        if message.get("role") == "assistant" and message.get("weight", 1) != 0
    )
    if not learned:
        raise InputError("nothing_learned", Sentence("every answer has weight 0; there is nothing to learn"))
    return Conversation(turns=turns, learned=learned, tools=line.get("tools") or ())


def _preference(line: Mapping[str, Any], asking: Asking) -> Conversation:  # noqa: ARG001
    given = line.get("input")
    asked = given if isinstance(given, Mapping) else {}
    answers = [_turns(line.get(key)) for key in ("preferred_output", "non_preferred_output")]
    if any(len(turns) != 1 or turns[0]["role"] != "assistant" for turns in answers):
        raise InputError("no_answer", Sentence("each of the two answers should be one message of the assistant"))
    (chosen,), (rejected,) = answers
    turns = _turns(asked.get("messages"))
    return Conversation(turns=turns, tools=asked.get("tools") or (), chosen=chosen, rejected=rejected)


def _prompt_completion(line: Mapping[str, Any], asking: Asking) -> Conversation:
    """Separator and ending go: a chat template has its own."""
    prompt = _text(line, "prompt").removesuffix(str(asking.get("separator", ""))).strip()
    answer = _text(line, "completion")
    for ending in asking.get("stop", ()):
        answer = answer.removesuffix(str(ending))
    return _two(prompt, answer.strip())


def _alpaca(line: Mapping[str, Any], asking: Asking) -> Conversation:  # noqa: ARG001
    given = line.get("input") or ""
    asked = "\n".join(filter(None, (_text(line, "instruction"), str(given))))
    return _two(asked, _text(line, "output"))


def _sharegpt(line: Mapping[str, Any], asking: Asking) -> Conversation:
    talk = line.get("conversations")
    messages = [
        {"role": SPEAKERS.get(str(turn.get("from")), turn.get("from")), "content": turn.get("value")}
        for turn in (talk if isinstance(talk, list) else [])
        if isinstance(turn, Mapping)
    ]
    return _chat({"messages": messages}, asking)


def _two(asked: str, answer: str) -> Conversation:
    if not asked.strip() or not answer.strip():
        raise InputError("empty", Sentence("question or answer is empty"))
    turns = ({"role": "user", "content": asked}, {"role": "assistant", "content": answer})
    return Conversation(turns=turns, learned=frozenset({1}))


def _text(line: Mapping[str, Any], key: str) -> str:
    value = line.get(key)
    if not isinstance(value, str):
        raise InputError("not_text", Sentence("{name} is missing or no text", name=key))
    return value


def _turns(messages: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(messages, list) or not messages:
        raise InputError("no_messages", Sentence("it has no list of messages"))
    return [_turn(message, place) for place, message in enumerate(messages)]


def _turn(message: Any, place: int) -> Mapping[str, Any]:
    """Role, content and calls; names and weights are no part of what a template says."""
    role = message.get("role") if isinstance(message, Mapping) else None
    role = "system" if role == "developer" else role
    if role not in ROLES:
        raise InputError("role", Sentence("message {place} has the role {role!r}", place=place + 1, role=str(role)))
    if role == "system" and place:
        raise InputError("system_later", Sentence("a system message stands at place {place}", place=place + 1))
    content, calls = message.get("content"), message.get("tool_calls")
    if isinstance(content, list):
        content = _joined(content)
    if calls and role == "assistant":
        return {"role": role, "content": content or "", "tool_calls": calls}
    if not isinstance(content, str) or not content.strip():
        raise InputError("empty", Sentence("message {place} is empty or no text", place=place + 1))
    called = message.get("tool_call_id")
    return {"role": role, "content": content, **({"tool_call_id": called} if role == "tool" and called else {})}


def _joined(parts: Sequence[Any]) -> str:
    if not all(isinstance(part, Mapping) and part.get("type") == "text" for part in parts):
        raise InputError("picture", Sentence("a message shows something that is no text"))
    return "\n".join(str(part.get("text", "")) for part in parts)


_READERS: Mapping[str, Callable[[Mapping[str, Any], Asking], Conversation]] = {
    "chat": _chat,
    "preference": _preference,
    "prompt_completion": _prompt_completion,
    "alpaca": _alpaca,
    "sharegpt": _sharegpt,
}
