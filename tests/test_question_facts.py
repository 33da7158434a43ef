"""Questions for single facts, tables, glossaries and pages under a question."""

from __future__ import annotations

import unicodedata

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.llm.extractive.questions import QuestionAnswer, make_questions
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Block


@pytest.fixture(scope="module")
def kiwi() -> Analyzer:
    return make_plugin("analyzers", "kiwi", Analyzer)


def ask(analyzer: Analyzer, text: str, *, title: str = "", blocks: tuple[Block, ...] = ()) -> list[QuestionAnswer]:
    return make_questions(analyzer.analyze(text), title=title, headings=(), blocks=blocks, count=5).pairs


def rows(text: str) -> tuple[Block, ...]:
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        found.append(Block(kind="table_row", start=start, end=start + len(line.rstrip("\n"))))
        start += len(line)
    return tuple(found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "LTE 모듈의 통신료는 월 5,500원이고 이용료에 더해 다음 달에 청구됩니다.",
            "LTE 모듈의 통신료는 월 얼마인가요?",
        ),
        (
            "초대장의 유효 기간은 약 72시간입니다. 기간이 지나면 새로 보내야 합니다.",
            "초대장의 유효 기간은 몇 시간인가요?",
        ),
        (
            "2024년 6월 3일부터 잎결 API의 호출 한도가 1분에 300번으로 늘어납니다.",
            "잎결 API의 호출 한도는 언제부터 1분에 300번으로 늘어나나요?",
        ),
        (
            "서버실의 출입 기록은 시설팀이 매주 월요일에 검토합니다.",
            "서버실의 출입 기록은 누가 매주 월요일에 검토하나요?",
        ),
        (
            "비상 정지 단추는 출입문 안쪽에 답니다. 손이 닿는 높이여야 급할 때 누를 수 있습니다.",
            "비상 정지 단추는 어디에 다나요?",
        ),
        (
            "야간 배포를 끝낸 뒤에는 배포 담당자에게 결과를 알립니다. 급액: 작물에 주는 양액입니다.",
            "",
        ),
        (
            "단자는 온도가 오르내리면 저절로 느슨해지므로 해마다 가을에 다시 조입니다.",
            "단자를 해마다 가을에 다시 조이는 이유는 무엇인가요?",
        ),
    ],
)
def test_a_sentence_is_asked_for_its_fact(kiwi: Analyzer, text: str, wanted: str) -> None:
    questions = [pair.question for pair in ask(kiwi, text)]
    assert wanted in questions if wanted else not questions
    assert ask(kiwi, unicodedata.normalize("NFC", text)) == ask(kiwi, text)


def test_a_page_under_a_question_answers_it_as_a_whole(kiwi: Analyzer) -> None:
    text = "온실 한 동에 월 49,000원입니다. 노드를 더할 때마다 요금이 월 3,000원씩 늘어납니다."
    asked = {pair.question: pair.answer for pair in ask(kiwi, text, title="요금은 어떻게 계산하나요?")}
    assert asked["요금은 어떻게 계산하나요?"] == text
    wondered = [pair.question for pair in ask(kiwi, text, title="요금 계산이 궁금합니다.")]
    assert "요금 계산은 어떻게 되나요?" in wondered


def test_a_table_is_asked_for_by_its_columns(kiwi: Analyzer) -> None:
    text = "요금제\t월 이용료\n기본 요금제\t사만 구천 원\n농한기 요금제\t만 오천 원\n연간 요금제\t오십만 원"
    pair, *_ = ask(kiwi, text, title="잎결 보드 안내", blocks=rows(text))
    assert pair.question.endswith("요금제별 월 이용료는 어떻게 되나요?")
    assert pair.answer == text


@pytest.mark.parametrize(
    "text", ["", "A\tB\n0\t1\n1\t0\n1\t1", "🙂\t🙂\n🙂\t🙂\n🙂\t🙂", "1\t12345678901234567890123\n2\t3\n4\t5"]
)
def test_a_table_of_marks_is_not_asked_about(kiwi: Analyzer, text: str) -> None:
    assert ask(kiwi, text, blocks=rows(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "햇골농원은 올해 가을에 보온 커튼과 차광 커튼을 모두 새것으로 바꿀 계획이에요.",
        "OLIVE Platform을 도입하면, 아래 효과를 기대할 수 있습니다.",
        "저자 김하늘은 이 도구가 널리 쓰이기에는 아직 이르다고 말합니다.",
    ],
)
def test_what_a_sentence_does_not_tell_is_not_asked(kiwi: Analyzer, text: str) -> None:
    assert ask(kiwi, text) == []
