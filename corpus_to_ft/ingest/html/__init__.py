"""Reads saved web pages: the article's text and structure, its title, author, date, tags and address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from lxml import etree
from pydantic import Field

from corpus_to_ft.decode import clean_text, decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, PageText, Reader, SourceFile
from corpus_to_ft.ingest.html.body import BodyWriter
from corpus_to_ft.ingest.html.clutter import drop_clutter
from corpus_to_ft.ingest.html.content import densest, named_container
from corpus_to_ft.ingest.html.front_matter import is_draft, split_front_matter, with_front_matter
from corpus_to_ft.ingest.html.listing import why_no_article
from corpus_to_ft.ingest.html.metadata import Metadata, read_metadata
from corpus_to_ft.ingest.html.noise import drop_noise, drop_unreadable
from corpus_to_ft.ingest.html.tree import parse_page
from corpus_to_ft.ingest.html.weigh import Weights
from corpus_to_ft.language import Sentence

SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".mhtml.html"})
HEAD_BYTES = 2048
LOOKS_LIKE_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^>]*>\s*<)?(?:!--.*?-->\s*<)?(?:!doctype\s+html|html)\b", re.I | re.S
)
MEGABYTE = 1024 * 1024
# From here on a page without text was not empty: its text is made by programs that did not run.
LARGE_CHARS = 10_000


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
        metadata = with_front_matter(read_metadata(root), said)
        page = self._article(root, metadata, file.source)
        if not page.blocks:
            cause = (
                Sentence("its text is made by programs") if len(decoded.text) > LARGE_CHARS else Sentence("it is empty")
            )
            raise InputError(
                "no_text",
                Sentence(
                    "{source}: no text was found, {cause}; save the page from a browser",
                    source=file.source,
                    cause=cause,
                ),
            )
        heading = next((block.of(page.text) for block in page.blocks if block.kind == "heading"), "")
        meta: dict[str, object] = {"encoding": decoded.encoding, "warnings": list(decoded.warnings)}
        meta |= {"tags": [clean_text(tag) for tag in metadata.tags]} if metadata.tags else {}
        meta |= {"url": metadata.url} if metadata.url else {}
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=clean_text(metadata.title) or heading,
            author=clean_text(metadata.author),
            published=metadata.published,
            draft=is_draft(said),
            meta=meta,
        )

    def _article(self, root: etree._Element, metadata: Metadata, source: str) -> PageText:
        drop_unreadable(root)
        body = root.find("body")
        body = root if body is None else body
        weights = Weights(body)
        drop_noise(body, weights, named_container(body, weights))
        weights = Weights(body)
        container = named_container(body, weights)
        if container is None:
            container = densest(body, weights)
        reason = None if self.keep_lists else why_no_article(body, container, weights, metadata)
        if reason:
            raise InputError(
                "not_an_article",
                Sentence("{source}: {reason} (setting keep_lists takes it)", source=source, reason=reason),
            )
        drop_clutter(container, weights, title=metadata.title, description=metadata.description)
        return BodyWriter().write(container)
