"""Asks servers politely: one request at a time, with pauses, by their rules, and again only where that makes sense."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from corpus_to_ft.errors import InputError, SiteUnavailable
from corpus_to_ft.ingest.site.addresses import absolute, tidy
from corpus_to_ft.ingest.site.fetch import MEBIBYTE, REDIRECTS, Answer, Fetcher, FetchFailed, Wish
from corpus_to_ft.ingest.site.robots import Robots, Rules
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.language import Sentence

BUSY = frozenset({429, 503})
TRIES, TRIES_WHEN_BUSY = 2, 4
FIRST_PAUSE_S = 0.5
ROBOTS_MAX_BYTES = MEBIBYTE
# So many pages that fail one after the other mean that the server, or the way to it, is down.
MOST_FAILURES = 5
NOT_FOUND = frozenset({404, 410})
FORBIDDEN = frozenset({401, 402, 403, 407, 451})
# Waiting shorter than this needs no word.
WORTH_TELLING_S = 5.0


@dataclass(slots=True, kw_only=True)
class Counts:
    """What a crawl cost the servers."""

    requests: int = 0
    sent: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The answer at the end of all redirects, `final` is its address."""

    final: str
    answer: Answer


@dataclass(slots=True, kw_only=True)
class Visitor:
    """`may_follow` says whether a redirect leads to something that is wanted."""

    settings: SiteSettings
    fetcher: Fetcher
    say: Callable[[Sentence], None]
    counts: Counts = field(default_factory=Counts)
    robots: Robots = field(init=False)
    _asked_at: dict[str, float] = field(default_factory=dict)
    _failures: int = 0

    def __post_init__(self) -> None:
        self.robots = Robots(self._robots_file)

    def visit(
        self,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        takes: frozenset[str] | None = None,
        may_follow: Callable[[str], bool] = lambda _: True,
        max_bytes: int = 0,
    ) -> Visit:
        """The page, or 304 where `headers` ask whether it changed.

        Raises FetchFailed or InputError for this address, SiteUnavailable when the server asks to be left alone or
        fails again and again.
        """
        wish = Wish(
            address=address, headers=headers or {}, timeout_s=self.settings.timeout_s, takes=takes,
            max_bytes=max_bytes or int(self.settings.max_page_mb * MEBIBYTE),
        )  # fmt: skip
        try:
            visit = self._patient(wish, may_follow)
        except FetchFailed as error:
            self._failures += error.passing
            if error.passing and self._failures >= MOST_FAILURES:
                told = "{count} pages in a row could not be had, the last one because: {detail}; run again to go on"
                raise SiteUnavailable(Sentence(told, count=self._failures, detail=error.detail)) from error
            if not error.passing:
                self._failures = 0
            raise
        self._failures = 0
        return visit

    def rules(self, address: str) -> Rules:
        """Of the server of an address, which is asked for them once."""
        return self.robots.of(address)

    def _robots_file(self, place: str, asked_for: str) -> Answer:
        wish = Wish(
            address=place,
            headers={},
            timeout_s=self.settings.timeout_s,
            max_bytes=ROBOTS_MAX_BYTES,
            asked_for=asked_for,
        )
        return self._patient(wish, lambda _: True, asks_rules=False, any_status=True).answer

    def _patient(
        self, wish: Wish, may_follow: Callable[[str], bool], *, asks_rules: bool = True, any_status: bool = False
    ) -> Visit:
        """Tries again what may pass."""
        tries = 0
        while True:
            tries += 1
            try:
                visit = self._through_redirects(wish, may_follow, asks_rules)
            except FetchFailed as error:
                if not error.passing or tries >= TRIES:
                    raise
                self._pause(wish.address, self._own_pause_s(tries))
                continue
            answer = visit.answer
            if answer.status in BUSY and tries < TRIES_WHEN_BUSY:
                self._pause(wish.address, _retry_after(answer) or self._own_pause_s(tries))
                continue
            if answer.status == 429:
                told = Sentence("{address}: asks to be left alone; run again later to go on", address=wish.address)
                raise SiteUnavailable(told)
            if not any_status and answer.status not in (200, 304):
                raise _status_failure(wish.address, answer.status)
            return visit

    def _own_pause_s(self, tries: int) -> float:
        """Longer each time; shorter for a server that may be asked quickly."""
        return float(FIRST_PAUSE_S * 4**tries * min(1.0, max(0.1, self.settings.delay_s)))

    def _through_redirects(self, wish: Wish, may_follow: Callable[[str], bool], asks_rules: bool) -> Visit:
        deadline = time.monotonic() + wish.timeout_s
        address, seen = wish.address, {wish.address}
        for _ in range(self.settings.max_redirects + 1):
            if asks_rules:
                self._refuse_closed(address)
            deadline += self._wait_turn(address)
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                told = Sentence(
                    "{address}: no whole answer within {limit_s:g} s", address=address, limit_s=self.settings.timeout_s
                )
                raise FetchFailed("timeout", told, passing=True)
            answer = self._get(replace(wish, address=address, timeout_s=left_s))
            if answer.status not in REDIRECTS:
                return Visit(final=address, answer=answer)
            target = absolute(answer.headers.get("Location", ""), address)
            if not target or target in seen:
                raise FetchFailed("redirect_loop", Sentence("{address}: leads in a circle", address=wish.address))
            if not may_follow(tidy(target)):
                told = Sentence(
                    "{address}: leads to {target}, which is not of this site", address=wish.address, target=target
                )
                raise FetchFailed("other_site", told)
            seen.add(target)
            address = target
        told = Sentence("{address}: more than {most} redirects", address=wish.address, most=self.settings.max_redirects)
        raise FetchFailed("redirect_loop", told)

    def _refuse_closed(self, address: str) -> None:
        rules = self.rules(address)
        if rules.failure:
            raise FetchFailed(rules.failure.reason, rules.failure.detail, passing=rules.failure.passing)
        if not rules.allows(address):
            raise FetchFailed("robots", Sentence("{address}: robots.txt asks not to read it", address=address))

    def _get(self, wish: Wish) -> Answer:
        self.counts.requests += 1
        try:
            answer = self.fetcher.get(wish)
        finally:
            self._asked_at[urlsplit(wish.address).netloc] = time.monotonic()
        self.counts.sent += answer.sent
        return answer

    def _delay_s(self, address: str) -> float:
        return max(self.settings.delay_s, self.robots.known_delay_s(address))

    def _wait_turn(self, address: str) -> float:
        """Sleeps until the server may be asked again; the seconds slept."""
        asked_at = self._asked_at.get(urlsplit(address).netloc)
        wait_s = 0.0 if asked_at is None else asked_at + self._delay_s(address) - time.monotonic()
        if wait_s <= 0:
            return 0.0
        time.sleep(wait_s)
        return wait_s

    def _pause(self, address: str, wait_s: float) -> None:
        """A longer wait, which a server asked for or which its fault suggests."""
        self.counts.waited_s += wait_s
        if self.counts.waited_s > self.settings.max_wait_s:
            told = Sentence(
                "{address}: asks to be left alone for {wait_s:.0f} s; run again later to go on",
                address=address,
                wait_s=wait_s,
            )
            raise SiteUnavailable(told)
        if wait_s >= WORTH_TELLING_S:
            self.say(Sentence("{address}: waiting {wait_s:.0f} s", address=address, wait_s=wait_s))
        time.sleep(wait_s)


def _retry_after(answer: Answer) -> float:
    """Seconds that the server asks for, 0 where it names none."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(min(int(said[:9]), 10**9))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(tz=UTC)).total_seconds())


def _status_failure(address: str, status: int) -> InputError:
    if status in NOT_FOUND:
        return FetchFailed(
            "not_found", Sentence("{address}: there is no such page ({status})", address=address, status=status)
        )
    if status in FORBIDDEN:
        return FetchFailed(
            "forbidden", Sentence("{address}: is not for everybody ({status})", address=address, status=status)
        )
    told = Sentence("{address}: the server answers {status}", address=address, status=status)
    return FetchFailed("server_error" if status >= 500 else "http_error", told, passing=status >= 500)
