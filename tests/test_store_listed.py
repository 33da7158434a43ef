"""What a run reads is listed line by line, and the list of the run before stays until the new one is whole."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from corpus_to_ft.store import RunStore
from corpus_to_ft.store.database import FILE_NAME
from corpus_to_ft.store.listed import LINES_AT_ONCE, Listed


def test_the_list_is_used_when_it_is_whole_and_not_before(tmp_path: Path) -> None:
    count = 2 * LINES_AT_ONCE + 7
    for kept in ("앞", "뒤"):
        with RunStore.open(tmp_path) as store:
            store.start_list()
            for number in range(count):
                is_input = number % 2 == 0
                store.list_found(Listed("f", f"{kept}{number}", f"{kept}{number}.md" if is_input else None, "0" * 64))
            if kept == "앞":
                store.use_list()
    with RunStore.open(tmp_path) as store:
        store.start_list()
        assert store.current("ingest") == [("f", f"앞{number}") for number in range(count)]
        assert list(store.inputs()) == [(f"앞{number}.md", "0" * 64) for number in range(0, count, 2)]
        store.use_list()
        assert not store.current("ingest")
        assert not list(store.inputs())


def test_the_inputs_of_older_runs_are_kept(tmp_path: Path) -> None:
    inputs = [["글 나.md", "1" * 64], ["가.md", ""]]
    with RunStore.open(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    with connection:
        connection.execute("DROP TABLE inputs")
        connection.execute("INSERT INTO facts VALUES ('inputs', ?)", (json.dumps(inputs, ensure_ascii=False),))
        connection.execute("PRAGMA user_version = 5")
    connection.close()
    with RunStore.open(tmp_path) as store:
        assert list(store.inputs()) == [tuple(line) for line in inputs]
        assert store.fact("inputs") is None
