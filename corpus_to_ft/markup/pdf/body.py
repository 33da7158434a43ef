"""Writes printed lines as blocks: headings by size, paragraphs across lines, columns and pages, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from corpus_to_ft.decode import clean_text
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.markup.pdf.joining import Joiner, is_full
from corpus_to_ft.markup.pdf.pieces import Line, marker_of, typical_pitch, typical_size
from corpus_to_ft.records import BlockKind

HEADING_GROWTH = 1.08
MAX_HEADING_CHARS = 90
MAX_BOLD_HEADING_CHARS = 50
MAX_HEADING_LINES = 3
PARAGRAPH_GAP = 1.4
INDENT = 0.8
SAME_SIZE = 0.12
# A page whose lines are mostly in large or bold letters is a poster, not full of headings.
MAX_HEADING_SHARE = 0.5
_ENDS_SENTENCE = re.compile(r"[.!?。:;][\"'”’)\]」』]*$|다[\"”)]?$")
_LETTERS = re.compile(r"[A-Za-z가-힣]")
_PAGE_OF_CONTENTS = re.compile(r".{2,}?[ .·…‥]{4,}\s*\d{1,4}")


class PrintedText:
    """Turns the lines of a document into blocks; `outline` gives the level of lines that are its bookmarks."""

    def __init__(self, lines: list[Line], outline: Mapping[str, int]) -> None:
        self.page = PageText()
        self._lines = lines
        self._outline = outline
        self._joiner = Joiner(lines)
        self._size = typical_size(lines)
        self._pitch = typical_pitch(lines)
        self._levels = self._heading_levels(lines)

    def write(self) -> PageText:
        held: list[Line] = []
        kind: tuple[BlockKind, int] = ("paragraph", 0)
        for line in self._lines:
            if _PAGE_OF_CONTENTS.fullmatch(line.text):
                continue
            if line.cells:
                self._flush(held, kind)
                held = []
                self.page.add("table_row", clean_text(" | ".join(line.cells)))
                continue
            level = self._level(line)
            found: tuple[BlockKind, int] = ("heading", level) if level else ("paragraph", 0)
            if held and self._goes_on(held, line, kind, found):
                held.append(line)
                continue
            self._flush(held, kind)
            marker = marker_of(line.text)
            kind = ("list_item", 1) if marker and not level else found
            held = [line]
        self._flush(held, kind)
        return self.page

    def _flush(self, held: list[Line], kind: tuple[BlockKind, int]) -> None:
        if not held:
            return
        text, spaced = "", False
        for line in held:
            own = clean_text(line.text).strip()
            text = self._joiner.join(text, own, spaced=spaced) if text else own
            spaced = line.spaced
        if kind[0] == "list_item":
            marker = marker_of(text + " ")
            text = (
                text
                if re.search(r"[\d가-힣a-zA-ZⅠ-Ⅻ①-⑳]", marker) and marker != "o" and marker != "ㅇ"
                else text[len(marker) :]
            )
        self.page.add(kind[0], text, kind[1])

    def _goes_on(self, held: list[Line], line: Line, kind: tuple[BlockKind, int], found: tuple[BlockKind, int]) -> bool:
        """Whether a line belongs to the block of those before it."""
        before = held[-1]
        same_place = before.column == line.column
        gap = before.bottom - line.bottom if same_place else 0.0
        if same_place and gap > PARAGRAPH_GAP * max(self._pitch, before.height):
            return False
        if kind[0] == "heading" or found[0] == "heading":
            return kind == found and len(held) < MAX_HEADING_LINES and same_place and before.bold == line.bold
        if marker_of(line.text) or abs(before.size - line.size) > SAME_SIZE * before.size:
            return False
        indented = line.left - line.left_edge > INDENT * line.height
        if not same_place:
            return is_full(before) and not _ENDS_SENTENCE.search(before.text) and not indented
        hanging = len(held) > 1 or kind[0] == "list_item"
        if indented and not hanging and before.left - before.left_edge <= INDENT * line.height:
            return False
        if indented and hanging and line.left > held[1 if len(held) > 1 else 0].left + 3 * line.height:
            return False
        return not self._has_room(before, line)

    def _has_room(self, before: Line, line: Line) -> bool:
        """Whether the first word of a line would have stood in the one before, had that not ended a paragraph."""
        if before.text[-1:] == "-" and before.text[-2:-1].isalpha():
            return False
        room = before.right_edge - before.right
        if not self._joiner.between_words and not self._joiner.spaces_tell and _ENDS_SENTENCE.search(before.text):
            return room > 1.5 * before.height
        word = line.text.split()[0] if line.text.split() else ""
        share = (line.right - line.left) / max(1, len(line.text))
        return room > share * (len(word) + 1) + 0.5 * before.height

    def _level(self, line: Line) -> int:
        text = line.text.strip()
        known = self._outline.get("".join(text.split()))
        if known and len(text) <= MAX_HEADING_CHARS:
            return known
        if not _LETTERS.search(text) or len(text) > MAX_HEADING_CHARS or len(line.pieces) > 1:
            return 0
        level = self._levels.get(line.size, 0)
        if level:
            return level
        bold = line.bold and "bold" in self._levels_of_bold and len(text) <= MAX_BOLD_HEADING_CHARS
        return self._levels_of_bold["bold"] if bold and not _ENDS_SENTENCE.search(text) and not is_full(line) else 0

    def _heading_levels(self, lines: Iterable[Line]) -> dict[float, int]:
        """The level of each size that only headings have, and whether bold lines are headings."""
        lines = [line for line in lines if not line.cells]
        whole = sum(len(line.text) for line in lines)
        large: dict[float, int] = {}
        for line in lines:
            if line.size > HEADING_GROWTH * self._size:
                large[line.size] = large.get(line.size, 0) + len(line.text)
        if sum(large.values()) > MAX_HEADING_SHARE * whole:
            large = {}
        levels = {size: min(place, 4) for place, size in enumerate(sorted(large, reverse=True), 1)}
        bold = sum(len(line.text) for line in lines if line.bold)
        self._levels_of_bold = {"bold": min(len(levels) + 1, 5)} if 0 < bold < MAX_HEADING_SHARE * whole / 2 else {}
        return levels
