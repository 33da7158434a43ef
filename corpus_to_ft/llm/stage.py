"""Brings prompts to a provider: directly where a call is free, through store and ledger where it is billed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from corpus_to_ft.errors import BadReply, BudgetReached, ConfigError, ProviderRefused, ProviderUnavailable
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import Provider, failure
from corpus_to_ft.llm.kept import kept_answer
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch
from corpus_to_ft.store.database import OPEN, WAITING, Call
from corpus_to_ft.store.set_aside import SetAside


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`max_calls` of this run; `max_cost` in US dollars of all runs into one folder together."""

    max_calls: int | None = None
    max_cost: float | None = None


NO_LIMITS = Limits()
# A disk that has room is not asked again for so long.
ROOMY_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAsk:
    """Asks an embedded provider; can be sent to another process."""

    provider: Provider
    waits_for: str = ""

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        return [self._ask(prompt) for prompt in prompts]

    def _ask(self, prompt: Prompt) -> Reply | ProviderFailure:
        try:
            return self.provider.answer(prompt)
        except (ProviderRefused, BadReply) as error:
            return failure(prompt, error)

    def catch_up(self) -> None:
        """Nothing is ever answered later."""

    def collect(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing is ever under way."""


class LedgerAsk:
    """Asks a billed provider once for each prompt, ever: a stored reply is used again, a new one is stored first.

    Every call is a line in the ledger, written before it leaves with the most that it can cost, and
    corrected when its answer is there. So the ledger's sum is what is spent or can be spent by what is
    under way, and no call begins that could bring it above `max_cost`. Threads may ask at the same time.
    """

    def __init__(
        self,
        provider: Provider,
        store: RunStore,
        limits: Limits = NO_LIMITS,
        say: Callable[[str], None] = lambda _: None,
        withhold: Callable[[Prompt], Sentence | None] = lambda _: None,
    ) -> None:
        self._provider = provider
        self._withhold = withhold
        self._fingerprint = provider.fingerprint()
        self._store = store
        self._limits = limits
        self.say = say
        self._price = provider.price()
        if limits.max_cost is not None and self._price is None:
            raise ConfigError(
                Sentence(
                    "--max-cost needs the price of {model_name}, which is not known here; set "
                    "provider.input_price and provider.output_price (US dollars a million tokens)",
                    model_name=provider.model_name,
                )
            )
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Event] = {}
        self._under_way: dict[int, Call] = store.waiting_calls()
        self._refuse_batches_of_others()
        self._next_call = store.next_call()
        self._told: dict[int, Call | None] = {}
        self._kept: list[tuple[str, Reply | ProviderFailure]] = []
        self._aside: list[SetAside] = []
        self._subjects: dict[int, str] = {}
        self._counted: set[str] = set()
        self._answered: set[tuple[str, str]] = set()
        store.settle_lost_calls()
        self._roomy_until = 0.0
        self._spent = sum(call.cost or 0.0 for call in store.calls())
        self.made = self.reused = self.failed = 0
        self.waits_for = ""

    def _refuse_batches_of_others(self) -> None:
        """Asking once more what is in a batch already would be paid twice."""
        for call in self._under_way.values():
            if call.provider != self._provider.name:
                out = self._store.path.parent
                raise ConfigError(
                    Sentence(
                        "a batch of {provider} is under way in {out}; collect it with provider.use={provider}, or"
                        " end it and keep what is done: corpus-to-ft batches cancel {out}",
                        provider=call.provider,
                        out=out,
                    )
                )

    def catch_up(self) -> None:
        """Take home what was answered since the last run."""
        self._provider.catch_up(self, self._store)

    def collect(self) -> bool:
        """Whether prompts that were put off now have answers; else `waits_for` may say what they wait for."""
        try:
            return self._provider.collect(self, self._store)
        except ProviderUnavailable as error:
            self.waits_for = error.sentence
            return False

    def __enter__(self) -> LedgerAsk:
        return self

    def __exit__(self, *_: object) -> None:
        self._provider.close()

    def stop(self) -> None:
        """Begin no call any more; called when the run ends early."""
        self._provider.stop()

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        answers: dict[str, Reply | ProviderFailure] = {}
        missing = {prompt.id: prompt for prompt in prompts}
        while missing:
            with self._mine(missing) as (mine, elsewhere):
                for prompt_id in list(mine):
                    stored = kept_answer(self._store, self._fingerprint, mine[prompt_id])
                    if stored:
                        with self._lock:
                            # Several passes over the documents meet the same replies.
                            self.reused += prompt_id not in self._counted
                            self._counted.add(prompt_id)
                        answers[prompt_id] = stored
                        del mine[prompt_id]
                for prompt_id, prompt in list(mine.items()):
                    if detail := self._withhold(prompt):
                        answers[prompt_id] = ProviderFailure(prompt_id=prompt_id, reason="personal_data", detail=detail)
                        del mine[prompt_id]
                if mine:
                    found = self._provider.ask_all(list(mine.values()), self)
                    answers.update(zip(mine, found, strict=True))
            for asked in elsewhere:
                asked.wait()
            missing = {prompt_id: prompt for prompt_id, prompt in missing.items() if prompt_id not in answers}
        with self._lock:
            self._answered.update((prompt.kind, prompt.subject_id) for prompt in prompts)
        return [answers[prompt.id] for prompt in prompts]

    @contextmanager
    def _mine(self, wanted: dict[str, Prompt]) -> Iterator[tuple[dict[str, Prompt], list[threading.Event]]]:
        """Those prompts that no other thread is asking, and when the others' will be done."""
        with self._lock:
            elsewhere = [self._asking[prompt_id] for prompt_id in wanted if prompt_id in self._asking]
            mine = {prompt_id: prompt for prompt_id, prompt in wanted.items() if prompt_id not in self._asking}
            done = threading.Event()
            claimed = list(mine)
            self._asking.update(dict.fromkeys(claimed, done))
        try:
            yield mine, elsewhere
        finally:
            with self._lock:
                for prompt_id in claimed:
                    del self._asking[prompt_id]
            done.set()

    def begin(self, prompt: Prompt, attempt: int, at_most: Usage) -> int | None:
        cost = self._price.of(at_most) if self._price else None
        self._require_room()
        with self._lock:
            if self._limits.max_calls is not None and self.made >= self._limits.max_calls:
                raise BudgetReached(
                    Sentence("{made} calls made, as many as --max-calls allows; run again to continue", made=self.made)
                )
            if self._limits.max_cost is not None and self._spent + (cost or 0.0) > self._limits.max_cost:
                if self._under_way:
                    return None
                raise BudgetReached(
                    Sentence(
                        "${spent:.4f} spent or reserved, and the next call could cost ${cost:.4f}: --max-cost is "
                        "${max_cost:.4f}; run again with a higher one to continue",
                        spent=self._spent,
                        cost=cost or 0.0,
                        max_cost=self._limits.max_cost,
                    )
                )
            number = self._next_call
            self._next_call += 1
            call = Call(
                prompt_id=prompt.id,
                kind=prompt.kind,
                provider=self._provider.name,
                model=self._provider.model_name,
                attempt=attempt,
                started_at=datetime.now(UTC).isoformat(),
                latency_s=0.0,
                input_tokens=0,
                output_tokens=0,
                cost=cost,
                outcome=OPEN,
                follows=(prompt.kind, prompt.subject_id) in self._answered,
            )
            self._under_way[number] = self._told[number] = call
            self._subjects[number] = prompt.subject_id
            self._counted.add(prompt.id)
            self.made += 1
            self._spent += cost or 0.0
            return number

    def _require_room(self) -> None:
        """A reply that cannot be written down would be paid for again."""
        now = time.monotonic()
        if now >= self._roomy_until:
            self._store.require_room()
            self._roomy_until = now + ROOMY_S

    def hand_over(self, calls: Sequence[int], batch: Batch) -> None:
        with self._lock:
            for number in calls:
                waiting = replace(self._under_way[number], outcome=WAITING, batch=batch.key)
                self._under_way[number] = self._told[number] = waiting
            self._write(batch)

    def end(
        self,
        call: int,
        *,
        outcome: str,
        latency_s: float,
        usage: Usage | None,
        reply: Reply | ProviderFailure | None,
        asked_by: str = "",
    ) -> None:
        with self._lock:
            begun = self._under_way.pop(call)
            cost = self._price.of(usage) if self._price and usage else begun.cost
            self._told[call] = replace(
                begun,
                outcome=outcome,
                latency_s=round(latency_s, 4),
                input_tokens=usage.input_tokens if usage else 0,
                output_tokens=usage.output_tokens if usage else 0,
                cost=cost,
            )
            self._spent += (cost or 0.0) - (begun.cost or 0.0)
            provider, subject_id = asked_by or self._fingerprint, self._subjects.pop(call, "")
            is_answer = isinstance(reply, Reply) and outcome == reply.finish
            self.failed += not is_answer
            if isinstance(reply, Reply) and not is_answer:
                self._aside.append(SetAside.make(call=call, provider=provider, subject_id=subject_id, reply=reply))
            elif reply:
                self._kept.append((provider, reply))
                self._counted.add(reply.prompt_id)

    def forget(self, call: int) -> None:
        with self._lock:
            self._spent -= self._under_way.pop(call).cost or 0.0
            self._subjects.pop(call, None)
            self._told[call] = None
            self.made -= 1

    def commit(self) -> None:
        with self._lock:
            if self._told:
                self._write()

    def _write(self, batch: Batch | None = None) -> None:
        self._store.write_calls(self._told, self._kept, batch, self._aside)
        self._told, self._kept, self._aside = {}, [], []
