"""The order in which the pieces of a page are read: columns from left to right, interrupted by what spans them."""

from __future__ import annotations

from corpus_to_ft.markup.pdf.pieces import Line, Piece, find_tables, lines_of

MIN_LINES = 5
# Letters in a line of prose; cells of a table hold fewer.
MIN_PROSE_CHARS = 12
# Lines of prose fill their column; a list or a form leaves it half empty, and so do headings among prose.
FILLED = 0.7
MIN_FILLED_SHARE = 0.35
MAX_CROSSING_SHARE = 0.2
MIN_STEP = 2.0
MAX_STEPS = 2000
MAX_DEPTH = 3


def columns_of(pieces: list[Piece], page: int, first_column: int) -> list[Line]:
    """The lines of a page in reading order, each with the edges of its column."""
    found: list[Line] = []
    for number, part in enumerate(_parts(pieces, MAX_DEPTH)):
        lines = find_tables(lines_of(part))
        if not lines:
            continue
        left, right = _edges(lines)
        for line in lines:
            line.column, line.page = first_column + number, page
            line.left_edge, line.right_edge = left, right
        found += lines
    return found


def _edges(lines: list[Line]) -> tuple[float, float]:
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    return lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]


def _parts(pieces: list[Piece], depth: int) -> list[list[Piece]]:
    gutter = _gutter(pieces) if depth else None
    if gutter is None:
        return [pieces]
    left = [piece for piece in pieces if piece.right <= gutter]
    right = [piece for piece in pieces if piece.left >= gutter]
    across = sorted((piece for piece in pieces if piece.left < gutter < piece.right), key=lambda piece: -piece.top)
    parts: list[list[Piece]] = []
    spanning: list[Piece] = []
    ceiling = float("inf")
    for wide in [*across, None]:
        floor = wide.top if wide is not None else float("-inf")
        between = [
            [piece for piece in side if floor <= (piece.top + piece.bottom) / 2 < ceiling] for side in (left, right)
        ]
        if any(between):
            if spanning:
                parts.append(spanning)
                spanning = []
            for side in between:
                parts += _parts(side, depth - 1) if side else []
        if wide is not None:
            spanning.append(wide)
            ceiling = floor
    return [*parts, spanning] if spanning else parts


def _gutter(pieces: list[Piece]) -> float | None:
    """Where a page is cut into two columns of prose, if it is."""
    if len(pieces) < 2 * MIN_LINES:
        return None
    start, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    step = max(MIN_STEP, (end - start) / MAX_STEPS)
    count = int((end - start) / step)
    crossing = [0] * (count + 2)
    for piece in pieces:
        crossing[int((piece.left - start) / step) + 1] += 1
        crossing[min(int((piece.right - start) / step) + 1, count + 1)] -= 1
    for place in range(1, count + 2):
        crossing[place] += crossing[place - 1]
    middle = range(int(count * 0.2), max(int(count * 0.8), int(count * 0.2) + 1))
    fewest = min((crossing[place] for place in middle), default=0)
    if fewest > MAX_CROSSING_SHARE * len(pieces):
        return None
    widest, run = (0, 0), 0
    for place in middle:
        run = run + 1 if crossing[place] == fewest else 0
        widest = max(widest, (run, place))
    gutter = start + (widest[1] - widest[0] / 2) * step
    left = [piece for piece in pieces if piece.right <= gutter]
    right = [piece for piece in pieces if piece.left >= gutter]
    return gutter if _is_prose(left) and _is_prose(right) and _side_by_side(left, right) else None


def _is_prose(pieces: list[Piece]) -> bool:
    if len(pieces) < MIN_LINES or sum(len(piece.text) for piece in pieces) < MIN_PROSE_CHARS * len(pieces):
        return False
    width = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    return sum(piece.right - piece.left >= FILLED * width for piece in pieces) >= MIN_FILLED_SHARE * len(pieces)


def _side_by_side(left: list[Piece], right: list[Piece]) -> bool:
    tops, bottoms = (
        (max(p.top for p in left), max(p.top for p in right)),
        (min(p.bottom for p in left), min(p.bottom for p in right)),
    )
    shared = min(tops) - max(bottoms)
    return shared > 0.3 * min(tops[0] - bottoms[0], tops[1] - bottoms[1])
