"""Which text a question finds first."""

from __future__ import annotations

import math

import pytest

from corpus_to_ft.retrieval import TextIndex, terms

TEXTS = (
    "브로커는 메시지를 디스크에 저장하고 컨슈머에게 전달합니다.",
    "오프셋은 컨슈머가 어디까지 읽었는지 남기는 숫자입니다.",
    "Kafka 3.5부터 ZooKeeper 없이 KRaft로 운영합니다. 🙂",
)


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("브로커는 메시지를 어디에 저장하나요?", 0),
        ("오프셋이란 무엇인가요?", 1),
        ("kraft로 운영하면 zookeeper가 필요한가요?", 2),
    ],
)
def test_a_question_finds_the_text_that_speaks_of_it(question: str, own: int) -> None:
    index = TextIndex(TEXTS)
    assert index.lead(question, own) > 1
    assert all(index.lead(question, other) < 1 for other in range(len(TEXTS)) if other != own)


def test_a_question_about_something_else_finds_nothing() -> None:
    assert TextIndex(TEXTS).lead("감자탕은 얼마인가요?", 0) == 0
    assert TextIndex(TEXTS).lead("", 0) == 0


def test_a_lone_text_is_always_found() -> None:
    assert TextIndex(TEXTS[:1]).lead("브로커란 무엇인가요?", 0) == math.inf
    assert TextIndex(()).scores("무엇인가요?") == []


def test_words_are_compared_without_particles_and_numbers_whole() -> None:
    assert list(terms("컨슈머에게 KRaft로\r\n20231121123456789012 값")) == [
        "컨슈", "슈머", "kraft", "로", "20231121123456789012", "값",
    ]  # fmt: skip
