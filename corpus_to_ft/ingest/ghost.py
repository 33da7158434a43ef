"""Reads Ghost exports and answers of its content interface: published posts and pages with authors and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from corpus_to_ft.decode import clean_text, recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import facts_of, page_of_html, page_of_text
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.editors import lexical_text, mobiledoc_text
from corpus_to_ft.markup.facts import Facts
from corpus_to_ft.markup.feed import plain_line, web_address
from corpus_to_ft.markup.json_text import parse_json
from corpus_to_ft.markup.page_text import PageText

HEAD_BYTES = 8192
# An export names its tables below `db` or `data`; the content interface gives every post a `comment_id`.
LOOKS_LIKE_GHOST = re.compile(
    rb'^(?:\xef\xbb\xbf)?\s*\{\s*(?:"db"\s*:\s*\[|"meta"\s*:\s*\{[^{}]*"exported_on"|'
    rb'"(?:posts|pages)"\s*:\s*\[\s*\{(?=.*"(?:comment_id|codeinjection_head|mobiledoc|lexical)"\s*:))',
    re.DOTALL,
)
PRIVATE_TAG = "#"  # begins the names of tags that only the site's own programs see

Rows = dict[str, Mapping[str, Any]]


class GhostReader(Reader):
    """The text is a post's HTML, else what its editor keeps (Lexical, Mobiledoc), else its plain text."""

    max_megabytes: int = Field(default=64, ge=1, description="larger files are refused")

    def match(self, file: SourceFile) -> Match:
        return Match.EXPORT if LOOKS_LIKE_GHOST.match(file.data[:HEAD_BYTES]) else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        if len(file.data) > self.max_megabytes * 1024 * 1024:
            told = "{source}: more than {max_megabytes} MB (setting max_megabytes)"
            raise InputError("too_large", Sentence(told, source=file.source, max_megabytes=self.max_megabytes))
        decoded = recognize(file.data, source=file.source)
        tables = list(_tables(parse_json(decoded.text.removeprefix("\ufeff"), file.source)))
        if not tables:
            raise InputError("empty", Sentence("{source}: the export holds no posts", source=file.source))
        pages = (page for table in tables for page in _posts(table))
        yield from with_warnings(pages, decoded.warnings)


def _tables(value: Any) -> Iterator[Mapping[str, Any]]:
    """The tables of each database; an answer of the interface is a table of posts or pages."""
    if not isinstance(value, Mapping):
        return
    for entry in [value, *_objects(value.get("db"))]:
        data = entry.get("data") if isinstance(entry.get("data"), Mapping) else entry
        if isinstance(data, Mapping) and any(isinstance(data.get(name), list) for name in ("posts", "pages")):
            yield data


def _posts(tables: Mapping[str, Any]) -> Iterator[Page | BadPage]:
    users, tags = _by_id(tables.get("users")), _by_id(tables.get("tags"))
    authors_of = _related(tables.get("posts_authors"), "author_id")
    tags_of = _related(tables.get("posts_tags"), "tag_id")
    extra = {str(row.get("post_id")): row for row in _objects(tables.get("posts_meta"))}
    for post in [*_objects(tables.get("posts")), *_objects(tables.get("pages"))]:
        number = str(post.get("id", ""))
        authors = [users[name] for name in authors_of.get(number, [str(post.get("author_id", ""))]) if name in users]
        named = [tags[name] for name in tags_of.get(number, []) if name in tags]
        yield _page({**extra.get(number, {}), **post}, authors or _said(post, "author"), named or _said(post, "tag"))


def _page(post: Mapping[str, Any], authors: list[Mapping[str, Any]], tags: list[Mapping[str, Any]]) -> Page | BadPage:
    is_page = post.get("page") in (1, True) or post.get("type") == "page"
    name = _text(post, "slug") or _text(post, "id") or _text(post, "title")
    facts = facts_of(
        title=plain_line(_text(post, "title")),
        published=_text(post, "published_at"),
        author=", ".join(dict.fromkeys(plain_line(_text(author, "name")) for author in authors if author.get("name"))),
        draft=_text(post, "status") not in ("published", "sent", ""),
        tags=[plain_line(label) for tag in tags if (label := _text(tag, "name")) and not label.startswith(PRIVATE_TAG)],
        url=web_address(_text(post, "canonical_url")) or web_address(_text(post, "url")),
    )
    return _content(post, facts, f"{'page' if is_page else 'post'} {name}")


def _content(post: Mapping[str, Any], facts: Facts, member: str) -> Page | BadPage:
    if html := _text(post, "html").strip():
        return page_of_html(html, facts, member)
    try:
        for name, read in (("lexical", lexical_text), ("mobiledoc", mobiledoc_text)):
            if (kept := _text(post, name).strip()) and (text := read(kept, member)).blocks:
                return page_of_text(text, facts, member)
    except InputError as error:
        return BadPage(member=member, reason=error.reason, detail=error.detail)
    plain = PageText()
    for paragraph in clean_text(_text(post, "plaintext") or _text(post, "markdown")).split("\n\n"):
        plain.add("paragraph", paragraph)
    return page_of_text(plain, facts, member)


def _said(post: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Authors and tags that stand in the post itself, as the content interface writes them."""
    return [*_objects(post.get(f"{name}s"))] or [*_objects([post.get(name)]), *_objects([post.get(f"primary_{name}")])]


def _related(rows: Any, other: str) -> dict[str, list[str]]:
    """What each post is related to, in its own order."""
    found: dict[str, list[str]] = {}
    for row in sorted(_objects(rows), key=lambda row: order if isinstance(order := row.get("sort_order"), int) else 0):
        found.setdefault(str(row.get("post_id")), []).append(str(row.get(other)))
    return found


def _by_id(rows: Any) -> Rows:
    return {str(row.get("id")): row for row in _objects(rows)}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
