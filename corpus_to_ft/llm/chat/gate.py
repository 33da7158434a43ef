"""The gate before a server: every call passes it, so all of them honor one wait, one pace and one limit.

What opens and closes it:
    in flight    at most `limit`, which shrinks when the server is overloaded and grows slowly again
    closed       nothing goes out before the time that the server named (Retry-After); where refusals were found
                 to come by chance, only what was refused waits
    pace         requests and tokens a minute from the settings; requests a second as the server's headers
                 tell or as its refusals teach
    down         while nobody listens, one call at a time looks whether the server is back
Times are seconds of the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from corpus_to_ft.llm.chat.pace import Allowance, Meter, Pace

# A refused call must not come back before its time, whatever the two clocks round to.
MARGIN_S = 0.02
SHRINK = 0.7
# A server that refuses by chance is believed in waits up to this; a longer one is meant for everybody.
LONGEST_ALONE_S = 60.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
FIRST_PROBE_S, LONGEST_PROBE_S = 0.5, 5.0


class Closed(Exception):
    """The gate stays closed for longer than the caller has patience: `wait_s`."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiter:
    place: asyncio.Future[float]
    tokens: int
    patience_s: float


@dataclass(slots=True)
class Gate:
    """One for all calls to one server; used on one event loop, so it needs no lock."""

    max_concurrency: int
    requests_a_minute: float | None = None
    tokens_a_minute: float | None = None
    in_flight: int = 0
    limit: float = field(init=False)
    closed_until: float = 0.0
    down_since: float | None = None
    _waiting: deque[_Waiter] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None
    _requests: Meter = field(init=False)
    _tokens: Meter = field(init=False)
    _pace: Pace = field(default_factory=Pace)
    _token_pace: Meter = field(default_factory=lambda: Meter(burst_s=0.05))
    _cut_at: float = 0.0
    _pauses: int = 0
    _probes: int = 0
    _looking: bool = False
    _looked_at: float = 0.0

    def __post_init__(self) -> None:
        self.limit = self.max_concurrency
        self._requests = Meter(rate=self.requests_a_minute / 60 if self.requests_a_minute else None)
        self._tokens = Meter(rate=self.tokens_a_minute / 60 if self.tokens_a_minute else None)

    @property
    def pace(self) -> float | None:
        """Requests a second that the server was found to take; None while nothing is known."""
        return self._pace.meter.rate

    async def enter(self, tokens: int, patience_s: float) -> float:
        """Wait for a place; returns the time at which it was given. Every `enter` ends in one `leave` of that time.

        Raises Closed when the server wants to be left alone for longer than `patience_s`.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self.closed_until - now > patience_s:
            raise Closed(self.closed_until - now)
        place: asyncio.Future[float] = loop.create_future()
        self._waiting.append(_Waiter(place=place, tokens=tokens, patience_s=patience_s))
        self._pump()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and not place.exception():
                self.leave(place.result())
            raise

    def leave(self, entered_at: float) -> None:
        self.in_flight -= 1
        self._looking = self._looking and entered_at != self._looked_at
        self._pump()

    def answered(self, now: float, *, requests: Allowance | None = None, tokens: Allowance | None = None) -> None:
        """An answer came: the server is there, and may take a little more."""
        self.down_since, self._probes, self._pauses = None, 0, 0
        self.limit = min(self.max_concurrency, self.limit + 1 / self.limit)
        self._pace.answered(now, self.closed_until)
        if requests:
            self._pace.heed(requests, self.in_flight)
        if tokens:
            rate = tokens.rate
            self._token_pace.rate = rate if tokens.remaining < 0.1 * tokens.limit else None

    def refused(self, now: float, started_at: float, wait_s: float | None) -> float:
        """429: too many requests; returns the seconds that this call waits by itself.

        `wait_s` is what the server asked for, None where it did not say.
        """
        self._pace.refused(now, started_at, self.closed_until)
        if wait_s is not None:
            return self._hold(now, wait_s)
        if self._pace.is_heavy and not self._pace.by_chance and self.closed_until <= now:
            self._close(now, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._pauses))
            self._pauses += 1
        return 0.0

    def overloaded(self, now: float, started_at: float, wait_s: float | None) -> float:
        """503 and the like: fewer at a time; returns the seconds that this call waits by itself.

        Calls that were under way at the last cut do not cut again.
        """
        if started_at >= self._cut_at:
            self._cut_at = now
            self.limit = max(1.0, SHRINK * min(self.limit, self.in_flight))
        if wait_s is None:
            return 0.0
        self._pace.refused(now, started_at, self.closed_until)
        return self._hold(now, wait_s)

    def _hold(self, now: float, wait_s: float) -> float:
        """A wait that the server asked for is everybody's, until that was found to help nobody."""
        if self._pace.by_chance and wait_s <= LONGEST_ALONE_S:
            return wait_s + MARGIN_S
        self._close(now, wait_s + MARGIN_S)
        return 0.0

    def narrow(self) -> None:
        """This process cannot have more under way than it has."""
        self.max_concurrency = max(1, min(self.max_concurrency, self.in_flight - 1))
        self.limit = min(self.limit, self.max_concurrency)

    def unreachable(self, now: float) -> float:
        """Nobody listens; returns for how many seconds that has been so."""
        if self.down_since is None:
            self.down_since = now
            self._looking = False
        if self.closed_until <= now:
            self._close(now, min(LONGEST_PROBE_S, FIRST_PROBE_S * 2**self._probes))
            self._probes += 1
        return now - self.down_since

    def _close(self, now: float, wait_s: float) -> None:
        self.closed_until = max(self.closed_until, now + wait_s)
        for waiter in self._waiting:
            if wait_s > waiter.patience_s and not waiter.place.done():
                waiter.place.set_exception(Closed(wait_s))

    def _pump(self) -> None:
        """Give places to those who wait, first come first served, as long as nothing forbids it."""
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._waiting:
            waiter = self._waiting[0]
            if waiter.place.done():
                self._waiting.popleft()
                continue
            # Calls that were under way when the server went may hang for long; they do not keep others from looking.
            if self._looking if self.down_since is not None else self.in_flight >= int(self.limit):
                return
            delay = self._delay(now)
            if delay > 0:
                self._wake_in(delay)
                return
            self._waiting.popleft()
            self._take(waiter.tokens, now)
            waiter.place.set_result(now)

    def _delay(self, now: float) -> float:
        if self.closed_until > now:
            return self.closed_until - now
        if self.closed_until:
            self._pace.reopened(now)
            self.closed_until = 0.0
        return max(meter.wait(now) for meter in (self._requests, self._tokens, self._pace.meter, self._token_pace))

    def _take(self, tokens: int, now: float) -> None:
        self.in_flight += 1
        if self.down_since is not None:
            self._looking, self._looked_at = True, now
        self._requests.take(1, now)
        self._pace.started(now)
        self._tokens.take(tokens, now)
        self._token_pace.take(tokens, now)

    def _wake_in(self, delay: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._pump()
