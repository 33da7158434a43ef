"""Writes the slides of a presentation: a slide is a section, its title the heading."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from corpus_to_ft.decode import clean_text
from corpus_to_ft.markup.office.tree import child, children, formula, inside, local, value
from corpus_to_ft.markup.page_text import PageText

TITLES = frozenset({"title", "ctrTitle"})
# What stands on every slide, and what a viewer too old for the first choice would show.
MARGINS = frozenset({"dt", "ftr", "hdr", "sldNum"})


class SlideTexts:
    """Collects the blocks of slides one after the other."""

    def __init__(self) -> None:
        self.page = PageText()
        self.private: list[str] = []

    def slide(self, root: etree._Element, diagrams: list[etree._Element]) -> None:
        """The title comes first, wherever it was drawn; the rest in the order in which it was made."""
        shapes = list(_shapes(child(root, "cSld", "spTree")))
        titles = [shape for shape in shapes if _placeholder(shape) in TITLES]
        for shape in titles:
            words = " ".join(text for _, text in self._paragraphs(shape))
            self.page.add("heading", words, 1)
        for shape in shapes:
            if shape not in titles and _placeholder(shape) not in MARGINS:
                self._shape(shape)
        for diagram in diagrams:
            for point in inside(diagram, "t"):
                parent = point.getparent()
                if parent is not None and local(parent) == "pt":
                    for _, text in self._paragraphs(point):
                        self.page.add("list_item", text, 1)

    def notes(self, root: etree._Element) -> None:
        """What the speaker says, without the picture of the slide and the page number."""
        for shape in _shapes(child(root, "cSld", "spTree")):
            if _placeholder(shape) == "body":
                for _, text in self._paragraphs(shape):
                    self.page.add("paragraph", text)

    def _shape(self, shape: etree._Element) -> None:
        table = next(inside(shape, "tbl"), None)
        if table is not None:
            for row in children(table, "tr"):
                cells = [" ".join(text for _, text in self._paragraphs(cell)) for cell in children(row, "tc")]
                if any(cells):
                    self.page.add("table_row", " | ".join(cells) if len(cells) > 1 else cells[0])
            return
        listed = _is_placeholder(shape) and _placeholder(shape) in ("", "body", "obj")
        for level, text in self._paragraphs(shape):
            if listed or level:
                self.page.add("list_item", text, max(level, 1))
            else:
                self.page.add("paragraph", text)

    def _paragraphs(self, shape: etree._Element) -> Iterator[tuple[int, str]]:
        """The list level (0 for a paragraph without a bullet) and the text of each."""
        for paragraph in inside(shape, "p"):
            if paragraph.tag.startswith("{http://schemas.openxmlformats.org/presentationml"):
                continue
            text = _text(paragraph)
            self.private.append(text)
            properties = child(paragraph, "pPr")
            bullet = properties is not None and any(local(e) in ("buChar", "buAutoNum", "buBlip") for e in properties)
            depth = value(properties, "lvl")
            level = int(depth) + 1 if depth.isdigit() else 1 if bullet else 0
            text = "\n".join(" ".join(line.split()) for line in clean_text(text).split("\n")).strip()
            if text:
                yield level, text


def _shapes(tree: etree._Element | None) -> Iterator[etree._Element]:
    """Shapes, tables and charts in order, out of groups; hidden ones are left out."""
    for element in () if tree is None else tree:
        name = local(element)
        if name in ("grpSp", "AlternateContent", "Choice"):
            yield from _shapes(element)
        elif name in ("sp", "graphicFrame", "cxnSp") and not _is_hidden(element):
            yield element


def _is_hidden(shape: etree._Element) -> bool:
    return any(value(inner, "hidden") in ("1", "true") for inner in inside(shape, "cNvPr"))


def _is_placeholder(shape: etree._Element) -> bool:
    return next(inside(shape, "ph"), None) is not None


def _placeholder(shape: etree._Element) -> str:
    """What a shape is there for, by the layout; empty for a text box."""
    return value(next(inside(shape, "ph"), None), "type")


def _text(paragraph: etree._Element) -> str:
    parts = []
    for inner in paragraph:
        name = local(inner)
        if name in ("r", "fld"):
            parts += [t.text or "" for t in children(inner, "t")]
        elif name == "br":
            parts.append("\n")
        elif name in ("m", "oMath", "oMathPara", "AlternateContent"):
            parts += [formula(math) for math in inside(inner, "oMath")]
    return "".join(parts)
