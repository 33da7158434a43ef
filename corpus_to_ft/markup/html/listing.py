"""Recognizes pages that are no article: lists of posts, tag and archive pages, home pages, pages not found."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.clutter import teaser_runs
from corpus_to_ft.markup.html.metadata import Metadata
from corpus_to_ft.markup.html.tree import attribute, short_text, words
from corpus_to_ft.markup.html.weigh import Weights

NOT_FOUND = re.compile(
    r"\b404\b|not found|(?:페이지|글|게시글|게시물|문서)[을를이가]?\s*(?:찾을 수 없|존재하지 않|삭제)|"
    r"(?:존재하지 않는|삭제된|없는)\s*(?:페이지|글|게시글|게시물|문서)",
    re.IGNORECASE,
)
# What WordPress, Tistory, Ghost and Hugo write on `<body>` of a page that lists others.
LIST_BODIES = words(
    "error404 archive search-results tt-body-index tt-body-category tt-body-tag tt-body-archive tt-body-search "
    "tt-body-guestbook tt-body-location td-taxonomy td-term td-404 tag-template author-template home-template "
    "taxonomy"
)
ARTICLE_BODIES = words("single single-post post-template tt-body-page")
LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList"})
MAX_NOT_FOUND_PROSE = 150
MAX_TITLE_CHARS = 120
# A page that names so many others and says little else points the way; an essay with its sources stays below.
MANY_LINKS = 50
MANY_LINKS_SHARE = 0.4
MOSTLY_LINKS = 0.6
MIN_PROSE_CHARS = 16
MIN_PEERS = 2
MIN_LINKS = 3
ONLY_LINKS = 0.95


def why_no_article(
    body: etree._Element, container: etree._Element, weights: Weights, metadata: Metadata
) -> Sentence | None:
    """The reason in a few words, None for an article; asked before clutter is taken out of `container`."""
    titles = [metadata.title, *(short_text(heading, MAX_TITLE_CHARS) for heading in body.iter("h1"))]
    if weights.prose(body) < MAX_NOT_FOUND_PROSE and any(NOT_FOUND.search(title) for title in titles):
        return Sentence("the page says that something was not found")
    names = set(f"{attribute(body, 'class')} {attribute(body, 'id')}".lower().split())
    if names & ARTICLE_BODIES or metadata.is_article:
        return None
    if names & LIST_BODIES or {"home", "blog"} <= names or metadata.types & LIST_TYPES:
        return Sentence("the page says that it lists other pages")
    return _why_list(body, container, weights)


def _why_list(body: etree._Element, container: etree._Element, weights: Weights) -> Sentence | None:
    runs = teaser_runs(container, weights)
    announced = sum(weights.text(box) for run in runs for box in run)
    rest = weights.text(container) - announced
    if announced > 2 * rest:
        boxes = sum(map(len, runs))
        return Sentence("{boxes} boxes announce other pages and little else is said", boxes=boxes)
    links = list(islice(body.iter("a"), MIN_LINKS))
    least = MOSTLY_LINKS if len(links) >= MIN_LINKS else ONLY_LINKS
    if links and weights.prose(container) < MIN_PROSE_CHARS and weights.link_share(body) >= least:
        return Sentence("it holds links and no sentence")
    named = {text for link in container.iter("a") if (text := short_text(link, MAX_TITLE_CHARS))}
    linked = weights.links(container) - sum(weights.links(box) for run in runs for box in run)
    if len(named) >= MANY_LINKS and announced + linked >= MANY_LINKS_SHARE * weights.text(container):
        return Sentence("it names {pages} other pages and says little else", pages=len(named))
    if _peers(body, container, weights) >= MIN_PEERS:
        return Sentence("it holds several posts, each in a box of its own")
    return None


def _peers(body: etree._Element, container: etree._Element, weights: Weights) -> int:
    """How many boxes elsewhere look the same and hold a post as well; parts of one post share their parent."""
    look = attribute(container, "class")
    if not look:
        return 0
    return sum(
        attribute(other, "class") == look
        and other is not container
        and other.getparent() is not container.getparent()
        and 3 * weights.prose(other) >= weights.prose(container)
        for other in body.iter(str(container.tag))
    )
