"""Finds what a page says about itself: title, author, date, tags, address; from its data first, from bylines last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any

from lxml import etree

from corpus_to_ft.markup.html.tree import attribute, short_text, squeeze, text_of

ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report|TechArticle|Review|Recipe|HowTo|QAPage|NewsArticle)$")
PLATFORMS = frozenset(
    {"티스토리", "Tistory", "네이버 블로그", "브런치스토리", "브런치", "velog", "Medium", "Brunch Story"}
)
SEPARATORS = re.compile(r"\s+(?:[|»«·•∙—–:]|::|-)\s+")
KOREAN_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:년|[.\-/])\s*(1[0-2]|0?[1-9])\s*(?:월|[.\-/])\s*(3[01]|[12]\d|0?[1-9])(?!\d)\s*(?:일|\.)?"
    r"(?:\s*\(?[월화수목금토일](?:요일)?\)?)?(?:,?\s*(오전|오후)?\s*([01]?\d|2[0-3])(?::|시\s*)([0-5]\d)(?::[0-5]\d|\s*분)?)?"
)
BYLINE_MARK = re.compile(
    r"(?:^|(?<=[\s|·]))(?:작성자|글쓴이|지은이|저자|필자|등록자|글(?=\s*[:：])|[Bb]y(?=\s)|Author|Written by|Posted by)"
    r"\s*[:：]?\s*"
)
BYLINE_END = re.compile(r"[|·•]|\s(?:입력|수정|등록|작성일|등록일|게시일|조회수?|댓글|on)(?=[\s:：]|$)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\D|\d\d\d\d)")
UPDATED = re.compile(r"수정|업데이트|갱신|[Uu]pdated|[Mm]odified")
BYLINE = re.compile(
    r"(?:작성자|글쓴이|지은이|저자|필자|글\s*[:：]|[Bb]y(?=\s)|Author\s*[:：]?)\s*[:：]?\s*"
    r"([가-힣]{2,4}(?=\s|$|[|,·(/])|[A-Z][\w.'-]*(?:\s[A-Z][\w.'-]*){0,3}|"
    r"[가-힣A-Za-z][\w.\- ]{1,20}?(?=\s*(?:[|,·(/]|$)))"
)
REPORTER = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s*(?:기자|특파원|에디터|객원기자)(?![가-힣])")
AUTHOR_NAMES = re.compile(
    r"(?:^|[\s_-])(?:byline|author(?:[-_]?name)?|writer|nick(?:name)?|p-author|username|article-author|by)(?=$|[\s_-])",
    re.IGNORECASE,
)
DATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:date(?:time|line)?|published?|publish[-_]?date|posted|time|regdate|reg[-_]?date|se_publishDate|timestamp|byline)(?=$|[\s_-])",
    re.IGNORECASE,
)
TAG_BOXES = re.compile(
    r"(?:^|\s)(?:tags?|tag[-_]?(?:list|links|label|area|box|trail|wrap)|area_tag|article[-_]?tags?|post[-_]?tags?|hash_?tags?|"
    r"wrap_keyword|list_keyword|taxo-tags|article-taxonomies)(?=\s|$)",
    re.IGNORECASE,
)
CLOUD = re.compile(r"(?:^|[\s_-])(?:cloud|tagcloud|sidebar|widget)(?=$|[\s_-])", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ENGLISH_DATE = re.compile(
    rf"\b({'|'.join(MONTHS)})[a-z]*\.?\s+(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[.,]?\s+((?:19|20)\d\d)\b", re.IGNORECASE
)
STAMP = re.compile(r"(?:19|20)\d\d-?\d\d")
MAX_TITLE_CHARS = 300
MAX_AUTHOR_CHARS = 60
MAX_TAGS = 50
MAX_TAG_BOXES = 5
# Bylines stand near the top: what is further down is a date in the story.
MAX_BYLINE_CHARS = 100
MAX_BYLINE_BOXES = 60
MAX_JSON_DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about itself; empty where it says nothing. `is_article` when its data calls it an article."""

    title: str = ""
    author: str = ""
    published: str = ""
    url: str = ""
    description: str = ""
    site: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()

    @property
    def is_article(self) -> bool:
        return "article" in self.types or any(ARTICLE_TYPES.search(kind) for kind in self.types)


