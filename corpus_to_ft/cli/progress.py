"""Who watches the work: bars on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from corpus_to_ft.language import tr
from corpus_to_ft.run.base import Progress

PLAIN_EVERY_S = 10.0


@contextmanager
def watch(quiet: bool = False) -> Iterator[Progress]:
    """A Progress that fits where stderr goes."""
    from corpus_to_ft.run.base import Silence

    if quiet:
        yield Silence()
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        yield Lines()


class Lines:
    """One line when a stage begins, one every ten seconds, one when it is done."""

    def __init__(self) -> None:
        self._done = 0
        self._total: int | None = None
        self._begun = self._spoken = 0.0

    def start(self, stage: str, total: int | None) -> None:  # noqa: ARG002 (named when it finishes)
        self._done, self._total = 0, total
        self._begun = self._spoken = time.monotonic()

    def advance(self, stage: str, done: int = 1) -> None:
        self._done += done
        now = time.monotonic()
        if now - self._spoken >= PLAIN_EVERY_S:
            self._spoken = now
            rate = self._done / (now - self._begun)
            left = f", {tr('{seconds:.0f} s left', seconds=(self._total - self._done) / rate)}" if self._total else ""
            print(f"{tr(stage)}: {self._done}/{self._total or '?'} ({rate:.1f}/s{left})", file=sys.stderr, flush=True)

    def finish(self, stage: str, made: int, reused: int) -> None:
        line = tr("{stage}: {made} done, {reused} there already", stage=tr(stage), made=made, reused=reused)
        print(line, file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[rate]}"),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True)) as drawn:
        yield Bars(drawn)


class Bars:
    """One bar a stage, with rate and remaining time."""

    def __init__(self, drawn: object) -> None:
        from rich.progress import Progress as RichProgress
        from rich.progress import TaskID

        assert isinstance(drawn, RichProgress)
        self._drawn = drawn
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int | None) -> None:
        self._tasks[stage] = self._drawn.add_task(tr(stage), total=total, rate="")

    def advance(self, stage: str, done: int = 1) -> None:
        task = self._drawn.tasks[self._tasks[stage]]
        self._drawn.update(task.id, advance=done, rate=f"{task.speed:.1f}/s" if task.speed else "")

    def finish(self, stage: str, made: int, reused: int) -> None:
        note = tr("{made} done, {reused} there already", made=made, reused=reused)
        task = self._tasks[stage]
        self._drawn.update(task, total=made + reused, completed=made + reused, rate=note)

    def say(self, text: str) -> None:
        self._drawn.console.print(text, markup=False, highlight=False)
