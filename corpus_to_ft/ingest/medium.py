"""Reads the pages of a Medium export: posts with their date and canonical address; drafts and responses fall out."""

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
from corpus_to_ft.markup.feed import web_address
from corpus_to_ft.markup.html.tree import parse_page, remove, text_of

HEAD_BYTES = 4096
LOOKS_LIKE_POST = re.compile(rb'<article class="h-entry">.*class="(?:p-name|p-summary|e-content)"', re.DOTALL)
# The profile, and the lists of bookmarks, claps and highlights.
PROFILE = b'<section class="h-card">'
EXPORTED = b'Exported from <a href="https://medium.com">Medium</a>'
TAIL_BYTES = 1024
DRAFT = "draft_"
MAX_RESPONSE_CHARS = 1000
# What Medium puts at the top of the text itself: the title, the subtitle and its rule.
TOP = ("graf--title", "graf--subtitle", "section-divider")


class MediumReader(Reader):
    """Lists (bookmarks, claps, highlights) and the profile, which lie beside the posts, are no articles."""

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    def match(self, file: SourceFile) -> Match:
        head = file.data[:HEAD_BYTES]
        is_other = (PROFILE in head and b"medium.com/" in head) or EXPORTED in file.data[-TAIL_BYTES:]
        return Match.EXPORT if is_other or LOOKS_LIKE_POST.search(head) else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        decoded = decode(file.data, source=file.source, html=True)
        root = parse_page(decoded.text, file.source)
        yield from with_warnings([_page(root, file)], decoded.warnings)


def _page(root: etree._Element, file: SourceFile) -> Page | BadPage:
    body = _first(root, "section", "data-field", "body")
    if body is None:
        raise _no_article(file, "profile" if _named(root, "h-card") is not None else "list")
    time = next(iter(root.iter("time")), None)
    title = _text(root, "p-name")
    if is_response(root, body):
        raise _no_article(file, "response")
    is_draft = file.stem.startswith(DRAFT) or _text(root, "p-canonical") == ""
    facts = facts_of(
        title=title,
        published="" if time is None else clean_text(time.get("datetime") or text_of(time)),
        author=_text(root, "p-author"),
        draft=is_draft,
        tags=[text_of(link) for link in root.iter("a") if "p-tag" in (link.get("class") or "").split()],
        url=web_address(_href(root, "p-canonical")),
    )
    for element in [part for part in body.iter("h3", "h4", "div", "hr") if _has(part, *TOP)]:
        remove(element)
    return page_of_html(etree.tostring(body, method="html", encoding="unicode"), facts, "")


def _no_article(file: SourceFile, kind: str) -> InputError:
    detail = Sentence("{member}: is not an article but {kind!r}", member=file.source, kind=kind)
    return InputError("not_an_article", detail)


def is_response(root: etree._Element, body: etree._Element) -> bool:
    """A response has no title of its own: the export gives it its first words."""
    if any(_has(part, "graf--title") for part in body.iter("h1", "h2", "h3", "h4")):
        return False
    title, text = _text(root, "p-name").rstrip("…. "), text_of(body)
    subtitle = _first(root, "section", "data-field", "subtitle")
    is_short = subtitle is None or len(text) < MAX_RESPONSE_CHARS
    return is_short and bool(title) and text.startswith(title)


def _first(root: etree._Element, tag: str, name: str, value: str) -> etree._Element | None:
    return next((element for element in root.iter(tag) if element.get(name) == value), None)


def _has(element: etree._Element, *names: str) -> bool:
    return not set(names).isdisjoint((element.get("class") or "").split())


def _named(root: etree._Element, name: str) -> etree._Element | None:
    return next((element for element in root.iter("*") if _has(element, name)), None)


def _text(root: etree._Element, name: str) -> str:
    element = _named(root, name)
    return "" if element is None else clean_text(text_of(element))


def _href(root: etree._Element, name: str) -> str:
    element = _named(root, name)
    return "" if element is None else element.get("href") or ""
