"""Question patterns over tables: how the columns of a table go with its first, and what a long cell says of its row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus_to_ft.analyzers.josa import with_josa
from corpus_to_ft.llm.extractive.clauses import stands
from corpus_to_ft.llm.extractive.patterns import Candidate
from corpus_to_ft.records import Block, Span

MAX_TABLE_CHARS = 600
MIN_CELL_CHARS, MAX_CELL_CHARS = 24, 400
MAX_NAME_CHARS = 24

_GAP = re.compile(r"\t| \| ")
_RULE = re.compile(r"^[\s:|\-–—=+]*$")
# A first column under these holds the names of what the second column tells.
_KEYS = frozenset({"구분", "항목", "분류", "이름", "내용", "키", "속성", "필드", "종류", "용어"})
_VALUES = frozenset({"내용", "값", "설명", "비고", "상세", "의미", "정보"})


def table_questions(text: str, blocks: Sequence[Block]) -> Iterator[Candidate]:
    """A별 B는 어떻게 되나요? over a whole table; X의 B는 무엇인가요? over a cell that is a sentence or so."""
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        if kind != "table_row":
            continue
        rows = [(row, _cells(text, row)) for row in group if not _RULE.match(row.of(text))]
        if len(rows) < 3 or len(rows[0][1]) < 2:
            continue
        head = [span.of(text) for span in rows[0][1]]
        start, end = rows[0][0].start, rows[-1][0].end
        named = len(head) <= 3 and all(_is_name(cell) for cell in head)
        if named and head[0] not in _KEYS and end - start <= MAX_TABLE_CHARS and _has_words(text[start:end]):
            told = head[1] if len(head) == 2 else f"{with_josa(head[1], '과/와')} {head[2]}"
            asked = f"{head[0]}별 {with_josa(told, '은/는')} 어떻게 되나요?"
            yield Candidate(text=asked, subject="list", first=0, last=0, weight=0.9, start=start, end=end)
        for _, cells in rows[1:]:
            yield from _over_cells(text, head, cells)


def _over_cells(text: str, head: Sequence[str], cells: Sequence[Span]) -> Iterator[Candidate]:
    if len(cells) < 2 or not _is_name(cells[0].of(text)):
        return
    name = cells[0].of(text)
    for column, cell in zip(head[1:], cells[1:], strict=False):
        if not MIN_CELL_CHARS <= cell.end - cell.start <= MAX_CELL_CHARS or not _has_words(cell.of(text)):
            continue
        if column in _VALUES:
            asked = f"{with_josa(name, '은/는')} 무엇인가요?"
        elif _is_name(column):
            asked = f"{name}의 {with_josa(column, '은/는')} 무엇인가요?"
        else:
            continue
        yield Candidate(text=asked, subject="figure", first=0, last=0, weight=0.8, start=cell.start, end=cell.end)


def _cells(text: str, row: Block) -> list[Span]:
    cells, start = [], row.start
    for gap in [*_GAP.finditer(text, row.start, row.end), None]:
        end = gap.start() if gap else row.end
        words = text[start:end]
        inside = start + len(words) - len(words.lstrip())
        cells.append(Span(start=inside, end=max(inside, start + len(words.rstrip()))))
        start = gap.end() if gap else end
    return cells


def _is_name(cell: str) -> bool:
    return 2 <= len(cell) <= MAX_NAME_CHARS and bool(re.search(r"[가-힣A-Za-z]{2}", cell)) and stands(cell)


def _has_words(text: str) -> bool:
    """Tables of figures and of marks say nothing without their picture."""
    letters = sum(char.isalpha() for char in text)
    return 2 * letters >= sum(not char.isspace() for char in text)
