"""The provider for chat servers, against a real server that does everything wrong that servers do."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from serving import Served, serve

from corpus_to_ft.errors import BudgetReached, ConfigError, ProviderUnavailable
from corpus_to_ft.llm.base import REPLY_SCHEMAS, Provider
from corpus_to_ft.llm.chat.server import is_near
from corpus_to_ft.llm.openai_compatible import OpenaiCompatibleProvider
from corpus_to_ft.llm.stage import NO_LIMITS, LedgerAsk, Limits
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.prompts.summary import summary_messages
from corpus_to_ft.records import Prompt, ProviderFailure, Reply
from corpus_to_ft.store import RunStore

KEY = "sk-canary-0123456789"


def prompts(count: int, *, times: int = 5) -> list[Prompt]:
    text = "공방의 대패는 날을 세 번 갈아야 합니다. 마지막 숫돌은 8000번입니다. "
    return [
        Prompt.make(
            kind="summary", subject_id=str(number), text=f"{number}번 글. {text * times}",
            messages=summary_messages(
                f"{number}번 글. {text * times}", title="대패", published=None, headings=[], chars=100, language="ko",
                level="whole",
            ),
            schema=REPLY_SCHEMAS["summary"], sampling={"max_tokens": 300},
        )
        for number in range(count)
    ]  # fmt: skip


@contextmanager
def asking(folder: Path, server: Served, limits: Limits = NO_LIMITS, **fields: Any) -> Iterator[LedgerAsk]:
    said = {"base_url": server.url, "model": "gpt-4o-mini", "timeout_s": 2, "patience_s": 20, **fields}
    with RunStore.open(folder) as store, LedgerAsk(OpenaiCompatibleProvider(**said), store, limits) as ask:
        yield ask


def outcomes(folder: Path) -> Counter[str]:
    with RunStore.read(folder) as store:
        return Counter(call.outcome for call in store.calls())


def test_each_prompt_gets_its_reply_in_order_and_is_never_asked_again(tmp_path: Path) -> None:
    with serve(latency_ms=20) as server:
        with asking(tmp_path, server) as ask:
            asked = prompts(40)
            replies = ask([*asked, *asked])
            assert [reply.prompt_id for reply in replies] == [prompt.id for prompt in [*asked, *asked]]
            assert all(isinstance(reply, Reply) and reply.usage.input_tokens > 0 for reply in replies)
        with asking(tmp_path, server) as ask:
            assert ask(prompts(41))[:40] == replies[:40]
            assert (ask.made, ask.reused) == (1, 40)
        stats = server.stats()
        assert (stats["requests"], stats["repeated"]) == (41, 0)
    assert outcomes(tmp_path) == {"stop": 41}


def test_threads_that_want_the_same_prompt_pay_once(tmp_path: Path) -> None:
    with serve(latency_ms=100) as server, asking(tmp_path, server) as ask:
        threads = [threading.Thread(target=ask, args=(prompts(5),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.stats()["requests"] == 5


@pytest.mark.parametrize(
    "faults",
    [
        {"500": 0.1, "503": 0.05, "429": 0.02, "reset": 0.05, "cut": 0.04, "not_json": 0.03, "hang": 0.01},
        {"half_json": 0.1, "empty_body": 0.05, "empty_choices": 0.1, "duplicate_ids": 0.05, "null_content": 0.05},
    ],
    ids=["transport", "bodies"],
)
def test_nothing_is_lost_where_a_third_of_the_calls_fails(tmp_path: Path, faults: dict[str, float]) -> None:
    with serve(latency_ms=10, faults=faults, retry_after="ms:100") as server:
        with asking(tmp_path, server, max_concurrency=64) as ask:
            replies = ask(prompts(200))
            assert all(isinstance(reply, Reply) for reply in replies)
        stats = server.stats()
        assert stats["repeated"] == 0
        # Where refusals come by chance only what was refused waits.
        assert stats["early_prompt"] == 0
        assert stats["requests"] <= 1.7 * 200
    with RunStore.read(tmp_path) as store:
        assert len(store.calls()) == stats["requests"]


@pytest.mark.parametrize("content", ["broken_json", "wrong_schema", "empty_content", "echo", "content_filter"])
def test_a_reply_of_the_wrong_shape_is_asked_for_once_more_and_then_handed_on(tmp_path: Path, content: str) -> None:
    with serve(faults={content: 1.0}) as server, asking(tmp_path, server) as ask:
        assert isinstance(ask(prompts(1))[0], Reply)
        assert server.stats()["requests"] == 2


@pytest.mark.parametrize("content", ["fenced", "prose_around", "lone_surrogate", "nul", "extra_keys"])
def test_odd_replies_are_kept_as_they_came(tmp_path: Path, content: str) -> None:
    with serve(faults={content: 1.0}) as server:
        with asking(tmp_path, server) as ask:
            said = ask(prompts(1))
        with asking(tmp_path, server) as ask:
            assert ask(prompts(1)) == said
            assert ask.made == 0


def test_a_reply_that_was_cut_off_is_not_asked_for_in_the_same_room_again(tmp_path: Path) -> None:
    with serve(faults={"length": 1.0}) as server, asking(tmp_path, server) as ask:
        reply = ask(prompts(1))[0]
        assert isinstance(reply, Reply)
        assert reply.finish == "length"
        assert server.stats()["requests"] == 1


def test_a_refusal_is_data_and_its_tokens_are_counted(tmp_path: Path) -> None:
    with serve(faults={"refusal": 1.0}) as server:
        with asking(tmp_path, server) as ask:
            refused = ask(prompts(1))[0]
        assert isinstance(refused, ProviderFailure)
        assert refused.reason == "refused"
    with RunStore.read(tmp_path) as store:
        assert [(call.outcome, call.input_tokens > 0) for call in store.calls()] == [("refused", True)]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"api_keys": ["another"]}, ConfigError, "does not accept the key in the environment variable OPENAI_API_KEY"),
        ({"faults": {"403": 1.0}}, ConfigError, "may not use gpt-4o-mini"),
        ({"models": ["other"]}, ConfigError, "knows no model 'gpt-4o-mini'"),
        ({"faults": {"insufficient_quota": 1.0}}, BudgetReached, "has no quota left"),
    ],
)
def test_what_would_fail_for_every_call_ends_the_run_at_once(
    tmp_path: Path, settings: dict[str, Any], error: type[Exception], words: str
) -> None:
    with serve(latency_ms=20, **settings) as server, asking(tmp_path, server, max_concurrency=4, api_key=KEY) as ask:
        with pytest.raises(error, match=words) as told:
            ask(prompts(50))
        assert server.stats()["requests"] <= 4
        assert KEY not in str(told.value)


def test_a_prompt_that_the_server_always_fails_on_falls_out_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    with (
        serve(latency_ms=5, faults={"500": 0.1}, fault_by="prompt") as server,
        asking(tmp_path, server, max_concurrency=8, max_attempts=4) as ask,
    ):
        answers = ask(prompts(60))
    failed = [answer for answer in answers if isinstance(answer, ProviderFailure)]
    assert 0 < len(failed) < 20
    assert {failure.reason for failure in failed} == {"provider_fails"}


def test_a_prompt_that_is_too_long_falls_out_alone(tmp_path: Path) -> None:
    with serve(context_tokens=1000) as server, asking(tmp_path, server) as ask:
        short, refused = ask([*prompts(1), *prompts(1, times=100)])
    assert isinstance(short, Reply)
    assert isinstance(refused, ProviderFailure)
    assert refused.reason == "prompt_too_long"


@pytest.mark.parametrize(
    "unsupported",
    [["json_schema"], ["json_schema", "json_object"], ["max_completion_tokens"], ["temperature_value"]],
    ids=lambda names: "+".join(names),
)
@pytest.mark.parametrize("style", ["openai", "vllm", "text"])
def test_a_server_that_knows_less_is_asked_for_less(tmp_path: Path, unsupported: list[str], style: str) -> None:
    if style == "text" and not unsupported[0].startswith("json"):
        pytest.skip("a server that does not say what it lacks is only spared structured output")
    with serve(unsupported=unsupported, error_style=style) as server, asking(tmp_path, server) as ask:
        assert all(isinstance(reply, Reply) for reply in ask(prompts(20)))


def test_one_wait_that_the_server_asks_for_is_kept_by_all(tmp_path: Path) -> None:
    with serve(latency_ms=20, rate_per_s=40, burst=20, retry_after="1") as server:
        with asking(tmp_path, server, max_concurrency=16) as ask:
            assert all(isinstance(reply, Reply) for reply in ask(prompts(60)))
        stats = server.stats()
        assert stats["by_status"]["429"] > 0
        assert stats["early_client"] == stats["early_prompt"] == 0


def test_a_wait_beyond_all_patience_postpones_and_sends_nothing_more(tmp_path: Path) -> None:
    with serve(latency_ms=20, rate_per_s=1, burst=5, retry_after="3600") as server:
        with asking(tmp_path, server, max_concurrency=4, patience_s=5) as ask:
            began = time.monotonic()
            with pytest.raises(ProviderUnavailable, match="3600 s"):
                ask(prompts(30))
            with pytest.raises(ProviderUnavailable, match=r"\d+ s"):
                ask(prompts(40))
            assert time.monotonic() - began < 5
        assert server.stats()["requests"] <= 5 + 4


def test_a_server_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    with serve(latency_ms=20, down_after=30, down_s=3) as server, asking(tmp_path, server) as ask:
        assert all(isinstance(reply, Reply) for reply in ask(prompts(100)))
        assert server.stats()["repeated"] == 0


def test_an_address_where_nobody_listens_is_named(tmp_path: Path) -> None:
    with serve() as server:
        pass
    with (
        asking(tmp_path, server, patience_s=1) as ask,
        pytest.raises(ProviderUnavailable, match="nobody answers at"),
    ):
        ask(prompts(3))
    assert outcomes(tmp_path) == {}


def test_the_money_is_never_spent_beyond_its_limit_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    with serve(latency_ms=20) as server:
        price = {"input_price": 1000.0, "output_price": 1000.0}
        with asking(tmp_path, server, Limits(max_cost=5.0), max_concurrency=16, **price) as ask:
            with pytest.raises(BudgetReached, match="--max-cost"):
                ask(prompts(200))
            made = ask.made
        with RunStore.read(tmp_path) as store:
            assert 3.0 < sum(call.cost or 0 for call in store.calls()) <= 5.0
        with asking(tmp_path, server, Limits(max_cost=5.0), **price) as ask, pytest.raises(BudgetReached):
            ask(prompts(200))
        assert server.stats()["requests"] == made
        with asking(tmp_path, server, Limits(max_cost=500.0), **price) as ask:
            assert len(ask(prompts(200))) == 200
        assert server.stats()["requests"] == 200


def test_a_limit_on_money_needs_a_price(tmp_path: Path) -> None:
    with serve() as server, pytest.raises(ConfigError, match="input_price"):  # noqa: SIM117
        with asking(tmp_path, server, Limits(max_cost=1.0), model="mystery-9b"):
            pass


def test_stopping_brings_home_what_is_under_way_and_begins_nothing_more(tmp_path: Path) -> None:
    with serve(latency_ms=500) as server, asking(tmp_path, server, max_concurrency=10) as ask:
        threading.Timer(0.3, ask.stop).start()
        with pytest.raises(ProviderUnavailable, match="stopped"):
            ask(prompts(100))
        assert server.stats()["requests"] == 10
        assert outcomes(tmp_path) == {"stop": 10}


def test_closing_while_others_ask_brings_their_replies_home(tmp_path: Path) -> None:
    with serve(latency_ms=700) as server, asking(tmp_path, server, max_concurrency=4) as ask:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask, prompts(20))
            while server.stats()["requests"] < 4:
                time.sleep(0.01)
            ask.__exit__()
            with pytest.raises(ProviderUnavailable, match="stopped"):
                asked.result(10)
        assert server.stats()["requests"] == 4
        assert outcomes(tmp_path) == {"stop": 4}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"base_url": "ftp://host/v1"}, "address"),
        ({"base_url": "https://user:secret@host/v1"}, "no key"),
        ({"headers": {"Authorization": "Bearer secret"}}, "api_key_env"),
        ({"headers": {"Ocp-Apim-Subscription-Key": "secret"}}, "api_key_env"),
        ({"query": {"key": "secret"}}, "api_key_env"),
        ({"api_key_env": "sk-secret"}, "never the key itself"),
        ({"input_price": float("inf")}, "finite"),
        ({"model": ""}, "model"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        OpenaiCompatibleProvider(**{"model": "m", **fields})
    with pytest.raises(ConfigError) as told:
        make_plugin("llm", "openai_compatible", Provider, {"model": "m", **fields})
    assert "secret" not in str(told.value)


def test_half_a_price_is_made_whole_from_the_table_or_is_none() -> None:
    known = OpenaiCompatibleProvider(model="gpt-4o-mini").price()
    half = OpenaiCompatibleProvider(model="gpt-4o-mini", input_price=9).price()
    assert known
    assert half
    assert (half.input, half.output) == (9, known.output)
    assert OpenaiCompatibleProvider(model="mystery-9b", input_price=9).price() is None
    free = OpenaiCompatibleProvider(model="mystery-9b", input_price=0, output_price=0).price()
    assert free
    assert free.is_free


class _Repeating(BaseHTTPRequestHandler):
    """Refuses every call and repeats the key that came with it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps({"error": {"message": f"not with {self.headers['Authorization']}", "code": "no"}}).encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None: ...


