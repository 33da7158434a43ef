"""What all exchanges with one server share: connections, gate, ledger writing, and what was learned of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import aiohttp

from corpus_to_ft.errors import ConfigError, CorpusToFtError, StoreError
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.chat.doubts import Doubts
from corpus_to_ft.llm.chat.gate import Gate
from corpus_to_ft.llm.chat.reach import misaddressed
from corpus_to_ft.llm.chat.request import Dialect
from corpus_to_ft.llm.chat.service import CHAT_SERVICE, Service
from corpus_to_ft.records import Prompt

# From here on the loop has better things to do than to write; below, another thread costs more than it spares.
MANY_IN_FLIGHT = 100
# Who does not take a connection within this, when nobody has ever answered, is looked at more closely.
CONNECT_S, FIRST_CONNECT_S = 30.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Where a client asks and how. `patience_s` bounds how long a server may be away or put calls off.

    `extra` goes with every call, and what `extra_for` makes of its prompt.
    """

    url: str
    base_url: str
    model: str
    key_name: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    extra: Mapping[str, Any]
    format: str
    timeout_s: float
    patience_s: float
    max_attempts: int
    max_concurrency: int
    requests_a_minute: float | None = None
    tokens_a_minute: float | None = None
    extra_for: Callable[[Prompt], Mapping[str, Any]] | None = None
    key: str = field(default="", repr=False)
    service: Service = CHAT_SERVICE

    def at(self, url: str, service: Service) -> Manners:
        """The same manners for another service of the server."""
        return replace(self, url=url, service=service)


@dataclass(slots=True, kw_only=True)
class Line:
    """`halted` is why no call begins any more; `running` holds each task that brings a prompt to its reply.

    Its values tell whether a call is out, which must not be broken off without need: it is paid.
    """

    manners: Manners
    session: aiohttp.ClientSession
    gate: Gate
    dialect: Dialect
    timeout: aiohttp.ClientTimeout
    first_timeout: aiohttp.ClientTimeout
    proxy: str | None = None
    answers: int = 0
    formats: set[str] = field(default_factory=set)
    halted: CorpusToFtError | None = None
    call_ended: asyncio.Event = field(default_factory=asyncio.Event)
    running: dict[asyncio.Task[Any], Callable[[], bool]] = field(default_factory=dict)
    doubts: Doubts = field(init=False)
    _committing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _to_commit: list[asyncio.Future[None]] = field(default_factory=list)
    _committed: asyncio.Task[None] | None = None
    _misaddressed: asyncio.Task[ConfigError | None] | None = None

    def __post_init__(self) -> None:
        self.doubts = Doubts(lambda: len(self.running))

    @classmethod
    def of(cls, manners: Manners, session: aiohttp.ClientSession, proxy: str | None, max_concurrency: int) -> Line:
        gate = Gate(
            max_concurrency=max_concurrency,
            requests_a_minute=manners.requests_a_minute,
            tokens_a_minute=manners.tokens_a_minute,
        )
        timeout_s = manners.timeout_s
        return cls(
            manners=manners,
            session=session,
            gate=gate,
            dialect=Dialect(format=manners.format),
            timeout=aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s)),
            first_timeout=aiohttp.ClientTimeout(total=timeout_s, connect=min(FIRST_CONNECT_S, timeout_s)),
            proxy=proxy,
        )

    def release(self) -> None:
        """Nothing will come any more of what waits for its turn."""
        for task, is_out in self.running.items():
            if not is_out():
                task.cancel()

    async def commit(self, ledger: Ledger) -> None:
        """Once for all that began or ended since the last one; beside the calls where many are under way."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._to_commit.append(written)
        if len(self._to_commit) == 1:
            self._committed = asyncio.create_task(self._commit(ledger))
            self._committed.add_done_callback(partial(_tell_committed, self._to_commit))
        await written

    async def _commit(self, ledger: Ledger) -> None:
        async with self._committing:
            # What is told from here on may come too late for this one.
            self._to_commit = []
            try:
                if self.gate.in_flight > MANY_IN_FLIGHT:
                    await asyncio.to_thread(ledger.commit)
                else:
                    ledger.commit()
            except StoreError as error:
                self.halted = self.halted or error
                raise

    def tell_ended(self) -> None:
        """Wakes those who wait for money that calls under way have reserved."""
        self.call_ended.set()
        self.call_ended = asyncio.Event()

    async def misaddressed(self) -> ConfigError | None:
        """Whether the server speaks TLS and was called without, or the other way round; tried once."""
        if self.proxy:
            return None
        if self._misaddressed is None:
            self._misaddressed = asyncio.create_task(misaddressed(self.manners.base_url))
        return await asyncio.shield(self._misaddressed)


def _tell_committed(waiting: Sequence[asyncio.Future[None]], committed: asyncio.Task[None]) -> None:
    error = None if committed.cancelled() else committed.exception()
    for written in waiting:
        if written.done():
            continue
        if error:
            written.set_exception(error)
        elif committed.cancelled():
            written.cancel()
        else:
            written.set_result(None)
