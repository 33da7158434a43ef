"""Reads WordPress exports (WXR): one page a published post or page, with its author's display name, tags and date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from lxml import etree
from pydantic import Field

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import cut_off, facts_of, not_a_post, page_of_html
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import plain_line, web_address
from corpus_to_ft.markup.wordpress import post_html
from corpus_to_ft.markup.xml import HEAD_BYTES, children, first_text, name_of, parse_xml, root_name, text_in

MARK = b"wordpress.org/export/"
NO_DATE = "0000-00-00"


class WordpressReader(Reader):
    """Comments, attachments, menus and revisions are never read."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    post_types: tuple[str, ...] = Field(
        default=("post", "page"), description="kinds of posts that are read; add those of your site's own"
    )

    def match(self, file: SourceFile) -> Match:
        return Match.EXPORT if root_name(file.data) == "rss" and MARK in file.data[:HEAD_BYTES] else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        xml = parse_xml(decoded.text, file.source)
        channel = next(iter(children(xml.root, "channel")), xml.root)
        authors = _authors(channel)
        base = first_text(channel, "link")
        items = [element for element in channel.iter("*") if name_of(element) == "item"]
        if not items:
            raise InputError("empty", Sentence("{source}: the export holds no posts", source=file.source))
        pages = (
            cut_off(number) if xml.is_cut(item) else self._page(item, authors, base)
            for number, item in enumerate(items, 1)
        )
        yield from with_warnings(pages, (*decoded.warnings, *xml.warnings))

    def _page(self, item: etree._Element, authors: Mapping[str, str], base: str) -> Page | BadPage:
        kind = first_text(item, "wp:post_type") or "post"
        member = f"{kind} {first_text(item, 'wp:post_id') or first_text(item, 'wp:post_name', 'title')}"
        if kind not in self.post_types:
            return not_a_post(member, kind)
        if first_text(item, "wp:post_password"):
            told = "{member}: is protected by a password; take the password off and export again"
            return BadPage(member=member, reason="protected", detail=Sentence(told, member=member))
        facts = facts_of(
            title=plain_line(first_text(item, "title")),
            published=_date(item),
            author=_author(item, authors),
            draft=first_text(item, "wp:status") not in ("publish", ""),
            tags=_tags(item),
            url=web_address(first_text(item, "link"), base),
        )
        content = first_text(item, "content:encoded")
        return page_of_html(post_html(content), facts, member)


def _authors(channel: etree._Element) -> dict[str, str]:
    """Display names by login."""
    found = {}
    for author in children(channel, "wp:author"):
        login = first_text(author, "wp:author_login")
        names = f"{first_text(author, 'wp:author_first_name')} {first_text(author, 'wp:author_last_name')}".strip()
        found[login] = plain_line(first_text(author, "wp:author_display_name") or names)
    return found


def _author(item: etree._Element, authors: Mapping[str, str]) -> str:
    """Several authors where a plugin keeps them as categories of their own; a mail address names nobody."""
    several = [
        authors.get(category.get("nicename") or "", "") or plain_line(text_in(category))
        for category in children(item, "category")
        if category.get("domain") == "author"
    ]
    names = several or [authors.get(login := text_in(child), "") or login for child in children(item, "dc:creator")]
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name))


def _tags(item: etree._Element) -> list[str]:
    """Tags before categories; the category of posts that have none says nothing."""
    found: dict[str, list[str]] = {"post_tag": [], "tag": [], "category": []}
    for category in children(item, "category"):
        if category.get("nicename") != "uncategorized":
            found.get(category.get("domain") or "category", []).append(plain_line(text_in(category)))
    return [tag for tags in found.values() for tag in tags if tag not in ("미분류", "Uncategorized")]


def _date(item: etree._Element) -> str:
    """The time in Greenwich is sure; the local one has no offset."""
    sure = first_text(item, "wp:post_date_gmt")
    if sure and not sure.startswith(NO_DATE):
        return f"{sure}Z" if sure[-1:].isdigit() and "+" not in sure else sure
    said = [first_text(item, name) for name in ("wp:post_date", "pubdate")]
    return next((text for text in said if text and not text.startswith(NO_DATE) and "-0001" not in text), "")
