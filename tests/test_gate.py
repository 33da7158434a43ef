"""The gate before a server: how many, how fast, and not before its time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from corpus_to_ft.llm.chat.gate import Closed, Gate
from corpus_to_ft.llm.chat.pace import VAIN_PAUSES, Allowance, Meter
from corpus_to_ft.llm.chat.waits import allowance, asked_wait, back_off


def test_no_more_are_let_in_than_may_be_under_way() -> None:
    async def run() -> int:
        gate = Gate(max_concurrency=3)
        most = 0

        async def call() -> None:
            nonlocal most
            entered_at = await gate.enter(1, 10)
            most = max(most, gate.in_flight)
            await asyncio.sleep(0.01)
            gate.leave(entered_at)

        await asyncio.gather(*(call() for _ in range(20)))
        assert gate.in_flight == 0
        return most

    assert asyncio.run(run()) == 3


def test_who_waits_is_served_in_order_and_who_gives_up_takes_no_place() -> None:
    async def run() -> list[int]:
        gate = Gate(max_concurrency=1)
        served: list[int] = []

        async def call(number: int) -> None:
            entered_at = await gate.enter(1, 10)
            served.append(number)
            await asyncio.sleep(0.01)
            gate.leave(entered_at)

        tasks = [asyncio.create_task(call(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert gate.in_flight == 0
        return served

    assert asyncio.run(run()) == [0, 1, 3, 4, 5]


def test_a_refusal_closes_the_gate_for_all_until_its_time() -> None:
    async def run() -> float:
        gate = Gate(max_concurrency=8)
        now = await gate.enter(1, 10)
        gate.refused(now, now, 0.3)
        gate.leave(now)
        return await gate.enter(1, 10) - now

    assert 0.3 <= asyncio.run(run()) < 0.6


def test_whoever_has_less_patience_than_the_server_asks_for_is_told() -> None:
    async def run() -> None:
        gate = Gate(max_concurrency=1)
        now = await gate.enter(1, 10)
        waiting = asyncio.create_task(gate.enter(1, 10))
        await asyncio.sleep(0)
        gate.refused(now, now, 3600)
        with pytest.raises(Closed) as told:
            await waiting
        assert told.value.wait_s == pytest.approx(3600, abs=1)
        with pytest.raises(Closed):
            await gate.enter(1, 10)

    asyncio.run(run())


def test_the_limits_of_the_settings_set_the_pace() -> None:
    async def run(**limits: float) -> float:
        gate = Gate(max_concurrency=100, **limits)
        began = time.monotonic()
        for _ in range(30):
            gate.leave(await gate.enter(10, 10))
        return time.monotonic() - began

    # 20 a second pass at once, the other ten take half a second.
    assert 0.4 < asyncio.run(run(requests_a_minute=1200)) < 1.0
    assert 0.4 < asyncio.run(run(tokens_a_minute=12_000)) < 1.0


def test_an_overload_halves_what_is_under_way_and_answers_win_it_back() -> None:
    async def run() -> tuple[int, int]:
        gate = Gate(max_concurrency=40)
        for _ in range(40):
            now = await gate.enter(1, 10)
        for _ in range(40):
            gate.overloaded(now + 0.1, now, None)
        shrunk = int(gate.limit)
        for _ in range(1500):
            gate.answered(now + 0.2)
        return shrunk, int(gate.limit)

    shrunk, grown = asyncio.run(run())
    assert 20 <= shrunk < 40
    assert grown == 40


def test_while_nobody_listens_one_call_looks_for_the_server() -> None:
    async def run() -> None:
        gate = Gate(max_concurrency=10)
        now = await gate.enter(1, 10)
        await gate.enter(1, 10)
        gate.unreachable(now)
        gate.leave(now)
        # Another call is still under way, perhaps for ever.
        probe = await gate.enter(1, 10)
        assert probe - now >= 0.5
        second = asyncio.create_task(gate.enter(1, 10))
        await asyncio.sleep(0.05)
        assert not second.done()
        gate.answered(probe)
        gate.leave(probe)
        await asyncio.wait_for(second, 1)

    asyncio.run(run())


def test_a_lone_refusal_teaches_nothing_and_many_teach_the_pace() -> None:
    async def run(refused: int) -> float | None:
        gate = Gate(max_concurrency=100)
        began = await gate.enter(1, 10)
        for _ in range(20):
            gate.answered(began + 0.2)
        for _ in range(refused):
            gate.refused(began + 0.2, began, 0.1)
        for _ in range(20):
            gate.answered(began + 0.25)
        gate.leave(began)
        await gate.enter(1, 10)
        return gate.pace

    assert asyncio.run(run(1)) is None
    learned = asyncio.run(run(20))
    assert learned is not None
    assert 100 < learned < 400


def test_a_learned_pace_that_ends_no_refusals_is_given_up() -> None:
    async def run(refused_each: int) -> tuple[float | None, bool]:
        gate = Gate(max_concurrency=100)
        now = await gate.enter(1, 10)
        gate.leave(now)
        for episode in range(1 + VAIN_PAUSES):
            for _ in range(10):
                gate.answered(now + 0.1)
            for _ in range(10 if not episode else refused_each):
                gate.refused(now + 0.1, now, 0.01)
            now = await gate.enter(1, 10)
            gate.leave(now)
        return gate.pace, gate._pace.by_chance

    assert asyncio.run(run(5)) == (None, True)
    pace, by_chance = asyncio.run(run(1))
    assert pace
    assert not by_chance


def test_headers_that_say_little_is_left_set_the_pace() -> None:
    async def run() -> list[float | None]:
        gate = Gate(max_concurrency=100)
        for _ in range(50):
            now = await gate.enter(1, 10)
        paces = []
        for remaining in (90, 40, 100):
            gate.answered(now, requests=Allowance(limit=100, remaining=remaining, reset_s=(100 - remaining) / 100))
            paces.append(gate.pace)
        return paces

    assert asyncio.run(run()) == [None, pytest.approx(100), None]


def test_a_meter_lets_one_burst_pass_and_then_its_rate() -> None:
    meter = Meter(rate=10, burst_s=0.5)
    passed = 0
    while not meter.wait(100.0):
        meter.take(1, 100.0)
        passed += 1
    assert passed == 6
    assert meter.wait(100.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_the_wait_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_a_wait_may_be_a_date() -> None:
    date = datetime.now(UTC) + timedelta(seconds=30)
    seconds = asked_wait({"retry-after": format_datetime(date, usegmt=True)})
    assert seconds is not None
    assert 28 < seconds <= 30
    assert asked_wait({"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}) == 0


@pytest.mark.parametrize(
    ("reset", "seconds"), [("6m0s", 360.0), ("20ms", 0.02), ("1.5s", 1.5), ("7", 7.0), ("1h2m", 3720.0), ("?", None)]
)
def test_the_headers_of_a_limit(reset: str, seconds: float | None) -> None:
    headers = {
        "x-ratelimit-limit-requests": "100",
        "x-ratelimit-remaining-requests": "60",
        "x-ratelimit-reset-requests": reset,
    }
    said = allowance(headers, "requests")
    assert (said.reset_s if said else None) == seconds
    assert allowance(headers, "tokens") is None


def test_waits_of_our_own_grow_and_differ() -> None:
    waits = [[back_off(attempt) for _ in range(50)] for attempt in (1, 4, 40)]
    assert max(waits[0]) < min(waits[1]) < max(waits[2]) <= 20
    assert len(set(waits[1])) > 10
