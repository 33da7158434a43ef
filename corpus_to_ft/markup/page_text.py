"""The builder with which plain text and its structure are written at once."""

from __future__ import annotations

from corpus_to_ft.records import Block, BlockKind


class PageText:
    """Collects blocks into one plain text: blocks of different kind stand a blank line apart."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Append a block; white space at its ends is dropped; an empty one is ignored."""
        text = text.strip("\n").rstrip() if kind == "code" else text.strip()
        if not text.strip():
            return
        if self._blocks:
            previous = self._blocks[-1].kind
            tight = previous == kind and kind in ("list_item", "table_row")
            gap = "\n" if tight else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        self._blocks.append(Block(kind=kind, start=self._length, end=self._length + len(text), level=level))
        self._parts.append(text)
        self._length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks)
