"""What a tuned model is asked equals what it was trained on, byte for byte, up to where the answer begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Message
from corpus_to_ft.tune.ask import asking_of, writer_of
from corpus_to_ft.write.base import Writer

QUESTION = (Message(role="user", content="제주 창고의 습도는 몇 퍼센트입니까?"),)
ANSWER = (*QUESTION, Message(role="assistant", content="55퍼센트입니다."))


@pytest.mark.parametrize("kind", ["qa", "keywords", "summary"])
@pytest.mark.parametrize("context", ["", "지점 안내서에 따르면"])
def test_a_chat_is_asked_as_it_was_trained(kind: str, context: str) -> None:
    system = (Message(role="system", content=context),) if context else ()
    trained = make_plugin("write", "chat", Writer)
    line = trained.line((*system, *ANSWER), kind)
    asked = writer_of("chat", json.loads(json.dumps(trained.asking()))).asked((*system, *QUESTION), kind)
    assert asked == {"messages": line["messages"][:-1]}


@pytest.mark.parametrize("kind", ["qa", "keywords", "summary"])
def test_a_prompt_is_asked_with_the_separator_and_the_stop_of_its_training(kind: str) -> None:
    trained = make_plugin("write", "prompt_completion", Writer).settle([ANSWER])
    asked = writer_of("prompt_completion", json.loads(json.dumps(trained.asking()))).asked(QUESTION, kind)
    line = trained.line(ANSWER, kind)
    assert asked["prompt"] == line["prompt"]
    assert [line["completion"].endswith(stop) for stop in asked["stop"]] == [True]


def test_a_text_is_asked_as_its_beginning() -> None:
    trained = make_plugin("write", "text", Writer)
    asked = writer_of("text", trained.asking()).asked(QUESTION, "qa")
    assert trained.line(ANSWER, "qa")["text"].startswith(asked["prompt"])


def test_somebodys_own_prompts_are_asked_with_their_own_separator_and_nothing_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "옛날 자료.jsonl"
    lines = [{"prompt": f"질문 {number} ->", "completion": f" 답 {number} END"} for number in range(9)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    asked = writer_of("prompt_completion", asking_of(path, "prompt_completion")).asked(
        (Message(role="user", content="질문 3"),), "qa"
    )
    assert asked == {"prompt": "질문 3 ->", "stop": [" END"]}


@pytest.mark.parametrize("systems", [("도와 주세요.", "도와 주세요."), ("하나", "둘"), ("", "")])
def test_somebodys_own_chat_is_asked_with_its_one_system_message(tmp_path: Path, systems: tuple[str, str]) -> None:
    path = tmp_path / "chat.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for said in systems:
            turns = [{"role": "user", "content": "물음"}, {"role": "assistant", "content": "대답"}]
            messages = [{"role": "system", "content": said}, *turns] if said else turns
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")
    asked = writer_of("chat", asking_of(path, "chat")).asked((Message(role="user", content="물음"),), "qa")
    expected = [{"role": "user", "content": "물음"}]
    if systems[0] == systems[1] and systems[0]:
        expected.insert(0, {"role": "system", "content": systems[0]})
    assert asked == {"messages": expected}
