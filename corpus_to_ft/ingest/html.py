"""Reads saved web pages: the article's text and structure, its title, author, date, tags, address and licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from corpus_to_ft.decode import Decoded, clean_text, decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.article import article_text
from corpus_to_ft.markup.html.frames import framed_address
from corpus_to_ft.markup.html.front_matter import is_draft, split_front_matter, with_front_matter
from corpus_to_ft.markup.html.metadata import Metadata, read_metadata
from corpus_to_ft.markup.html.tree import parse_page

SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".mhtml.html"})
HEAD_BYTES = 2048
LOOKS_LIKE_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*>\s*<)?(?:!--.*?-->\s*<)?(?:!doctype\s+html|html)\b", re.I | re.S
)
MEGABYTE = 1024 * 1024
# From here on a page without text was not empty: its text is made by programs that did not run.
LARGE_CHARS = 10_000
# SingleFile writes into the first comment of a page when it saved it, in the words of JavaScript.
SAVED = re.compile(r"saved date:\s*\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4})")
SAVED_HEAD_CHARS = 4096


class HtmlReader(Reader):
    """One page is one article; what is only a list of articles is refused."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    max_megabytes: int = Field(default=32, ge=1, description="larger files are refused")
    keep_lists: bool = Field(default=False, description="take list, tag and archive pages as well")

    def match(self, file: SourceFile) -> Match:
        if LOOKS_LIKE_HTML.match(file.data[:HEAD_BYTES]):
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        if len(file.data) > self.max_megabytes * MEGABYTE:
            raise InputError(
                "too_large",
                Sentence(
                    "{source}: more than {max_megabytes} MB (setting max_megabytes)",
                    source=file.source,
                    max_megabytes=self.max_megabytes,
                ),
            )
        decoded = decode(file.data, source=file.source, html=True)
        said, text = split_front_matter(decoded.text, file.source)
        root = parse_page(text, file.source)
        metadata = with_front_matter(read_metadata(root, seen_at=saved_at(text) or _seen_at(file)), said)
        frame = framed_address(root)
        if frame:
            raise InputError(
                "no_text",
                Sentence(
                    "{source}: the text stands in a frame of this page; open {address} by itself and save that",
                    source=file.source,
                    address=clean_text(frame)[:200],
                ),
            )
        page = article_text(root, metadata, file.source, keep_lists=self.keep_lists)
        if not page.blocks:
            raise _no_text(file.source, len(decoded.text))
        heading = next((block.of(page.text) for block in page.blocks if block.kind == "heading"), "")
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=clean_text(metadata.title) or heading,
            author=clean_text(metadata.author),
            published=metadata.published,
            draft=is_draft(said),
            meta=_meta_of(metadata, decoded, file.source),
        )


def saved_at(text: str) -> datetime | None:
    """When the browser's add-on saved the page, where it says so."""
    found = SAVED.search(text[:SAVED_HEAD_CHARS])
    try:
        return datetime.strptime(found.group(1), "%b %d %Y %H:%M:%S GMT%z") if found else None
    except ValueError:
        return None


def _seen_at(file: SourceFile) -> datetime | None:
    return datetime.fromisoformat(file.seen_at) if file.seen_at else None


def _no_text(source: str, chars: int) -> InputError:
    cause = Sentence("its text is made by programs") if chars > LARGE_CHARS else Sentence("it is empty")
    return InputError(
        "no_text",
        Sentence("{source}: no text was found, {cause}; save the page from a browser", source=source, cause=cause),
    )


def _meta_of(metadata: Metadata, decoded: Decoded, source: str) -> dict[str, object]:
    warnings: list[object] = list(decoded.warnings)
    if metadata.is_part:
        warnings.append(
            Sentence("{source}: by its own data the page shows only a part, the rest to those who pay", source=source)
        )
    meta: dict[str, object] = {"encoding": decoded.encoding, "warnings": warnings}
    meta |= {"tags": [clean_text(tag) for tag in metadata.tags]} if metadata.tags else {}
    said = {"url": metadata.url, "licence": metadata.licence, "lang": metadata.language}
    return meta | {name: clean_text(value) for name, value in said.items() if value}
