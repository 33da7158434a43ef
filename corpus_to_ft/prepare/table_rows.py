"""Reads rows of tables: CSV, TSV, workbooks, Parquet, and plain text, where each line is something to learn."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from corpus_to_ft.errors import InputError, MissingExtra, input_boundary
from corpus_to_ft.ingest.table import MAX_CELL_CHARS, find_delimiter
from corpus_to_ft.ingest.xlsx import MAIN, OPENPYXL_ERRORS, shown_cell
from corpus_to_ft.ingest.zipped import Package, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Row
from corpus_to_ft.prepare.shape import LEARNT_NAMES, can_be_learnt

HEAD_CHARS = 20_000
BATCH_ROWS = 1000
MOST_TITLE_ROWS = 10
NumberedCells = tuple[int, Sequence[Any] | Sentence]


def read_text_rows(stream: IO[str]) -> Iterator[Row]:
    """Each line that is not blank is a completion without a prompt."""
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield Row(number, {"prompt": "", "completion": line.rstrip("\r\n")})


def is_table(stream: IO[str]) -> bool:
    """Whether a text begins with names of columns between tabs; it is wound back."""
    first = stream.readline(HEAD_CHARS)
    stream.seek(0)
    return "\t" in first and can_be_learnt([name.strip() for name in first.split("\t")])


def read_csv_rows(stream: IO[str], path: Path, warnings: list[Sentence]) -> Iterator[Row | BadRow]:
    """Rows are numbered as a spreadsheet shows them: the column names are row 1. A cell is its text, also NA."""
    csv.field_size_limit(MAX_CELL_CHARS)
    head = stream.read(HEAD_CHARS)
    declared = re.match(r"\s*sep=(.)\r?\n", head, re.IGNORECASE)  # Excel's own line
    if declared is not None:
        delimiter, head = declared[1], head[declared.end() :]
    else:
        delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else find_delimiter(head)
    cells = _from_names(_cells(_rejoined(head, stream), delimiter, path.name), path.name, warnings)
    names: Sequence[str] | None = None
    for number, row in cells:
        if isinstance(row, Sentence):
            yield BadRow(number, "bad_table", row)
        elif names is None:
            names = column_names(row, path.name)
        elif len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            told = "it has {cells} cells for {columns} columns; quote cells that hold the separator"
            yield BadRow(number, "bad_table", Sentence(told, cells=len(row), columns=len(names)))
        else:
            yield Row(number, dict(zip(names, row, strict=False)))


def _rejoined(head: str, stream: IO[str]) -> Iterator[str]:
    """Lines with their ends, as the csv module wants them: what was read already first."""

    lines = list(io.StringIO(head, newline=""))
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += stream.readline()
    yield from lines
    yield from stream


class _Left:
    """Counts the lines that were asked for; `is_read` where one more was."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.count, self.is_read = lines, 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.is_read = True
            raise
        self.count += 1
        return line


def _cells(lines: Iterator[str], delimiter: str, source: str) -> Iterator[NumberedCells]:
    """The rows that hold something, by number; a sentence says why one cannot be read.

    Raises InputError where lines would be lost in a cell that is never closed.
    """
    left = _Left(lines)
    reader, number = csv.reader(left, delimiter=delimiter), 0
    while True:
        number, begins = number + 1, left.count
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Sentence("it cannot be read ({cause})", cause=str(error))
            continue
        if left.is_read:
            # Only a cell without an end asks for more lines than there are.
            told = (
                "a quote is opened in line {line} and never closed, so that all {count} lines to the end are one cell"
            )
            why = Sentence(told, line=begins + 1, count=left.count - begins)
            if left.count - begins > 1:
                raise InputError("bad_table", Sentence("{source}: {why}; close it", source=source, why=why))
            yield number, why
            return
        if any(cell.strip() for cell in row):
            yield number, row


def column_names(cells: Sequence[Any], source: str) -> list[str]:
    """Those that have none are called by their place, and so are the later ones of one name.

    Raises InputError where a name that is learnt stands twice: nobody knows which is meant.
    """
    names: list[str] = []
    for place, name in enumerate(map(_plain, cells), 1):
        if name in names and name.casefold() in LEARNT_NAMES:
            told = "{source}: two columns are called {name!r}; give the one that is not meant another name"
            raise InputError("bad_table", Sentence(told, source=source, name=name))
        names.append(name if name and name not in names else f"{name or 'column'} {place}")
    return names


def _plain(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _from_names(rows: Iterator[NumberedCells], source: str, warnings: list[Sentence]) -> Iterator[NumberedCells]:
    """From the row on that names the columns; above it people write titles."""
    held = list(islice(rows, MOST_TITLE_ROWS))
    place = next((place for place, (_, cells) in enumerate(held) if _names_columns(cells)), 0)
    if place:
        told = "{source}: row {row} names the columns; what stands above it is not read"
        warnings.append(Sentence(told, source=source, row=held[place][0]))
    yield from held[place:]
    yield from rows


def _names_columns(cells: Sequence[Any] | Sentence) -> bool:
    return not isinstance(cells, Sentence) and can_be_learnt([_plain(cell) for cell in cells])


def read_workbook_rows(path: Path, sheets_left: list[str], warnings: list[Sentence]) -> Iterator[Row | BadRow]:
    """The first sheet that is shown and names columns to learn from; the names of the others go into `sheets_left`."""
    from openpyxl import load_workbook

    data = path.read_bytes()
    refuse_other_kinds(data, path.name, ".xlsx")
    package = Package(data, path.name)
    if MAIN not in package:
        told = "{source}: is no workbook; open it and save it as {save_as}"
        raise InputError("bad_table", Sentence(told, source=path.name, save_as=".xlsx"))
    package.check_xml()
    broken = Sentence("{source}: the file is damaged or cut off; use an original", source=path.name)
    with input_boundary(*OPENPYXL_ERRORS, reason="damaged", detail=broken):
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            filled = [sheet for sheet in book.worksheets if next(_sheet_cells(sheet), None)]
            shown = [sheet for sheet in filled if sheet.sheet_state == "visible"]
            named = (
                each for each in shown if any(_names_columns(c) for _, c in islice(_sheet_cells(each), MOST_TITLE_ROWS))
            )
            chosen = next(named, next(iter(shown), None))
            sheets_left += [str(sheet.title) for sheet in filled if sheet is not chosen]
            if chosen is None:
                return
            cells = _from_names(_sheet_cells(chosen), path.name, warnings)
            _, first = next(cells)
            names = column_names(first, path.name)
            for number, row in cells:
                yield Row(number, dict(zip(names, row, strict=False)))
        finally:
            book.close()


def _sheet_cells(sheet: Any) -> Iterator[NumberedCells]:
    sheet.reset_dimensions()  # What a file says about its size need not be true.
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [shown_cell(value) for value in row]
        if any(cells):
            yield number, cells


def read_parquet_rows(path: Path) -> Iterator[Row | BadRow]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError as error:
        raise MissingExtra("Parquet", "parquet") from error
    broken = Sentence("{source}: the file is damaged or cut off; use an original", source=path.name)
    with input_boundary(ArrowException, OSError, reason="damaged", detail=broken), ParquetFile(path) as file:
        number = 0
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            for fields in batch.to_pylist():
                number += 1
                yield Row(number, fields)
