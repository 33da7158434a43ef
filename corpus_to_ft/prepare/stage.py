"""Prepares a file: look at it, agree on what to do, make the lines; nothing is written before all is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare import findings as told_of
from corpus_to_ft.prepare.base import Remedy
from corpus_to_ft.prepare.cost import Estimate, estimates
from corpus_to_ft.prepare.duplicates import LIKE
from corpus_to_ft.prepare.files import MadeFile
from corpus_to_ft.prepare.layout import Layout, bare
from corpus_to_ft.prepare.lines import LineMaker, asking_of, masked, refuse_other_shape
from corpus_to_ft.prepare.output import Result, refuse_a_full_disk, refuse_to_overwrite, write_beside, write_folder
from corpus_to_ft.prepare.passes import Compared, Finished, compare, finish
from corpus_to_ft.prepare.remedies import answer_prefix, remedies, whole_words
from corpus_to_ft.prepare.split import Divided, divide
from corpus_to_ft.prepare.spool import Workplace
from corpus_to_ft.prepare.survey import Survey, survey
from corpus_to_ft.records import Target
from corpus_to_ft.targets import load_target
from corpus_to_ft.validate.base import Finding
from corpus_to_ft.write.prompt_completion import PromptCompletionWriter

DEFAULT_TARGETS = {"chat": "openai-chat", "preference": "openai-dpo", "completion": "legacy", "text": "legacy"}
SPLIT, MASK, REPLACES = "split", "mask_personal", "replaces"
# Remedies that only a person can want, and can name beforehand.
PROPOSED = ("lower_prompts", "lower_completions", "strip_prompt_prefix", "strip_completion_prefix", MASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted. `target` "" takes the one that the file looks made for; `out` None writes beside the file."""

    path: Path
    target: str = ""
    out: Path | None = None
    model: str = ""
    epochs: int = 0
    dry_run: bool = False
    by_meaning: bool = False


