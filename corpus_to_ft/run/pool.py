"""What every pooled executor shares: a bounded number of items ahead, results as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice

from corpus_to_ft.run.base import R, T


def as_done(
    pool: Executor, work: Callable[[T], R], items: Iterable[T], ahead: int, abandon: Callable[[], None]
) -> Iterator[tuple[T, R]]:
    """Yield (item, result) as they are done; when one fails, what has not begun is cancelled, and `abandon` called."""
    waiting = iter(items)
    running: dict[Future[R], T] = {pool.submit(work, item): item for item in islice(waiting, ahead)}
    try:
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                item = running.pop(future)
                yield item, future.result()
            for item in islice(waiting, ahead - len(running)):
                running[pool.submit(work, item)] = item
    finally:
        for future in running:
            future.cancel()
        if running:
            abandon()
