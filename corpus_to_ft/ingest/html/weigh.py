"""Weighs the elements of a page: how many characters of prose and of links stand in each."""

from __future__ import annotations

from lxml import etree

from corpus_to_ft.ingest.html.tree import words

INLINE = words(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark math nobr q ruby s samp "
    "small span strike strong sub sup time tt u var wbr"
)
# Shorter stretches are labels, dates and buttons far more often than sentences.
MIN_PROSE_CHARS = 16
MAX_LINK_SHARE = 0.5


class Weights:
    """Characters of each element, counted once: all, inside links, and prose (long stretches that are not links)."""

    def __init__(self, root: etree._Element) -> None:
        order = list(root.iter("*"))
        self._all: dict[etree._Element, int] = {}
        self._links: dict[etree._Element, int] = {}
        self._prose: dict[etree._Element, int] = {}
        # Text that stands directly in an element, its inline children included, as long as no box interrupts.
        own: dict[etree._Element, tuple[int, int]] = {}
        for element in reversed(order):
            whole = links = prose = 0
            length, linked = _length(element.text), 0
            whole += length
            for child in element:
                tail = _length(child.tail)
                whole += self._all[child] + tail
                links += self._links[child]
                prose += self._prose[child]
                child_length, child_linked = own[child]
                length += child_length + tail
                linked += child_linked
            if element.tag == "a":
                links, linked, prose = whole, length, 0
            if element.tag in INLINE:
                own[element] = (length, linked)
            else:
                own[element] = (0, 0)
                plain = length - linked
                if plain >= MIN_PROSE_CHARS and linked <= MAX_LINK_SHARE * length:
                    prose += plain
            self._all[element], self._links[element], self._prose[element] = whole, links, prose

    def text(self, element: etree._Element) -> int:
        return self._all.get(element, 0)

    def links(self, element: etree._Element) -> int:
        return self._links.get(element, 0)

    def prose(self, element: etree._Element) -> int:
        return self._prose.get(element, 0)

    def link_share(self, element: etree._Element) -> float:
        return self.links(element) / max(1, self.text(element))


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0