def test_a_key_of_any_form_that_the_server_repeats_is_kept_nowhere(tmp_path: Path) -> None:
    key = "0123456789abcdef0123456789abcdef"
    with ThreadingHTTPServer(("127.0.0.1", 0), _Repeating) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        provider = OpenaiCompatibleProvider(model="m", base_url=url, structured="text", api_key=SecretStr(key))
        with (
            RunStore.open(tmp_path) as store,
            LedgerAsk(provider, store) as ask,
            pytest.raises(ConfigError, match="not with") as told,
        ):
            ask(prompts(1))
        server.shutdown()
    assert key not in str(told.value)
    assert not any(key.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_far_server_without_a_key_is_not_asked(tmp_path: Path) -> None:
    provider = OpenaiCompatibleProvider(model="m", base_url="https://api.example.com/v1")
    with (
        RunStore.open(tmp_path) as store,
        LedgerAsk(provider, store) as ask,
        pytest.raises(ConfigError, match="OPENAI_API_KEY"),
    ):
        ask(prompts(1))


@pytest.mark.parametrize(
    ("host", "near"),
    [
        *((host, True) for host in ("127.0.0.1", "::1", "localhost", "gpu-box", "192.168.0.7")),
        *((host, False) for host in ("api.openai.com", "8.8.8.8")),
    ],
)
def test_near_hosts_need_no_key(host: str, near: bool) -> None:
    assert is_near(host) is near


def test_the_fingerprint_knows_the_model_and_not_the_speed_or_the_key() -> None:
    plain = OpenaiCompatibleProvider(model="m")
    assert plain.fingerprint() != OpenaiCompatibleProvider(model="n").fingerprint()
    assert plain.fingerprint() != OpenaiCompatibleProvider(model="m", extra_body={"seed": 1}).fingerprint()
    same = OpenaiCompatibleProvider(model="m", api_key=KEY, max_concurrency=3, timeout_s=1, input_price=2)
    assert plain.fingerprint() == same.fingerprint()
    assert KEY not in repr(same) + same.model_dump_json()
