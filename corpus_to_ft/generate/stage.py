"""Runs every generator over the passages of one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.generate.judge import JudgeSettings, foreseen, judge_examples
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import NOT_ASKED, Ask
from corpus_to_ft.prompts.again import REPLY_CHARS_KEPT
from corpus_to_ft.records import Example, Note, Prompt, ProviderFailure, Rejected, Reply

# What looks at examples beside their document and turns those that fail into Rejected, in order.
Checks = Callable[[Iterable[Example | Rejected]], Iterable[Example | Rejected]]
Found = Sequence[Example | Rejected]
# How a reply ended that did not end by itself, and the reason that gives.
_ENDED_EARLY = {"length": "truncated", "content_filter": "filtered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """One prompt with what is needed to read its reply."""

    generator: Generator
    subject: Subject
    prompt: Prompt


def generate_examples(
    subjects: Sequence[Subject],
    generators: Sequence[Generator],
    ask: Ask,
    *,
    checks: Checks = iter,
    asks_again: bool = True,
    judge: JudgeSettings | None = None,
) -> list[Example | Rejected | Note]:
    """Checked examples in the order of generators, passages and prompts; all prompts are asked at once.

    A passage without a prompt, a refused prompt and a useless reply each leave a Rejected. With
    `asks_again` the replies that failed, by themselves or before the checks, are asked for once more,
    again all at once; for a provider that always says the same there is no use in that. With `judge` the
    provider is then asked what it thinks of each example that was kept, once more all at once.
    """
    made: list[Example | Rejected | Note] = []
    wishes: list[_Wish] = []
    for generator in generators:
        for subject in subjects:
            reason = generator.skip_reason(subject)
            if reason:
                made.append(
                    _rejected(
                        subject, reason, Sentence("{name}: {text}", name=generator.name, text=subject.passage.text[:80])
                    )
                )
            else:
                prompts = generator.prompts(subject)
                wishes.extend(_Wish(generator=generator, subject=subject, prompt=prompt) for prompt in prompts)
    replies = ask([wish.prompt for wish in wishes])
    found: list[Found] = [_read(wish, reply, checks) for wish, reply in zip(wishes, replies, strict=True)]
    if asks_again:
        _correct(wishes, replies, found, ask, checks)
    made += (item for some in found for item in some)
    return _judged(made, wishes, replies, ask, judge) if judge else made


def _judged(
    made: Sequence[Example | Rejected | Note],
    wishes: Sequence[_Wish],
    replies: Sequence[Reply | ProviderFailure],
    ask: Ask,
    judge: JudgeSettings,
) -> list[Example | Rejected | Note]:
    """Every example in its place, or what became of it before the judge."""
    subject_of = {wish.subject.passage.id: wish.subject for wish in wishes}
    examples = [(item, subject_of[item.passage_id]) for item in made if isinstance(item, Example)]
    for wish, reply in zip(wishes, replies, strict=True):
        if isinstance(reply, ProviderFailure) and reply.reason == NOT_ASKED:
            kind = wish.prompt.kind
            assert kind != "judge", "a generator asks for examples"
            assert kind != "embedding", "a generator asks for examples"
            examples += foreseen(kind, wish.generator.most_examples(wish.subject), wish.subject)
    outcomes = iter(judge_examples(examples, ask, judge.least))
    return [end for item in made for end in (next(outcomes) if isinstance(item, Example) else (item,))]


def _correct(
    wishes: Sequence[_Wish], replies: Sequence[Reply | ProviderFailure], found: list[Found], ask: Ask, checks: Checks
) -> None:
    """Puts what came of the second replies into `found`; what still failed keeps the words that failed."""
    again: list[tuple[int, Prompt]] = []
    for at, (wish, reply) in enumerate(zip(wishes, replies, strict=True)):
        failed = wish.generator.to_correct(found[at], wish.subject) if isinstance(reply, Reply) else []
        if failed and isinstance(reply, Reply):
            again.append((at, wish.generator.prompt_again(wish.prompt, reply, failed)))
    second = ask([prompt for _, prompt in again]) if again else []
    for (at, _), reply in zip(again, second, strict=True):
        wish = wishes[at]
        found[at] = _with_raw(found[at], replies[at])
        if isinstance(reply, Reply):
            answered = _with_raw(_read(wish, reply, checks), reply)
            found[at] = wish.generator.together(found[at], answered, wish.subject)


def _read(wish: _Wish, reply: Reply | ProviderFailure, checks: Checks) -> Found:
    subject = wish.subject
    if isinstance(reply, ProviderFailure):
        return [
            _rejected(
                subject,
                reply.reason,
                Sentence("{detail} | {raw}", detail=reply.detail, raw=reply.raw) if reply.raw else reply.detail,
            )
        ]
    try:
        made = wish.generator.examples(reply, subject)
    except BadReply as error:
        reason = _ENDED_EARLY.get(reply.finish, error.reason)
        return [
            _rejected(
                subject, reason, Sentence("{detail} | {raw}", detail=error.sentence, raw=error.raw[:REPLY_CHARS_KEPT])
            )
        ]
    if not made:
        detail = Sentence("{name} found nothing in: {text}", name=wish.generator.name, text=subject.passage.text[:80])
        return [_rejected(subject, "nothing_found", detail)]
    return list(checks(made))


def _with_raw(found: Found, reply: Reply | ProviderFailure) -> Found:
    """What was rejected for good says what the model wrote."""
    raw = reply.text[:REPLY_CHARS_KEPT] if isinstance(reply, Reply) else ""
    return [
        Rejected.make(
            item_id=item.item_id, source=item.source, stage=item.stage, reason=item.reason,
            detail=Sentence("{detail} | {raw}", detail=item.detail, raw=raw),
        )
        if isinstance(item, Rejected) and raw not in item.detail
        else item
        for item in found
    ]  # fmt: skip


def _rejected(subject: Subject, reason: str, detail: Sentence) -> Rejected:
    source = subject.document.source
    return Rejected.make(item_id=subject.passage.id, source=source, stage="generate", reason=reason, detail=detail)
