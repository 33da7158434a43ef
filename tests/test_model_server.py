"""The server that providers are tested against does what it is told, and tells the truth about what it saw."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from making import document
from model_server.limits import duration
from model_server.settings import Settings
from serving import Served, serve

from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.generate.keywords import KeywordsGenerator
from corpus_to_ft.generate.qa import QaGenerator
from corpus_to_ft.generate.summary import SummaryGenerator
from corpus_to_ft.records import Example, Passage, Prompt, Reply, Summary

TEXT = (
    "공방의 대패는 날을 세 번 갈아야 합니다. 첫 번째 숫돌은 1000번을 사용합니다. 두 번째 숫돌은 3000번이며 물을 조금 뿌립니다.\n"
    "마지막 숫돌은 8000번입니다. 대패 날의 각도는 25도가 알맞습니다. 각도가 작으면 날이 쉽게 상합니다.\n"
    "작업이 끝나면 기름을 얇게 바르고 마른 천으로 감쌉니다. 습기가 많은 여름에는 제습제를 서랍에 넣어 둡니다. "
    "나무는 소나무와 참나무를 구분해서 보관합니다. 참나무는 무거워서 아래 칸에 둡니다."
)
Answered = tuple[int, dict[str, str], Any]


@pytest.fixture(scope="module")
def shared_server() -> Iterator[Served]:
    with serve() as server:
        yield server


@pytest.fixture
def server(shared_server: Served) -> Served:
    shared_server.set(**{**Settings().as_dict(), "early_grace_s": 0.0})
    shared_server.reset()
    return shared_server


def call(server: Served, path: str, body: object = None, key: str = "k", timeout_s: float = 5) -> Answered:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout_s)
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, path, None if body is None else json.dumps(body), {"authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, json.loads(text) if "json" in headers["content-type"] else text
    finally:
        connection.close()


def chat(server: Served, text: str = "안녕하세요", **more: Any) -> Answered:
    body = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
    return call(server, "/v1/chat/completions", body)


def prompts_of(generator: Generator) -> tuple[Subject, Prompt]:
    whole = document(TEXT, title="대패 관리")
    passage = Passage.make(whole, 0, len(TEXT), (), whole.blocks)
    summary = Summary.make(subject_id=whole.id, text=TEXT, tokens=300, whole=True)
    subject = Subject(
        document=whole, passage=passage, summary=summary, siblings=(passage,), encoding="o200k_base", max_tokens=4000
    )
    (prompt,) = generator.prompts(subject)
    return subject, prompt


def ask(server: Served, prompt: Prompt, schema: bool = True) -> Reply:
    shape = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": prompt.schema}}
    body: dict[str, Any] = {"model": "m", "messages": [{"role": m.role, "content": m.content} for m in prompt.messages]}
    _, _, said = call(server, "/v1/chat/completions", {**body, "response_format": shape} if schema else body)
    return Reply.make(prompt_id=prompt.id, text=said["choices"][0]["message"]["content"], model="m")


@pytest.mark.parametrize("schema", [True, False])
@pytest.mark.parametrize("generator", [QaGenerator(per_passage=3), KeywordsGenerator(), SummaryGenerator()])
def test_answers_make_examples_that_are_kept(server: Served, generator: Generator, schema: bool) -> None:
    subject, prompt = prompts_of(generator)
    made = generator.examples(ask(server, prompt, schema), subject)
    assert made
    assert all(isinstance(each, Example) for each in made)


def test_a_summary_is_as_short_as_wished_and_the_first_sentences(server: Served) -> None:
    _, prompt = prompts_of(SummaryGenerator())
    said = json.loads(ask(server, prompt).text)["summary"]
    assert TEXT.startswith(said)
    assert len(said) <= 0.4 * len(TEXT)


def test_paths_are_known_with_and_without_version(server: Served) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "가"}]}
    for path in ("/v1/chat/completions", "/chat/completions", "/openai/deployments/x/chat/completions?api-version=1"):
        assert call(server, path, body)[0] == 200
    assert call(server, "/v1/v1/chat/completions", body)[0] == 404
    assert call(server, "/models")[2]["data"][0]["object"] == "model"


def test_embeddings_are_deterministic_and_near_for_texts_that_are_near(server: Served) -> None:
    texts = ["대패 날을 간다", "대패 날을 간다.", "은하는 별의 모임"]
    said = call(server, "/v1/embeddings", {"model": "e", "input": texts, "dimensions": 32})[2]["data"]
    first, second, third = (each["embedding"] for each in said)
    assert len(first) == 32
    assert sum(a * b for a, b in zip(first, second, strict=True)) > 0.7
    assert sum(a * b for a, b in zip(first, third, strict=True)) < 0.7
    packed = call(server, "/v1/embeddings", {"model": "e", "input": "가", "encoding_format": "base64"})[2]
    assert isinstance(packed["data"][0]["embedding"], str)


def test_a_wrong_setting_is_refused_with_the_right_names(server: Served) -> None:
    for wrong in (
        {"latncy_ms": 3},
        {"latency_ms": "3"},
        {"faults": {"501": 0.1}},
        {"faults": {"500": 0.6, "503": 0.6}},
    ):
        with pytest.raises(ValueError, match=r"there (is|are) no|should be|more than 1"):
            server.set(**wrong)


def test_latency_is_waited_for_many_at_once(server: Served) -> None:
    server.set(latency_ms=300)
    begun = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        assert {said[0] for said in pool.map(lambda number: chat(server, f"{number}번"), range(16))} == {200}
    assert 0.3 <= time.monotonic() - begun < 2
    assert server.stats()["in_flight_max"] > 8


@pytest.mark.parametrize(
    ("form", "header", "value"),
    [("auto", "retry-after", "10"), ("3600", "retry-after", "3600"), ("0", "retry-after", "0"), ("absent", "", ""),
     ("ms:20", "retry-after-ms", "20")],
)  # fmt: skip
def test_above_the_rate_a_request_is_refused_and_told_when_to_come_again(
    server: Served, form: str, header: str, value: str
) -> None:
    server.set(rate_per_s=0.1, burst=2, retry_after=form, limit_headers="bucket")
    first, second, third = (chat(server, "가") for _ in range(3))
    assert [first[0], second[0], third[0]] == [200, 200, 429]
    assert first[1]["x-ratelimit-limit-requests"] == "2"
    assert [said[1]["x-ratelimit-remaining-requests"] for said in (first, second, third)] == ["1", "0", "0"]
    assert first[1]["x-ratelimit-reset-requests"].startswith(("10s", "9."))
    assert third[2]["error"]["code"] == "rate_limit_exceeded"
    assert third[1].get(header, "") == value if header else not any("retry" in name for name in third[1])


def test_a_date_may_say_when_to_come_again(server: Served) -> None:
    server.set(rate_per_s=0.1, burst=1, retry_after="date:30")
    chat(server)
    at = parsedate_to_datetime(chat(server)[1]["retry-after"]).timestamp()
    assert 28 <= at - time.time() <= 30


def test_who_comes_back_too_early_is_counted(server: Served) -> None:
    server.set(rate_per_s=0.1, burst=1, retry_after="60")
    for text in ("가", "나", "나", "다"):
        chat(server, text)
    stats = server.stats()
    assert (stats["early_prompt"], stats["early_client"], stats["by_status"]) == (1, 2, {"200": 1, "429": 3})


def test_tokens_a_minute_are_limited(server: Served) -> None:
    server.set(tokens_per_min=60, limit_headers="bucket")
    assert chat(server, "가" * 60)[0] == 200
    status, headers, _ = chat(server, "나" * 60)
    assert (status, headers["x-ratelimit-remaining-tokens"]) == (429, str(60 - 49))


def test_durations_read_as_the_api_writes_them() -> None:
    said = [duration(seconds) for seconds in (0, 0.02, 1, 1.5, 360, 3600, 3661.25)]
    assert said == ["0ms", "20ms", "1s", "1.5s", "6m0s", "1h0m0s", "1h1m1.25s"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("500", 500, None), ("503", 503, None), ("429", 429, "rate_limit_exceeded"), ("no_retry", 500, None),
     ("401", 401, "invalid_api_key"), ("403", 403, "forbidden"), ("404", 404, "model_not_found"),
     ("insufficient_quota", 429, "insufficient_quota"), ("context_length", 400, "context_length_exceeded"),
     ("refused_prompt", 400, "content_filter")],
)  # fmt: skip
def test_refusals_have_the_status_and_code_of_the_api(
    server: Served, fault: str, status: int, code: str | None
) -> None:
    server.set(faults={fault: 1.0})
    said, headers, body = chat(server)
    assert (said, body["error"]["code"]) == (status, code)
    assert headers.get("x-should-retry") == ("false" if fault == "no_retry" else None)
    assert ("retry-after" in headers) is (fault in ("503", "429"))


def test_broken_connections_are_broken_in_their_own_way(server: Served) -> None:
    broken = {
        "reset": ConnectionResetError, "cut": http.client.IncompleteRead, "half_json": json.JSONDecodeError,
        "empty_body": json.JSONDecodeError, "hang": TimeoutError, "stall": TimeoutError,
    }  # fmt: skip
    for fault, error in broken.items():
        server.set(faults={fault: 1.0})
        body = {"model": "m", "messages": [{"role": "user", "content": fault}]}
        with pytest.raises(error):
            call(server, "/v1/chat/completions", body, timeout_s=0.3)
    server.set(faults={"not_json": 1.0})
    assert chat(server)[2].startswith("<html>")
    stats = server.stats()
    assert (stats["answers"], stats["by_status"]["broken"]) == (0, 7)


def content(server: Served, fault: str, prompt: Prompt) -> tuple[Any, Any]:
    server.set(faults={fault: 1.0})
    body = {"model": "m", "messages": [{"role": m.role, "content": m.content} for m in prompt.messages]}
    choices = call(server, "/v1/chat/completions", body)[2]["choices"]
    return (choices[0]["message"]["content"], choices[0]) if choices else (None, None)


def test_contents_go_wrong_in_their_own_way(server: Served) -> None:
    _, prompt = prompts_of(SummaryGenerator())
    good = json.loads(ask(server, prompt).text)
    assert json.loads(content(server, "fenced", prompt)[0].removeprefix("```json").removesuffix("```")) == good
    assert json.dumps(good, ensure_ascii=False) in content(server, "prose_around", prompt)[0]
    assert "summary" not in json.loads(content(server, "wrong_schema", prompt)[0])
    assert content(server, "empty_choices", prompt)[1] is None
    assert content(server, "empty_content", prompt)[0] == ""
    assert content(server, "null_content", prompt)[0] is None
    with pytest.raises(json.JSONDecodeError):
        json.loads(content(server, "broken_json", prompt)[0])
    for finish in ("length", "content_filter"):
        assert content(server, finish, prompt)[1]["finish_reason"] == finish
    assert content(server, "refusal", prompt)[1]["message"]["refusal"]
    assert content(server, "echo", prompt)[0] == prompt.messages[-1].content
    assert json.loads(content(server, "wrong_language", prompt)[0])["summary"].isascii()
    assert len(content(server, "huge", prompt)[0].encode()) > 5_000_000
    assert "\0" in json.loads(content(server, "nul", prompt)[0])["summary"]
    assert "\0" in content(server, "raw_nul", prompt)[0]
    assert "\\ud83d" in content(server, "lone_surrogate", prompt)[0]
    assert "\ud83d" in content(server, "raw_lone_surrogate", prompt)[0]
    assert server.stats()["sound_answers"] == 3


def test_a_repeat_may_succeed_and_the_same_order_of_calls_meets_the_same_faults(server: Served) -> None:
    server.set(faults={"500": 0.5}, seed=7)
    runs = []
    for _ in range(2):
        server.reset()
        runs.append([chat(server, f"{number}번 글")[0] for number in range(20) for _ in range(3)])
    assert runs[0] == runs[1]
    assert any({200, 500} == set(runs[0][at : at + 3]) for at in range(0, 60, 3))
    server.set(fault_by="prompt")
    assert all(len({chat(server, f"{number}번 글")[0] for _ in range(3)}) == 1 for number in range(10))
    server.set(fault_by="attempt", faults={"500": 1.0}, fault_attempts=2)
    assert [chat(server, "새 글")[0] for _ in range(3)] == [500, 500, 200]


def test_what_a_model_does_not_know_is_refused_by_name(server: Served) -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "object"}}}
    for name, sent, param, code in (
        ("json_schema", {"response_format": shape}, "response_format", None),
        ("json_object", {"response_format": {"type": "json_object"}}, "response_format", None),
        ("max_tokens", {"max_tokens": 5}, "max_tokens", "unsupported_parameter"),
        ("temperature", {"temperature": 0}, "temperature", "unsupported_parameter"),
        ("temperature_value", {"temperature": 0}, "temperature", "unsupported_value"),
    ):
        server.set(unsupported=[name])
        status, _, body = chat(server, **sent)
        assert (status, body["error"]["param"], body["error"]["code"]) == (400, param, code)
        assert chat(server)[0] == 200


def test_a_request_that_cannot_be_read_is_refused_and_the_connection_lives(server: Served) -> None:
    for body in ({}, [], {"model": "m"}, {"model": "m", "messages": []}, {"model": "m", "messages": "가"}):
        assert call(server, "/v1/chat/completions", body)[0] == 400
    assert chat(server)[0] == 200


def test_keys_models_context_and_quota_are_checked(server: Served) -> None:
    server.set(api_keys=["right"])
    assert chat(server)[0] == 401
    server.set(api_keys=[], models=["other"])
    assert chat(server)[2]["error"]["code"] == "model_not_found"
    server.set(models=[], context_tokens=10)
    assert chat(server, "가" * 100)[2]["error"]["code"] == "context_length_exceeded"
    server.set(context_tokens=0, quota=1)
    assert chat(server)[2]["error"]["code"] == "insufficient_quota"
    assert list(server.stats()["by_key"].values()) == [4]


def test_a_reply_is_cut_at_the_wished_number_of_tokens(server: Served) -> None:
    _, _, body = chat(server, TEXT, max_completion_tokens=10)
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] <= 10


def test_tokens_and_repeats_are_added_up(server: Served) -> None:
    used = [chat(server, text)[2]["usage"] for text in ("가", "나", "가")]
    stats = server.stats(prompts=True)
    assert stats["prompt_tokens"] == sum(each["prompt_tokens"] for each in used)
    assert stats["completion_tokens"] == sum(each["completion_tokens"] for each in used)
    assert (stats["prompts_answered"], stats["prompts_answered_twice"], stats["repeated"]) == (2, 1, 1)
    assert sorted(stats["answers_by_prompt"].values()) == [1, 2]
    ((_, answered_at, again_at),) = stats["repeats"]
    assert answered_at < again_at


def test_a_server_that_goes_down_resets_everybody_and_comes_back_on_its_port(server: Served) -> None:
    server.set(down_after=2, down_s=0.5, latency_ms=100)
    chat(server)
    with pytest.raises(ConnectionResetError):
        chat(server)
    with pytest.raises(ConnectionRefusedError):
        chat(server)
    time.sleep(0.7)
    assert chat(server)[0] == 200
    assert server.stats()["requests"] == 3


def test_a_server_that_hangs_answers_when_it_is_over(server: Served) -> None:
    server.set(hang_after=1, hang_s=0.5)
    begun = time.monotonic()
    assert chat(server)[0] == 200
    assert time.monotonic() - begun >= 0.5


def test_errors_may_have_other_shapes(server: Served) -> None:
    server.set(faults={"404": 1.0}, error_style="vllm")
    assert chat(server)[2]["code"] == 404
    server.set(error_style="text")
    assert chat(server)[2].startswith("404: ")


def test_replies_are_said_in_turn_whatever_is_asked(server: Served) -> None:
    server.set(replies=["하나", "둘"])
    said = [chat(server, text)[2]["choices"][0]["message"]["content"] for text in ("가", "나", "다")]
    assert said == ["하나", "둘", "하나"]
