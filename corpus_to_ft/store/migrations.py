"""Each version of the run file as a function, run in one transaction with the record of having run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence


def m001_results_replies_calls(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE results (stage TEXT, fingerprint TEXT, item_id TEXT, payload TEXT NOT NULL,"
        " PRIMARY KEY (stage, fingerprint, item_id)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE current (stage TEXT, position INTEGER, fingerprint TEXT, item_id TEXT,"
        " PRIMARY KEY (stage, position)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE replies (provider TEXT, prompt_id TEXT, payload TEXT NOT NULL,"
        " PRIMARY KEY (provider, prompt_id)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE calls (id INTEGER PRIMARY KEY, prompt_id TEXT, kind TEXT, provider TEXT, model TEXT,"
        " attempt INTEGER, started_at TEXT, latency_s REAL, input_tokens INTEGER, output_tokens INTEGER,"
        " cost REAL, outcome TEXT)"
    )
    connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


def m002_batches(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE batches (number INTEGER PRIMARY KEY, key TEXT UNIQUE, asked_by TEXT, settings TEXT,"
        " file_name TEXT, size INTEGER, sha256 TEXT, prompts INTEGER, planned_at TEXT, state TEXT, file_id TEXT,"
        " batch_id TEXT, status TEXT, answered INTEGER, failed INTEGER, note TEXT)"
    )
    connection.execute("ALTER TABLE calls ADD COLUMN batch TEXT NOT NULL DEFAULT ''")


def m003_site_pages(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE site_pages (site TEXT, address TEXT, crawl INTEGER, kind TEXT, status INTEGER, final TEXT,"
        " media TEXT, etag TEXT, last_modified TEXT, sha256 TEXT, digest TEXT, published TEXT, links TEXT,"
        " robots TEXT, skipped TEXT, fetched_at TEXT, PRIMARY KEY (site, address)) WITHOUT ROWID"
    )


def m004_set_aside(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE set_aside (call INTEGER PRIMARY KEY, provider TEXT, prompt_id TEXT, subject_id TEXT,"
        " chars INTEGER, payload TEXT NOT NULL)"
    )
    connection.execute("CREATE INDEX set_aside_by_prompt ON set_aside (provider, prompt_id)")
    connection.execute("CREATE INDEX set_aside_by_subject ON set_aside (subject_id)")


def m005_follows(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE calls ADD COLUMN follows INTEGER NOT NULL DEFAULT 0")


def m006_inputs(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE inputs (position INTEGER PRIMARY KEY, source TEXT NOT NULL, sha256 TEXT NOT NULL)")
    connection.execute(
        "INSERT INTO inputs (source, sha256)"
        " SELECT json_extract(entry.value, '$[0]'), json_extract(entry.value, '$[1]')"
        " FROM facts, json_each(facts.value) AS entry WHERE facts.name = 'inputs'"
    )
    connection.execute("DELETE FROM facts WHERE name = 'inputs'")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    m001_results_replies_calls,
    m002_batches,
    m003_site_pages,
    m004_set_aside,
    m005_follows,
    m006_inputs,
)


def refuse_newer(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the file; raises ConfigError where a newer program wrote it."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        said = (
            "{path} was written by a newer corpus-to-ft (version {version}, this one knows {known}); "
            "upgrade this one, or choose another folder with -o"
        )
        raise ConfigError(Sentence(said, path=path, version=version, known=len(MIGRATIONS)))
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an older file up to date."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")
