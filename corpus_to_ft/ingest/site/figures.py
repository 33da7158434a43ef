"""What a crawl comes to, and what is known of a site before one."""

from __future__ import annotations

from dataclasses import dataclass

from corpus_to_ft.language import Sentence


@dataclass(slots=True, kw_only=True)
class Figures:
    """What a crawl came to. `reused` pages needed no request."""

    fetched: int = 0
    unchanged: int = 0
    reused: int = 0
    failed: int = 0
    documents: int = 0

    @property
    def visited(self) -> int:
        return self.fetched + self.unchanged + self.reused + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is known of a site before its pages are fetched.

    `addresses` wait for being fetched, of which `most` at most are; pages name more when they are read. `known` are
    the item ids of pages that were read before.
    """

    site: str
    robots: Sentence
    delay_s: float
    maps: int
    addresses: int
    most: int
    known: tuple[str, ...]
