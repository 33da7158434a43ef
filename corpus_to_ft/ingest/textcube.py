"""Reads TTXML backups of Textcube, Tattertools and old Tistory: public posts, pages, notices and keywords."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from lxml import etree

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import cut_off, facts_of, page_of_html, page_of_text
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import as_html, plain_line
from corpus_to_ft.markup.markdown.fragment import markdown_text
from corpus_to_ft.markup.xml import HEAD_BYTES, children, first_text, name_of, parse_xml, root_name, text_in

MARK = b"tattertools/"
KINDS = frozenset({"post", "page", "notice", "keyword"})
PUBLIC = frozenset({"public", "syndicated", "publish", ""})
PROTECTED = "protected"


class TextcubeReader(Reader):
    """Comments, trackbacks, links and visitors' books are never read."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    def match(self, file: SourceFile) -> Match:
        return Match.EXPORT if root_name(file.data) == "blog" and MARK in file.data[:HEAD_BYTES] else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        xml = parse_xml(decoded.text, file.source)
        posts = [element for element in xml.root if name_of(element) in KINDS]
        if not posts:
            raise InputError("empty", Sentence("{source}: the export holds no posts", source=file.source))
        pages = (cut_off(number) if xml.is_cut(post) else _page(post) for number, post in enumerate(posts, 1))
        yield from with_warnings(pages, (*decoded.warnings, *xml.warnings))


def _page(post: etree._Element) -> Page | BadPage:
    kind, visibility = name_of(post), first_text(post, "visibility").lower()
    member = f"{kind} {first_text(post, 'id')}"
    if visibility == PROTECTED:
        told = "{member}: is protected by a password; take the password off and export again"
        return BadPage(member=member, reason="protected", detail=Sentence(told, member=member))
    facts = facts_of(
        title=plain_line(first_text(post, "title", "name")),
        published=_moment(first_text(post, "published")),
        draft=visibility not in PUBLIC or first_text(post, "appointed") == "true",
        tags=[
            *(plain_line(text_in(tag)) for tag in children(post, "tag")),
            *(part.strip() for part in first_text(post, "category").split("/")),
        ],
    )
    content = next(iter(children(post, "content", "description")), None)
    text = text_in(content)
    if content is not None and content.get("formatter") == "markdown":
        return page_of_text(markdown_text(text), facts, member)
    return page_of_html(as_html(text), facts, member)


def _moment(seconds: str) -> str:
    """The time as ISO 8601; the file counts seconds since 1970."""
    if not seconds.isdigit() or not 0 < int(seconds[:12]) < 4e9:
        return ""
    return datetime.fromtimestamp(int(seconds[:12]), UTC).isoformat()
