"""Pages of posts as exports keep them: their text as HTML, and facts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Page
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.facts import Facts
from corpus_to_ft.markup.html.article import fragment_text
from corpus_to_ft.markup.page_text import PageText


def page_of_html(html: str, facts: Facts, member: str) -> Page | BadPage:
    """A post's page; one whose HTML cannot be read falls out alone."""
    try:
        text = fragment_text(html, member) if html.strip() else PageText()
    except InputError as error:
        return BadPage(member=member, reason=error.reason, detail=error.detail)
    return page_of_text(text, facts, member)


def page_of_text(text: PageText, facts: Facts, member: str) -> Page:
    """A post's page; a first heading that says the title again is left out."""
    content, blocks = text.text, text.blocks
    if len(blocks) > 1 and blocks[0].kind == "heading" and _same(blocks[0].of(content), facts.title):
        text = PageText()
        for block in blocks[1:]:
            text.add(block.kind, block.of(content), block.level)
        content, blocks = text.text, text.blocks
    return Page(
        text=content, blocks=blocks, title=facts.title, published=facts.published, author=facts.author,
        member=member, draft=facts.draft, meta=facts.meta,
    )  # fmt: skip


def facts_of(
    *,
    title: str = "",
    published: str = "",
    author: str = "",
    draft: bool = False,
    tags: Iterable[str] = (),
    url: str = "",
    license: str = "",
) -> Facts:
    """Facts with those of `meta` that are there; repeated tags stand once."""
    meta: Mapping[str, Any] = {"tags": list(dict.fromkeys(tag for tag in tags if tag)), "url": url, "licence": license}
    return Facts(
        title=title, published=published, author=author, draft=draft,
        meta={name: value for name, value in meta.items() if value},
    )  # fmt: skip


def not_a_post(member: str, kind: str) -> BadPage:
    """What an export holds beside posts: `kind` is its own word for it."""
    detail = Sentence("{member}: is not an article but {kind!r}", member=member, kind=kind)
    return BadPage(member=member, reason="not_an_article", detail=detail)


def cut_off(number: int) -> BadPage:
    """The last post of a file that is not whole: half an article, and what would call it a draft may be missing."""
    member = f"entry {number}"
    told = "{member}: the file ends in the middle of it; export or save it again"
    return BadPage(member=member, reason="damaged", detail=Sentence(told, member=member))


def _same(heading: str, title: str) -> bool:
    return "".join(heading.split()).casefold() == "".join(title.split()).casefold()
