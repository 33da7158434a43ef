"""The contract of a reader, and the builder with which readers write plain text and its structure at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any

from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Block, BlockKind


class Match(IntEnum):
    """How sure a reader is that a file is its own; the highest wins."""

    NO = 0
    SUFFIX = 1
    CONTENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file's bytes. `source` is its path relative to what the user named, NFC, with `/`."""

    source: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Lower-case suffix with its dot, `.md`."""
        return PurePosixPath(self.source).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.source).stem


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One article as a reader saw it, before normalization.

    `member` names it inside an archive or table ("page.md", "row 7") and is empty where a file is one
    page. `published` is what the source wrote, in any form. `draft` pages are rejected by the stage.
    `meta` keys are those of Document.meta. `blocks` count in `text`.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    published: str = ""
    author: str = ""
    member: str = ""
    draft: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


class Reader(Plugin):
    """Turns a file of one format into pages; one page for an article, many for an archive or a table."""

    @abstractmethod
    def match(self, file: SourceFile) -> Match:
        """Cheap: looks at the suffix and at most at the first kilobytes."""

    @abstractmethod
    def read(self, file: SourceFile) -> Iterator[Page]:
        """Raises InputError for what cannot be used, naming where and what to do."""


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
