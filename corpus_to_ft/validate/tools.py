"""Tools: how they are described, how they are called, and that every call is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from corpus_to_ft.language import Sentence
from corpus_to_ft.validate.base import Finding, Line, error, warning

FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_tools(tools: object, turns: Sequence[Line]) -> Iterator[Finding]:
    """The list of tools, and that what is called is among them."""
    if not isinstance(tools, list) or not tools:
        yield error("tools_invalid", Sentence('"tools" should be a list of at least one tool'))
        return
    names = set[str]()
    for place, tool in enumerate(tools, 1):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(tool, dict) or tool.get("type") != "function" or not isinstance(function, dict):
            said = 'tool {place} should be {{"type": "function", "function": {{…}}}}'
            yield error("tool_shape", Sentence(said, place=place))
            continue
        name = function.get("name")
        if not isinstance(name, str) or not FUNCTION_NAME.fullmatch(name):
            said = "the name of tool {place} should be 1 to 64 letters, digits, _ or -"
            yield error("tool_name", Sentence(said, place=place))
            continue
        if name in names:
            yield error("tool_twice", Sentence("the tool {name!r} is described twice; keep one", name=name))
        names.add(name)
        if not isinstance(function.get("parameters", {}), dict):
            said = "the parameters of tool {place} should be a JSON schema, an object"
            yield error("tool_parameters", Sentence(said, place=place))
    for called in _called(turns) - names:
        said = 'the tool {name!r} is called and not described in "tools"; describe it there'
        yield error("tool_unknown", Sentence(said, name=called))


def check_no_tools(turns: Sequence[Line]) -> Iterator[Finding]:
    """A line that calls without saying what there is to call."""
    if _called(turns):
        yield warning(
            "tools_missing", Sentence('tools are called, but the line has no "tools" that describes them; add it')
        )


def check_calls(message: Line, place: int) -> Iterator[Finding]:
    """The `tool_calls` of one message."""
    calls = message["tool_calls"]
    if message.get("role") != "assistant":
        said = '"tool_calls" in message {place} belongs to the assistant; take it out'
        yield error("message_key_misplaced", Sentence(said, place=place))
    if not isinstance(calls, list) or not calls:
        said = '"tool_calls" in message {place} should be a list of at least one call'
        yield error("tool_calls_invalid", Sentence(said, place=place))
        return
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if (
            not isinstance(call, dict)
            or not isinstance(function, dict)
            or call.get("type") != "function"
            or not isinstance(call.get("id"), str)
            or not isinstance(function.get("name"), str)
        ):
            said = (
                'a call in message {place} should be {{"id", "type": "function", "function": {{"name", "arguments"}}}}'
            )
            yield error("tool_call_shape", Sentence(said, place=place))
        elif not _is_json_object(function.get("arguments")):
            said = "the arguments of a call in message {place} should be a text that holds a JSON object"
            yield error("tool_call_arguments", Sentence(said, place=place))


def check_answers(turns: Sequence[Line]) -> Iterator[Finding]:
    """Tool messages answer a call made before them, and every call is answered before the talk goes on."""
    waiting, known = set[str](), set[str]()
    for place, turn in enumerate(turns, 1):
        if turn.get("role") == "tool":
            called = turn.get("tool_call_id")
            if not isinstance(called, str):
                said = 'message {place} is of role tool and has no "tool_call_id"; name the call that it answers'
                yield error("tool_call_id_missing", Sentence(said, place=place))
            elif called not in known:
                said = "message {place} answers the call {name!r}, which nobody made before it; name an earlier call"
                yield error("tool_call_id_unknown", Sentence(said, place=place, name=called))
            waiting.discard(str(called))
            continue
        if waiting:
            said = (
                "message {place} goes on before the call {name!r} is answered; put its result, of role tool, before it"
            )
            yield error("tool_call_unanswered", Sentence(said, place=place, name=min(waiting)))
            waiting = set()
        made = {call["id"] for call in _calls(turn) if isinstance(call.get("id"), str)}
        waiting, known = set(made), known | made


def calls_text(message: Line) -> str:
    """The calls of a message as the text they cost."""
    return "".join(json.dumps(call.get("function"), ensure_ascii=False) for call in _calls(message))


def _calls(message: Line) -> list[Line]:
    calls = message.get("tool_calls") if message.get("role") == "assistant" else None
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def _called(turns: Sequence[Line]) -> set[str]:
    functions = [call.get("function") for turn in turns for call in _calls(turn)]
    return {f["name"] for f in functions if isinstance(f, dict) and isinstance(f.get("name"), str)}


def _is_json_object(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
