"""Rules of `{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, check_keys, error
from corpus_to_ft.validate.tools import check_no_tools, check_tools
from corpus_to_ft.validate.turns import check_messages, content_text, count_turns, said_in, turns_of

OUTPUTS = ("preferred_output", "non_preferred_output")
KEYS = frozenset({"input", *OUTPUTS})
INPUT_KEYS = frozenset({"messages", "tools", "parallel_tool_calls"})


class PreferenceRules(Rules):
    """A conversation and two ways to go on, the first of them better."""

    may_differ = True

    def fits(self, keys: Collection[str]) -> bool:
        return any(key in keys for key in OUTPUTS)

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        asked = obj.get("input")
        if isinstance(asked, list):
            said = '"input" is a list; it should be an object: {{"messages": [{mark}]}}'
            yield error("input_is_list", Sentence(said, mark="…"))
        elif not isinstance(asked, dict):
            yield error("input_missing", Sentence('"input" should be an object with "messages"'))
        else:
            yield from self._check_input(asked, target)
        for key in OUTPUTS:
            yield from self._check_output(obj.get(key), key, target)
        first, second = (_answers(obj.get(key)) for key in OUTPUTS)
        if first and first == second:
            said = "the preferred and the other answer are the same; there is nothing to prefer"
            yield error("outputs_equal", Sentence(said))

    def _check_input(self, asked: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(asked, INPUT_KEYS, target)
        yield from check_messages(asked.get("messages"), target, "input.messages")
        turns = turns_of(asked.get("messages"))
        if turns and turns[-1].get("role") == "assistant":
            said = "the input ends with the assistant; its answers belong into the outputs"
            yield error("input_is_answered", Sentence(said))
        if "tools" in asked:
            yield from check_tools(asked["tools"], turns)
        else:
            yield from check_no_tools(turns)

    def _check_output(self, output: object, key: str, target: Target) -> Iterator[Finding]:
        if not isinstance(output, list) or len(output) != 1 or not isinstance(output[0], dict):
            yield error("output_not_one", Sentence("{key!r} should be a list of exactly one message", key=key))
            return
        if output[0].get("role") != "assistant":
            said = "the message in {key!r} should be from the assistant"
            yield error("output_not_assistant", Sentence(said, key=key))
        # Calls in an output are answered by nobody, so its message is not checked for order.
        for finding in check_messages(output, target, key):
            if finding.code != "user_not_first":
                yield finding

    def said(self, obj: Line) -> Said:
        asked = obj.get("input")
        turns = turns_of(asked.get("messages") if isinstance(asked, dict) else asked)
        both = [turn for key in OUTPUTS for turn in turns_of(obj.get(key))]
        return said_in(turns, both)

    def tokens(self, obj: Line, target: Target) -> int:
        """Each answer is learnt after the whole input: the longer one counts."""
        asked = obj.get("input")
        turns = turns_of(asked.get("messages") if isinstance(asked, dict) else asked)
        return max(count_turns([*turns, *turns_of(obj.get(key))], target.encoding) for key in OUTPUTS)


def _answers(output: object) -> list[tuple[str, str]]:
    return [(content_text(turn), str(turn.get("tool_calls"))) for turn in turns_of(output)]
