"""The run file keeps what it was given, for one process at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import document, example

from corpus_to_ft.errors import ConfigError, StoreError
from corpus_to_ft.records import Rejected, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.codec import decode, encode
from corpus_to_ft.store.database import LOST, OPEN, Call
from corpus_to_ft.store.migrations import MIGRATIONS


def test_what_is_saved_comes_back_equal(tmp_path: Path) -> None:
    written = document("가나다 😀 \n둘째 줄", source="é.md")
    lost = Rejected.make(item_id="x", source="나쁜.txt", stage="ingest", reason="binary", detail="0x00")
    with RunStore.open(tmp_path) as store:
        store.save_result("ingest", ("f", "i"), (written, lost))
    with RunStore.open(tmp_path) as store:
        assert store.result("ingest", ("f", "i")) == (written, lost)
        assert store.result("ingest", ("other", "i")) is None


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.lists(st.text()))
def test_any_text_and_meta_survive_the_codec(text: str, tags: list[str]) -> None:
    made = document(text)
    tagged = type(made).make(source="a", text=text, meta={"tags": tags, "n": 1, "none": None})
    assert decode(encode((made, tagged, example("무엇인가요?", text, made)))) == (
        made,
        tagged,
        example("무엇인가요?", text, made),
    )


def test_a_second_process_is_refused_with_the_holders_pid(tmp_path: Path) -> None:
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(tmp_path),))
    holder.start()
    try:
        _wait_for(tmp_path / "held")
        with pytest.raises(StoreError, match=str(holder.pid)), RunStore.open(tmp_path):
            pass
    finally:
        os.kill(holder.pid or 0, signal.SIGKILL)
        holder.join()
    with RunStore.open(tmp_path) as store:
        assert store.result("ingest", ("f", "i")) is not None


def _hold(folder: str) -> None:
    with RunStore.open(Path(folder)) as store:
        store.save_result("ingest", ("f", "i"), ())
        (Path(folder) / "held").touch()
        time.sleep(60)


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise TimeoutError(path)


def test_a_damaged_run_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"run\.sqlite .*move it away"), RunStore.open(tmp_path):
        pass


def test_a_run_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "run.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for way in (RunStore.open, RunStore.read):
        with pytest.raises(ConfigError, match=r"newer corpus-to-ft \(version 99"), way(tmp_path):
            pass
    assert not list(tmp_path.glob("*-wal"))


def test_a_run_file_of_an_older_version_can_be_looked_into_and_is_not_changed(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "run.sqlite") as connection:
        for step in MIGRATIONS[:2]:
            step(connection)
        connection.execute("INSERT INTO facts VALUES ('name', '\"글\"')")
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = contents_of(tmp_path)
    with RunStore.read(tmp_path) as store:
        assert (store.fact("name"), store.calls(), store.replies_aside_about("단락")) == ("글", [], [])
    assert contents_of(tmp_path) == before
    with RunStore.open(tmp_path) as store:
        assert store.fact("name") == "글"


def test_looking_into_a_folder_without_a_run_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="corpus-to-ft run"), RunStore.read(tmp_path):
        pass


def test_looking_leaves_nothing_behind_and_changes_nothing(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.save_fact("name", "글")
    before = contents_of(tmp_path)
    with RunStore.read(tmp_path) as store, RunStore.read(tmp_path) as other:
        assert store.fact("name") == other.fact("name") == "글"
        with pytest.raises(StoreError, match="readonly"):
            store.save_fact("name", "다른 글")
    assert contents_of(tmp_path) == before


def test_looking_into_a_killed_run_sees_its_last_words_and_leaves_nothing_new(tmp_path: Path) -> None:
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(tmp_path),))
    holder.start()
    try:
        _wait_for(tmp_path / "held")
    finally:
        os.kill(holder.pid or 0, signal.SIGKILL)
        holder.join()
    before = contents_of(tmp_path)
    assert any(name.endswith("-wal") for name in before)
    with RunStore.read(tmp_path) as store:
        assert store.result("ingest", ("f", "i")) is not None
    assert set(contents_of(tmp_path)) <= set(before)
    with RunStore.read(tmp_path) as store:
        assert store.result("ingest", ("f", "i")) is not None


def test_a_run_can_begin_and_write_while_somebody_looks(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.save_fact("name", "글")
    with RunStore.read(tmp_path) as looking:
        with RunStore.open(tmp_path) as store:
            for number in range(3000):
                store.save_result("ingest", ("f", str(number)), (document(f"{number}번 글"),))
        assert looking.has("ingest", ("f", "2999"))
    assert sorted(contents_of(tmp_path)) == ["run.sqlite", "run.sqlite.lock"]


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_current_keeps_the_order_and_is_replaced_whole(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.set_current("ingest", [("f", "b"), ("f", "a"), ("f", "c")])
        store.set_current("ingest", [("g", "c"), ("g", "a")])
        assert store.current("ingest") == [("g", "c"), ("g", "a")]


def a_call(**changes: Any) -> Call:
    said = Call(
        prompt_id="p", kind="qa", provider="x", model="m", attempt=1, started_at="2026-01-01T00:00:00+00:00",
        latency_s=0.0, input_tokens=0, output_tokens=0, cost=0.5, outcome=OPEN,
    )  # fmt: skip
    return replace(said, **changes)


def test_a_call_and_its_reply_are_closed_in_one_step(tmp_path: Path) -> None:
    usage = Usage(input_tokens=3, output_tokens=2)
    reply = Reply.make(prompt_id="p", text='{"summary": "요약 \ud83d"}', model="m", usage=usage)
    with RunStore.open(tmp_path) as store:
        store.write_calls({store.next_call(): a_call()})
        assert store.calls() == [a_call()]
        ended = a_call(latency_s=0.5, input_tokens=3, output_tokens=2, cost=0.1, outcome="stop")
        store.write_calls({1: ended}, [("fingerprint", reply)])
        assert store.calls() == [ended]
        assert store.reply("fingerprint", "p") == reply
        assert store.reply("another", "p") is None


def test_a_call_that_the_process_did_not_survive_keeps_what_it_may_have_cost(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.write_calls({1: a_call(), 2: a_call(prompt_id="q")})
        store.write_calls({2: None})
    with RunStore.open(tmp_path) as store:
        store.settle_lost_calls()
        assert [(call.outcome, call.cost, call.failed) for call in store.calls()] == [(LOST, 0.5, True)]


def test_a_disk_that_could_not_take_replies_is_told_before_they_are_paid_for(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.require_room()
        with pytest.raises(StoreError, match="disk is full"):
            store.require_room(10**18)
