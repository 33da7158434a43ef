"""The passes over the entries after the first: what is alike and which layout is safe, then the finished lines."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Entry, shown
from corpus_to_ft.prepare.duplicates import Alike, Found
from corpus_to_ft.prepare.findings import Gathered
from corpus_to_ft.prepare.layout import (
    KNOWN_ENDINGS,
    KNOWN_SEPARATORS,
    WRITER,
    Layout,
    every_label_is_a_token,
    present,
    settle,
)
from corpus_to_ft.prepare.lines import LineMaker, make_writer
from corpus_to_ft.prepare.meaning import same_meaning
from corpus_to_ft.prepare.spool import Column, Lines, Refused, Workplace
from corpus_to_ft.prepare.survey import Survey, line_digest
from corpus_to_ft.records import Target
from corpus_to_ft.write.base import Writer, dump_line


@dataclass(slots=True, kw_only=True)
class Compared:
    """What the second pass shows. `numbers` are the rows of the entries, `questions` some that are shown."""

    alike: Found
    numbers: Sequence[int]
    questions: dict[int, str]
    layout: Layout | None
    writer: Writer


def compare(found: Survey, target: Target, work: Workplace, *, by_meaning: bool = False) -> Compared:
    """Raises ConfigError where no separator or ending is safe."""
    layout = _first_layout(found, target)
    seen = _Seen(found, work)
    if layout is not None and target.writer == WRITER:
        entries = seen.entries()
        settings = target.writer_settings
        newline = found.prompts.has_newline
        settled = settle(
            (layout.texts(e.prompt, e.answer) for e in entries), layout, has_newline=newline, settings=settings
        )
        if _has_own_sign(layout) and settled.separators[:1] not in ((layout.old_separator,), ("",)):
            # The prompts end with signs of their own that occur elsewhere too: they are part of the text.
            layout = replace(layout, old_separator="")
            texts = (layout.texts(entry.prompt, entry.answer) for entry in found.entries)
            settled = settle(texts, layout, has_newline=newline, settings=settings)
        writer: Writer = settled
    else:
        deque(seen.entries(), maxlen=0)
        writer = make_writer(target)
    alike = seen.alike.found(same_meaning(entry.question for entry in found.entries) if by_meaning else ())
    numbers = array("I", seen.numbers.values().tobytes())
    wanted = {group[0] for group in alike.conflicts} | {second for _, second in (*alike.near, *alike.meant)}
    questions = {place: shown(e.question) for place, e in enumerate(found.entries) if place in wanted} if wanted else {}
    return Compared(alike=alike, numbers=numbers, questions=questions, layout=layout, writer=writer)


def _has_own_sign(layout: Layout) -> bool:
    return bool(layout.old_separator) and layout.old_separator not in KNOWN_SEPARATORS


def _first_layout(found: Survey, target: Target) -> Layout | None:
    """What is there already; None for conversations, which need nothing between their texts."""
    if found.form.shape in ("chat", "preference") and target.writer != WRITER:
        return None
    layout = Layout(
        old_separator=present(found.prompts.suffix, found.prompts.known, KNOWN_SEPARATORS, signs=True),
        old_ending=present(None, found.answers.known, KNOWN_ENDINGS),
    )
    if found.prompts.count < 2 and layout.old_separator not in KNOWN_SEPARATORS:
        layout = replace(layout, old_separator="")
    if found.is_open:
        return replace(layout, wants_separator=False, wants_ending=bool(layout.old_ending), old_separator="")
    labels = [label.removesuffix(layout.old_ending).strip() for label in found.labels]
    if found.task == "classification" and not layout.old_ending and every_label_is_a_token(labels, target):
        return replace(layout, wants_ending=False)
    return layout


class _Seen:
    """Goes over the entries and remembers what they have in common."""

    def __init__(self, found: Survey, work: Workplace) -> None:
        self._found = found
        self.alike = Alike(work)
        self.numbers = Column(work, "numbers", "I")

    def entries(self) -> Iterator[Entry]:
        # What all prompts share tells nothing about how alike two of them are.
        prefix = self._found.prompts.prefix or ""
        suffix = self._found.prompts.suffix or ""
        for entry in self._found.entries:
            self.numbers.add(entry.number)
            # Of texts without a prompt nothing is asked: they are compared themselves.
            question = entry.answer if self._found.is_open else entry.question
            bare = question.removeprefix(prefix).removesuffix(suffix)
            self.alike.add(question, _all_answers(entry), entry.origin, bare or question, entry.setting)
            yield entry


def _all_answers(entry: Entry) -> str:
    if entry.rejected:
        return "\0".join([entry.answer, *(str(turn.get("content")) for turn in entry.rejected)])
    last = entry.messages[-1] if entry.messages else {}
    calls = last.get("tool_calls")
    return f"{entry.answer}\0{calls}" if calls else entry.answer


@dataclass(slots=True, kw_only=True)
class Finished:
    """The lines that are left, and by line their tokens, class and group."""

    lines: Lines
    about: Lines
    refused: Refused
    tokens: npt.NDArray[Any]
    classes: npt.NDArray[Any]
    clusters: npt.NDArray[Any]
    strict: npt.NDArray[Any]
    gathered: Gathered = field(default_factory=Gathered)
    changed: int = 0


def finish(
    found: Survey, compared: Compared, maker: LineMaker, work: Workplace, *, drop_duplicates: bool, turn: str = ""
) -> Finished:
    """`turn` keeps the files of a second going apart from those of the first."""
    lines, about = Lines(work, f"lines{turn}"), Lines(work, f"about{turn}")
    refused, gathered = Refused(work, f"refused{turn}"), Gathered()
    tokens, classes = Column(work, f"tokens{turn}", "I"), Column(work, f"classes{turn}", "i")
    clusters, strict = Column(work, f"clusters{turn}", "i"), Column(work, f"strict{turn}", "i")
    class_of = (
        {label: place for place, label in enumerate(sorted(found.labels))} if found.task == "classification" else {}
    )
    changed = 0
    duplicates = compared.alike.duplicate_of
    for position, entry in enumerate(found.entries):
        first = int(duplicates[position])
        if drop_duplicates and first >= 0:
            told = "it says what line {line} says"
            refused.add(BadRow(entry.number, "duplicate", Sentence(told, line=int(compared.numbers[first]))))
            continue
        if not found.is_open and not entry.prompt.strip() and found.form.shape == "completion":
            refused.add(BadRow(entry.number, "empty_prompt", Sentence("its prompt is empty, and others are not")))
            continue
        made = maker.finished(entry)
        if isinstance(made, BadRow):
            refused.add(made)
            continue
        for note in made.notes:
            gathered.add(note)
        lines.add_bytes(dump_line(made.obj).encode() + b"\n")
        about.add([entry.number, entry.origin, entry.columns])
        changed += entry.given != line_digest(made.obj)
        tokens.add(made.tokens)
        classes.add(class_of.get(entry.answer.strip()[:200], 0))
        clusters.add(int(compared.alike.cluster_of[position]))
        strict.add(int(compared.alike.strict_of[position]))
    return Finished(
        lines=lines, about=about, refused=refused, tokens=tokens.values(), classes=classes.values(),
        clusters=clusters.values(), strict=strict.values(), gathered=gathered, changed=changed,
    )  # fmt: skip


def quantile(tokens: npt.NDArray[Any], share: float) -> int:
    return int(np.quantile(tokens, share, method="lower")) if len(tokens) else 0
