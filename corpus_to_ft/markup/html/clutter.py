"""Takes out of the chosen container what is not the article: link lists, teasers, the title said again."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from corpus_to_ft.markup.html.imprint import is_imprint
from corpus_to_ft.markup.html.masthead import drop_masthead
from corpus_to_ft.markup.html.noise import names_of
from corpus_to_ft.markup.html.tree import attribute, remove, short_text, text_of
from corpus_to_ft.markup.html.weigh import Weights

BOXES = ("div", "section", "ul", "ol", "dl", "table", "p", "aside", "figure", "article")
OTHERS = re.compile(
    r"^\W*(?:관련\s*(?:글|기사|포스트|포스팅|뉴스|콘텐츠)|함께\s*(?:보면|읽으면)|이\s*(?:글|기사)도|추천\s*(?:글|기사|콘텐츠|포스트)|다른\s*글|"
    r"관심\s*있을\s*만한|비슷한\s*글|(?:최신|최근|인기|많이\s*본)\s*(?:글|기사|뉴스|포스트)|이전\s*글|다음\s*글|목차$|댓글|공유하기|구독|"
    r"related|you (?:may|might) (?:also )?like|more (?:from|in|on|stories|news)\b|most (?:popular|read|viewed)|"
    r"popular\b|trending|(?:our )?latest (?:stories|news|posts|videos?)|recommended|read (?:more|next|also)|see also|"
    r"also read|recent posts|up next|don't miss|what to read next|share (?:this|on)|follow us|comments?\W*$|"
    r"leave a (?:reply|comment)|breaking news|tell us what|sign up|subscribe|advert(?:isement)?\W*$|on this page|"
    r"table of contents|about the author)",
    re.IGNORECASE,
)
COMMENTS = re.compile(r"^\W*(?:\d+개의\s*)?(?:댓글|comments?)\s*(?:목록|쓰기|\d+개?)?\W*$", re.IGNORECASE)
# A heading with the number of them is no section of an article about comments.
COUNTED_COMMENTS = re.compile(r"^\W*(?:\d+개의\s*댓글|댓글\s*(?:\d+개?|목록|쓰기)|\d+\s*comments?)\W*$", re.IGNORECASE)
STEP = re.compile(
    r"^\W*(?:이전|다음|이전\s*글|다음\s*글|목록|목록으로|맨\s*위로|위로|"
    r"prev(?:ious)?|next|older|newer|back to top|top|home)\b\W*",
    re.IGNORECASE,
)
MAX_LABEL_CHARS = 60
MAX_FOOT_CHARS = 400
TOP_BOXES = 12
LINKED = 0.7
SAME = re.compile(r"[\W_]+")
MIN_TEASERS = 3
MAX_TEASER_SHARE = 0.6
MAX_FOLLOWERS = 200
COUNT_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
MAX_COMMENT_SHARE = 0.6
MAX_LABELS = 500
MAX_LIST_CHARS = 20_000
MIN_CAPTION_CHARS = 30
CARD_BOXES = ("div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "section")
MIN_CARD_BOXES = 2
MAX_CARD_CHARS = 600
# Names of a line that stands above the text to sum it up; without one it may be the first paragraph itself, of which
# many platforms make the description.
LEADS = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|sub-?title|desc\w*|summary|excerpt|deck|dek|standfirst|intro|abstract|tagline)(?=$|[\s_-])"
)
# A first heading that says less of the title is a section of its own.
MIN_TITLE_SHARE = 0.6
HEADING_TAGS = ("h1", "h2", "h3")


def drop_clutter(container: etree._Element, weights: Weights, *, title: str, description: str, author: str) -> None:
    """Leave the article and nothing else in `container`; `weights` were taken with everything in it."""
    _drop_teasers(container, weights)
    _drop_labelled(container, weights)
    _drop_link_lists(container, weights)
    _drop_cards(container, weights)
    _drop_short_captions(container, weights)
    _drop_repeated(container, title, description)
    _drop_foot(container)
    drop_masthead(container, author)


def _drop_teasers(container: etree._Element, weights: Weights) -> None:
    """Drop runs of boxes that each announce another page, unless they are the better part: a digest of links."""
    runs = teaser_runs(container, weights)
    if sum(weights.prose(box) for run in runs for box in run) > MAX_TEASER_SHARE * weights.prose(container):
        return
    for run in runs:
        for box in run:
            remove(box)


def teaser_runs(container: etree._Element, weights: Weights) -> list[list[etree._Element]]:
    """Runs of boxes alike (same tag and class, one parent) of which nearly all are led by a link of their own."""
    runs = []
    for parent in [
        container,
        *container.iterdescendants("div", "ul", "ol", "section", "main", "article", "tbody", "td"),
    ]:
        groups: dict[tuple[str, str], list[etree._Element]] = {}
        for child in parent:
            if child.tag in ("div", "li", "article", "section", "a", "tr", "dl", "td"):
                groups.setdefault((str(child.tag), attribute(child, "class").split(" ")[0]), []).append(child)
        for group in groups.values():
            if len(group) < MIN_TEASERS:
                continue
            leads = [lead for lead in (teaser_link(box, weights) for box in group) if lead]
            if len(set(leads)) >= 0.8 * len(group):
                runs.append(group)
    return runs


def teaser_link(box: etree._Element, weights: Weights) -> str:
    """The address a teaser announces: it is one link, or its heading is one, or it holds little else; else nothing."""
    if box.tag == "a":
        inside = next(box.iter("h1", "h2", "h3", "h4", "h5", "h6", "p", "strong"), None)
        return attribute(box, "href") if inside is not None and weights.text(box) else ""
    heading = next(box.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
    if heading is not None:
        around = next(heading.iterancestors("a"), None)
        link = around if around is not None else next(heading.iter("a"), None)
        if link is None or (around is None and weights.link_share(heading) <= LINKED):
            return ""
    else:
        link = next(box.iter("a"), None)
        if link is None or box.tag not in ("div", "article", "section", "dl") or weights.link_share(box) <= LINKED:
            return ""
    address = attribute(link, "href")
    return "" if address.startswith("#") else address


def _drop_labelled(container: etree._Element, weights: Weights) -> None:
    """Drop `관련 글` and its like with what follows in the same box, when that is mostly links or little prose."""
    whole, seen = weights.prose(container), 0
    for label in list(container.iter("h1", "h2", "h3", "h4", "h5", "h6", "p", "strong", "div", "span", "b", "dt")):
        if not 0 < weights.text(label) <= MAX_LABEL_CHARS or label.getparent() is None:
            continue
        said_of_it = text_of(label)
        if not (OTHERS.match(said_of_it) or COMMENTS.match(said_of_it)) or not _is_inside(label, container):
            continue
        seen += 1
        if seen > MAX_LABELS:
            return
        box = _whole_box(label, container, weights)
        rest, opens_section = [box], False
        for sibling in islice(box.itersiblings(), MAX_FOLLOWERS):
            if (sibling.tag in ("h1", "h2") and sibling.tag <= label.tag) or weights.prose(sibling) > 0.1 * whole:
                opens_section = weights.prose(sibling) > 0
                break
            rest.append(sibling)
        if COUNTED_COMMENTS.match(said_of_it):
            below = list(islice(box.itersiblings(), MAX_FOLLOWERS))
            if label.tag in COUNT_HEADINGS or sum(map(weights.prose, below)) <= MAX_COMMENT_SHARE * whole:
                rest, opens_section = [box, *below], False
        text, links = sum(map(weights.text, rest)), sum(map(weights.links, rest))
        said = weights.text(label)
        # `구독 서비스를 바꾼 이야기` may head a section of the article; only a label with nothing to it goes by itself.
        alone = label.tag != "p" and text == said and not opens_section
        if COMMENTS.match(said_of_it) or (links and links >= 0.5 * (text - said)) or alone:
            for element in rest:
                remove(element)


def _whole_box(label: etree._Element, container: etree._Element, weights: Weights) -> etree._Element:
    """The outermost element that holds nothing but `label`."""
    box, around = label, label.getparent()
    while around is not None and around is not container and weights.text(around) <= weights.text(label):
        box, around = around, around.getparent()
    return box


def _is_inside(element: etree._Element, container: etree._Element) -> bool:
    return any(ancestor is container for ancestor in element.iterancestors())


def _drop_link_lists(container: etree._Element, weights: Weights) -> None:
    """Drop boxes that are nothing but links to other pages or to places in this one, and the steps to the next page."""
    for box in list(container.iter(*BOXES, "td", "center")):
        if box.tag == "td" and _is_in_data_table(box):
            continue  # a cell of data may well hold nothing but links
        if box is container or not 0 < weights.text(box) <= MAX_LIST_CHARS or weights.link_share(box) < LINKED:
            continue
        links = [link for link in box.iter("a") if text_of(link)]
        if not links:
            continue
        addresses = [attribute(link, "href") for link in links]
        inward = sum(address.startswith("#") for address in addresses)
        steps = all(STEP.match(text_of(link)) and len(text_of(link)) <= MAX_LABEL_CHARS for link in links)
        relative = sum(not address.startswith(("http:", "https:", "//")) for address in addresses)
        if steps or (len(links) > 1 and inward == len(links)) or (len(links) >= 3 and relative == len(links)):
            remove(box)


def _is_in_data_table(cell: etree._Element) -> bool:
    table = next(cell.iterancestors("table"), None)
    return table is not None and any(next(head.iterancestors("table"), None) is table for head in table.iter("th"))


def _drop_cards(container: etree._Element, weights: Weights) -> None:
    """Drop links that show another page as a card: title, summary and address in boxes of their own."""
    for link in list(container.iter("a")):
        if not 0 < weights.text(link) <= MAX_CARD_CHARS or attribute(link, "href").startswith("#"):
            continue
        boxes = [box for box in link.iter(*CARD_BOXES) if weights.text(box) and not _holds(box, CARD_BOXES)]
        if len(boxes) >= MIN_CARD_BOXES and next(link.iter("pre", "table", "ul", "ol"), None) is None:
            remove(link)


def _holds(box: etree._Element, tags: tuple[str, ...]) -> bool:
    return next(box.iterdescendants(*tags), None) is not None


def _drop_short_captions(container: etree._Element, weights: Weights) -> None:
    """Drop credits and labels under pictures; a caption that is a sentence is part of the story."""
    for caption in list(container.iter("figcaption")):
        if weights.text(caption) < MIN_CAPTION_CHARS:
            remove(caption)


def _drop_repeated(container: etree._Element, title: str, description: str) -> None:
    """Drop the title, and the description right under it, that stand above the text; `Document.title` holds the one."""
    # A post of one line has that line as its title.
    heading, under = same(title), same(description)
    longest = max(len(heading), len(under))
    said = {heading, under} - {"", _same_text(container, longest)}
    tags = ("h1", "h2", "h3", "p", "div", "blockquote", "td", "b", "strong", "li")
    for element in list(islice(container.iter(*tags), TOP_BOXES)):
        text = _same_text(element, longest)
        if not text or not said or not _is_inside(element, container):
            continue
        of_title = text in said and text == heading
        of_title |= element.tag == "h1" and text in heading and len(text) >= MIN_TITLE_SHARE * len(heading)
        is_lead = element.tag in HEADING_TAGS or bool(LEADS.search(names_of(element)))
        if of_title or (text in said and is_lead):
            remove(element)


def _drop_foot(container: etree._Element) -> None:
    for element in list(container.iter("p", "div", "td", "center", "address", "font", "ul")):
        text = short_text(element, MAX_FOOT_CHARS)
        if text and is_imprint(text) and _is_inside(element, container):
            remove(element)


def same(text: str) -> str:
    """Letters and digits only, to compare what is typed twice."""
    return SAME.sub("", text).casefold()


def _same_text(element: etree._Element, longest: int) -> str:
    """What `same` leaves of the text inside, or nothing where that is more than `longest` characters."""
    parts, length = [], 0
    for part in element.itertext():
        parts.append(same(str(part)))
        length += len(parts[-1])
        if length > longest:
            return ""
    return "".join(parts)
