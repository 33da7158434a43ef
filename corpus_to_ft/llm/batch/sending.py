"""From wishes to a batch at the server: planned, uploaded, created, each step written down and none done twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.batch.remote import Away, Remote, Standing
from corpus_to_ft.llm.batch.wishes import Wish, Wishes, write_lines
from corpus_to_ft.llm.chat.waits import back_off
from corpus_to_ft.records import digest
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

T = TypeVar("T")
FOLDER = "batches"
CREATING_TRIES = 4
# What was made at a server may need a moment until it stands in its lists.
LISTED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`asked_by` and `settings` are written down with each batch; `pause_s` is shorter than usual in tests only."""

    asked_by: str
    settings: str
    remote: Callable[[], Remote]
    patience_s: float
    pause_s: float = LISTED_WITHIN_S

    def plan(
        self, wishes: Wishes, part: Sequence[Wish], calls: Sequence[int], ledger: Ledger, store: RunStore
    ) -> Batch:
        """The file lies on the disk first; then batch and calls are written down in one step."""
        run, number = _run_id(store), max((batch.number for batch in store.batches()), default=0) + 1
        name = f"corpus-to-ft-{run[:12]}-{number:04}.jsonl"
        written = write_lines(folder(store) / name, (wishes.line(wish) for wish in part))
        batch = Batch(
            number=number,
            key=digest(run, number, written.sha256),
            asked_by=self.asked_by,
            settings=self.settings,
            file_name=name,
            size=written.size,
            sha256=written.sha256,
            prompts=len(part),
            planned_at=datetime.now(UTC).isoformat(),
        )
        ledger.hand_over(calls, batch)
        return batch

    def send(self, batch: Batch, store: RunStore, *, is_new: bool) -> Batch | None:
        """The batch as far as the server has it; what may have been sent before (not `is_new`) is looked for first.

        None for a batch whose file is neither here nor there. Raises Away when the server cannot be asked.
        """
        since = datetime.fromisoformat(batch.planned_at)
        if batch.state == "planned":
            path = folder(store) / batch.file_name
            found = None if is_new else self.remote().find_file(batch.file_name, batch.size, since)
            if not found and not path.is_file():
                return None
            file_id = found or self._once(
                lambda: self.remote().upload(path),
                lambda: self.remote().find_file(batch.file_name, batch.size, since),
            )
            batch = _saved(store, replace(batch, state="uploaded", file_id=file_id))
            # Nobody asks for a batch before the file's id is written down.
            is_new = True
        if batch.state == "uploaded":
            standing = None if is_new else self._found(lambda: self._find_batch(batch, since))
            standing = standing or self._once(
                lambda: self.remote().create(batch.file_id, _run_id(store), batch.key, batch.sha256),
                lambda: self._find_batch(batch, since),
            )
            batch = _saved(store, replace(batch, state="submitted", batch_id=standing.id, status=standing.status))
        return batch

    def find(self, batch: Batch, store: RunStore) -> Batch:
        """The batch with what the server has of it, without sending anything."""
        since = datetime.fromisoformat(batch.planned_at)
        standing = self._found(lambda: self._find_batch(batch, since))
        if standing:
            batch = _saved(store, replace(batch, state="submitted", batch_id=standing.id, status=standing.status))
        return batch

    def _find_batch(self, batch: Batch, since: datetime) -> Standing | None:
        return self.remote().find_batch(batch.key, batch.file_id, since)

    def _found(self, find: Callable[[], T | None]) -> T | None:
        """Looks twice: a second batch would be paid a second time."""
        found = find()
        if found is None:
            time.sleep(self.pause_s)
            found = find()
        return found

    def _once(self, make: Callable[[], T], find: Callable[[], T | None]) -> T:
        """Makes something at the server; after an unclear failure it is looked for before it is made again."""
        for attempt in range(1, CREATING_TRIES + 1):
            try:
                return make()
            except Away as away:
                wait_s = max(away.wait_s or 0.0, min(self.pause_s, back_off(attempt)))
                if attempt == CREATING_TRIES or wait_s > self.patience_s:
                    raise
                time.sleep(wait_s)
            found = self._found(find)
            if found is not None:
                return found
        raise AssertionError("the last try returns or raises")


def folder(store: RunStore) -> Path:
    """Where the files of batches under way lie."""
    return store.path.parent / FOLDER


def _run_id(store: RunStore) -> str:
    """Chosen by chance, once: two runs over the same documents have batches of their own."""
    known: str | None = store.fact("run_id")
    if known is None:
        known = uuid.uuid4().hex
        store.save_fact("run_id", known)
    return known


def _saved(store: RunStore, batch: Batch) -> Batch:
    store.save_batch(batch)
    return batch
