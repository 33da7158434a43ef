"""Questions over headed sections and over what a thing does, and the reasons of passages that give none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.language import language, tr
from corpus_to_ft.llm.base import SILENCES
from corpus_to_ft.llm.extractive.questions import Questions, make_questions
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Block, BlockKind


@pytest.fixture(scope="module")
def kiwi() -> Analyzer:
    return make_plugin("analyzers", "kiwi", Analyzer)


def ask(analyzer: Analyzer, parts: Sequence[tuple[BlockKind, str]], *, title: str = "잎결 창고") -> Questions:
    """Blocks below each other, an empty line between them."""
    blocks, texts, at = [], [], 0
    for kind, text in parts:
        blocks.append(Block(kind=kind, start=at, end=at + len(text), level=int(kind in ("heading", "list_item"))))
        texts.append(text)
        at += len(text) + 2
    return make_questions(
        analyzer.analyze("\n\n".join(texts)), title=title, headings=(), blocks=blocks, count=5, language="ko"
    )


@pytest.mark.parametrize(
    ("heading", "told", "wanted"),
    [
        (
            "이동식 선반의 장점",
            "이동식 선반은 통로를 하나만 두므로 같은 넓이에 상자를 더 많이 쌓습니다. 무거운 상자도 레일 위에서 쉽게 옮깁니다.",
            "이동식 선반의 장점은 무엇인가요?",
        ),
        (
            "저울 교정",
            "저울을 평평한 바닥에 두고 10분 동안 켜 두세요. 분동을 올린 뒤 표시된 값이 안정될 때까지 기다려야 합니다.",
            "저울을 교정하려면 어떻게 해야 하나요?",
        ),
        (
            "입고 절차",
            "입고 담당자는 송장의 번호를 먼저 읽습니다. 상자의 수를 센 뒤 온도를 재고, 창고의 자리를 정해 바코드를 붙입니다.",
            "입고 절차는 어떻게 되나요?",
        ),
    ],
)
def test_a_heading_that_names_a_side_a_deed_or_a_course_is_asked_about(
    kiwi: Analyzer, heading: str, told: str, wanted: str
) -> None:
    made = ask(kiwi, [("heading", heading), ("paragraph", told)])
    assert wanted in {pair.question.removeprefix("잎결 창고에서 ").removeprefix("잎결 창고의 ") for pair in made.pairs}
    assert told in {pair.answer for pair in made.pairs}


def test_a_sentence_that_leaves_its_subject_to_the_heading_takes_it_from_there(kiwi: Analyzer) -> None:
    told = "선반의 자리와 상자의 번호를 짝지어 담아 두는 설정 파일입니다. 창고를 옮길 때 함께 옮겨야 합니다."
    made = ask(kiwi, [("heading", "shelves.conf"), ("paragraph", told)])
    assert any("shelves.conf는 어떤 설정 파일인가요?" in pair.question for pair in made.pairs)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (
            "고정식 선반과 달리 이동식 선반은 통로를 하나만 두어 같은 넓이에 상자를 더 많이 쌓습니다.",
            "이동식 선반은 고정식 선반과 어떻게 다른가요?",
        ),
        (
            "창고에서 가장 자주 틀리는 기록은 반품 상자의 입고 시각입니다.",
            "창고에서 가장 자주 틀리는 기록은 무엇인가요?",
        ),
        (
            "한국물류협회는 올해 안에 팔레트의 규격을 하나로 모아야 한다고 권고했습니다.",
            "한국물류협회는 무엇이라고 권고했나요?",
        ),
        (
            "재고 파악 로봇은 천장의 표지를 이용해 자신의 위치를 계산합니다.",
            "재고 파악 로봇은 어떻게 자신의 위치를 계산하나요?",
        ),
        (
            "다만 냉동 상자는 통로 끝의 급속 냉동실에서 18시간을 보냅니다.",
            "냉동 상자는 통로 끝의 급속 냉동실에서 몇 시간을 보내나요?",
        ),
    ],
)
def test_a_statement_gives_the_question_it_answers(kiwi: Analyzer, told: str, wanted: str) -> None:
    made = ask(kiwi, [("paragraph", told)])
    assert any(pair.question.endswith(wanted) for pair in made.pairs)
    assert made.pairs[0].answer == told.removeprefix("다만 ")


def test_what_points_back_brings_what_it_points_at_or_is_not_an_answer(kiwi: Analyzer) -> None:
    alone = "이러한 선반을 쓰는 창고에서 가장 자주 틀리는 기록은 반품 상자의 입고 시각입니다."
    assert not [pair for pair in ask(kiwi, [("paragraph", alone)]).pairs if not pair.fallback]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([("paragraph", "안녕하세요. 지난 글에 이어 창고 이야기를 이어 가 보겠습니다. 읽어 주셔서 감사합니다.")], "only_announcements"),
        ([("paragraph", "오늘은 정말 피곤했다ㅋㅋ 저는 창고에서 잠들 뻔했어요. 내가 왜 그랬을까 ㅠㅠ")], "personal_account"),
        ([("list_item", "노란 상자"), ("list_item", "파란 상자 두 개"), ("list_item", "빈 팔레트")], "only_fragments"),
        ([("paragraph", "왜 상자가 모자랄까요? 누가 창고의 문을 열어 두었을까요? 어떻게 막을 수 있을까요?")], "only_questions"),
        ([("paragraph", "The warehouse keeps every box on a rail. It moves the shelves at night.")], "other_language"),
        ([("paragraph", "그러다 보니 점점 나아졌습니다. 그래서 조금 더 기다렸습니다. 그리고 많이 좋아졌습니다.")], "answer_leans"),
    ],
)  # fmt: skip
def test_a_passage_without_a_question_says_why(kiwi: Analyzer, parts: list[tuple[BlockKind, str]], reason: str) -> None:
    made = ask(kiwi, parts)
    assert made.pairs == []
    assert made.silence is not None
    assert made.silence[0] == reason
    assert "sentences" in made.silence[1]


def test_every_silence_is_read_and_has_its_korean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS_TO_FT_LANG", "ko")
    language.cache_clear()
    assert all(tr(reason) != reason for reason in SILENCES)
    language.cache_clear()
