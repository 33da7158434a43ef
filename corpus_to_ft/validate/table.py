"""Reads a CSV as CLOVA Studio reads it: UTF-8, a line of column names, cells that may hold line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.validate.base import Finding, at_line, error
from corpus_to_ft.validate.frame import Frame
from corpus_to_ft.validate.lines import BYTE_ORDER_MARK, UNREAD, Measured, not_text, not_utf8, raw_lines

MAX_CELL_CHARS = 10_000_000


@dataclass(slots=True)
class TableFrame(Frame):
    """As `Frame`, for a file whose lines are cells under the names of the first one."""

    def read(self, file: Measured) -> Iterator[tuple[int, Any, list[Finding]]]:
        csv.field_size_limit(MAX_CELL_CHARS)
        waiting, marks = list[Finding](), list[Finding]()
        cells = csv.reader(self._texts(file, waiting, marks), strict=True)
        try:
            names = next(cells, None)
        except csv.Error as fault:
            self._ended_early = True
            yield 1, UNREAD, [*marks, _broken(fault)]
            return
        self._ended_early = bool(waiting) or names == []
        told = [] if names is None or waiting else self._check_names(names)
        yield 1, UNREAD, [*marks, *waiting, *told]
        if not names or waiting:
            return
        while True:
            number = cells.line_num + 1
            try:
                line = next(cells, None)
            except csv.Error as fault:
                self._ended_early = True
                yield number, UNREAD, [_broken(fault)]
                return
            if waiting:
                self._ended_early = True
                yield number, UNREAD, waiting
                return
            if line is None:
                return
            if not any(line):
                yield number, UNREAD, self._blank_line()
                continue
            self.lines += 1
            if len(line) != len(names):
                said = "the line has {cells} cells and the file {columns} columns; put cells with commas in quotes"
                yield number, UNREAD, [error("cell_count", Sentence(said, cells=len(line), columns=len(names)))]
                continue
            yield number, dict(zip(names, line, strict=True)), []

    def _texts(self, file: Measured, waiting: list[Finding], marks: list[Finding]) -> Iterator[str]:
        """Lines as text; ends at the first that is no UTF-8, with the finding in `waiting`.

        The mark of a file is told in `marks`, and the rest is still read.
        """
        for number, raw, _ in raw_lines(file):
            other = not_text(raw) if number == 1 else None
            if other:
                waiting.append(other)
                return
            if number == 1:
                marks += self._mark(raw)
                raw = raw.removeprefix(BYTE_ORDER_MARK)
            try:
                yield raw.decode("utf-8")
            except UnicodeDecodeError as fault:
                waiting.append(at_line(not_utf8(raw, fault), number))
                return

    def _check_names(self, names: list[str]) -> Iterator[Finding]:
        if not names:
            yield error("blank_line", Sentence("the first line is blank; it should name the columns"))
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield error("column_twice", Sentence("the column {name!r} occurs twice; take one out", name=name))


def _broken(fault: csv.Error) -> Finding:
    said = "the line is not CSV ({cause}); a quote may be missing"
    return error("not_csv", Sentence(said, cause=str(fault)))
