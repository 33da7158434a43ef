"""Reads workbooks (.xlsx): a sheet of prose gives a page a row, any other sheet is one page with a table."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from lxml import etree
from pydantic import Field

from corpus_to_ft.decode import clean_text, private_use_warnings
from corpus_to_ft.errors import InputError, input_boundary
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.fields import find_text_field, names_columns, numbered_names, page_of_fields
from corpus_to_ft.ingest.properties import PackageFacts, is_made_by_a_program, package_facts, title_of
from corpus_to_ft.ingest.zipped import Package, is_package, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.page_text import PageText

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb"})
MAIN = "xl/workbook.xml"
LOOK_AHEAD = 50
# About two sentences: a column of shorter cells says something only beside the others of its row.
PROSE_CELL_CHARS = 80
NOT_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA"})
# What openpyxl raises for parts that are missing, cut off or hold what they should not.
OPENPYXL_ERRORS = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, EOFError, OSError, RuntimeError,
    RecursionError, SyntaxError, AssertionError, struct.error, zipfile.BadZipFile, zlib.error, etree.LxmlError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The lines of a sheet that hold something, by their number; cells of empty columns are left out."""

    title: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]


class XlsxReader(Reader):
    """Formulas count by the value that was stored with them; hidden sheets are left out.

    A sheet of prose has a line of column names and a column whose cells hold two sentences or more; `text_field`
    names that column where it should not be found by itself.
    """

    packages: ClassVar[tuple[str, ...]] = ("openpyxl", "lxml")

    text_field: str = Field(default="", description="the column with the prose; empty finds it")
    hidden_sheets: bool = Field(default=False, description="take sheets that are not shown as well")
    max_cells: int = Field(default=2_000_000, ge=1, description="larger workbooks are refused")

    def match(self, file: SourceFile) -> Match:
        if is_package(file.data, MAIN):
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        refuse_other_kinds(file.data, file.source, ".xlsx")
        package = Package(file.data, file.source)
        if MAIN not in package and "xl/workbook.bin" in package:
            told = "{source}: is in the binary format of before 2007; open it and save it as {save_as}"
            raise InputError("old_format", Sentence(told, source=file.source, save_as=".xlsx"))
        package.check_xml()
        broken = Sentence("{source}: the file is damaged or cut off; use an original", source=file.source)
        with input_boundary(*OPENPYXL_ERRORS, reason="damaged", detail=broken):
            sheets = self._sheets(file)
        sheets = [sheet for sheet in sheets if sheet.lines]
        if not sheets:
            raise InputError("empty", Sentence("{source}: no sheet holds a value", source=file.source))
        facts = package_facts(package)
        written = "\n".join(cell for sheet in sheets for _, cells in sheet.lines for cell in cells)
        said = private_use_warnings(written, file.source)
        pages = (page for sheet in sheets for page in self._pages(sheet, facts, file, single=len(sheets) == 1))
        yield from with_warnings(pages, said)

    def _sheets(self, file: SourceFile) -> list[Sheet]:
        from openpyxl import load_workbook

        found, cells = [], 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It warns of drawings and extensions that hold no cells.
            book = load_workbook(io.BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
            try:
                for sheet in book.worksheets:
                    if sheet.sheet_state != "visible" and not self.hidden_sheets:
                        continue
                    sheet.reset_dimensions()  # What a file says about its size need not be true.
                    lines = []
                    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                        cells += len(row)
                        if cells > self.max_cells:
                            raise self._too_large(file.source)
                        if any(value is not None for value in row):
                            lines.append((number, [shown_cell(value) for value in row]))
                    found.append(Sheet(title=str(sheet.title), lines=tuple(_trimmed(lines))))
            finally:
                book.close()
        return found

    def _too_large(self, source: str) -> InputError:
        told = "{source}: more than {max_cells:,} cells; split the workbook (setting max_cells)"
        return InputError("too_large", Sentence(told, source=source, max_cells=self.max_cells))

    def _pages(self, sheet: Sheet, facts: PackageFacts, file: SourceFile, *, single: bool) -> Iterator[Page | BadPage]:
        lead = next((place for place, (_, cells) in enumerate(sheet.lines) if sum(map(bool, cells)) > 1), None)
        names = () if lead is None else sheet.lines[lead][1]
        below = () if lead is None else sheet.lines[lead + 1 :]
        if lead is not None and not names_columns(names):
            names, below = tuple(numbered_names(names)), sheet.lines[lead:]
        field = self._prose_field(names, below, f"{file.source}!{sheet.title}")
        if not field:
            page = _table_page(sheet, len(sheet.lines) if lead is None else lead)
            stem = file.stem if is_made_by_a_program(sheet.title) else sheet.title
            yield Page(
                text=page.text, blocks=page.blocks, title=title_of(facts.title if single else "", page, stem),
                author=facts.author, published=facts.published, member="" if single else sheet.title,
            )  # fmt: skip
            return
        for number, cells in below:
            fields = {name: cell for name, cell in zip(names, cells, strict=True) if name and cell}
            member = f"row {number}" if single else f"{sheet.title} row {number}"
            yield page_of_fields(fields, field, member)

    def _prose_field(self, names: Sequence[str], below: Sequence[tuple[int, tuple[str, ...]]], source: str) -> str:
        """The column whose cells are documents; empty where a row is none."""
        rows = [dict(zip(names, cells, strict=True)) for _, cells in below[:LOOK_AHEAD]]
        if self.text_field:
            return find_text_field(rows, self.text_field, source, self.name)
        if len(set(filter(None, names))) < len([name for name in names if name]) or len(rows) < 2:
            return ""
        with suppress(InputError):
            field = find_text_field(rows, "", source, self.name)
            lengths = [len(row[field]) for row in rows if row[field]]
            if 2 * len(lengths) >= len(rows) and sum(lengths) >= PROSE_CELL_CHARS * len(lengths):
                return field
        return ""


def _table_page(sheet: Sheet, lead: int) -> PageText:
    """The lines of a sheet: what stands alone above the table is its heading and notes."""
    page = PageText()
    for place, (_, cells) in enumerate(sheet.lines):
        shown = [cell for cell in cells if cell]
        if len(shown) > 1:
            page.add("table_row", " | ".join(cells).rstrip("| "))
        else:
            page.add("heading" if place == 0 < lead and len(sheet.lines) > 1 else "paragraph", shown[0])
    return page


def _trimmed(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lines of equal length without those and the columns that hold nothing."""
    kept = [(number, cells) for number, cells in lines if any(cells)]
    width = max((len(cells) for _, cells in kept), default=0)
    used = sorted({place for _, cells in kept for place, cell in enumerate(cells) if cell} & set(range(width)))
    for number, cells in kept:
        yield number, tuple(cells[place] if place < len(cells) else "" for place in used)


def shown_cell(value: Any) -> str:
    """A cell as people see it: dates without a clock that stands still, numbers without needless digits."""
    if value is None or (isinstance(value, str) and value in NOT_VALUES):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.12g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return clean_text(str(value).replace("_x000D_", "")).strip()
