"""Questions that a document leaves open: how many a passage is asked for, and how they become examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corpus_to_ft.generate.base import Subject
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import REPLY_SCHEMAS
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.own_language import in_other_language
from corpus_to_ft.prompts.refusals import refusal
from corpus_to_ft.records import Message, Rejected, Reply
from corpus_to_ft.speech import SpeechLevel

_OPEN_QUESTIONS: Mapping[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"question": {"type": "string"}, "missing": {"type": "string"}},
        "required": ["question", "missing"],
        "additionalProperties": False,
    },
}
# Asked of a model; engines that only read know nothing that is not there, and answer the plain schema.
SCHEMA: Mapping[str, Any] = {
    **REPLY_SCHEMAS["qa"],
    "properties": {**REPLY_SCHEMAS["qa"]["properties"], "unanswerable": _OPEN_QUESTIONS},
    "required": [*REPLY_SCHEMAS["qa"]["required"], "unanswerable"],
}
_READ: Mapping[str, Any] = {"type": "object", "properties": {"unanswerable": _OPEN_QUESTIONS}}


def open_questions_of(subject: Subject, a_document: int) -> int:
    """This passage's part of the document's open questions, which are spread evenly."""
    number = len(subject.siblings) or 1
    at = subject.siblings.index(subject.passage) if subject.siblings else 0
    return (at + 1) * a_document // number - at * a_document // number


def read_open_questions(
    reply: Reply, subject: Subject, level: SpeechLevel, most: int
) -> Iterator[tuple[Message, Message] | Rejected]:
    """A question and its honest refusal each; Rejected where the document has what is said to be missing."""
    document = subject.document
    known = _squeezed(f"{document.title}\n{document.text}")
    for item in read_json_reply(reply, _READ).get("unanswerable", [])[:most]:
        question, missing = (" ".join(item[key].split()) for key in ("question", "missing"))
        if in_other_language(question, subject.passage.text, document.language):
            yield Rejected.make(
                item_id=subject.passage.id, source=document.source, stage="generate", reason="other_language",
                detail=Sentence("not in the document's language: {text!r}", text=question[:160]),
            )  # fmt: skip
            continue
        if not missing or missing not in question or _squeezed(missing) in known:
            detail = Sentence(
                "the document has it, or it is not what is asked: {missing!r} | {question}",
                missing=missing[:80],
                question=question[:120],
            )
            yield Rejected.make(
                item_id=subject.passage.id, source=document.source, stage="generate",
                reason="refusal_unfounded", detail=detail,
            )  # fmt: skip
        else:
            answer = refusal(question, missing, language=document.language, level=level)
            yield Message(role="user", content=question), Message(role="assistant", content=answer)


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
