"""Rules of `{"text": …}`, for going on with pre-training."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Finding, Line, Rules, Said, check_keys, error, text_of

KEYS = frozenset({"text"})


class TextRules(Rules):
    """One text, learnt as it is."""

    def fits(self, keys: Collection[str]) -> bool:
        return "text" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        text = obj.get("text")
        if not isinstance(text, str):
            said = "{key!r} should be a text and is {value}"
            yield error("side_not_text", Sentence(said, key="text", value=repr(text)[:40]))
        elif not text.strip():
            yield error("text_empty", Sentence("the text is empty or white space only; there is nothing to learn"))

    def said(self, obj: Line) -> Said:
        text = text_of(obj.get("text"))
        return Said(question=text, answer="", texts=(text,))

    def tokens(self, obj: Line, target: Target) -> int:
        return count_tokens(text_of(obj.get("text")), target.encoding)
