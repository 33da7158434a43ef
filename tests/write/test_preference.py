"""The line of preference tuning needs two answers that differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.records import Example, Message
from corpus_to_ft.settings import load_settings
from corpus_to_ft.tokens import count_tokens
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.chat import ChatWriter
from corpus_to_ft.write.preference import PreferenceWriter


def example(worse: str) -> Example:
    told = (Message(role="user", content="언제 바뀌었나요?"), Message(role="assistant", content="2024년입니다."))
    return Example.make(
        kind="qa", messages=told, document_id="1", passage_id="1", source="글.md", evidence=(), made_by="나",
        worse_answer=worse,
    )  # fmt: skip


def test_the_question_is_an_object_and_each_answer_a_list_of_one_message() -> None:
    assert PreferenceWriter(instructions={"ko": {"qa": ""}}).line_at(0, example("모릅니다.")) == {
        "input": {"messages": [{"role": "user", "content": "언제 바뀌었나요?"}]},
        "preferred_output": [{"role": "assistant", "content": "2024년입니다."}],
        "non_preferred_output": [{"role": "assistant", "content": "모릅니다."}],
    }


@pytest.mark.parametrize("worse", ["", " \n", "2024년입니다."])
def test_without_a_second_answer_nothing_is_written(worse: str) -> None:
    with pytest.raises(ConfigError, match=r"of 글\.md has no second answer"):
        PreferenceWriter().line_at(0, example(worse))


def test_both_answers_are_counted() -> None:
    one, both = (PreferenceWriter().tokens_of(example(worse), "o200k_base") for worse in ("", "모릅니다."))
    assert both - one == count_tokens("모릅니다.", "o200k_base")


@pytest.mark.parametrize("writer", [ChatWriter(), PreferenceWriter()])
def test_a_worse_answer_changes_the_id_and_never_stands_among_what_is_said(writer: Writer) -> None:
    plain, worse = example(""), example("모릅니다.")
    assert plain.id != worse.id
    assert plain.answer == worse.answer == "2024년입니다."
    assert "모릅니다." not in str(writer.line(worse.messages, "qa"))


def test_a_run_that_cannot_make_two_answers_is_refused_before_it_starts(tmp_path: Path) -> None:
    config = tmp_path / "설정.toml"
    config.write_text('[target]\nuse = "openai-dpo"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="prepare FILE --target openai-dpo"):
        load_settings(config)
