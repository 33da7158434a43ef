"""Reads Blogger exports, old (one Atom feed of everything) and new (Takeout): published posts and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lxml import etree

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import cut_off, facts_of, not_a_post, page_of_html
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import Channel, entry_elements, read_channel, read_entry
from corpus_to_ft.markup.xml import HEAD_BYTES, children, first_text, parse_xml, root_name

MARKS = (b"schemas.google.com/blogger/", b"tag:blogger.com,1999:blog-", b"://www.blogger.com</generator>")
KIND = "/kind#"
POSTS = frozenset({"post", "page"})
LIVE = "live"


class BloggerReader(Reader):
    """Comments, settings and templates stand in the same feed; drafts are told by `app:draft` or `blogger:status`."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    def match(self, file: SourceFile) -> Match:
        head = file.data[:HEAD_BYTES]
        is_own = any(mark in head for mark in MARKS) and root_name(file.data) == "feed"
        return Match.EXPORT if is_own else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        xml = parse_xml(decoded.text, file.source)
        channel = read_channel(xml.root)
        entries = list(entry_elements(xml.root))
        if not entries:
            raise InputError("empty", Sentence("{source}: the export holds no posts", source=file.source))
        pages = (
            cut_off(number) if xml.is_cut(element) else _page(element, channel, number)
            for number, element in enumerate(entries, 1)
        )
        yield from with_warnings(pages, (*decoded.warnings, *xml.warnings))


def _page(element: etree._Element, channel: Channel, number: int) -> Page | BadPage:
    kind = _kind(element)
    name = first_text(element, "id").rpartition("-")[2] or str(number)
    member = f"{kind} {name}"
    if kind not in POSTS:
        return not_a_post(member, kind)
    entry = read_entry(element, channel)
    # The new export names the place of a post on its blog, and no address.
    facts = facts_of(
        title=entry.title, published=entry.published, author=entry.author, draft=_is_draft(element), tags=entry.tags,
        url=entry.url, license=entry.license,
    )  # fmt: skip
    return page_of_html(entry.html, facts, member)


def _kind(element: etree._Element) -> str:
    if said := first_text(element, "blogger:type"):
        return said.lower()
    for category in children(element, "category"):
        term = category.get("term") or ""
        if KIND in term:
            return term.rpartition("#")[2].lower()
    return "comment" if children(element, "thr:in-reply-to") else "post"


def _is_draft(element: etree._Element) -> bool:
    if any(first_text(control, "app:draft").lower() == "yes" for control in children(element, "app:control")):
        return True
    return first_text(element, "blogger:status").lower() not in (LIVE, "")
