"""Reads of a page what a crawl must know: where it leads, what it calls itself, and what it allows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from corpus_to_ft.decode import recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.site.addresses import tidy
from corpus_to_ft.ingest.site.fetch import PRODUCT
from corpus_to_ft.markup.html.tree import attribute, parse_page
from corpus_to_ft.records import digest

MAX_LINKS = 5_000
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
REFRESH = re.compile(r"\d+\s*[;,]\s*url\s*=\s*['\"]?(?P<address>[^'\">\s]+)", re.IGNORECASE)
NO_TEXT_TAGS = frozenset({"script", "style", "noscript", "template", "a", "nav", "select", "svg"})
DIGITS_AND_SPACE = re.compile(r"[\d\s]+")
# Who asks that a page is not used to train models: a header and meta value in use, and the reservation protocol.
NO_TRAINING = frozenset({"noai", "noml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """`links` lead to pages, in the order of the page; `digest` is of its text without links and digits.

    The digest holds the title as well and is empty where there is no text at all. `rules` are words of robots rules:
    noindex, nofollow, noai.
    """

    links: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    canonical: str = ""
    digest: str = ""
    rules: frozenset[str] = frozenset()


def read_links(data: bytes, address: str, headers: Mapping[str, str]) -> PageLinks:
    """Nothing but the rules of the headers for a page that no reader could parse either."""
    rules = header_rules(headers)
    try:
        root = parse_page(_text(data, address), address)
    except InputError:
        return PageLinks(rules=rules)
    rules |= _meta_rules(root)
    base = tidy(next((attribute(e, "href") for e in root.iter("base") if e.get("href")), ""), address) or address
    canonical, feeds = "", []
    for element in root.iter("link"):
        rel = set(attribute(element, "rel").lower().split())
        if "canonical" in rel and not canonical:
            canonical = tidy(attribute(element, "href"), base)
        elif "alternate" in rel and attribute(element, "type").lower() in FEED_TYPES:
            feeds.append(tidy(attribute(element, "href"), base))
    return PageLinks(
        links=() if "nofollow" in rules else _links(root, base),
        feeds=tuple(dict.fromkeys(feed for feed in feeds if feed)),
        canonical=canonical,
        digest=_text_digest(root),
        rules=rules,
    )


def _text(data: bytes, address: str) -> str:
    """A page whose text is damaged is no document, and still leads to others: addresses are mostly ASCII."""
    try:
        return recognize(data, source=address, html=True).text
    except InputError:
        return data.decode("utf-8", "replace")


def _links(root: etree._Element, base: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for element in root.iter("a", "area", "link", "iframe", "frame", "meta"):
        written = ""
        if element.tag in ("iframe", "frame"):
            written = attribute(element, "src")
        elif element.tag == "meta":
            if attribute(element, "http-equiv").lower() == "refresh":
                asked = REFRESH.match(attribute(element, "content"))
                written = asked["address"] if asked else ""
        elif element.tag == "link":
            written = attribute(element, "href") if attribute(element, "rel").lower() in ("next", "prev") else ""
        elif "nofollow" not in attribute(element, "rel").lower().split():
            written = attribute(element, "href")
        if not written or written[0] == "#" or written[:11].lower() == "javascript:":
            continue
        if address := tidy(written, base):
            found[address] = None
            if len(found) >= MAX_LINKS:
                break
    return tuple(found)


def header_rules(headers: Mapping[str, str]) -> frozenset[str]:
    """What X-Robots-Tag and the reservation for text mining say to us or to everybody."""
    values = headers.getall("X-Robots-Tag", []) if hasattr(headers, "getall") else [headers.get("X-Robots-Tag", "")]
    found: set[str] = set()
    for value in values:
        name, colon, rest = str(value).partition(":")
        is_named = (
            bool(colon) and "," not in name and " " not in name.strip() and name.strip().lower() != "unavailable_after"
        )
        if not is_named or name.strip().lower() == PRODUCT:
            found |= _words(rest if is_named else str(value))
    if headers.get("tdm-reservation", "").strip() == "1":
        found.add("noai")
    return _known(found)


def _meta_rules(root: etree._Element) -> frozenset[str]:
    found: set[str] = set()
    for element in root.iter("meta"):
        name = attribute(element, "name").lower()
        if name in ("robots", PRODUCT):
            found |= _words(attribute(element, "content"))
        elif name == "tdm-reservation" and attribute(element, "content") == "1":
            found.add("noai")
    return _known(found)


def _words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",")}


def _known(found: Iterable[str]) -> frozenset[str]:
    words = set(found)
    if "none" in words:
        words |= {"noindex", "nofollow"}
    if words & NO_TRAINING:
        words.add("noai")
    return frozenset(words & {"noindex", "nofollow", "noai"})


def _text_digest(root: etree._Element) -> str:
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            if element.tail:
                parts.append(element.tail)
        elif element.tag in NO_TEXT_TAGS:
            walk.skip_subtree()
        elif element.text:
            parts.append(element.text)
    text = DIGITS_AND_SPACE.sub("", "".join(parts))
    return digest(text) if text else ""
