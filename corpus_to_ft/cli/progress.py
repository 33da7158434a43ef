"""Who watches the work: bars on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus_to_ft.language import tr
from corpus_to_ft.run.base import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

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


# Below this many columns the rate has no room.
WIDE = 64
# What stands beside the bar, and two columns more: a terminal echoes Ctrl-C as ^C where the cursor stands, and
# at the edge that would begin a line which nobody wipes.
BESIDE_WIDE, BESIDE_NARROW = 44, 28
LONGEST_BAR = 40


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(stderr=True)
    is_wide = console.width >= WIDE
    room = console.width - (BESIDE_WIDE if is_wide else BESIDE_NARROW)
    columns = [
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(bar_width=max(1, min(LONGEST_BAR, room))),
        rich_progress.MofNCompleteColumn(),
        *([rich_progress.TextColumn("{task.fields[rate]}")] if is_wide else []),
        rich_progress.TimeRemainingColumn(compact=True),
    ]
    with rich_progress.Progress(*columns, console=console, transient=True) as drawn:
        yield Bars(drawn)


class Bars:
    """One bar for the stage under way, a line for each that is done; nothing is left of a bar that was broken off."""

    def __init__(self, drawn: RichProgress) -> None:
        self._drawn = drawn
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int | None) -> None:
        self._tasks[stage] = self._drawn.add_task(tr(stage), total=total, rate="")

    def advance(self, stage: str, done: int = 1) -> None:
        task = self._drawn.tasks[self._drawn.task_ids.index(self._tasks[stage])]
        self._drawn.update(task.id, advance=done, rate=f"{task.speed:.1f}/s" if task.speed else "")

    def finish(self, stage: str, made: int, reused: int) -> None:
        self._drawn.remove_task(self._tasks.pop(stage))
        self._drawn.refresh()  # or the line would be printed above the old bar
        self.say(tr("{stage}: {made} done, {reused} there already", stage=tr(stage), made=made, reused=reused))

    def say(self, text: str) -> None:
        self._drawn.console.print(text, markup=False, highlight=False)
