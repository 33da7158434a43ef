"""Which speech level a sentence keeps to."""

from __future__ import annotations

import pytest

from corpus_to_ft.speech import SpeechLevel, ends_as_sentence, off_level, speech_level, speech_levels


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("캐시를 켜면 빨라져요.", "haeyo"),
        ("무엇인가요?", "haeyo"),
        ("그렇죠?", "haeyo"),
        ("설명해 주시겠어요?", "haeyo"),
        ("응답이 빨라집니다.", "hapsyo"),
        ("어떻게 됩니까?", "hapsyo"),
        ("확인하십시오!", "hapsyo"),
        ("응답이 빨라진다.", "plain"),
        ("답은 그것이 아니다.", "plain"),
        ("왜 빨라지는가?", "plain"),
        ("무엇이 다를까?", "plain"),
        ("값은 3이다 (단위는 초).", "plain"),
        ("재시작이 필요", None),
        ("사업 개요.", None),
        ("바뀐 이유", None),
        ("It restarts.", None),
        ("", None),
        ("😀", None),
    ],
)
def test_the_end_of_a_sentence_tells_its_level(sentence: str, level: SpeechLevel | None) -> None:
    assert speech_level(sentence) == level


def test_a_text_of_two_levels_names_the_sentence_that_differs() -> None:
    text = "캐시를 켭니다. 그러면 빨라져요. 메모리는 더 씁니다."
    assert speech_levels(text) == {"haeyo", "hapsyo"}
    assert off_level(text, "hapsyo") == "그러면 빨라져요."
    assert off_level("캐시를 켭니다.\r\n\r\n- 메모리 2GB\n끝났습니다.", "hapsyo") is None


def test_quoted_speech_is_somebody_elses() -> None:
    assert speech_levels('그는 "빨라졌어요."라고 말했다. 모두 웃었다.') == {"plain"}


@pytest.mark.parametrize(
    "text",
    [
        "대기열이 쌓였습니다.",
        "대기열이 쌓였습니다",
        "값은 3이다 (단위는 초).",
        "대기열이 쌓였다…",
        "파티션을 나누었음",
        "모두 됩니다 😀",
        "그래요ㅋㅋ",
        "(그는 그렇게 말했다.)",
        "It waters itself.",
        "Does it?!",
        "첫 문장입니다. 물을 아끼는 온실",
        "첫 문장입니다. 물을 아끼는데...",
    ],
)
def test_a_text_that_ends_as_a_sentence(text: str) -> None:
    assert ends_as_sentence(text, "물을 아끼는 온실\n\n물을 아끼는데... 그렇습니다.")


@pytest.mark.parametrize(
    "text",
    [
        "A greenhouse that waters itself,",
        "It waters itself and",
        "It waters...",
        "대기열이 쌓인 원인",
        "첫 문장입니다. 대기열이...",
        "대기열이 쌓였습니다:",
        "재고가 10개보다",
        "물을 아끼는",
        "약 3.5",
        "",
        "😀",
    ],
)
def test_a_text_that_ends_in_the_middle_of_a_sentence(text: str) -> None:
    assert not ends_as_sentence(text, "물을 아끼는 온실\nA greenhouse that waters itself, always.")
