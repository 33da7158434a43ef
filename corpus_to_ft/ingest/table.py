"""Reads CSV and TSV tables: one document a line, the prose in one of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.fields import find_text_field, names_columns, numbered_names, page_of_fields
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.facts import TITLE_NAMES

LOOK_AHEAD = 50
DELIMITERS = ",\t;|"
MAX_CELL_CHARS = 10_000_000
_NOTION_DATABASE = re.compile(r"[ _-][0-9a-f]{32}(?:_all)?$")


class TableReader(Reader):
    """`text_field` names the column with the prose; empty means: find it."""

    text_field: str = ""

    def match(self, file: SourceFile) -> Match:
        return Match.SUFFIX if file.suffix in (".csv", ".tsv", ".tab") else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source)
        text = decoded.text.lstrip("\n")
        declared = re.match(r"sep=(.)\n", text, re.IGNORECASE)  # Excel's own line
        if declared is not None:
            delimiter, text = declared[1], text[declared.end() :]
        else:
            delimiter = "\t" if file.suffix in (".tsv", ".tab") else find_delimiter(text)
        csv.field_size_limit(MAX_CELL_CHARS)
        rows = _rows(text, delimiter)
        header = next((row for row in rows if not isinstance(row, str)), None)
        if header is None:
            raise InputError("bad_table", Sentence("{source}: has no line of column names", source=file.source))
        names = [cell.strip() for cell in header]
        names = _told_apart(names)
        if _NOTION_DATABASE.search(file.stem) and not any(name.lower() in TITLE_NAMES for name in names):
            # The first column of a Notion database names its pages, also where it is called 이름.
            names[0] = TITLE_NAMES[0]
        held: list[list[str] | str] = []
        said: tuple[Sentence, ...] = ()
        if not names_columns(names):
            held.append(header)
            names = numbered_names(header)
            told = "{source}: the first line holds prose and names no columns; it is read as a line like the others"
            said = (Sentence(told, source=file.source),)
        for row in rows:
            held.append(row)
            if len(held) >= LOOK_AHEAD:
                break
        first = [dict(zip(names, row, strict=False)) for row in held if not isinstance(row, str)]
        if not first:
            raise InputError(
                "empty", Sentence("{source}: has column names and no lines below them", source=file.source)
            )
        text_field = find_text_field(first, self.text_field, file.source, self.name)
        yield from with_warnings(_pages(_chain(held, rows), names, text_field), (*decoded.warnings, *said))


def _told_apart(names: list[str]) -> list[str]:
    """Columns without a name, or with one that stands before, are named by their place, so that none hides another."""
    if len(set(names)) == len(names):
        return names
    seen: set[str] = set()
    apart = []
    for place, name in enumerate(names, 1):
        apart.append(name if name and name not in seen else f"column {place}")
        seen.add(name)
    return apart


def _chain(held: list[list[str] | str], rows: Iterator[list[str] | str]) -> Iterator[list[str] | str]:
    yield from held
    yield from rows


def _pages(rows: Iterator[list[str] | str], names: list[str], text_field: str) -> Iterator[Page | BadPage]:
    for number, row in enumerate(rows, 1):
        member = f"row {number}"
        if isinstance(row, str):
            yield BadPage(member=member, reason="bad_table", detail=Sentence("{member}: {row}", member=member, row=row))
        elif len(row) > len(names):
            detail = Sentence(
                "{member}: has {cells} cells for {columns} columns; quote cells that hold the separator",
                member=member,
                cells=len(row),
                columns=len(names),
            )
            yield BadPage(member=member, reason="bad_table", detail=detail)
        else:
            yield page_of_fields(dict(zip(names, row, strict=False)), text_field, member)


def _rows(text: str, delimiter: str) -> Iterator[list[str] | str]:
    """Lines as cells, blank ones skipped; a string says why a line cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield str(error)
            continue
        if any(cell.strip() for cell in row):
            yield row


def find_delimiter(text: str) -> str:
    """The separator that cuts the first lines into the same number of cells, the most of them."""
    head = text[:20_000]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        rows = [row for row in list(_rows(head, delimiter))[:10] if not isinstance(row, str)]
        # The last line of the head may be cut.
        widths = [len(row) for row in (rows[:-1] or rows)]
        if widths and min(widths) == max(widths) > most:
            best, most = delimiter, max(widths)
    return best if most > 1 else max(DELIMITERS, key=text.split("\n", 1)[0].count)
