"""The shared reader of model replies: what it forgives and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scripted import ScriptedProvider

from corpus_to_ft.errors import BadReply
from corpus_to_ft.llm.base import REPLY_SCHEMAS
from corpus_to_ft.llm.replies import DEEPEST, is_too_deep, read_json_reply
from corpus_to_ft.records import Prompt, Reply

KEYWORDS = REPLY_SCHEMAS["keywords"]
QA = REPLY_SCHEMAS["qa"]


def _reply(said: Any, finish: str = "stop") -> Reply:
    provider = ScriptedProvider(script={"keywords": said}, finish=finish)
    return provider.answer(Prompt.make(kind="keywords", subject_id="글", text="카프카"))


@pytest.mark.parametrize(
    "text",
    [
        '{"keywords": ["카프카", "한글"]}',
        '```json\n{"keywords": ["카프카", "한글"]}\n```',
        '```\r\n{"keywords": ["카프카",\r\n "한글"]}\r\n```',
        '네, 알겠습니다 😀\n{"keywords": ["카프카", "한글"]}\n도움이 되셨나요?',
        '{형식}에 맞추면 다음과 같습니다: {"keywords": ["카프카", "한글"]}',
        '["카프카", "한글"]',
        '\ufeff{"keywords": ["카프카", "한글"], "이유": "없음"}',
    ],
)
def test_wrapping_around_the_answer_is_passed_over(text: str) -> None:
    assert read_json_reply(_reply(text), KEYWORDS) == {"keywords": ["카프카", "한글"]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "카프카, 한글",
        "{}",
        '{"keywords": "카프카"}',
        '{"keywords": ["카프카", 3]}',
        '{"keywords": null}',
        '{"keywords": ["카프카"',
        "[" * 100_000,
        '{"keywords": ' * 100_000,
        '{"keywords": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"keywords": ["\\ud83d"]}',
        "9" * 5000,
        '{"keywords": [' + "9" * 5000 + "]}",
    ],
)
def test_a_reply_of_another_shape_is_a_bad_reply_that_keeps_the_raw_text(text: str) -> None:
    with pytest.raises(BadReply) as caught:
        read_json_reply(_reply(text), KEYWORDS)
    assert caught.value.raw == text


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_reply_that_was_cut_off_is_a_bad_reply_even_when_its_json_is_whole(finish: str) -> None:
    with pytest.raises(BadReply, match=finish):
        read_json_reply(_reply({"keywords": ["카프카"]}, finish=finish), KEYWORDS)


def test_unknown_keys_are_dropped_at_every_depth_and_missing_ones_are_named() -> None:
    item = {"question": "무엇인가요?", "answer": "카프카입니다.", "evidence": "카프카", "점수": 3}
    fitted = read_json_reply(_reply({"items": [item]}), QA)
    assert fitted == {"items": [{key: item[key] for key in ("question", "answer", "evidence")}]}
    del item["evidence"]
    with pytest.raises(BadReply, match="evidence"):
        read_json_reply(_reply({"items": [item]}), QA)


def test_an_object_that_does_not_fit_does_not_hide_one_that_does() -> None:
    text = json.dumps({"생각": "음"}) + "\n" + json.dumps({"keywords": ["한글"]})
    assert read_json_reply(_reply(text), KEYWORDS) == {"keywords": ["한글"]}


def test_line_breaks_inside_strings_are_kept() -> None:
    assert read_json_reply(_reply('{"summary": "첫 줄\n둘째 줄"}'), REPLY_SCHEMAS["summary"]) == {
        "summary": "첫 줄\n둘째 줄"
    }


@pytest.mark.parametrize(
    "said",
    [
        "카\0프카 \ufeff큐",
        "\ufeff카프카\u200b 큐\x07",
        "\u202e카프카\u202c 큐\x85",
        "\x1b[1;31m카프카\x1b[0m 큐\r\n",
        "\x1b]8;;https://example.com\x1b\\카프카\x1b]8;;\x1b\\ 큐",
        "\x9b31m카프카\x9b0m 큐\x7f",
        "\u110f\u1161\u1111\u1173\u110f\u1161 \u110f\u1172",
    ],
)
def test_every_text_of_a_reply_is_cleaned_as_documents_are(said: str) -> None:
    item = {"question": said, "answer": said, "evidence": said}
    (read,) = read_json_reply(_reply({"items": [item]}), QA)["items"]
    assert {text.strip() for text in read.values()} == {"카프카 큐"}
    assert read_json_reply(_reply({"keywords": [said]}), KEYWORDS)["keywords"][0].strip() == "카프카 큐"


def test_line_breaks_and_tabs_of_a_reply_stay() -> None:
    assert read_json_reply(_reply({"summary": "첫 줄\n\t둘째"}), REPLY_SCHEMAS["summary"])["summary"] == "첫 줄\n\t둘째"


@pytest.mark.parametrize("opening", ["[", '{"키":', '[{"a": "]", "b":'])
def test_what_nests_without_end_is_told_before_it_is_parsed(opening: str) -> None:
    assert is_too_deep(opening * 100_000)
    assert is_too_deep("글 " + opening * 100_000, 2)
    closing = "".join({"[": "]", "{": "}"}[mark] for mark in reversed(opening) if mark in "[{")
    fits = DEEPEST // len(closing)
    assert not is_too_deep(opening * fits + "1" + closing * fits)


def test_brackets_in_texts_and_beside_one_another_are_no_depth() -> None:
    shallow = json.dumps({"items": [{"question": "[" * 500 + '\\"{'}] * 500})
    assert not is_too_deep(shallow)
    assert not is_too_deep(shallow + "[" * 500)
    text = "[" * 100 + "]" * 100 + ' {"keywords": ["' + "[" * 500 + '"]}'
    assert read_json_reply(_reply(text), KEYWORDS) == {"keywords": ["[" * 500]}
