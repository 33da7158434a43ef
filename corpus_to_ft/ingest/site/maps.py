"""Reads the lists of pages that sites keep for programs: sitemaps, indexes of sitemaps, and feeds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from corpus_to_ft.decode import recognize
from corpus_to_ft.errors import InputError, input_boundary
from corpus_to_ft.ingest.site.addresses import tidy
from corpus_to_ft.ingest.site.fetch import MEBIBYTE, Unpacker
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import entry_elements, read_channel, read_entry
from corpus_to_ft.markup.xml import children, name_of, parse_xml, root_name, text_in

MapKind = Literal["feed", "sitemap", "index"]
ROOTS: dict[str, MapKind] = {
    "rss": "feed", "feed": "feed", "rdf": "feed", "channel": "feed", "urlset": "sitemap", "sitemapindex": "index",
}  # fmt: skip
GZIP = b"\x1f\x8b"
# The protocol's own bound for a sitemap.
MAX_ADDRESSES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that somebody names; `published` is what a feed says of it, as written.

    `entry` is a feed of this entry alone where it holds the whole article, for a page that cannot be had.
    """

    address: str
    published: str = ""
    entry: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """`leads` of an index lead to sitemaps. `home` is the page that a feed is about."""

    kind: MapKind
    leads: tuple[Lead, ...]
    home: str = ""


def map_kind(data: bytes) -> MapKind | None:
    """What the first bytes say; None for anything but a list of pages."""
    return ROOTS.get(root_name(data))


def unpacked(data: bytes, address: str, limit: int) -> bytes:
    """Sitemaps are often kept packed; raises InputError for what is broken or unpacks to more than `limit` bytes."""
    if not data.startswith(GZIP):
        return data
    unpack = Unpacker(limit)
    with input_boundary(
        ValueError,
        zlib.error,
        reason="broken_answer",
        detail=Sentence("{address}: cannot be unpacked", address=address),
    ):
        found = unpack.feed(data)
        unpack.end()
    if len(found) > limit:
        told = Sentence("{address}: more than {limit_mb:g} MB; raise ingest.site.max_page_mb to read it",
                        address=address, limit_mb=limit / MEBIBYTE)  # fmt: skip
        raise InputError("too_large", told)
    return found


def read_map(data: bytes, address: str) -> Map:
    """Raises InputError for XML that cannot be read at all."""
    root = parse_xml(recognize(data, source=address, html=True).text, address).root
    kind = ROOTS.get(name_of(root).rpartition(":")[2], "sitemap")
    if kind == "feed":
        return _feed(root, address)
    return Map(kind=kind, leads=tuple(_sitemap(root, address)))


def read_lines(data: bytes, address: str) -> Map:
    """A sitemap that is a plain list, an address a line."""
    lines = recognize(data, source=address).text.split("\n")[:MAX_ADDRESSES]
    found = dict.fromkeys(tidy(line) for line in lines)
    return Map(kind="sitemap", leads=tuple(Lead(address=line) for line in found if line))


def _sitemap(root: etree._Element, address: str) -> Iterator[Lead]:
    seen: set[str] = set()
    for element in root:
        if len(seen) >= MAX_ADDRESSES:
            return
        # Images and videos of a page have places of their own, inside it or in their namespace.
        place = next((child for child in element if str(child.tag).rpartition("}")[2].lower() == "loc"), None)
        found = tidy(text_in(place), address)
        if found and found not in seen:
            seen.add(found)
            yield Lead(address=found)


def _feed(root: etree._Element, address: str) -> Map:
    channel = read_channel(root)
    leads: dict[str, Lead] = {}
    for element in entry_elements(root):
        if children(element, "thr:in-reply-to"):
            continue
        entry = read_entry(element, channel)
        found = tidy(entry.url, address)
        if found:
            is_whole = entry.html.strip() and not entry.teaser
            lead = Lead(address=found, published=entry.published, entry=_alone(element, root) if is_whole else b"")
            leads.setdefault(found, lead)
    return Map(kind="feed", leads=tuple(leads.values())[:MAX_ADDRESSES], home=tidy(channel.url, address))


def _alone(element: etree._Element, root: etree._Element) -> bytes:
    """A feed that holds this entry and nothing else."""
    feed = etree.Element(root.tag, nsmap=root.nsmap)  # type: ignore[arg-type]  # a namespace may have no prefix
    above = element.getparent()
    is_inside = above is not None and name_of(above) == "channel" and above is not root
    (etree.SubElement(feed, above.tag) if is_inside and above is not None else feed).append(deepcopy(element))
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True)
