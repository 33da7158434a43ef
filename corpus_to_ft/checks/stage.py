"""Runs every check over the examples of one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example, Note, Rejected


def check_examples(
    examples: Iterable[Example | Rejected], checks: Sequence[Check], context: CheckContext
) -> Iterator[Example | Rejected]:
    """Pass an example on, or the Rejected of the first check that it fails; Rejected ones pass as they are."""
    for example in examples:
        if isinstance(example, Rejected):
            yield example
            continue
        for check in checks:
            verdict = check.verdict(example, context)
            if verdict:
                reason, detail = verdict
                if reason != "personal_data":
                    detail = Sentence("{detail} | {prompt}", detail=detail, prompt=example.prompt[:120])
                yield Rejected.make(
                    item_id=example.id, source=example.source, stage="check", reason=reason, detail=detail
                )
                break
        else:
            yield example


def note_examples(
    examples: Iterable[Example | Rejected | Note], checks: Sequence[Check], context: CheckContext
) -> Iterator[Note]:
    """What people should know about the examples that were kept."""
    for example in examples:
        if not isinstance(example, Example):
            continue
        for check in checks:
            if found := check.note(example, context):
                reason, said = found
                detail = Sentence("{detail} | {prompt}", detail=said, prompt=example.prompt[:120])
                yield Note.make(item_id=example.id, source=example.source, stage="check", reason=reason, detail=detail)
