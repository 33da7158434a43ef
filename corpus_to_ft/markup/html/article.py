"""The article of a page: what of its tree is the text, and that text."""

from __future__ import annotations

from lxml import etree

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.body import BodyWriter
from corpus_to_ft.markup.html.clutter import drop_clutter
from corpus_to_ft.markup.html.content import densest, named_container
from corpus_to_ft.markup.html.listing import why_no_article
from corpus_to_ft.markup.html.metadata import Metadata
from corpus_to_ft.markup.html.noise import drop_noise, drop_unreadable
from corpus_to_ft.markup.html.platforms import Marks
from corpus_to_ft.markup.html.tree import parse_page, remove
from corpus_to_ft.markup.html.weigh import Weights
from corpus_to_ft.markup.page_text import PageText


def article_text(root: etree._Element, metadata: Metadata, source: str, *, keep_lists: bool = False) -> PageText:
    """The text of the page's article; `root` is changed.

    Raises InputError `not_an_article` for a page that only lists articles, unless `keep_lists`.
    """
    drop_unreadable(root)
    body = root.find("body")
    body = root if body is None else body
    marks = Marks(body)
    post = marks.body()
    for element in marks.dropped():
        remove(element)
    weights = Weights(body)
    drop_noise(body, weights, post if post is not None else named_container(body, weights))
    weights = Weights(body)
    container = post if post is not None else named_container(body, weights)
    if container is None:
        container = densest(body, weights)
    reason = None if keep_lists else why_no_article(body, container, weights, metadata)
    if reason:
        raise InputError(
            "not_an_article",
            Sentence("{source}: {reason} (setting keep_lists takes it)", source=source, reason=reason),
        )
    drop_clutter(container, weights, title=metadata.title, description=metadata.description, author=metadata.author)
    return BodyWriter().write(container)


def fragment_text(html: str, source: str) -> PageText:
    """The text of HTML that is an article and nothing else, as feeds, exports and books hold it.

    Raises InputError where the HTML is too large or too deep.
    """
    root = parse_page(html, source)
    drop_unreadable(root)
    body = root.find("body")
    return BodyWriter().write(root if body is None else body)
