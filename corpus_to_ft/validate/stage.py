"""Checks a line or a whole file against the rules of its target."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from corpus_to_ft.errors import ConfigError, InputError, cause_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Target
from corpus_to_ft.validate.base import Across, Finding, Rules, Said, at_line, error
from corpus_to_ft.validate.batch_input import BATCH, BatchInputRules
from corpus_to_ft.validate.contents import check_texts
from corpus_to_ft.validate.defaults import check_defaults
from corpus_to_ft.validate.frame import Frame
from corpus_to_ft.validate.lines import UNREAD, Measured
from corpus_to_ft.validate.table import TableFrame
from corpus_to_ft.validate.tally import Tally


class Checked(NamedTuple):
    """What is found in one line, and what it says."""

    findings: list[Finding]
    format: str = ""
    said: Said | None = None
    tokens: int = 0


def check_line(obj: object, target: Target, line: int = 0) -> list[Finding]:
    """Everything that can be said of one line by itself; findings carry the number `line`."""
    return [at_line(each, line) for each in checked_line(obj, target).findings]


def checked_line(obj: object, target: Target) -> Checked:
    """The findings of one line beside what it says, for whoever compares lines too."""
    if not isinstance(obj, dict):
        said = "the line should be an object in braces and is {value}"
        shown = json.dumps(obj, ensure_ascii=False, default=str)[:40]
        return Checked([error("not_an_object", Sentence(said, value=shown))])
    fitting = _fitting(frozenset(obj), "reinforcement" in formats_of(target))
    name = _format_for(fitting, target)
    if not name:
        said = "the line has none of the keys of a format that is known; {target} reads {formats}"
        return Checked([error("unknown_format", Sentence(said, target=target.name, formats=_reads(target)))])
    rules = all_rules()[name]
    found = [*_check_format(name, fitting, target), *rules.check(obj, target)]
    texts = rules.said(obj)
    found += check_texts(texts.texts)
    try:
        tokens = rules.tokens(obj, target)
    except InputError as fault:
        return Checked([*found, error("tokens_uncountable", fault.detail)], name, texts)
    return Checked([*found, *_check_length(tokens, target)], name, texts, tokens)


def _check_length(tokens: int, target: Target) -> Iterator[Finding]:
    if tokens > target.max_tokens:
        said = "{tokens} tokens, and {target} takes {most}: the end is cut off, which is the answer; shorten the line"
        yield error("too_long", Sentence(said, tokens=tokens, target=target.name, most=target.max_tokens))


def _check_format(format_: str, fitting: Sequence[str], target: Target) -> Iterator[Finding]:
    if format_ not in formats_of(target):
        said = "the line is in the format {format}; {target} reads {formats} (corpus-to-ft prepare rewrites it)"
        yield error("other_format", Sentence(said, format=format_, target=target.name, formats=_reads(target)))
    if len(fitting) > 1:
        said = "the line fits several formats ({formats}); keep the keys of one"
        yield error("two_formats", Sentence(said, formats=", ".join(fitting)))


def _reads(target: Target) -> str:
    return ", ".join(sorted(formats_of(target)))


def formats_of(target: Target) -> Collection[str]:
    """Names of the line formats that the target reads."""
    return (target.writer, *target.formats)


def _format_for(fitting: Sequence[str], target: Target) -> str:
    """One that the target reads, if the line may be one."""
    allowed = formats_of(target)
    return next((name for name in fitting if name in allowed), fitting[0] if fitting else "")


@lru_cache(256)
def _fitting(keys: frozenset[str], is_graded: bool) -> tuple[str, ...]:
    """The formats that a line with these keys may be in; of two that look alike the one that is meant."""
    names = tuple(name for name, rules in all_rules().items() if rules.fits(keys))
    return tuple(name for name in names if name != ("chat" if is_graded else "reinforcement"))


@cache
def all_rules() -> Mapping[str, Rules]:
    """By the name of their format."""
    return {name: make_plugin("validate", name, Rules) for name in plugin_names("validate")}


def validate_file(
    path: Path,
    target: Target,
    *,
    training: Tally | None = None,
    asking: Mapping[str, Any] | None = None,
    tally: Tally | None = None,
) -> Iterator[Finding]:
    """All findings of a file, first those of its lines in order, then those about the whole file.

    The file is gone through once and never held. With `training`, the tally of a training file, it is a validation
    file. `asking` is the manifest's; `tally` counts what there was. Raises ConfigError when it cannot be read.
    """
    counts = tally if tally is not None else Tally()
    try:
        for finding in _Pass(target, asking or {}, counts, training).findings(path):
            counts.found(finding)
            yield finding
    except OSError as fault:
        raise ConfigError(Sentence("cannot read {path}: {cause}", path=path, cause=cause_of(fault))) from fault


class _Pass:
    """One going through a file."""

    def __init__(self, target: Target, asking: Mapping[str, Any], counts: Tally, training: Tally | None) -> None:
        self._target, self._asking, self._counts, self._training = target, asking, counts, training
        self._across = dict[str, Across]()

    def findings(self, path: Path) -> Iterator[Finding]:
        is_table = path.suffix.lower() == ".csv"
        frame = (TableFrame if is_table else Frame)(self._target, is_validation=self._training is not None)
        counts = self._counts
        with path.open("rb") as file:
            whole = Measured(file)
            for number, obj, found in frame.read(whole):
                yield from (at_line(each, number) for each in found)
                if obj is not UNREAD:
                    yield from self._line(number, obj)
            frame.size_bytes, counts.sha256 = whole.measure()
        counts.lines, counts.size_bytes = frame.lines, frame.size_bytes
        yield from frame.findings()
        for across in self._across.values():
            yield from across.end()
        yield from check_defaults(counts, self._target)
        yield from counts.seen.findings()
        if self._training is not None:
            yield from counts.seen.found_in(self._training.seen)

    def _line(self, number: int, obj: Any) -> Iterable[Finding]:
        checked = checked_line(obj, self._target)
        if checked.said is None:
            yield from (at_line(each, number) for each in checked.findings)
            return
        name, counts = checked.format, self._counts
        is_new = name not in self._across
        # A file in the wrong format is wrong once and not once a line.
        yield from (at_line(each, number) for each in checked.findings if is_new or each.code != "other_format")
        if is_new:
            self._across[name] = all_rules()[name].across(self._target, self._asking)
            counts.seen.may_differ = all_rules()[name].may_differ
            if counts.format:
                said = "the line is in the format {format} and those before in {first}; one file holds one format"
                yield at_line(error("mixed_formats", Sentence(said, format=name, first=counts.format)), number)
        yield from self._across[name].add(number, obj)
        counts.format = counts.format or name
        counts.tokens_by_count[checked.tokens] += 1
        counts.seen.add(number, checked.said)


def looks_like_batch(path: Path) -> bool:
    """Whether the first line is a request of a batch, which has limits of its own and no target."""
    if path.exists() and not path.is_file():
        # What comes through a pipe can be read once.
        return False
    try:
        with path.open("rb") as file:
            first = next(Frame(BATCH).read(Measured(file)), None)
    except OSError as fault:
        raise ConfigError(Sentence("cannot read {path}: {cause}", path=path, cause=cause_of(fault))) from fault
    return first is not None and isinstance(first[1], dict) and BatchInputRules().fits(first[1])
