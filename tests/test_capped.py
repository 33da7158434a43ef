"""Work on hostile items: each that hangs, eats memory or crashes is named, the others are done, and nobody is left."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.errors import InputError
from corpus_to_ft.records import Document, Rejected
from corpus_to_ft.run.base import Silence
from corpus_to_ft.run.capped import CappedExecutor
from corpus_to_ft.run.each import Task, do_each
from corpus_to_ft.run.nursery import getting_on
from corpus_to_ft.store import RunStore

MEBIBYTE = 1024 * 1024
CAPS = {"max_seconds": 1.0, "max_memory_mb": 128}


def misbehave(item: str) -> object:
    """What a parser can do to the process it runs in."""
    if item == "잠":
        time.sleep(60)
    if item == "되짚기":  # the interpreter is not asked meanwhile
        re.match(r"(a+)+$", "a" * 60 + "b")
    if item == "메모리":
        return len([bytearray(MEBIBYTE) for _ in range(4096)])
    if item == "한꺼번에":
        return len(bytearray(4096 * MEBIBYTE))
    if item == "자식 메모리":
        held = [ctypes.create_string_buffer(MEBIBYTE) for _ in range(64)]
        os.abort() if held else None
    if item == "중단":
        os.abort()
    if item == "널":
        ctypes.string_at(0)
    if item == "나감":
        os._exit(3)
    if item == "죽음":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "버그":
        raise ZeroDivisionError(item)
    return item * 2


def do(items: list[str], **caps: Any) -> dict[str, object]:
    done = CappedExecutor(**{**CAPS, **caps}).map(misbehave, items)
    return {item: result.reason if isinstance(result, InputError) else result for item, result in done}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("잠", "too_slow"),
        ("되짚기", "too_slow"),
        ("메모리", "too_much_memory"),
        ("한꺼번에", "too_much_memory"),
        ("중단", "reader_crashed"),
        ("널", "reader_crashed"),
        ("나감", "reader_crashed"),
        ("죽음", "reader_crashed"),
    ],
)
def test_only_the_item_that_misbehaves_falls_out(item: str, reason: str, workers: int) -> None:
    others = [f"글{number}" for number in range(40)]
    found = do([*others[:20], item, *others[20:]], workers=workers)
    assert found == {**{other: other * 2 for other in others}, item: reason}


def test_several_misbehaving_items_in_a_row_each_have_their_own_reason() -> None:
    assert do(["중단", "메모리", "나감", "글", "잠"]) == {
        "중단": "reader_crashed", "메모리": "too_much_memory", "나감": "reader_crashed", "글": "글글", "잠": "too_slow",
    }  # fmt: skip


def test_the_time_of_others_is_not_held_against_an_item() -> None:
    started = time.monotonic()
    items = [str(number) for number in range(12)]
    done = dict(CappedExecutor(max_seconds=1).map(nap, items))
    assert done == dict.fromkeys(items, "잤다")
    assert time.monotonic() - started > 2


def nap(_item: str) -> str:
    time.sleep(0.2)
    return "잤다"


def test_a_crash_after_much_memory_is_told_as_memory() -> None:
    assert do(["자식 메모리"], max_memory_mb=64) == {"자식 메모리": "too_much_memory"}


def test_a_bug_is_shown_with_the_traceback_of_where_it_happened() -> None:
    with pytest.raises(ZeroDivisionError, match="버그") as caught:
        do(["글", "버그"])
    assert "in misbehave" in str(caught.value.__cause__)


def test_large_items_and_results_go_through_whole() -> None:
    item = "가" * (8 * MEBIBYTE)
    done = list(CappedExecutor(max_memory_mb=256).map(misbehave, [item, "글", item + "나"]))
    assert [len(str(result)) for _, result in done] == [16 * MEBIBYTE, 2, 16 * MEBIBYTE + 2]


def test_what_cannot_be_read_is_kept_as_a_rejection_with_source_and_remedy(tmp_path: Path) -> None:
    tasks = [Task(item=item, item_id=item, source=f"{item}.pdf", given={}) for item in ("글", "잠")]
    with RunStore.open(tmp_path) as store:
        caps = CappedExecutor(**CAPS)
        prints = {"ingest": "f"}
        do_each(tasks, documents, fingerprints=prints, store=store, executor=caps, progress=Silence())
        (read,), (lost,) = (store.result("ingest", ("f", item)) or () for item in ("글", "잠"))
    assert isinstance(read, Document)
    assert isinstance(lost, Rejected)
    assert (lost.source, lost.reason) == ("잠.pdf", "too_slow")
    assert lost.detail.startswith("잠.pdf: took longer than 1 seconds")
    assert "ingest.max_seconds" in lost.detail


def documents(task: Task[str]) -> Iterator[tuple[str, tuple[Document, ...]]]:
    yield "ingest", (Document.make(source=task.source, text=str(misbehave(task.item))),)


def test_nobody_is_started_where_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert list(CappedExecutor().map(misbehave, [])) == []


def test_an_item_that_holds_many_may_take_long_while_it_gets_on() -> None:
    done = dict(CappedExecutor(max_seconds=1).map(many_in_one, ["옴", "멈춤"]))
    assert done["옴"] == "다 했다"
    assert isinstance(done["멈춤"], InputError)
    assert done["멈춤"].reason == "too_slow"


def many_in_one(item: str) -> str:
    for _ in range(25):
        getting_on()
        time.sleep(0.1)
    if item == "멈춤":
        time.sleep(60)
    return "다 했다"


def test_what_is_done_meanwhile_is_done_once_and_only_where_workers_are_needed() -> None:
    done: list[str] = []
    executor = CappedExecutor().doing(lambda: done.append("데움"))
    assert list(executor.map(misbehave, [])) == []
    assert not done
    assert len(list(executor.map(misbehave, [str(number) for number in range(200)]))) == 200
    assert done == ["데움"]


PARENT = """
import os, sys, time
from corpus_to_ft.run.capped import CappedExecutor
from test_capped import own_id_then_hang
for _, worker in CappedExecutor(workers=2, max_seconds=60).map(own_id_then_hang, iter(range(100))):
    print(worker, flush=True)
"""


def own_id_then_hang(number: int) -> int:
    if number > 2:
        re.match(r"(a+)+$", "a" * 60 + "b")
    time.sleep(0.1)
    return os.getpid()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_busy_workers_end_with_whoever_started_them(how: signal.Signals) -> None:
    """No main guard is needed either: a script may call us as it is."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        workers = {int(parent.stdout.readline()) for _ in range(3)}
        time.sleep(0.3)
        started = time.monotonic()
        parent.send_signal(how)
        parent.wait()
    assert time.monotonic() - started < 10
    until = time.monotonic() + 5
    while any(is_alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [worker for worker in workers if is_alive(worker)]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
