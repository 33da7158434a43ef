"""Several items at once in processes: for work that computes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from corpus_to_ft.run.base import Executor, R, T
from corpus_to_ft.run.pool import as_done


class ProcessesExecutor(Executor):
    """`workers` processes, started afresh (`spawn`): a fork after a Java runtime has started hangs for ever."""

    workers: int = 2

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
            yield from as_done(pool, work, items, ahead=self.workers * 3)
