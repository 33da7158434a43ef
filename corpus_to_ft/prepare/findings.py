"""What a person should know about the file, beside what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import NAMED_LINES, BadRow, Tally, named, shown
from corpus_to_ft.prepare.duplicates import Found
from corpus_to_ft.prepare.layout import Layout
from corpus_to_ft.prepare.survey import Survey
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Finding

# As the classic tool advised.
FEW = 100
LISTED = 5


@dataclass(slots=True)
class Gathered:
    """Findings of single lines by code: how many, the first lines, and what the first one says."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    firsts: dict[str, Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        self.tallies.setdefault(finding.code, Tally()).add(finding.line)
        self.firsts.setdefault(finding.code, finding)

    def findings(self) -> Iterator[Finding]:
        for code, tally in self.tallies.items():
            first = self.firsts[code]
            lines = named(tally.lines, tally.count)
            told = "{count} lines ({lines}): {message}"
            message = Sentence(told, count=tally.count, lines=lines, message=first.message)
            yield Finding(first.line, code, first.level, message)


def of_the_file(found: Survey, layout: Layout | None) -> Iterator[Finding]:
    """What the first pass shows."""
    yield from (Finding(0, "read", "warning", warning) for warning in found.warnings)
    if found.sheets_left:
        told = "only one sheet is read; not read: {names}"
        yield Finding(0, "sheets", "warning", Sentence(told, names=", ".join(found.sheets_left)))
    if found.task == "classification":
        told = "{count} different completions: this is a classification; a small model does, and validation data tells"
        yield Finding(0, "classification", "note", Sentence(told, count=len(found.labels)))
    if found.is_open:
        yield Finding(0, "open", "note", Sentence("there are no prompts: the model learns to go on writing such texts"))
    prompts, answers = found.prompts, found.answers
    if prompts.count > 1 and not found.asks_differ:
        yield Finding(0, "same_prompts", "error", Sentence("all prompts are the same: nothing can be learnt from them"))
    if answers.count > 1 and len(answers.prefix or "") >= max(1, answers.longest):
        yield Finding(
            0, "same_completions", "warning", Sentence("all completions are the same; the model will say no other")
        )
    if layout is not None and layout.old_separator:
        told = "every prompt ends with {separator!r} already"
        yield Finding(0, "separator", "note", Sentence(told, separator=layout.old_separator))


def of_the_rows(refused: Iterable[tuple[dict[str, int], dict[str, BadRow]]]) -> Iterator[Finding]:
    """Each reason for which rows fell out, once."""
    counts: dict[str, int] = {}
    firsts: dict[str, BadRow] = {}
    for reasons, first in refused:
        for reason, count in reasons.items():
            counts[reason] = counts.get(reason, 0) + count
            if reason not in firsts or first[reason].number < firsts[reason].number:
                firsts[reason] = first[reason]
    for reason, count in sorted(counts.items(), key=lambda each: -each[1]):
        if reason == "duplicate":
            continue
        told = "{count} lines are left out, the first is {line}: {detail}"
        message = Sentence(told, count=count, line=firsts[reason].number, detail=firsts[reason].detail)
        yield Finding(firsts[reason].number, reason, "warning", message)


def of_what_is_alike(alike: Found, numbers: Sequence[int], questions: dict[int, str]) -> Iterator[Finding]:
    for group in alike.conflicts[:LISTED]:
        lines = ", ".join(str(int(numbers[position])) for position in group[:NAMED_LINES])
        told = "lines {lines} give different answers to one question, which unteach each other: {question}"
        message = Sentence(told, lines=lines, question=shown(questions.get(group[0], "")))
        yield Finding(int(numbers[group[0]]), "conflict", "warning", message)
    if alike.conflict_count > LISTED:
        told = "{count} questions in all have different answers"
        yield Finding(0, "conflicts", "warning", Sentence(told, count=alike.conflict_count))
    for first, second in alike.near[:LISTED]:
        told = "line {second} asks nearly what line {first} asks: {question}"
        message = Sentence(
            told, first=int(numbers[first]), second=int(numbers[second]), question=shown(questions.get(second, ""))
        )
        yield Finding(int(numbers[second]), "near_duplicate", "note", message)
    if alike.near_count > LISTED:
        told = "{count} questions in all are nearly those of other lines; they stay on one side of the split"
        yield Finding(0, "near_duplicates", "note", Sentence(told, count=alike.near_count))


def of_what_means_the_same(alike: Found, numbers: Sequence[int], questions: dict[int, str]) -> Iterator[Finding]:
    for first, second in alike.meant:
        told = "line {second} asks in other words what line {first} asks: {question}"
        message = Sentence(
            told, first=int(numbers[first]), second=int(numbers[second]), question=questions.get(second, "")
        )
        yield Finding(int(numbers[second]), "same_meaning", "note", message)
    if alike.meant_count > len(alike.meant):
        told = "{count} questions in all ask in other words what others ask"
        yield Finding(0, "same_meanings", "note", Sentence(told, count=alike.meant_count))


def of_the_result(kept: int, target: Target, small: Sequence[str]) -> Iterator[Finding]:
    if kept < target.min_examples:
        told = "{count} examples are left, and {target} wants at least {least}"
        message = Sentence(told, count=kept, target=target.name, least=target.min_examples)
        yield Finding(0, "too_few", "error", message)
    elif kept < FEW:
        told = "{count} examples: collect a few hundred; each doubling makes the result better"
        yield Finding(0, "few", "note", Sentence(told, count=kept))
    if small:
        told = "too few lines for validation, all of them are learnt: {labels}"
        yield Finding(0, "small_class", "warning", Sentence(told, labels=", ".join(small[:LISTED])))
