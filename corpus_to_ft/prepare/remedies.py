"""What can be done about a file: what must be, what harms nothing, and what only a person can want."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import NAMED_LINES, Remedy, named, shown
from corpus_to_ft.prepare.duplicates import Found
from corpus_to_ft.prepare.layout import Layout
from corpus_to_ft.prepare.survey import Survey
from corpus_to_ft.write.prompt_completion import PromptCompletionWriter

LONG_PROMPT_PREFIX, LONG_ANSWER_PREFIX = 12, 4
SHOWN_EXAMPLES = 3


def remedies(
    found: Survey, alike: Found, numbers: Sequence[int], layout: Layout | None, writer: PromptCompletionWriter | None
) -> Iterator[Remedy]:
    """`numbers` are those of the entries; without a `writer` of prompts nothing is put between or behind the texts."""
    yield from _of_the_file(found)
    if len(copies := np.flatnonzero(alike.duplicate_of >= 0)):
        lines = [int(numbers[position]) for position in copies[:NAMED_LINES]]
        told = "leave out {count} duplicates (the first of each stays): {lines}"
        message = Sentence(told, count=len(copies), lines=named(lines, len(copies)))
        yield Remedy(code="drop_duplicates", kind="recommended", message=message, lines=lines, count=len(copies))
    if layout is not None:
        yield from _of_the_words(found, layout)
        if writer is not None:
            yield from _of_the_layout(found, layout, writer)


def _of_the_file(found: Survey) -> Iterator[Remedy]:
    if not found.as_it_is:
        message = Sentence("write it as JSONL in UTF-8, an object a line")
        yield Remedy(code="convert", kind="necessary", message=message, count=found.rows)
    if found.form.renamed:
        names = ", ".join(f"{theirs} → {ours}" for theirs, ours in found.form.renamed.items())
        yield Remedy(
            code="rename_columns", kind="necessary", message=Sentence("take the columns {names}", names=names),
            count=len(found.form.renamed),
        )  # fmt: skip
    if found.form.left:
        told = "leave out the columns {names}: nothing of them is learnt; with -o they are kept in provenance.jsonl"
        message = Sentence(told, names=", ".join(map(str, found.form.left)))
        yield Remedy(code="leave_columns", kind="necessary", message=message, count=len(found.form.left))


def _of_the_words(found: Survey, layout: Layout) -> Iterator[Remedy]:
    for code, column, name in (
        ("lower_prompts", found.prompts, "prompt"),
        ("lower_completions", found.answers, "completion"),
    ):
        if column.is_shouting:
            told = "write every {name} in small letters: more than a third of the letters are capitals"
            yield Remedy(code=code, kind="proposed", message=Sentence(told, name=name))
    prefix = whole_words(found.prompts.prefix or "")
    if len(prefix) > LONG_PROMPT_PREFIX:
        told = "take {prefix!r} off every prompt: it costs tokens and tells nothing"
        yield Remedy(code="strip_prompt_prefix", kind="proposed", message=Sentence(told, prefix=shown(prefix)))
    prefix = answer_prefix(found)
    if prefix:
        told = "take {prefix!r} off every completion: all of them begin with it"
        examples = [shown(answer) for answer in list(found.labels)[:SHOWN_EXAMPLES]]
        yield Remedy(
            code="strip_completion_prefix", kind="proposed", message=Sentence(told, prefix=shown(prefix)),
            examples=examples,
        )  # fmt: skip
    del layout


def whole_words(prefix: str) -> str:
    """A common beginning without the word that it breaks off in."""
    cut = max(prefix.rfind(space) for space in (" ", "\n", "\t"))
    return prefix[: cut + 1].strip() if cut >= 0 else ""


def answer_prefix(found: Survey) -> str:
    """What may be taken off answers; labels are never changed, and no answer may be nothing but that."""
    prefix = whole_words((found.answers.prefix or "").lstrip())
    if found.task != "conditional" or len(prefix) <= LONG_ANSWER_PREFIX or found.shortest_answer <= len(prefix):
        return ""
    return prefix


def _of_the_layout(found: Survey, layout: Layout, writer: PromptCompletionWriter) -> Iterator[Remedy]:
    separator, ending = writer.separators[0], writer.endings[0]
    if layout.wants_separator and separator != layout.old_separator:
        message = Sentence("put the separator {separator!r} behind every prompt", separator=separator)
        if layout.old_separator:
            told = "put the separator {separator!r} in the place of {old!r}, which occurs inside texts too"
            message = Sentence(told, separator=separator, old=layout.old_separator)
        yield Remedy(code="add_separator", kind="recommended", message=message)
    if layout.wants_ending and ending != layout.old_ending:
        message = Sentence("put the ending {ending!r} behind every completion, where an answer stops", ending=ending)
        if layout.old_ending:
            told = "put the ending {ending!r} in the place of {old!r} behind every completion"
            message = Sentence(told, ending=ending, old=layout.old_ending)
        yield Remedy(code="add_ending", kind="recommended", message=message)
    if found.spaces < found.answers.count:
        message = Sentence("begin every completion with a space: the old encodings have their words with it")
        yield Remedy(code="add_space", kind="necessary", message=message, count=found.answers.count - found.spaces)
