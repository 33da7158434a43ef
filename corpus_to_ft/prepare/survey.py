"""The first pass: every row becomes an entry on the disk, and what can only be known of all of them is counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import ConfigError, InputError, cause_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Entry, Row, Tally, Task
from corpus_to_ft.prepare.json_rows import JsonRows
from corpus_to_ft.prepare.layout import KNOWN_ENDINGS, KNOWN_SEPARATORS
from corpus_to_ft.prepare.shape import LOOK_AHEAD, Form, can_be_learnt, recognize_form
from corpus_to_ft.prepare.spool import Entries, Refused, Workplace
from corpus_to_ft.prepare.table_rows import (
    is_table,
    read_csv_rows,
    read_parquet_rows,
    read_text_rows,
    read_workbook_rows,
)
from corpus_to_ft.prepare.text_file import OpenText, open_text

# What the classic tool took for a classification: fewer different completions than a third of the rows.
CLASSIFICATION_SHARE = 3
MOST_LABELS = 10_000
# Letters after which it is known how a column is written.
ENOUGH_LETTERS = 200_000
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_LATIN = re.compile("[A-Za-z]")
_UPPER = re.compile("[A-Z]")
_PUT_THERE = re.compile(f"(?:{'|'.join(map(re.escape, KNOWN_ENDINGS))})$")
_LETTER = re.compile(r"[^\W\d_]")
SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".txt", ".parquet")


@dataclass(slots=True)
class Common:
    """What all texts seen so far begin and end with, and how they are written."""

    prefix: str | None = None
    suffix: str | None = None
    known: set[str] = field(default_factory=set)
    count: int = 0
    chars: int = 0
    longest: int = 0
    empty: Tally = field(default_factory=Tally)
    has_newline: bool = False
    upper: int = 0
    latin: int = 0
    letters: int = 0

    def add(self, text: str, number: int) -> None:
        if not text.strip():
            self.empty.add(number)
            return
        self.count += 1
        self.chars += len(text)
        self.longest = max(self.longest, len(text))
        if self.prefix is None or self.suffix is None:
            self.prefix = self.suffix = text
        else:
            if not text.startswith(self.prefix):
                self.prefix = self.prefix[: _same(self.prefix, text)]
            if not text.endswith(self.suffix):
                kept = _same(self.suffix[::-1], text[::-1])
                self.suffix = self.suffix[len(self.suffix) - kept :]
        self.known = {ending for ending in self.known if text.endswith(ending)}
        self.has_newline = self.has_newline or "\n" in text
        if self.letters > ENOUGH_LETTERS:
            return
        # An ending that was put there is not how people write.
        head = _PUT_THERE.sub("", text)[:2000]
        latin = len(_LATIN.findall(head))
        self.latin += latin
        self.letters += latin if head.isascii() else len(_LETTER.findall(head))
        self.upper += len(_UPPER.findall(head)) if latin else 0

    @property
    def is_shouting(self) -> bool:
        """More than a third in capitals, in a column that is written in Latin letters; Hangul has no case."""
        return self.latin * 2 > self.letters and self.upper * 2 > self.latin - self.upper


@dataclass(slots=True)
class Survey:
    """What is known after the first pass."""

    path: Path
    form: Form
    entries: Entries
    refused: Refused
    encoding: str
    as_it_is: bool
    marked: bool = False
    rows: int = 0
    last: int = 0
    prompts: Common = field(default_factory=lambda: Common(known=set(KNOWN_SEPARATORS)))
    answers: Common = field(default_factory=lambda: Common(known=set(KNOWN_ENDINGS)))
    labels: Counter[str] = field(default_factory=Counter)
    labels_end: bool = False
    spaces: int = 0
    shortest_answer: int = 1 << 62
    has_origins: bool = False
    # What the system says in every entry; "" where it says nothing, None where it differs.
    system: str | None = None
    # Everything before the answer of the first entry, and whether another has something else there.
    asked: str = ""
    asks_differ: bool = False
    sheets_left: list[str] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Nothing is asked in the whole file: texts to go on writing."""
        return self.form.shape in ("completion", "text") and self.prompts.count == 0

    @property
    def task(self) -> Task:
        if self.form.shape in ("chat", "preference"):
            return self.form.shape
        if self.is_open:
            return "open"
        few = not self.labels_end and 0 < len(self.labels) * CLASSIFICATION_SHARE < self.answers.count
        return "classification" if few else "conditional"


