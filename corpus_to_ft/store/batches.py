"""What the run file remembers of a batch: calls that were handed to a server together, to be answered later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# planned: its calls are written down and its file lies on the disk; what follows may have begun.
# uploaded: the server has the file; the batch may have been created. submitted: the server has the batch.
# collected: all that came of it is in the run file.
State = Literal["planned", "uploaded", "submitted", "collected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`asked_by` is the fingerprint of the provider, `settings` (JSON) how to reach its server, without any key.

    `key` goes to the server with the batch, so that it is found there again. `status` is the server's word,
    `answered` and `failed` are the server's counts, `note` says what went wrong with the batch as a whole.
    """

    number: int
    key: str
    asked_by: str
    settings: str
    file_name: str
    size: int
    sha256: str
    prompts: int
    planned_at: str
    state: State = "planned"
    file_id: str = ""
    batch_id: str = ""
    status: str = ""
    answered: int = 0
    failed: int = 0
    note: str = ""


COLUMNS = Batch.__slots__
WRITE = f"INSERT OR REPLACE INTO batches ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
READ = f"SELECT {', '.join(COLUMNS)} FROM batches ORDER BY number"


def values(batch: Batch) -> tuple[object, ...]:
    return tuple(getattr(batch, name) for name in COLUMNS)
