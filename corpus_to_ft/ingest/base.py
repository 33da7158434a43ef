"""The contract of a reader: from a file's bytes to pages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Block


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPage:
    """A page that could not be read among others that could; `reason` and `detail` as in InputError."""

    member: str
    reason: str
    detail: Sentence


class Reader(Plugin):
    """Turns a file of one format into pages; one page for an article, many for an archive or a table."""

    @abstractmethod
    def match(self, file: SourceFile) -> Match:
        """Cheap: looks at the suffix and at most at the first kilobytes."""

    @abstractmethod
    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        """Raises InputError for a file that cannot be used, naming where and what to do."""


def with_warnings(pages: Iterable[Page | BadPage], warnings: Sequence[str]) -> Iterator[Page | BadPage]:
    """The pages of a file; the first that can be read carries what is to be said about the file."""
    for page in pages:
        if warnings and isinstance(page, Page):
            page = replace(page, meta={**page.meta, "warnings": [*warnings, *page.meta.get("warnings", [])]})
            warnings = ()
        yield page
