"""Several items at once in processes: for work that computes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import chain, islice
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import Self

from pydantic import PrivateAttr

from corpus_to_ft.errors import WorkerLost
from corpus_to_ft.language import Sentence
from corpus_to_ft.run.base import Executor, R, T, nothing
from corpus_to_ft.run.pool import as_done


class ProcessesExecutor(Executor):
    """`workers` processes, none of them a fork of this one: a fork after a Java runtime has started hangs for ever.

    Where the system can, they are forks of a process that has done nothing but import `preload`, so that
    imports are paid for once; elsewhere each is started afresh.
    """

    workers: int = 2
    preload: tuple[str, ...] = ()
    _pool: ProcessPoolExecutor | None = PrivateAttr(default=None)
    _users: int = PrivateAttr(default=0)

    def __enter__(self) -> Self:
        self._users += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._users -= 1
        if self._pool and not self._users:
            # Their ending needs nobody's attention: the interpreter waits for them when it ends itself.
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def map(
        self, work: Callable[[T], R], items: Iterable[T], abandon: Callable[[], None] = nothing
    ) -> Iterator[tuple[T, R]]:
        waiting = iter(items)
        first = list(islice(waiting, 2))
        if len(first) < 2:  # starting a process takes longer than most items
            yield from ((item, work(item)) for item in first)
            return
        with self:
            try:
                yield from as_done(self._started(), work, chain(first, waiting), self.workers * 3, abandon)
            except BrokenProcessPool as error:
                told = (
                    "a worker process was ended from outside; run again, with a smaller run.workers if memory is short"
                )
                raise WorkerLost(Sentence(told)) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = _context(self.preload)
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_end_with_parent)
        return self._pool


def _context(preload: tuple[str, ...]) -> BaseContext:
    if "forkserver" in multiprocessing.get_all_start_methods():
        forkserver.set_forkserver_preload(list(preload))
        # Its socket has no place where the folder for temporary files is read-only or has a very long name.
        with suppress(OSError):
            forkserver.ensure_running()
            return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


def _end_with_parent() -> None:
    """A worker outlives a parent that was killed (it waits for work for ever), so it watches for that itself."""
    # Ctrl-C reaches the whole group; only the parent answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
