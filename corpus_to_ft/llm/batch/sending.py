"""From wishes to a batch at the server: planned, uploaded, created, each step written down and none done twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.batch.remote import Remote, Standing
from corpus_to_ft.llm.batch.wishes import Wish, Wishes, write_lines
from corpus_to_ft.llm.made_once import LISTED_WITHIN_S, Maker
from corpus_to_ft.records import digest
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

FOLDER = "batches"


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
            file_id = found or self._maker.made(
                lambda: self.remote().upload(path),
                lambda: self.remote().find_file(batch.file_name, batch.size, since),
            )
            batch = _saved(store, replace(batch, state="uploaded", file_id=file_id))
            # Nobody asks for a batch before the file's id is written down.
            is_new = True
        if batch.state == "uploaded":
            standing = None if is_new else self._maker.found(lambda: self._find_batch(batch, since))
            standing = standing or self._maker.made(
                lambda: self.remote().create(batch.file_id, _run_id(store), batch.key, batch.sha256),
                lambda: self._find_batch(batch, since),
            )
            batch = _saved(store, replace(batch, state="submitted", batch_id=standing.id, status=standing.status))
        return batch

    def find(self, batch: Batch, store: RunStore) -> Batch:
        """The batch with what the server has of it, without sending anything."""
        since = datetime.fromisoformat(batch.planned_at)
        standing = self._maker.found(lambda: self._find_batch(batch, since))
        if standing:
            batch = _saved(store, replace(batch, state="submitted", batch_id=standing.id, status=standing.status))
        return batch

    def _find_batch(self, batch: Batch, since: datetime) -> Standing | None:
        return self.remote().find_batch(batch.key, batch.file_id, since)

    @property
    def _maker(self) -> Maker:
        return Maker(patience_s=self.patience_s, listed_within_s=self.pause_s)


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
