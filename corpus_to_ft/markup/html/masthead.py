"""Takes out the lines that say who wrote when, above the text, and whose rights these are, below it."""

from __future__ import annotations

import re

from lxml import etree

from corpus_to_ft.markup.html.tree import remove, short_text

RIGHTS = re.compile(
    r"all rights reserved|^\W*copyright\b|^\W*저작권자\b|^\W*(?:ⓒ|©|\(c\))\s|무단\s*(?:전재|복제|배포).{0,20}금지|"
    r"^\W*이\s*(?:글|페이지|문서|게시글|정보)[이가은는]?\s*도움이\s*되(?:셨|었)나요",
    re.IGNORECASE,
)
DAY = r"(?:19|20)\d\d\s*[년./-]\s*\d{1,2}\s*[월./-]\s*\d{1,2}[일.]?(?:\s*(?:오전|오후)?\s*\d{1,2}:\d\d(?::\d\d)?)?"
DAY_INSIDE = re.compile(DAY)
DATED = re.compile(rf"^\W*{DAY}\W*$")
WRITTEN = re.compile(
    rf"^\W*(?:글쓴이|작성자|등록자|작성일|등록일|게시일|입력|승인|수정|날짜|조회|by\s|posted)\b.{{0,60}}\d|{DATED.pattern}",
    re.IGNORECASE,
)
# What else stands beside a name and a date: counters, reading times, words for the roles.
BESIDE = re.compile(
    rf"{DAY}|\b\d+\s*(?:min(?:utes?)?(?:\s*read)?|분(?:\s*(?:소요|읽기))?|회|개|명)|\bby\b|작성자|글쓴이|작성일|등록일|게시일|조회수?|댓글|추천|기자",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[다요까죠]\s*[.!?]|\w{3}[.!?]$")
MAX_LINE_CHARS = 120
# A box round the date with the author's portrait and a word about them.
MAX_BOX_CHARS = 200
TOP_BOXES = 12
LINES = ("p", "div", "td", "li", "span", "em", "ul", "font")
PROSE_TAGS = ("h1", "h2", "h3", "h4", "p", "pre", "ul", "ol", "table", "blockquote")


def drop_masthead(container: etree._Element, author: str) -> None:
    for count, element in enumerate(list(container.iter(*LINES))):
        text = short_text(element, MAX_LINE_CHARS)
        if not text:
            continue
        on_top = count < TOP_BOXES and not SENTENCE.search(text)
        if not (RIGHTS.search(text) or (on_top and (WRITTEN.search(text) or _names_and_dates(text, author)))):
            continue
        if any(up is container for up in element.iterancestors()):
            remove(_box_of(element, container) if on_top and DATED.match(text) else element)


def _names_and_dates(text: str, author: str) -> bool:
    """Whether nothing is left of a line that names a day, or the author and a count, once those are taken away."""
    named = bool(author) and author in text
    if not (named or DAY_INSIDE.search(text)) or not any(char.isdigit() for char in text):
        return False
    rest = BESIDE.sub("", text.replace(author, "") if named else text)
    return not any(char.isalpha() for char in rest)


def _box_of(line: etree._Element, container: etree._Element) -> etree._Element:
    """The box that holds a date and little else, as long as it holds nothing that a text is made of."""
    box, around = line, line.getparent()
    while around is not None and around is not container and around.tag in ("div", "section", "span", "header"):
        if not short_text(around, MAX_BOX_CHARS) or next(around.iter(*PROSE_TAGS), None) is not None:
            break
        box, around = around, around.getparent()
    return box
