"""Parses XML that others wrote: nothing is fetched or expanded, and what is ill-formed is read as far as it goes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from lxml import etree

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence

HEAD_BYTES = 8192
# Every element costs about 1 KB here; an export of 50,000 posts has about a million.
MAX_ELEMENTS = 3_000_000

# A namespace is known by how its address begins, since versions follow; the name is the prefix that people know.
NAMESPACES = (
    ("http://www.w3.org/2005/atom", ""),
    ("http://purl.org/atom/ns#", ""),
    ("http://purl.org/net/rss", ""),
    ("http://backend.userland.com/", ""),
    ("http://blogs.law.harvard.edu/tech/rss", ""),
    ("http://my.netscape.com/", ""),
    ("http://channel.netscape.com/", ""),
    ("http://purl.org/rss/1.0/modules/content", "content"),
    ("http://purl.org/rss/1.0/modules/", "other"),
    ("http://purl.org/rss/1.0", ""),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://purl.org/dc/elements/1.", "dc"),
    ("http://purl.org/dc/terms", "dcterms"),
    ("http://backend.userland.com/creativecommonsrssmodule", "cc"),
    ("http://web.resource.org/cc", "cc"),
    ("http://creativecommons.org/ns#", "cc"),
    ("http://cyber.law.harvard.edu/rss/creativecommonsrssmodule", "cc"),
    ("http://wordpress.org/export/1.", "wp"),
    ("http://purl.org/syndication/thread", "thr"),
    ("http://www.w3.org/2007/app", "app"),
    ("http://purl.org/atom/app#", "app"),
    ("http://schemas.google.com/blogger/", "blogger"),
    ("http://rssnamespace.org/feedburner/ext", "feedburner"),
)
_LONGEST_FIRST = sorted(NAMESPACES, key=lambda pair: -len(pair[0]))
_WORDPRESS_EXCERPT = re.compile(r"http://wordpress\.org/export/[\d.]+/excerpt")

_NAME = re.compile(r"<([A-Za-z_][\w:.-]*)")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>", re.IGNORECASE)
# `<!ENTITY % name …>` only reads entities of others into the type definition, which nobody fetches.
_ENTITY = re.compile(r"<!ENTITY\s+(?!%)", re.IGNORECASE)
_TYPE_END = re.compile(r"\]\s*>")
_SPACE = re.compile(r"[\s\ufeff]*")
_OPAQUE = re.compile(r"<!\[CDATA\[|<!--")
_OPAQUE_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
_REFERENCE = re.compile(
    r"&#(?P<high>5[56]\d{3});&#(?P<low>5[67]\d{3});|&(?P<name>#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,31});|&"
)
_MARKUP_SIGNS = frozenset("<>&\"'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """A parsed file; `warnings` say where it is ill-formed, `unfinished` are the elements that it ends inside of."""

    root: etree._Element
    warnings: tuple[Sentence, ...] = ()
    unfinished: tuple[etree._Element, ...] = ()

    def is_cut(self, element: etree._Element) -> bool:
        """Whether the file ends in the middle of `element`, so that nobody knows what it would have said."""
        return any(element is one for one in self.unfinished)


def root_name(data: bytes) -> str:
    """The name of the first element, in lower case without its prefix; empty where the first kilobytes show none."""
    head = data[:HEAD_BYTES]
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    text = head.decode(encoding, "ignore").removeprefix("\xef\xbb\xbf")
    found = _NAME.match(text, _prolog(text).end)
    return found[1].rpartition(":")[2].lower() if found else ""


def parse_xml(text: str, source: str) -> Xml:
    """The tree. Raises InputError `unsafe_xml` for declared entities, `bad_xml` for what is no XML, `too_complex`."""
    text = _without_head(text, source)
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise InputError("too_complex", Sentence("{source}: too many elements to be read at once", source=source))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(_without_references(text).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    limits = (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_INTERNAL_ERROR)
    if any(entry.type in limits for entry in parser.error_log):
        raise InputError(
            "too_complex", Sentence("{source}: elements stand too deep or hold too much to be read", source=source)
        )
    if root is None:
        raise InputError("bad_xml", Sentence("{source}: nothing in it is XML", source=source))
    fatal = [entry for entry in parser.error_log if entry.level == etree.ErrorLevels.FATAL]
    if not fatal:
        return Xml(root=root)
    told = Sentence(
        "{source}: the XML is broken at line {line}; read as far as it goes", source=source, line=fatal[0].line
    )
    return Xml(root=root, warnings=(told,), unfinished=tuple(_unfinished(root, text)))


def _unfinished(root: etree._Element, text: str) -> Iterator[etree._Element]:
    """Of the last elements, one in the other, those whose end is not there."""
    element: etree._Element | None = root
    while element is not None:
        name = str(element.tag).rpartition("}")[2]
        name = f"{element.prefix}:{name}" if element.prefix else name
        if text.rfind(f"</{name}") > text.rfind(f"<{name}"):
            return
        yield element
        element = element[-1] if len(element) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prolog:
    """What stands before the first element: where it ends, and where its type definition stands, if it has one."""

    end: int
    doctype: tuple[int, int] = (0, 0)


def _prolog(text: str) -> _Prolog:
    """Looks at every character once, whatever is opened and never closed; `end` is -1 where something is not."""
    position, doctype = 0, (0, 0)
    while True:
        position = cast("re.Match[str]", _SPACE.match(text, position)).end()
        start = position
        if text.startswith("<?", position):
            position = text.find("?>", position) + 2
        elif text.startswith("<!--", position):
            position = text.find("-->", position + 4) + 3
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            position = _end_of_type(text, position)
            doctype = (start, position)
        else:
            return _Prolog(end=position, doctype=doctype)
        if position <= start:
            return _Prolog(end=-1, doctype=doctype)


def _end_of_type(text: str, start: int) -> int:
    bracket, end = text.find("[", start), text.find(">", start)
    if bracket < 0 or -1 < end < bracket:
        return end + 1
    found = _TYPE_END.search(text, bracket)
    return found.end() if found else -1


def _without_head(text: str, source: str) -> str:
    """The text without its XML declaration, which tells the encoding of bytes, and without the type definition."""
    text = _DECLARATION.sub("", text, count=1)
    prolog = _prolog(text)
    if prolog.end < 0:
        raise InputError("bad_xml", Sentence("{source}: what it begins with never ends", source=source))
    start, end = prolog.doctype
    if _ENTITY.search(text, start, end):
        raise InputError(
            "unsafe_xml",
            Sentence(
                "{source}: declares entities of its own, which are never expanded; save it without", source=source
            ),
        )
    return text[:start] + text[end:]


def _without_references(text: str) -> str:
    """The text with every reference as the character it means, but in CDATA and comments, which hold none."""
    parts, position = [], 0
    while found := _OPAQUE.search(text, position):
        parts.append(_REFERENCE.sub(_mended, text[position : found.start()]))
        end = text.find(_OPAQUE_ENDS[found[0]], found.end())
        position = len(text) if end < 0 else end
        parts.append(text[found.start() : position])
    parts.append(_REFERENCE.sub(_mended, text[position:]))
    return "".join(parts)


def _mended(found: re.Match[str]) -> str:
    """A reference as the character it means; what would become markup stays as it is written."""
    whole = found[0]
    if found["high"]:
        pair = chr(int(found["high"])) + chr(int(found["low"]))
        return pair.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole == "&":
        return "&amp;"
    meant = html.unescape(whole)
    if meant == whole:
        return f"&amp;{whole[1:]}"
    if _MARKUP_SIGNS.intersection(meant):
        return whole
    return "" if meant == "\ufffd" else meant


def name_of(element: etree._Element) -> str:
    """The name in lower case, with the prefix that people know: `content:encoded`, `wp:status`, `title`."""
    return _known_name(str(element.tag))


@lru_cache(maxsize=2000)
def _known_name(tag: str) -> str:
    if not tag.startswith("{"):
        return tag.lower()
    address, _, local = tag[1:].partition("}")
    return f"{prefix}:{local.lower()}" if (prefix := _prefix(address.lower())) else local.lower()


def _prefix(address: str) -> str:
    if _WORDPRESS_EXCERPT.match(address):
        return "excerpt"
    return next((prefix for begin, prefix in _LONGEST_FIRST if address.startswith(begin)), "other" if address else "")


def text_in(element: etree._Element | None) -> str:
    """All text inside an element, without white space at its ends."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The children with one of these names, by the order of the names."""
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        found.setdefault(name_of(child), []).append(child)
    return [child for name in names for child in found.get(name, ())]


def first_text(element: etree._Element, *names: str) -> str:
    """The first text that is not empty of the children with these names, by the order of the names."""
    return next((text for child in children(element, *names) if (text := text_in(child))), "")
