"""What all exchanges with one server share: connections, gate, ledger writing, and what was learned of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
    _committing: asyncio.Task[None] | None = None
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
        """Once for all that began or ended since the last one."""
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit(ledger))
        await asyncio.shield(self._committing)

    async def _commit(self, ledger: Ledger) -> None:
        # What is told from here on goes with the next one.
        self._committing = None
        try:
            # Another thread would wait for the interpreter at each row, behind every call that is under way.
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
