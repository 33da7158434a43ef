"""What a page of print consists of: pieces of text that stand in one line without a wide gap, and lines of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

SAME_LINE_OVERLAP = 0.5
# Starts of cells stand under one another within this part of the letters' height.
ALIGNED = 0.6
_MARKER = re.compile(
    r"(?:[•‣▪▫■□●○◦◆◇▶▷►➢➤✓✔❖※ㅇoＯ·∙*–—-]|[①-⑳㉠-㉻ⓐ-ⓩ]|\(?(?:\d{1,2}|[가나다라마바사아자차카타파하]|[a-zA-Z]|[ivxIVX]{1,4})[.)]|"
    r"[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]\.?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text and its place; y grows upwards, as in the file. `spaced` says that it ended in a space of its own."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool = False
    spaced: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(slots=True, kw_only=True)
class Line:
    """Pieces beside one another. `column` numbers the columns of the document in reading order."""

    pieces: list[Piece]
    column: int = 0
    page: int = 0
    left_edge: float = 0.0
    right_edge: float = 0.0
    cells: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> float:
        return self.pieces[0].left

    @property
    def right(self) -> float:
        return self.pieces[-1].right

    @property
    def bottom(self) -> float:
        return min(piece.bottom for piece in self.pieces)

    @property
    def height(self) -> float:
        return max(self.pieces, key=lambda piece: len(piece.text)).height

    @property
    def size(self) -> float:
        """The size of most of the letters, to the half point."""
        return round(max(self.pieces, key=lambda piece: len(piece.text)).size * 2) / 2

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces)

    @property
    def spaced(self) -> bool:
        return self.pieces[-1].spaced


def lines_of(pieces: Iterable[Piece]) -> list[Line]:
    """Pieces of one column as lines from top to bottom."""
    lines: list[Line] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.top, piece.left)):
        for line in lines[-3:]:
            first = line.pieces[0]
            shared = min(first.top, piece.top) - max(first.bottom, piece.bottom)
            if shared > SAME_LINE_OVERLAP * min(first.height, piece.height):
                line.pieces.append(piece)
                break
        else:
            lines.append(Line(pieces=[piece]))
    for line in lines:
        line.pieces.sort(key=lambda piece: piece.left)
        # A number or bullet before a gap belongs to what follows.
        if len(line.pieces) > 1 and marker_of(line.pieces[0].text + " "):
            head, following = line.pieces[0], line.pieces[1]
            text = f"{head.text} {following.text}"
            line.pieces[:2] = [replace(following, text=text, left=head.left)]
    return lines


def marker_of(text: str) -> str:
    """The bullet or number at the beginning of a line, if a space follows it."""
    found = re.match(rf"({_MARKER.pattern})(?=\s)", text)
    return found[1] if found else ""


def find_tables(lines: list[Line]) -> list[Line]:
    """Marks runs of lines with aligned cells as rows, and takes the lines that go on in their cells into them."""
    found: list[Line] = []
    run: list[Line] = []
    for line in lines:
        if run and len(line.pieces) < len(run[-1].pieces) and _goes_on(run[-1], line):
            _take_in(run[-1], line)
            continue
        if len(line.pieces) > 1 and (not run or _aligned(run[-1], line)):
            run.append(line)
        else:
            _mark(run)
            run = [line] if len(line.pieces) > 1 else []
        found.append(line)
    _mark(run)
    return found


def _mark(run: list[Line]) -> None:
    if len(run) > 1:
        for line in run:
            line.cells = line.cells or tuple(piece.text for piece in line.pieces)


def _aligned(above: Line, line: Line) -> bool:
    near = ALIGNED * line.height
    starts = [piece.left for piece in above.pieces]
    ends = [piece.right for piece in above.pieces]
    hits = sum(
        any(abs(piece.left - start) < near for start in starts) or any(abs(piece.right - end) < near for end in ends)
        for piece in line.pieces
    )
    return hits >= max(2, len(line.pieces) - 1) or hits == len(line.pieces)


def _goes_on(row: Line, line: Line) -> bool:
    """Whether a line only stands under cells of the row above it, and not under its first."""
    near = ALIGNED * line.height
    starts = [piece.left for piece in row.pieces[1:]]
    close = row.bottom - line.bottom < 1.8 * line.height
    return close and bool(starts) and all(any(abs(p.left - start) < near for start in starts) for p in line.pieces)


def _take_in(row: Line, line: Line) -> None:
    cells = list(row.cells or (piece.text for piece in row.pieces))
    for piece in line.pieces:
        place = min(range(len(row.pieces)), key=lambda n: abs(row.pieces[n].left - piece.left))
        cells[place] += f" {piece.text}"
    row.cells = tuple(cells)


def typical_size(lines: Iterable[Line]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def typical_pitch(lines: list[Line]) -> float:
    """The distance between two lines of a paragraph."""
    pitches = [
        before.bottom - line.bottom
        for before, line in pairwise(lines)
        if before.column == line.column and 0 < before.bottom - line.bottom < 3 * line.height
    ]
    return median(pitches) if pitches else 0.0
