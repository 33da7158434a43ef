"""The gate before a server: every call passes it, so all of them honor one wait, one pace and one limit.

What opens and closes it:
    in flight    at most `limit`, which shrinks when the server is overloaded and grows slowly again
    closed       nothing goes out before the time that the server named (Retry-After)
    pace         requests and tokens a minute from the settings; requests a second as the server's headers
                 tell or as its refusals teach
    down         while nobody listens, one call at a time looks whether the server is back
Times are seconds of the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

# A refused call must not come back before its time, whatever the two clocks round to.
MARGIN_S = 0.02
# A lone 429 among many answers is chance; this many and this share of what came back teach a pace.
FEWEST_REFUSALS = 3
REFUSED_SHARE = 0.3
# A learned pace grows by this much with each answer, and shrinks to this share with each refusal.
GROWTH, EASE = 0.05, 0.98
SHRINK = 0.7
# Refusals that lie further apart than this are told apart.
EPISODE_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
FIRST_PROBE_S, LONGEST_PROBE_S = 0.5, 5.0


class Closed(Exception):
    """The gate stays closed for longer than the caller has patience: `wait_s`."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


@dataclass(slots=True)
class Meter:
    """Lets `rate` units a second pass, and a second's worth at once; everything where `rate` is None.

    The generic cell rate algorithm: one number, the time at which all that passed would be paid for.
    """

    rate: float | None = None
    burst_s: float = 1.0
    _paid_at: float = 0.0

    def wait(self, now: float) -> float:
        return 0.0 if self.rate is None else max(0.0, self._paid_at - self.burst_s - now)

    def take(self, units: float, now: float) -> None:
        if self.rate:
            self._paid_at = max(self._paid_at, now) + units / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What the server's headers say of one limit: `remaining` of `limit`, whole again in `reset_s`."""

    limit: float
    remaining: float
    reset_s: float

    @property
    def rate(self) -> float | None:
        """Units a second that the limit gives back, None where the headers do not tell."""
        used = self.limit - self.remaining
        return used / self.reset_s if used > 0 and self.reset_s > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiter:
    place: asyncio.Future[float]
    tokens: int
    patience_s: float


@dataclass(slots=True)
class _Episode:
    """From one opening of the gate to the next: what came back, and what since the first refusal."""

    began: float
    answered: int = 0
    refused: int = 0
    answered_since: int = 0
    refused_at: float = 0.0

    @property
    def is_heavy(self) -> bool:
        back = self.refused + self.answered_since
        return self.refused >= FEWEST_REFUSALS and self.refused >= REFUSED_SHARE * back


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
    _pace: Meter = field(default_factory=lambda: Meter(burst_s=0.05))
    _token_pace: Meter = field(default_factory=lambda: Meter(burst_s=0.05))
    _pace_is_hint: bool = False
    _learned_at: float = 0.0
    _episode: _Episode | None = None
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
        return self._pace.rate

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
        episode = self._current(now)
        episode.answered += 1
        episode.answered_since += bool(episode.refused)
        if self._pace.rate and not self._pace_is_hint:
            self._pace.rate += GROWTH
        if requests:
            self._heed(requests)
        if tokens:
            rate = tokens.rate
            self._token_pace.rate = rate if tokens.remaining < 0.1 * tokens.limit else None

    def refused(self, now: float, started_at: float, wait_s: float | None) -> None:
        """429: too many requests. `wait_s` is what the server asked for, None where it did not say."""
        episode = self._current(now)
        episode.refused += 1
        episode.refused_at = now
        # What was under way when the pace was learned says nothing about it.
        if self._pace.rate and not self._pace_is_hint and started_at >= self._learned_at:
            self._pace.rate *= EASE
        if wait_s is not None:
            self._close(now, wait_s + MARGIN_S)
        elif episode.is_heavy and self.closed_until <= now:
            self._close(now, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._pauses))
            self._pauses += 1

    def overloaded(self, now: float, started_at: float, wait_s: float | None) -> None:
        """503 and the like: fewer at a time. Calls that were under way at the last cut do not cut again."""
        if started_at >= self._cut_at:
            self._cut_at = now
            self.limit = max(1.0, SHRINK * min(self.limit, self.in_flight))
        if wait_s is not None:
            self._close(now, wait_s + MARGIN_S)

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

    def _current(self, now: float) -> _Episode:
        episode = self._episode
        is_over = episode and episode.refused and max(episode.refused_at, self.closed_until) + EPISODE_S < now
        if episode is None or is_over:
            self._episode = episode = _Episode(began=now)
        return episode

    def _heed(self, requests: Allowance) -> None:
        """Keep to what the headers say, once less is left than is under way."""
        if requests.remaining <= self.in_flight and requests.rate:
            self._pace.rate, self._pace_is_hint = requests.rate, True
        elif self._pace_is_hint:
            self._pace.rate, self._pace_is_hint = None, False

    def _reopened(self, now: float) -> None:
        """Learn from the episode that ended with the last refusals: what was taken, over all its time."""
        episode = self._episode
        if episode is None or not episode.refused:
            return
        if not self._pace.rate and episode.is_heavy and episode.answered:
            self._pace.rate = episode.answered / max(now - episode.began, 0.05)
            self._learned_at = now
        self._episode = _Episode(began=now)

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
        if self._episode and self._episode.refused and self.closed_until:
            self._reopened(now)
        return max(meter.wait(now) for meter in (self._requests, self._tokens, self._pace, self._token_pace))

    def _take(self, tokens: int, now: float) -> None:
        self.in_flight += 1
        if self.down_since is not None:
            self._looking, self._looked_at = True, now
        self._current(now)
        self._requests.take(1, now)
        self._pace.take(1, now)
        self._tokens.take(tokens, now)
        self._token_pace.take(tokens, now)

    def _wake_in(self, delay: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._pump()
