"""Takes out of the pages of a document what stands on each: running titles, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter

from corpus_to_ft.markup.pdf.pieces import Piece

# Of the height of the printed area, at each end.
BAND = 0.12
REPEATED_SHARE = 0.3
MIN_REPEATS = 3
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[\W_]*(?:page|p\.|쪽|페이지)?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*(?:쪽|페이지|page)?\s*(?:(?:/|of|중)\s*\d{1,4}\s*(?:쪽|페이지)?)?[\W_]*",
    re.IGNORECASE,
)


def without_margins(pages: list[list[Piece]], heights: list[float]) -> list[list[Piece]]:
    """The pages without what is repeated near their ends, and without numbers that stand alone there."""
    seen: Counter[tuple[str, int]] = Counter()
    for pieces, height in zip(pages, heights, strict=True):
        seen.update({key for piece in pieces if (key := _key(piece, height)) is not None})
    filled = sum(bool(pieces) for pieces in pages)
    enough = max(MIN_REPEATS if filled > MIN_REPEATS else 2, REPEATED_SHARE * filled)
    repeated = {key for key, count in seen.items() if count >= enough}
    kept = []
    for pieces, height in zip(pages, heights, strict=True):
        rest = [piece for piece in pieces if _key(piece, height) not in repeated]
        kept.append(_without_number(rest, height))
    return kept


def _key(piece: Piece, height: float) -> tuple[str, int] | None:
    """What a piece says besides its numbers, and its place on the page; None in the middle of the page."""
    middle = (piece.top + piece.bottom) / 2
    if BAND * height < middle < (1 - BAND) * height:
        return None
    return _NUMBERS.sub("#", "".join(piece.text.split())), round(middle / 6)


def _without_number(pieces: list[Piece], height: float) -> list[Piece]:
    """Without the number of the page, which stands above or below everything else."""
    if len(pieces) < 2:
        return pieces
    lowest, highest = min(pieces, key=lambda piece: piece.bottom), max(pieces, key=lambda piece: piece.top)
    left_out = [
        piece
        for piece in (lowest, highest)
        if _key(piece, height) is not None and _PAGE_NUMBER.fullmatch(piece.text.strip()) and _is_alone(piece, pieces)
    ]
    return [piece for piece in pieces if piece not in left_out]


def _is_alone(number: Piece, pieces: list[Piece]) -> bool:
    return not any(other is not number and other.top > number.bottom and other.bottom < number.top for other in pieces)
