"""How fast a server may be asked: as the settings say, as its headers tell, and as its refusals teach."""

from __future__ import annotations

from dataclasses import dataclass, field

# A lone 429 among many answers is chance; this many and this share of what came back teach a pace.
FEWEST_REFUSALS, REFUSED_SHARE = 3, 0.3
# Who was taken for one that refuses by chance has to refuse this much to be taken seriously again.
MANY_REFUSALS, MOST_REFUSED = 10, 0.5
# So many closed gates after a pace was learned show the same, while that many are still refused.
VAIN_PAUSES = 8
# So many closed gates that changed nothing show that the server refuses by chance.
CHANCES = 3
# Refusals that lie further apart than this are told apart.
EPISODE_S = 2.0
# A learned pace grows by this much with each answer, and shrinks to this share with each refusal.
GROWTH, EASE = 0.05, 0.98
# Shrunk below this share of what was learned while so many are still refused, it was not the pace that they came from.
FORGOTTEN, STILL_REFUSED = 0.4, 0.2
# The share of refusals is that of about the last ten answers.
RECENT = 0.1


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


@dataclass(slots=True)
class _Episode:
    """From one opening of the gate to the next: what came back, and what since the first refusal."""

    began: float
    answered: int = 0
    refused: int = 0
    answered_since: int = 0
    refused_at: float = 0.0

    def is_heavy(self, fewest: int, share: float) -> bool:
        return self.refused >= fewest and self.refused >= share * (self.refused + self.answered_since)


@dataclass(slots=True)
class Pace:
    """Requests a second. `by_chance` says that closing the gate after a refusal was found to help nobody.

    A server that refuses for what it is sent is asked at the pace that it was seen to take, a little faster with each
    answer. One that refuses by chance, at whatever pace, is not slowed down for: only what it refused waits.
    """

    meter: Meter = field(default_factory=lambda: Meter(burst_s=0.05))
    by_chance: bool = False
    _is_hint: bool = False
    _learned: float = 0.0
    _learned_at: float = 0.0
    _chances: int = 0
    _vain_pauses: int = 0
    _refused_share: float = 0.0
    _episode: _Episode | None = None

    @property
    def is_learned(self) -> bool:
        return self.meter.rate is not None and not self._is_hint

    @property
    def is_heavy(self) -> bool:
        """Whether the refusals of this episode are too many to be chance."""
        return self._episode is not None and self._episode.is_heavy(FEWEST_REFUSALS, REFUSED_SHARE)

    def started(self, now: float) -> None:
        self.meter.take(1, now)
        if self._episode is None:
            self._episode = _Episode(began=now)

    def answered(self, now: float, closed_until: float) -> None:
        episode = self._current(now, closed_until)
        episode.answered += 1
        self._refused_share *= 1 - RECENT
        if self._refused_share < STILL_REFUSED / 4:
            self._vain_pauses = 0
        episode.answered_since += bool(episode.refused)
        if self.is_learned and self.meter.rate:
            self.meter.rate += GROWTH

    def heed(self, requests: Allowance, in_flight: int) -> None:
        """Keep to what the headers say, once less is left than is under way."""
        if requests.remaining <= in_flight and requests.rate:
            self.meter.rate, self._is_hint = requests.rate, True
        elif self._is_hint:
            self.meter.rate, self._is_hint = None, False

    def refused(self, now: float, started_at: float, closed_until: float) -> None:
        episode = self._current(now, closed_until)
        episode.refused += 1
        episode.refused_at = now
        self._refused_share += RECENT * (1 - self._refused_share)
        if self.by_chance and episode.is_heavy(MANY_REFUSALS, MOST_REFUSED):
            self.by_chance, self._chances = False, 0
        # What was under way when the pace was learned says nothing about it.
        if self.is_learned and self.meter.rate and started_at >= self._learned_at:
            self.meter.rate *= EASE
            if self.meter.rate < FORGOTTEN * self._learned and self._refused_share > STILL_REFUSED:
                self._take_for_chance()

    def _take_for_chance(self) -> None:
        self.meter.rate, self.by_chance, self._vain_pauses = None, True, 0

    def reopened(self, now: float) -> None:
        """Learn from the episode that ended with the last refusals: what was taken, over all its time."""
        episode = self._episode
        if episode is None or not episode.refused:
            return
        self._vain_pauses += self.is_learned
        if self._vain_pauses >= VAIN_PAUSES and self._refused_share > STILL_REFUSED:
            self._take_for_chance()
        elif self.is_heavy:
            self._chances = 0
            if not self.meter.rate and not self.by_chance and episode.answered:
                self.meter.rate = self._learned = episode.answered / max(now - episode.began, 0.05)
                self._learned_at, self._vain_pauses = now, 0
        elif not self.meter.rate:
            self._chances += 1
            self.by_chance = self.by_chance or self._chances >= CHANCES
        self._episode = _Episode(began=now)

    def _current(self, now: float, closed_until: float) -> _Episode:
        episode = self._episode
        is_over = episode and episode.refused and max(episode.refused_at, closed_until) + EPISODE_S < now
        if episode is None or is_over:
            self._episode = episode = _Episode(began=now)
        return episode
