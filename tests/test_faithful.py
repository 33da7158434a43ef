"""What counts as said by the source."""

from __future__ import annotations

import unicodedata

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.faithful import content_precision, missing_facts, negation_parity, opposite_words, unseen_nouns
from corpus_to_ft.plugin import make_plugin


@pytest.fixture(scope="module")
def kiwi() -> Analyzer:
    return make_plugin("analyzers", "kiwi", Analyzer)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("서버 1000대를 늘렸다.", "서버를 1,000 대 늘렸다."),
        ("2024년 3월 5일에 시작했다.", "시작일: 2024-03-05"),
        ("3월 5일에 시작했다.", "2024. 3. 5. 시작"),
        ("2024년에 시작했다.", "2024.03.05에 시작했다."),
        ("2024-03-05에 시작했다.", "2024년 03월 05일에 시작했다."),
        ("오후 3시에 만난다.", "회의는 15:00에 있다."),
        ("NodeJS를 쓴다.", "Node.js로 만들었다."),
        ("Spring Boot는 빠르다.", "SpringBoot를 골랐다."),
        ("응답이 50퍼센트 줄었다.", "응답 시간이 50% 감소했다."),
        ("3가지 방법이 있다.", "방법은 세 가지입니다."),
        ("사용자가 1만 명이다.", "사용자는 10,000명이다."),
        ("v1.20을 쓴다.", "Kubernetes v1.20 기준이다."),
        ("Apache2.0과 HTTP500이다.", "Apache 2.0 라이선스와 HTTP 500 오류이다."),
        ("삼 년이 걸렸다.", "3년이 걸렸다."),
        ("오천 명이 왔다.", "5,000명이 왔다."),
        ("이십만 원이다.", "20만 원이다."),
        ("사원을 뽑고 사회를 구분하는 만일의 일을 십분 살렸다.", "없다."),
        ("🙂 좋다", "좋다"),
        ("", ""),
    ],
)
def test_a_fact_is_known_however_it_is_written(text: str, source: str) -> None:
    assert missing_facts(text, source) == []


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("서버 1,001대를 늘렸다.", "서버를 1,000대 늘렸다.", ["1,001대"]),
        ("2024년 3월 6일에 시작했다.", "2024-03-05에 시작했다.", ["2024년 3월 6일"]),
        ("3개월 걸렸다.", "3년 걸렸다.", ["3개월"]),
        ("Kafka와 Redis를 쓴다.", "Kafka를 쓴다.", ["Redis"]),
        ("다섯 가지가 있다.", "세 가지가 있다.", ["다섯 가지"]),
        ("오 년이 걸렸다.", "3년이 걸렸다.", ["오 년"]),
        ("삼천 명이 왔다.", "5,000명이 왔다.", ["삼천 명"]),
        ("2001분이 걸렸다.", "2001명이 2001년에 왔다.", ["2001분"]),
        ("약2091건이다.", "2001건이다.", ["2091건"]),
        ("AGPL-4를 쓴다.", "AGPL-3.0과 CC-4를 쓴다.", ["AGPL-4"]),
        ("오전 3시에 만난다.", "회의는 15:00에 있다.", ["오전 3시"]),
        ("The team moved to Redis.", "The team moved to Kafka.", ["Redis"]),
        ("번호는 12345678901234567890123이다.", "번호는 12345678901234567890124이다.", ["12345678901234567890123"]),
    ],
)
def test_a_changed_fact_is_named(text: str, source: str, missing: list[str]) -> None:
    assert missing_facts(text, source) == missing


def test_a_sentence_of_the_source_never_misses_a_fact() -> None:
    source = "2021-09-25 v2.0.1에서 C++ 1,200줄을 -3도, 0.5초, 12:30까지 https://a.io/b_c 로 옮겼다.\n다음은 3월이다."
    for sentence in source.split("\n"):
        assert missing_facts(sentence, source) == []


def test_an_honest_paraphrase_has_known_content_and_a_foreign_answer_has_not(kiwi: Analyzer) -> None:
    source = kiwi.analyze("캐시를 사용하면 같은 요청을 다시 계산하지 않아 응답 속도가 빨라집니다.")
    assert content_precision(kiwi.analyze("캐시를 사용하면 응답 속도가 빨라진다."), source) >= 0.9
    assert content_precision(kiwi.analyze("고양이는 하루에 열두 시간 넘게 잠을 잔다."), source) <= 0.4
    assert content_precision(kiwi.analyze(""), source) == 1.0


@pytest.mark.parametrize(
    ("answer", "source", "alike"),
    [
        ("이 기능은 지원합니다.", "이 기능은 지원하지 않습니다.", False),
        ("이 기능은 지원하지 않는다.", "이 기능은 지원하지 않습니다.", True),
        ("배포를 안 한다.", "금요일에는 배포를 하지 않는다.", True),
        ("문제가 없다.", "성능에 문제가 있다.", False),
        ("캐시는 속도를 높인다.", "캐시는 속도를 높이지만 메모리가 부족하지 않아야 한다.", True),
        ("", "문제가 없다.", True),
    ],
)
def test_negation_is_compared_with_the_nearest_sentence(kiwi: Analyzer, answer: str, source: str, alike: bool) -> None:
    other = "날씨가 좋아서 산책을 했다. "
    assert negation_parity(kiwi.analyze(answer), kiwi.analyze(other + source)) is alike


@pytest.mark.parametrize(
    ("answer", "source", "turned"),
    [
        ("응답 시간이 증가했다.", "캐시를 켜자 응답 시간이 감소했다.", ("증가", "감소")),
        ("설정이 삭제되었다.", "새 버전에서 설정이 추가되었다.", ("삭제", "추가")),
        ("응답 시간이 감소했다.", "캐시를 켜자 응답 시간이 감소했다.", None),
        ("응답 시간이 늘거나 줄었다.", "응답 시간이 늘기도 하고 줄기도 했다.", None),
        ("응답 시간이 증가했다.", "요청이 늘자 응답 시간이 증가하고 여유는 감소했다.", None),
        ("", "감소했다.", None),
    ],
)
def test_the_opposite_of_what_the_nearest_sentence_says_is_seen(
    kiwi: Analyzer, answer: str, source: str, turned: tuple[str, str] | None
) -> None:
    assert opposite_words(kiwi.analyze(answer), kiwi.analyze("창고는 멀다. " + source)) == turned


def test_a_noun_that_the_source_does_not_have_is_named(kiwi: Analyzer) -> None:
    source = kiwi.analyze("재고 서버는 5분마다 창고의 재고를 확인합니다.")
    assert unseen_nouns(kiwi.analyze("재고 서버는 창고를 확인해요."), source) == []
    assert unseen_nouns(kiwi.analyze("재고 서버는 식당의 재고를 확인해요."), source) == ["식당"]


def test_decomposed_hangul_is_the_callers_matter_and_does_not_crash() -> None:
    assert missing_facts(unicodedata.normalize("NFD", "서버 3대"), "서버 3대") in ([], ["3대"])
