"""What every line of a training file keeps, whatever the text; plugins are found by their folder."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Message, Role
from corpus_to_ft.tokens import ENCODINGS, count_tokens
from corpus_to_ft.write.base import Writer, dump_line, language_of, well_formed
from corpus_to_ft.write.chat import ChatWriter
from corpus_to_ft.write.prompt_completion import ENDINGS, SEPARATORS, PromptCompletionWriter

WRITERS = plugin_names("write")
TEXTS = st.text(max_size=80) | st.sampled_from(
    [
        "",
        "😀👩‍👩‍👧",
        unicodedata.normalize("NFD", "한글"),
        "첫째\r\n둘째",
        "API를 3번 call 합니다",
        "글\u2028글\u0085글",
    ]
)
ANSWERS = st.builds(lambda text, end: text + end, TEXTS, st.sampled_from(["", *ENDINGS, *SEPARATORS, "*", "\n\n###"]))


def say(user: str, assistant: str = "", system: str = "") -> tuple[Message, ...]:
    said: list[tuple[Role, str]] = [("system", system), ("user", user), ("assistant", assistant)]
    return tuple(Message(role=role, content=text) for role, text in said if text or role == "user")


def texts_in(value: object) -> list[str]:
    """Every text of a line in order, without roles."""
    if isinstance(value, Mapping):
        return [text for key, inner in value.items() if key not in ("role", "from") for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


def text_of(line: Mapping[str, Any]) -> str:
    """All the text that is trained, in order; an Alpaca line names the question before its context."""
    if "instruction" in line:
        line = {"input": line["input"], "instruction": line["instruction"], "output": line["output"]}
    return "".join(texts_in(line))


@pytest.mark.parametrize("name", WRITERS)
@given(user=TEXTS, answer=TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_line_is_read_back_as_it_was_written(name: str, user: str, answer: str) -> None:
    line = make_plugin("write", name, Writer).line(say(user, answer), "qa")
    written = dump_line(line)
    assert len(written.splitlines()) == 1
    assert json.loads(written.encode("utf-8")) == json.loads(json.dumps(line, ensure_ascii=False))


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", ["qa", "keywords", "summary"])
def test_a_line_holds_question_answer_and_context_in_order(name: str, kind: str) -> None:
    line = make_plugin("write", name, Writer).line(
        say("언제 바뀌었나요?", "2024년에 바뀌었습니다.", "제목: 변경"), kind
    )
    text = text_of(line)
    found = [text.index(part) for part in ("제목: 변경", "언제 바뀌었나요?", "2024년에 바뀌었습니다.")]
    assert found == sorted(found)


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_asked_is_the_beginning_of_what_was_trained(name: str) -> None:
    writer = make_plugin("write", name, Writer)
    trained = writer.line(say("언제 바뀌었나요?", "2024년입니다.", "제목: 변경"), "qa")
    asked = writer.line(say("언제 바뀌었나요?", "", "제목: 변경"), "qa")
    if "completion" in trained:
        assert trained["prompt"] == asked["prompt"]
        return
    known, whole = text_of(asked), text_of(trained)
    assert whole.startswith(known)
    assert whole.removeprefix(known).strip() == "2024년입니다."


@pytest.mark.parametrize("name", WRITERS)
def test_every_naughty_string_becomes_one_readable_line(name: str, shared_data: Path) -> None:
    strings = json.loads((shared_data / "faults/strings/blns.half-a.json").read_text(encoding="utf-8"))
    conversations = [say(text, text[::-1], text) for text in strings]
    writer = make_plugin("write", name, Writer).settle(conversations)
    for messages in conversations:
        written = dump_line(writer.line(messages, "qa"))
        assert len(written.splitlines()) == 1
        assert all(message.content.strip() in text_of(json.loads(written)) for message in messages)
        assert writer.tokens(messages, "qa", "r50k_base") > 0


def test_hangul_stays_hangul_and_line_breaking_characters_are_escaped() -> None:
    written = dump_line({"글": "가나다 / <b>\u2028\u2029\u0085\x0b\x00😀"})
    assert written == '{"글": "가나다 / <b>\\u2028\\u2029\\u0085\\u000b\\u0000😀"}'


def test_half_a_surrogate_pair_is_replaced_and_two_halves_are_joined() -> None:
    assert well_formed("가\ud83d\ude00나") == "가😀나"
    assert well_formed("가\ud83d나") == "가\ufffd나"
    assert json.loads(dump_line({"글": "\udc00"}).encode("utf-8")) == {"글": "\ufffd"}


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dump_line({"score": float("nan")})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("오픈소스", "ko"),
        ("Kubernetes와 Docker를 production에 deploy하는 방법", "ko"),
        (unicodedata.normalize("NFD", "한글"), "ko"),
        ("The project was started by 홍길동 and many other contributors around the world.", "en"),
        ("", "en"),
        ("1234 😀", "en"),
    ],
)
def test_the_language_is_that_of_the_answer(text: str, language: str) -> None:
    assert language_of(say("Docker, Kafka", text)) == (language if text else "en")


def test_chat_tokens_are_counted_as_the_published_recipe_does() -> None:
    line = ChatWriter().line(say("언제인가요?", "2024년입니다."), "qa")
    expected = 3
    for message in line["messages"]:
        expected += 3 + sum(count_tokens(value, "o200k_base") for value in message.values())
    assert ChatWriter().tokens(say("언제인가요?", "2024년입니다."), "qa", "o200k_base") == expected


def test_a_chat_has_one_system_message_in_the_language_of_the_answer() -> None:
    korean = ChatWriter().line(say("Docker, Kafka", "도커와 카프카를 씁니다.", "제목: 운영"), "keywords")["messages"]
    english = ChatWriter().line(say("When?", "In 2024."), "qa")["messages"]
    assert [message["role"] for message in korean] == ["system", "user", "assistant"]
    assert korean[0]["content"] == "주어진 핵심어를 살려 글을 쓰세요.\n\n제목: 운영"
    assert english[0]["content"] == "Answer the question truthfully and concisely."


def test_an_instruction_that_is_already_there_is_not_said_twice() -> None:
    once = ChatWriter().line(say("언제?", "지금입니다."), "qa")["messages"]
    again = tuple(Message(role=message["role"], content=message["content"]) for message in once)
    assert ChatWriter().line(again, "qa")["messages"] == once


def test_an_empty_instruction_leaves_the_system_message_out_and_the_others_keep_their_default() -> None:
    writer = ChatWriter(instructions={"ko": {"qa": ""}})
    assert [m["role"] for m in writer.line(say("언제?", "지금입니다."), "qa")["messages"]] == ["user", "assistant"]
    assert writer.line(say("요약", "글입니다."), "summary")["messages"][0]["role"] == "system"


def test_a_completion_starts_with_a_space_and_stops_at_the_ending() -> None:
    conversation = say("무엇인가요?", "\n오픈소스입니다.\n")
    line = PromptCompletionWriter().settle([conversation]).line(conversation, "qa")
    assert line == {"prompt": "질문: 무엇인가요?\n\n###\n\n", "completion": " 오픈소스입니다.\n"}


def test_kinds_can_be_told_apart_by_their_prompts() -> None:
    writer = PromptCompletionWriter()
    prompts = {writer.line(say("오픈소스", "글입니다."), kind)["prompt"] for kind in ("qa", "keywords", "summary")}
    assert len(prompts) == 3
    assert writer.line(say("Docker", "A passage."), "keywords")["prompt"].startswith("Keywords: ")
    assert writer.line(say("질문: 언제?", "지금입니다."), "qa")["prompt"].count("질문:") == 1
    assert PromptCompletionWriter(labels={"ko": {"qa": ""}}).line(say("언제?", "지금요."), "qa")["prompt"][0] == "언"


def test_an_ending_that_occurs_inside_an_answer_is_passed_over() -> None:
    settled = PromptCompletionWriter().settle([say("가", "첫째\n둘째"), say("나", "THE END OF"), say("다", "별*")])
    assert settled.asking()["stop"] == ["+++"], "`별*` + `***` would be found one sign too early"


def test_a_separator_that_occurs_in_a_prompt_is_passed_over() -> None:
    conversations = [say("앞\n\n###\n\n뒤", "답"), say("묻기\n\n===", "답")]
    assert PromptCompletionWriter().settle(conversations).asking()["separator"] == "\n\n---\n\n"


def test_questions_that_all_end_alike_still_get_a_separator() -> None:
    conversations = [say(f"{name}은 무엇인가요?", f"{name}입니다.") for name in ("도커", "카프카", "스프링")]
    asking = PromptCompletionWriter().settle(conversations).asking()
    assert (asking["separator"], asking["stop"]) == ("\n\n###\n\n", ["\n"])


@pytest.mark.parametrize("ending", ["다.", "요?", "정", "번을 참고하세요", ""])
def test_a_korean_sentence_ending_is_never_a_candidate(ending: str) -> None:
    with pytest.raises(ConfigError, match="Korean sentence ending"):
        make_plugin("write", "prompt_completion", Writer, {"endings": [ending]})


def test_when_every_candidate_occurs_the_user_is_told_what_to_set() -> None:
    with pytest.raises(ConfigError, match=r"--set 'target\.endings="):
        PromptCompletionWriter().settle([say("무엇?", "첫째" + "|".join(ENDINGS))])
    with pytest.raises(ConfigError, match=r"--set 'target\.separators="):
        PromptCompletionWriter().settle([say("첫째" + "|".join(SEPARATORS), "답")])


@given(st.lists(st.tuples(ANSWERS, ANSWERS), max_size=4), st.sampled_from(ENCODINGS))
@settings(max_examples=150, deadline=None)
def test_separator_and_ending_are_found_once_and_the_count_is_of_the_finished_line(
    pairs: list[tuple[str, str]], encoding: str
) -> None:
    conversations = [say(user or "무엇?", answer or "답") for user, answer in pairs]
    try:
        settled = PromptCompletionWriter().settle(conversations)
    except ConfigError:
        return
    separator, (stop,) = settled.asking()["separator"], settled.asking()["stop"]
    for messages in conversations:
        line = settled.line(messages, "qa")
        assert line["prompt"].find(separator) == len(line["prompt"]) - len(separator)
        assert line["completion"].find(stop) == len(line["completion"]) - len(stop)
        exact = count_tokens(line["prompt"], encoding) + count_tokens(line["completion"], encoding)
        assert settled.tokens(messages, "qa", encoding) == exact
        assert PromptCompletionWriter().tokens(messages, "qa", encoding) >= exact


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_counts_of_real_posts_are_those_of_the_whole_line(encoding: str, shared_data: Path) -> None:
    for post in sorted((shared_data / "blogs").glob("*/md/**/*.md"))[:30]:
        text = post.read_text(encoding="utf-8", errors="ignore")[:3000]
        messages = say(text[:500] or "무엇?", text)
        for writer in (PromptCompletionWriter(separators=(sep,)) for sep in SEPARATORS[:2]):
            line = writer.line(messages, "summary")
            longest = max(count_tokens(f" {text.strip()}{ending}", encoding) for ending in ENDINGS)
            assert writer.tokens(messages, "summary", encoding) == count_tokens(line["prompt"], encoding) + longest
