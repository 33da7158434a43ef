"""How long to wait: what the server's headers ask for, and our own back-off with chance in it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from corpus_to_ft.llm.chat.pace import Allowance

FIRST_S, LONGEST_S, GROWTH = 0.2, 20.0, 1.7
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0, "": 1.0}


def back_off(attempt: int) -> float:
    """Seconds before attempt `attempt + 1`: growing whatever chance adds, which spreads calls out."""
    most = min(LONGEST_S, FIRST_S * GROWTH ** min(attempt - 1, 20))
    return most * random.uniform(0.8, 1.0)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait (`retry-after-ms`, or `retry-after` as seconds or as a date), or None."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    if not said:
        return None
    seconds = _number(said)
    if seconds is not None:
        return seconds
    try:
        date = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    # A date has whole seconds; half a second early would be too early.
    left = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, left)


def allowance(headers: Mapping[str, str], unit: str) -> Allowance | None:
    """The limit on `requests` or `tokens` as OpenAI's headers tell it."""
    limit = _number(headers.get(f"x-ratelimit-limit-{unit}"))
    remaining = _number(headers.get(f"x-ratelimit-remaining-{unit}"))
    reset_s = _span(headers.get(f"x-ratelimit-reset-{unit}"))
    if not limit or remaining is None or reset_s is None:
        return None
    return Allowance(limit=limit, remaining=remaining, reset_s=reset_s)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 1e9 else None


def _span(text: str | None) -> float | None:
    """`6m0s`, `20ms`, `1.5s` or plain seconds."""
    if not text:
        return None
    parts = _SPAN.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
