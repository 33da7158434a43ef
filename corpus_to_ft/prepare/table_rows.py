"""Reads rows of tables: CSV, TSV, workbooks, Parquet, and plain text, where each line is something to learn."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from corpus_to_ft.errors import InputError, MissingExtra, input_boundary
from corpus_to_ft.ingest.table import MAX_CELL_CHARS, find_delimiter
from corpus_to_ft.ingest.xlsx import MAIN, OPENPYXL_ERRORS, shown_cell
from corpus_to_ft.ingest.zipped import Package, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Row

HEAD_CHARS = 20_000
BATCH_ROWS = 1000


def read_text_rows(stream: IO[str]) -> Iterator[Row]:
    """Each line that is not blank is a completion without a prompt."""
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield Row(number, {"prompt": "", "completion": line.rstrip("\r\n")})


def read_csv_rows(stream: IO[str], path: Path) -> Iterator[Row | BadRow]:
    """Rows are numbered as a spreadsheet shows them: the column names are row 1. A cell is its text, also NA."""
    csv.field_size_limit(MAX_CELL_CHARS)
    head = stream.read(HEAD_CHARS)
    declared = re.match(r"\s*sep=(.)\r?\n", head, re.IGNORECASE)  # Excel's own line
    if declared is not None:
        delimiter, head = declared[1], head[declared.end() :]
    else:
        delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else find_delimiter(head)
    cells = _cells(_rejoined(head, stream), delimiter)
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


def _cells(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | Sentence]]:
    """The rows that hold something, by number; a sentence says why one cannot be read."""
    reader, number = csv.reader(lines, delimiter=delimiter), 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Sentence("it cannot be read ({cause})", cause=str(error))
            continue
        if any(cell.strip() for cell in row):
            yield number, row


def column_names(cells: Sequence[Any], source: str) -> list[str]:
    names = [str(cell or "").strip() for cell in cells]
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if twice:
        raise InputError("bad_table", Sentence("{source}: two columns are called {name!r}", source=source, name=twice))
    return [name or f"column {place}" for place, name in enumerate(names, 1)]


def read_workbook_rows(path: Path, sheets_left: list[str]) -> Iterator[Row | BadRow]:
    """The first sheet that is shown and holds something; the names of the others are put into `sheets_left`."""
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
            names: list[str] | None = None
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible" or names is not None:
                    sheets_left.append(str(sheet.title))
                    continue
                sheet.reset_dimensions()  # What a file says about its size need not be true.
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                    cells = [shown_cell(value) for value in row]
                    if not any(cells):
                        continue
                    if names is None:
                        names = column_names(cells, path.name)
                    else:
                        yield Row(number, dict(zip(names, cells, strict=False)))
        finally:
            book.close()


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
