"""Says which elements of a page are not the article: by their tag, their role, their names, or being hidden."""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache

from lxml import etree

from corpus_to_ft.markup.html.imprint import is_imprint
from corpus_to_ft.markup.html.tree import attribute, is_code, remove, text_of, words
from corpus_to_ft.markup.html.weigh import Weights

UNREADABLE = (
    "title", "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "audio", "video",
    "button",
    "select", "input", "textarea", "datalist", "map", "dialog", "rt", "rp",
)  # fmt: skip
QUESTION_BOXES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})
NOISY_TAGS = frozenset({"nav", "footer", "aside", "header", "menu", "form"})
NOISY_ROLES = words(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar tablist doc-toc"
)
# Only a box can be a menu or a sidebar: highlighters name the words inside code `comment` and `tag`.
BOXES = words(
    "div section ul ol dl table p aside nav header footer form figure li article span center td h2 h3 h4 h5 h6"
)
NOISY_WORDS = words(
    "sidebar sidemenu breadcrumb breadcrumbs related recommend recommended recommendation recommendations share "
    "sharing sharedaddy social sns cookie cookies consent gdpr newsletter subscribe subscription pagination pager "
    "paging pagenav paginate advert advertisement advertising adsense adsbygoogle adbox adarea promo promotion sponsor "
    "sponsored popup modal tooltip toc disqus utterances giscus livere trackback byline dateline nav navi navbar "
    "navigation menu gnb lnb snb tnb footer banner toolbar oglink hashtag hashtags taglist tags outbrain taboola "
    "cusdis remark isso commento hyvor waline twikoo gitalk gitment artalk "
    "postbtn feedback skip rss lastmod masthead copyright signup paywall revenue "
    "another prevnext postnav credit credits caption figcaption profile tagcloud relatedposts relatedpost cbox "
    "opengraph ccl"
)
NOISY_NAMES = re.compile(
    r"""(?:^|\s)(?:
    (?!page-?info\b)(?:article|post|entry|content|page|meta|author|user|writer|writing|board|bbs|view|blog)[-_]*
        (?:meta|info|author|date|tags?|footer|foot|nav|bottom|buttons?|btns?|tools?|utils?|actions?|series|category)
    | (?:tag|comments?|reply|cmt)[-_]*(?:list|area|box|wrap|wrapper|section|form|container|count|s)?
    | (?:prev|next|previous|older|newer)[-_]*(?:post|posts|next|page|article|link)s?
    | (?:ad|ads|adv|google[-_]ad\w*|ad[-_]\w+|\w+[-_]ads?)
    | (?:author|writer)[-_]*(?:box|bio|profile|card|info|desc\w*|intro\w*|content|name|title)?
    | (?:wrap|area|list|box|section|view|post|article|page)[-_]*(?:comments?|repl(?:y|ies))
    | (?:licen[sc]e|copyright|rights)[-_]+(?:wrap|wrapper|box|info|notice|area)
    | (?:more|latest|recent|popular|trending|top|other|hot)[-_]*(?:posts?|articles?|stories|news|reads?|list)
    | (?:read|see|also|you)[-_]*(?:also|more|may)(?:[-_]\w+)?
    | widget(?:s|[-_]?area|_\w+)?
    | wrap_(?:keyword|sub|btn|info|writer|author|article_info|recommend|magazine)\w*
    | no[-_]?print | d-print-none | reply
    )(?=\s|$)""",
    re.VERBOSE,
)
HIDDEN_NAMES = re.compile(
    r"(?:^|\s)(?:hidden|sr-only|visually-?hidden|screen-reader-text|blind|a11y-hidden|u_skip|se_?blind|ir_desc)(?=\s|$)"
)
# Text that its author folded away opens with a click.
FOLDED = re.compile(
    r"moreless|(?:^|[\s_-])(?:spoiler|accordion|collapse|toggle)[-_](?:content|body|panel|text)", re.IGNORECASE
)
HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
COMMENTS = re.compile(r"(?:^|[\s_-])(?:comments?|disqus|repl(?:y|ies)|respond|cmt)(?=[\s_-]|$)")
# An aside in the text is a remark of the author; one beside the text is a sidebar.
CALLOUT = re.compile(r"(?:^|[\s_-])(?:callout|admonition|note|notice|alert|tip|hint|warning)(?=[\s_-]|$)")
GUTTERS = re.compile(
    r"(?:^|\s)(?:gutter|lineno|linenos|line-?numbers?(?:-rows)?|rouge-gutter|lnt|ln|hljs-ln-numbers)(?=\s|$)"
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
WORD = re.compile(r"[a-z]+")
# Anything besides the digits of line numbers.
WORD_CHARS = re.compile(r"[^\s\d]")
GENERATED_ID_TAGS = frozenset({"section", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p"})
MAJORITY = 0.5
MAX_SIGNUP_CHARS = 200
MAX_SIGNUP_SHARE = 0.2
MAX_IMPRINT_CHARS = 500
LAST_BOXES = 40


def names_of(element: etree._Element) -> str:
    """Class and id in lower case; the id of what a generator names after its heading is left out."""
    names = attribute(element, "class")
    if element.tag not in GENERATED_ID_TAGS:
        names = f"{names} {attribute(element, 'id')}"
    return _dashed(names)


# The same few names stand on every box of a page and on every page of a site.
@lru_cache(maxsize=10_000)
def _dashed(names: str) -> str:
    return CAMEL.sub("-", names).lower()


def drop_unreadable(root: etree._Element) -> None:
    """Take out what no reader of the page sees: programs, styles, controls, hidden boxes, line numbers of code."""
    _unfold(root)
    for element in list(root.iter(*UNREADABLE)):
        remove(element)
    hidden = [element for element in root.iter("*") if is_hidden(element)]
    if hidden:
        weights = Weights(root)
        whole = weights.text(root)
        # Some pages are hidden as a whole until their programs have run.
        for element in [element for element in hidden if weights.text(element) <= MAJORITY * whole]:
            remove(element)
    for table in root.iter("table"):
        if "colorscripter" in attribute(table, "class"):
            _drop_line_numbers(table)
    for element in list(root.iter("td", "span", "div", "pre")):
        names = element.get("class")
        if names and _names_gutter(names):
            remove(element)


def _unfold(root: etree._Element) -> None:
    """Questions of a help page are buttons that open their answers: both are text, folded or not."""
    opened = set()
    for button in list(root.iter("button")):
        text, parent = text_of(button), button.getparent()
        is_whole = parent is not None and parent.tag in QUESTION_BOXES and text_of(parent) == text
        if text and (is_whole or (text.endswith(("?", "？")) and "aria-expanded" in button.attrib)):
            opened.add(attribute(button, "aria-controls") or attribute(button, "data-bs-target").removeprefix("#"))
            button.tag = "span" if is_whole else "p"
            button.attrib.clear()
    opened.discard("")
    for box in root.iter("*") if opened else ():
        if box.get("id") in opened:
            for name in ("hidden", "aria-hidden", "style"):
                box.attrib.pop(name, "")


def _drop_line_numbers(table: etree._Element) -> None:
    """Color Scripter, which Korean blogs paste code from, writes numbers and its own address into cells of a table."""
    for link in list(table.iter("a")):
        if "colorscripter" in attribute(link, "href"):
            remove(link)
    for cell in list(table.iter("td")):
        if not WORD_CHARS.search(text_of(cell)):
            remove(cell)


def is_hidden(element: etree._Element) -> bool:
    names = element.get("class")
    if names and FOLDED.search(names):
        return False
    if names and _names_hidden(names):
        return True
    style = element.get("style")
    if style and HIDDEN_STYLE.search(style):
        return True
    return element.get("hidden") is not None or attribute(element, "aria-hidden") == "true"


@lru_cache(maxsize=10_000)
def _names_hidden(names: str) -> bool:
    return bool(HIDDEN_NAMES.search(names.strip()))


@lru_cache(maxsize=10_000)
def _names_gutter(names: str) -> bool:
    return bool(GUTTERS.search(names.strip()))


def drop_noise(body: etree._Element, weights: Weights, keep: etree._Element | None) -> None:
    """Take out menus, sidebars, comments and the like; never what holds `keep` or most of the page's prose."""
    kept = {keep, *keep.iterancestors()} if keep is not None else set()
    whole = weights.prose(body) or 1
    walk = etree.iterwalk(body, events=("start",))
    doomed = [box for box in (*_signup_boxes(body, weights), *_imprints(body, weights)) if box not in kept]
    nested = set(_nested_articles(body))
    for _, element in walk:
        if element is body or element in kept:
            continue
        if element.tag == "code" or is_code(element):
            walk.skip_subtree()
        elif (element in nested or is_noise(element)) and (
            weights.prose(element) < MAJORITY * whole or is_comments(element)
        ):
            doomed.append(element)
            walk.skip_subtree()
    for element in doomed:
        remove(element)


def _nested_articles(body: etree._Element) -> list[etree._Element]:
    """Articles inside an article are comments or other posts, by the letter of HTML; a single one is only a wrapper."""
    inside = [e for e in body.iter("article") if any(up.tag == "article" for up in e.iterancestors())]
    return inside if len(inside) > 1 else []


def _signup_boxes(body: etree._Element, weights: Weights) -> list[etree._Element]:
    """Small boxes round a form, with the words that ask for an address; boards wrap whole pages in a form."""
    most = min(MAX_SIGNUP_CHARS, MAX_SIGNUP_SHARE * weights.text(body))
    parents = [box for form in body.iter("form") if (box := form.getparent()) is not None]
    return [box for box in parents if box.tag in ("div", "section") and weights.text(box) <= most]


def _imprints(body: etree._Element, weights: Weights) -> list[etree._Element]:
    """The boxes among the last of the page that say whose site it is; a page of an address alone keeps it."""
    most = min(MAX_IMPRINT_CHARS, MAJORITY * weights.text(body))
    last = deque(body.iter("div", "td", "p", "address", "table", "ul"), maxlen=LAST_BOXES)
    return [box for box in last if 0 < weights.text(box) <= most and is_imprint(text_of(box))]


def is_comments(element: etree._Element) -> bool:
    return bool(COMMENTS.search(names_of(element)))


def is_noise(element: etree._Element) -> bool:
    if element.tag == "aside" and CALLOUT.search(names_of(element)):
        return False
    if element.tag in NOISY_TAGS or attribute(element, "role") in NOISY_ROLES:
        return True
    if element.tag == "figure" and attribute(element, "data-ke-type") == "opengraph":
        return True
    if element.tag not in BOXES:
        return False
    names = names_of(element)
    if not names.strip():
        return False
    return _names_noise(names)


@lru_cache(maxsize=10_000)
def _names_noise(names: str) -> bool:
    return bool(NOISY_NAMES.search(names)) or not NOISY_WORDS.isdisjoint(WORD.findall(names))
