"""Parses a page's text into a tree within bounds, and holds the small questions asked of its elements."""

from __future__ import annotations

import re

from lxml import etree

from corpus_to_ft.errors import InputError, input_boundary
from corpus_to_ft.language import Sentence

# libxml2 compares each new attribute of a tag with all before it: 20,000 take 1.4 s, a million never end.
MAX_ATTRIBUTES = 2_000
# A tag costs up to 40 microseconds from here to the text; this is some times the largest page met in the wild.
MAX_TAGS = 200_000

TAG = re.compile(r"<[A-Za-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*+")
BARE_TAG = re.compile(r"<[A-Za-z][^>]*+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
PROGRAM = re.compile(r"<(?:!--|script\b|style\b)", re.IGNORECASE)
PROGRAM_ENDS = {"<!--": "-->", "<script": "</script", "<style": "</style"}
SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
MAX_LABEL_PIECES = 60
# Editors that write code without `<pre>`: Naver's, Color Scripter, CodeMirror.
CODE_BOXES = re.compile(
    r"(?:^|\s)(?:se-code-source|__se_code_view|colorscripter-code-table|CodeMirror-code|code-block__source)(?=\s|$)"
)
LONG_TAG_CHARS = 2 * MAX_ATTRIBUTES


def parse_page(text: str, source: str) -> etree._Element:
    """The root element. Raises InputError `too_complex` for pages built to choke a parser, `no_text` for none."""
    _check_size(text, source)
    # Comments leave the tree, so that the text on both their sides is one; `huge_tree` lifts the 10 MB limit of a text.
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    with input_boundary(
        etree.LxmlError, ValueError, reason="no_text", detail=Sentence("{source}: nothing in it is HTML", source=source)
    ):
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise InputError(
            "too_complex",
            Sentence("{source}: more than 2,000 elements stand inside one another; save it as text", source=source),
        )
    if root is None:
        raise InputError("no_text", Sentence("{source}: nothing in it is HTML", source=source))
    return root


def _check_size(text: str, source: str) -> None:
    tags = 0
    for found in BARE_TAG.finditer(_without_programs(text)):
        tags += 1
        if found.end() - found.start() > LONG_TAG_CHARS:
            # A long tag may hold an embedded image; only then is it worth looking where its quotes end.
            whole = TAG.match(found.string, found.start())
            words = QUOTED.sub("", whole.group() if whole else found.group())
            if max(len(words.split()), words.count("=")) > MAX_ATTRIBUTES:
                raise InputError(
                    "too_complex",
                    Sentence(
                        "{source}: a tag has more than {max_attributes:,} attributes",
                        source=source,
                        max_attributes=MAX_ATTRIBUTES,
                    ),
                )
    if tags > MAX_TAGS:
        raise InputError(
            "too_complex",
            Sentence(
                "{source}: {tags:,} tags; at most {max_tags:,} are read, split the page",
                source=source,
                tags=tags,
                max_tags=MAX_TAGS,
            ),
        )


def _without_programs(text: str) -> str:
    """`text` without scripts, styles and comments, where `<` opens no tag; in one pass, however often they open."""
    parts, position = [], 0
    lowered = text.lower()
    lowered = lowered if len(lowered) == len(text) else text
    while found := PROGRAM.search(text, position):
        parts.append(text[position : found.start()])
        end = lowered.find(PROGRAM_ENDS[found.group().lower()], found.end())
        if end < 0:
            return "".join(parts)
        position = end
    parts.append(text[position:])
    return "".join(parts)


def words(text: str) -> frozenset[str]:
    """The words of a list written as prose."""
    return frozenset(text.split())


def is_code(element: etree._Element) -> bool:
    """Whether `element` is a block of code."""
    if element.tag == "pre":
        return True
    names = element.get("class")
    return bool(names and CODE_BOXES.search(names))


def squeeze(text: str) -> str:
    """`text` with every run of white space made one space and none at its ends."""
    return SPACE.sub(" ", text).strip()


def text_of(element: etree._Element) -> str:
    """All text inside, squeezed."""
    return squeeze(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def short_text(element: etree._Element, limit: int) -> str:
    """All text inside, or nothing where it is longer than `limit` or in too many pieces to be a label."""
    for count, _ in enumerate(element.iter("*")):
        if count >= MAX_LABEL_PIECES:
            return ""
    text = text_of(element)
    return text if len(text) <= limit else ""


def attribute(element: etree._Element, name: str) -> str:
    value = element.get(name)
    return value.strip() if value else ""


def remove(element: etree._Element) -> None:
    """Take `element` out of its parent; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
