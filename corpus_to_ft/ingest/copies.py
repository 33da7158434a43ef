"""Documents that say what another one says: the same post on two pages, or thin pages made from one template."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from corpus_to_ft.records import Document
from corpus_to_ft.sketches import AlikeTexts

# A page of labels and rows: hardly a sentence, little that is said once.
MAX_MEMBERS = 32
THIN_CHARS, MAX_PROSE_SHARE, TEMPLATE_LIKENESS = 400, 0.3, 0.8
SENTENCE_END = re.compile(r"[.?!。…]['\")\]]?$")
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


class Copy(NamedTuple):
    """A document at position `copy` that is like the one at `kept`, which stands before it."""

    copy: int
    kept: int
    likeness: float


class Copies:
    """Takes documents one by one, keeping little of each, and finds which are copies.

    Likeness is the Jaccard share of common character trigrams. Thin pages are compared by their lines instead, title
    and numbers aside.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._size = 0
        self._texts = AlikeTexts()
        self._thin: dict[str, list[tuple[int, dict[str, int]]]] = {}

    def add(self, document: Document) -> None:
        self._texts.add(document.text)
        lines = _template(document)
        if lines:
            longest = max(lines, key=lambda line: (lines[line], line))
            self._thin.setdefault(longest, []).append((self._size, lines))
        self._size += 1

    def find(self) -> list[Copy]:
        """Every document that is a copy, with the first one that it is like."""
        found: dict[int, Copy] = {}
        for pair in sorted(self._texts.pairs(self._threshold)):
            if pair.first not in found:
                found.setdefault(pair.second, Copy(pair.second, pair.first, pair.likeness))
        for copy in self._of_templates():
            found.setdefault(copy.copy, copy)
        return [_resolved(found, position) for position in sorted(found)]

    def _of_templates(self) -> list[Copy]:
        found = []
        for pages in self._thin.values():
            members: list[tuple[int, dict[str, int]]] = []
            for position, lines in pages:
                likeness, kept = max(((_overlap(lines, other), member) for member, other in members), default=(0.0, 0))
                if likeness >= TEMPLATE_LIKENESS:
                    found.append(Copy(position, kept, likeness))
                # Whoever is like any of a template's pages is one of them; each looks a little different.
                if likeness < 1 and len(members) < MAX_MEMBERS:
                    members.append((position, lines))
        return found


def _resolved(found: dict[int, Copy], position: int) -> Copy:
    kept = found[position].kept
    while kept in found:
        kept = found[kept].kept
    return found[position]._replace(kept=kept)


def _template(document: Document) -> dict[str, int]:
    """Distinct lines of a thin page with their lengths, title and numbers set aside; empty for a page of prose."""
    title = document.title.casefold()
    lines: dict[str, int] = {}
    total = prose = 0
    for block in document.blocks:
        text = " ".join(unicodedata.normalize("NFKC", block.of(document.text)).casefold().split())
        total += len(text)
        prose += len(text) if SENTENCE_END.search(text) else 0
        line = NUMBER.sub("0", text.replace(title, "*") if title else text)
        lines[line] = len(line)
        if sum(lines.values()) > THIN_CHARS:
            return {}
    return lines if len(lines) > 1 and prose <= MAX_PROSE_SHARE * total else {}


def _overlap(a: dict[str, int], b: dict[str, int]) -> float:
    """Characters in common lines as a share of those in all lines."""
    common = sum(length for line, length in a.items() if line in b)
    return common / (sum(a.values()) + sum(b.values()) - common)
