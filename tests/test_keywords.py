"""Keywords of one text: what may be one, what may not, and which come first."""

from __future__ import annotations

import pytest

from corpus_to_ft.analyzers.base import Analysis
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.llm.extractive.candidates import normalized
from corpus_to_ft.llm.extractive.keywords import rank_keywords
from corpus_to_ft.records import Block

TEXT = (
    "안녕하세요. 플랫폼 팀의 정하늘입니다. 이번 글에서는 쿠버네티스(Kubernetes)에 Spring Boot 서비스를 올린 경험을 소개합니다. "
    "쿠버네티스는 컨테이너를 관리하는 도구입니다. Spring Boot 서비스는 컨테이너 안에서 돌고, 메시지는 Kafka로 보냅니다. "
    "Kafka를 쓸 때는 컨슈머 그룹을 나누는 것이 좋습니다. 컨슈머 그룹마다 오프셋이 다릅니다. 이 방법을 사용하는 경우가 많습니다."
)


def _keywords(
    text: str,
    *,
    title: str = "",
    blocks: tuple[Block, ...] | None = None,
    top: int = 10,
    exclude: tuple[str, ...] = (),
) -> list[str]:
    whole = (Block(kind="paragraph", start=0, end=len(text)),)
    ranked = rank_keywords(
        KiwiAnalyzer().analyze(text),
        title=title,
        headings=(),
        blocks=whole if blocks is None else blocks,
        top=top,
        exclude=exclude,
    )
    assert [keyword.score for keyword in ranked] == sorted((k.score for k in ranked), reverse=True)
    return [keyword.text for keyword in ranked]


def test_product_names_and_compounds_stay_whole() -> None:
    found = _keywords(TEXT, title="쿠버네티스에 Spring Boot 올리기")
    assert {"쿠버네티스", "Kubernetes", "Spring Boot", "Kafka", "컨슈머 그룹"} <= set(found)
    assert not {"Spring", "Boot", "컨슈머", "그룹"} & set(found)


def test_stop_nouns_and_greetings_are_no_keywords() -> None:
    assert not {"것", "때", "경우", "방법", "사용", "이번", "글", "안녕", "팀"} & set(_keywords(TEXT, top=50))


@pytest.mark.parametrize("exclude", [(), ("정하늘",)])
def test_who_wrote_it_is_no_keyword_whether_named_or_introduced(exclude: tuple[str, ...]) -> None:
    found = _keywords(TEXT, top=50, exclude=exclude)
    assert not [keyword for keyword in found if "하늘" in keyword]


def test_parts_of_the_authors_name_are_excluded() -> None:
    assert not {"taeho", "oh"} & {k.lower() for k in _keywords("Taeho Oh wrote about Kafka.", exclude=("Taeho Oh",))}


def test_the_title_lifts_its_words() -> None:
    text = "오프셋과 파티션과 브로커를 설명합니다. 오프셋과 파티션과 브로커는 다릅니다."
    assert _keywords(text, title="브로커 이야기")[0] == "브로커"
    assert _keywords(text, title="파티션 이야기")[0] == "파티션"


def test_code_alone_gives_no_keyword() -> None:
    code = "kafkaProducer = KafkaTemplate()\n"
    text = code + "\n컨슈머를 설명합니다."
    blocks = (
        Block(kind="code", start=0, end=len(code) - 1),
        Block(kind="paragraph", start=len(code) + 1, end=len(text)),
    )
    assert _keywords(text, blocks=blocks) == ["컨슈머"]


def test_case_spacing_and_plural_variants_are_one_keyword() -> None:
    found = _keywords("오픈소스와 오픈 소스, KAFKA와 Kafka와 Kafka, Session과 Sessions를 비교합니다.", top=50)
    keys = [normalized(keyword) for keyword in found]
    assert len(keys) == len(set(keys))
    assert "Kafka" in found
    assert len([key for key in keys if key.startswith("session")]) == 1


def test_addresses_and_mail_are_no_keywords() -> None:
    found = _keywords("카프카는 https://kafka.example.org/docs 에 있고 someone@example.org 로 물어보세요.")
    assert found == ["카프카"]


@pytest.mark.parametrize("text", ["", "😀😀", "12345678901234567890123", "\r\n", "것 수 때", "가", "ㅋㅋㅋ"])
def test_a_text_without_nouns_has_no_keywords(text: str) -> None:
    assert _keywords(text) == []


def test_mixed_scripts_and_line_ends_are_read() -> None:
    text = "C++와 C#과 Node.js를 씁니다.\r\n東京에서 만든 i18n 도구입니다. 😀 Node.js는 빠릅니다."
    assert {"C++", "C#", "Node.js", "i18n"} <= set(_keywords(text, top=50))


def test_decomposed_hangul_does_not_break_the_ranking() -> None:
    assert isinstance(_keywords("\u110f\u1161\u1111\u1173\u110f\u1161\u1105\u1173\u11af"), list)


def test_no_blocks_means_all_is_prose_and_top_is_the_limit() -> None:
    assert len(_keywords(TEXT, blocks=(), top=3)) == 3
    assert _keywords(TEXT, top=0) == []


def test_the_ranking_depends_on_nothing_but_the_text() -> None:
    first = _keywords(TEXT)
    _keywords("전혀 다른 글입니다. 카프카와 컨슈머 그룹만 이야기합니다.")
    assert _keywords(TEXT) == first


def test_an_analysis_without_tokens_still_gives_names_in_latin_letters() -> None:
    analysis = Analysis(text="Kafka Streams", sentences=(), tokens=())
    ranked = rank_keywords(analysis, title="", headings=(), blocks=(), top=5)
    assert [keyword.text for keyword in ranked] == ["Kafka", "Streams"]