def read_metadata(root: etree._Element) -> Metadata:
    """Must see the whole page, before programs and menus are taken out."""
    meta = _meta_values(root)
    things = list(_json_things(root))
    articles = [thing for thing in things if any(ARTICLE_TYPES.search(kind) for kind in _types(thing))]
    article: dict[str, Any] = articles[0] if articles else {}
    site = meta.get("og:site_name", "") or meta.get("application-name", "")
    types = {kind for thing in things for kind in _types(thing)} | {meta.get("og:type", "").lower()}
    if "article:published_time" in meta:
        types.add("article")
    return Metadata(
        title=_title(root, meta, article, site)[:MAX_TITLE_CHARS],
        author=_author(root, meta, article, site)[:MAX_AUTHOR_CHARS],
        published=_published(root, meta, article),
        url=_address(root, meta, article),
        description=meta.get("og:description") or meta.get("description", ""),
        site=site,
        language=attribute(root, "lang"),
        tags=_tags(root, meta, article),
        types=frozenset(types - {""}),
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
        return [name for part in value[:MAX_TAGS] for name in _names(part)]
    return []


def _title(root: etree._Element, meta: dict[str, str], article: dict[str, Any], site: str) -> str:
    title = next(iter(_names(article.get("headline")) or _names(article.get("name"))), "")
    title = title or meta.get("og:title", "") or meta.get("twitter:title", "")
    element = root.find(".//head/title")
    whole = text_of(element) if element is not None else ""
    headings = [text for text in (text_of(h) for h in root.iter("h1")) if text]
    if not title:
        inside = [heading for heading in headings if heading in whole]
        title = max(inside, key=len, default="") or whole or (headings[0] if len(headings) == 1 else "")
    first = next((text for text in map(text_of, root.iter("h2", "h3")) if text), "")
    return strip_site(title, site, headings or [first])


def strip_site(title: str, site: str, headings: list[str]) -> str:
    """`제목 | 블로그` without the name of the site, where the site's name or a heading shows which part it is."""
    parts = SEPARATORS.split(title)
    if len(parts) < 2 or title in headings:
        return title
    for heading in headings:
        if heading and (title.startswith(heading) or title.endswith(heading)) and heading != site:
            return heading
    if parts[-1] in PLATFORMS:
        return title[: title.rindex(parts[-1])].rstrip(" |»«·•∙—–:-")
    if site and parts[-1] == site:
        return title[: title.rindex(site)].rstrip(" |»«·•∙—–:-")
    if site and parts[0] == site:
        return title[len(site) :].lstrip(" |»«·•∙—–:-")
    return title


def _author(root: etree._Element, meta: dict[str, str], article: dict[str, Any], site: str) -> str:
    seen = _visible_author(root)
    candidates = [
        ", ".join(_names(article.get("author"))),
        meta.get("author", ""),
        meta.get("article:author", ""),
        meta.get("og:article:author", ""),
        meta.get("dable:author", ""),
        meta.get("parsely-author", ""),
        meta.get("nate:author", ""),
        seen,
    ]
    candidates = [MARKDOWN_LINK.sub(r"\1", name) for name in candidates]
    usable = [squeeze(name).removeprefix("By ") for name in candidates if name and not name.startswith(("http", "@"))]
    # Site generators name the site as the author of everything; a byline then knows better.
    return next((name for name in usable if name != site), usable[0] if usable else "")


def _visible_author(root: etree._Element) -> str:
    for element in root.iter("a", "span", "div", "p", "address", "em", "strong", "td"):
        if not _names_author(_joined(element, "class", "itemprop", "rel")):
            continue
        text = short_text(element, MAX_BYLINE_CHARS)
        if not text:
            continue
        name = byline_name(text)
        if name:
            return name
    for text in _top_texts(root):
        found = BYLINE.match(text) or REPORTER.search(text)
        if found:
            return squeeze(found.group(1))
    return ""


def _joined(element: etree._Element, *attributes: str) -> str:
    return " ".join([value for value in map(element.get, attributes) if value])


# The same few names stand on every box of a page and on every page of a site.
@lru_cache(maxsize=10_000)
def _names_author(names: str) -> bool:
    return bool(AUTHOR_NAMES.search(names))


@lru_cache(maxsize=10_000)
def _names_date(names: str) -> bool:
    return bool(DATE_NAMES.search(names))


def byline_name(text: str) -> str:
    """Who is named in a short text that a page marks as its byline: what stands before the date and the counters."""
    marked = BYLINE_MARK.search(text)
    name = text[marked.end() :] if marked else text
    dated = KOREAN_DATE.search(name)
    name = squeeze(BYLINE_END.split(name[: dated.start()] if dated else name)[0]).strip(" -–,:")
    usable = 2 <= len(name) <= MAX_AUTHOR_CHARS and any(char.isalpha() for char in name) and not name[0].isdigit()
    return name if usable and (marked or len(name) <= MAX_AUTHOR_CHARS // 2) else ""


def _top_texts(root: etree._Element) -> Iterator[str]:
    """Short texts that follow the first heading, where bylines stand."""
    heading = next((h for h in root.iter("h1", "h2") if text_of(h)), None)
    if heading is None:
        return
    boxes = 0
    inside = set(heading.iter("*"))
    for element in root.iter("*"):
        if not boxes and element is not heading:
            continue
        boxes += 1
        if boxes > MAX_BYLINE_BOXES:
            return
        if (
            element.tag == "p"
            and not short_text(element, MAX_BYLINE_CHARS)
            and len(text_of(element)) > MAX_BYLINE_CHARS
        ):
            return
        if element.tag in ("div", "p", "span", "li", "em", "td", "dd", "strong", "time") and element not in inside:
            text = short_text(element, MAX_BYLINE_CHARS)
            if text:
                yield text


def _published(root: etree._Element, meta: dict[str, str], article: dict[str, Any]) -> str:
    for value in (article.get("datePublished"), article.get("dateCreated"), article.get("uploadDate")):
        if isinstance(value, str) and YEAR.search(value):
            return squeeze(value)
    for name in (
        "article:published_time", "og:article:published_time", "datepublished", "article:published", "og:regdate",
        "dable:published_time", "pubdate", "publishdate", "publish_date", "parsely-pub-date", "dc.date.issued",
        "dc.date", "dcterms.created", "date", "regdate", "sailthru.date",
    ):  # fmt: skip
        if YEAR.search(meta.get(name, "")):
            return meta[name]
    for element in root.iter("time", "abbr", "span"):
        stamp = attribute(element, "datetime") or (attribute(element, "title") if element.tag == "abbr" else "")
        if stamp and STAMP.match(stamp):
            return stamp
    for element in root.iter("span", "p", "div", "em", "li", "td", "dd", "time", "small"):
        if element.tag == "time" or _names_date(_joined(element, "class", "id", "itemprop")):
            text = UPDATED.split(short_text(element, MAX_BYLINE_CHARS))[0]
            found = KOREAN_DATE.search(text)
            if found:
                return iso_date(found)
            named = ENGLISH_DATE.search(text)
            if named:
                return f"{named[3]}-{MONTHS.index(named[1].lower()) + 1:02}-{int(named[2]):02}"
    return next(
        (iso_date(found) for text in _top_texts(root) if (found := KOREAN_DATE.search(UPDATED.split(text)[0]))), ""
    )


def iso_date(found: re.Match[str]) -> str:
    """`2024년 3월 15일 오후 3:05` as `2024-03-15T15:05`."""
    year, month, day, half, hour, minute = found.groups()
    date = f"{year}-{int(month):02}-{int(day):02}"
    if hour is None:
        return date
    clock = int(hour) % 12 + (12 if half == "오후" else 0) if half else int(hour)
    return f"{date}T{clock:02}:{minute}"


def _address(root: etree._Element, meta: dict[str, str], article: dict[str, Any]) -> str:
    for link in root.iter("link"):
        if attribute(link, "rel").lower() == "canonical" and attribute(link, "href").startswith("http"):
            return attribute(link, "href")
    page = article.get("mainEntityOfPage")
    for value in (meta.get("og:url"), article.get("url"), page.get("@id") if isinstance(page, dict) else page):
        if isinstance(value, str) and value.startswith("http"):
            return value
    return ""


def _tags(root: etree._Element, meta: dict[str, str], article: dict[str, Any]) -> tuple[str, ...]:
    words = [part for name in _names(article.get("keywords")) for part in name.split(",")]
    words = words or meta.get("article:tag", "").split(",") or meta.get("og:article:tag", "").split(",")
    if not any(word.strip() for word in words):
        words = [
            short_text(a, MAX_AUTHOR_CHARS) for a in _outside_bars(root, "a") if "tag" in attribute(a, "rel").split()
        ]
    if not any(word.strip() for word in words):
        boxes = (
            e
            for e in _outside_bars(root, "div", "ul", "p", "dl", "span")
            if e.get("class") and TAG_BOXES.search(attribute(e, "class"))
        )
        words = [short_text(link, MAX_AUTHOR_CHARS) for box in islice(boxes, MAX_TAG_BOXES) for link in box.iter("a")]
    if not any(word.strip() for word in words):
        words = meta.get("keywords", "").split(",")
    cleaned = (squeeze(word).lstrip("#").strip() for word in words)
    return tuple(
        dict.fromkeys(word for word in cleaned if word and word[0] not in "@&" and len(word) <= MAX_AUTHOR_CHARS)
    )[:MAX_TAGS]


def _outside_bars(root: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Elements that do not stand in a sidebar, a menu, a footer or a cloud of all the site's tags."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        names = element.get("class")
        if element.tag in ("aside", "nav", "footer") or (names and CLOUD.search(names)):
            walk.skip_subtree()
        elif element.tag in tags:
            yield element
