"""Dates as people and programs write them, in Korean and English."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_CLOCK = r"(?P<half>오전|오후|am|pm|a\.m\.|p\.m\.)?\s*(?P<hour>\d{1,2})\s*(?::|시)\s*(?P<minute>\d{1,2})?\s*분?"
_CLOCK += r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*초?)?\s*(?P<half_after>am|pm|a\.m\.|p\.m\.)?"
_ZONE = r"(?:\s*(?P<zone>z|utc|gmt|kst|[+-]\d{2}:?\d{2}|[+-]\d{2}))?"
_DAY_OF_WEEK = r"(?:\s*[(\[]?(?:[월화수목금토일](?:요일)?|mon|tue|wed|thu|fri|sat|sun)[a-z]*[)\]]?,?)?"
_NUMERIC = re.compile(
    r"\s*(?P<year>\d{4})\s*(?:[-./]|년)\s*(?P<month>\d{1,2})\s*(?:[-./]|월)\s*(?P<day>\d{1,2})\s*(?:일|\.)?"
    rf"{_DAY_OF_WEEK}(?:[\st,]*{_CLOCK}{_ZONE})?\s*",
    re.IGNORECASE,
)
# Brunch and many Korean boards write the time without a mark in it.
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
    + _ZONE,
    re.IGNORECASE,
)
# Seconds or milliseconds since 1970, as Ghost's exports may hold them: from 2001 to 2033.
_COUNTED = re.compile(r"(?P<seconds>1\d{9})(?:\d{3})?")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ENGLISH = re.compile(
    r"\s*(?:[a-z]{3,9},\s*)?(?:(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?|"
    r"(?P<day_first>\d{1,2})(?:st|nd|rd|th)?\s+(?P<name_after>[a-z]{3,9})\.?),?\s+(?P<year>\d{4})"
    rf"(?:[\s,]+(?:at\s+)?{_CLOCK}{_ZONE})?\s*",
    re.IGNORECASE,
)


# What Java and C write when nobody asks for a form: the zone stands before the year.
_UNASKED = re.compile(
    r"[a-z]{3}\s+(?P<day>[a-z]{3}\s+\d{1,2})\s+(?P<clock>[\d:]{8})(?P<zone>\s+[a-z]{3,4})?\s+(?P<year>\d{4})", re.I
)


def iso_date(text: str) -> str | None:
    """ISO 8601 date or datetime with the offset as written; None for what is no date."""
    text = unicodedata.normalize("NFKC", text[:200]).strip()
    if (unasked := _UNASKED.fullmatch(text)) is not None:
        text = f"{unasked['day']} {unasked['year']} {unasked['clock']}{unasked['zone'] or ''}"
    for pattern in (_NUMERIC, _COMPACT, _ENGLISH):
        if (found := pattern.fullmatch(text)) is not None:
            return _iso_of(found)
    if (found := _COUNTED.fullmatch(text)) is not None:
        return datetime.fromtimestamp(int(found["seconds"]), UTC).isoformat()
    if re.match(r"[A-Za-z]{3},\s+\d", text):
        try:
            return parsedate_to_datetime(text).isoformat()
        except ValueError:
            return None
    return None


def _iso_of(found: re.Match[str]) -> str | None:
    part = {name: value or "" for name, value in found.groupdict().items()}
    name = (part.get("name") or part.get("name_after") or "").lower()[:3]
    month = _MONTHS.get(name, 0) if name else int(part["month"])
    day = int(part.get("day") or part.get("day_first") or 0)
    try:
        if not part.get("hour"):
            return date(int(part["year"]), month, day).isoformat()
        hour = int(part["hour"])
        half = (part.get("half") or part.get("half_after") or "").lower().replace(".", "")
        if half in ("오후", "pm") and hour < 12:
            hour += 12
        elif half in ("오전", "am") and hour == 12:
            hour = 0
        clock = (hour, int(part["minute"] or 0), int(part["second"] or 0))
        return datetime(int(part["year"]), month, day, *clock, tzinfo=_zone(part["zone"])).isoformat()
    except ValueError:
        return None


def _zone(written: str) -> timezone | None:
    if not written:
        return None
    if written[0] not in "+-":
        return timezone(timedelta(hours=9)) if written.lower() == "kst" else UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if written[0] == "-" else offset)
