"""A summary that speaks of something else than its source is told from one in other words."""

from __future__ import annotations

import pytest

from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.summarized import SUMMARY_PRECISION, words_from_nowhere

ANALYZER = KiwiAnalyzer()
KOREAN = (
    "주문이 몰리는 저녁 시간에 대기열이 10만 건까지 쌓였습니다. 원인을 찾기 위해 소비자별 처리 시간을 측정했습니다. "
    "토픽의 파티션이 하나뿐이라 소비자를 늘려도 속도가 그대로였습니다. 파티션을 24개로 나누고 소비자를 하나씩 두었습니다."
)
ENGLISH = (
    "The gateway keeps the light sum, the drain ratio and the rules of the grower. It decides once every ten seconds. "
    "A cheap clock chip drifts by up to two seconds a day, so every plan is signed with the time at which it was made."
)


def strange(summary: str, source: str, also: str = "") -> list[str]:
    return words_from_nowhere(ANALYZER.analyze(summary), ANALYZER.analyze(source), also, SUMMARY_PRECISION)


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("저녁마다 주문이 몰려 대기열이 쌓였는데, 소비자를 늘려도 파티션이 하나라서 빨라지지 않았다.", KOREAN),
        ("대기열이 쌓인 원인을 측정해 파티션을 나누었다.", KOREAN),
        ("속도가 개선되었다.", KOREAN),
        ("Gateways hold the growers' rules and decide every ten seconds.", ENGLISH),
        ("Because cheap clocks drift, each plan carries the signed time of its making.", ENGLISH),
        ("", KOREAN),
        ("10만 😀", KOREAN),
    ],
)
def test_a_summary_in_other_words_speaks_of_its_source(summary: str, source: str) -> None:
    assert strange(summary, source) == []


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("하루 종일 날씨가 맑았습니다.", KOREAN),
        ("구내식당에서는 금요일마다 비빔밥을 나누어 주고 한 그릇 더 달라고 할 수 있다.", KOREAN),
        ("저녁에 주문이 몰려 대기열이 쌓였다. 회사는 두 형제가 작은 마을에서 빵을 팔며 시작했다.", KOREAN),
        ("The company was founded by brothers who sold bread in a small town.", ENGLISH),
        ("The weather was fine all morning.", ENGLISH),
    ],
)
def test_a_sentence_from_elsewhere_is_found(summary: str, source: str) -> None:
    assert strange(summary, source)


def test_words_of_title_and_headings_are_known() -> None:
    said = "온실의 관수 밸브를 여는 시각을 정하는 대기열입니다."
    assert "온실" in strange(said, KOREAN)
    assert strange(said, KOREAN, also="온실 관수 밸브를 여는 시각 정하기") == []
