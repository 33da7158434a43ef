"""The ledger added up: what is certainly spent, and what at most comes on top of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from corpus_to_ft.store.database import LOST, OPEN, WAITING, Call, RunStore


@dataclass(slots=True, kw_only=True)
class Unsettled:
    """Calls whose price nobody knows, and the most that they can cost in US dollars; None without a known price."""

    calls: int = 0
    at_most: float | None = 0.0

    def add(self, cost: float | None) -> None:
        self.calls += 1
        self.at_most = _sum(self.at_most, cost)


@dataclass(slots=True, kw_only=True)
class Spending:
    """Calls of one kind and model, or of all. `cost` (US dollars) is of calls whose tokens were counted: it is certain.

    `lost` were under way when a process died: sent, never answered as far as anybody knows. `uncounted` ended without
    anybody saying what they took (cut off, out of time, a server that does not count). `reserved` are in batches at a
    server, or under way now. `failed` counts calls that came back without a reply.
    """

    kind: str = ""
    model: str = ""
    calls: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    lost: Unsettled = field(default_factory=Unsettled)
    uncounted: Unsettled = field(default_factory=Unsettled)
    reserved: Unsettled = field(default_factory=Unsettled)

    @property
    def at_most(self) -> float | None:
        """With all that may come on top."""
        return _sum(self.cost, self.lost.at_most, self.uncounted.at_most, self.reserved.at_most)

    def add(self, call: Call, *, under_way: bool) -> None:
        """`under_way` says that a process works in the folder: an open call may still be answered."""
        self.calls += 1
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        if call.outcome == WAITING or (call.outcome == OPEN and under_way):
            self.reserved.add(call.cost)
        elif call.outcome in (LOST, OPEN):
            self.lost.add(call.cost)
        else:
            self.failed += call.failed
            # What was answered took tokens, and what was refused took nothing.
            if call.cost and not call.input_tokens and not call.output_tokens:
                self.uncounted.add(call.cost)
            else:
                self.cost = _sum(self.cost, call.cost)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at_most": self.at_most}


def spending(store: RunStore) -> list[Spending]:
    """By kind of prompt and model, in the order in which they were asked first."""
    calls = store.calls()
    under_way = any(call.outcome == OPEN for call in calls) and store.is_worked_on()
    found: dict[tuple[str, str], Spending] = {}
    for call in calls:
        line = found.setdefault((call.kind, call.model), Spending(kind=call.kind, model=call.model))
        line.add(call, under_way=under_way)
    return list(found.values())


def total(lines: Iterable[Spending]) -> Spending:
    """All of them together."""
    whole = Spending()
    for line in lines:
        for name in ("calls", "failed", "input_tokens", "output_tokens"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
        whole.cost = _sum(whole.cost, line.cost)
        for name in ("lost", "uncounted", "reserved"):
            mine, theirs = getattr(whole, name), getattr(line, name)
            mine.calls += theirs.calls
            mine.at_most = _sum(mine.at_most, theirs.at_most)
    return whole


def _sum(*costs: float | None) -> float | None:
    """None where one of them is unknown."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
