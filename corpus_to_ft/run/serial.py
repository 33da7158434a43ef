"""One item after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from corpus_to_ft.run.base import Executor, R, T, nothing


class SerialExecutor(Executor):
    """The default for small work: nothing to start, nothing to wait for."""

    def map(
        self,
        work: Callable[[T], R],
        items: Iterable[T],
        abandon: Callable[[], None] = nothing,  # noqa: ARG002 (nothing is under way)
    ) -> Iterator[tuple[T, R]]:
        for item in items:
            yield item, work(item)
