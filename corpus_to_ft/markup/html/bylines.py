"""Finds who wrote a page and when, as readers see it: labels with values, bylines, dates under the title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from lxml import etree

from corpus_to_ft.markup.html.platforms import Marks
from corpus_to_ft.markup.html.tree import attribute, short_text, squeeze, text_of

KOREAN_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:년|[.\-/])\s*(1[0-2]|0?[1-9])\s*(?:월|[.\-/])\s*(3[01]|[12]\d|0?[1-9])(?!\d)\s*(?:일|\.)?"
    r"(?:\s*\(?[월화수목금토일](?:요일)?\)?)?(?:,?\s*(오전|오후)?\s*([01]?\d|2[0-3])(?::|시\s*)([0-5]\d)(?::[0-5]\d|\s*분)?)?"
)
# Only where a label or a name says that it is a date: elsewhere it is a version or a count.
SHORT_DATE = re.compile(r"(?<![\d.])(\d\d)[.\-/]\s?(1[0-2]|0?[1-9])[.\-/]\s?(3[01]|[12]\d|0?[1-9])(?![\d.])")
SHORT_CLOCK = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ENGLISH_DATE = re.compile(
    rf"\b({'|'.join(MONTHS)})[a-z]*\.?\s+(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[.,]?\s+((?:19|20)\d\d)\b", re.IGNORECASE
)
AGO = re.compile(
    r"(?<!\d)(\d{1,3})\s*(분|시간|일)\s*전(?![가-힣])|(?<![가-힣])(방금)\s*전?(?![가-힣])|(?<![가-힣])(어제|그저께)(?![가-힣])"
)
UPDATED = re.compile(r"수정|업데이트|갱신|[Uu]pdated|[Mm]odified")
BYLINE_MARK = re.compile(
    r"(?:^|(?<=[\s|·]))(?:작성자|글쓴이|지은이|저자|필자|등록자|글(?=\s*[:：])|"
    r"[Bb]y(?=[\s가-힣])|Author|Written by|Posted by)"
    r"\s*[:：]?\s*"
)
BYLINE_END = re.compile(r"[|·•/]|\s(?:입력|수정|등록|작성일|등록일|게시일|조회수?|댓글|on)(?=[\s:：]|$)")
BYLINE = re.compile(
    r"(?:작성자|글쓴이|지은이|저자|필자|글\s*[:：]|[Bb]y(?=\s)|Author\s*[:：]?)\s*[:：]?\s*"
    r"([가-힣]{2,4}(?=\s|$|[|,·(/])|[A-Z][\w.'-]*(?:\s[A-Z][\w.'-]*){0,3}|"
    r"[가-힣A-Za-z][\w.\- ]{1,20}?(?=\s*(?:[|,·(/]|$)))"
)
WRITTEN_BY = re.compile(r"^글\s+([가-힣]{2,4})$")
REPORTER = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s*(?:기자|특파원|에디터|객원기자)(?![가-힣])")
NAME_AND_DATE = re.compile(r"^([가-힣A-Za-z][\w.\- ]{0,20}?)\s*[·•|/,]\s*(?=(?:19|20)\d\d\s*[년.\-/])")
AUTHOR_LABEL = re.compile(r"^(?:작성자|글쓴이|지은이|등록자|저자|필자|글|author)\s*[:：]?$", re.IGNORECASE)
DATE_LABEL = re.compile(
    r"^(?:작성일자?|등록일자?|게시일자?|발행일자?|작성일시|등록일시|게시일시|날짜|입력|date)\s*[:：]?$", re.IGNORECASE
)
LABELS = ("th", "dt", "span", "strong", "em", "td", "p", "div", "li", "b", "label")
AUTHOR_NAMES = re.compile(
    r"(?:^|[\s_-])(?:byline|author(?:[-_]*name)?|writer|nick(?:name)?|p-author|username|article-author|by)(?=$|[\s_-])",
    re.IGNORECASE,
)
SITE_NAMES = re.compile(r"(?:^|[\s_-])(?:site|blog)[-_]?(?:title|name|logo)(?=$|[\s_-])", re.IGNORECASE)
DATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:date(?:time|line)?|published?|publish[-_]?date|posted|time|regdate|reg[-_]?date|se_publishDate|timestamp|byline)(?=$|[\s_-])",
    re.IGNORECASE,
)
STAMP = re.compile(r"(?:19|20)\d\d-?\d\d")
PUBLISHED = re.compile(r"publish|created|posted", re.IGNORECASE)
CHANGED = re.compile(r"updat|modif|lastmod", re.IGNORECASE)
MAX_AUTHOR_CHARS = 60
# Bylines stand near the top: what is further down is a date in the story.
MAX_BYLINE_CHARS = 100
MAX_BYLINE_BOXES = 60
MAX_TITLES = 4
TEXT_BOXES = frozenset({"div", "p", "span", "li", "em", "td", "dd", "strong", "time", "font"})


class Byline:
    """What a page shows round its title; `sites` are names that are the site's and no author's."""

    def __init__(self, root: etree._Element, marks: Marks, title: str, sites: frozenset[str]) -> None:
        self._root = root
        self._marks = marks
        self._sites = sites
        self._texts = list(dict.fromkeys(_texts_under(root, title)))

    def author(self) -> str:
        for name in self._names():
            if name and name not in self._sites:
                return name
        return ""

    def _names(self) -> Iterator[str]:
        for element in self._marks.of("author"):
            yield byline_name(short_text(element, MAX_BYLINE_CHARS))
        for value in _labelled(self._root, AUTHOR_LABEL):
            yield byline_name(value)
        for element in self._root.iter("a", "span", "div", "p", "address", "em", "strong", "td", "h4"):
            names = _joined(element, "class", "itemprop", "rel")
            if _names_author(names) and not SITE_NAMES.search(names):
                yield byline_name(short_text(element, MAX_BYLINE_CHARS))
        # The shorter a text is, the less stands beside the name in it.
        for text in sorted(self._texts, key=len):
            for pattern in (BYLINE, WRITTEN_BY, NAME_AND_DATE):
                if found := pattern.match(text):
                    yield squeeze(found.group(1))
            if reporter := REPORTER.search(text):
                yield reporter.group(1)

    def published(self, seen_at: datetime | None) -> str:
        """A date as written, in ISO 8601 where it was Korean. `3시간 전` is one only when `seen_at` is known."""
        for element in self._marks.of("date"):
            if found := date_in(short_text(element, MAX_BYLINE_CHARS), short=True, seen_at=seen_at):
                return found
        if stamp := self._stamp():
            return stamp
        for value in _labelled(self._root, DATE_LABEL):
            if found := date_in(value, short=True, seen_at=seen_at):
                return found
        for text in self._texts:
            if found := date_in(text):
                return found
        for element in self._root.iter("span", "p", "div", "em", "li", "td", "dd", "time", "small"):
            named = element.tag == "time" or _names_date(_joined(element, "class", "id", "itemprop"))
            text = short_text(element, MAX_BYLINE_CHARS) if named else ""
            if found := date_in(text, short=True, seen_at=seen_at):
                return found
        return next((found for text in self._texts if (found := ago(text, seen_at))), "")

    def _stamp(self) -> str:
        """The machine's form of the date of publication, never that of the last change."""
        stamps: list[tuple[bool, str]] = []
        for element in self._root.iter("time", "abbr", "span"):
            value = attribute(element, "datetime") or (attribute(element, "title") if element.tag == "abbr" else "")
            if not (value and STAMP.match(value)):
                continue
            names = _joined(element, "class", "itemprop")
            if not CHANGED.search(names) or PUBLISHED.search(names):
                stamps.append((bool(PUBLISHED.search(names)), value))
        return next((value for sure, value in stamps if sure), stamps[0][1] if stamps else "")


