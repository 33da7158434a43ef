"""One table of faults for each format: each is found, with its code, and the line without the fault is clean."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.records import Target
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.validate.base import Finding
from corpus_to_ft.validate.batch_input import BATCH
from corpus_to_ft.validate.stage import all_rules, check_line, formats_of, validate_file

Lines = list[dict[str, Any]]
REINFORCEMENT = replace(load_target("openai-chat"), name="openai-rft", writer="reinforcement")
CALL = {"id": "호출-1", "type": "function", "function": {"name": "stock", "arguments": '{"item": "사과"}'}}
TOOL = {"type": "function", "function": {"name": "stock", "parameters": {"type": "object"}}}


def chat(at: int) -> dict[str, Any]:
    called = {"role": "assistant", "content": None, "tool_calls": [copy.deepcopy(CALL)]}
    messages = [
        {"role": "system", "content": "재고를 보고 답하세요."},
        {"role": "user", "content": f"{at}번 상품이 남았나요?"},
        called,
        {"role": "tool", "tool_call_id": "호출-1", "content": '{"left": 3}'},
        {"role": "assistant", "content": f"{at}번은 세 개 남았습니다.", "weight": 1},
    ]
    return {"messages": messages, "tools": [copy.deepcopy(TOOL)], "parallel_tool_calls": False}


def preference(at: int) -> dict[str, Any]:
    return {
        "input": {"messages": [{"role": "user", "content": f"{at}번은 언제 오나요?"}]},
        "preferred_output": [{"role": "assistant", "content": f"{at}번은 내일 옵니다."}],
        "non_preferred_output": [{"role": "assistant", "content": "모릅니다."}],
    }


def prompted(at: int) -> dict[str, Any]:
    return {"prompt": f"{at}번은 언제 오나요?\n\n###\n\n", "completion": f" {at}번은 내일 옵니다. END"}


def clova(at: int) -> dict[str, Any]:
    system = {"System_Prompt": f"{at // 2}번 손님입니다."}
    return {**system, "C_ID": at // 2, "T_ID": at % 2, "Text": f"{at}번 질문", "Completion": f"{at}번 답"}


def sharegpt(at: int) -> dict[str, Any]:
    said = [("system", "답하세요."), ("human", f"{at}번 질문"), ("gpt", f"{at}번 답")]
    return {"conversations": [{"from": name, "value": text} for name, text in said]}


def reinforcement(at: int) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"{at} 더하기 1은?"}], "answer": str(at + 1)}


def batch(at: int) -> dict[str, Any]:
    body = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": f"{at}번 글을 줄이세요."}]}
    return {"custom_id": f"글-{at}", "method": "POST", "url": "/v1/chat/completions", "body": body}


MAKERS: dict[str, tuple[Target, Callable[[int], dict[str, Any]]]] = {
    "chat": (load_target("openai-chat"), chat),
    "preference": (load_target("openai-dpo"), preference),
    "prompt_completion": (load_target("legacy"), prompted),
    "clova": (load_target("clova"), clova),
    "sharegpt": (load_target("local-sharegpt"), sharegpt),
    "alpaca": (
        load_target("local-alpaca"),
        lambda at: {"instruction": f"{at}번 글을 줄이세요.", "input": "", "output": f"{at}번 줄인 글"},
    ),
    "text": (load_target("local-text"), lambda at: {"text": f"{at}번째 글입니다."}),
    "reinforcement": (REINFORCEMENT, reinforcement),
    "batch_input": (BATCH, batch),
}


def made(name: str, count: int = 110) -> Lines:
    return [MAKERS[name][1](at) for at in range(count)]


def written(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def found_in(path: Path, name: str) -> list[Finding]:
    return list(validate_file(path, MAKERS[name][0]))


def test_there_are_rules_for_every_format_that_a_target_reads() -> None:
    known = set(all_rules())
    assert known == set(MAKERS)
    assert {name for target in target_names() for name in formats_of(load_target(target))} <= known


@pytest.mark.parametrize("name", MAKERS)
def test_good_lines_have_no_finding(name: str, tmp_path: Path) -> None:
    assert found_in(written(tmp_path / "a.jsonl", made(name)), name) == []


def _set(*path_and_value: Any) -> Callable[[dict[str, Any]], None]:
    *path, last, value = path_and_value

    def change(line: Any) -> None:
        for key in path:
            line = line[key]
        line[last] = value

    return change


def _without(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(line: Any) -> None:
        for key in path[:-1]:
            line = line[key]
        del line[path[-1]]

    return change


FAULTS: list[tuple[str, str, Callable[[dict[str, Any]], None]]] = [
    ("chat", "tools_invalid", _set("tools", {})),
    ("chat", "tool_shape", _set("tools", 0, "type", "함수")),
    ("chat", "tool_name", _set("tools", 0, "function", "name", "재고 보기")),
    ("chat", "tool_parameters", _set("tools", 0, "function", "parameters", "없음")),
    ("chat", "tool_unknown", _set("tools", 0, "function", "name", "other")),
    ("chat", "tool_twice", _set("tools", [TOOL, TOOL])),
    ("chat", "tool_calls_invalid", _set("messages", 2, "tool_calls", [])),
    ("chat", "tool_call_shape", _without("messages", 2, "tool_calls", 0, "id")),
    ("chat", "tool_call_arguments", _set("messages", 2, "tool_calls", 0, "function", "arguments", "{사과}")),
    ("chat", "tool_call_id_missing", _without("messages", 3, "tool_call_id")),
    ("chat", "tool_call_id_unknown", _set("messages", 3, "tool_call_id", "호출-2")),
    ("chat", "tool_call_unanswered", _without("messages", 3)),
    ("chat", "message_key_misplaced", _set("messages", 1, "tool_call_id", "호출-1")),
    ("chat", "content_missing", _without("messages", 3, "content")),
    ("chat", "parallel_tool_calls", _set("parallel_tool_calls", "yes")),
    ("chat", "name_invalid", _set("messages", 1, "name", "홍 길동")),
    ("chat", "content_picture", _set("messages", 4, "content", [{"type": "image_url", "image_url": {"url": "a"}}])),
    ("chat", "two_formats", _set("prompt", "질문")),
    ("preference", "input_is_list", _set("input", [{"role": "user", "content": "질문"}])),
    ("preference", "input_missing", _without("input")),
    ("preference", "input_is_answered", _set("input", "messages", 0, "role", "assistant")),
    ("preference", "output_not_one", _set("preferred_output", [])),
    ("preference", "output_not_one", _without("non_preferred_output")),
    ("preference", "output_not_assistant", _set("preferred_output", 0, "role", "user")),
    ("preference", "outputs_equal", _set("preferred_output", 0, "content", "모릅니다.")),
    ("preference", "key_unknown", _set("score", 3)),
    ("prompt_completion", "side_missing", _without("completion")),
    ("prompt_completion", "side_missing", _set("prompt", None)),
    ("prompt_completion", "side_not_text", _set("completion", ["답"])),
    ("prompt_completion", "completion_empty", _set("completion", " \n")),
    ("prompt_completion", "separator_missing", _set("prompt", "언제 오나요?")),
    ("prompt_completion", "separator_inside", _set("prompt", "가\n\n###\n\n나\n\n###\n\n")),
    ("prompt_completion", "separator_inside", _set("completion", " 가\n\n###\n\n END")),
    ("prompt_completion", "prompt_empty", _set("prompt", "")),
    ("prompt_completion", "ending_inside", _set("completion", " 하나 END 둘 END")),
    ("clova", "id_not_number", _set("C_ID", "첫째")),
    ("clova", "side_empty", _set("Text", " ")),
    ("clova", "side_missing", _without("Completion")),
    ("clova", "conversation_number", _set("C_ID", 7)),
    ("clova", "turn_number", _set("T_ID", 5)),
    ("clova", "key_unknown", _set("id", 5)),
    ("sharegpt", "messages_empty", _set("conversations", [])),
    ("sharegpt", "role_unknown", _set("conversations", 1, "from", "user")),
    ("sharegpt", "turns_not_alternating", _without("conversations", 1)),
    ("sharegpt", "last_not_assistant", _without("conversations", 2)),
    ("sharegpt", "content_not_text", _set("conversations", 1, "value", None)),
    ("alpaca", "side_missing", _without("output")),
    ("alpaca", "side_empty", _set("instruction", "")),
    ("alpaca", "history_shape", _set("history", [["질문"]])),
    ("text", "text_empty", _set("text", "\n")),
    ("text", "side_not_text", _set("text", 3)),
    ("reinforcement", "last_not_user", _set("messages", 0, "role", "assistant")),
    ("batch_input", "custom_id_twice", _set("custom_id", "글-0")),
    ("batch_input", "custom_id_invalid", _without("custom_id")),
    ("batch_input", "method_not_post", _set("method", "GET")),
    ("batch_input", "url_unknown", _set("url", "/chat")),
    ("batch_input", "body_missing", _without("body")),
    ("batch_input", "model_missing", _without("body", "model")),
    ("batch_input", "several_models", _set("body", "model", "gpt-4o")),
    ("batch_input", "stream", _set("body", "stream", True)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "change"), FAULTS, ids=[f"{name}-{code}" for name, code, _ in FAULTS])
def test_each_fault_is_an_error_at_its_line(
    name: str, code: str, change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    lines = made(name)
    change(lines[4])
    found = found_in(written(tmp_path / "a.jsonl", lines), name)
    assert (5, code, "error") in {(each.line, each.code, each.level) for each in found}


def test_hosts_that_want_strict_turns_refuse_two_questions_in_a_row() -> None:
    asked, answered = {"role": "user", "content": "언제요?"}, {"role": "assistant", "content": "내일요."}
    line = {"messages": [asked, asked, answered]}
    levels = {name: {f.level for f in check_line(line, load_target(name))} for name in ("openai-chat", "together-chat")}
    assert levels == {"openai-chat": {"warning"}, "together-chat": {"error"}}


def test_what_a_host_refuses_a_trainer_at_home_ignores() -> None:
    line = {**chat(1), "source": "글.md"}
    assert [(f.code, f.level) for f in check_line(line, load_target("openai-chat"))] == [("key_unknown", "error")]
    assert [(f.code, f.level) for f in check_line(line, load_target("local-chat"))] == [("key_unknown", "warning")]


@pytest.mark.parametrize(
    ("endings", "code"),
    [(("요?", "다."), "separator_missing"), (("요?", "다."), "ending_is_sentence")],
)
def test_the_end_of_a_sentence_is_no_separator(endings: tuple[str, str], code: str, tmp_path: Path) -> None:
    asked, answered = endings
    lines = [{"prompt": f"{at}번은 언제 오나{asked}", "completion": f" {at}번은 옵니{answered}"} for at in range(12)]
    found = found_in(written(tmp_path / "a.jsonl", lines), "prompt_completion")
    assert (0, code) in {(each.line, each.code) for each in found}


def test_the_manifests_stop_must_not_be_the_end_of_a_sentence(tmp_path: Path) -> None:
    lines = [{"prompt": f"{at}번 ->", "completion": f" {at}번은 옵니다."} for at in range(12)]
    asking = {"separator": " ->", "stop": ["다."]}
    path = written(tmp_path / "a.jsonl", lines)
    codes = {each.code for each in validate_file(path, load_target("legacy"), asking=asking)}
    assert "stop_is_sentence" in codes
