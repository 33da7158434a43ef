"""Questions and answers about a passage; each answer keeps the stretch of the document that supports it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.generate.unanswerable import SCHEMA, open_questions_of, read_open_questions
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import REPLY_SCHEMAS, SILENCES
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.own_language import in_other_language
from corpus_to_ft.prompts.again import worth_asking_again
from corpus_to_ft.prompts.qa import Style, context_message, qa_messages, qa_room
from corpus_to_ft.records import Block, Example, Message, Passage, Prompt, Rejected, Reply, Span
from corpus_to_ft.retrieval import index_of
from corpus_to_ft.speech import SpeechLevel, off_level
from corpus_to_ft.tokens import count_tokens

CHARS_PER_QUESTION = 275
MOST_QUESTIONS = 5
MIN_PROSE_CHARS = 40
# Next to this much code, prose below MIN_PROSE_BESIDE_CODE is only its caption.
MOSTLY_CODE = 0.8
MIN_PROSE_BESIDE_CODE = 120
# How much more a question's own passage must score than the best other: to be taken as it is, and at least.
CLEAR_LEAD, LEAST_LEAD = 1.15, 1.05
# Separators, roles and the end mark of a line, generously: the length check counts exactly.
LINE_OVERHEAD_TOKENS = 48

# Beside formulas, fewer syllables than these only lead from one to the next: "다음과 같이 정리합니다".
MIN_SYLLABLES_BESIDE_FORMULAS = 60
_FORMULA = re.compile(r"\\begin\{|\\[a-zA-Z]{2,}.*[=^_{}]")
_SYLLABLE = re.compile("[가-힣]")
_REFERENCES = re.compile(
    r"\W*(?:참고 ?(?:자료|문헌|링크|사이트)?|참조|출처|레퍼런스|관련 글|references?|further reading|see also)\W*$", re.I
)
# Footnotes and numbered sources, one a line.
_NOTES = re.compile(r"(?:\s*(?:\[\^?\w{1,4}\]|\^\d)[^\n]*(?:\n|$))+")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
# What a reply may say beside what is asked of a model: `fallback` items count only where no other stays;
# `silence` and `detail` are the reason for no items, and what was tried.
_ITEMS: Mapping[str, Any] = REPLY_SCHEMAS["qa"]["properties"]["items"]
_READ: Mapping[str, Any] = {
    **REPLY_SCHEMAS["qa"],
    "properties": {
        "items": {
            **_ITEMS,
            "items": {
                **_ITEMS["items"],
                "properties": {**_ITEMS["items"]["properties"], "fallback": {"type": "boolean"}},
            },
        },
        "silence": {"type": "string"},
        "detail": {"type": "string"},
    },
}


class QaGenerator(Generator):
    """`per_passage` 0 asks by length, about one question in 275 characters of prose, one to five.

    `context` document puts title, date and the summary (or the passage, where the answer is not in the
    summary) into a system message. `style` says how a chat model words its answers, `speech_level` in
    which level it asks and answers (`source`: questions in 해요체, answers as the document speaks; whoever
    only quotes cannot speak otherwise, so its answers in another level are rejected). `refusals` a document
    are questions that it leaves open, answered by an honest refusal; only a model can think of them.
    `spare` more are asked for than are wanted: of all, the first that find their own passage among those
    of the document stay, so that nobody learns an answer to a question that another passage answers.
    """

    per_passage: int = Field(default=0, ge=0, le=50)
    spare: int = Field(default=2, ge=0, le=20)
    context: Literal["none", "document"] = "none"
    style: Style = "own_words"
    speech_level: SpeechLevel | Literal["source"] = "source"
    refusals: int = Field(default=0, ge=0, le=50, description="questions a document that it leaves open")

    @property
    def question_level(self) -> SpeechLevel:
        return "haeyo" if self.speech_level == "source" else self.speech_level

    def prompts(self, subject: Subject) -> Sequence[Prompt]:
        document, passage = subject.document, subject.passage
        count = self._quota(passage) + self.spare
        refusals = open_questions_of(subject, self.refusals)
        messages = qa_messages(
            passage.text,
            title=document.title,
            headings=passage.headings,
            count=count,
            language=document.language,
            style=self.style,
            asks_in=self.question_level,
            answers_in=None if self.speech_level == "source" else self.speech_level,
            refusals=refusals,
        )
        room = qa_room(passage.text, count, document.language, refusals)
        return [
            Prompt.make(
                kind="qa",
                subject_id=passage.id,
                text=passage.text,
                title=document.title,
                headings=passage.headings,
                blocks=passage.blocks,
                count=count,
                language=document.language,
                messages=messages,
                schema=SCHEMA if refusals else REPLY_SCHEMAS["qa"],
                sampling={"temperature": 0, "max_tokens": room},
            )
        ]

    def skip_reason(self, subject: Subject) -> str | None:
        passage = subject.passage
        prose = _prose_chars(passage)
        visible = _visible(passage.text)
        if prose == 0:
            return "no_prose"
        if _REFERENCES.match(passage.headings[-1] if passage.headings else "") or _NOTES.fullmatch(passage.text):
            return "references"
        if _FORMULA.search(passage.text) and len(_SYLLABLE.findall(passage.text)) < MIN_SYLLABLES_BESIDE_FORMULAS:
            return "only_formulas"
        links = sum(_visible(found.group()) for found in _LINK.finditer(passage.text))
        if links > 0.5 * prose:
            return "links_only"
        if prose < MIN_PROSE_CHARS:
            return "too_short"
        code = sum(_visible(b.of(passage.text)) for b in passage.blocks if b.kind == "code")
        if code > MOSTLY_CODE * visible and prose < MIN_PROSE_BESIDE_CODE:
            return "mostly_code"
        return None

    def examples(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        # What a reply says twice is one example, or one that fell out.
        return list(dict.fromkeys([*self._answered(reply, subject), *self._left_open(reply, subject)]))

    def most_examples(self, subject: Subject) -> int:
        return self._quota(subject.passage) + open_questions_of(subject, self.refusals)

    def to_correct(self, found: Sequence[Example | Rejected], subject: Subject) -> Sequence[Rejected]:
        """Nothing where the spare ones took the place of those that failed."""
        if sum(isinstance(item, Example) for item in found) >= self.most_examples(subject):
            return []
        return [item for item in found if isinstance(item, Rejected) and worth_asking_again(item.reason)]

    def together(
        self, first: Sequence[Example | Rejected], second: Sequence[Example | Rejected], subject: Subject
    ) -> Sequence[Example | Rejected]:
        """The good ones of the first reply stay, those of the second fill up; each failure is told once."""
        kept = [item for item in first if isinstance(item, Example)]
        seen = {words for example in kept for words in (example.prompt, example.answer)}
        more = [e for e in second if isinstance(e, Example) and not {e.prompt, e.answer} & seen]
        left = self._quota(subject.passage) - sum(bool(example.evidence) for example in kept)
        answered = [example for example in more if example.evidence][: max(0, left)]
        kept += [*answered, *(example for example in more if not example.evidence)]
        failed_again = [item for item in second if isinstance(item, Rejected)]
        mended = len(more) + len(failed_again)
        failed = [item for item in first if isinstance(item, Rejected)][mended:]
        kept.sort(key=lambda example: example.evidence[0].start if example.evidence else len(subject.document.text))
        return [*kept, *failed, *failed_again]

    def _left_open(self, reply: Reply, subject: Subject) -> Iterator[Example | Rejected]:
        most = open_questions_of(subject, self.refusals)
        for item in read_open_questions(reply, subject, self.question_level, most) if most else ():
            yield item if isinstance(item, Rejected) else self._made(item, (), "", reply, subject)

    def _answered(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        """In the order of the text. A reply may word the question for one answer more than once."""
        said = read_json_reply(reply, _READ)
        items = said["items"]
        if not items and said.get("silence") in SILENCES:
            return [_silent(subject, said["silence"], said.get("detail", ""))]
        firm = [item for item in items if not item.get("fallback")]
        made = self._chosen(firm, reply, subject, most=self._quota(subject.passage))
        if not any(isinstance(item, Example) for item in made):
            made += self._chosen([item for item in items if item.get("fallback")], reply, subject, most=1)
        return made

    def _chosen(
        self, items: Sequence[Mapping[str, Any]], reply: Reply, subject: Subject, most: int
    ) -> list[Example | Rejected]:
        made = [self._example(item, reply, subject) for item in items]
        rejected = [item for item in made if isinstance(item, Rejected)]
        wordings: dict[str, list[Example]] = {}
        for item in made:
            if isinstance(item, Example):
                wordings.setdefault(item.answer, []).append(item)
        kept: list[Example] = []
        for examples in wordings.values():
            specific = _most_specific(examples, subject)
            if specific is None:
                rejected.append(_set_aside(examples[0], "another passage answers it better"))
            elif len(kept) < most:
                kept.append(specific)
        return [*sorted(kept, key=lambda example: example.evidence[0].start), *rejected]

    def _quota(self, passage: Passage) -> int:
        return self.per_passage or _count_by_length(passage)

    def _example(self, item: Mapping[str, Any], reply: Reply, subject: Subject) -> Example | Rejected:
        question, answer, evidence = (item[key].strip() for key in ("question", "answer", "evidence"))
        passage = subject.passage
        language = subject.document.language
        if other := next((s for s in (question, answer) if in_other_language(s, passage.text, language)), None):
            return Rejected.make(
                item_id=passage.id,
                source=subject.document.source,
                stage="generate",
                reason="other_language",
                detail=Sentence("not in the document's language: {text!r}", text=other[:160]),
            )
        found = find_evidence(evidence, passage.text)
        if found is None:
            return Rejected.make(
                item_id=passage.id,
                source=subject.document.source,
                stage="generate",
                reason="evidence_not_found",
                detail=Sentence(
                    "not in the passage: {evidence!r} | {question}", evidence=evidence[:160], question=question[:120]
                ),
            )
        if wrong := self._off_level(question, answer, subject):
            return Rejected.make(
                item_id=passage.id,
                source=subject.document.source,
                stage="generate",
                reason="speech_level",
                detail=Sentence(
                    "not in {speech_level}: {wrong!r} | {question}",
                    speech_level=self.speech_level,
                    wrong=wrong[:120],
                    question=question[:120],
                ),
            )
        said = (Message(role="user", content=question), Message(role="assistant", content=answer))
        spans = (Span(start=passage.start + found.start, end=passage.start + found.end),)
        return self._made(said, spans, evidence, reply, subject)

    def _off_level(self, question: str, answer: str, subject: Subject) -> str | None:
        """The sentence that is spoken otherwise than was asked for."""
        if self.speech_level == "source" or subject.document.language == "en":
            return None
        answers_otherwise = off_level(answer, self.speech_level) if self.style == "own_words" else None
        return off_level(question, self.speech_level) or answers_otherwise

    def _made(
        self, said: tuple[Message, Message], spans: tuple[Span, ...], evidence: str, reply: Reply, subject: Subject
    ) -> Example:
        return Example.make(
            kind="qa",
            messages=(*self._context(subject, said, evidence), *said),
            document_id=subject.document.id,
            passage_id=subject.passage.id,
            source=subject.document.source,
            evidence=spans,
            made_by=reply.model,
        )

    def _context(self, subject: Subject, said: tuple[Message, ...], evidence: str) -> tuple[Message, ...]:
        """The summary where it holds the evidence, else the passage; nothing where neither fits the line."""
        if self.context == "none":
            return ()
        document = subject.document
        texts = [subject.passage.text]
        if evidence and find_evidence(evidence, subject.summary.text):
            texts.insert(0, subject.summary.text)
        for text in texts:
            message = context_message(
                text, title=document.title, published=document.published, language=document.language
            )
            tokens = sum(count_tokens(m.content, subject.encoding) for m in (message, *said))
            if tokens + LINE_OVERHEAD_TOKENS <= subject.max_tokens:
                return (message,)
        return ()


def find_evidence(evidence: str, text: str) -> Span | None:
    """Where the evidence stands: exactly, else with any white space between its words; None where it does not."""
    if not evidence:
        return None
    start = text.find(evidence)
    if start >= 0:
        return Span(start=start, end=start + len(evidence))
    found = re.search(r"\s+".join(re.escape(word) for word in evidence.split()), text)
    return Span(start=found.start(), end=found.end()) if found else None


def _most_specific(wordings: Sequence[Example], subject: Subject) -> Example | None:
    """The first wording that clearly finds its own passage among the document's, else the one that does so best."""
    texts = tuple(passage.text for passage in subject.siblings)
    if len(texts) < 2:
        return wordings[0]
    index, own = index_of(texts), subject.siblings.index(subject.passage)
    best, best_lead = None, LEAST_LEAD
    for example in wordings:
        lead = index.lead(example.prompt, own)
        if lead >= CLEAR_LEAD:
            return example
        if lead > best_lead:
            best, best_lead = example, lead
    return best


def _silent(subject: Subject, reason: str, detail: str) -> Rejected:
    detail = Sentence("{detail} | {text}", detail=detail, text=subject.passage.text[:80])
    return Rejected.make(
        item_id=subject.passage.id, source=subject.document.source, stage="generate", reason=reason, detail=detail
    )


def _set_aside(example: Example, detail: str) -> Rejected:
    return Rejected.make(
        item_id=example.passage_id, source=example.source, stage="generate", reason="ambiguous_question",
        detail=Sentence("{detail} | {prompt}", detail=detail, prompt=example.prompt[:120]),
    )  # fmt: skip


def _count_by_length(passage: Passage) -> int:
    return max(1, min(MOST_QUESTIONS, round(_prose_chars(passage) / CHARS_PER_QUESTION)))


def _prose_chars(passage: Passage) -> int:
    blocks = passage.blocks or (Block(kind="paragraph", start=0, end=len(passage.text)),)
    return sum(len(b.of(passage.text).strip()) for b in blocks if b.kind in ("paragraph", "list_item", "quote"))


def _visible(text: str) -> int:
    return len("".join(text.split()))
