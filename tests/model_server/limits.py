"""Rate limits: token buckets, the many ways to say Retry-After, and the x-ratelimit-* headers."""

from __future__ import annotations

import math
import time
from email.utils import formatdate

from .settings import Settings

Headers = list[tuple[str, str]]


class Bucket:
    """Holds `size` units at most and fills at `rate_per_s`."""

    def __init__(self) -> None:
        self._level = math.inf
        self._at = 0.0

    def level(self, now: float, size: float, rate_per_s: float) -> float:
        filled = self._level + (now - self._at) * rate_per_s
        self._level, self._at = min(size, filled), now
        return self._level

    def take(self, units: float) -> None:
        self._level -= units


class Limits:
    """Requests a second and tokens a minute of the whole server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._requests = Bucket()
        self._tokens = Bucket()

    def wait_s(self, now: float, tokens: int) -> float:
        """0 when the request may pass (it is then counted), else after how many seconds it could."""
        settings, wait = self._settings, 0.0
        if settings.rate_per_s:
            level = self._requests.level(now, settings.burst, settings.rate_per_s)
            wait = max(wait, (1 - level) / settings.rate_per_s)
        if settings.tokens_per_min:
            rate = settings.tokens_per_min / 60
            # One request larger than the whole bucket passes when that is full, else it would never.
            level = self._tokens.level(now, settings.tokens_per_min, rate)
            wait = max(wait, (min(tokens, settings.tokens_per_min) - level) / rate)
        if wait <= 1e-9:
            self._requests.take(1)
            self._tokens.take(tokens)
            return 0.0
        return wait

    def headers(self, now: float) -> Headers:
        """OpenAI's six headers: limit, remaining and reset, of requests and of tokens."""
        settings = self._settings
        said: Headers = []
        if not settings.limit_headers:
            return said
        if settings.rate_per_s:
            level = self._requests.level(now, settings.burst, settings.rate_per_s)
            said += self._three("requests", settings.burst, level, settings.rate_per_s)
        if settings.tokens_per_min:
            rate = settings.tokens_per_min / 60
            level = self._tokens.level(now, settings.tokens_per_min, rate)
            said += self._three("tokens", settings.tokens_per_min, level, rate)
        return said

    def _three(self, what: str, size: float, level: float, rate_per_s: float) -> Headers:
        used = size - level
        limit = rate_per_s * 60 if self._settings.limit_headers == "minute" else size
        return [
            (f"x-ratelimit-limit-{what}", str(int(limit))),
            (f"x-ratelimit-remaining-{what}", str(max(0, int(limit - used)))),
            (f"x-ratelimit-reset-{what}", duration(used / rate_per_s)),
        ]


def duration(seconds: float) -> str:
    """As OpenAI writes it: "20ms", "1.5s", "6m0s", "1h0m0s"."""
    if seconds < 1:
        return f"{max(0, math.ceil(seconds * 1000))}ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    shown = f"{rest:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{shown}" if hours else f"{minutes}m{shown}" if minutes else shown


def retry_after(form: str, wait_s: float) -> tuple[Headers, float]:
    """The header as the setting wants it, and how many seconds it promises (0: none)."""
    if form == "absent":
        return [], 0.0
    if form == "auto":
        seconds = max(1, math.ceil(wait_s))
        return [("retry-after", str(seconds))], float(seconds)
    kind, _, value = form.partition(":")
    if kind == "date":
        # A date has whole seconds: what it promises begins at the second that it names.
        at = math.floor(time.time() + float(value))
        return [("retry-after", formatdate(at, usegmt=True))], max(0.0, at - time.time())
    if kind == "ms":
        return [("retry-after-ms", value)], float(value) / 1000
    seconds_given = float(form) if form.replace(".", "", 1).isdigit() else 0.0
    return [("retry-after", form)], seconds_given
