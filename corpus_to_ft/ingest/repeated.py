"""Paragraphs that repeat at the head or foot of many documents: greetings, imprints, invitations to subscribe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from corpus_to_ft.records import Block, Document

HEAD_BLOCKS, TAIL_BLOCKS = 4, 12
# Fewer documents prove no habit.
MIN_DOCUMENTS = 5
# What may stand among repeated lines at the foot: the title of the next post, a name.
MAX_GAPS, MAX_GAP_CHARS = 2, 60
NEVER = frozenset({"code", "table_row"})


class RepeatedBlocks:
    """Counts in how many documents of a site or source each outer block occurs, then finds those of one document.

    A block repeats when it stands at the head or foot of at least `share` of the documents and of at least
    MIN_DOCUMENTS; numbers in it count as alike. Headings fall only with everything below them.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._seen: dict[str, list[npt.NDArray[np.uint64]]] = {}
        self._repeated: dict[str, dict[int, int]] = {}

    def add(self, document: Document) -> None:
        hashes = {_hash(document, document.blocks[index]) for index in _outer(document.blocks)}
        self._seen.setdefault(_site(document), []).append(np.fromiter(hashes, np.uint64, len(hashes)))

    def count(self) -> None:
        """Call after the last `add` and before the first `of`."""
        for site, seen in self._seen.items():
            hashes, counts = np.unique(np.concatenate(seen), return_counts=True)
            often = counts >= max(MIN_DOCUMENTS, self._share * len(seen))
            self._repeated[site] = dict(zip(hashes[often].tolist(), counts[often].tolist(), strict=True))
        self._seen.clear()

    def of(self, document: Document) -> dict[int, int]:
        """Positions of the repeated blocks of a document, and in how many documents each one occurs."""
        known = self._repeated.get(_site(document), {})
        blocks = document.blocks
        if not known or not blocks:
            return {}
        counts = {index: known.get(_hash(document, blocks[index]), 0) for index in _outer(blocks)}
        found = {index: counts[index] for index in (*_head(blocks, counts), *_tail(blocks, counts))}
        left = (block for index, block in enumerate(blocks) if index not in found)
        return found if any(block.kind != "heading" for block in left) else {}


def without_blocks(document: Document, dropped: Sequence[int]) -> Document:
    """The document without some of its blocks; offsets count in the new text."""
    parts: list[str] = []
    kept: list[Block] = []
    length, end = 0, 0
    for index, block in enumerate(document.blocks):
        if index not in dropped:
            gap = document.text[end : block.start] if kept else ""
            start = length + len(gap)
            kept.append(Block(kind=block.kind, start=start, end=start + block.end - block.start, level=block.level))
            parts += [gap, block.of(document.text)]
            length = kept[-1].end
        end = block.end
    return Document.make(
        source=document.source, title=document.title, published=document.published, author=document.author,
        text="".join(parts), language=document.language, blocks=tuple(kept), meta=document.meta,
    )  # fmt: skip


def _outer(blocks: Sequence[Block]) -> Iterator[int]:
    """Positions of blocks that may repeat: those above the first heading, and the last ones."""
    first = next((index for index, block in enumerate(blocks) if block.kind == "heading"), len(blocks))
    head = range(min(first, HEAD_BLOCKS))
    tail = range(max(len(head), len(blocks) - TAIL_BLOCKS), len(blocks))
    return (index for index in (*head, *tail) if blocks[index].kind not in NEVER)


def _head(blocks: Sequence[Block], counts: dict[int, int]) -> Iterator[int]:
    for index, block in enumerate(blocks):
        if block.kind == "heading" or not counts.get(index):
            return
        yield index


def _tail(blocks: Sequence[Block], counts: dict[int, int]) -> Iterator[int]:
    gaps = 0
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if counts.get(index) and (block.kind != "heading" or not gaps):
            yield index
            continue
        gaps += 1
        if gaps > MAX_GAPS or block.kind in (*NEVER, "heading") or block.end - block.start > MAX_GAP_CHARS:
            return


def same_text(text: str) -> str:
    """The text without what differs from page to page: numbers, letter case, white space."""
    return re.sub(r"\d+", "0", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def _hash(document: Document, block: Block) -> int:
    return hash((block.kind == "heading", same_text(block.of(document.text)))) & 0xFFFFFFFFFFFFFFFF


def _site(document: Document) -> str:
    """The host of an address; everything that was read from files counts as one site."""
    return urlsplit(document.source).netloc if "://" in document.source[:10] else ""
