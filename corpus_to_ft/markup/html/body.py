"""Writes the article's element as blocks of plain text: headings, paragraphs, lists, code, table rows, quotes."""

from __future__ import annotations

import re

from lxml import etree

from corpus_to_ft.decode import clean_text
from corpus_to_ft.markup.html.tree import SPACE, attribute, is_code, squeeze, text_of
from corpus_to_ft.markup.html.weigh import INLINE
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.records import BlockKind

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# A line of nothing but `#서버 #복제` is the post's tags.
BACK = re.compile("[↩⮐⤴↑^]+[\\ufe0e\\ufe0f]*")
HASHTAGS = re.compile(r"(?:#[^\s#]+[\s,]*){2,}")
BREAKS = re.compile(r" ?\n ?")
# A table whose cells hold these is there for the layout of the page, not for data.
LAYOUT_TAGS = ("table", "h1", "h2", "h3", "h4", "pre", "article", "section", "blockquote")
MAX_CELL_CHARS = 600
MAX_ROW_CELLS = 40
MAX_HEADING_SHARE = 0.5
MIN_PROSE_CHARS = 200
# `1st`, `TM` and the like belong to their word.
MAX_RAISED_CHARS = 3
ANCHOR_MARKS = frozenset({"#", "¶", "§", "🔗", "∞", "", "link", "anchor", "permalink"})


class BodyWriter:
    """Walks one element and collects its blocks."""

    def __init__(self) -> None:
        self.page = PageText()
        self._parts: list[str] = []
        self._kinds: list[tuple[BlockKind, int]] = [("paragraph", 0)]
        self._lists = 0
        self._prose_headings: set[str] = set()

    def write(self, root: etree._Element) -> PageText:
        self._prose_headings = headings_used_as_prose(root)
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if self._whole(element):
                    walk.skip_subtree()
                else:
                    self._open(element)
                    self._parts.append(str(element.text or ""))
            else:
                self._close(element)
                if element is not root:
                    self._parts.append(str(element.tail or ""))
        self._flush()
        return self.page

    def _whole(self, element: etree._Element) -> bool:
        """Write an element that is read in one piece; its end event still comes."""
        tag = element.tag
        if tag not in self._prose_headings and (tag in HEADINGS or attribute(element, "role") == "heading"):
            self._flush()
            level = attribute(element, "aria-level")
            self._add(
                "heading", heading_text(element), HEADINGS.get(tag, int(level) if level in "123456" and level else 2)
            )
        elif is_code(element):
            self._flush()
            self.page.add("code", clean_text(code_text(element)))
        elif tag == "tr" and is_data_row(element):
            self._flush()
            self._add("table_row", " | ".join(cells_of(element)).strip("| "))
        elif tag == "math":
            self._parts.append(formula(element))
        elif tag == "a" and leads_back(element):
            pass
        elif tag == "sup":
            self._parts.append(raised(element, self._parts[-1] if self._parts else ""))
        elif tag == "sub":
            self._parts.append(in_brackets(text_of(element), self._parts[-1] if self._parts else ""))
        else:
            return False
        return True

    def _open(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "br":
            self._parts.append("\n")
        if tag in INLINE or tag == "br":
            return
        self._flush()
        if tag in ("ul", "ol"):
            self._lists += 1
        elif tag in ("li", "dt", "dd"):
            self._kinds.append(("list_item", max(1, self._lists)))
        elif tag == "blockquote":
            self._kinds.append(("quote", 0))

    def _close(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in INLINE or tag == "br":
            return
        self._flush()
        if tag in ("ul", "ol"):
            self._lists -= 1
        elif tag in ("li", "dt", "dd", "blockquote"):
            self._kinds.pop()

    def _flush(self) -> None:
        """Write what was collected; an empty line made of line breaks divides paragraphs."""
        if not self._parts:
            return
        marked = "".join(part if part == "\n" else SPACE.sub(" ", part) for part in self._parts)
        self._parts.clear()
        kind, level = self._kinds[-1]
        for paragraph in re.split(r"\n(?: *\n)+", marked):
            self._add(kind, BREAKS.sub("\n", paragraph), level)

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        text = clean_text(text).strip()
        if any(char.isalnum() for char in text) and not (kind == "paragraph" and HASHTAGS.fullmatch(text)):
            self.page.add(kind, text, level)


def headings_used_as_prose(root: etree._Element) -> set[str]:
    """Heading tags in which a page writes most of its text, as Brunch does with `<h4>`."""
    lengths = {tag: sum(len(text_of(heading)) for heading in root.iter(tag)) for tag in HEADINGS}
    whole = len(text_of(root))
    return {tag for tag, length in lengths.items() if length > MAX_HEADING_SHARE * whole and length > MIN_PROSE_CHARS}


def heading_text(element: etree._Element) -> str:
    """The heading without the little link to itself that generators hang on it."""
    text = text_of(element)
    for link in element.iter("a"):
        mark = text_of(link)
        if mark.lower() in ANCHOR_MARKS and attribute(link, "href").startswith("#"):
            text = text.removesuffix(mark).removeprefix(mark).strip()
    return text


def code_text(element: etree._Element) -> str:
    """Code with its line ends, whether they are characters, `<br>` or one box a line."""
    parts: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            is_line = inner.tag in ("div", "p", "tr", "li") and inner is not element
            if inner.tag == "br" or (is_line and parts and not parts[-1].endswith("\n")):
                parts.append("\n")
            if inner.text:
                parts.append(str(inner.text))
        elif inner is not element and inner.tail:
            parts.append(str(inner.tail))
    text = "".join(parts).replace("\xa0", " ").expandtabs(4)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def is_data_row(row: etree._Element) -> bool:
    """Whether a row holds data: several short cells without boxes of a layout in them."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2 or len(cells) > MAX_ROW_CELLS:
        return False
    if next(row.iter(*LAYOUT_TAGS), None) is not None:
        return False
    return all(len(text_of(cell)) <= MAX_CELL_CHARS for cell in cells)


def cells_of(row: etree._Element) -> list[str]:
    texts = []
    for cell in row:
        if cell.tag in ("td", "th"):
            spaced = (
                f"\n{part}" if inner.tag in ("br", "p", "li", "div") else part for inner, part in _text_parts(cell)
            )
            texts.append(squeeze("".join(spaced)))
    return texts


def _text_parts(cell: etree._Element) -> list[tuple[etree._Element, str]]:
    parts = []
    for event, inner in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            parts.append((inner, str(inner.text or "")))
        elif inner is not cell:
            parts.append((inner, str(inner.tail or "")))
    return parts


def raised(element: etree._Element, before: str) -> str:
    """What stands raised: a power keeps its sign, a word comes into brackets, the number of a footnote goes."""
    text = text_of(element)
    if any(attribute(link, "href").startswith("#") for link in element.iter("a")) or text.startswith("["):
        return ""
    if text.lstrip("-−").isdigit():
        return f"^{text}" if before[-1:].isalnum() else text
    return in_brackets(text, before)


def leads_back(link: etree._Element) -> bool:
    """Whether it is the arrow of a footnote, which leads to where the note is named."""
    return attribute(link, "href").startswith("#") and BACK.fullmatch(text_of(link)) is not None


def in_brackets(text: str, before: str) -> str:
    """A word that stands above or below the line does not run into the one before it."""
    return f"({text})" if len(text) > MAX_RAISED_CHARS and before[-1:].isalnum() else text


def formula(element: etree._Element) -> str:
    """TeX where the page keeps it beside its drawing."""
    for note in element.iter("annotation"):
        return text_of(note)
    return text_of(element)
