"""A text in another language than its document is told from names, code and quotations."""

from __future__ import annotations

import pytest

from corpus_to_ft.own_language import in_other_language

KOREAN = (
    "주문이 몰리는 저녁 시간에 Kafka 대기열이 10만 건까지 쌓였습니다. 기본값은 `linger.ms=0`입니다. "
    "문서에는 “Consumers in a group share the partitions.”라고 적혀 있습니다. 온고지신(溫故知新)이라는 말이 떠올랐습니다."
)
ENGLISH = "The greenhouse waters itself twice a day. Ms. Kim (김하늘) wrote the program that opens the valves."


@pytest.mark.parametrize(
    "text",
    [
        "The weather was fine all day long.",
        "What is Kafka?",
        "How does the queue grow?",
        "주문이 몰려 대기열이 쌓였습니다. The queue grew in the evening.",
        "Consumers read messages from partitions one by one.",
        "La file d'attente grandit chaque soir depuis une semaine.",
        "傍晚订单集中时消息队列积压了很多",
        "夕方に注文が集中しました。",
        "주문이 몰리면 消息队列积压 현상이 생깁니다.",
        "Очередь выросла до ста тысяч.",
    ],
)
def test_another_language_in_what_was_made_of_a_korean_text(text: str) -> None:
    assert in_other_language(text, KOREAN, "ko")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10,000",
        "😀",
        "Kafka",
        "Kafka Streams API",
        "Ruby on Rails",
        "kubectl get pods -n kafka",
        "select id from orders where the_day = 3;",
        "linger.ms=0",
        "`a = the_list.pop()`",
        "const [is, the] = useState(0)",
        "consumers in a group share the partitions",
        "“Consumers in a group share the partitions.”",
        "溫故知新",
        "Kafka와 RabbitMQ입니다.",
        "Consumers in a group share the partitions라고 적혀 있습니다.",
        "TCP/IP, HTTP/2, gRPC, WebSocket, QUIC, TLS.",
        "α + β = γδεζ",
    ],
)
def test_names_code_and_quotations_are_of_no_language(text: str) -> None:
    assert not in_other_language(text, KOREAN, "ko")


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("하루 종일 날씨가 맑았습니다.", True),
        ("It waters itself. 하루에 두 번 물을 줍니다.", True),
        ("The program was written by 김하늘.", False),
        ("김하늘", False),
        ("It waters itself twice a day.", False),
    ],
)
def test_korean_in_what_was_made_of_an_english_text(text: str, strange: bool) -> None:
    assert in_other_language(text, ENGLISH, "en") is strange


def test_a_passage_in_another_language_may_be_spoken_of_in_either() -> None:
    assert not in_other_language("It waters itself twice a day, and that is all.", ENGLISH, "ko")
    assert not in_other_language("온실은 하루에 두 번 스스로 물을 줍니다.", ENGLISH, "ko")
    assert not in_other_language("대기열이 저녁마다 쌓였습니다.", KOREAN, "en")


def test_other_languages_are_not_judged() -> None:
    assert not in_other_language("하루 종일 날씨가 맑았습니다.", "夕方に注文が集中しました。", "ja")
