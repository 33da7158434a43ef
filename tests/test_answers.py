"""What a chat server's answer means is told by its status and codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corpus_to_ft.errors import BudgetReached, ConfigError
from corpus_to_ft.llm.chat.answer import Again, Asked, Halt, No, Said, Unfit, judge
from corpus_to_ft.llm.chat.request import guessed_tokens
from corpus_to_ft.records import Message, Prompt, Usage
from corpus_to_ft.tokens import count_tokens

PARTS = frozenset({"model", "messages", "response_format", "max_completion_tokens"})


def meaning(
    status: int, body: object, *, answered: bool = False, headers: dict[str, str] | None = None
) -> Said | Again | No | Unfit | Halt:
    asked = Asked(
        model="m", base_url="http://host/v1", key_name="KEY", parts=PARTS, answered=answered, format_answered=answered
    )
    return judge(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode(), asked)


def chat(content: object, **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content, **more}}]}


def problem(code: str = "", param: str = "", message: str = "no") -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "param": param}}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (chat("답"), "답"),
        (chat(None), ""),
        (chat([{"type": "text", "text": "가"}, {"type": "text", "text": "나"}]), "가나"),
        (chat(7), ""),
        (chat("답", refusal=None), "답"),
    ],
)
def test_content_comes_in_many_shapes(body: object, text: str) -> None:
    said = meaning(200, body)
    assert isinstance(said, Said)
    assert (said.text, said.finish, said.model, said.usage) == (text, "stop", "m", None)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": -1, "completion_tokens": 2},
        {"prompt_tokens": "3", "completion_tokens": 2},
        {"prompt_tokens": 2**63, "completion_tokens": 2},
        {"prompt_tokens": 10**400, "completion_tokens": 2},
        [1, 2],
    ],
)
def test_a_count_that_cannot_be_right_is_none(usage: object) -> None:
    said = meaning(200, {**chat("답"), "usage": usage})
    assert isinstance(said, Said)
    assert said.usage is None
    counted = meaning(200, {**chat("답"), "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    assert isinstance(counted, Said)
    assert counted.usage == Usage(input_tokens=3, output_tokens=2)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 200_000, {}, {"choices": []}, {"choices": [{}]}, {"choices": ["x"]}]
)
def test_a_body_without_an_answer_is_asked_for_again(body: object) -> None:
    assert isinstance(meaning(200, body), Again)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(408, "fault"), (409, "fault"), (500, "fault"), (502, "fault"), (503, "overloaded"), (429, "limited")],
)
def test_what_passes_is_tried_again(status: int, kind: str) -> None:
    again = meaning(status, problem(), headers={"retry-after": "2"})
    assert isinstance(again, Again)
    assert (again.kind, again.wait_s) == (kind, 2.0)
    put_off = meaning(status, problem(), headers={"x-should-retry": "false"})
    assert isinstance(put_off, Again)
    assert put_off.kind == "postpone"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, problem("invalid_api_key"), ConfigError),
        (403, problem("model_not_allowed"), ConfigError),
        (404, problem("model_not_found"), ConfigError),
        (404, b"<html>nothing here</html>", ConfigError),
        (307, b"", ConfigError),
        (402, problem(), BudgetReached),
        (429, problem("insufficient_quota"), BudgetReached),
    ],
)
def test_what_all_calls_would_meet_ends_the_run(status: int, body: object, error: type[Exception]) -> None:
    halt = meaning(status, body)
    assert isinstance(halt, Halt)
    assert isinstance(halt.error, error)


@pytest.mark.parametrize("finish", [[], {"type": "stop"}, 7, None, "tool_calls"])
def test_an_end_that_nobody_knows_is_an_end(finish: object) -> None:
    body = chat("답")
    body["choices"][0]["finish_reason"] = finish
    said = meaning(200, body)
    assert isinstance(said, Said)
    assert said.finish == "stop"


@pytest.mark.parametrize("status", [307, 403, 404, 405, 410])
def test_a_model_that_is_gone_after_answers_puts_prompts_off_and_rejects_none(status: int) -> None:
    put_off = meaning(status, problem("model_not_found"), answered=True)
    assert isinstance(put_off, Again)
    assert (put_off.kind, put_off.why) == ("postpone", f"http_{status}")


def test_after_answers_what_moderation_stops_is_the_prompt_s_own() -> None:
    assert isinstance(meaning(403, problem("content_filter"), answered=True), No)
    body = {"error": {"code": 403, "message": "no", "metadata": {"reasons": ["violence"]}}}
    assert isinstance(meaning(403, body, answered=True), No)


def test_a_date_that_no_calendar_has_is_no_wait() -> None:
    again = meaning(429, problem(), headers={"retry-after": "Mon, 01 Jan 99999999999 00:00:00 GMT"})
    assert isinstance(again, Again)
    assert again.wait_s is None


def test_a_part_that_the_server_does_not_know_is_named_or_guessed_once() -> None:
    assert meaning(400, problem(param="response_format.json_schema")) == Unfit(part="response_format")
    assert meaning(400, problem("unsupported_parameter", "max_completion_tokens")) == Unfit(
        part="max_completion_tokens"
    )
    assert meaning(400, problem()) == Unfit(part="response_format")
    assert isinstance(meaning(400, problem(), answered=True), No)
    assert isinstance(meaning(400, problem("context_length_exceeded")), No)
    assert isinstance(meaning(400, problem(param="messages")), No)


@pytest.mark.parametrize("shown", ["sk-proj-abcDEF123456", "Bearer abcDEF123456", "sk-abc***DEF"])
def test_a_key_that_the_server_repeats_is_not_repeated_by_us(shown: str) -> None:
    halt = meaning(401, problem(message=f"Incorrect API key provided: {shown}."))
    assert isinstance(halt, Halt)
    assert shown not in str(halt.error)


def test_what_a_server_says_moves_no_terminal() -> None:
    halt = meaning(401, problem("\x1b[2Jbad", message="\x1b[31m붉은 글\x1b]0;이름\x07 \u202eabc \ud83d \x9b2J"))
    assert isinstance(halt, Halt)
    assert str(halt.error.sentence).isprintable()
    refused = meaning(200, chat(None, refusal="\x1b[31m안 됩니다 \ud83d"))
    assert isinstance(refused, No)
    assert str(refused.detail) == "[31m안 됩니다 "


@pytest.mark.parametrize(
    "text",
    [
        "회사는 새로운 제품을 출시했습니다. ",
        "뷁쉛껽",
        "1 2 3 ",
        "k9Xq2LzP",
        "| a | 1 |\n",
        "ᄀᆞᄂᆞᆫ",
        "😀👩\u200d👩",
        "韓國語文法",
        "plain words ",
    ],
)
def test_what_is_reserved_for_a_prompt_is_not_less_than_it_costs(text: str) -> None:
    message = Message(role="user", content=text * 100)
    prompt = Prompt.make(kind="qa", subject_id="p", text="", messages=(message,))
    cost = count_tokens(message.content, "o200k_base")
    assert cost <= guessed_tokens(prompt) <= max(6 * cost, 800)
