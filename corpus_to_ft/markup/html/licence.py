"""Finds the terms a page says that it is given under."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from corpus_to_ft.markup.html.tree import attribute, short_text

COMMONS = re.compile(r"//(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[a-z]", re.IGNORECASE)
NAMES = re.compile(r"(?:^|[\s_-])(?:ccl?|licen[sc]e|copyright|rights|site-?info)(?=$|[\s_-])", re.IGNORECASE)
SAID = re.compile(
    r"(?:이|본|모든)\s*(?:글|저작물|문서|콘텐츠|사이트|블로그|게시물)|라이[선센]스(?:를|에)|"
    r"licen[sc]ed under|\b(?:this|our|all)\s+(?:work|site|page|post|article|content|text)",
    re.IGNORECASE,
)
SHORT_FORM = re.compile(r"\bCC(?:0|[ -]BY(?:-(?:NC|ND|SA))*)(?:[ -]\d\.\d)?(?:[ -](?:KR|KOREA))?\b", re.IGNORECASE)
META_NAMES = ("dc.rights.license", "dcterms.license", "dc.license", "license")
MAX_SENTENCE_CHARS = 200


def page_licence(root: etree._Element, meta: Mapping[str, str], article: Mapping[str, Any]) -> str:
    """An address or a short name, or nothing; a link to a licence in the middle of a text declares nothing."""
    for value in (article.get("license"), *(meta.get(name) for name in META_NAMES)):
        value = value.get("@id") or value.get("url") or value.get("name") if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            return value.strip()
    links = [link for link in root.iter("link", "a") if attribute(link, "href")]
    for link in links:
        if "license" in attribute(link, "rel").lower().split():
            return attribute(link, "href")
    for link in links:
        if COMMONS.search(attribute(link, "href")) and _declares(link):
            return attribute(link, "href")
    for box in root.iter("footer", "div", "section", "p", "span"):
        names = box.get("class")
        if names and NAMES.search(names) and (found := SHORT_FORM.search(short_text(box, MAX_SENTENCE_CHARS))):
            return found.group()
    return ""


def _declares(link: etree._Element) -> bool:
    """Whether a link to a licence stands in a footer, is a badge, or is said of this page."""
    if not short_text(link, MAX_SENTENCE_CHARS):
        return link.find(".//img") is not None
    for up in link.iterancestors():
        if up.tag == "footer" or NAMES.search(f"{attribute(up, 'class')} {attribute(up, 'id')}"):
            return True
        if up.tag in ("p", "div", "li", "td") and SAID.search(short_text(up, MAX_SENTENCE_CHARS)):
            return True
    return False
