"""A batch that has ended comes home: each line's answer into ledger and run file, then the batch is collected."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import BudgetReached, ConfigError, CorpusToFtError
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.base import Ledger
from corpus_to_ft.llm.batch.remote import Problem, Remote, Standing
from corpus_to_ft.llm.batch.results import is_better, read_results
from corpus_to_ft.llm.batch.sending import folder
from corpus_to_ft.llm.chat.answer import FREE, OPTIONAL, OUT_OF_MONEY, Again, Asked, Halt, No, Said, Unfit, Verdict
from corpus_to_ft.llm.chat.request import Dialect
from corpus_to_ft.llm.chat.server import ChatServer
from corpus_to_ft.llm.made_once import LISTED_WITHIN_S
from corpus_to_ft.records import ProviderFailure, Reply
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.batches import Batch

# More tokens wait at the server than the account may have waiting.
TOO_MUCH_AT_ONCE = "token_limit_exceeded"
LINES_A_COMMIT = 500


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What came of one batch. `unanswered` are to be asked again; `halted` is why nothing more should be sent."""

    answered: int = 0
    unanswered: list[str] = field(default_factory=list)
    halted: CorpusToFtError | None = None
    was_too_much: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvester:
    """`dialect` learns from what the server does not know."""

    server: ChatServer
    remote: Callable[[], Remote]
    dialect: Dialect
    pause_s: float = LISTED_WITHIN_S

    def bring_home(self, batch: Batch, standing: Standing, ledger: Ledger, store: RunStore) -> Harvest:
        """Can be broken off at any moment and done again: what is in the run file is not touched again."""
        waiting = {call.prompt_id: number for number, call in store.waiting_calls().items() if call.batch == batch.key}
        path = folder(store) / batch.file_name
        harvest = Harvest()
        desk = _Desk(
            batch=batch, ledger=ledger, waiting=waiting, harvest=harvest, dialect=self.dialect, sent=_sent(path)
        )
        self._read(standing, desk)
        if desk.waiting and standing.status == "completed":
            # Nobody should pay twice for a result file that was not whole yet.
            time.sleep(self.pause_s)
            self._read(self.remote().look(standing.id) or standing, desk)
        if standing.status == "failed":
            self._judge_failure(batch, standing.problems, path, desk)
        desk.close_rest(standing.status)
        ledger.commit()
        path.unlink(missing_ok=True)
        note = str(standing.problems[0]) if standing.problems else ""
        store.save_batch(
            replace(
                batch, state="collected", status=standing.status,
                answered=standing.answered, failed=standing.failed, note=note,
            )
        )  # fmt: skip
        return harvest

    def drop(self, batch: Batch, ledger: Ledger, store: RunStore) -> None:
        """Nobody has the batch: nothing of it was billed by a server that never had it, else nobody knows."""
        usage = None if batch.state == "submitted" else FREE
        for number, call in store.waiting_calls().items():
            if call.batch == batch.key:
                ledger.end(number, outcome="dropped", latency_s=0.0, usage=usage, reply=None)
        ledger.commit()
        (folder(store) / batch.file_name).unlink(missing_ok=True)
        store.save_batch(replace(batch, state="collected", status="dropped"))

    def is_elsewhere(self, batch: Batch) -> bool:
        """Whether it was sent to another server than this one."""
        address: str = json.loads(batch.settings)["base_url"]
        return address != self.server.base_url

    def _read(self, standing: Standing, desk: _Desk) -> None:
        """Answers at once; of failures the best for each prompt, after both files are read."""
        held: dict[str, Verdict] = {}
        for file_id in filter(None, (standing.output_file_id, standing.error_file_id)):
            with ExitStack() as stack:
                file = stack.enter_context(self.remote().download(file_id))
                for prompt_id, verdict in read_results(file, self._asked(desk, standing), self.remote().without_key):
                    if isinstance(verdict, Said):
                        desk.settle(prompt_id, verdict)
                    elif is_better(verdict, held.get(prompt_id)):
                        held[prompt_id] = verdict
        for prompt_id, verdict in held.items():
            desk.settle(prompt_id, verdict)

    def _asked(self, desk: _Desk, standing: Standing) -> Asked:
        return Asked(
            model=self.server.model,
            base_url=self.server.base_url,
            key_name=self.server.api_key_env,
            parts=desk.sent.parts,
            answered=standing.answered > 0,
            format_answered=standing.answered > 0,
        )

    def _judge_failure(self, batch: Batch, problems: tuple[Problem, ...], path: Path, desk: _Desk) -> None:
        """The server looked at the file and took none of it; its lines are not to blame unless it names them."""
        harvest, url = desk.harvest, self.server.base_url
        if not problems:
            return
        first = problems[0]
        if first.code == TOO_MUCH_AT_ONCE:
            harvest.was_too_much = True
            return
        if first.code in OUT_OF_MONEY:
            said = "{url} takes no batch: the account behind {name} has no quota left. Top it up, and run again"
            harvest.halted = BudgetReached(Sentence(said, url=url, name=self.server.api_key_env))
            return
        named = {problem.line: problem for problem in problems if problem.line}
        about_model = first.param.endswith("model") or first.code.startswith("model")
        if about_model or not named or len(named) == batch.prompts > 1:
            said = "{url} refused batch {number}: {problem}"
            harvest.halted = ConfigError(Sentence(said, url=url, number=batch.number, problem=foreign(str(first))))
            return
        for number, prompt_id in enumerate(_prompt_ids(path), start=1):
            if number in named:
                desk.settle(prompt_id, No(reason="refused", detail=foreign(str(named[number]))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What the lines of a batch asked for: the parts of their bodies, and how structured an answer."""

    parts: frozenset[str]
    format: str


@dataclass(slots=True, kw_only=True)
class _Desk:
    """`waiting` are the calls of the batch that have no answer yet, by prompt."""

    batch: Batch
    ledger: Ledger
    waiting: dict[str, int]
    harvest: Harvest
    dialect: Dialect
    sent: _Sent
    _uncommitted: int = 0

    def settle(self, prompt_id: str, verdict: Verdict) -> None:
        """A line for a prompt that is settled, or was never in the batch, changes nothing."""
        call = self.waiting.pop(prompt_id, None)
        if call is None:
            return
        match verdict:
            case Said():
                reply = Reply.make(
                    prompt_id=prompt_id, text=verdict.text, model=verdict.model,
                    finish=verdict.finish, usage=verdict.usage,
                )  # fmt: skip
                self._end(call, verdict.finish, verdict.usage, reply)
                self.harvest.answered += 1
                return
            case No(reason=reason, detail=detail, usage=usage):
                self._end(call, reason, usage, ProviderFailure(prompt_id=prompt_id, reason=reason, detail=detail))
                self.harvest.answered += 1
                return
            case Again(why=why):
                self._end(call, why, FREE, None)
            case Unfit(part=part):
                self.dialect.learn(part, self.sent.format)
                self._end(call, f"without_{part}", FREE, None)
            case Halt(error=error):
                self._end(call, type(error).__name__, FREE, None)
                self.harvest.halted = self.harvest.halted or error
        self.harvest.unanswered.append(prompt_id)

    def close_rest(self, status: str) -> None:
        """What has no line at all: unpaid where the batch was ended early, else nobody knows."""
        for prompt_id, call in self.waiting.items():
            if status == "completed":
                self._end(call, "missing", None, None)
            else:
                self._end(call, status, FREE, None)
            self.harvest.unanswered.append(prompt_id)
        self.waiting.clear()

    def _end(self, call: int, outcome: str, usage: Any, reply: Reply | ProviderFailure | None) -> None:
        took = datetime.now(UTC) - datetime.fromisoformat(self.batch.planned_at)
        self.ledger.end(
            call,
            outcome=outcome,
            latency_s=took.total_seconds(),
            usage=usage,
            reply=reply,
            asked_by=self.batch.asked_by,
        )
        self._uncommitted += 1
        if self._uncommitted >= LINES_A_COMMIT:
            self.ledger.commit()
            self._uncommitted = 0


def _sent(path: Path) -> _Sent:
    """From the first line of the file, or, where that is gone, whatever a line can hold."""
    try:
        with path.open("rb") as file:
            body: dict[str, Any] = json.loads(file.readline())["body"]
    except (OSError, ValueError):
        return _Sent(parts=frozenset(OPTIONAL), format="json_schema")
    form = body.get("response_format", {}).get("type", "text")
    return _Sent(parts=frozenset(body), format=form)


def _prompt_ids(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return [json.loads(line)["custom_id"] for line in file]
    except OSError:
        return []
