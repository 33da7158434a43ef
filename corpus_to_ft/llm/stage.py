"""Brings prompts to a provider: directly where a call is free, through store and ledger where it is billed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from corpus_to_ft.errors import BadReply, BudgetReached, ProviderError, ProviderRefused, ProviderUnavailable
from corpus_to_ft.llm.base import Provider
from corpus_to_ft.records import Prompt, ProviderFailure, Reply
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.database import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAsk:
    """Asks an embedded provider; can be sent to another process."""

    provider: Provider

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        return [self._ask(prompt) for prompt in prompts]

    def _ask(self, prompt: Prompt) -> Reply | ProviderFailure:
        try:
            return self.provider.answer(prompt)
        except (ProviderRefused, BadReply) as error:
            return failure(prompt, error)


class LedgerAsk:
    """Asks a billed provider once for each prompt, ever: a stored reply is used again, a new one is stored first.

    Every call is a line in the ledger. `max_calls` of this run are made at most; the next one raises BudgetReached.
    """

    def __init__(self, provider: Provider, store: RunStore, max_calls: int | None = None) -> None:
        self._provider = provider
        self._store = store
        self._max_calls = max_calls
        self._lock = threading.Lock()
        self.made = self.reused = self.failed = 0

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        return [self._ask(prompt) for prompt in prompts]

    def _ask(self, prompt: Prompt) -> Reply | ProviderFailure:
        fingerprint = self._provider.fingerprint()
        stored = self._store.reply(fingerprint, prompt.id)
        if stored:
            with self._lock:
                self.reused += 1
            return stored
        with self._lock:
            if self._max_calls is not None and self.made >= self._max_calls:
                raise BudgetReached(f"{self.made} calls made, as many as --max-calls allows; run again to continue")
            self.made += 1
        started_at, clock = datetime.now(UTC).isoformat(), time.monotonic()
        try:
            reply = self._provider.answer(prompt)
        except ProviderError as error:
            with self._lock:
                self.failed += 1
            self._note(prompt, None, started_at, time.monotonic() - clock, type(error).__name__)
            if isinstance(error, ProviderUnavailable):
                raise
            return failure(prompt, error)
        self._store.save_reply(fingerprint, reply)
        self._note(prompt, reply, started_at, time.monotonic() - clock, reply.finish)
        return reply

    def _note(self, prompt: Prompt, reply: Reply | None, started_at: str, latency_s: float, outcome: str) -> None:
        self._store.save_call(
            Call(
                prompt_id=prompt.id,
                kind=prompt.kind,
                provider=self._provider.name,
                model=reply.model if reply else self._provider.model_name,
                attempt=1,
                started_at=started_at,
                latency_s=round(latency_s, 4),
                input_tokens=reply.usage.input_tokens if reply else 0,
                output_tokens=reply.usage.output_tokens if reply else 0,
                cost=None,
                outcome=outcome,
            )
        )


def failure(prompt: Prompt, error: ProviderError) -> ProviderFailure:
    """The error of one prompt as data."""
    raw = error.raw if isinstance(error, BadReply) else ""
    return ProviderFailure(prompt_id=prompt.id, reason=error.reason, detail=str(error), raw=raw)
