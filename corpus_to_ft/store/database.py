"""The run file: results of items, raw replies, the ledger of calls, and what the latest run consists of."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corpus_to_ft.errors import SYSTEM_FAULTS, ConfigError, StoreError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import ProviderFailure, Reply
from corpus_to_ft.store import batches, listed, pages, set_aside
from corpus_to_ft.store.batches import Batch
from corpus_to_ft.store.codec import decode, encode
from corpus_to_ft.store.listed import Listed
from corpus_to_ft.store.migrations import MIGRATIONS, migrate, refuse_newer
from corpus_to_ft.store.pages import SitePage
from corpus_to_ft.store.set_aside import SetAside

FILE_NAME = "run.sqlite"
Key = tuple[str, str]  # fingerprint, item id
# Replies of hundreds of calls, with what the run itself writes meanwhile.
SPARE_BYTES = 4 * 1024**2
# The outcome of a call whose answer is not there yet, of one that was under way when the process died, and of
# one in a batch, whose answer may come to another process.
OPEN, LOST, WAITING = "open", "lost", "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One line of the ledger. `cost` is in US dollars, None where the price is unknown.

    `follows` says that an earlier answer about the same thing led to the prompt, so no dry run could foresee it.
    """

    prompt_id: str
    kind: str
    provider: str
    model: str
    attempt: int
    started_at: str
    latency_s: float
    input_tokens: int
    output_tokens: int
    cost: float | None
    outcome: str
    batch: str = ""
    follows: bool = False

    @property
    def failed(self) -> bool:
        """Whether no reply came of it."""
        return self.outcome not in ("stop", "length", "content_filter", WAITING)


_WRITE_CALL = (
    f"INSERT OR REPLACE INTO calls (id, {', '.join(Call.__slots__)})"
    f" VALUES ({', '.join('?' * (len(Call.__slots__) + 1))})"
)


