"""Worker processes that are ended at a time and memory cap: for work on what others made, which may be hostile.

A parser that hangs, a picture that unpacks to gigabytes or a library that crashes costs one item, which is named, and
never the run. Items are sent some ahead, so that nobody waits; a worker answers each as it is done. What was under
way when a worker ended is done again by the next one. The first unanswered item is the suspect: unless it is plain
that it was too slow, it gets one more try in a worker that has done nothing before, where nobody else can be blamed.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Self

from pydantic import Field, PrivateAttr

from corpus_to_ft.errors import InputError, WorkerLost
from corpus_to_ft.language import Sentence
from corpus_to_ft.run.base import Executor, R, T, nothing
from corpus_to_ft.run.nursery import (
    BUG,
    LENGTH_BYTES,
    NO_MEMORY,
    OUT_OF_MEMORY,
    RESULT,
    START_S,
    UP,
    Ending,
    Nursery,
)

AHEAD_ITEMS = 32
# What surely fits into a socket that nobody reads just now.
AHEAD_BYTES = 64 * 1024
TICK_S = 0.5
# A run this short is not made shorter by a second worker, which has to warm up as well.
ALONE_ITEMS, ALONE_S = 64, 2.0
# A worker that crashed with more than this share of its memory in use is taken to have run out of it.
NEARLY_ALL = 0.8


class CappedExecutor(Executor):
    """`workers` processes; in the place of a result may stand the InputError that says why its worker was ended."""

    workers: int = 1
    max_seconds: float = Field(default=30, gt=0, description="an item may take")
    max_memory_mb: int = Field(default=512, ge=64, description="an item may take, above what a worker needs")
    _meanwhile: Callable[[], object] = PrivateAttr(default_factory=lambda: nothing)

    def doing(self, meanwhile: Callable[[], object]) -> Self:
        """With something to do here, once, when workers have enough to do; never where none is needed."""
        self._meanwhile = meanwhile
        return self

    def map(
        self, work: Callable[[T], R], items: Iterable[T], abandon: Callable[[], None] = nothing
    ) -> Iterator[tuple[T, R | InputError]]:
        crew: _Crew[T, R] | None = None
        try:
            for item in items:
                if crew is None:  # nobody is started for nothing
                    crew = _Crew(self, Nursery(work, self.max_memory_mb), self._meanwhile)
                yield from crew.take(_Order.of(item))
            if crew is not None:
                yield from crew.finish()
        finally:
            if crew is not None:
                if crew.is_busy:
                    abandon()
                crew.close()


@dataclass(slots=True, kw_only=True)
class _Order(Generic[T]):
    """An item and how it is sent; `alone` is its second try."""

    item: T
    size: int
    sent_as: bytes
    alone: bool = False

    @classmethod
    def of(cls, item: T, *, alone: bool = False) -> _Order[T]:
        sent_as = pickle.dumps(item, protocol=pickle.HIGHEST_PROTOCOL)
        return cls(item=item, size=len(sent_as), sent_as=sent_as, alone=alone)


@dataclass(slots=True, kw_only=True)
class _Worker(Generic[T]):
    """`patience` is how long it has kept us waiting since it spoke last."""

    socket: socket.socket
    process: int = 0
    answered: int = 0
    patience: float = 0.0
    is_late: bool = False
    orders: deque[_Order[T]] = field(default_factory=deque)
    heard: bytearray = field(default_factory=bytearray)

    def has_room_for(self, order: _Order[T]) -> bool:
        if not self.orders:
            return not order.alone or not self.answered
        ahead = sum(waiting.size for waiting in self.orders) + order.size
        is_shared = not order.alone and not self.orders[0].alone
        return is_shared and len(self.orders) < AHEAD_ITEMS and ahead <= AHEAD_BYTES

    def send(self, order: _Order[T]) -> None:
        """What a dead worker does not take is seen when it is listened to."""
        self.orders.append(order)
        sent_as, order.sent_as = order.sent_as, b""
        with suppress(ConnectionError):
            try:
                self.socket.sendall(sent_as)
            except TimeoutError:
                self.is_late = True

    def listen(self) -> Iterator[tuple[int, Any]]:
        """What it has said as a whole; raises EOFError when it is gone."""
        try:
            part = self.socket.recv(1024 * 1024)
        except ConnectionError:
            part = b""
        if not part:
            raise EOFError
        self.heard += part
        self.patience = 0.0
        while len(self.heard) > LENGTH_BYTES:
            end = 1 + LENGTH_BYTES + int.from_bytes(self.heard[1 : 1 + LENGTH_BYTES])
            if len(self.heard) < end:
                return
            said = self.heard[0], pickle.loads(memoryview(self.heard)[1 + LENGTH_BYTES : end])
            del self.heard[:end]
            yield said


class _Crew(Generic[T, R]):
    """The workers of one `map`."""

    def __init__(self, caps: CappedExecutor, nursery: Nursery, meanwhile: Callable[[], object]) -> None:
        self._caps = caps
        self._meanwhile = meanwhile
        self._nursery = nursery
        self._workers: list[_Worker[T]] = []
        self._again: deque[_Order[T]] = deque()
        self._looked = self._since = time.monotonic()
        self._answered = 0

    @property
    def _most(self) -> int:
        """How many workers may work now."""
        is_long = self._answered > ALONE_ITEMS or time.monotonic() - self._since > ALONE_S
        return self._caps.workers if is_long else 1

    @property
    def is_busy(self) -> bool:
        return bool(self._again) or any(worker.orders for worker in self._workers)

    def take(self, order: _Order[T]) -> Iterator[tuple[T, R | InputError]]:
        """Hand an item to a worker; yields what is done while it waits for one, and until there is room for another."""
        while not self._hand_over(order):
            yield from self._wait()
        while not self._has_room():
            yield from self._wait()
        yield from self._wait(timeout_s=0)

    def finish(self) -> Iterator[tuple[T, R | InputError]]:
        while self.is_busy:
            yield from self._wait()

    def close(self) -> None:
        for worker in self._workers:
            _end(worker)
        self._nursery.close()

    def _has_room(self) -> bool:
        """Whether a next item, whose size nobody knows yet, might find a worker; large ones are not held in store."""
        if self._again:
            return False
        if len(self._workers) < self._most:
            return True
        nothing_yet: _Order[Any] = _Order(item=None, size=0, sent_as=b"")
        return any(worker.has_room_for(nothing_yet) for worker in self._workers)

    def _hand_over(self, order: _Order[T]) -> bool:
        """False where nobody can take it now."""
        for worker in sorted(self._workers, key=lambda worker: len(worker.orders)):
            if worker.has_room_for(order):
                worker.send(order)
                return True
        idle = next((worker for worker in self._workers if not worker.orders), None)
        if order.alone and idle is not None:  # it has worked before
            self._workers.remove(idle)
            _end(idle)
            if idle.process:
                self._nursery.ended(idle.process)
        if len(self._workers) >= self._most:
            return False
        worker = _Worker[T](socket=self._nursery.fork())
        worker.socket.settimeout(self._caps.max_seconds + START_S)
        self._workers.append(worker)
        worker.send(order)
        return True

    def _wait(self, timeout_s: float = TICK_S) -> Iterator[tuple[T, R | InputError]]:
        """What workers have said meanwhile, and what became of those that said nothing for too long."""
        while self._again and self._hand_over(self._again[0]):
            self._again.popleft()
        if timeout_s:
            meanwhile, self._meanwhile = self._meanwhile, nothing
            meanwhile()
        sockets = {worker.socket.fileno(): worker for worker in self._workers}
        poll = select.poll()
        for place in sockets:
            poll.register(place, select.POLLIN)
        spoke = poll.poll(timeout_s * 1000)
        # Time in which we ourselves were stopped, or busy, is nobody's fault.
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, 2 * TICK_S), now
        for worker in self._workers:
            worker.patience = worker.patience + passed if worker.orders else 0.0
        for place, _ in spoke:
            worker = sockets[place]
            try:
                for kind, said in worker.listen():
                    yield from self._heard(worker, kind, said)
            except EOFError:
                yield from self._gone(worker)
        for worker in [worker for worker in self._workers if worker.orders]:
            if worker.is_late or worker.patience > (self._caps.max_seconds if worker.process else START_S):
                worker.is_late = True
                yield from self._gone(worker)

    def _heard(self, worker: _Worker[T], kind: int, said: Any) -> Iterator[tuple[T, R | InputError]]:
        if kind == UP:
            worker.process = said
        elif kind == BUG:
            error, trace = said
            raise error from _WorkerTraceback(trace)
        elif kind == NO_MEMORY:
            yield from self._gone(worker, ran_out=True)
        elif kind == RESULT:
            worker.answered += 1
            self._answered += 1
            yield worker.orders.popleft().item, said

    def _gone(self, worker: _Worker[T], *, ran_out: bool = False) -> Iterator[tuple[T, R | InputError]]:
        """A worker has ended, or is ended now: the suspect falls out or is tried again, the others are sent again."""
        if worker not in self._workers:
            return
        self._workers.remove(worker)
        _end(worker)
        if not worker.process:  # it never came up: whatever the reason, no item is to blame
            told = "a worker process was ended from outside; run again, with a smaller run.workers if memory is short"
            raise WorkerLost(Sentence(told))
        ending = self._nursery.ended(worker.process)
        if not worker.orders:
            return
        suspect, *others = worker.orders
        self._again.extend(_Order.of(order.item, alone=order.alone) for order in others)
        if worker.is_late or not worker.answered:
            yield suspect.item, self._fault(worker, ending, ran_out=ran_out)
        else:
            self._again.append(_Order.of(suspect.item, alone=True))

    def _fault(self, worker: _Worker[T], ending: Ending, *, ran_out: bool) -> InputError:
        caps = self._caps
        if worker.is_late:
            told = (
                "took longer than {seconds:g} seconds to read and was given up; split it, or raise ingest.max_seconds"
            )
            return InputError("too_slow", Sentence(told, seconds=caps.max_seconds))
        if ran_out or ending.status == OUT_OF_MEMORY or ending.peak_mb > NEARLY_ALL * caps.max_memory_mb:
            told = "took more than {memory_mb:,} MB of memory to read; split it, or raise ingest.max_memory_mb"
            return InputError("too_much_memory", Sentence(told, memory_mb=caps.max_memory_mb))
        told = "the program that reads it crashed ({how}); save it anew, and in another format if that does not help"
        number = -ending.status
        how = signal.Signals(number).name if number in set(signal.Signals) else f"exit {ending.status}"
        return InputError("reader_crashed", Sentence(told, how=how))


def _end(worker: _Worker[Any]) -> None:
    worker.socket.close()
    if worker.process:
        with suppress(ProcessLookupError):
            os.kill(worker.process, signal.SIGKILL)


class _WorkerTraceback(Exception):
    """What Python would have shown in the worker."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'
