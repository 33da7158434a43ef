"""Runs every generator over the passages of one document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.llm.base import Ask
from corpus_to_ft.records import Example, Prompt, ProviderFailure, Rejected, Reply


def generate_examples(
    subjects: Sequence[Subject], generators: Sequence[Generator], ask: Ask
) -> list[Example | Rejected]:
    """Examples in the order of generators, passages and prompts; all prompts are asked at once.

    A passage without a prompt, a refused prompt and a useless reply each leave a Rejected.
    """
    made: list[Example | Rejected] = []
    wishes: list[tuple[Generator, Subject, Prompt]] = []
    for generator in generators:
        for subject in subjects:
            reason = generator.skip_reason(subject)
            if reason:
                made.append(_rejected(subject, reason, f"{generator.name}: {subject.passage.text[:80]}"))
            else:
                wishes.extend((generator, subject, prompt) for prompt in generator.prompts(subject))
    replies = ask([prompt for _, _, prompt in wishes])
    for (generator, subject, _), reply in zip(wishes, replies, strict=True):
        made.extend(_read(generator, subject, reply))
    return made


def _read(generator: Generator, subject: Subject, reply: Reply | ProviderFailure) -> Sequence[Example | Rejected]:
    rejected = partial(_rejected, subject)
    if isinstance(reply, ProviderFailure):
        return [rejected(reply.reason, f"{reply.detail} | {reply.raw}" if reply.raw else reply.detail)]
    try:
        made = generator.examples(reply, subject)
    except BadReply as error:
        return [rejected(error.reason, f"{error} | {error.raw}")]
    return made or [rejected("nothing_found", f"{generator.name} found nothing in: {subject.passage.text[:80]}")]


def _rejected(subject: Subject, reason: str, detail: str) -> Rejected:
    source = subject.document.source
    return Rejected.make(item_id=subject.passage.id, source=source, stage="generate", reason=reason, detail=detail)
