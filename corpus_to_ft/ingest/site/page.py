"""Looks at what came from an address: a page, a list of pages or a file; and at what is remembered of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from corpus_to_ft.ingest.base import USUAL_SUFFIXES, SourceFile
from corpus_to_ft.ingest.site.addresses import FILE_SUFFIXES, key_of, suffix_of, tidy
from corpus_to_ft.ingest.site.fetch import MEBIBYTE
from corpus_to_ft.ingest.site.frontier import Waiting
from corpus_to_ft.ingest.site.links import header_rules, read_links
from corpus_to_ft.ingest.site.maps import Lead, Map, map_kind, read_lines, read_map, unpacked
from corpus_to_ft.ingest.site.visitor import Visit
from corpus_to_ft.store.pages import SitePage

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
PACKED_TYPES = frozenset({"application/gzip", "application/x-gzip"})
MAP_KINDS = frozenset({"feed", "sitemap", "index"})
# Data for programs, and archives: only where the name says that it is a document.
ONLY_BY_NAME = frozenset(
    {"application/json", "application/feed+json", "application/zip", "application/octet-stream", "application/x-ndjson"}
)
# Sitemaps may be larger than pages: the protocol's own bound.
MAP_MAX_BYTES = 50 * MEBIBYTE
HTML_HEAD = 1024
ENTRY_TYPE = "application/rss+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one address came to. `file` is None where it was not fetched because nothing changed.

    `kind` is page, feed, sitemap, index, file, entry (of a feed, in the place of its page), or empty for a list of
    pages that is none. `home` is the page a feed is about.
    """

    page: SitePage
    file: SourceFile | None
    leads: tuple[Lead, ...]
    feeds: tuple[str, ...]
    canonical: str
    home: str

    @property
    def kind(self) -> str:
        return self.page.kind

    @property
    def is_map(self) -> bool:
        return self.kind in MAP_KINDS

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(self.page.robots.split())

    @property
    def name(self) -> str:
        """The address under which its document is known: as the page writes it, else where redirects led."""
        final = tidy(self.page.final) or self.page.final
        return self.canonical if self.canonical and key_of(self.canonical) == key_of(final) else final

    def document(self) -> SourceFile:
        """Without its bytes where they were not fetched; then only its id is of use."""
        media, _, charset = self.page.media.partition(";")
        return SourceFile(
            source=self.name, data=self.file.data if self.file else b"", media_type=media, charset=charset,
            published=self.page.published, seen_at=self.page.fetched_at,
        )  # fmt: skip

    @property
    def item_id(self) -> str:
        return self.document().id_of(self.page.sha256)


def takes(address: str, *, is_map: bool) -> frozenset[str]:
    """The media types that are worth their bytes; a server that names none is believed to send a page."""
    found = {"", *USUAL_SUFFIXES} - ONLY_BY_NAME
    if is_map:
        found |= PACKED_TYPES
    if suffix_of(address) in FILE_SUFFIXES or (is_map and suffix_of(address) == ".gz"):
        found |= {"application/octet-stream", "application/zip", "application/x-ndjson", *PACKED_TYPES}
    return frozenset(found)


def remembered(page: SitePage) -> Seen:
    """As it was when it was fetched."""
    said = json.loads(page.links)
    return Seen(
        page=page,
        file=None,
        leads=tuple(Lead(address=address, published=published) for address, published in said["leads"]),
        feeds=tuple(said["feeds"]),
        canonical=said["canonical"],
        home=said["home"],
    )


def look(visit: Visit, waiting: Waiting, blank: SitePage, *, is_start: bool) -> Seen:
    """Raises InputError for a list of pages that cannot be read. `blank` holds what is known without looking."""
    answer, address = visit.answer, waiting.address
    data = answer.data
    if waiting.is_map or is_start or suffix_of(address) == ".gz":
        data = unpacked(data, address, MAP_MAX_BYTES)
    charset = _charset(answer.headers)
    media = answer.media
    page = SitePage(
        site=blank.site, address=address, crawl=blank.crawl, status=answer.status, final=visit.final,
        media=f"{media};{charset}" if charset else media, published=waiting.published or blank.published,
        etag=answer.headers.get("ETag", ""), last_modified=answer.headers.get("Last-Modified", ""),
        sha256=hashlib.sha256(data).hexdigest(), fetched_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    file = SourceFile(source=address, data=data)
    if map_kind(data) is not None:
        return _with(page, file, "", read_map(data, visit.final))
    if (waiting.is_map or is_start) and media == "text/plain" and data.lstrip()[:4] == b"http":
        return _with(page, file, "", read_lines(data, visit.final))
    if waiting.is_map:
        return _with(page, file, "")
    if media in HTML_TYPES or b"<html" in data[:HTML_HEAD].lower() or b"<!doctype html" in data[:HTML_HEAD].lower():
        links = read_links(data, visit.final, answer.headers)
        return _with(
            page, file, "page", rules=links.rules, digest=links.digest, feeds=links.feeds, canonical=links.canonical,
            leads=tuple(Lead(address=link) for link in links.links),
        )  # fmt: skip
    return _with(page, file, "file", rules=header_rules(answer.headers))


def entry_of(waiting: Waiting, blank: SitePage) -> Seen:
    """What a feed holds of an address, in the place of its page."""
    page = replace(
        blank, final=waiting.address, media=ENTRY_TYPE, published=waiting.published,
        sha256=hashlib.sha256(waiting.entry).hexdigest(), fetched_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    return _with(page, SourceFile(source=waiting.address, data=waiting.entry), "entry")


def _with(
    page: SitePage,
    file: SourceFile,
    kind: str,
    said: Map | None = None,
    *,
    rules: frozenset[str] = frozenset(),
    digest: str = "",
    feeds: tuple[str, ...] = (),
    canonical: str = "",
    leads: tuple[Lead, ...] = (),
) -> Seen:
    leads, home, kind = (said.leads, said.home, said.kind) if said else (leads, "", kind)
    links: dict[str, Any] = {
        "leads": [[lead.address, lead.published] for lead in leads],
        "feeds": feeds, "canonical": canonical, "home": home,
    }  # fmt: skip
    page = replace(page, kind=kind, digest=digest, robots=" ".join(sorted(rules)), links=json.dumps(links))
    return Seen(page=page, file=file, leads=leads, feeds=feeds, canonical=canonical, home=home)


def _charset(headers: Mapping[str, str]) -> str:
    for part in headers.get("Content-Type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()[:40]
    return ""
