"""Reads the pages of a Tistory backup: folders by number, in each a page with its category, date, text and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from lxml import etree

from corpus_to_ft.decode import clean_text, decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.posts import facts_of, page_of_html
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.tree import parse_page, text_of

HEAD_BYTES = 16_384
TITLE = re.compile(rb'class="[^"]*\btitle-article\b')
# Other sites have titles of that name; these stand only in the backup, or only in what Tistory's editor writes.
SIGNS = (
    b'class="article-view',
    b'class="box-info',
    b"tt_article_useless_p_margin",
    b"contents_style",
    b'class="box-meta',
)
TEXTS = ("article-view", "article_view", "contents_style", "tt_article_useless_p_margin")
# Pages of a living blog name themselves to other sites; those of a backup do not.
LIVING = b'property="og:'
NUMBERED = re.compile(r"^(?P<number>\d+)(?:-.*)?$", re.DOTALL)


class TistoryReader(Reader):
    """A backup does not say which posts were private: take those out of it by hand, or read the blog's address."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    def match(self, file: SourceFile) -> Match:
        head = file.data[:HEAD_BYTES]
        is_backup = TITLE.search(head) and LIVING not in head and any(sign in head for sign in SIGNS)
        return Match.EXPORT if is_backup else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        root = parse_page(decoded.text, file.source)
        texts = [found for name in TEXTS if (found := _named(root, name)) is not None]
        if not texts:
            raise InputError("no_text", Sentence("{source}: the backup's page holds no article", source=file.source))
        facts = facts_of(
            title=_text(root, "title-article") or _heading(file.stem),
            published=_text(root, "date"),
            tags=_tags(root),
        )
        yield from with_warnings(
            [page_of_html(etree.tostring(texts[0], method="html", encoding="unicode", with_tail=False), facts, "")],
            decoded.warnings,
        )


def _tags(root: etree._Element) -> list[str]:
    """Hash tags below the text, then the category with the one above it."""
    box = _named(root, "tags")
    said = "" if box is None else clean_text(text_of(box))
    tags = [tag.strip() for tag in (said.split("#") if "#" in said else said.split(",")) if tag.strip()]
    return [*tags, *(part.strip() for part in _text(root, "category").split("/") if part.strip())]


def _heading(stem: str) -> str:
    """The title in the name of a page, `12-제목`."""
    found = NUMBERED.match(stem)
    return stem[found.end("number") :].lstrip("-").replace("-", " ") or stem if found else stem


def _named(root: etree._Element, name: str) -> etree._Element | None:
    return next((element for element in root.iter("*") if name in (element.get("class") or "").split()), None)


def _text(root: etree._Element, name: str) -> str:
    element = _named(root, name)
    return "" if element is None else clean_text(text_of(element))
