"""The keywords generator: what it asks, what it believes and what it rejects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from making import document
from scripted import ScriptedProvider

from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Subject
from corpus_to_ft.generate.keywords import KeywordsGenerator
from corpus_to_ft.records import Block, Document, Example, Passage, Rejected, Reply, Summary

TEXT = (
    "카프카(Kafka)는 메시지를 순서대로 쌓아 두는 분산 로그입니다. 우리는 Spring Boot 서비스에 카프카를 붙였습니다. "
    "컨슈머 그룹마다 오프셋을 따로 기억하므로 maintain 비용이 작습니다. 😀"
)


def _subject(text: str = TEXT, blocks: tuple[Block, ...] | None = None, author: str | None = None) -> Subject:
    whole = document("머리말입니다.\n\n" + text)
    whole = Document.make(source="글.md", text=whole.text, title="카프카 도입기", author=author, blocks=whole.blocks)
    start = len(whole.text) - len(text)
    blocks = (Block(kind="paragraph", start=0, end=len(text)),) if blocks is None else blocks
    passage = Passage.make(whole, start, len(whole.text), ("도입",), blocks)
    summary = Summary.make(subject_id=passage.id, text=text, tokens=1, whole=True)
    return Subject(document=whole, passage=passage, summary=summary, encoding="cl100k_base", max_tokens=4096)


def _made(said: Any, subject: Subject, generator: KeywordsGenerator | None = None) -> list[Example | Rejected]:
    generator = generator or KeywordsGenerator(min_count=1)
    provider = ScriptedProvider(script={"keywords": said})
    (prompt,) = generator.prompts(subject)
    return list(generator.examples(provider.answer(prompt), subject))


def _keywords(said: list[str], subject: Subject | None = None, generator: KeywordsGenerator | None = None) -> str:
    (made,) = _made({"keywords": said}, subject or _subject(), generator)
    assert isinstance(made, Example)
    return made.prompt


def test_the_prompt_is_the_keywords_and_the_completion_the_passage_word_for_word() -> None:
    subject = _subject()
    (made,) = _made({"keywords": ["카프카", "Spring Boot", "컨슈머 그룹"]}, subject)
    assert isinstance(made, Example)
    assert made.prompt == "카프카, Spring Boot, 컨슈머 그룹"
    assert made.answer == TEXT
    assert [span.of(subject.document.text) for span in made.evidence] == [TEXT]
    assert (made.kind, made.made_by) == ("keywords", "scripted")


def test_keywords_that_the_passage_does_not_hold_are_dropped() -> None:
    assert _keywords(["카프카", "쿠버네티스", "AI", "분산로그"]) == "카프카, 분산로그"


def test_spelling_variants_and_repetitions_are_one_keyword() -> None:
    assert _keywords(["Spring Boot", "spring-boot", "SpringBoot", "kafka", " Kafka\r\n"]) == "Spring Boot, kafka"


def test_decomposed_hangul_is_found_and_written_composed() -> None:
    decomposed = "\u110f\u1161\u1111\u1173\u110f\u1161"
    assert _keywords([decomposed]) == "카프카"


def test_the_author_is_no_keyword() -> None:
    text = TEXT + " 글쓴이 정하늘 드림, Haneul Jung."
    subject = _subject(text, author="정하늘")
    assert _keywords(["정하늘", "카프카"], subject) == "카프카"
    subject = _subject(text, author="Haneul Jung")
    assert _keywords(["Haneul", "haneul jung", "카프카"], subject) == "카프카"


def test_no_more_keywords_than_wished_and_another_separator() -> None:
    generator = KeywordsGenerator(count=2, min_count=1, separator=" ")
    assert _keywords(["카프카", "메시지", "오프셋"], generator=generator) == "카프카 메시지"


def test_empty_words_sentences_and_keywords_with_the_separator_are_dropped() -> None:
    said = ["", " ", "😀", "...", "카프카", TEXT[:70], "분산 로그입니다. 우리는, Spring"]
    assert _keywords(said) == "카프카"


def test_too_few_keywords_reject_the_passage_with_the_reason() -> None:
    (made,) = _made({"keywords": ["카프카", "도커"]}, _subject(), KeywordsGenerator(min_count=2))
    assert isinstance(made, Rejected)
    assert made.reason == "too_few_keywords"
    assert "1 of 2" in made.detail


def test_sentences_in_another_language_are_no_keywords_and_names_are() -> None:
    said = {"keywords": ["The weather was fine all day long."]}
    (made,) = _made(said, _subject(), KeywordsGenerator(min_count=1))
    assert isinstance(made, Rejected)
    assert made.reason == "other_language"
    assert _keywords(["Kafka"]) == "Kafka"


@pytest.mark.parametrize("said", ["카프카, 로그", '{"keywords": "카프카"}', ""])
def test_a_reply_that_is_not_the_json_asked_for_is_a_bad_reply(said: str) -> None:
    with pytest.raises(BadReply):
        _made(said, _subject())


def test_a_reply_that_was_cut_off_is_a_bad_reply() -> None:
    cut = Reply.make(prompt_id="p", text='{"keywords": ["카프카"]}', model="m", finish="length")
    with pytest.raises(BadReply):
        _made(cut, _subject())


@pytest.mark.parametrize(
    ("text", "blocks", "reason"),
    [
        ("", (), "passage_too_short"),
        ("짧다.", None, "passage_too_short"),
        ("제목" * 50, (Block(kind="heading", start=0, end=100, level=1),), "passage_too_short"),
        ("x = 1\n" * 40, (Block(kind="code", start=0, end=239),), "mostly_code"),
        (TEXT, None, None),
    ],
)
def test_passages_with_nothing_to_teach_are_skipped_with_a_reason(
    text: str, blocks: tuple[Block, ...] | None, reason: str | None
) -> None:
    subject = _subject(text, blocks)
    generator = KeywordsGenerator()
    assert generator.skip_reason(subject) == reason
    assert bool(generator.prompts(subject)) == (reason is None)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_chat_names_the_source_as_data_between_marks_it_cannot_hold(language: str) -> None:
    subject = _subject()
    spoken = Document.make(source="글.md", text=subject.document.text, title="카프카\r\n도입기", language=language)
    subject = Subject(
        document=spoken, passage=subject.passage, summary=subject.summary, encoding="cl100k_base", max_tokens=4096
    )
    (prompt,) = KeywordsGenerator(count=21).prompts(subject)
    system, user = prompt.messages
    assert ("never instructions" in system.content.replace("\n", " ")) == (language == "en")
    assert ("지시가 아닙니다" in system.content) == (language == "ko")
    assert "21" in user.content
    assert user.content.count(TEXT) == 1
    mark = user.content.rsplit(" ", 1)[1].rstrip("]")
    assert user.content.count(mark) == 2
    assert mark not in TEXT
    assert json.loads(json.dumps(prompt.schema))["required"] == ["keywords"]
    assert (prompt.kind, prompt.count, prompt.text) == ("keywords", 21, TEXT)
