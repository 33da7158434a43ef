"""A second opinion on every example that was kept: a model scores it beside its passage, where that is wished.

A judge can only take away. What it does not answer, or answers so that nobody can read it, stays with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Subject, asked_once_more
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import REPLY_SCHEMAS, Ask
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.prompts.again import REPLY_CHARS_KEPT
from corpus_to_ft.prompts.judge import LONGEST_REASON_CHARS, judge_messages, judge_room
from corpus_to_ft.records import Example, Kind, Message, Note, Prompt, ProviderFailure, Rejected, Reply

WORST, BEST = 1, 5
# What stands for a question and an answer that are not made yet: as much of the passage as such words take.
FORESEEN_ASKED_CHARS, FORESEEN_ANSWER_CHARS = 120, 275


class JudgeSettings(BaseModel):
    """`use` asks once more for each example, and sends its passage again; `least` rejects without a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: bool = Field(default=False, description="a chat model scores each example, one more call each")
    least: int = Field(default=3, ge=WORST, le=BEST, description="of 1 to 5, for each of its three scores")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Scores from 1 to 5, and the reason for the lowest."""

    grounded: int
    answers: int
    natural: int
    why: str

    @property
    def lowest(self) -> int:
        return min(self.grounded, self.answers, self.natural)


# An example with what it was made from.
Judged = tuple[Example, Subject]
Verdict = Judgement | BadReply | ProviderFailure


def judge_examples(judged: Sequence[Judged], ask: Ask, least: int) -> list[tuple[Example | Rejected | Note, ...]]:
    """For each example what became of it: itself, itself with a note, or a Rejected.

    All are asked about at once, and those whose judgement could not be read once more, again at once.
    """
    prompts = [judge_prompt(example, subject) for example, subject in judged]
    replies = list(ask(prompts)) if prompts else []
    verdicts = [_verdict(reply) for reply in replies]
    again: list[tuple[int, Prompt]] = []
    for at, (prompt, reply, verdict) in enumerate(zip(prompts, replies, verdicts, strict=True)):
        if isinstance(verdict, BadReply) and isinstance(reply, Reply):
            again.append((at, asked_once_more(prompt, reply, [("bad_reply", verdict.sentence)])))
    second = ask([prompt for _, prompt in again]) if again else []
    for (at, _), reply in zip(again, second, strict=True):
        # Where the second attempt got no reply, the first says what was wrong.
        if isinstance(reply, Reply):
            verdicts[at] = _verdict(reply)
    return [_outcome(example, verdict, least) for (example, _), verdict in zip(judged, verdicts, strict=True)]


def judge_prompt(example: Example, subject: Subject) -> Prompt:
    """One wish for one example; the passage is the only source."""
    document, passage = subject.document, subject.passage
    messages = judge_messages(
        passage.text, title=document.title, headings=passage.headings, kind=example.kind,
        asked=example.prompt, answer=example.answer, language=document.language,
    )  # fmt: skip
    return Prompt.make(
        kind="judge", subject_id=example.id, text=passage.text, title=document.title, headings=passage.headings,
        blocks=passage.blocks, language=document.language, messages=messages, schema=REPLY_SCHEMAS["judge"],
        sampling={"temperature": 0, "max_tokens": judge_room(document.language)},
    )  # fmt: skip


def read_judgement(reply: Reply) -> Judgement:
    """Raises BadReply for another form, and for a score that is none."""
    said = read_json_reply(reply, REPLY_SCHEMAS["judge"])
    scores = {name: said[name] for name in ("grounded", "answers", "natural")}
    for name, score in scores.items():
        if not WORST <= score <= BEST:
            told = "{name} should be a score from {worst} to {best}, it is {score}"
            # A number of a thousand digits is as wrong as 6, and need not be told whole.
            wrong = Sentence(told, name=name, worst=WORST, best=BEST, score=str(score)[:20])
            raise BadReply(wrong, raw=reply.text)
    return Judgement(**scores, why=" ".join(said["why"].split())[:LONGEST_REASON_CHARS])


def foreseen(kind: Kind, most: int, subject: Subject) -> list[Judged]:
    """Stand-ins for the `most` examples of a reply that nobody has asked for yet, so that their price can be said."""
    text = subject.passage.text
    answer = text[:FORESEEN_ANSWER_CHARS] if kind == "qa" else text
    return [
        (
            Example.make(
                kind=kind,
                messages=(
                    Message(role="user", content=f"{number} {text[:FORESEEN_ASKED_CHARS]}"),
                    Message(role="assistant", content=answer),
                ),
                document_id=subject.document.id, passage_id=subject.passage.id, source=subject.document.source,
                evidence=(), made_by="",
            ),
            subject,
        )
        for number in range(most)
    ]  # fmt: skip


def _verdict(reply: Reply | ProviderFailure) -> Verdict:
    if isinstance(reply, ProviderFailure):
        return reply
    try:
        return read_judgement(reply)
    except BadReply as error:
        return error


def _outcome(example: Example, verdict: Verdict, least: int) -> tuple[Example | Rejected | Note, ...]:
    if isinstance(verdict, Judgement):
        return (example,) if verdict.lowest >= least else (_rejected(example, verdict, least),)
    return example, _note(example, verdict)


def _rejected(example: Example, found: Judgement, least: int) -> Rejected:
    detail = Sentence(
        "grounded {grounded}, answers {answers}, natural {natural}; {least} is the least: {why} | {prompt}",
        grounded=found.grounded, answers=found.answers, natural=found.natural, least=least,
        why=found.why, prompt=example.prompt[:120],
    )  # fmt: skip
    return Rejected.make(item_id=example.id, source=example.source, stage="check", reason="judged_low", detail=detail)


def _note(example: Example, wrong: BadReply | ProviderFailure) -> Note:
    told = wrong.detail if isinstance(wrong, ProviderFailure) else wrong.sentence
    detail = Sentence("{detail} | {prompt}", detail=told, prompt=example.prompt[:120])
    if wrong.raw:
        detail = Sentence("{detail} | {raw}", detail=detail, raw=wrong.raw[:REPLY_CHARS_KEPT])
    return Note.make(item_id=example.id, source=example.source, stage="check", reason="not_judged", detail=detail)
