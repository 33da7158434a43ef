"""The contracts of ingest: what was found and can be read, and a reader, which makes pages of a file's bytes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Block, Note, Rejected, digest

STAGE = "ingest"
# Nobody's document fell out here: pictures among files. It was not read, and is not held against a source.
FIND = "find"
# What a site has besides documents falls out here: pages that only list others, or that nobody may read.
CRAWL = "crawl"
MEBIBYTE = 1024 * 1024
# The suffix that files of a media type usually carry, for addresses without one.
USUAL_SUFFIXES: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/x-hwp": ".hwp",
    "application/haansofthwp": ".hwp",
    "application/vnd.hancom.hwp": ".hwp",
    "application/vnd.hancom.hwpx": ".hwpx",
    "application/zip": ".zip",
}
# Servers call many things so that they do not know.
VAGUE_TYPES = frozenset({"text/plain", "text/xml", "application/xml", "application/zip", "application/octet-stream"})


class IngestSettings(BaseModel):
    """What is read: `max_mb` bounds a file (mebibytes), `max_chars` the text of a document; 0 is no bound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_mb: float = Field(default=100, ge=0)
    max_chars: int = Field(default=2_000_000, ge=0)
    max_seconds: float = Field(
        default=30, gt=0, description="that reading a file may take, or a page of one that holds many"
    )
    max_memory_mb: int = Field(default=512, ge=64, description="memory that reading one file may take (mebibytes)")
    max_archive_entries: int = Field(default=10_000, ge=1, description="entries of an archive, with archives inside")
    max_archive_mb: float = Field(default=500, gt=0, description="that are unpacked of one archive in all (mebibytes)")
    max_archive_ratio: float = Field(default=100, ge=1, description="by which what is packed may grow when unpacked")
    max_archive_depth: int = Field(default=3, ge=1, description="of archives that lie in each other")
    follow_links: bool = Field(default=False, description="also symbolic links that lead outside the source")
    site: SiteSettings = SiteSettings()


class Match(IntEnum):
    """How sure a reader is that a file is its own; the highest wins."""

    NO = 0
    SUFFIX = 1
    CONTENT = 2
    EXPORT = 3  # a file of a general format (XML, JSON, HTML) that a program known to this reader has written


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file's bytes. `source` is its address, or its path relative to what the user named, NFC, with `/`.

    In an archive `source` is `export.zip!folder/page.md`, and `inside` the path in the innermost one, `folder/page.md`.
    `media_type` ("text/html") and `charset` are what a web server said, both lower case and without parameters.
    `published` is what others say of it, in any form; what it says of itself comes first. `seen_at` is the ISO time at
    which a web server first gave these bytes; the same bytes seen later are the same file.
    """

    source: str
    data: bytes
    inside: str = ""
    media_type: str = ""
    charset: str = ""
    published: str = ""
    seen_at: str = ""

    def id_of(self, sha256: str) -> str:
        """The same for the same bytes under the same name; `sha256` of the bytes is made once, by the caller."""
        said = [self.media_type, self.charset] if self.media_type or self.charset else []
        return digest(self.source, sha256, *said, *([{"published": self.published}] if self.published else []))

    @property
    def is_address(self) -> bool:
        return is_address(self.source)

    @property
    def suffix(self) -> str:
        """Lower-case suffix with its dot, `.md`; of an address that of its media type, where the server knows it."""
        own = self._suffix
        usual = USUAL_SUFFIXES.get(self.media_type, "")
        if usual and self.media_type not in VAGUE_TYPES:  # `/view.php` and `/v1.2` say nothing about what they give
            return usual
        return own or usual

    @property
    def _suffix(self) -> str:
        """As pathlib has it, without its cost: every reader asks."""
        if self.is_address:
            return self.path.suffix.lower()
        stem, _, suffix = (self.inside or self.source).rpartition("/")[2].rpartition(".")
        return f".{suffix}".lower() if stem and suffix else ""

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def path(self) -> PurePosixPath:
        """Its folders and name, of an archive's member those inside."""
        place = unquote(urlsplit(self.source).path) if self.is_address else self.source
        return PurePosixPath(self.inside or place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What was read before and is as it was: its bytes are not needed, for its result is kept under `item_id`."""

    source: str
    sha256: str
    item_id: str


Item = SourceFile | Rejected | Note | Unchanged


class Found(Protocol):
    """Something that was found and can be read: a file, a member of an archive, a page of a site.

    Finding looks at names only; nothing found holds contents. `source` is as in SourceFile.
    """

    @property
    def source(self) -> str: ...

    def read(self, settings: IngestSettings) -> Item:
        """The bytes, or why they cannot be had; of a site also what is to be known of it."""


def is_address(source: str) -> bool:
    return "://" in source


def rejected(source: str, reason: str, detail: Sentence) -> Rejected:
    """What was found and cannot be used. A page of a site that only lists others is no bad document."""
    stage = CRAWL if reason == "not_an_article" and is_address(source) else STAGE
    return Rejected.make(item_id=digest(source), source=source, stage=stage, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was found and is not read, for a reason that is plain without looking into it."""

    source: str
    why: Rejected

    def read(self, settings: IngestSettings) -> Rejected:  # noqa: ARG002 (already known)
        return self.why


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
