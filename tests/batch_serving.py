"""Starts the batch server as a process of its own, and goes through the passes of a run against it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from serving import Served, serve_ordered

from corpus_to_ft.errors import ProviderUnavailable
from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
from corpus_to_ft.llm.stage import NO_LIMITS, LedgerAsk, Limits
from corpus_to_ft.records import Message, Prompt, ProviderFailure, Reply
from corpus_to_ft.store import RunStore

HERE = Path(__file__).resolve().parent
SUMMARY = {"type": "object", "properties": {"summary": {"type": "string"}}, "required": ["summary"]}


def serve_batches(**orders: Any) -> AbstractContextManager[Served]:
    """A batch server with these orders, for as long as the block lasts."""
    return serve_ordered("batch_server.py", orders)


def provider(server: Served, **fields: Any) -> OpenaiBatchProvider:
    quick = {"wait": True, "poll_s": 0.02, "patience_s": 5, **fields}
    return OpenaiBatchProvider(model="gpt-4o-mini", base_url=server.url, **quick)


def prompts(count: int, first: int = 0) -> list[Prompt]:
    return [
        Prompt.make(
            kind="summary", subject_id=str(number), text=f"글 {number}", schema=SUMMARY,
            messages=(Message(role="user", content=f"{number}번 창고는 날마다 아침 {number % 9 + 1}시에 문을 엽니다."),),
        )
        for number in range(first, first + count)
    ]  # fmt: skip


class Waits(Exception):
    """The run would end here with exit code 3, for this reason."""


def answers(
    asked: OpenaiBatchProvider, out: Path, wanted: Sequence[Prompt], limits: Limits = NO_LIMITS
) -> list[Reply | ProviderFailure]:
    """What the passes of one run bring, each prompt a document of its own; raises Waits as the run would."""
    with RunStore.open(out) as store, LedgerAsk(asked, store, limits) as ask:
        ask.catch_up()
        while True:
            found: list[Reply | ProviderFailure] = []
            for prompt in wanted:
                try:
                    found += ask([prompt])
                except ProviderUnavailable:
                    continue
            if len(found) == len(wanted):
                return found
            if not ask.collect():
                raise Waits(ask.waits_for)


def settled(server: Served, wanted: Sequence[Prompt]) -> None:
    """Nothing was lost, and nothing was paid or under way twice."""
    seen = server.stats()
    assert set(seen["came"]) >= {prompt.id for prompt in wanted}
    assert (seen["billed_twice"], seen["twice_under_way"]) == (0, 0)
