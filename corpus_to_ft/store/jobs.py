"""The ledger of tuning: every job and file that was ever sent from this machine, whichever folder they came from.

It lies in the user's own folder, not in a run's: a job lives for days, is followed from other folders, and a file
that a host has already is not sent there again. No key is ever in it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from corpus_to_ft.errors import ConfigError, StoreError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import digest
from corpus_to_ft.store.codec import decode, encode
from corpus_to_ft.tuning import TuneEvent, TuneJob

FILE_NAME = "jobs.sqlite"
LOCKS = "jobs.locks"
# uploading: the upload may have arrived. present: the host has it. deleted: it was taken away, or has expired.
FileState = Literal["uploading", "present", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file at a server, known by what is in it. `job` is the id of the job that it was sent for first."""

    server: str
    sha256: str
    purpose: str
    name: str
    size: int
    state: FileState
    file_id: str
    job: str
    asked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """When a job came into a state, and what was said of it."""

    at: str
    state: str
    status: str
    note: str


_FILE = SentFile.__slots__


def m001_jobs_files_steps(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE jobs (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, content TEXT NOT NULL,"
        " remote_id TEXT NOT NULL, tuned_model TEXT NOT NULL, state TEXT NOT NULL, payload TEXT NOT NULL)"
    )
    connection.execute("CREATE INDEX jobs_by_content ON jobs (content)")
    connection.execute("CREATE TABLE steps (job TEXT, at TEXT, state TEXT, status TEXT, note TEXT)")
    connection.execute("CREATE INDEX steps_by_job ON steps (job)")
    connection.execute(
        "CREATE TABLE files (server TEXT, sha256 TEXT, purpose TEXT, name TEXT, size INTEGER, state TEXT,"
        " file_id TEXT, job TEXT, asked_at TEXT, PRIMARY KEY (server, sha256, purpose)) WITHOUT ROWID"
    )


def m002_events(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE events (job TEXT, key TEXT, payload TEXT NOT NULL, PRIMARY KEY (job, key))")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_jobs_files_steps, m002_events)


class JobLedger:
    """Open with `JobLedger.open(home)`; every write is on the disk before the method returns.

    Several processes may have it open at once; who works on one job holds it with `working_on`. `synchronous=FULL`:
    there are few writes, and one that is lost with the power would cost a second job.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, home: Path) -> Iterator[JobLedger]:
        """Raises ConfigError where the folder cannot be written, StoreError where the file is damaged."""
        with boundary(OSError, to=ConfigError, message=Sentence("cannot write into the folder {folder}", folder=home)):
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / FILE_NAME
        message = Sentence("{path} cannot be used; it knows your tuning jobs, so keep a copy of it", path=path)
        with boundary(sqlite3.Error, to=StoreError, message=message):
            connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        with closing(connection):
            with boundary(sqlite3.Error, to=StoreError, message=message):
                _refuse_newer(connection, path)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                _migrate(connection)
            yield cls(path, connection)

    @contextmanager
    def working_on(self, content: str, waits: Callable[[str], None] | None = None) -> Iterator[None]:
        """Nobody else works on it meanwhile. When another process does: StoreError, or with `waits`, which is told
        of that process once, until it has done."""
        folder = self.path.with_name(LOCKS)
        with boundary(
            OSError, to=ConfigError, message=Sentence("cannot write into the folder {folder}", folder=folder)
        ):
            folder.mkdir(exist_ok=True)
            lock = (folder / content).open("a+")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                other = lock.read().strip() or "?"
                if waits is None:
                    said = "process {process} is sending this very job; look with: corpus-to-ft tune list"
                    raise StoreError(Sentence(said, process=other)) from error
                waits(other)
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def save(self, job: TuneJob, note: str = "") -> TuneJob:
        """The job as it is now, and the step when its state, its status or its note is new; in one transaction."""
        values = (job.content, job.remote_id, job.tuned_model, job.state, encode(job))
        with self._transaction() as connection:
            known = connection.execute(
                "SELECT state, status FROM steps WHERE job=? ORDER BY rowid", (job.id,)
            ).fetchall()
            if connection.execute("SELECT 1 FROM jobs WHERE id=?", (job.id,)).fetchone():
                sql = "UPDATE jobs SET content=?, remote_id=?, tuned_model=?, state=?, payload=? WHERE id=?"
                connection.execute(sql, (*values, job.id))
            else:
                sql = "INSERT INTO jobs (content, remote_id, tuned_model, state, payload, id) VALUES (?, ?, ?, ?, ?, ?)"
                connection.execute(sql, (*values, job.id))
            if note or not known or known[-1] != (job.state, job.status):
                step = (job.id, _now(), job.state, job.status, note)
                connection.execute("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", step)
        return job

    def jobs(self) -> list[TuneJob]:
        """In the order in which they were planned."""
        return [decode(payload) for (payload,) in self._execute("SELECT payload FROM jobs ORDER BY number")]

    def jobs_of(self, content: str) -> list[TuneJob]:
        """All jobs that wish the same, the oldest first."""
        sql = "SELECT payload FROM jobs WHERE content=? ORDER BY number"
        return [decode(payload) for (payload,) in self._execute(sql, (content,))]

    def job(self, name: str) -> TuneJob | None:
        """By our id, the beginning of it, the host's id or the tuned model's; None where there is none or several.

        `latest` is the one that was planned last.
        """
        found = self.jobs_called(name)
        return found[0] if len(found) == 1 else None

    def jobs_called(self, name: str) -> list[TuneJob]:
        """All jobs that `name` may mean."""
        if name == "latest":
            rows = self._execute("SELECT payload FROM jobs ORDER BY number DESC LIMIT 1")
        else:
            rows = self._execute("SELECT payload FROM jobs WHERE ? IN (id, remote_id, tuned_model)", (name,))
        if not rows:
            rows = self._execute("SELECT payload FROM jobs WHERE substr(id, 1, ?) = ?", (len(name), name))
        return [decode(payload) for (payload,) in rows] if name else []

    def steps(self, job: str) -> list[Step]:
        """In the order in which they happened."""
        sql = "SELECT at, state, status, note FROM steps WHERE job=? ORDER BY rowid"
        return [
            Step(at=at, state=state, status=status, note=note) for at, state, status, note in self._execute(sql, (job,))
        ]

    def keep_events(self, job: str, events: Iterable[TuneEvent]) -> None:
        """What a host told of a job; what was told before is kept once."""
        told = [(job, digest(one.at, one.kind, one.message, one.metrics), encode(one)) for one in events]
        if told:
            with self._transaction() as connection:
                connection.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", told)

    def events(self, job: str) -> list[TuneEvent]:
        """All that was ever told of a job, the oldest first."""
        rows = self._execute("SELECT payload FROM events WHERE job=? ORDER BY rowid", (job,))
        return sorted((decode(payload) for (payload,) in rows), key=lambda event: event.at)

    def file(self, server: str, sha256: str, purpose: str) -> SentFile | None:
        """What is known of these bytes at this server."""
        sql = f"SELECT {', '.join(_FILE)} FROM files WHERE server=? AND sha256=? AND purpose=?"
        rows = self._execute(sql, (server, sha256, purpose))
        return SentFile(**dict(zip(_FILE, rows[0], strict=True))) if rows else None

    def files(self) -> list[SentFile]:
        """Those sent last come last."""
        rows = self._execute(f"SELECT {', '.join(_FILE)} FROM files ORDER BY asked_at")
        return [SentFile(**dict(zip(_FILE, row, strict=True))) for row in rows]

    def save_file(self, file: SentFile) -> SentFile:
        marks = ", ".join("?" * len(_FILE))
        values = tuple(getattr(file, name) for name in _FILE)
        self._execute(f"INSERT OR REPLACE INTO files ({', '.join(_FILE)}) VALUES ({marks})", values)
        return file

    def forget_file(self, server: str, file_id: str) -> None:
        """It is no longer at the server."""
        self._execute("UPDATE files SET state='deleted' WHERE server=? AND file_id=?", (server, file_id))

    def _execute(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._writing():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[None]:
        message = Sentence("{path} cannot be read or written (disk full?)", path=self.path)
        with boundary(sqlite3.Error, to=StoreError, message=message):
            yield


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        said = (
            "{path} was written by a newer corpus-to-ft (version {version}, this one knows {known}); upgrade this one"
        )
        raise ConfigError(Sentence(said, path=path, version=version, known=len(MIGRATIONS)))


def _migrate(connection: sqlite3.Connection) -> None:
    """Two processes may begin at once: the version is read again under the lock."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
