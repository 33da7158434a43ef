"""Refusals that nothing explains: one bad prompt is rejected, a server that refuses everything ends the run."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from serving import serve
from test_openai_compatible import asking, prompts

from corpus_to_ft.errors import BudgetReached, ConfigError, ExitCode, StoreError
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import Unwritten
from corpus_to_ft.llm.chat.doubts import MANY, Doubts
from corpus_to_ft.llm.openai_compatible import OpenaiCompatibleProvider
from corpus_to_ft.llm.stage import Limits
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, Usage
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.database import Call

TEXT = {"structured": "text"}


@pytest.mark.parametrize("max_concurrency", [1, 16])
def test_a_prompt_that_is_refused_among_others_falls_out_alone(tmp_path: Path, max_concurrency: int) -> None:
    with (
        serve(latency_ms=5, faults={"bad_request": 0.1}, fault_by="prompt") as server,
        asking(tmp_path, server, max_concurrency=max_concurrency, **TEXT) as ask,
    ):
        answers = ask(prompts(60))
    refused = [answer for answer in answers if isinstance(answer, ProviderFailure)]
    assert 1 < len(refused) < 15
    assert {(failure.reason, "not accepted" in failure.detail) for failure in refused} == {("refused", True)}


def test_a_lone_prompt_is_rejected_because_something_harmless_is_answered(tmp_path: Path) -> None:
    with (
        serve(faults={"bad_request": 0.2}, fault_by="prompt") as server,
        asking(tmp_path, server, max_concurrency=1, **TEXT) as ask,
    ):
        answers = [ask([prompt])[0] for prompt in prompts(20)]
        refused = sum(isinstance(answer, ProviderFailure) for answer in answers)
        assert refused > 1
        assert server.stats()["requests"] == 20 + refused


@pytest.mark.parametrize(
    ("change", "fields", "words"),
    [
        ({"faults": {"bad_request": 1.0}}, TEXT, "This request is not accepted"),
        ({"unsupported": ["top_k"]}, {"extra_body": {"top_k": 5}}, "provider.extra_body.top_k"),
        ({"models": ["another"]}, {}, "knows no model 'gpt-4o-mini'"),
        ({"faults": {"403": 1.0}}, {}, "may not use gpt-4o-mini"),
    ],
)
@pytest.mark.parametrize("max_concurrency", [1, 16])
def test_a_server_that_refuses_everything_from_now_on_ends_the_run_and_rejects_nothing(
    tmp_path: Path, change: dict[str, Any], fields: dict[str, Any], words: str, max_concurrency: int
) -> None:
    with serve(latency_ms=5) as server:
        with asking(tmp_path, server, max_concurrency=max_concurrency, **fields) as ask:
            assert all(isinstance(answer, Reply) for answer in ask(prompts(20)))
            before = server.stats()["requests"]
            server.set(**change)
            with pytest.raises(ConfigError, match=words) as told:
                ask(prompts(200))
            assert told.value.exit_code is ExitCode.CONFIG
            # What was under way, and one call that is nobody's.
            assert server.stats()["requests"] - before <= 2 * max_concurrency + MANY + 1
        server.set(faults={}, unsupported=[], models=[])
        with asking(tmp_path, server, max_concurrency=max_concurrency, **fields) as ask:
            assert all(isinstance(answer, Reply) for answer in ask(prompts(200)))
            assert ask.reused == 20


def test_an_unknown_parameter_from_the_first_call_on_is_named(tmp_path: Path) -> None:
    with serve(unsupported=["top_k"]) as server:
        with asking(tmp_path, server, extra_body={"top_k": 5}) as ask, pytest.raises(ConfigError, match=r"body\.top_k"):
            ask(prompts(3))
        assert server.stats()["requests"] == 4


def test_the_harmless_call_is_in_the_ledger_and_within_the_limits(tmp_path: Path) -> None:
    with serve(faults={"bad_request": 1.0}) as server:
        with asking(tmp_path, server, Limits(max_calls=2), **TEXT) as ask, pytest.raises(BudgetReached):
            ask(prompts(2))
        assert server.stats()["requests"] == 2
        with asking(tmp_path, server, **TEXT) as ask, pytest.raises(ConfigError):
            ask(prompts(2))
    with RunStore.read(tmp_path) as store:
        assert Counter(call.outcome for call in store.calls()) == {"refused": 5}
        assert len({call.prompt_id for call in store.calls()}) == 3


def test_an_answer_that_was_under_way_before_a_refusal_says_nothing_about_it() -> None:
    async def run() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()

        async def nothing() -> None: ...

        doubts = Doubts(lambda: 2)
        before = loop.time()
        waiting = asyncio.create_task(doubts.settle(nothing))
        await asyncio.sleep(0.01)
        doubts.answered(before)
        await asyncio.sleep(0.01)
        held = not waiting.done()
        doubts.answered(loop.time())
        await asyncio.wait_for(waiting, 1)
        return held, waiting.done()

    assert asyncio.run(run()) == (True, True)


def test_waits_of_a_call_grow_also_where_others_made_one_of_them_long(tmp_path: Path) -> None:
    """Two tries of a call that lie as far apart as each other look like a client that does not back off."""
    with (
        serve(latency_ms=5, faults={"429": 0.15, "500": 0.35}, retry_after="ms:700") as server,
        asking(tmp_path, server, max_concurrency=8, patience_s=60) as ask,
    ):
        assert all(isinstance(answer, Reply) for answer in ask(prompts(60)))
    calls: dict[str, list[Call]] = {}
    with RunStore.read(tmp_path) as store:
        for call in store.calls():
            calls.setdefault(call.prompt_id, []).append(call)
    judged = 0
    for tries in calls.values():
        began = [datetime.fromisoformat(call.started_at).timestamp() for call in tries]
        gaps = [
            after - before - call.latency_s
            for call, before, after in zip(tries, began, began[1:], strict=False)
            if call.outcome == "http_500"
        ]
        judged += len(gaps) > 1
        assert len(gaps) < 2 or any(later > 1.1 * earlier for earlier, later in itertools.pairwise(gaps)), gaps
    assert judged > 3


@pytest.mark.parametrize("where", ["begin", "end", "commit"])
@pytest.mark.parametrize("error", [KeyError("bug"), StoreError(Sentence("the disk is full"))])
def test_what_goes_wrong_while_asking_comes_out_and_keeps_nobody_waiting(where: str, error: Exception) -> None:
    class BrokenLedger(Unwritten):
        def begin(self, prompt: Prompt, attempt: int, at_most: Usage) -> int | None:
            self.breaks("begin")
            return super().begin(prompt, attempt, at_most)

        def end(self, *_: object, **__: object) -> None:
            self.breaks("end")

        def commit(self) -> None:
            self.breaks("commit")

        def breaks(self, here: str) -> None:
            if where == here:
                raise error

    with serve(latency_ms=50) as server:
        provider = OpenaiCompatibleProvider(base_url=server.url, model="m")
        with pytest.raises(type(error)):
            provider.ask_all(prompts(200), BrokenLedger())
        assert server.stats()["requests"] <= 2 * provider.max_concurrency
        provider.close()
