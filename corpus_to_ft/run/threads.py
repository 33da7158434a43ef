"""Many items at once in threads: for work that waits for a model server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from corpus_to_ft.run.base import Executor, R, T, nothing
from corpus_to_ft.run.pool import as_done


class ThreadsExecutor(Executor):
    """`workers` items wait at the same time."""

    workers: int = 8

    def map(
        self, work: Callable[[T], R], items: Iterable[T], abandon: Callable[[], None] = nothing
    ) -> Iterator[tuple[T, R]]:
        with ThreadPoolExecutor(self.workers) as pool:
            yield from as_done(pool, work, items, self.workers * 2, abandon)
