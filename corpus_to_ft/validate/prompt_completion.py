"""Rules of `{"prompt": …, "completion": …}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.validate.base import Across, Finding, Line, Rules, Said, check_keys, check_side, error, text_of
from corpus_to_ft.validate.borders import Borders

KEYS = frozenset({"prompt", "completion"})


class PromptCompletionRules(Rules):
    """Two texts."""

    def fits(self, keys: Collection[str]) -> bool:
        return ("prompt" in keys and "chosen" not in keys) or "completion" in keys

    def check(self, obj: Line, target: Target) -> Iterator[Finding]:
        yield from check_keys(obj, KEYS, target)
        for key in ("prompt", "completion"):
            yield from check_side(obj, key)
        completion = obj.get("completion")
        if isinstance(completion, str) and not completion.strip():
            said = "the completion is empty or white space only; there is nothing to learn"
            yield error("completion_empty", Sentence(said))

    def said(self, obj: Line) -> Said:
        prompt, completion = text_of(obj.get("prompt")), text_of(obj.get("completion"))
        return Said(question=prompt, answer=completion, texts=(prompt, completion))

    def tokens(self, obj: Line, target: Target) -> int:
        return sum(count_tokens(text_of(obj.get(key)), target.encoding) for key in ("prompt", "completion"))

    def across(self, target: Target, asking: Mapping[str, Any]) -> Across:
        return Borders(target, asking)
