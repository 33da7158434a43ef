"""Writes the body of a text document: headings, lists, tables, code, text boxes, notes, and no deleted text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from corpus_to_ft.decode import clean_text
from corpus_to_ft.markup.office.styles import Styles, all_monospace
from corpus_to_ft.markup.office.tree import child, children, formula, inside, local, symbol, value
from corpus_to_ft.markup.page_text import PageText

# What tracked changes took away, what only programs read, and what a viewer too old for the first choice would show.
SKIPPED = frozenset(
    {
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "rPr",
        "pPr",
        "Fallback",
        "delInstrText",
        "annotationRef",
        "rt",
        "sdtPr",
    }
)
WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice"})
# A table with longer cells is there for the layout of the page.
MAX_CELL_CHARS = 600
MAX_ROW_CELLS = 40


class WordBody:
    """Collects the blocks of a document's body; the notes it refers to come last."""

    def __init__(self, styles: Styles, notes: Mapping[tuple[str, str], etree._Element]) -> None:
        self.page = PageText()
        self._styles = styles
        self._notes = notes
        self._noted: dict[tuple[str, str], None] = {}
        self._boxes: list[etree._Element] = []
        self._code: list[str] = []
        self.private: list[str] = []

    def write(self, body: etree._Element) -> PageText:
        self._blocks(body)
        for key in list(self._noted):
            if key in self._notes:
                self._blocks(self._notes[key])
        self._flush_code()
        return self.page

    def _blocks(self, parent: etree._Element) -> None:
        for element in _unwrapped(parent):
            if local(element) == "tbl":
                self._table(element)
            else:
                self._paragraph(element)

    def _paragraph(self, paragraph: etree._Element) -> None:
        style = self._styles.of(paragraph)
        outer, self._boxes = self._boxes, []
        text = self._text(paragraph)
        if style.code or (not style.level and all_monospace(paragraph)):
            self._code.append(clean_text(text).replace("\xa0", " ").rstrip())
        elif not style.left_out:
            self._flush_code()
            text = _tidy(text)
            numbering = child(paragraph, "pPr", "numPr")
            number = style.numbering if numbering is None else value(child(numbering, "numId"))
            if style.level:
                self.page.add("heading", text.replace("\n", " "), style.level)
            elif number not in ("", "0"):
                depth = value(child(numbering, "ilvl"))
                self.page.add("list_item", text, int(depth) + 1 if depth.isdigit() else 1)
            else:
                self.page.add("quote" if style.quote else "paragraph", text)
        boxes, self._boxes = self._boxes, outer
        for box in boxes:
            self._blocks(box)

    def _flush_code(self) -> None:
        lines, self._code = self._code, []
        self.page.add("code", "\n".join(lines))

    def _text(self, element: etree._Element) -> str:
        """The text of a paragraph or of what stands in one; text boxes and notes are put aside."""
        parts = []
        for inner in element:
            name = local(inner)
            if name in SKIPPED:
                continue
            if name == "t":
                parts.append(inner.text or "")
            elif name == "r" and child(inner, "rPr", "vanish") is not None:
                continue
            elif name in ("tab", "ptab"):
                parts.append("\t")
            elif name in ("br", "cr"):
                parts.append(" " if value(inner, "type") in ("page", "column") else "\n")
            elif name == "noBreakHyphen":
                parts.append("-")
            elif name == "sym":
                parts.append(symbol(value(inner, "char"), value(inner, "font")))
            elif name in ("oMath", "oMathPara"):
                parts.append(f" {formula(inner)} ")
            elif name == "txbxContent":
                self._boxes.append(inner)
            elif name in ("footnoteReference", "endnoteReference"):
                self._noted[name[:-9], value(inner, "id")] = None
            else:
                parts.append(self._text(inner))
        text = "".join(parts)
        if local(element) in ("p", "tc"):
            self.private.append(text)
        return text

    def _table(self, table: etree._Element) -> None:
        rows = [list(_cells(row)) for row in _rows(table)]
        texts = [[_tidy(self._cell(cell)).replace("\n", " ") for cell in row] for row in rows]
        self._flush_code()
        for row, written in zip(rows, texts, strict=True):
            shown = [cell for cell in written if cell]
            layout = len(row) > MAX_ROW_CELLS or any(len(cell) > MAX_CELL_CHARS for cell in written)
            if len(row) == 1 or (layout and shown):
                for cell in row:
                    self._blocks(cell)
            elif shown:
                self.page.add("table_row", " | ".join(written))

    def _cell(self, cell: etree._Element) -> str:
        """The text of a cell in one line; a table inside gives its cells one after the other."""
        outer, self._boxes = self._boxes, []
        parts = []
        for element in _unwrapped(cell):
            if local(element) == "tbl":
                parts += [self._cell(inner) for row in _rows(element) for inner in _cells(row)]
            else:
                parts.append(self._text(element))
        boxes, self._boxes = self._boxes, outer
        parts += [self._text(paragraph) for box in boxes for paragraph in inside(box, "p")]
        return "\n".join(part for part in parts if part.strip())


def _unwrapped(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables in order, out of content controls and tracked insertions."""
    for element in parent:
        name = local(element)
        if name in ("p", "tbl"):
            yield element
        elif name in WRAPPERS and not _is_contents(element):
            yield from _unwrapped(element)


def _is_contents(element: etree._Element) -> bool:
    """Whether a content control is the table of contents that the program makes."""
    gallery = child(element, "sdtPr", "docPartObj", "docPartGallery")
    return "contents" in value(gallery).lower()


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table:
        if local(element) == "tr" and child(element, "trPr", "del") is None:
            yield element
        elif local(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(element)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        if local(element) == "tc":
            yield element
        elif local(element) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(element)


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in clean_text(text).split("\n"))
    return "\n".join(line for line in lines if line)


def notes_of(root: etree._Element, kind: str) -> dict[tuple[str, str], etree._Element]:
    """The notes of one part by kind and id, without the lines that separate them."""
    return {(kind, value(note, "id")): note for note in children(root, kind) if not value(note, "type")}
