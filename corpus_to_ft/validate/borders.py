"""Where a prompt ends and where an answer ends: the separator and the ending of a prompt/completion file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Across, Finding, Line, at_line, error, text_of, warning
from corpus_to_ft.write.prompt_completion import ENDINGS, SEPARATORS

# What the classic tool and the classic recipes put there.
CLASSIC_SEPARATORS = (" ->", "\n\n### ->\n\n", "\nAnswer:", "\n답:", "\n답변:")
# Signs at the end of a prompt that somebody put there on purpose; sentence signs are none.
_SIGNS = re.compile(r"\s*[^\w\s.?!…。？！,~'\"”’)\]}]{2,}\s*$")
_SENTENCE = re.compile(r"[가-힣\s]*[가-힣][가-힣\s]*[.?!]?|[.?!]")


class Borders(Across):
    """The first line shows what separates and ends; the manifest says it, where there is one."""

    def __init__(self, target: Target, asking: Mapping[str, Any]) -> None:
        # Where this is the target's own format nothing else tells the model where the prompt ends.
        self._fault = error if target.writer == "prompt_completion" else warning
        self._is_own = target.writer == "prompt_completion"
        self._separator = str(asking.get("separator", ""))
        self._stops = [str(stop) for stop in asking.get("stop") or []]
        self._ending = self._stops[0] if self._stops else ""
        self._lines = self._first = self._empty = self._first_empty = self._without_space = 0
        self._common: str | None = None

    def add(self, line: int, obj: Line) -> Iterable[Finding]:
        prompt, completion = text_of(obj.get("prompt")), text_of(obj.get("completion"))
        if not completion.strip():
            return
        self._lines, self._first = self._lines + 1, self._first or line
        self._common = completion if self._common is None else _common_end(self._common, completion)
        self._without_space += not completion[0].isspace()
        if not prompt.strip():
            self._empty, self._first_empty = self._empty + 1, self._first_empty or line
        else:
            yield from (at_line(each, line) for each in self._separated(prompt, completion))
        yield from (at_line(each, line) for each in self._ended(completion))

    def _separated(self, prompt: str, completion: str) -> Iterator[Finding]:
        if not self._separator and self._lines - self._empty == 1:
            self._separator = _separator_of(prompt)
        separator = self._separator
        if not separator:
            return
        if not prompt.endswith(separator):
            said = "the prompt does not end with the separator {separator!r} of the others; put it behind the prompt"
            yield self._fault("separator_missing", Sentence(said, separator=separator))
        elif prompt.find(separator) != len(prompt) - len(separator):
            said = "the separator {separator!r} occurs inside the prompt too; the model cannot know where it ends"
            yield self._fault("separator_inside", Sentence(said, separator=separator))
        if separator in completion:
            said = "the separator {separator!r} occurs inside the completion; take it out, or prepare the file anew"
            yield self._fault("separator_inside", Sentence(said, separator=separator))

    def _ended(self, completion: str) -> Iterator[Finding]:
        if not self._ending and self._lines == 1:
            self._ending = _longest(completion, ENDINGS)
        ending = self._ending
        if not ending:
            return
        if not completion.endswith(ending):
            said = "the completion does not end with {ending!r} as the others do; answers will run on"
            yield warning("ending_missing", Sentence(said, ending=ending))
        elif completion.find(ending) != len(completion) - len(ending):
            said = "the ending {ending!r} occurs inside the completion; answers will be cut there"
            yield self._fault("ending_inside", Sentence(said, ending=ending))

    def end(self) -> Iterable[Finding]:
        if not self._lines:
            return
        if 0 < self._empty < self._lines:
            said = "{count} prompts are empty and others are not; nobody can ask for those answers"
            yield at_line(error("prompt_empty", Sentence(said, count=self._empty)), self._first_empty)
        if self._empty < self._lines and not self._separator:
            said = "no separator ends the prompts; the model cannot know where they end (corpus-to-ft prepare adds one)"
            yield self._fault("separator_missing", Sentence(said))
        elif self._separator and _SENTENCE.fullmatch(self._separator):
            said = "the separator {separator!r} is the end of a sentence; take signs such as '###'"
            yield self._fault("separator_is_sentence", Sentence(said, separator=self._separator))
        yield from self._end_of_answers()
        if self._without_space and self._is_own:
            said = "{count} completions do not begin with a space; the old encodings have their words with it"
            yield warning("no_leading_space", Sentence(said, count=self._without_space))

    def _end_of_answers(self) -> Iterator[Finding]:
        for stop in self._stops:
            if _SENTENCE.fullmatch(stop):
                said = "answers would stop at {stop!r}, which is the end of a sentence; take signs such as '###'"
                yield error("stop_is_sentence", Sentence(said, stop=stop))
        if self._ending or not self._is_own:
            return
        shared = (self._common or "").strip() if self._lines > 1 else ""
        if shared:
            said = "all completions end with {shared!r}, which ends a sentence too; a stop there would cut answers"
            yield warning("ending_is_sentence", Sentence(said, shared=shared[-20:]))
        else:
            said = "no ending follows the completions; answers will run on (corpus-to-ft prepare adds one)"
            yield warning("ending_missing", Sentence(said))


def _separator_of(prompt: str) -> str:
    signs = _SIGNS.search(prompt, max(0, len(prompt) - 40))
    return _longest(prompt, (*SEPARATORS, *CLASSIC_SEPARATORS)) or (signs.group() if signs else "")


def _longest(text: str, candidates: Sequence[str]) -> str:
    return max((each for each in candidates if text.endswith(each)), key=len, default="")


def _common_end(first: str, second: str) -> str:
    most = min(len(first), len(second))
    same = next((at for at in range(1, most + 1) if first[-at] != second[-at]), most + 1) - 1
    return first[len(first) - same :]
