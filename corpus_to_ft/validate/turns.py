"""What the formats made of messages share: the shape of a message, its role, its content, and the order of turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Finding, Line, Said, error, is_local, warning
from corpus_to_ft.validate.tools import calls_text, check_answers, check_calls

ROLES = ("system", "user", "assistant", "tool")
# `refusal` stands beside an answer in what models reply, and is accepted back.
MESSAGE_KEYS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
)
PARTS = ("text", "image_url")
NAME = re.compile(r"[^\s<|\\/>]{1,64}")

# What the chat template adds, as the published recipe for counting says.
TOKENS_A_MESSAGE = 3
TOKENS_A_NAME = 1
TOKENS_AN_EXAMPLE = 3


def check_messages(messages: object, target: Target, key: str = "messages") -> Iterator[Finding]:
    """The list, each of its messages, and their order as far as every format wants it; not who speaks last."""
    if not isinstance(messages, list):
        yield error("messages_missing", Sentence("{key!r} should be a list of messages", key=key))
        return
    if not messages:
        yield error("messages_empty", Sentence("{key!r} holds no message; write question and answer there", key=key))
        return
    for place, message in enumerate(messages, 1):
        if isinstance(message, dict):
            yield from check_message(message, place, target)
        else:
            said = 'message {place} should be an object with "role" and "content"'
            yield error("message_not_object", Sentence(said, place=place))
    turns = turns_of(messages)
    yield from _check_order(turns, target)
    yield from check_answers(turns)


def turns_of(messages: object) -> list[Line]:
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def check_message(message: Line, place: int, target: Target) -> Iterator[Finding]:
    """One message by itself."""
    for key in message:
        if key not in MESSAGE_KEYS:
            said = "message {place} has the key {key!r}, which is not known there; take it out"
            level = warning if is_local(target) else error
            yield level("message_key_unknown", Sentence(said, place=place, key=key))
    role = message.get("role")
    yield from _check_role(role, place, target)
    yield from _check_content(message, place, target)
    if "name" in message and not (isinstance(message["name"], str) and NAME.fullmatch(message["name"])):
        said = "the name in message {place} should be a text of 1 to 64 characters without spaces and < | \\ / >"
        yield error("name_invalid", Sentence(said, place=place))
    if "weight" in message:
        yield from _check_weight(message["weight"], role, place)
    if "tool_call_id" in message and role != "tool":
        said = '"tool_call_id" in message {place} belongs to a message of role tool; take it out'
        yield error("message_key_misplaced", Sentence(said, place=place))
    if "tool_calls" in message:
        yield from check_calls(message, place)
    if "function_call" in message or role == "function":
        said = 'message {place} uses "function_call", which is given up; use tools and tool_calls'
        yield warning("function_call_old", Sentence(said, place=place))


def _check_role(role: object, place: int, target: Target) -> Iterator[Finding]:
    allowed = target.roles or ROLES
    if role is None:
        yield error("role_missing", Sentence('message {place} has no "role"; add it', place=place))
    elif role == "developer":
        said = 'message {place} has the role developer; write "system" instead'
        yield error("role_developer", Sentence(said, place=place))
    elif role not in allowed and role != "function":
        said = "message {place} has the role {role!r}; {target} knows {roles}"
        yield error(
            "role_unknown", Sentence(said, place=place, role=str(role), target=target.name, roles=", ".join(allowed))
        )


def _check_content(message: Line, place: int, target: Target) -> Iterator[Finding]:
    content = message.get("content")
    calls = message.get("role") == "assistant" and bool(
        message.get("tool_calls") or message.get("function_call") or message.get("refusal")
    )
    if content is None:
        if not calls:
            yield error("content_missing", Sentence('message {place} has no "content"; add it', place=place))
    elif isinstance(content, str):
        if not content.strip() and not (calls and not content):
            said = "message {place} is empty or white space only; write what is said there, or take the line out"
            yield error("content_empty", Sentence(said, place=place))
    elif isinstance(content, list) and content and all(_is_part(part) for part in content):
        only_text = all(part["type"] == "text" for part in content)
        if not only_text and message.get("role") != "user":
            said = "message {place} holds a picture; only the user may show one"
            yield error("content_picture", Sentence(said, place=place))
        elif not only_text or is_local(target):
            said = "message {place} is a list of parts; many trainers read only text"
            yield warning("content_parts", Sentence(said, place=place))
    else:
        yield error("content_not_text", Sentence("the content of message {place} should be a text", place=place))


def _is_part(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") in PARTS and part["type"] in part


def _check_weight(weight: object, role: object, place: int) -> Iterator[Finding]:
    if type(weight) is not int or weight not in (0, 1):
        said = "the weight in message {place} is {weight}; it should be the whole number 0 or 1"
        yield error("weight_value", Sentence(said, place=place, weight=repr(weight)[:40]))
    if role != "assistant":
        said = "message {place} has a weight; only answers of the assistant may have one"
        yield error("weight_misplaced", Sentence(said, place=place))


def _check_order(turns: Sequence[Line], target: Target) -> Iterator[Finding]:
    systems = [place for place, turn in enumerate(turns, 1) if turn.get("role") == "system"]
    if systems and systems[-1] > 1:
        said = "message {place} is a system message; there may be one, and it comes first"
        yield error("system_not_first", Sentence(said, place=systems[-1]))
    talk = [(place, str(turn.get("role"))) for place, turn in enumerate(turns, 1) if turn.get("role") != "system"]
    if talk and talk[0][1] in ("assistant", "tool", "function"):
        level = error if target.strict_turns else warning
        said = "the conversation begins with the {role}; nobody asked anything"
        yield level("user_not_first", Sentence(said, role=talk[0][1]))
    for (_, before), (place, role) in pairwise(talk):
        if before == role and role in ("user", "assistant"):
            level = error if target.strict_turns else warning
            said = "message {place} is the second of the {role} in a row; join them, user and assistant take turns"
            yield level("turns_not_alternating", Sentence(said, place=place, role=role))
            return


def content_text(message: Line) -> str:
    """What the message says, with the texts of its parts where it has parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def said_in(turns: Sequence[Line], answers: Sequence[Line]) -> Said:
    """`turns` is what was said before, `answers` what is to be learnt."""
    question = "\n".join(f"{turn.get('role')}: {content_text(turn)}" for turn in turns)
    answer = "\n".join(content_text(turn) + calls_text(turn) for turn in answers)
    texts = tuple(content_text(turn) for turn in (*turns, *answers))
    return Said(question=question, answer=answer, texts=texts)


def count_turns(turns: Sequence[Line], encoding: str) -> int:
    """As the published recipe counts; calls count as the text they are."""
    total = TOKENS_AN_EXAMPLE
    for turn in turns:
        total += TOKENS_A_MESSAGE + count_tokens(str(turn.get("role", "")), encoding)
        total += count_tokens(content_text(turn), encoding)
        if isinstance(turn.get("name"), str):
            total += TOKENS_A_NAME + count_tokens(turn["name"], encoding)
        if called := calls_text(turn):
            total += count_tokens(called, encoding)
    return total