def survey(path: Path, work: Workplace) -> Survey:
    """Raises ConfigError where the file cannot be read at all, or has nothing to learn from."""
    try:
        if path.is_dir():
            raise ConfigError(Sentence("{path}: is a folder; name one of its files", path=path))
        if not path.exists():
            raise ConfigError(Sentence("{path}: there is no such file", path=path))
        if not path.is_file():
            told = "{path}: is no file that can be gone over twice; save what comes out of it and name that"
            raise ConfigError(Sentence(told, path=path))
        return _survey(path, work)
    except InputError as error:
        raise ConfigError(error.detail) from error
    except OSError as error:
        raise ConfigError(Sentence("cannot read {path}: {cause}", path=path, cause=cause_of(error))) from error


def _survey(path: Path, work: Workplace) -> Survey:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        told = "{path}: a file that ends in {suffix!r} is not known; those that are: {suffixes}"
        raise ConfigError(Sentence(told, path=path, suffix=suffix, suffixes=", ".join(SUFFIXES)))
    sheets_left: list[str] = []
    warnings: list[Sentence] = []
    opened: OpenText | None = None
    if suffix in (".xlsx", ".xlsm"):
        rows: Iterable[Row | BadRow] = read_workbook_rows(path, sheets_left, warnings)
    elif suffix == ".parquet":
        rows = read_parquet_rows(path)
    else:
        opened = open_text(path, newline="" if suffix in (".csv", ".tsv", ".tab") else "\n")
        warnings += opened.warnings
        rows = _text_rows(opened, path, suffix, warnings)
    try:
        found = _read(
            path, iter(rows), opened, sheets_left, warnings, as_lines=suffix in (".jsonl", ".ndjson"), work=work
        )
        found.as_it_is = found.as_it_is and isinstance(rows, JsonRows) and rows.is_lines
        return found
    finally:
        if opened is not None:
            opened.stream.close()


def _read(
    path: Path, rows: Iterator[Row | BadRow], opened: OpenText | None, sheets_left: list[str],
    warnings: list[Sentence], *, as_lines: bool, work: Workplace,
) -> Survey:  # fmt: skip
    held = list(islice(rows, LOOK_AHEAD))
    first = [row.fields for row in held if isinstance(row, Row)]
    if not first:
        bad = next((row for row in held if isinstance(row, BadRow)), None)
        why = bad.detail if bad else Sentence("it has no rows")
        raise ConfigError(Sentence("{path}: there is nothing to learn from: {why}", path=path, why=why))
    found = Survey(
        path=path,
        form=recognize_form(first, path.name),
        entries=Entries(work),
        refused=Refused(work, "unread"),
        encoding=opened.encoding if opened else "",
        as_it_is=opened is not None and opened.as_it_is and as_lines,
        marked=opened is not None and opened.marked,
        sheets_left=sheets_left,
        warnings=warnings,
    )
    _take(found, chain(held, rows))
    return found


def _text_rows(opened: OpenText, path: Path, suffix: str, warnings: list[Sentence]) -> Iterable[Row | BadRow]:
    if suffix in (".csv", ".tsv", ".tab") or (suffix == ".txt" and is_table(opened.stream)):
        return read_csv_rows(opened.stream, path, warnings)
    if suffix == ".txt":
        return read_text_rows(opened.stream)
    return JsonRows(opened.stream, path.name, can_be_learnt)


def _take(found: Survey, rows: Iterable[Row | BadRow]) -> None:
    for row in rows:
        found.rows += 1
        found.last = row.number
        entry: Entry | BadRow
        if isinstance(row, BadRow):
            entry = row
        else:
            entry = found.form.entry(row, given=line_digest(row.fields) if found.as_it_is else "")
        if isinstance(entry, Entry):
            _count(found, entry)
            found.entries.add(entry)
        else:
            found.refused.add(entry)


def _compare(found: Survey, entry: Entry) -> None:
    asked = line_digest({"question": entry.question, "setting": entry.setting}) if not found.asks_differ else ""
    if not len(found.entries):
        found.system, found.asked = entry.system, asked
        return
    if found.system != entry.system:
        found.system = None
    found.asks_differ = found.asks_differ or asked != found.asked


def _count(found: Survey, entry: Entry) -> None:
    _compare(found, entry)
    found.has_origins = found.has_origins or bool(entry.origin)
    if found.form.shape == "preference":
        return
    answer = entry.answer
    found.prompts.add(entry.prompt, entry.number)
    found.answers.add(answer, entry.number)
    found.spaces += answer.startswith(" ")
    found.shortest_answer = min(found.shortest_answer, len(answer.strip()))
    if not found.labels_end:
        found.labels[answer.strip()[:200]] += 1
        if len(found.labels) > MOST_LABELS:
            found.labels_end = True
            found.labels.clear()


def _same(first: str, second: str) -> int:
    """How many characters two texts have in common at their beginning."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def line_digest(obj: Mapping[str, Any]) -> str:
    """Equal for lines that say the same in JSON, whatever the order of keys and the white space between."""
    text = _SORTED.encode(obj)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
