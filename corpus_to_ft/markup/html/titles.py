"""Finds a page's title, and the part of `<title>` that is only the name of the site."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from corpus_to_ft.markup.html.tree import attribute, short_text, text_of

PLATFORM_SITES = frozenset(
    {"티스토리", "Tistory", "네이버 블로그", "네이버 카페", "브런치스토리", "브런치", "velog", "Medium", "Brunch Story"}
)
SEPARATORS = re.compile(r"\s+(?:[|»«·•∙—–:]|::|-)\s+")
# A link to the front page bears the name of the site.
HOME = re.compile(r"^(?:https?://[^/]+)?/?$")
EDGES = " |»«·•∙—–:-"
MAX_TITLE_CHARS = 300
# What stands further down repeats no title.
MAX_TITLE_BOXES = 400
TITLE_BOXES = ("h1", "h2", "h3", "h4", "p", "td", "b", "strong", "span", "div", "a", "li", "font")


def page_title(root: etree._Element, declared: str, site: str) -> str:
    """`declared` by the page's data, else what `<title>` and the headings agree on; without the site's name."""
    element = root.find(".//head/title")
    whole = text_of(element) if element is not None else ""
    links = (link for link in root.iter("a") if "href" in link.attrib)
    logos = {short_text(link, MAX_TITLE_CHARS) for link in links if HOME.match(attribute(link, "href"))}
    texts = [short_text(heading, MAX_TITLE_CHARS) for heading in root.iter("h1")]
    headings = [text for text in texts if text and text not in logos]
    title = (declared or whole)[: 2 * MAX_TITLE_CHARS]
    if not title:
        return headings[0] if len(headings) == 1 else ""
    parts = _parts(title)
    if len(parts) < 2:
        return title
    shown = set(headings) if set(parts) & set(headings) else _shown(root)
    seen = max((part for part in parts if part in shown - logos and part != site), key=len, default="")
    return seen or strip_site(title, site, headings)


def _parts(title: str) -> list[str]:
    """The title, and what is left of it without its last or its first parts."""
    found = list(SEPARATORS.finditer(title))
    return [
        title,
        *(title[: mark.start()] for mark in found),
        *(title[mark.end() :] for mark in found),
    ]


def _shown(root: etree._Element) -> set[str]:
    body = root.find("body")
    boxes = islice((root if body is None else body).iter(*TITLE_BOXES), MAX_TITLE_BOXES)
    return {short_text(box, MAX_TITLE_CHARS) for box in boxes} - {""}


def strip_site(title: str, site: str, headings: list[str]) -> str:
    """`제목 | 블로그` without the name of the site, where the site's name or a heading shows which part it is."""
    parts = SEPARATORS.split(title)
    if len(parts) < 2 or title in headings:
        return title
    for heading in headings:
        if heading and (title.startswith(heading) or title.endswith(heading)) and heading != site:
            return heading
    if parts[-1] in PLATFORM_SITES or (site and parts[-1] == site):
        return title[: title.rindex(parts[-1])].rstrip(EDGES)
    if site and parts[0] == site:
        return title[len(site) :].lstrip(EDGES)
    return title
