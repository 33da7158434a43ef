"""Writes `{"prompt": …, "completion": …}` with a separator and an ending that occur nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, field_validator

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Message
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Writer, language_of
from corpus_to_ft.write.wording import LABELS as LABELS  # whoever reads these lines looks for the labels here
from corpus_to_ft.write.wording import Wording, filled_in

# A sentence ending is on neither list: `요?` separates nothing, and a stop at `다.` would cut every answer short.
SEPARATORS = (
    "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n", "\n\n### =>\n\n", "\n\n@@@###@@@\n\n",
)  # fmt: skip
ENDINGS = ("\n", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%", " [END]", " <<<END>>>")

# In every encoding a word ends where white space begins, so counts on both sides of it add up.
_WORD_END = re.compile(r"(?<=[가-힣A-Za-z])(?=\s)")


class PromptCompletionWriter(Writer):
    """The first candidate that is safe for all examples is taken; before `settle`, the longest one is counted."""

    separators: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=SEPARATORS, description="between prompt and completion: candidates, best first"
    )
    endings: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=ENDINGS, description="at the end of each completion, where asking stops: candidates, best first"
    )
    labels: Wording = Field(
        default=LABELS,
        description='before the user text, by language and kind; "" leaves it out, what is not named keeps its default',
    )

    @field_validator("labels")
    @classmethod
    def _fill_in_defaults(cls, given: Wording) -> Wording:
        return filled_in(given, LABELS)

    @field_validator("separators", "endings")
    @classmethod
    def _candidates_say_something(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Words are known only with their sign around them: a bare `다` would be found inside answers never seen."""
        for candidate in given:
            if not candidate or re.fullmatch(r"[가-힣\s]*[가-힣][가-힣\s]*[.?!]?", candidate):
                raise ValueError(f"{candidate!r} is empty or a Korean sentence ending; use signs, such as '###'")
        return given

    def settle(self, conversations: Iterable[tuple[Message, ...]]) -> PromptCompletionWriter:
        labels = "".join(label for kinds in self.labels.values() for label in kinds.values())
        separators, endings = [s for s in self.separators if s not in labels], list(self.endings)
        for messages in conversations:
            # No kind is known here. A label stands before the user text and holds no candidate: it changes nothing.
            prompt, answer = self._prompt(messages, kind=""), _completion(messages)
            separators = [s for s in separators if _ends_at(prompt, s) and s not in answer]
            endings = [e for e in endings if _ends_at(answer, e)]
        if not separators or not endings:
            what = "separators" if not separators else "endings"
            raise ConfigError(
                Sentence(
                    "every candidate for {what} occurs in the examples; name another: --set "
                    "'target.{what}=[\"\\n\\n%%%%%\\n\\n\"]'",
                    what=what,
                )
            )
        return self.model_copy(update={"separators": (separators[0],), "endings": (endings[0],)})

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        return {
            "prompt": self._prompt(messages, kind) + self.separators[0],
            "completion": _completion(messages) + self.endings[0],
        }

    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        prompt = _count_longest(self._prompt(messages, kind), self.separators, encoding)
        return prompt + _count_longest(_completion(messages), self.endings, encoding)

    def asked(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        stops = list(filter(None, self.endings[:1]))
        return {"prompt": self.line(messages, kind)["prompt"], **({"stop": stops} if stops else {})}

    def asking(self) -> Mapping[str, Any]:
        return {"separator": self.separators[0], "stop": list(filter(None, self.endings[:1])), "labels": self.labels}

    def _prompt(self, messages: tuple[Message, ...], kind: str) -> str:
        label = self.labels[language_of(messages)].get(kind, "")
        context = [message.content.strip() for message in messages if message.role == "system"]
        asked = "\n".join(message.content for message in messages if message.role == "user").strip()
        return "\n\n".join([*filter(None, context), asked if asked.startswith(label) else label + asked])


def _completion(messages: tuple[Message, ...]) -> str:
    """One space in front: the old encodings have their words with it."""
    return " " + "\n".join(message.content for message in messages if message.role == "assistant").strip()


def _ends_at(text: str, candidate: str) -> bool:
    """Whether `candidate`, put after `text`, is first found there and not before (`a*` + `***` is found early)."""
    return (text + candidate).find(candidate) == len(text)


def _count_longest(text: str, candidates: Sequence[str], encoding: str) -> int:
    """Tokens of `text` with the dearest of `candidates` behind it; only the last word is counted again for each."""
    cut = 0
    for match in _WORD_END.finditer(text, max(0, len(text) - 200)):
        cut = match.start()
    tail = text[cut:]
    return count_tokens(text[:cut], encoding) + max(count_tokens(tail + c, encoding) for c in candidates)
