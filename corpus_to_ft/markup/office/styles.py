"""What the styles of a text document say about a paragraph, whatever language they are named in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpus_to_ft.markup.office.tree import child, children, inside, value

MAX_BASES = 20
_HEADING = re.compile(r"(?:heading|제목|header|überschrift|titre)\s*([1-9])(?!\d).*", re.IGNORECASE)
_TITLE = re.compile(r"title|문서 ?제목|제목|표제|book title", re.IGNORECASE)
_SUBTITLE = re.compile(r"sub-?title|부제목?|작은 ?제목", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|목차|차례)\s*(?:\d|heading|제목).*|table of figures|그림 ?목차|표 ?목차|index \d", re.IGNORECASE
)
_MARGIN = re.compile(r"header|footer|page number|머리글|바닥글|머리말|꼬리말|쪽 ?번호", re.IGNORECASE)
_QUOTE = re.compile(r".*(?:quote|인용|block text).*", re.IGNORECASE)
_CODE = re.compile(r".*(?:code|코드|소스|preformatted|source|plain text|console|콘솔|listing).*", re.IGNORECASE)
_MONOSPACE = re.compile(
    r"consolas|courier.*|.*(?:mono|coding|코딩|code)\b.*|d2 ?coding.*|menlo|monaco|.*console|monospace.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a style says; `level` is that of a heading or 0, `numbering` the id of its list."""

    name: str = ""
    level: int = 0
    numbering: str = ""
    quote: bool = False
    code: bool = False
    left_out: bool = False


class Styles:
    """The styles of a document by id; one that is not there says nothing."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements = {} if root is None else {value(e, "styleId"): e for e in children(root, "style")}
        self._known: dict[str, Style] = {}

    def of(self, paragraph: etree._Element) -> Style:
        """The style of a paragraph, with what the paragraph itself says about its level."""
        properties = child(paragraph, "pPr")
        style = self._style(value(child(properties, "pStyle")))
        level = value(child(properties, "outlineLvl"))
        if level.isdigit() and int(level) < 9 and not style.level:
            return Style(name=style.name, level=min(int(level) + 1, 6), numbering=style.numbering)
        return style

    def _style(self, key: str) -> Style:
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def _read(self, key: str) -> Style:
        chain = list(self._chain(key))
        names = [value(child(element, "name")) for element in chain] or [key]
        levels = (value(child(element, "pPr", "outlineLvl")) for element in chain)
        level = next((int(text) + 1 for text in levels if text.isdigit()), 0)
        named = next((found for name in names if (found := _named_level(name))), 0)
        numbered = (value(child(element, "pPr", "numPr", "numId")) for element in chain)
        contents = any(_CONTENTS.fullmatch(name) for name in names)
        return Style(
            name=names[0],
            level=0 if contents else min(named or (level if level < 10 else 0), 6),
            numbering=next((number for number in numbered if number), ""),
            quote=bool(_QUOTE.fullmatch(names[0])),
            code=bool(_CODE.fullmatch(names[0])) or any(_is_monospace(element) for element in chain[:1]),
            left_out=contents or bool(_MARGIN.fullmatch(names[0])),
        )

    def _chain(self, key: str) -> Iterator[etree._Element]:
        for _ in range(MAX_BASES):
            element = self._elements.get(key)
            if element is None:
                return
            yield element
            key = value(child(element, "basedOn"))


def _named_level(name: str) -> int:
    found = _HEADING.fullmatch(name.strip())
    if found:
        return min(int(found[1]), 6)
    if _TITLE.fullmatch(name.strip()):
        return 1
    return 2 if _SUBTITLE.fullmatch(name.strip()) else 0


def _is_monospace(element: etree._Element) -> bool:
    fonts = child(element, "rPr", "rFonts")
    return bool(fonts is not None and _MONOSPACE.fullmatch(value(fonts, "ascii")))


def all_monospace(paragraph: etree._Element) -> bool:
    """Whether each run that shows text is set in a font of equal widths, as people set code without a style."""
    runs = [run for run in inside(paragraph, "r") if any((t.text or "").strip() for t in children(run, "t"))]
    return bool(runs) and all(_is_monospace(run) for run in runs)
