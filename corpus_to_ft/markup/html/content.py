"""Finds the element that holds the article: a named container that holds enough of the prose, else the densest one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from lxml import etree

from corpus_to_ft.markup.html.noise import CAMEL, WORD, names_of
from corpus_to_ft.markup.html.tree import attribute, words
from corpus_to_ft.markup.html.weigh import Weights

# Names under which blog platforms, news sites and site generators keep the body of an article.
CONTAINER = re.compile(
    r"""(?:^|\s)(?:
    (?:\w+[-_])?(?:article|post|entry|story|news|blog|single|topic|contents?|view|board|bbs|detail|page)[-_]*
        (?:body|contents?|text|txt|view|detail|main|inner|article|cont)(?:[-_]?(?:inner|area|wrap|box|body|text|content))?
    | tt_article_useless_p_margin | contents_style | se-main-container | se_component_wrap | postviewarea | wrap_body
    | td-content | markdown-body | prose | rich-?text(?:[-_]\w+)? | e-content | hentry-content | gh-content | kg-canvas
    | articlebody | view_con(?:tent)?s? | xe_content | rd_body | bo_v_(?:con|atc)
    | rhymix_content | fr-view | ck-content | note-editable
    )(?=\s|$)""",
    re.VERBOSE,
)
# Words of names that say at least which of several boxes is the text.
CONTENT_WORDS = words(
    "view content contents cont con body text txt article post entry detail read board bbs story news"
)
STRONG_SHARE = 0.25
WEAK_SHARE = 0.5
Weigh = Callable[[etree._Element], int]
DEEPER_SHARE = 0.9
DESCENT_SHARE = 0.8
NAMED_DESCENT_SHARE = 0.5


def named_container(body: etree._Element, weights: Weights) -> etree._Element | None:
    """The deepest container by name that holds a good share of the prose, if there is one."""
    # A very short post has no sentence long enough to count as prose.
    weigh = weights.prose if weights.prose(body) else weights.text
    whole = weigh(body)
    strong = [element for element in body.iter("*") if is_container(element)]
    found = _deepest(strong, weigh, STRONG_SHARE * whole)
    if found is not None:
        return found
    weak = [e for e in body.iter("*") if e.tag in ("article", "main") or attribute(e, "role") in ("main", "article")]
    return _deepest(weak, weigh, WEAK_SHARE * whole)


def is_container(element: etree._Element) -> bool:
    kept = element.get("itemprop")
    if kept and "articleBody" in kept.split():
        return True
    names, name = element.get("class"), element.get("id")
    if not (names or name) or element.tag in ("html", "body", "pre", "code", "a", "p"):
        return False
    return _names_container(f"{(names or '').strip()} {(name or '').strip()}")


# The same few names stand on every box of a page and on every page of a site.
@lru_cache(maxsize=10_000)
def _names_container(names: str) -> bool:
    return bool(CONTAINER.search(CAMEL.sub("-", names).lower()))


def _deepest(candidates: list[etree._Element], weigh: Weigh, least: float) -> etree._Element | None:
    """Of those that weigh at least `least`, the last in document order that keeps nearly all of the heaviest one's."""
    heaviest = max(candidates, key=weigh, default=None)
    if heaviest is None or weigh(heaviest) < max(1, least):
        return None
    inside = set(heaviest.iter("*"))
    enough = DEEPER_SHARE * weigh(heaviest)
    return [e for e in candidates if e in inside and weigh(e) >= enough][-1]


def densest(start: etree._Element, weights: Weights) -> etree._Element:
    """Go down from `start` while one child holds nearly all the prose, or most of it and is named for it."""
    while len(start) and weights.prose(start):
        child = max(start, key=weights.prose)
        named = CONTENT_WORDS.intersection(WORD.findall(names_of(child)))
        least = NAMED_DESCENT_SHARE if named and child.tag in ("div", "section") else DESCENT_SHARE
        if weights.prose(child) < least * weights.prose(start) or child.tag in ("p", "pre", "table", "blockquote"):
            return start
        start = child
    return start
