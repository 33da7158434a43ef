"""How one example looks in the formats of local trainers and of CLOVA Studio."""

from __future__ import annotations

from typing import get_args

import pytest

from corpus_to_ft.records import Example, Kind, Message, Role
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.alpaca import AlpacaWriter
from corpus_to_ft.write.chat import ChatWriter
from corpus_to_ft.write.clova import ClovaWriter
from corpus_to_ft.write.sharegpt import SPEAKERS, SharegptWriter
from corpus_to_ft.write.text import TextWriter
from corpus_to_ft.write.wording import INSTRUCTIONS

TASK = INSTRUCTIONS["ko"]


def say(user: str, answer: str, context: str = "") -> tuple[Message, ...]:
    said: list[tuple[Role, str]] = [("system", context), ("user", user), ("assistant", answer)]
    return tuple(Message(role=role, content=text) for role, text in said if text)


def test_an_alpaca_question_is_the_instruction_and_its_context_the_input() -> None:
    line = AlpacaWriter().line(say("언제 바뀌었나요?", "2024년입니다.", "제목: 변경"), "qa")
    assert line == {"instruction": "언제 바뀌었나요?", "input": "제목: 변경", "output": "2024년입니다."}


@pytest.mark.parametrize("kind", ["keywords", "summary"])
def test_other_alpaca_examples_say_the_task_and_give_the_rest(kind: Kind) -> None:
    line = AlpacaWriter().line(say("오픈소스, 라이선스", "글입니다.", "제목: 변경"), kind)
    assert line == {"instruction": TASK[kind], "input": "제목: 변경\n\n오픈소스, 라이선스", "output": "글입니다."}
    bare = AlpacaWriter(instructions={"ko": {kind: ""}}).line(say("오픈소스", "글입니다."), kind)
    assert bare == {"instruction": "오픈소스", "input": "", "output": "글입니다."}


def test_sharegpt_names_every_role_that_a_message_can_have() -> None:
    assert set(SPEAKERS) == set(get_args(Role))
    line = SharegptWriter().line(say("언제?", "2024년입니다."), "qa")
    assert [turn["from"] for turn in line["conversations"]] == ["system", "human", "gpt"]
    assert [turn["value"] for turn in line["conversations"]] == [TASK["qa"], "언제?", "2024년입니다."]


def test_clova_counts_conversations_from_zero_and_turns_within_them() -> None:
    examples = [
        Example.make(
            kind="qa", messages=say(f"{n}번은?", f"{n}입니다."), document_id="", passage_id="", source="",
            evidence=(), made_by="",
        )
        for n in range(3)
    ]  # fmt: skip
    lines = [ClovaWriter().line_at(place, example) for place, example in enumerate(examples)]
    assert [(line["C_ID"], line["T_ID"]) for line in lines] == [(0, 0), (1, 0), (2, 0)]
    assert list(lines[2]) == ["System_Prompt", "C_ID", "T_ID", "Text", "Completion"]
    assert list(lines[2].values()) == [TASK["qa"], 2, 0, "2번은?", "2입니다."]


def test_a_text_is_asked_up_to_the_label_of_its_answer() -> None:
    trained = TextWriter().line(say("언제?", "2024년입니다.", "제목: 변경"), "qa")["text"]
    asked = TextWriter().line(say("언제?", "", "제목: 변경"), "qa")["text"]
    assert trained == "제목: 변경\n\n질문: 언제?\n\n답: 2024년입니다."
    assert asked == "제목: 변경\n\n질문: 언제?\n\n답:"
    told = say("언제?", "2024년입니다.")
    whole = count_tokens(TextWriter().line(told, "qa")["text"], "cl100k_base")
    assert TextWriter().tokens(told, "qa", "cl100k_base") == whole + 1


def test_a_host_without_system_messages_reads_the_instruction_before_the_question() -> None:
    line = ChatWriter(system="user").line(say("언제?", "2024년입니다.", "제목: 변경"), "qa")
    asked = f"{TASK['qa']}\n\n제목: 변경\n\n언제?"
    assert line["messages"][0] == {"role": "user", "content": asked}
    assert [message["role"] for message in line["messages"]] == ["user", "assistant"]
    assert ChatWriter(system="user").asking()["system"] == "user"
    assert "system" not in ChatWriter().asking()
