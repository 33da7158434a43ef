"""Batches against a server of our own: nothing is lost, nothing is paid twice, and limits hold."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_serving import Waits, answers, prompts, provider, serve_batches, settled
from serving import serve

from corpus_to_ft.errors import BudgetReached, ConfigError
from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
from corpus_to_ft.llm.openai_compatible import OpenaiCompatibleProvider
from corpus_to_ft.llm.stage import LedgerAsk, Limits
from corpus_to_ft.records import ProviderFailure, Reply
from corpus_to_ft.store import RunStore


def test_all_prompts_go_into_one_batch_at_half_the_price_and_are_never_sent_again(tmp_path: Path) -> None:
    with serve_batches() as server:
        wanted = prompts(40)
        for _ in range(2):
            found = answers(provider(server), tmp_path, wanted)
            assert all(
                isinstance(reply, Reply) and reply.prompt_id == p.id for reply, p in zip(found, wanted, strict=True)
            )
        assert len(server.stats()["batches"]) == len(server.stats()["files"]) == 1
        settled(server, wanted)
    with RunStore.read(tmp_path) as store:
        calls = store.calls()
        assert [call.outcome for call in calls] == ["stop"] * 40
        assert calls[0].cost == pytest.approx((100 * 0.30 + 20 * 1.20) / 1e6 / 2)
        assert not (tmp_path / "batches").exists() or not list((tmp_path / "batches").iterdir())


def test_each_answer_belongs_to_its_own_prompt_whatever_the_order(tmp_path: Path) -> None:
    with serve_batches() as server:
        found = answers(provider(server), tmp_path, prompts(30))
    for number, reply in enumerate(found):
        assert isinstance(reply, Reply)
        assert f"{number}번 창고" in reply.text


@pytest.mark.parametrize(
    "faults",
    [
        {"500": 0.3, "429": 0.2},
        {"missing": 0.4},
        {"duplicate": 1.0},
        {"half": 0.4},
        {"500": 0.15, "missing": 0.15, "half": 0.1, "duplicate": 0.2, "refusal": 0.1},
    ],
    ids=lambda faults: "+".join(faults),
)
def test_lines_that_fail_are_sent_again_and_nothing_is_lost(tmp_path: Path, faults: dict[str, float]) -> None:
    wanted = prompts(60)
    with serve_batches(faults=faults) as server:
        found = answers(provider(server), tmp_path, wanted)
        seen = server.stats()
    assert len(found) == 60
    assert seen["twice_under_way"] == 0
    # A half line was billed, and nobody can read it; all else is paid once.
    assert seen["billed_twice"] == 0 or "half" in faults
    refused = [answer for answer in found if isinstance(answer, ProviderFailure)]
    assert bool(refused) == ("refusal" in faults)
    assert {answer.reason for answer in refused} <= {"refused"}
    assert max(seen["came"].values()) <= 2


def test_a_refused_prompt_stays_refused(tmp_path: Path) -> None:
    with serve_batches(faults={"refusal": 1.0}) as server:
        for _ in range(2):
            (answer,) = answers(provider(server), tmp_path, prompts(1))
            assert isinstance(answer, ProviderFailure)
            assert "도와 드릴 수 없습니다" in answer.detail
        assert len(server.stats()["batches"]) == 1


def test_prompts_that_always_fail_are_tried_within_a_bound_and_left_for_the_next_run(tmp_path: Path) -> None:
    with serve_batches(faults={"500": 0.5}, fault_times=99) as server:
        with pytest.raises(Waits, match="3 batches"):
            answers(provider(server), tmp_path, prompts(20))
        assert len(server.stats()["batches"]) == 3
        server.set(faults={})
        assert len(answers(provider(server), tmp_path, prompts(20))) == 20
        settled(server, prompts(20))


def test_an_expired_batch_keeps_what_it_finished_and_the_rest_is_sent_again(tmp_path: Path) -> None:
    with serve_batches(outcomes=["expired", "expired"], share_done=0.4) as server:
        assert len(answers(provider(server), tmp_path, prompts(50))) == 50
        assert [batch["request_counts"]["total"] for batch in server.stats()["batches"]] == [50, 30, 18]
        settled(server, prompts(50))
    with RunStore.read(tmp_path) as store:
        assert Counter(call.outcome for call in store.calls()) == {"stop": 50, "batch_expired": 48}
        assert sum(call.cost or 0 for call in store.calls()) == pytest.approx(50 * (30 + 24) / 1e6 / 2)


def test_a_cancelled_batch_keeps_what_it_finished_and_only_the_next_run_sends_the_rest(tmp_path: Path) -> None:
    with serve_batches(outcomes=["cancelled"]) as server:
        with pytest.raises(Waits, match="cancelled"):
            answers(provider(server), tmp_path, prompts(10))
        assert len(server.stats()["batches"]) == 1
        assert len(answers(provider(server), tmp_path, prompts(10))) == 10
        settled(server, prompts(10))


@pytest.mark.parametrize("call", ["files", "batches"])
@pytest.mark.parametrize("trouble", ["lost", "refused", "lost and listed late", "lost behind many others"])
def test_a_step_with_an_unclear_end_is_looked_for_before_it_is_done_again(
    tmp_path: Path, call: str, trouble: str
) -> None:
    orders: dict[str, Any] = {"refuse": {call: [500, 429]}} if trouble == "refused" else {"lose": {call: 1}}
    if trouble == "lost and listed late":
        orders["lag"] = 1
    with serve_batches(page=1 if "many" in trouble else 0) as server:
        if "many" in trouble:
            for number in range(3):
                answers(provider(server), tmp_path / f"{number}", prompts(1, first=100 + number))
        server.set(**orders)
        before = server.stats()
        assert len(answers(provider(server, poll_s=0.2), tmp_path / "out", prompts(12))) == 12
        seen = server.stats()
        assert len(seen["files"]) - len(before["files"]) == len(seen["batches"]) - len(before["batches"]) == 1
        settled(server, prompts(12))


def test_a_server_that_never_answers_a_step_ends_the_run_which_the_next_one_continues(tmp_path: Path) -> None:
    with serve_batches(refuse={"batches": [500] * 9}) as server:
        with pytest.raises(Waits, match="http_500"):
            answers(provider(server), tmp_path, prompts(5))
        server.set(refuse={})
        assert len(answers(provider(server), tmp_path, prompts(5))) == 5
        assert len(server.stats()["files"]) == len(server.stats()["batches"]) == 1


@pytest.mark.parametrize("orders", [{"late_files": 2}, {"cut_downloads": 2}], ids=["named late", "cut off"])
def test_results_that_are_not_whole_yet_are_waited_for(tmp_path: Path, orders: dict[str, int]) -> None:
    with serve_batches(faults={"500": 0.2}, **orders) as server:
        assert len(answers(provider(server), tmp_path, prompts(20))) == 20
        settled(server, prompts(20))


def test_a_line_the_server_blames_falls_out_and_the_others_are_sent(tmp_path: Path) -> None:
    blamed = {"code": "invalid_request", "message": "This line is too strange.", "line": 3, "param": "body"}
    with serve_batches(problems=[blamed]) as server:
        found = answers(provider(server), tmp_path, prompts(10))
    assert [number for number, answer in enumerate(found) if isinstance(answer, ProviderFailure)] == [2]


def test_a_model_that_the_server_does_not_batch_ends_the_run_with_its_words(tmp_path: Path) -> None:
    told = {"code": "model_not_found", "message": "The model is not supported.", "line": 1, "param": "body.model"}
    with serve_batches(problems=[told]) as server:
        with pytest.raises(ConfigError, match="model_not_found: The model is not supported"):
            answers(provider(server), tmp_path, prompts(10))
        # A failed batch has cost nothing, and nothing waits for it.
        with RunStore.read(tmp_path) as store:
            assert {(call.outcome, call.cost) for call in store.calls()} == {("failed", 0.0)}
        assert len(answers(provider(server), tmp_path, prompts(10))) == 10


def test_a_low_limit_on_what_may_wait_is_learned(tmp_path: Path) -> None:
    with serve_batches(at_once=15) as server:
        assert len(answers(provider(server), tmp_path, prompts(60))) == 60
        settled(server, prompts(60))


def test_what_the_server_does_not_know_is_left_out_now_and_in_the_next_run(tmp_path: Path) -> None:
    with serve_batches(unfit=["response_format", "max_completion_tokens"]) as server:
        answers(provider(server, max_attempts=9), tmp_path, prompts(5))
        before = len(server.stats()["batches"])
        answers(provider(server), tmp_path, prompts(5, first=10))
        assert len(server.stats()["batches"]) == before + 1
        assert {"response_format", "max_completion_tokens"}.isdisjoint(server.stats()["bodies"][-1])


def test_batches_are_cut_by_number_and_by_size(tmp_path: Path) -> None:
    with serve_batches() as server:
        answers(provider(server, requests_per_batch=8), tmp_path / "a", prompts(20))
        answers(provider(server, mb_per_batch=0.002), tmp_path / "b", prompts(20))
        totals = [batch["request_counts"]["total"] for batch in server.stats()["batches"]]
        assert totals[:3] == [8, 8, 4]
        assert sum(totals) == 40
        assert all(file["bytes"] <= 2000 for file in server.stats()["files"][3:])


def test_limits_hold_for_what_is_handed_over(tmp_path: Path) -> None:
    with serve_batches() as server:
        with pytest.raises(BudgetReached, match="max-calls"):
            answers(provider(server), tmp_path / "calls", prompts(20), Limits(max_calls=7))
        assert [batch["request_counts"]["total"] for batch in server.stats()["batches"]] == [7]
        assert len(answers(provider(server), tmp_path / "calls", prompts(20), Limits(max_calls=13))) == 20
        with pytest.raises(BudgetReached, match="max-cost"):
            answers(provider(server), tmp_path / "cost", prompts(20), Limits(max_cost=0.0015))
    with RunStore.read(tmp_path / "cost") as store:
        # One answer can cost 0.00125: they are sent one by one, until another could be too much.
        calls = store.calls()
        assert {call.outcome for call in calls} == {"stop"}
        assert 0 < sum(call.cost or 0 for call in calls) <= 0.0015


def test_without_waiting_the_run_ends_and_the_next_one_collects(tmp_path: Path) -> None:
    with serve_batches(looks=3) as server:
        for _ in range(2):
            with pytest.raises(Waits, match="10 prompts are at the server"):
                answers(provider(server, wait=False), tmp_path, prompts(10))
        # A prompt that is new goes into a batch of its own meanwhile.
        with pytest.raises(Waits, match="at the server"):
            answers(provider(server, wait=False), tmp_path, prompts(11))
        for _ in range(4):
            try:
                assert len(answers(provider(server, wait=False), tmp_path, prompts(11))) == 11
                break
            except Waits:
                continue
        assert [batch["request_counts"]["total"] for batch in server.stats()["batches"]] == [10, 1]
        settled(server, prompts(11))


def test_a_batch_that_the_server_does_not_know_is_not_silently_paid_again(tmp_path: Path) -> None:
    with serve_batches(hold=True) as server, pytest.raises(Waits):
        answers(provider(server, wait=False), tmp_path, prompts(3))
    with serve_batches() as other:
        with pytest.raises(ConfigError, match="at another address"):
            answers(provider(other), tmp_path, prompts(3))
        with RunStore.open(tmp_path) as store:
            (batch,) = store.batches()
            settings = {**json.loads(batch.settings), "base_url": other.url}
            store.save_batch(replace(batch, settings=json.dumps(settings)))
        with pytest.raises(ConfigError, match=f"knows no batch {batch.batch_id}"):
            answers(provider(other), tmp_path, prompts(3))
        assert not other.stats()["batches"]


def test_direct_calls_are_refused_while_a_batch_is_under_way(tmp_path: Path) -> None:
    with serve_batches(hold=True) as server:
        with pytest.raises(Waits):
            answers(provider(server, wait=False), tmp_path, prompts(3))
        direct = OpenaiCompatibleProvider(model="gpt-4o-mini", base_url=server.url)
        with RunStore.open(tmp_path) as store, pytest.raises(ConfigError, match="batches cancel"):
            LedgerAsk(direct, store)


def test_a_server_without_batches_is_named_and_can_be_asked_directly_at_once(tmp_path: Path) -> None:
    with serve() as server:
        with pytest.raises(ConfigError, match="no Batch API"):
            answers(provider(server), tmp_path, prompts(3))
        direct = OpenaiCompatibleProvider(model="gpt-4o-mini", base_url=server.url)
        with RunStore.open(tmp_path) as store, LedgerAsk(direct, store) as ask:
            assert all(isinstance(reply, Reply) for reply in ask(prompts(3)))
            assert Counter(call.outcome for call in store.calls()) == {"dropped": 3, "stop": 3}


@pytest.mark.parametrize("status", [401, 403, 413])
def test_a_refused_upload_leaves_nothing_that_waits(tmp_path: Path, status: int) -> None:
    with serve_batches(refuse={"files": [status]}) as server:
        with pytest.raises(ConfigError):
            answers(provider(server), tmp_path, prompts(3))
        with RunStore.open(tmp_path) as store:
            assert not store.waiting_calls()
        assert len(answers(provider(server), tmp_path, prompts(3))) == 3


def test_batches_and_direct_calls_continue_each_other() -> None:
    fields: dict[str, Any] = {"model": "gpt-4o-mini", "structured": "json_object", "extra_body": {"seed": 7}}
    batch, direct = OpenaiBatchProvider(**fields), OpenaiCompatibleProvider(**fields)
    assert batch.fingerprint() == direct.fingerprint()
    assert batch.fingerprint() != OpenaiBatchProvider(**{**fields, "model": "gpt-4o"}).fingerprint()
    changed: dict[str, Any] = {
        "wait": True, "requests_per_batch": 10, "mb_per_batch": 1, "prompts_at_once": 5, "max_attempts": 9, "poll_s": 1,
        "longest_poll_s": 9, "patience_s": 1, "timeout_s": 5, "api_key_env": "ANDERS", "auth": "api-key",
        "headers": {"x-a": "b"}, "input_price": 1, "output_price": 1,
    }  # fmt: skip
    assert set(changed) == set(OpenaiBatchProvider.not_in_fingerprint)
    for name, value in changed.items():
        assert OpenaiBatchProvider(**fields, **{name: value}).fingerprint() == batch.fingerprint(), name


# Of no form by which a key is known.
KEY = "canary.0123456789abcdef"


@pytest.mark.parametrize(
    "orders",
    [
        {"refuse": {"files": [400]}},
        {"refuse": {"batches": [400]}},
        {"refuse": {"batches:get": [400]}, "lose": {"batches": 1}},
        {"problems": [{"code": "bad_key", "message": f"not with {KEY}", "line": None, "param": ""}]},
        {"problems": [{"code": "bad_line", "message": f"not with {KEY}", "line": 1, "param": ""}]},
        {"faults": {"413": 1.0}},
        {"faults": {"refusal": 1.0}},
    ],
    ids=["upload", "creation", "list", "batch", "line of the batch", "error line", "refusal"],
)
def test_a_key_that_the_server_repeats_is_shown_and_kept_nowhere(tmp_path: Path, orders: dict[str, Any]) -> None:
    said: list[str] = []
    with serve_batches(says=f"not with {KEY}", **orders) as server:
        try:
            found = answers(provider(server, api_key=KEY), tmp_path, prompts(2))
            said += [answer.detail for answer in found if isinstance(answer, ProviderFailure)]
        except (ConfigError, Waits) as error:
            said.append(str(error))
    assert any("***" in text for text in said), said
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY not in " ".join(said)
    assert KEY.encode() not in kept
