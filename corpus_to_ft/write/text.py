"""Writes `{"text": …}`: question and answer as one text, for trainers that go on writing what they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, field_validator

from corpus_to_ft.records import Message
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Writer, language_of
from corpus_to_ft.write.wording import LABELS, Wording, context_of, filled_in, said_by

ANSWER_LABELS: Wording = {
    "ko": {"qa": "답: ", "keywords": "글: ", "summary": "글: "},
    "en": {"qa": "Answer: ", "keywords": "Text: ", "summary": "Text: "},
}


class TextWriter(Writer):
    """Context, question and answer with a label before each; the trainer puts its end sign behind the answer."""

    labels: Wording = Field(
        default=LABELS,
        description='before the user text, by language and kind; "" leaves it out, what is not named keeps its default',
    )
    answer_labels: Wording = Field(
        default=ANSWER_LABELS,
        description='before the answer, by language and kind; "" leaves it out, what is not named keeps its default',
    )

    @field_validator("labels")
    @classmethod
    def _fill_in_labels(cls, given: Wording) -> Wording:
        return filled_in(given, LABELS)

    @field_validator("answer_labels")
    @classmethod
    def _fill_in_answer_labels(cls, given: Wording) -> Wording:
        return filled_in(given, ANSWER_LABELS)

    def settle(self, conversations: Iterable[tuple[Message, ...]]) -> TextWriter:  # noqa: ARG002
        return self

    def line(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        language = language_of(messages)
        asked = self.labels[language].get(kind, "") + said_by("user", messages)
        # Without an answer it ends where the model has to go on; a blank there would be a token that was never learnt.
        answer = self.answer_labels[language].get(kind, "") + said_by("assistant", messages)
        # Texts to go on writing have nothing before them.
        before = [*context_of(messages), *([asked] if asked.strip() else [])]
        return {"text": "\n\n".join([*before, answer.rstrip()])}

    def tokens(self, messages: tuple[Message, ...], kind: str, encoding: str) -> int:
        """One more than the text has: the end sign."""
        return count_tokens(self.line(messages, kind)["text"], encoding) + 1

    def asked(self, messages: tuple[Message, ...], kind: str) -> Mapping[str, Any]:
        return {"prompt": self.line(messages, kind)["text"]}

    def asking(self) -> Mapping[str, Any]:
        return {"labels": self.labels, "answer_labels": self.answer_labels}