class Dialog(Protocol):
    """Who is asked."""

    def told(self, outcome: Outcome) -> None:
        """What is known before the first question."""

    def agrees(self, remedy: Remedy) -> bool: ...

    def writes(self, outcome: Outcome) -> bool:
        """Whether the files may be written, when all is known."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What was found and done. `unchanged` says that the file is as it should be and none was written for it."""

    path: Path
    target: Target
    shape: str
    task: str
    rows: int
    kept: int = 0
    tokens: int = 0
    longest: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)
    asking: Mapping[str, Any] = field(default_factory=dict)
    files: list[MadeFile] = field(default_factory=list)
    out: Path | None = None
    estimates: list[Estimate] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    unchanged: bool = False
    declined: bool = False
    validation: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether the result would be refused, or there is none."""
        return not self.kept or any(finding.level == "error" for finding in self.findings)


def prepare(request: Request, dialog: Dialog) -> Outcome:
    """Raises ConfigError where the file or the target cannot be used at all."""
    replaces = False
    if request.path.is_file():
        refuse_a_full_disk(request.path)
        replaces = request.out is not None and refuse_to_overwrite(request.path, request.out)
    with Workplace() as work:
        found = survey(request.path, work)
        target = load_target(request.target or DEFAULT_TARGETS[found.form.shape])
        refuse_other_shape(found.form.shape, target)
        if not len(found.entries):
            first = min(found.refused.first.values(), key=lambda row: row.number)
            told = "{path}: none of its {count} rows can be used; the first is {line}: {detail}"
            raise ConfigError(
                Sentence(told, path=request.path, count=found.rows, line=first.number, detail=first.detail)
            )
        compared = compare(found, target, work, by_meaning=request.by_meaning)
        preparing = _Preparing(request, dialog, found, target, compared, work)
        if replaces:
            told = Sentence("the earlier result in {out} is replaced", out=request.out)
            preparing.outcome.findings.append(Finding(0, REPLACES, "note", told))
        return preparing.run()


class _Preparing:
    """From what is known of the file to what is written."""

    def __init__(
        self, request: Request, dialog: Dialog, found: Survey, target: Target, compared: Compared, work: Workplace
    ) -> None:
        self._request, self._dialog, self._found = request, dialog, found
        self._target, self._compared, self._work = target, compared, work
        self._searched_from = LIKE
        self.outcome = Outcome(
            path=request.path, target=target, shape=found.form.shape, task=found.task, rows=found.rows,
            labels=dict(found.labels.most_common()) if found.task == "classification" else {},
        )  # fmt: skip

    def run(self) -> Outcome:
        outcome, found, compared = self.outcome, self._found, self._compared
        outcome.findings += told_of.of_the_file(found, compared.layout)
        outcome.findings += told_of.of_what_is_alike(compared.alike, compared.numbers, compared.questions)
        outcome.findings += told_of.of_what_means_the_same(compared.alike, compared.numbers, compared.questions)
        writer = compared.writer if isinstance(compared.writer, PromptCompletionWriter) else None
        outcome.remedies += remedies(found, compared.alike, compared.numbers, compared.layout, writer)
        self._dialog.told(outcome)
        for remedy in outcome.remedies:
            remedy.applied = remedy.kind == "necessary" or self._dialog.agrees(remedy)
        finished = self._finished()
        divided = self._divided(finished)
        self._count(finished, divided)
        if outcome.unchanged or self._request.dry_run or not outcome.kept or self._is_hopeless():
            return outcome
        if not self._dialog.writes(outcome):
            outcome.declined = True
            return outcome
        self._write(finished, divided)
        return outcome

    def _applied(self) -> set[str]:
        return {remedy.code for remedy in self.outcome.remedies if remedy.applied}

    def _finished(self) -> Finished:
        """The lines; once more where personal data turned up and is to be masked."""
        maker = self._maker()
        drops = "drop_duplicates" in self._applied()
        finished = finish(self._found, self._compared, maker, self._work, drop_duplicates=drops)
        personal = finished.gathered.tallies.get("personal_data")
        if personal is None:
            return finished
        told = "put labels in the place of the personal data of {count} lines"
        remedy = Remedy(
            code=MASK, kind="proposed", message=Sentence(told, count=personal.count), lines=personal.lines,
            count=personal.count,
        )  # fmt: skip
        remedy.applied = self._dialog.agrees(remedy)
        self.outcome.remedies.append(remedy)
        if not remedy.applied:
            return finished
        maker.mask = True
        self.outcome.asking = asking_of(maker.writer, masked(self._found.system or ""))
        return finish(self._found, self._compared, maker, self._work, drop_duplicates=drops, turn="-masked")

    def _maker(self) -> LineMaker:
        """With the layout that was agreed to."""
        layout, writer, applied = self._compared.layout, self._compared.writer, self._applied()
        offered = {remedy.code for remedy in self.outcome.remedies}
        refused = offered - applied
        if layout is not None:
            prompt_prefix, prefix = whole_words(self._found.prompts.prefix or ""), answer_prefix(self._found)
            layout = replace(
                layout,
                prompt_prefix=prompt_prefix if "strip_prompt_prefix" in applied else "",
                answer_prefix=prefix if "strip_completion_prefix" in applied else "",
                lower_prompts="lower_prompts" in applied,
                lower_answers="lower_completions" in applied,
                wants_separator=layout.wants_separator and "add_separator" not in refused,
                wants_ending=layout.wants_ending and "add_ending" not in refused,
            )
            if isinstance(writer, PromptCompletionWriter):
                writer = bare(writer, layout)
                layout = _keeping(layout)
        self.outcome.asking = asking_of(writer, self._found.system)
        return LineMaker(target=self._target, writer=writer, layout=layout)

    def _divided(self, finished: Finished) -> Divided | None:
        """What goes to validation: always into a folder; beside the file for classifications, as it was agreed."""
        outcome = self.outcome
        found, is_classes = self._found, self._found.task == "classification"
        outcome.unchanged = (
            self._request.out is None and found.as_it_is and found.marked == self._target.byte_order_mark
            and not finished.changed and not len(finished.refused) and not len(found.refused)
            and found.last == found.rows
        )  # fmt: skip
        if not finished.lines.count or outcome.unchanged:
            return None
        classes = finished.classes if is_classes else None
        least = self._target.min_examples
        divided = divide(finished.clusters, classes, least=least)
        by_question = divide(finished.strict, classes, least=least)
        if divided.count * 2 < by_question.count:
            # One cluster of nearly everything, as where all prompts come out of one template, can be on no two sides.
            divided = by_question
            self._searched_from = 1.0
            said = Sentence("questions are so alike that like ones are on both sides of the split; the same are not")
            outcome.findings.append(Finding(0, "alike_across_split", "warning", said))
        if self._request.out is not None:
            if not divided.count:
                none = Sentence("nothing is set aside for validation: the lines are too few, or too much alike")
                outcome.findings.append(Finding(0, "no_validation", "warning", none))
            return divided if divided.count else None
        if not is_classes or not divided.count:
            return None
        told = "set {count} lines aside for validation, a share of each class"
        remedy = Remedy(
            code=SPLIT, kind="recommended", message=Sentence(told, count=divided.count), count=divided.count
        )
        remedy.applied = self._dialog.agrees(remedy)
        outcome.remedies.append(remedy)
        return divided if remedy.applied else None

    def _count(self, finished: Finished, divided: Divided | None) -> None:
        outcome, found = self.outcome, self._found
        outcome.kept = finished.lines.count
        outcome.tokens = int(finished.tokens.sum(dtype=np.int64))
        outcome.longest = int(finished.tokens.max()) if len(finished.tokens) else 0
        outcome.validation = divided.count if divided else 0
        for refused in (found.refused, finished.refused):
            for reason, count in refused.reasons.items():
                outcome.rejected[reason] = outcome.rejected.get(reason, 0) + count
        names = sorted(found.labels)
        small = [names[place].strip() for place in divided.small] if divided else []
        both = [(each.reasons, each.first) for each in (found.refused, finished.refused)]
        outcome.findings += told_of.of_the_rows(both)
        outcome.findings += finished.gathered.findings()
        outcome.findings += told_of.of_the_result(outcome.kept, self._target, small)
        train = ~divided.to_validation if divided else np.ones(len(finished.tokens), dtype=bool)
        learnt = int(finished.tokens[train].sum(dtype=np.int64))
        outcome.estimates = estimates(
            self._target, lines=int(train.sum()), tokens=learnt, model=self._request.model, epochs=self._request.epochs
        )

    def _is_hopeless(self) -> bool:
        return any(finding.code == "same_prompts" for finding in self.outcome.findings)

    def _write(self, finished: Finished, divided: Divided | None) -> None:
        outcome, request = self.outcome, self._request
        result = Result(
            path=request.path, target=self._target, writer_asking=outcome.asking, found=self._found, finished=finished,
            to_validation=divided.to_validation if divided else None, rejected=outcome.rejected,
            warnings=[str(finding.message) for finding in outcome.findings if finding.level != "note"],
            applied=sorted(self._applied()), notes=_counts(outcome.findings), searched_from=self._searched_from,
        )  # fmt: skip
        if request.out is None:
            outcome.files = write_beside(result)
        else:
            outcome.out = request.out
            outcome.files = write_folder(result, request.out)


def _keeping(layout: Layout) -> Layout:
    """What is there already stays in the text where nothing is put in its place."""
    return replace(
        layout,
        old_separator=layout.old_separator if layout.wants_separator else "",
        old_ending=layout.old_ending if layout.wants_ending else "",
    )


def _counts(findings: Collection[Finding]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for finding in findings:
        # What stood in the folder before says nothing of the data, and the same data gives the same bytes.
        if finding.code != REPLACES:
            counts[finding.code] = counts.get(finding.code, 0) + 1
    return counts


__all__ = ["PROPOSED", "Dialog", "Outcome", "Request", "prepare"]