def date_in(text: str, *, short: bool = False, seen_at: datetime | None = None) -> str:
    """The first date in `text` that is not one of a change; `24.03.15` and `어제` only where `short` ones are asked."""
    text = UPDATED.split(text)[0]
    if found := KOREAN_DATE.search(text):
        return korean_iso(found)
    if named := ENGLISH_DATE.search(text):
        return f"{named[3]}-{MONTHS.index(named[1].lower()[:3]) + 1:02}-{int(named[2]):02}"
    if short and (found := SHORT_DATE.search(text)):
        clock = SHORT_CLOCK.match(text, found.end())
        day = f"20{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
        return f"{day}T{int(clock[1]):02}:{clock[2]}" if clock else day
    return ago(text, seen_at) if short else ""


def ago(text: str, seen_at: datetime | None) -> str:
    """The day that `3시간 전` or `어제` was for one who saw the page at `seen_at`; nothing where that is unknown."""
    found = AGO.search(text) if seen_at is not None else None
    if found is None or seen_at is None:
        return ""
    count, unit, _, day = found.groups()
    if day:
        return (seen_at - timedelta(days=1 if day == "어제" else 2)).date().isoformat()
    hours = {"분": 1 / 60, "시간": 1, "일": 24}[unit] * int(count) if count else 0
    return (seen_at - timedelta(hours=hours)).date().isoformat()


