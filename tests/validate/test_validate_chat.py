"""What is wrong with a line of messages."""

from __future__ import annotations

from typing import Any

import pytest

from corpus_to_ft.targets import load_target
from corpus_to_ft.validate.stage import check_line

CHAT = load_target("openai-chat")


def say(role: str, content: object = "안녕하세요", **more: object) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def line(*messages: object, **more: object) -> dict[str, Any]:
    return {"messages": list(messages), **more}


ASKED, ANSWERED = say("user", "언제 오나요?"), say("assistant", "이틀 뒤에 옵니다.")


def codes(obj: object) -> set[str]:
    return {finding.code for finding in check_line(obj, CHAT)}


def test_a_good_line_has_no_finding() -> None:
    assert check_line(line(say("system"), ASKED, ANSWERED), CHAT) == []


@pytest.mark.parametrize(
    ("obj", "code"),
    [
        ([], "not_an_object"),
        (None, "not_an_object"),
        ({}, "unknown_format"),
        ({"messages": None}, "messages_missing"),
        ({"messages": []}, "messages_empty"),
        (line("가", ANSWERED), "message_not_object"),
        (line({"content": "가"}, ANSWERED), "role_missing"),
        (line({"role": "user"}, ANSWERED), "content_missing"),
        (line(say("user", "  \n"), ANSWERED), "content_empty"),
        (line(say("user", 3), ANSWERED), "content_not_text"),
        (line(say("선생님"), ANSWERED), "role_unknown"),
        (line(say("developer"), ASKED, ANSWERED), "role_developer"),
        (line(ASKED, say("system"), ANSWERED), "system_not_first"),
        (line(ASKED), "no_assistant"),
        (line(ASKED, ANSWERED, ASKED), "last_not_assistant"),
        (line(ASKED, say("assistant", weight=2)), "weight_value"),
        (line(ASKED, say("assistant", weight=0.5)), "weight_value"),
        (line(ASKED, say("assistant", weight=True)), "weight_value"),
        (line(say("user", weight=1), ANSWERED), "weight_misplaced"),
        (line(ASKED, say("assistant", weight=0)), "nothing_learned"),
        (line(ASKED, ANSWERED, id=3), "key_unknown"),
        (line(say("user", mood="기쁨"), ANSWERED), "message_key_unknown"),
        (line(say("user", "끝 <|endoftext|>"), ANSWERED), "special_token"),
        (line(say("user", "반쪽 \ud83d"), ANSWERED), "lone_surrogate"),
        (line(say("user", "가" * 200_000), ANSWERED), "too_long"),
        ({"prompt": "가 ->", "completion": " 나"}, "other_format"),
    ],
)
def test_what_a_host_refuses_is_an_error(obj: object, code: str) -> None:
    assert (code, "error") in {(finding.code, finding.level) for finding in check_line(obj, CHAT)}


def test_findings_carry_the_number_of_the_line() -> None:
    assert {finding.line for finding in check_line({"messages": []}, CHAT, 7)} == {7}
