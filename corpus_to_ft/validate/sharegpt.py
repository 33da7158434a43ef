"""Rules of `{"conversations": [{"from": …, "value": …}]}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, check_keys, error, text_of, warning
from corpus_to_ft.validate.turns import TOKENS_A_MESSAGE, TOKENS_AN_EXAMPLE, turns_of

KEYS = frozenset({"conversations", "system", "tools", "chosen", "rejected", "kto_label"})
ASKING, ANSWERING = ("human", "observation"), ("gpt", "function_call")
NAMES = ("system", *ASKING, *ANSWERING)


class ShareGptRules(Rules):
    """Turns of human and gpt, one after the other; what is out of order is dropped by trainers in silence."""

    def fits(self, keys: Collection[str]) -> bool:
        return "conversations" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        turns = obj["conversations"]
        if not isinstance(turns, list):
            yield error("messages_missing", Sentence("{key!r} should be a list of messages", key="conversations"))
            return
        if not turns:
            yield error(
                "messages_empty",
                Sentence("{key!r} holds no message; write question and answer there", key="conversations"),
            )
        for place, turn in enumerate(turns, 1):
            yield from _check_turn(turn, place)
        talk = [str(turn.get("from")) for turn in turns_of(turns)]
        talk = talk[1:] if talk[:1] == ["system"] else talk
        if talk and talk[-1] != "gpt" and "chosen" not in obj:
            said = "the last message is from the {role}; it should be the assistant's answer"
            yield error("last_not_assistant", Sentence(said, role=talk[-1]))
        if any(name not in (ANSWERING if at % 2 else ASKING) for at, name in enumerate(talk)):
            said = (
                "human (or observation) and gpt (or function_call) should take turns; trainers drop the line in silence"
            )
            yield error("turns_not_alternating", Sentence(said))

    def said(self, obj: Line) -> Said:
        texts = [text_of(obj.get("system")), *(text_of(turn.get("value")) for turn in turns_of(obj["conversations"]))]
        return Said(question="\n".join(texts[:-1]), answer=texts[-1], texts=tuple(texts))

    def tokens(self, obj: Line, target: Target) -> int:
        texts = self.said(obj).texts
        return TOKENS_AN_EXAMPLE + sum(TOKENS_A_MESSAGE + 1 + count_tokens(text, target.encoding) for text in texts)


def _check_turn(turn: object, place: int) -> Iterator[Finding]:
    if not isinstance(turn, dict) or "from" not in turn or "value" not in turn:
        said = 'message {place} should be an object with "from" and "value"'
        yield error("message_not_object", Sentence(said, place=place))
        return
    if turn["from"] not in NAMES:
        said = "message {place} is from {role!r}; known are {roles}"
        yield error("role_unknown", Sentence(said, place=place, role=str(turn["from"])[:40], roles=", ".join(NAMES)))
    if not isinstance(turn["value"], str):
        yield error("content_not_text", Sentence("the content of message {place} should be a text", place=place))
    elif not turn["value"].strip():
        yield error(
            "content_empty",
            Sentence(
                "message {place} is empty or white space only; write what is said there, or take the line out",
                place=place,
            ),
        )
    if len(turn) > 2:
        said = "message {place} has keys beside from and value; some trainers want exactly these two"
        yield warning("message_key_unknown", Sentence(said, place=place))
