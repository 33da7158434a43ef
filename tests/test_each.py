"""Each item is done once, wherever it runs; what fails becomes data or waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.errors import InputError, ProviderUnavailable, WorkerLost
from corpus_to_ft.records import Message, Rejected
from corpus_to_ft.run.base import Executor, Silence
from corpus_to_ft.run.each import Tally, Task, do_each
from corpus_to_ft.run.processes import ProcessesExecutor
from corpus_to_ft.run.serial import SerialExecutor
from corpus_to_ft.run.threads import ThreadsExecutor
from corpus_to_ft.store import RunStore

FINGERPRINTS = {"first": "f1", "second": "f2"}
EXECUTORS = [SerialExecutor(), ThreadsExecutor(workers=4), ProcessesExecutor(workers=2)]


def work(task: Task[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if task.item == "나쁨":
        raise InputError("damaged", "바이트 3")
    first = task.given.get("first") or (Message(role="user", content=task.item),)
    yield "first", first
    if task.item == "바쁨":
        raise ProviderUnavailable("연결할 수 없음")
    if task.item == "버그":
        raise ZeroDivisionError
    yield "second", (*first, Message(role="assistant", content=task.item * 2))


def do(items: list[str], folder: Path, executor: Executor) -> Tally:
    tasks = [Task(item=item, item_id=item, source=f"{item}.txt", given={}) for item in items]
    with RunStore.open(folder) as store:
        return do_each(tasks, work, fingerprints=FINGERPRINTS, store=store, executor=executor, progress=Silence())


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: executor.name)
def test_a_second_run_does_nothing(tmp_path: Path, executor: Executor) -> None:
    items = [f"글{number}" for number in range(30)]
    assert do(items, tmp_path, executor).made == 30
    again = do([*items, "새 글"], tmp_path, executor)
    assert (again.made, again.reused) == (1, 30)


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: executor.name)
def test_a_bad_item_is_data_and_the_others_are_done(tmp_path: Path, executor: Executor) -> None:
    tally = do(["하나", "나쁨", "둘"], tmp_path, executor)
    assert (tally.made, tally.postponed) == (3, 0)
    with RunStore.open(tmp_path) as store:
        (lost,) = store.result("second", ("f2", "나쁨")) or ()
        assert isinstance(lost, Rejected)
        assert (lost.reason, lost.detail, lost.source) == ("damaged", "바이트 3", "나쁨.txt")
        assert store.has("second", ("f2", "둘"))


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: executor.name)
def test_an_unreachable_provider_postpones_and_keeps_the_stage_before(tmp_path: Path, executor: Executor) -> None:
    tally = do(["바쁨", "하나"], tmp_path, executor)
    assert (tally.made, tally.postponed, tally.reason) == (1, 1, "연결할 수 없음")
    with RunStore.open(tmp_path) as store:
        assert store.has("first", ("f1", "바쁨"))
        assert not store.has("second", ("f2", "바쁨"))


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: executor.name)
def test_a_bug_comes_out_as_it_is(tmp_path: Path, executor: Executor) -> None:
    with pytest.raises(ZeroDivisionError):
        do(["버그"], tmp_path, executor)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "부모.py"
    program.write_text(
        "import os, time\n"
        "from corpus_to_ft.run.processes import ProcessesExecutor\n"
        "def own_id(number):\n"
        "    time.sleep(0.1)\n"
        "    return os.getpid()\n"
        "if __name__ == '__main__':\n"
        "    for _, worker in ProcessesExecutor(workers=2).map(own_id, range(1000)):\n"
        "        print(worker, flush=True)\n",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = {int(parent.stdout.readline()) for _ in range(4)}
        parent.kill()
    until = time.monotonic() + 10
    while any(is_alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [worker for worker in workers if is_alive(worker)]


def test_workers_start_where_temporary_files_have_a_very_long_name(tmp_path: Path) -> None:
    program, folder = tmp_path / "부모.py", tmp_path / ("긴" * 60)
    folder.mkdir()
    program.write_text(
        "from corpus_to_ft.run.processes import ProcessesExecutor\n"
        "if __name__ == '__main__':\n"
        "    print(sorted(ProcessesExecutor(workers=2).map(abs, range(-3, 0))))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "[(-3, 3), (-2, 2), (-1, 1)]\n"


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def end_own_process(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_that_was_killed_leaves_work_for_the_next_run() -> None:
    with pytest.raises(WorkerLost, match="run again"):
        list(ProcessesExecutor(workers=2).map(end_own_process, range(3)))