class RunStore:
    """Open with `RunStore.open(folder)`; every write is committed before the method returns.

    Safe to use from several threads of the process that opened it. WAL with `synchronous=NORMAL`:
    what is committed survives the death of the process at any moment.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._listed: list[Listed] = []

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[RunStore]:
        """Create or continue the run in `folder`, exclusively.

        Raises ConfigError when the folder cannot be written, or its file is of a newer version; StoreError when
        another process works there, or the file is damaged.
        """
        # The system says of it that it exists already.
        if os.path.isfile(folder):  # noqa: PTH113 (Path.is_file raises for a name too long)
            raise ConfigError(
                Sentence("cannot write into {folder}: it is a file; choose a folder with -o", folder=folder)
            )
        with boundary(
            OSError, to=ConfigError, message=Sentence("cannot write into the output folder {folder}", folder=folder)
        ):
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / f"{FILE_NAME}.lock").open("a+")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise StoreError(
                    Sentence(
                        "process {process} is already working in {folder}",
                        process=lock.read().strip() or "?",
                        folder=folder,
                    )
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            store = cls._connect(folder / FILE_NAME)
            try:
                yield store
            finally:
                store._connection.close()

    @classmethod
    @contextmanager
    def read(cls, folder: Path) -> Iterator[RunStore]:
        """Look into the run in `folder` without the lock; raises ConfigError when there is none."""
        path = folder / FILE_NAME
        if not os.path.isfile(path):  # noqa: PTH113 (Path.is_file raises for a name too long)
            raise ConfigError(
                Sentence(
                    "there is no run in {folder}: {file_name} is missing. Start one with: corpus-to-ft run",
                    folder=folder,
                    file_name=FILE_NAME,
                )
            )
        store = cls._look(path)
        try:
            yield store
        finally:
            store._connection.close()

    @classmethod
    def _look(cls, path: Path) -> RunStore:
        """Only for reading; works on somebody else's run as well."""
        with boundary(sqlite3.Error, to=StoreError, message=Sentence("{path} cannot be read", path=path)):
            address = f"file:{quote(str(path.absolute()))}?{_way_to_look(path)}"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None, timeout=30)
            connection.execute("PRAGMA query_only = ON")
            version = refuse_newer(connection, path)
            if version < len(MIGRATIONS):
                connection = _brought_up_to_date(connection)
        return cls(path, connection)

    @classmethod
    def _connect(cls, path: Path) -> RunStore:
        with boundary(
            sqlite3.Error,
            to=StoreError,
            message=Sentence("{path} cannot be used; move it away to start over", path=path),
        ):
            connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            # Before anything in it is changed.
            refuse_newer(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            migrate(connection)
        return cls(path, connection)

    def _execute(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock, self._writing():
            return self._connection.execute(sql, values).fetchall()

    def _writing(self) -> AbstractContextManager[None]:
        message = Sentence("{path} cannot be read or written (disk full?)", path=self.path)
        return boundary(sqlite3.Error, to=StoreError, message=message)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Everything inside, or nothing."""
        with self._lock, self._writing(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield

    def has(self, stage: str, key: Key) -> bool:
        return bool(self._execute("SELECT 1 FROM results WHERE stage=? AND fingerprint=? AND item_id=?", (stage, *key)))

    def result(self, stage: str, key: Key) -> tuple[Any, ...] | None:
        """The records that `stage` made of the item, or None when it has not been done."""
        sql = "SELECT payload FROM results WHERE stage=? AND fingerprint=? AND item_id=?"
        rows = self._execute(sql, (stage, *key))
        return decode(rows[0][0]) if rows else None

    def save_result(self, stage: str, key: Key, result: Sequence[object]) -> None:
        self._execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", (stage, *key, encode(result)))

    def current(self, stage: str) -> list[Key]:
        """The keys that the latest run consists of at `stage`, in order."""
        sql = "SELECT fingerprint, item_id FROM current WHERE stage=? ORDER BY position"
        return [(fingerprint, item_id) for fingerprint, item_id in self._execute(sql, (stage,))]

    def set_current(self, stage: str, keys: Iterable[Key]) -> None:
        lines = [(stage, position, *key) for position, key in enumerate(keys)]
        with self._transaction():
            self._connection.execute("DELETE FROM current WHERE stage=?", (stage,))
            self._connection.executemany("INSERT INTO current VALUES (?, ?, ?, ?)", lines)

    def start_list(self) -> None:
        for sql in listed.BEGIN:
            self._execute(sql)
        self._listed.clear()

    def list_found(self, found: Listed) -> None:
        """One more, in order; it counts when `use_list` is called, and is forgotten when the process dies before."""
        self._listed.append(found)
        if len(self._listed) >= listed.LINES_AT_ONCE:
            self._write_listed()

    def use_list(self) -> None:
        """From now on the latest run reads what was listed."""
        self._write_listed()
        with self._transaction():
            for sql in listed.FINISH:
                self._connection.execute(sql)

    def _write_listed(self) -> None:
        with self._transaction():
            self._connection.executemany(listed.ADD, self._listed)
        self._listed.clear()

    def inputs(self) -> Iterator[tuple[str, str]]:
        """Name and digest of what the latest run reads, in order."""
        last = 0
        while lines := self._execute(listed.READ, (last, listed.LINES_AT_ONCE)):
            yield from ((source, sha256) for _, source, sha256 in lines)
            last = lines[-1][0]

    def current_results(self, stage: str) -> Iterator[tuple[Any, ...]]:
        """The results of the latest run at `stage`, in order; items not done are left out."""
        for key in self.current(stage):
            result = self.result(stage, key)
            if result is not None:
                yield result

    def results_under(self, stage: str, fingerprint: str) -> Iterator[tuple[Any, ...]]:
        """All results kept at `stage` under one fingerprint, in no order that means anything."""
        sql = "SELECT item_id FROM results WHERE stage=? AND fingerprint=? ORDER BY item_id"
        for (item_id,) in self._execute(sql, (stage, fingerprint)):
            yield self.result(stage, (fingerprint, item_id)) or ()

    def reply(self, provider: str, prompt_id: str) -> Reply | ProviderFailure | None:
        rows = self._execute("SELECT payload FROM replies WHERE provider=? AND prompt_id=?", (provider, prompt_id))
        return decode(rows[0][0]) if rows else None

    def replies_aside(self, provider: str, prompt_id: str) -> list[SetAside]:
        """Replies to the prompt that could not be read, the first one first."""
        sql = f"{set_aside.READ} WHERE provider=? AND prompt_id=? ORDER BY call"
        return [set_aside.of_row(row) for row in self._execute(sql, (provider, prompt_id))]

    def replies_aside_about(self, subject_id: str) -> list[SetAside]:
        """Replies about a passage or document that could not be read, in the order in which they came."""
        sql = f"{set_aside.READ} WHERE subject_id=? ORDER BY call"
        return [set_aside.of_row(row) for row in self._execute(sql, (subject_id,))]

    def next_call(self) -> int:
        """The first number that no call has."""
        last: int | None = self._execute("SELECT max(id) FROM calls")[0][0]
        return (last or 0) + 1

    def write_calls(
        self,
        calls: Mapping[int, Call | None],
        replies: Iterable[tuple[str, Reply | ProviderFailure]] = (),
        batch: Batch | None = None,
        aside: Iterable[SetAside] = (),
    ) -> None:
        """All in one step: calls by number, new or changed (None: it reached nobody), replies by (provider, reply)."""
        lines = [(number, *(getattr(call, name) for name in Call.__slots__)) for number, call in calls.items() if call]
        gone = [(number,) for number, call in calls.items() if call is None]
        kept = [(provider, reply.prompt_id, encode(reply)) for provider, reply in replies]
        with self._transaction():
            self._connection.executemany(_WRITE_CALL, lines)
            self._connection.executemany("DELETE FROM calls WHERE id=?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", kept)
            self._connection.executemany(set_aside.WRITE, [set_aside.values(each) for each in aside])
            if batch:
                self._connection.execute(batches.WRITE, batches.values(batch))

    def require_room(self, size: int = SPARE_BYTES) -> None:
        """Raises StoreError where the disk could not take what comes home of calls under way, should it fill up now."""
        if shutil.disk_usage(self.path.parent).free < size:
            told = Sentence("{path} cannot be read or written (disk full?)", path=self.path)
            raise StoreError(Sentence("{message}: {cause}", message=told, cause=SYSTEM_FAULTS[errno.ENOSPC]))

    def save_batch(self, batch: Batch) -> None:
        self._execute(batches.WRITE, batches.values(batch))

    def batches(self) -> list[Batch]:
        """In the order in which they were planned."""
        return [Batch(**dict(zip(batches.COLUMNS, row, strict=True))) for row in self._execute(batches.READ)]

    def waiting_calls(self) -> dict[int, Call]:
        """By number, the calls in batches whose answer is not there yet."""
        columns = ", ".join(Call.__slots__)
        rows = self._execute(f"SELECT id, {columns} FROM calls WHERE outcome=? ORDER BY id", (WAITING,))
        return {number: Call(**dict(zip(Call.__slots__, row, strict=True))) for number, *row in rows}

    def settle_lost_calls(self) -> None:
        """Calls left open by a process that died: they may have cost as much as was reserved for them."""
        self._execute("UPDATE calls SET outcome=? WHERE outcome=?", (LOST, OPEN))

    def is_worked_on(self) -> bool:
        """Whether a process holds the run at this moment, this one included."""
        try:
            with self.path.with_name(f"{FILE_NAME}.lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def billed_calls(self, model: str) -> tuple[int, int]:
        """Calls that were or may have been billed, and for how many prompts that a dry run could foresee."""
        sql = (
            "SELECT count(*), count(DISTINCT CASE WHEN NOT follows THEN prompt_id END) FROM calls"
            " WHERE model=? AND outcome NOT IN (?, ?) AND (input_tokens + output_tokens > 0 OR cost > 0)"
        )
        calls, foreseen = self._execute(sql, (model, OPEN, WAITING))[0]
        return calls, foreseen

    def calls(self) -> list[Call]:
        columns = ", ".join(Call.__slots__)
        return [
            Call(**dict(zip(Call.__slots__, row, strict=True)))
            for row in self._execute(f"SELECT {columns} FROM calls ORDER BY id")
        ]

    def site_pages(self, site: str) -> dict[str, SitePage]:
        """By address, what is known of the pages of a site."""
        return {page.address: page for page in map(pages.page_of, self._execute(pages.READ, (site,)))}

    def save_site_page(self, page: SitePage) -> None:
        self._execute(pages.WRITE, pages.values(page))

    def fact(self, name: str) -> Any:
        """A JSON value remembered about the run, None when there is none."""
        rows = self._execute("SELECT value FROM facts WHERE name=?", (name,))
        return json.loads(rows[0][0]) if rows else None

    def save_fact(self, name: str, value: Any) -> None:
        self._execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))


def _way_to_look(path: Path) -> str:
    """How SQLite opens a file for reading so that nothing is left beside it."""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        # Reading needs a log and its index; who may write takes them away again, who may only read leaves them.
        return "mode=rw"
    has_log = all(path.with_name(f"{path.name}{end}").is_file() for end in ("-wal", "-shm"))
    return "mode=ro" if has_log else "immutable=1"


def _brought_up_to_date(old: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of a file of an older version, in a temporary file of SQLite's own: looking changes nothing."""
    new = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    old.backup(new)
    old.close()
    migrate(new)
    return new
