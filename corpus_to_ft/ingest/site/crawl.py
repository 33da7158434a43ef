"""Goes through a site from one address: page after page, each fetched only where it may have changed.

    start ─▶ robots.txt ─▶ feeds and sitemaps ─▶ pages, breadth first ─▶ what each came to

A feed or sitemap as the start leads to its own entries and no further. What a page leads to is kept with its state,
so that one that is unchanged, or was fetched by the same crawl before it was broken off, is followed all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from corpus_to_ft.errors import ConfigError, InputError, SiteUnavailable
from corpus_to_ft.ingest.base import CRAWL, Item, Unchanged
from corpus_to_ft.ingest.site.addresses import Scope, key_of, tidy
from corpus_to_ft.ingest.site.fetch import MEBIBYTE, FetchFailed
from corpus_to_ft.ingest.site.figures import Figures, Survey
from corpus_to_ft.ingest.site.frontier import Frontier, Waiting
from corpus_to_ft.ingest.site.maps import Lead
from corpus_to_ft.ingest.site.memory import Memory
from corpus_to_ft.ingest.site.page import MAP_MAX_BYTES, Seen, entry_of, look, remembered, takes
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.skipped import Skipped, skipped
from corpus_to_ft.ingest.site.visitor import Visitor
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Note, Rejected, digest
from corpus_to_ft.store.codec import decode, encode
from corpus_to_ft.store.pages import SitePage

SAY_EVERY_S = 10.0
# A page says that its true address is another one, whose page says the same of a third: nobody means that.
MOST_NAMES = 3


@dataclass(slots=True, kw_only=True)
class Crawl:
    """`taken` are keys of pages that other sources of the same run gave."""

    start: str
    settings: SiteSettings
    visitor: Visitor
    memory: Memory
    say: Callable[[Sentence], None]
    taken: set[str] = field(default_factory=set)
    figures: Figures = field(default_factory=Figures)
    skips: Skipped = field(init=False)
    frontier: Frontier = field(init=False)
    _began_at: float = 0.0
    _said_at: float = 0.0
    _follows: bool = True
    _stop: Sentence | None = None
    _stopped_early: bool = False
    _not_fetched: int = 0
    _read: set[str] = field(default_factory=set)
    _bodies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.skips = Skipped(site=self.start)
        self.frontier = Frontier(scope=Scope.of(self.start), settings=self.settings)

    def items(self) -> Iterator[Item]:
        """All that the site gives, in one order. Raises ConfigError or SiteUnavailable where nothing can be read."""
        yield from self._begin()
        while waiting := self.frontier.take():
            yield from self._step(waiting)
            self._tell_progress()
        yield from self._close()

    def survey(self) -> Survey:
        """What would be gone through: only the start page, robots.txt, feeds and sitemaps are fetched."""
        for _ in self._begin():
            pass
        maps = 0
        while waiting := self.frontier.take_map():
            for _ in self._step(waiting):
                pass
            maps += (page := self.memory.page(waiting.address)) is not None and page.kind != ""
        return Survey(
            site=self.start,
            robots=self.visitor.rules(self.start).state,
            delay_s=max(self.settings.delay_s, self.visitor.rules(self.start).delay_s),
            maps=maps,
            addresses=len(self.frontier),
            most=self.settings.max_pages,
            known=self.known(),
        )

    def known(self) -> tuple[str, ...]:
        """Item ids of the pages that were read before."""
        self.memory.begin()
        ids = (remembered(page).item_id for page in self.memory.pages() if page.kind in ("page", "file", "entry"))
        return tuple(item_id for item_id in ids if self.memory.is_done(item_id))

    def _begin(self) -> Iterator[Item]:
        """The start page, and what it and robots.txt name besides pages."""
        self._began_at = self._said_at = time.monotonic()
        self.memory.begin()
        first = Waiting(address=self.start, depth=0)
        seen = self._first(first)
        final = seen.page.final
        rules = self.visitor.rules(final)
        self._follows = seen.kind == "page"
        whole = self.settings.whole_host or not self._follows
        self.frontier.scope = Scope.of(seen.home or final, whole_host=whole)
        yield Note.make(
            item_id=digest(self.start), source=self.start, stage=CRAWL, reason="robots_rules", detail=rules.state
        )
        if self._follows:
            parts = urlsplit(final)
            usual = [] if rules.sitemaps else [f"{parts.scheme}://{parts.netloc}/sitemap.xml"]
            places = [tidy(place, final) for place in (*seen.feeds, *rules.sitemaps, *usual)]
            self.frontier.add((Lead(address=place) for place in places if place), 1, is_map=True)
        yield from self._take_in(first, seen)

    def _first(self, first: Waiting) -> Seen:
        """Whoever named the address is told at once why it gives nothing."""
        try:
            seen = self._see(first, is_start=True)
        except FetchFailed as error:
            if error.passing:
                raise SiteUnavailable(error.detail) from error
            raise ConfigError(error.detail) from error
        except InputError as error:
            raise ConfigError(error.detail) from error
        assert seen is not None  # no bound is reached before the first page
        return seen

    def _step(self, waiting: Waiting, names: int = 0) -> Iterator[Item]:
        if not waiting.is_map and self.frontier.is_barren(waiting.address):
            told = Sentence("{address}: many pages like it say nothing new", address=waiting.address)
            yield from self._skip(waiting.address, "trap", told)
            return
        try:
            seen = self._see(waiting)
        except InputError as error:
            yield from self._failed(waiting, error)
            return
        if seen is not None:
            yield from self._take_in(waiting, seen, names)

    def _see(self, waiting: Waiting, *, is_start: bool = False, anew: bool = False) -> Seen | None:
        """Fetched, or remembered where that is enough; None where a bound is reached. `anew` wants the bytes."""
        known = self.memory.page(waiting.address)
        if known and not known.sha256 and not anew and self.memory.is_fresh(known):
            lost: Rejected = decode(known.skipped)
            raise FetchFailed(lost.reason, lost.detail)
        if known and (anew or not self._is_enough(known)):
            known = None
        if not is_start:
            self._look_at_bounds()
        may_reuse = not is_start or not self.memory.again
        if known and may_reuse and (self.memory.is_fresh(known) or self._stopped_early):
            self.figures.reused += 1
            return remembered(known)
        if self._stop:
            self._not_fetched += 1
            return None
        scope = self.frontier.scope
        visit = self.visitor.visit(
            waiting.address,
            headers=_conditions(known),
            takes=takes(waiting.address, is_map=waiting.is_map or is_start),
            may_follow=(lambda _: True) if is_start or waiting.is_map else scope.holds,
            max_bytes=MAP_MAX_BYTES if waiting.is_map else 0,
        )
        if visit.answer.status == 304:
            if known is None:
                told = Sentence("{address}: the server answers {status}", address=waiting.address, status=304)
                raise FetchFailed("http_error", told)
            self.figures.unchanged += 1
            page = replace(
                known, crawl=self.memory.crawl, fetched_at=datetime.now(tz=UTC).isoformat(timespec="seconds")
            )
            self.memory.save(page)
            return remembered(page)
        self.figures.fetched += 1
        before = self.memory.page(waiting.address)
        blank = SitePage(
            site=self.start, address=waiting.address, crawl=self.memory.crawl,
            published=before.published if before else "",
        )  # fmt: skip
        seen = look(visit, waiting, blank, is_start=is_start)
        self.memory.save(seen.page)
        return seen

    def _is_enough(self, page: SitePage) -> bool:
        """Whether all that follows from a page is there without its bytes."""
        if not page.sha256:
            return False
        seen = remembered(page)
        return bool(page.skipped) or seen.is_map or not seen.kind or self.memory.is_done(seen.item_id)

    def _take_in(self, waiting: Waiting, seen: Seen, names: int = 0) -> Iterator[Item]:
        """Follows what was seen, and gives it as a document where it is one."""
        address = tidy(seen.page.final) or seen.page.final
        key, own_key, done = key_of(address), key_of(waiting.address), self.frontier.done
        if not seen.is_map and (key in self.taken or (key != own_key and key in done)):
            done.add(own_key)
            yield from self._skip_seen(
                seen, "other_address", Sentence("{address}: leads to a page that was read", address=waiting.address)
            )
            return
        done |= {key, own_key}
        if seen.is_map:
            self.frontier.add(seen.leads, waiting.depth + 1, is_map=seen.kind == "index")
        elif seen.kind:
            if self._follows and "nofollow" not in seen.rules:
                self.frontier.add(seen.leads, waiting.depth + 1)
            if seen.kind == "page":
                self.frontier.note_text(address, seen.page.digest)
            yield from self._document(waiting, seen, address, names)

    def _document(self, waiting: Waiting, seen: Seen, address: str, names: int) -> Iterator[Item]:
        self._read.add(key_of(address))
        if {"noindex", "noai"} & seen.rules:
            reason = "noindex" if "noindex" in seen.rules else "no_training"
            yield from self._skip_seen(seen, reason, Sentence("{address}: asks not to be collected", address=address))
            return
        other = seen.canonical
        if self._is_other(other, address) and names < MOST_NAMES:
            if key_of(other) not in self.frontier.done:
                yield from self._step(Waiting(address=other, depth=waiting.depth), names + 1)
            if key_of(other) in self._read:
                told = Sentence("{address}: says that it is {other}", address=address, other=other)
                yield from self._skip_seen(seen, "other_address", told)
                return
        first = self._bodies.setdefault(seen.page.sha256, address)
        if first != address:
            told = Sentence("{address}: is byte for byte {other}", address=address, other=first)
            yield from self._skip_seen(seen, "same_page", told)
            return
        yield from self._give(waiting, seen)

    def _give(self, waiting: Waiting, seen: Seen) -> Iterator[Item]:
        if seen.page.skipped:
            seen = replace(seen, page=replace(seen.page, skipped=""))
            self.memory.save(seen.page)
        if seen.file is None and not self.memory.is_done(seen.item_id):
            # It was left out until now, so nobody has read it.
            try:
                again = self._see(waiting, anew=True)
            except InputError as error:
                yield from self._failed(waiting, error)
                return
            if again is None:
                return
            seen = again
        self.taken.add(key_of(seen.name))
        self.figures.documents += 1
        if seen.file is None:
            yield Unchanged(source=seen.name, sha256=seen.page.sha256, item_id=seen.item_id)
        else:
            yield seen.document()

    def _is_other(self, canonical: str, address: str) -> bool:
        """Whether a page names another page of the site as itself; many name the site's home by mistake."""
        if not canonical or key_of(canonical) == key_of(address) or not self.frontier.scope.holds(canonical):
            return False
        return urlsplit(canonical).path not in ("", "/") and key_of(canonical) != key_of(self.start)

    def _failed(self, waiting: Waiting, error: InputError) -> Iterator[Item]:
        self.figures.failed += error.reason != "robots"
        known = self.memory.page(waiting.address)
        may_pass = isinstance(error, FetchFailed) and error.passing
        if may_pass and known and self._is_enough(known):
            told = Sentence("{detail}; what was read of it before is kept", detail=error.detail)
            yield Note.make(
                item_id=digest(waiting.address), source=waiting.address, stage=CRAWL, reason="kept_old", detail=told
            )
            yield from self._take_in(waiting, remembered(known))
            return
        self.frontier.done.add(key_of(waiting.address))
        if error.reason != "robots" and (entry := self._entry(waiting, known)):
            yield from self._take_in(waiting, entry)
            return
        if isinstance(error, FetchFailed) and not may_pass and error.reason != "robots":
            lost = skipped(waiting.address, error.reason, error.detail)
            page = SitePage(site=self.start, address=waiting.address, crawl=self.memory.crawl, skipped=encode(lost))
            self.memory.save(page)
        # Nobody promised that there is a sitemap.
        if not (waiting.is_map and error.reason in ("not_found", "other_type")):
            yield from self._skip(waiting.address, error.reason, error.detail)

    def _entry(self, waiting: Waiting, known: SitePage | None) -> Seen | None:
        """What a feed holds of a page that cannot be had itself, now or when it was read before."""
        if waiting.entry:
            blank = SitePage(site=self.start, address=waiting.address, crawl=self.memory.crawl)
            seen = entry_of(waiting, blank)
            self.memory.save(seen.page)
            return seen
        return remembered(known) if known and known.kind == "entry" and self._is_enough(known) else None

    def _skip_seen(self, seen: Seen, reason: str, detail: Sentence) -> Iterator[Item]:
        if seen.page.skipped != reason:
            self.memory.save(replace(seen.page, skipped=reason))
        yield from self._skip(seen.page.address, reason, detail)

    def _skip(self, address: str, reason: str, detail: Sentence) -> Iterator[Item]:
        yield from self.skips.tell(skipped(address, reason, detail))

    def _look_at_bounds(self) -> None:
        if self._stop:
            return
        settings = self.settings
        if self.figures.visited >= settings.max_pages:
            self._stop = Sentence("ingest.site.max_pages = {most} is reached", most=settings.max_pages)
        elif time.monotonic() - self._began_at > 60 * settings.max_minutes:
            self._stop = Sentence(
                "ingest.site.max_minutes = {most:g} is reached; run again to go on", most=settings.max_minutes
            )
            self._stopped_early = True
        elif self.visitor.counts.sent > settings.max_total_mb * MEBIBYTE:
            self._stop = Sentence(
                "ingest.site.max_total_mb = {most:g} is reached; run again to go on", most=settings.max_total_mb
            )
            self._stopped_early = True

    def _close(self) -> Iterator[Item]:
        if self._stop and self._not_fetched:
            told = Sentence(
                "{site}: {count:,} addresses were not fetched: {why}",
                site=self.start,
                count=self._not_fetched,
                why=self._stop,
            )
            yield skipped(self.start, "crawl_limit", told)
        yield from self._left_out()
        yield from self.skips.rest()
        if not self._stopped_early:
            self.memory.end()
        self.say(self._sum())

    def _left_out(self) -> Iterator[Rejected]:
        """What was never in line, by reason; pages of others and pictures are nobody's loss."""
        site, counts = self.start, self.frontier.left_out
        why = {
            "too_deep": Sentence("they lie deeper than ingest.site.max_depth"),
            "trap": Sentence("they go on without end (folders that repeat, days far off, many switches)"),
            "too_many": Sentence("so many cannot wait; name a part of the site"),
        }
        for reason, cause in why.items():
            if count := counts[reason]:
                told = "{site}: {count:,} addresses were left out: {cause}"
                yield skipped(site, reason, Sentence(told, site=site, count=count, cause=cause))

    def _sum(self) -> Sentence:
        figures = self.figures
        told = (
            "{site}: {requests:,} requests; {fetched:,} pages fetched, {unchanged:,} unchanged, {reused:,} known; "
            "{skipped:,} skipped"
        )
        return Sentence(
            told, site=self.start, requests=self.visitor.counts.requests, fetched=figures.fetched,
            unchanged=figures.unchanged, reused=figures.reused, skipped=sum(self.skips.counts.values()),
        )  # fmt: skip

    def _tell_progress(self) -> None:
        now = time.monotonic()
        if now - self._said_at >= SAY_EVERY_S:
            self._said_at = now
            told = "{site}: {done:,} pages, {waiting:,} addresses wait"
            self.say(Sentence(told, site=self.start, done=self.figures.visited, waiting=len(self.frontier)))


def _conditions(known: SitePage | None) -> Mapping[str, str]:
    """The headers that ask only for what changed."""
    found = {}
    if known and known.etag:
        found["If-None-Match"] = known.etag
    if known and known.last_modified:
        found["If-Modified-Since"] = known.last_modified
    return found