def korean_iso(found: re.Match[str]) -> str:
    """`2024년 3월 15일 오후 3:05` as `2024-03-15T15:05`."""
    year, month, day, half, hour, minute = found.groups()
    date = f"{year}-{int(month):02}-{int(day):02}"
    if hour is None:
        return date
    clock = int(hour) % 12 + (12 if half == "오후" else 0) if half else int(hour)
    return f"{date}T{clock:02}:{minute}"


def byline_name(text: str) -> str:
    """Who is named in a short text that a page marks as its byline: what stands before the date and the counters."""
    marked = BYLINE_MARK.search(text)
    name = text[marked.end() :] if marked else text
    dated = KOREAN_DATE.search(name) or ENGLISH_DATE.search(name)
    name = squeeze(BYLINE_END.split(name[: dated.start()] if dated else name)[0]).strip(" -–,:")
    usable = 2 <= len(name) <= MAX_AUTHOR_CHARS and any(char.isalpha() for char in name) and not name[0].isdigit()
    usable &= not AUTHOR_LABEL.match(name)
    return name if usable and (marked or len(name) <= MAX_AUTHOR_CHARS // 2) else ""


def _labelled(root: etree._Element, label: re.Pattern[str]) -> Iterator[str]:
    """What stands beside a cell or a word that is a label and nothing else."""
    for element in root.iter(*LABELS):
        text = element.text
        if not text or len(text) > 20 or not label.match(text.strip()) or len(element):
            continue
        beside = element.getnext()
        for value in (str(element.tail or ""), short_text(beside, MAX_BYLINE_CHARS) if beside is not None else ""):
            if value.strip(" :：\t\r\n\xa0"):
                yield squeeze(value).strip(" :：")
                break


def _joined(element: etree._Element, *attributes: str) -> str:
    return " ".join([value for value in map(element.get, attributes) if value])


# The same few names stand on every box of a page and on every page of a site.
@lru_cache(maxsize=10_000)
def _names_author(names: str) -> bool:
    return bool(AUTHOR_NAMES.search(names))


@lru_cache(maxsize=10_000)
def _names_date(names: str) -> bool:
    return bool(DATE_NAMES.search(names))


def _texts_under(root: etree._Element, title: str) -> Iterator[str]:
    """Short texts that follow the title, where bylines stand; the title may stand in menus and cards as well."""
    headings = [heading for heading in root.iter("h1", "h2", "h3", "h4") if title and text_of(heading) == title]
    if not headings:
        boxes = root.iter("p", "td", "b", "strong", "span", "div")
        headings = [box for box in boxes if title and short_text(box, len(title)) == title]
    if not headings:
        headings = [heading for heading in root.iter("h1", "h2") if text_of(heading)][:1]
    for heading in headings[:MAX_TITLES]:
        yield from _texts_after(heading)


def _texts_after(heading: etree._Element) -> Iterator[str]:
    inside = set(heading.iter("*"))
    for element in islice(_following(heading), MAX_BYLINE_BOXES):
        text = short_text(element, MAX_BYLINE_CHARS)
        if element.tag == "p" and not text and len(text_of(element)) > MAX_BYLINE_CHARS:
            return
        if text and element.tag in TEXT_BOXES and element not in inside:
            yield text


def _following(heading: etree._Element) -> Iterator[etree._Element]:
    """Elements that begin after `heading` does, in document order."""
    yield from heading.iterdescendants("*")
    at: etree._Element | None = heading
    while at is not None:
        for sibling in at.itersiblings():
            yield from sibling.iter("*")
        at = at.getparent()
