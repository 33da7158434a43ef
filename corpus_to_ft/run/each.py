"""Do each item once.

Running again *is* resume. The result of an item is kept under (stage, fingerprint, item id): the
fingerprint holds everything that can change the result, the item id is made from content. So the
first thing done with an item is to look whether it is there, and the last is to commit it. A line of
several stages over the same item (cut and summarize, then generate) runs in one go where the item is,
because the expensive morphological analysis is shared; still each stage's result is kept for itself.

    item ──has result?── yes ▶ next item
             └ no ▶ executor ▶ work(item, results of earlier stages) ▶ commit ▶ next item

A bad item is data: the work returns `Rejected` records for it. An unreachable provider postpones the
item: nothing is kept, the count is reported, and the next run tries again. Everything else is a bug
and comes out as it is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from corpus_to_ft.errors import BadReply, InputError, ProviderRefused, ProviderUnavailable
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Rejected
from corpus_to_ft.run.base import Executor, Progress, nothing
from corpus_to_ft.store import RunStore

T = TypeVar("T")
Results = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[T]):
    """An item with its key, the name people know it by, and the results that are there already."""

    item: T
    item_id: str
    source: str
    given: Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a task: new results by stage, or why it must wait."""

    results: Results
    postponed: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many items were done now, were there already, and wait for the next run (with the last reason)."""

    made: int
    reused: int
    postponed: int
    reason: str

    def then(self, later: Tally) -> Tally:
        """Both passes over the same items as one; what the first did is no reuse of the second."""
        made = self.made + later.made
        return Tally(made=made, reused=self.reused, postponed=later.postponed, reason=later.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded(Generic[T]):
    """Runs the work of one task where the executor put it, and turns the errors of a bad item into data.

    `work` yields (stage, result) as each stage is done, so that what was done before a failure is kept.
    """

    work: Callable[[Task[T]], Iterator[tuple[str, tuple[Any, ...]]]]
    last_stage: str

    def __call__(self, task: Task[T]) -> Done:
        results: dict[str, tuple[Any, ...]] = {}
        try:
            with _without_collector():
                results.update(self.work(task))
        except ProviderUnavailable as error:
            return Done(results=results, postponed=error.sentence)
        except InputError as error:
            results.update(self._fell(task, error).results)
        except (ProviderRefused, BadReply) as error:
            results[self.last_stage] = (self._rejected(task, error.reason, error.sentence),)
        return Done(results=results)

    def done(self, task: Task[T], outcome: Done | InputError) -> Done:
        """What an executor gave for a task; where it ended the worker, it knows nothing of sources."""
        if isinstance(outcome, Done):
            return outcome
        detail = Sentence("{source}: {detail}", source=task.source, detail=outcome.detail)
        return self._fell(task, InputError(outcome.reason, detail))

    def _fell(self, task: Task[T], error: InputError) -> Done:
        return Done(results={self.last_stage: (self._rejected(task, error.reason, error.detail),)})

    def _rejected(self, task: Task[T], reason: str, detail: Sentence) -> Rejected:
        return Rejected.make(
            item_id=task.item_id, source=task.source, stage=self.last_stage, reason=reason, detail=detail
        )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Defers the search for cycles: a document makes many objects, hardly a cycle, and the search took a tenth."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def do_each(
    tasks: Iterable[Task[T]],
    work: Callable[[Task[T]], Iterator[tuple[str, tuple[Any, ...]]]],
    *,
    fingerprints: Mapping[str, str],
    store: RunStore,
    executor: Executor,
    progress: Progress,
    abandon: Callable[[], None] = nothing,
) -> Tally:
    """Run `work` for every task whose last stage has no result; `fingerprints` names the stages in order.

    `abandon` is told when the work ends early, so that nobody waits for more.
    """
    last_stage = list(fingerprints)[-1]
    counts = {"made": 0, "reused": 0, "postponed": 0}
    reason = ""

    def missing() -> Iterator[Task[T]]:
        for task in tasks:
            if store.has(last_stage, (fingerprints[last_stage], task.item_id)):
                counts["reused"] += 1
                progress.advance(last_stage)
            else:
                given = {
                    stage: result
                    for stage, fingerprint in fingerprints.items()
                    if stage != last_stage and (result := store.result(stage, (fingerprint, task.item_id))) is not None
                }
                yield Task(item=task.item, item_id=task.item_id, source=task.source, given=given)

    guarded = Guarded(work=work, last_stage=last_stage)
    for task, outcome in executor.map(guarded, missing(), abandon):
        done = guarded.done(task, outcome)
        for stage, result in done.results.items():
            store.save_result(stage, (fingerprints[stage], task.item_id), result)
        counts["postponed" if done.postponed else "made"] += 1
        reason = done.postponed or reason
        progress.advance(last_stage)
    progress.finish(last_stage, counts["made"], counts["reused"])
    return Tally(made=counts["made"], reused=counts["reused"], postponed=counts["postponed"], reason=reason)
