"""Rules of `{"instruction": …, "input": …, "output": …}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, check_keys, error, text_of

TEXTS = ("system", "instruction", "input", "output")
KEYS = frozenset({*TEXTS, "history"})


class AlpacaRules(Rules):
    """An instruction, what it is about, the answer; older turns in `history`."""

    def fits(self, keys: Collection[str]) -> bool:
        return "instruction" in keys or ("output" in keys and "input" in keys)

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        for key in TEXTS:
            value = obj.get(key, "" if key in ("system", "input") else None)
            if value is None:
                yield error("side_missing", Sentence("the line has no {key!r}; add it", key=key))
            elif not isinstance(value, str):
                said = "{key!r} should be a text and is {value}"
                yield error("side_not_text", Sentence(said, key=key, value=repr(value)[:40]))
            elif key in ("instruction", "output") and not value.strip():
                said = "{key!r} is empty or white space only; fill it in, or take the line out"
                yield error("side_empty", Sentence(said, key=key))
        history = obj.get("history", [])
        if not isinstance(history, list) or not all(_is_turn(turn) for turn in history):
            said = '"history" should be a list of [question, answer]'
            yield error("history_shape", Sentence(said))

    def said(self, obj: Line) -> Said:
        texts = tuple(text_of(obj.get(key)) for key in TEXTS)
        return Said(question="\n".join((*texts[:3], _history(obj))), answer=texts[3], texts=(*texts, _history(obj)))

    def tokens(self, obj: Line, target: Target) -> int:
        texts = (*(text_of(obj.get(key)) for key in TEXTS), _history(obj))
        return sum(count_tokens(text, target.encoding) for text in texts)


def _is_turn(turn: object) -> bool:
    return isinstance(turn, list) and len(turn) == 2 and all(isinstance(text, str) for text in turn)


def _history(obj: Line) -> str:
    history = obj.get("history")
    turns = [turn for turn in history if isinstance(turn, list)] if isinstance(history, list) else []
    return "\n".join(text_of(text) for turn in turns for text in turn)
