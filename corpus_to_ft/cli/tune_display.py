"""What a person sees of a job that is under way: events as lines, a bar of steps, and how the loss goes down."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from corpus_to_ft.cli.look import safe
from corpus_to_ft.language import Sentence, foreign, tr
from corpus_to_ft.llm.sdk import one_line
from corpus_to_ft.tuning import TuneEvent, TuneJob

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SPARKS = "▁▂▃▄▅▆▇█"
SPARK_COLUMNS, BAR_COLUMNS = 18, 12
# A narrower terminal shows less of each, on one line all the same.
WIDE_COLUMNS = 80
# A state with the word of the host and the hour it is foreseen for.
MOST_WORD = 40
LOSSES = ("train_loss", "training_loss", "loss")
TOTALS = ("total_steps", "total", "max_steps")


class Watch:
    """Hears each look at the job. `tell` gets lines; a bar is drawn where there is a terminal."""

    def __init__(self, tell: Callable[[Sentence], None]) -> None:
        self._tell = tell
        self._said = ""
        self.losses: list[float] = []
        self.step = self.total = 0
        self.bar: Progress | None = None
        self.spark_columns = SPARK_COLUMNS
        self._task: TaskID | None = None

    def show(self, job: TuneJob, events: Sequence[TuneEvent]) -> None:
        for event in events:
            self._take(event)
        word = f"{tr(job.state)}{f' ({job.status})' if job.status not in ('', job.state) else ''}"
        if word != self._said:
            self._said = word
            self._tell(Sentence("job {id}: {word}", id=job.id[:8], word=word))
        if job.estimated_finish and not job.has_ended:
            word = f"{word} → {local(job.estimated_finish)[5:16]}"
        self._draw(one_line(word)[:MOST_WORD])

    def _take(self, event: TuneEvent) -> None:
        loss = next((event.metrics[name] for name in LOSSES if name in event.metrics), None)
        if loss is not None:
            self.losses.append(loss)
        self.step = max(self.step, int(event.metrics.get("step", 0)))
        self.total = max([self.total, *(int(event.metrics[name]) for name in TOTALS if name in event.metrics)])
        if event.kind != "metrics" or self.bar is None:
            level = "" if event.level == "info" else f"{tr(event.level)}: "
            self._tell(foreign(safe(f"{local(event.at)[11:]} {level}{event.message}")))

    def _draw(self, word: str) -> None:
        if self.bar is None:
            return
        if self._task is None:
            self._task = self.bar.add_task(word, total=None, curve="")
        curve = f"{sparkline(self.losses, self.spark_columns)} {self.losses[-1]:.4f}" if self.losses else ""
        self.bar.update(self._task, description=word, completed=self.step, total=self.total or None, curve=curve)


def local(at: str) -> str:
    """A moment of a host's by the clock of this place; as it is where it is none."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return at


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Draws while it lasts; nothing is left of the bar afterwards."""
    if not sys.stderr.isatty():
        yield
        return
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        yield
        return
    is_wide = console.width >= WIDE_COLUMNS
    watch.spark_columns = SPARK_COLUMNS if is_wide else SPARK_COLUMNS // 3
    columns = [
        progress.TextColumn("{task.description}", markup=False),
        *([progress.BarColumn(bar_width=BAR_COLUMNS)] if is_wide else []),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[curve]}", markup=False),
        *([progress.TimeElapsedColumn()] if is_wide else []),
    ]
    with progress.Progress(*columns, console=console, transient=True) as drawn:
        watch.bar = drawn
        yield
        watch.bar = None


def sparkline(values: Sequence[float], columns: int = SPARK_COLUMNS) -> str:
    """The course of some figures in one line; each sign is the mean of what falls into its column."""
    if not values:
        return ""
    width = min(columns, len(values))
    parts = [values[len(values) * at // width : len(values) * (at + 1) // width] for at in range(width)]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    if high == low:
        return SPARKS[0] * width
    return "".join(SPARKS[round((mean - low) / (high - low) * (len(SPARKS) - 1))] for mean in means)
