"""Weighs the elements of a page: how many characters of prose and of links stand in each."""

from __future__ import annotations

from lxml import etree

from corpus_to_ft.markup.html.tree import words

INLINE = words(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark math nobr q ruby s samp "
    "small span strike strong sub sup time tt u var wbr"
)
# Shorter stretches are labels, dates and buttons far more often than sentences.
MIN_PROSE_CHARS = 16
MAX_LINK_SHARE = 0.5
NOTHING = (0, 0, 0, 0, 0)


class Weights:
    """Characters of each element, counted once: all, inside links, and prose (long stretches that are not links)."""

    def __init__(self, root: etree._Element) -> None:
        order = list(root.iter("*"))
        # All, links, prose; then what stands directly in an element, its inline children included, as long as no
        # box interrupts: its characters and those of them inside links.
        self._weights: dict[etree._Element, tuple[int, int, int, int, int]] = {}
        weights = self._weights
        for element in reversed(order):
            links = prose = linked = 0
            text = element.text
            whole = length = len(text.strip()) if text else 0
            for child in element:
                child_whole, child_links, child_prose, child_length, child_linked = weights[child]
                tail = child.tail
                after = len(tail.strip()) if tail else 0
                whole += child_whole + after
                links += child_links
                prose += child_prose
                length += child_length + after
                linked += child_linked
            tag = element.tag
            if tag == "a":
                links, linked, prose = whole, length, 0
            if tag not in INLINE:
                plain = length - linked
                if plain >= MIN_PROSE_CHARS and linked <= MAX_LINK_SHARE * length:
                    prose += plain
                length = linked = 0
            weights[element] = (whole, links, prose, length, linked)

    def text(self, element: etree._Element) -> int:
        return self._weights.get(element, NOTHING)[0]

    def links(self, element: etree._Element) -> int:
        return self._weights.get(element, NOTHING)[1]

    def prose(self, element: etree._Element) -> int:
        return self._weights.get(element, NOTHING)[2]

    def link_share(self, element: etree._Element) -> float:
        return self.links(element) / max(1, self.text(element))
