"""Finds the tags that a page gives to its post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree

from corpus_to_ft.markup.html.body import HASHTAGS
from corpus_to_ft.markup.html.platforms import Marks
from corpus_to_ft.markup.html.tree import attribute, short_text, squeeze

TAG_BOXES = re.compile(
    r"(?:^|\s)(?:tags?|tag[-_]?(?:list|links|label|area|box|trail|wrap)|area_tag|article[-_]?tags?|post[-_]?tags?|hash_?tags?|"
    r"wrap_keyword|list_keyword|taxo-tags|article-taxonomies)(?=\s|$)",
    re.IGNORECASE,
)
TAG_ADDRESS = re.compile(r"(?:^|/)(?:tags?|hashtags?)/[^/?#]+", re.IGNORECASE)
CLOUD = re.compile(r"(?:^|[\s_-])(?:cloud|tagcloud|sidebar|widget)(?=$|[\s_-])", re.IGNORECASE)

# Medium says in its keywords which section and template a post has.
LABELLED = re.compile(r"^(?:Topic|Lite|Elevated|LayerCake|Publication|Series):", re.IGNORECASE)
MAX_TAG_CHARS = 60
MAX_LINE_CHARS = 300
MAX_TAGS = 50
MAX_TAG_BOXES = 5
# More links to tags are a list of all the site's.
MAX_TAG_LINKS = 20


def page_tags(root: etree._Element, meta: Mapping[str, str], keywords: list[str], marks: Marks) -> tuple[str, ...]:
    """From `keywords` of the page's data, else its meta tags, else the links it shows, else meta keywords."""
    for words in _places(root, meta, keywords, marks):
        cleaned = (squeeze(word).lstrip("#").removeprefix("Tag:").strip() for word in words)
        found = [
            word for word in cleaned if word and word[0] not in "@&" and len(word) <= MAX_TAG_CHARS
            and not LABELLED.match(word)
        ]  # fmt: skip
        if found:
            return tuple(dict.fromkeys(found))[:MAX_TAGS]
    return ()


def _places(root: etree._Element, meta: Mapping[str, str], keywords: list[str], marks: Marks) -> Iterator[list[str]]:
    yield [part for name in keywords for part in name.split(",")]
    yield meta.get("article:tag", "").split(",")
    yield meta.get("og:article:tag", "").split(",")
    yield [_shown(link) for box in marks.of("tags") for link in box.iter("a")]
    links = list(_outside_bars(root, ("aside", "nav"), "a"))
    yield [_shown(link) for link in links if "tag" in attribute(link, "rel").split()]
    boxes = (
        box
        for box in _outside_bars(root, ("aside", "nav", "footer"), "div", "ul", "p", "dl", "span")
        if box.get("class") and TAG_BOXES.search(attribute(box, "class"))
    )
    yield [_shown(link) for box in islice(boxes, MAX_TAG_BOXES) for link in box.iter("a")]
    addressed = [_shown(link) for link in links if TAG_ADDRESS.search(attribute(link, "href"))]
    yield [line for box in root.iter("p", "div") for line in _hashtag_line(box)]
    yield addressed if len(addressed) <= MAX_TAG_LINKS else []
    yield meta.get("keywords", "").split(",")


def _hashtag_line(box: etree._Element) -> list[str]:
    if "#" not in (box.text or "") and not len(box):
        return []
    text = short_text(box, MAX_LINE_CHARS)
    return text.replace(",", " ").split() if text.startswith("#") and HASHTAGS.fullmatch(text) else []


def _shown(link: etree._Element) -> str:
    return short_text(link, MAX_TAG_CHARS)


def _outside_bars(root: etree._Element, bars: tuple[str, ...], *tags: str) -> Iterator[etree._Element]:
    """Elements that do not stand in a bar of the site or in a cloud of all its tags."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        names = element.get("class")
        if element.tag in bars or (names and CLOUD.search(names)):
            walk.skip_subtree()
        elif element.tag in tags:
            yield element
