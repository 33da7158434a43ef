"""Finds what a page says about itself: title, author, date, tags, address; from its data first, from bylines last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from lxml import etree

from corpus_to_ft.markup.html.bylines import Byline
from corpus_to_ft.markup.html.licence import page_licence
from corpus_to_ft.markup.html.platforms import Marks
from corpus_to_ft.markup.html.tags import page_tags
from corpus_to_ft.markup.html.titles import SEPARATORS, page_title
from corpus_to_ft.markup.html.tree import attribute, squeeze, text_of

ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report|TechArticle|Review|Recipe|HowTo|QAPage|NewsArticle)$")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\D|\d\d\d\d)")
MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
BY = re.compile(r"^by(?=[\s가-힣])\s*", re.IGNORECASE)
AUTHOR_META = (
    "author", "article:author", "og:article:author", "og.article.author", "dable:author", "parsely-author",
    "nate:author", "naverblog:nickname", "dc.creator", "byl", "twitter:data1",
)  # fmt: skip
DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "article:published", "og:regdate",
    "dable:published_time", "pubdate", "publishdate", "publish_date", "parsely-pub-date", "dc.date.issued",
    "dc.date", "dcterms.created", "date", "regdate", "sailthru.date",
)  # fmt: skip
MAX_TITLE_CHARS = 300
MAX_AUTHOR_CHARS = 60
MAX_NAMES = 50
MAX_JSON_DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about itself; empty where it says nothing. `is_article` when its data calls it an article.

    `is_part` when its data says that the rest is shown to those who pay.
    """

    title: str = ""
    author: str = ""
    published: str = ""
    url: str = ""
    description: str = ""
    site: str = ""
    language: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    is_part: bool = False

    @property
    def is_article(self) -> bool:
        return "article" in self.types or any(ARTICLE_TYPES.search(kind) for kind in self.types)


def read_metadata(root: etree._Element, *, seen_at: datetime | None = None) -> Metadata:
    """Must see the whole page, before programs and menus are taken out.

    `seen_at`, when the page was fetched or saved, makes a date of `3시간 전`; without it such words are none.
    """
    meta = _meta_values(root)
    things = list(_json_things(root))
    articles = [thing for thing in things if any(ARTICLE_TYPES.search(kind) for kind in _types(thing))]
    article: dict[str, Any] = articles[0] if articles else {}
    site = meta.get("og:site_name", "") or meta.get("application-name", "")
    types = {kind for thing in things for kind in _types(thing)} | {meta.get("og:type", "").lower()}
    if "article:published_time" in meta:
        types.add("article")
    declared = next(iter(_names(article.get("headline")) or _names(article.get("name"))), "")
    title = page_title(root, declared or meta.get("og:title", "") or meta.get("twitter:title", ""), site)
    marks = Marks(root)
    byline = Byline(root, marks, title, _site_names(root, title, site))
    return Metadata(
        title=title[:MAX_TITLE_CHARS],
        author=_author(meta, article, byline, site)[:MAX_AUTHOR_CHARS],
        published=_published(meta, article, byline, seen_at),
        url=_address(root, meta, article),
        description=meta.get("og:description") or meta.get("description", ""),
        site=site,
        language=attribute(root, "lang") or attribute(root, "{http://www.w3.org/XML/1998/namespace}lang"),
        licence=page_licence(root, meta, article),
        tags=page_tags(root, meta, _names(article.get("keywords")), marks),
        types=frozenset(types - {""}),
        is_part=str(article.get("isAccessibleForFree", "")).lower() == "false",
    )


def _meta_values(root: etree._Element) -> dict[str, str]:
    """`content` of each `<meta>`, by its name in lower case; names seen more often are joined by commas."""
    values: dict[str, str] = {}
    joined = {"article:tag", "article:author", "og:article:tag"}
    for element in root.iter("meta"):
        content = squeeze(attribute(element, "content"))
        for key in ("property", "name", "itemprop"):
            name = attribute(element, key).lower()
            if name and content:
                if name in values and name in joined:
                    values[name] += f",{content}"
                values.setdefault(name, content)
    return values


def _json_things(root: etree._Element) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if attribute(script, "type").lower() != "application/ld+json" or not script.text:
            continue
        try:
            data = json.loads(str(script.text), strict=False)
        except (ValueError, RecursionError):
            continue  # a page whose data is broken still has its meta tags
        yield from _walk_things(data, 0)


def _walk_things(data: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_JSON_DEPTH:
        return
    if isinstance(data, list):
        for part in data:
            yield from _walk_things(part, depth + 1)
    elif isinstance(data, dict):
        if "@type" in data:
            yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _walk_things(data.get(key), depth + 1)


def _types(thing: dict[str, Any]) -> list[str]:
    kinds = thing.get("@type")
    return [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]


def _names(value: object) -> list[str]:
    """Names in a JSON-LD value: a string, a thing with a name, or a list of those."""
    if isinstance(value, str):
        return [squeeze(unescape(value))] if value.strip() else []
    if isinstance(value, dict):
        return _names(value.get("name") or value.get("@value"))
    if isinstance(value, list):
        return [name for part in value[:MAX_NAMES] for name in _names(part)]
    return []


def _site_names(root: etree._Element, title: str, site: str) -> frozenset[str]:
    """The site's name and the parts of `<title>` that are not the title."""
    element = root.find(".//head/title")
    whole = text_of(element)[: 2 * MAX_TITLE_CHARS] if element is not None else ""
    parts = SEPARATORS.split(whole) if whole != title else []
    return frozenset({site, *(part for part in parts if part not in title)} - {""})


def _author(meta: dict[str, str], article: dict[str, Any], byline: Byline, site: str) -> str:
    candidates = [", ".join(_names(article.get("author"))), *(meta.get(name, "") for name in AUTHOR_META)]
    candidates = [MARKDOWN_LINK.sub(r"\1", name) for name in candidates]
    usable = [BY.sub("", squeeze(name)) for name in candidates if name and not name.startswith(("http", "@"))]
    # Site generators name the site as the author of everything; a byline then knows better.
    sure = [name for name in usable if not (site and (name == site or site.startswith(name)))]
    return sure[0] if sure else byline.author() or (usable[0] if usable else "")


def _published(meta: dict[str, str], article: dict[str, Any], byline: Byline, seen_at: datetime | None) -> str:
    for value in (article.get("datePublished"), article.get("dateCreated"), article.get("uploadDate")):
        if isinstance(value, str) and YEAR.search(value):
            return squeeze(value)
    for name in DATE_META:
        if YEAR.search(meta.get(name, "")):
            return meta[name]
    return byline.published(seen_at)


def _address(root: etree._Element, meta: dict[str, str], article: dict[str, Any]) -> str:
    for link in root.iter("link"):
        if attribute(link, "rel").lower() == "canonical" and attribute(link, "href").startswith("http"):
            return attribute(link, "href")
    page = article.get("mainEntityOfPage")
    for value in (meta.get("og:url"), article.get("url"), page.get("@id") if isinstance(page, dict) else page):
        if isinstance(value, str) and value.startswith("http"):
            return value
    return ""
