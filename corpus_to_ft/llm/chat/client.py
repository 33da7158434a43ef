"""Asks a chat server: many calls at once on one event loop in a thread of its own, behind a face that waits."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
from collections.abc import Collection, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import aiohttp
import truststore

from corpus_to_ft import __version__
from corpus_to_ft.errors import CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.chat.exchange import Exchange
from corpus_to_ft.llm.chat.line import Line, Manners
from corpus_to_ft.llm.chat.reach import connections_allowed, proxy_for
from corpus_to_ft.records import Prompt, ProviderFailure, Reply

T = TypeVar("T")
# Calls under way when the run is stopped get this long to bring their replies home.
GRACE_S = 3.0
# Exchanges at once, for each call that may be under way.
WAITING_SHARE = 2
STOPPED = ProviderUnavailable(Sentence("the run was stopped"))


class ChatClient:
    """Threads may call `ask_all` at the same time; they share connections, gate and what was learned of the server."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._line: Line | None = None
        self._to_say = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chat-client", daemon=True)
        self._thread.start()

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        """One answer for each prompt, in order.

        Raises what ends the run (ConfigError, BudgetReached), or ProviderUnavailable when a prompt got no
        answer this time; the replies that came are in the ledger by then.
        """
        return self._run(self._ask_all(prompts, ledger)).result()

    def stop(self) -> None:
        """No call begins any more; those under way have `GRACE_S` to end."""
        self._loop.call_soon_threadsafe(self._stop)

    def close(self) -> None:
        """End connections and thread."""
        if self._thread.is_alive():
            self._run(self._close()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _close(self) -> None:
        if self._line:
            await self._finish()
            await self._line.session.close()

    async def _finish(self) -> None:
        """Whoever closes while others still ask (Ctrl-C twice) lets calls under way bring their replies home."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            self._stop()
            await asyncio.wait(others, timeout=2 * GRACE_S)

    def _stop(self) -> None:
        line = self._start()
        line.halted = line.halted or STOPPED
        line.release()
        for task in line.running:
            self._loop.call_later(GRACE_S, task.cancel)

    async def _ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        line = self._start()
        if self._to_say:
            ledger.say(self._to_say)
            self._to_say = ""
        answers: dict[int, Reply | ProviderFailure] = {}
        postponed: list[ProviderUnavailable] = []
        waiting = iter(enumerate(prompts))

        async def ask_some() -> None:
            for at, prompt in waiting:
                try:
                    answers[at] = await Exchange(line=line, prompt=prompt, ledger=ledger).run()
                except ProviderUnavailable as error:
                    postponed.append(error)

        # Calls that wait before another try do not keep new ones from being made.
        count = min(len(prompts), WAITING_SHARE * line.gate.max_concurrency)
        tasks = [asyncio.create_task(ask_some()) for _ in range(count)]
        failed = await _all_home(tasks, line)
        unexpected = next((error for error in failed if not isinstance(error, CorpusToFtError)), None)
        if unexpected or failed or len(answers) < len(prompts):
            raise unexpected or line.halted or (*failed, *postponed, STOPPED)[0]
        return [answers[at] for at in range(len(prompts))]

    def _start(self) -> Line:
        if self._line is None:
            # What is alive by now mostly lives to the end; the collector need not look at it with every wave of calls.
            gc.freeze()
            proxy = proxy_for(self._manners.base_url)
            allowed, self._to_say = connections_allowed(self._manners.max_concurrency)
            self._line = Line.of(self._manners, self._connect(proxy), proxy, allowed)
        return self._line

    def _connect(self, proxy: str | None) -> aiohttp.ClientSession:
        manners = self._manners
        # The gate alone says how many; a second limit would hide calls that have passed it.
        # Certificates are those that the system trusts: a company's own are among them.
        trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=30, ssl=trusted)
        headers = {"User-Agent": f"corpus-to-ft/{__version__}", "Content-Type": "application/json", **manners.headers}
        return aiohttp.ClientSession(connector=connector, headers=headers, proxy=proxy)


async def _all_home(tasks: Collection[asyncio.Task[None]], line: Line) -> list[BaseException]:
    """Waits for all, and returns what they raised; with the first error nobody begins any more."""
    if not tasks:
        return []
    _, under_way = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    if under_way:
        line.halted = line.halted or STOPPED
        line.release()
        await asyncio.wait(under_way)
    return [error for task in tasks if not task.cancelled() and (error := task.exception())]
