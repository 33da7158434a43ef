"""Rules of `{"messages": […]}`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, check_keys, error, note, warning
from corpus_to_ft.validate.tools import check_no_tools, check_tools
from corpus_to_ft.validate.turns import check_messages, count_turns, said_in, turns_of

KEYS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})


class ChatRules(Rules):
    """Conversations whose last turn is the answer to be learnt."""

    def fits(self, keys: Collection[str]) -> bool:
        return "messages" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        messages, turns = obj.get("messages"), turns_of(obj.get("messages"))
        yield from check_messages(messages, target)
        if turns:
            yield from _check_answer(turns)
        if "tools" in obj:
            yield from check_tools(obj["tools"], turns)
        else:
            yield from check_no_tools(turns)
        if not isinstance(obj.get("parallel_tool_calls", True), bool):
            yield error("parallel_tool_calls", Sentence('"parallel_tool_calls" should be true or false'))

    def said(self, obj: Line) -> Said:
        turns = turns_of(obj.get("messages"))
        return said_in(turns[:-1], turns[-1:])

    def tokens(self, obj: Line, target: Target) -> int:
        turns = count_turns(turns_of(obj.get("messages")), target.encoding)
        return turns + (count_tokens(_compact(obj["tools"]), target.encoding) if "tools" in obj else 0)


def _check_answer(turns: list[Line]) -> Iterator[Finding]:
    """Somebody asks, the assistant has the last word, and something of what it says is learnt."""
    answers = [turn for turn in turns if turn.get("role") == "assistant"]
    if not answers:
        yield error("no_assistant", Sentence("no message is from the assistant; there is nothing to learn"))
        return
    if turns[-1].get("role") != "assistant":
        said = "the last message is from the {role}; it should be the assistant's answer"
        yield error("last_not_assistant", Sentence(said, role=str(turns[-1].get("role"))))
    if not any(turn.get("role") == "user" for turn in turns):
        yield warning("no_user", Sentence("no message is from the user; add what was asked"))
    weights = [turn.get("weight", 1) for turn in answers]
    if all(type(weight) is int and weight == 0 for weight in weights):
        yield error("nothing_learned", Sentence("every answer has weight 0; there is nothing to learn"))
    elif len(answers) > 1 and not any("weight" in turn for turn in answers):
        said = "{count} answers and no weight: which of them are learnt differs by host; give each a weight of 0 or 1"
        yield note("weights_unsaid", Sentence(said, count=len(answers)))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
