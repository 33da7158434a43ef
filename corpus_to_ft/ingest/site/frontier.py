"""The addresses of a site that wait for their turn, each once, in the order in which they were found."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from corpus_to_ft.ingest.site.addresses import (
    FILE_SUFFIXES,
    OTHER_SUFFIXES,
    Scope,
    is_trap,
    key_of,
    shape_of,
    suffix_of,
)
from corpus_to_ft.ingest.site.maps import Lead
from corpus_to_ft.ingest.site.settings import SiteSettings

# Addresses that may wait, for each page that may be fetched.
WAITING_A_PAGE = 20
# So many pages of one template with nothing new to say are a calendar or a play of switches.
MOST_BARREN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`depth` counts links from the start. `is_map` is a feed or sitemap, wherever it lies."""

    address: str
    depth: int
    published: str = ""
    entry: bytes = b""
    is_map: bool = False


@dataclass(slots=True, kw_only=True)
class Frontier:
    """`left_out` counts what was not taken in, by reason; `done` are keys of pages that were visited."""

    scope: Scope
    settings: SiteSettings
    left_out: Counter[str] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    _told: dict[str, Lead] = field(default_factory=dict)
    _queue: deque[Waiting] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _barren: Counter[str] = field(default_factory=Counter)
    _texts: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, leads: Iterable[Lead], depth: int, *, is_map: bool = False) -> None:
        for lead in leads:
            key = key_of(lead.address)
            if lead.published or lead.entry:
                self._told.setdefault(key, lead)
            if key in self._seen:
                continue
            reason = "" if is_map else self._why_not(lead.address, depth)
            if not reason and len(self._seen) >= WAITING_A_PAGE * self.settings.max_pages:
                reason = "too_many"
            if reason:
                self.left_out[reason] += 1
                continue
            self._seen.add(key)
            self._queue.append(Waiting(address=lead.address, depth=depth, is_map=is_map))

    def take(self) -> Waiting | None:
        """The next one that was not visited under another name."""
        while self._queue:
            waiting = self._queue.popleft()
            key = key_of(waiting.address)
            if key not in self.done:
                told = self._told.get(key)
                return replace(waiting, published=told.published, entry=told.entry) if told else waiting
        return None

    def take_map(self) -> Waiting | None:
        """The next feed or sitemap, before all pages."""
        found = next((waiting for waiting in self._queue if waiting.is_map), None)
        if found:
            self._queue.remove(found)
        return found

    def _why_not(self, address: str, depth: int) -> str:
        if not self.scope.holds(address):
            return "other_site"
        suffix = suffix_of(address)
        if suffix in OTHER_SUFFIXES or (suffix in FILE_SUFFIXES and not self.settings.files):
            return "other_type"
        if depth > self.settings.max_depth:
            return "too_deep"
        return "trap" if is_trap(address) else ""

    def note_text(self, address: str, digest: str) -> None:
        """Remembers what a page had to say; pages that repeat each other show where a site has no end."""
        shape = shape_of(address)
        is_new = digest != "" and self._texts.setdefault(digest, address) == address
        self._barren[shape] = 0 if is_new else self._barren[shape] + 1

    def is_barren(self, address: str) -> bool:
        """Whether addresses like this one have given nothing new for long."""
        return self._barren[shape_of(address)] >= MOST_BARREN
