"""A round of batches: what is wanted is planned, sent, watched, and brought home, and no step is done twice.

    wishes ──plan──▶ planned ──upload──▶ uploaded ──create──▶ submitted ──watch, bring home──▶ collected

The run file holds the state from before each step to after it. A step that may have happened without our
knowing (the process died, the reply was lost) is looked for at the server before it is done again: the file
by name and size, the batch by its key. So no prompt is ever in two batches at a time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus_to_ft.errors import BudgetReached, ConfigError, CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.batch.harvest import Harvester
from corpus_to_ft.llm.batch.remote import Away, Standing
from corpus_to_ft.llm.batch.sending import Sender, folder
from corpus_to_ft.llm.batch.wishes import PART, Wish, Wishes
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

PAUSE_GROWTH = 1.5
# A batch has ended, and its result files are not named yet: looked at so often before that is believed.
LOOKS_WITHOUT_FILES = 3
# How many prompts a server takes at a time is learned, and remembered under this name.
MOST_AT_ONCE = "batch_prompts_at_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How batches are cut and watched."""

    most_prompts: int
    most_bytes: int
    at_once: int | None
    max_attempts: int
    wait: bool
    first_pause_s: float
    longest_pause_s: float
    patience_s: float


class Round:
    """All that is remembered between the passes of one run; one thread at a time uses it."""

    def __init__(self, manners: Manners, sender: Sender, harvester: Harvester) -> None:
        self._manners = manners
        self._sender = sender
        self._harvester = harvester
        self._tries: Counter[str] = Counter()
        self._left_alone: set[str] = set()
        self._looks_without_files: Counter[str] = Counter()
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def catch_up(self, ledger: Ledger, store: RunStore) -> None:
        """Take home what is done, and finish sending what a process that died had begun to send."""
        for part in folder(store).glob(f"*{PART}"):
            part.unlink(missing_ok=True)
        self._learn_taste(store)
        try:
            for batch in under_way(store):
                self._refuse_elsewhere(batch)
                self._look(self._send(batch, ledger, store, is_new=False), ledger, store)
        except Away as away:
            # Nothing is lost: what needs the server is tried once more after this pass.
            ledger.say(tr(away.sentence))

    def collect(self, wishes: Wishes, ledger: Ledger, store: RunStore) -> bool:
        """Send what is wanted; with `wait` stay until all of it is home. True when something came home.

        Raises ProviderUnavailable that says what is waited for, or what ends the run.
        """
        for batch in under_way(store):
            self._send(batch, ledger, store, is_new=False)
        reached = self._submit(wishes, ledger, store)
        batches = under_way(store)
        if not batches:
            raise reached or ProviderUnavailable(self._why_nothing(wishes))
        if not self._manners.wait:
            raise ProviderUnavailable(_described(batches))
        self._watch(ledger, store)
        return True

    def give_up(self, batch: Batch, ledger: Ledger, store: RunStore) -> Batch:
        """End a batch at the server, and bring home what it has; the batch as far as it came."""
        if batch.state == "uploaded":
            batch = self._sender.find(batch, store)
        if batch.state != "submitted":
            return self._drop(batch, ledger, store)
        standing = self._sender.remote().cancel(batch.batch_id)
        if standing is None:
            return self._drop(batch, ledger, store)
        until = time.monotonic() + self._manners.patience_s
        pause_s = self._manners.first_pause_s
        while not self._look(batch, ledger, store) and time.monotonic() < until:
            time.sleep(pause_s)
            pause_s = min(pause_s * PAUSE_GROWTH, self._manners.longest_pause_s)
        return next(known for known in store.batches() if known.key == batch.key)

    def _submit(self, wishes: Wishes, ledger: Ledger, store: RunStore) -> BudgetReached | None:
        """Plan and send as much as limits allow; what the ledger said where it did not allow all."""
        asked = {call.prompt_id for call in store.waiting_calls().values()}
        chosen = [wish for wish in wishes if wish.prompt.id not in asked and self._may_be_sent(wish.prompt.id)]
        room = self._at_once(store)
        if room is not None:
            chosen = chosen[: max(0, room - len(asked))]
        for part in self._cut(chosen):
            calls, reached = self._begin(part, ledger)
            if calls:
                sent = part[: len(calls)]
                self._tries.update(wish.prompt.id for wish in sent)
                batch = self._sender.plan(wishes, sent, calls, ledger, store)
                try:
                    self._send(batch, ledger, store, is_new=True)
                except ConfigError:
                    self._drop_unsent(batch, ledger, store)
                    raise
                said = "batch {number} with {prompts} prompts was handed over"
                ledger.say(tr(said, number=batch.number, prompts=batch.prompts))
            if len(calls) < len(part):
                return reached
        return None

    def _may_be_sent(self, prompt_id: str) -> bool:
        return prompt_id not in self._left_alone and self._tries[prompt_id] < self._manners.max_attempts

    def _cut(self, wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
        part: list[Wish] = []
        size = 0
        for wish in wishes:
            if part and (len(part) == self._manners.most_prompts or size + wish.size > self._manners.most_bytes):
                yield part
                part, size = [], 0
            part.append(wish)
            size += wish.size
        if part:
            yield part

    def _begin(self, part: Sequence[Wish], ledger: Ledger) -> tuple[list[int], BudgetReached | None]:
        """The calls of as many wishes, from the first, as limits allow."""
        calls: list[int] = []
        try:
            for wish in part:
                call = ledger.begin(wish.prompt, self._tries[wish.prompt.id] + 1, wish.at_most)
                if call is None:
                    break
                calls.append(call)
        except BudgetReached as reached:
            return calls, reached
        return calls, None

    def _send(self, batch: Batch, ledger: Ledger, store: RunStore, *, is_new: bool) -> Batch:
        return self._sender.send(batch, store, is_new=is_new) or self._drop(batch, ledger, store)

    def _watch(self, ledger: Ledger, store: RunStore) -> None:
        """Until every batch is home; a server that is away for longer than our patience ends the watch."""
        pause_s, seen_at = self._manners.first_pause_s, time.monotonic()
        while batches := under_way(store):
            try:
                came = [self._look(batch, ledger, store) for batch in batches]
                seen_at = time.monotonic()
            except Away:
                if time.monotonic() - seen_at > self._manners.patience_s:
                    raise
                came = []
            if any(came):
                pause_s = self._manners.first_pause_s
                continue
            if self._stopped.wait(pause_s):
                raise ProviderUnavailable(_described(batches))
            pause_s = min(pause_s * PAUSE_GROWTH, self._manners.longest_pause_s)

    def _look(self, batch: Batch, ledger: Ledger, store: RunStore) -> bool:
        """Whether the batch is home now."""
        if batch.state != "submitted":
            return True
        standing = self._sender.remote().look(batch.batch_id)
        if standing is None:
            said = (
                "the server knows no batch {batch}; is the key in {name} of the same project? "
                "Give it up and ask anew: corpus-to-ft batches cancel {out}"
            )
            name = self._harvester.server.api_key_env
            raise ConfigError(Sentence(said, batch=batch.batch_id, name=name, out=store.path.parent))
        self._tell(batch, standing, ledger, store)
        if not standing.has_ended:
            return False
        if standing.lacks_files and self._looks_without_files[batch.key] < LOOKS_WITHOUT_FILES:
            self._looks_without_files[batch.key] += 1
            return False
        halted = self._bring_home(batch, standing, ledger, store)
        if halted:
            raise halted
        return True

    def _bring_home(self, batch: Batch, standing: Standing, ledger: Ledger, store: RunStore) -> CorpusToFtError | None:
        harvest = self._harvester.bring_home(batch, standing, ledger, store)
        self._keep_taste(store)
        if standing.status == "cancelled":
            self._left_alone.update(harvest.unanswered)
        at_once = self._at_once(store)
        if harvest.was_too_much and batch.prompts > 1:
            self._tries.subtract(harvest.unanswered)
            store.save_fact(MOST_AT_ONCE, batch.prompts // 2)
        elif at_once is not None and standing.status == "completed":
            store.save_fact(MOST_AT_ONCE, at_once * 2)
        said = "batch {number} came back: {answered} answered, {unanswered} not"
        unanswered = len(harvest.unanswered)
        ledger.say(tr(said, number=batch.number, answered=harvest.answered, unanswered=unanswered))
        return harvest.halted

    def _at_once(self, store: RunStore) -> int | None:
        """How many prompts may be in batches at a time, by the settings and by what the server has taken."""
        known = [most for most in (self._manners.at_once, store.fact(MOST_AT_ONCE)) if most is not None]
        return min(known, default=None)

    def _tell(self, batch: Batch, standing: Standing, ledger: Ledger, store: RunStore) -> None:
        now = replace(batch, status=standing.status, answered=standing.answered, failed=standing.failed)
        if now != batch:
            store.save_batch(now)
            said = "batch {number}: {status}, {answered} of {prompts}"
            ledger.say(tr(said, number=now.number, status=tr(now.status), answered=now.answered, prompts=now.prompts))

    def _drop_unsent(self, batch: Batch, ledger: Ledger, store: RunStore) -> None:
        """A batch whose file was refused must not stand in the way of other settings."""
        if any(known.key == batch.key and known.state == "planned" for known in store.batches()):
            self._drop(batch, ledger, store)

    def _drop(self, batch: Batch, ledger: Ledger, store: RunStore) -> Batch:
        """Neither the server nor this folder has it: its prompts are free to be asked again."""
        self._harvester.drop(batch, ledger, store)
        return next(known for known in store.batches() if known.key == batch.key)

    def _refuse_elsewhere(self, batch: Batch) -> None:
        if self._harvester.is_elsewhere(batch):
            said = "batch {number} is at another address; collect it with the provider.base_url that it was sent to"
            raise ConfigError(Sentence(said, number=batch.number))

    def _learn_taste(self, store: RunStore) -> None:
        known = store.fact(f"dialect {self._sender.asked_by}")
        if known:
            dialect = self._harvester.dialect
            dialect.format, dialect.room, dialect.left_out = known["format"], known["room"], set(known["left_out"])

    def _keep_taste(self, store: RunStore) -> None:
        """What the server does not know must not cost another day."""
        dialect = self._harvester.dialect
        known = {"format": dialect.format, "room": dialect.room, "left_out": sorted(dialect.left_out)}
        store.save_fact(f"dialect {self._sender.asked_by}", known)

    def _why_nothing(self, wishes: Wishes) -> Sentence:
        ids = [wish.prompt.id for wish in wishes]
        cancelled = sum(prompt_id in self._left_alone for prompt_id in ids)
        if cancelled:
            said = "{count} prompts were in a batch that was cancelled; run again to send them once more"
            return Sentence(said, count=cancelled)
        said = "{count} prompts had no answer in {tries} batches; run again to try once more"
        return Sentence(said, count=len(ids), tries=self._manners.max_attempts)


def under_way(store: RunStore) -> list[Batch]:
    """Batches that are planned, on their way, or at the server."""
    return [batch for batch in store.batches() if batch.state != "collected"]


def _described(batches: Sequence[Batch]) -> Sentence:
    said = "{count} batches with {prompts} prompts are at the server, {answered} answered; run again to collect them"
    return Sentence(
        said,
        count=len(batches),
        prompts=sum(batch.prompts for batch in batches),
        answered=sum(batch.answered for batch in batches),
    )
