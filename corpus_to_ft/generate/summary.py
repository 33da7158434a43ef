"""From a summary to the passage: the prompt is what a passage says in short, the completion is the passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from corpus_to_ft.errors import BadReply
from corpus_to_ft.faithful import missing_facts, reworded
from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import REPLY_SCHEMAS
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.own_language import in_other_language
from corpus_to_ft.plugin import refuse_above
from corpus_to_ft.prompts.summary import summary_messages, summary_room
from corpus_to_ft.records import Example, Message, Prompt, Rejected, Reply, Span
from corpus_to_ft.speech import ends_as_sentence
from corpus_to_ft.tokens import count_tokens


class SummaryGenerator(Generator):
    """Teaches to write a passage from its summary; one that is hardly shorter than the passage teaches copying."""

    aim_share: float = Field(default=0.4, gt=0, lt=1, description="of the passage's tokens, what is asked for")
    max_share: float = Field(default=0.6, gt=0, lt=1, description="of the passage's tokens, what is accepted")
    min_passage_chars: int = Field(default=120, ge=1, description="shorter passages have nothing to summarize")
    max_code_share: float = Field(default=0.5, ge=0, le=1, description="code and tables, by characters")

    @model_validator(mode="after")
    def _asked_for_is_accepted(self) -> Self:
        refuse_above(self, "aim_share", "max_share")
        return self

    def skip_reason(self, subject: Subject) -> str | None:
        passage = subject.passage
        body = sum(block.end - block.start for block in passage.blocks if block.kind != "heading")
        stiff = sum(block.end - block.start for block in passage.blocks if block.kind in ("code", "table_row"))
        if len(passage.text.strip()) < self.min_passage_chars or (passage.blocks and body < self.min_passage_chars):
            return "passage_too_short"
        if stiff > self.max_code_share * len(passage.text):
            return "mostly_code"
        return None

    def prompts(self, subject: Subject) -> Sequence[Prompt]:
        document, passage = subject.document, subject.passage
        tokens = count_tokens(passage.text, subject.encoding)
        chars = max(20, int(self.aim_share * len(passage.text)) // 10 * 10)
        messages = summary_messages(
            passage.text, title=document.title, published=document.published, headings=passage.headings,
            chars=chars, language=document.language, level="whole",
        )  # fmt: skip
        return [
            Prompt.make(
                kind="summary", subject_id=passage.id, text=passage.text, title=document.title,
                headings=passage.headings, blocks=passage.blocks, max_tokens=max(1, int(self.aim_share * tokens)),
                encoding=subject.encoding, language=document.language, messages=messages,
                schema=REPLY_SCHEMAS["summary"],
                sampling={"temperature": 0, "max_tokens": summary_room(chars, document.language)},
            )
        ]  # fmt: skip

    def examples(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        document, passage = subject.document, subject.passage
        if reply.finish == "length":
            raise BadReply(Sentence("the summary was cut off before its end"), raw=reply.text)
        content = read_json_reply(reply, REPLY_SCHEMAS["summary"])
        text: str = content["summary"].strip()
        if not text:
            return [self._rejected(subject, "empty_summary", Sentence("no sentence of the passage stands by itself"))]
        if in_other_language(text, passage.text, document.language):
            said = Sentence("not in the document's language: {text!r}", text=text[:160])
            return [self._rejected(subject, "other_language", said)]
        tokens, most = (count_tokens(part, subject.encoding) for part in (text, passage.text))
        if tokens > self.max_share * most:
            detail = Sentence(
                "{tokens} tokens for a passage of {most}; at most {max_share:.0%} are accepted",
                tokens=tokens,
                most=most,
                max_share=self.max_share,
            )
            return [self._rejected(subject, "summary_too_long", detail)]
        if not ends_as_sentence(text, passage.text):
            return [
                self._rejected(subject, "unfinished_summary", Sentence("its end is no end: {end!r}", end=text[-80:]))
            ]
        source = "\n".join([document.title, document.published or "", *passage.headings, passage.text])
        missing = missing_facts(reworded(text, passage.text), source)
        if missing:
            return [
                self._rejected(
                    subject, "unfaithful_summary", Sentence("not in the passage: {missing}", missing=", ".join(missing))
                )
            ]
        return [
            Example.make(
                kind="summary",
                messages=(Message(role="user", content=text), Message(role="assistant", content=passage.text)),
                document_id=document.id, passage_id=passage.id, source=document.source,
                evidence=(Span(start=passage.start, end=passage.end),), made_by=reply.model,
            )
        ]  # fmt: skip

    def _rejected(self, subject: Subject, reason: str, detail: Sentence) -> Rejected:
        return Rejected.make(
            item_id=subject.passage.id, source=subject.document.source, stage="generate", reason=reason, detail=detail
        )
