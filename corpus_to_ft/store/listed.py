"""What the latest run reads: its files, pages and members by name and digest, a line each, for there may be very many.

While they are found they are listed aside; the list of the run before stays until the new one is whole.
"""

from __future__ import annotations

from typing import NamedTuple


class Listed(NamedTuple):
    """One thing that was found: the key of its result, and its name and digest where it counts as an input."""

    fingerprint: str
    item_id: str
    source: str | None
    sha256: str | None


LINES_AT_ONCE = 1000
BEGIN = (
    "CREATE TEMP TABLE IF NOT EXISTS listed"
    " (position INTEGER PRIMARY KEY, fingerprint TEXT, item_id TEXT, source TEXT, sha256 TEXT)",
    "DELETE FROM listed",
)
ADD = "INSERT INTO listed (fingerprint, item_id, source, sha256) VALUES (?, ?, ?, ?)"
FINISH = (
    "DELETE FROM current WHERE stage='ingest'",
    "INSERT INTO current SELECT 'ingest', position - 1, fingerprint, item_id FROM listed",
    "DELETE FROM inputs",
    "INSERT INTO inputs SELECT position, source, sha256 FROM listed WHERE source IS NOT NULL",
    "DELETE FROM listed",
)
READ = "SELECT position, source, sha256 FROM inputs WHERE position > ? ORDER BY position LIMIT ?"
