"""Reads feed files (RSS, RDF, Atom, CDF): one page an entry that holds its article; teasers are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lxml import etree
from pydantic import Field

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import cut_off, facts_of, not_a_post, page_of_html
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import Channel, entry_elements, read_channel, read_entry
from corpus_to_ft.markup.xml import children, name_of, parse_xml, root_name

ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
SUFFIXES = frozenset({".xml", ".rss", ".atom", ".rdf", ".cdf"})


class FeedReader(Reader):
    """An entry with no more than the beginning of its article is refused; its address names the whole."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    keep_teasers: bool = Field(default=False, description="take entries that hold only the beginning of their article")

    def match(self, file: SourceFile) -> Match:
        if root_name(file.data) in ROOTS:
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        xml = parse_xml(decoded.text, file.source)
        kind = name_of(xml.root).rpartition(":")[2]
        if kind not in ROOTS:
            raise InputError(
                "not_a_feed",
                Sentence(
                    "{source}: is XML, but no feed or export that is known ({kind})", source=file.source, kind=kind
                ),
            )
        channel = read_channel(xml.root)
        pages = (
            cut_off(number) if xml.is_cut(element) else self._page(element, channel, number)
            for number, element in enumerate(entry_elements(xml.root), 1)
        )
        yield from with_warnings(pages, (*decoded.warnings, *xml.warnings))

    def _page(self, element: etree._Element, channel: Channel, number: int) -> Page | BadPage:
        entry = read_entry(element, channel)
        member = entry.url.partition("://")[2] or f"entry {number}"
        if children(element, "thr:in-reply-to"):
            return not_a_post(member, "comment")
        no_text = not entry.html.strip()
        if (no_text and entry.url) or (not no_text and entry.teaser and not self.keep_teasers):
            return _teaser(member)
        facts = facts_of(
            title=entry.title, published=entry.published, author=entry.author, tags=entry.tags, url=entry.url,
            license=entry.license,
        )  # fmt: skip
        return page_of_html(entry.html, facts, member)


def _teaser(member: str) -> BadPage:
    told = "{member}: the feed holds only a teaser of it; name the blog's address as the source to read the article"
    return BadPage(member=member, reason="teaser", detail=Sentence(told, member=member))
