"""Documents that say what another one says: the same post on two pages, or thin pages made from one template."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corpus_to_ft.records import Document
from corpus_to_ft.similar import trigrams

# Of 128 minima, 16 bands of 8: of two documents nine tenths alike, one pair in ten thousand is missed.
MINIMA, BANDS = 128, 16
MAX_LEADERS = 32
# A page of labels and rows: hardly a sentence, little that is said once.
THIN_CHARS, MAX_PROSE_SHARE, TEMPLATE_LIKENESS = 400, 0.3, 0.8
SENTENCE_END = re.compile(r"[.?!。…]['\")\]]?$")
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_PRIME = np.uint64((1 << 61) - 1)
_DRAWN = np.random.default_rng(2026).integers(1, 1 << 31, size=(2, MINIMA, 1), dtype=np.uint64)


class Copy(NamedTuple):
    """A document at position `copy` that is like the one at `kept`, which stands before it."""

    copy: int
    kept: int
    likeness: float


class Copies:
    """Takes documents one by one, keeping half a kilobyte of each, and finds which are copies.

    Likeness is the Jaccard share of common character trigrams, estimated by minima of hashes (Broder, "On the
    resemblance and containment of documents", 1997) and found by bands (Leskovec, Rajaraman and Ullman, "Mining of
    Massive Datasets", chapter 3). Thin pages are compared by their lines instead, title and numbers aside.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._signatures: list[npt.NDArray[np.uint32]] = []
        self._thin: dict[str, list[tuple[int, dict[str, int]]]] = {}

    def add(self, document: Document) -> None:
        position = len(self._signatures)
        self._signatures.append(_signature(document.text))
        lines = _template(document)
        if lines:
            longest = max(lines, key=lambda line: (lines[line], line))
            self._thin.setdefault(longest, []).append((position, lines))

    def find(self) -> list[Copy]:
        """Every document that is a copy, with the first one that it is like."""
        found = {copy.copy: copy for copy in (*self._alike(), *self._of_templates())}
        return [_resolved(found, position) for position in sorted(found)]

    def _alike(self) -> list[Copy]:
        found: dict[int, Copy] = {}
        signatures = np.array(self._signatures, dtype=np.uint32).reshape(-1, MINIMA)
        for band in np.split(signatures, BANDS, axis=1):
            keys = np.ascontiguousarray(band).view(np.dtype((np.void, band.shape[1] * 4))).ravel()
            order = np.argsort(keys, kind="stable")
            borders = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
            for group in np.split(order, borders):
                if len(group) > 1:
                    self._join(np.sort(group), signatures, found)
        return list(found.values())

    def _join(self, group: npt.NDArray[np.intp], signatures: npt.NDArray[np.uint32], found: dict[int, Copy]) -> None:
        waiting = np.array([position for position in group.tolist() if position not in found], dtype=np.intp)
        for _ in range(MAX_LEADERS):
            if len(waiting) < 2:
                return
            leader, others = int(waiting[0]), waiting[1:]
            likeness = (signatures[others] == signatures[leader]).mean(axis=1)
            alike = likeness >= self._threshold
            for position, share in zip(others[alike].tolist(), likeness[alike].tolist(), strict=True):
                found[position] = Copy(position, leader, share)
            waiting = others[~alike]

    def _of_templates(self) -> list[Copy]:
        found = []
        for pages in self._thin.values():
            members: list[tuple[int, dict[str, int]]] = []
            for position, lines in pages:
                likeness, kept = max(((_overlap(lines, other), member) for member, other in members), default=(0.0, 0))
                if likeness >= TEMPLATE_LIKENESS:
                    found.append(Copy(position, kept, likeness))
                # Whoever is like any of a template's pages is one of them; each looks a little different.
                if likeness < 1 and len(members) < MAX_LEADERS:
                    members.append((position, lines))
        return found


def _resolved(found: dict[int, Copy], position: int) -> Copy:
    kept = found[position].kept
    while kept in found:
        kept = found[kept].kept
    return found[position]._replace(kept=kept)


def _signature(text: str) -> npt.NDArray[np.uint32]:
    """The least of each of MINIMA linear hashes over the trigrams."""
    hashes = trigrams(text) >> np.uint64(33)
    minima = np.full(MINIMA, np.iinfo(np.uint32).max, dtype=np.uint64)
    for part in np.array_split(hashes, len(hashes) // 4096 + 1):
        mixed = (part * _DRAWN[0] + _DRAWN[1]) % _PRIME
        np.minimum(minima, (mixed & np.uint64(0xFFFFFFFF)).min(axis=1), out=minima)
    return minima.astype(np.uint32)


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
