"""Knows what the robots.txt of each server allows, and how long it asks to wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from corpus_to_ft.decode import recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.site.fetch import PRODUCT, Answer, FetchFailed
from corpus_to_ft.language import Sentence

# A server that asks for more is crawled at this pace all the same: the bound of minutes then ends the run.
LONGEST_DELAY_S = 60.0
MAX_SITEMAPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one robots.txt says to us. `state` says it in words; with a `failure` nothing may be fetched."""

    state: Sentence
    parsed: Protego | None = None
    failure: FetchFailed | None = None

    def allows(self, address: str) -> bool:
        return self.failure is None and (self.parsed is None or self.parsed.can_fetch(address, PRODUCT))

    @property
    def delay_s(self) -> float:
        if self.parsed is None:
            return 0.0
        asked = self.parsed.crawl_delay(PRODUCT) or 0.0
        rate = self.parsed.request_rate(PRODUCT)
        if rate is not None and rate.requests:
            asked = max(asked, rate.seconds / rate.requests)
        return min(asked, LONGEST_DELAY_S)

    @property
    def sitemaps(self) -> list[str]:
        return list(self.parsed.sitemaps)[:MAX_SITEMAPS] if self.parsed else []


class Robots:
    """The rules of each server, asked for once; `fetch` gets an address for the sake of another."""

    def __init__(self, fetch: Callable[[str, str], Answer]) -> None:
        self._fetch = fetch
        self._known: dict[str, Rules] = {}

    def of(self, address: str) -> Rules:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._known:
            # Where it lies behind a redirect to another server, that one is not asked in turn.
            self._known[origin] = Rules(state=Sentence("is being read"))
            self._known[origin] = self._read(f"{origin}/robots.txt", address)
        return self._known[origin]

    def known_delay_s(self, address: str) -> float:
        """How long the server asks to wait, 0 until its rules were read."""
        parts = urlsplit(address)
        rules = self._known.get(f"{parts.scheme}://{parts.netloc}")
        return rules.delay_s if rules else 0.0

    def _read(self, place: str, address: str) -> Rules:
        """A missing file allows everything, a server that fails nothing (RFC 9309)."""
        try:
            answer = self._fetch(place, address)
        except FetchFailed as error:
            return _closed(error)
        if 400 <= answer.status < 500 and answer.status != 429:
            told = Sentence("there is no {place} ({status}): all may be read", place=place, status=answer.status)
            return Rules(state=told)
        if answer.status != 200:
            told = Sentence("{place} answers {status}: nothing is fetched", place=place, status=answer.status)
            return _closed(FetchFailed("robots", told, passing=True))
        try:
            text = recognize(answer.data, source=place).text
        except InputError:
            # Empty, or no text at all: it says nothing.
            return Rules(state=Sentence("{place} holds no rules: all may be read", place=place))
        parsed = Protego.parse(text.removeprefix("\ufeff"))
        return Rules(state=Sentence("{place} is obeyed", place=place), parsed=parsed)


def _closed(failure: FetchFailed) -> Rules:
    return Rules(state=Sentence("nothing is fetched: {detail}", detail=failure.detail), failure=failure)
