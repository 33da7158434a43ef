"""Extractive summaries: whole sentences of the text that stand by themselves, within the budget."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_to_ft.analyzers.base import Analysis, Analyzer
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.faithful import missing_facts
from corpus_to_ft.llm.extractive.sentence_shape import fitness, leans_back
from corpus_to_ft.llm.extractive.summaries import summarize
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.passages import analyze_document
from corpus_to_ft.records import Block, BlockKind, Document
from corpus_to_ft.tokens import count_tokens

ENCODING = "o200k_base"
POST = [
    "안녕하세요, 백엔드 개발자 김하늘입니다.",
    "이 글에서는 주문 시스템의 메시지 큐를 Kafka 3.5.1로 바꾼 과정을 소개합니다.",
    "기존 시스템은 주문이 몰리는 저녁 시간에 대기열이 10만 건까지 쌓였습니다.",
    "그래서 처리 시간이 평균 12초까지 늘어났습니다.",
    "왜 이런 일이 생겼을까요?",
    "원인을 찾기 위해 소비자별 처리 시간을 측정했습니다.",
    "측정 결과 메시지 큐의 파티션이 하나뿐이라 소비자를 늘려도 주문 처리 속도가 그대로였습니다.",
    "Kafka에서는 토픽의 파티션을 24개로 나누고 소비자를 파티션마다 하나씩 두었습니다.",
    "전환 후 주문 처리 시간은 평균 0.8초로 줄었습니다.",
    "또한 장애가 난 소비자의 파티션을 다른 소비자가 이어받습니다.",
    "참고: https://kafka.apache.org/documentation",
    "읽어 주셔서 감사합니다.",
]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return KiwiAnalyzer()


def page(*blocks: tuple[BlockKind, str]) -> Document:
    text = PageText()
    for kind, content in blocks:
        text.add(kind, content, 2 if kind == "heading" else 0)
    return Document.make(source="글.md", text=text.text, blocks=text.blocks)


def said(document: Document, analyzer: Analyzer, max_tokens: int, title: str = "주문 시스템의 Kafka 전환") -> str:
    return summarize(
        analyze_document(document, analyzer), title=title, blocks=document.blocks, max_tokens=max_tokens,
        count=lambda text: count_tokens(text, ENCODING),
    )  # fmt: skip


def test_a_summary_is_whole_sentences_in_their_order(analyzer: Analyzer) -> None:
    document = page(("paragraph", " ".join(POST)))
    summary = said(document, analyzer, 90)
    held = [sentence for sentence in POST if sentence in summary]
    assert 2 <= len(held) <= 4
    assert summary == " ".join(held)
    assert "Kafka 3.5.1" in summary


def test_a_summary_holds_no_greeting_question_or_link(analyzer: Analyzer) -> None:
    summary = said(page(("paragraph", " ".join(POST))), analyzer, 10_000)
    for unwanted in ("안녕하세요", "까요?", "https://", "감사합니다"):
        assert unwanted not in summary


@pytest.mark.parametrize("max_tokens", [0, 1, 5, 20, 40, 60, 80, 120, 200])
def test_a_summary_never_exceeds_its_tokens(analyzer: Analyzer, max_tokens: int) -> None:
    summary = said(page(("paragraph", " ".join(POST))), analyzer, max_tokens)
    assert count_tokens(summary, ENCODING) <= max_tokens


def test_what_leans_on_a_sentence_comes_with_it(analyzer: Analyzer) -> None:
    document = page(("paragraph", " ".join(POST)))
    for max_tokens in range(20, 260, 10):
        summary = said(document, analyzer, max_tokens)
        assert not leans_back(summary)
        for before, opener in ((POST[2], POST[3]), (POST[8], POST[9])):
            assert opener not in summary or f"{before} {opener}" in summary


def test_code_headings_and_the_title_are_not_part_of_a_summary(analyzer: Analyzer) -> None:
    document = page(
        ("heading", "전환 과정"),
        ("paragraph", "주문 시스템의 Kafka 전환"),
        ("paragraph", " ".join(POST[5:9])),
        ("code", "consumer.poll(Duration.ofMillis(100)); 파티션을 나눕니다."),
    )
    summary = said(document, analyzer, 1000)
    assert "poll" not in summary
    assert "전환 과정" not in summary
    assert "주문 시스템의 Kafka 전환" not in summary
    assert "파티션" in summary


def test_what_is_said_twice_is_not_taken_twice(analyzer: Analyzer) -> None:
    same = "주문 처리 시간은 평균 0.8초로 줄었습니다."
    other = "재고 서버는 매일 새벽 3시에 전체 목록을 다시 계산합니다."
    document = page(("paragraph", f"{same} {same} {same} {other}"))
    summary = said(document, analyzer, 45, title="")
    assert summary.count(same) == 1
    assert other in summary


def test_every_number_and_name_of_a_summary_stands_in_its_text(analyzer: Analyzer) -> None:
    document = page(("paragraph", " ".join(POST)), ("list_item", "파티션 24개"), ("list_item", "소비자 24대"))
    for max_tokens in (30, 60, 120, 400):
        assert missing_facts(said(document, analyzer, max_tokens), document.text) == []


@pytest.mark.parametrize("text", ["", " ", "🙂", "🙂🙂 ㅋㅋ", "12345678901234567890123"])
def test_texts_without_a_sentence_give_no_summary_or_themselves(analyzer: Analyzer, text: str) -> None:
    assert said(page(("paragraph", text)), analyzer, 50) in ("", text)


def test_a_text_of_list_items_is_summarized_line_by_line(analyzer: Analyzer) -> None:
    items: list[tuple[BlockKind, str]] = [("list_item", f"{name} 서버 증설 및 배포 자동화 지원") for name in "가나다라"]
    summary = said(page(*items), analyzer, 40)
    assert summary
    assert all(line.endswith("지원") for line in summary.split("\n"))


def test_an_analysis_that_ignores_blocks_is_cut_at_their_borders(analyzer: Analyzer) -> None:
    text = "설치 안내\n서버를 내려받아 압축을 풀고 설정 파일에 포트 번호를 적습니다."
    blocks = (Block(kind="heading", start=0, end=5), Block(kind="paragraph", start=6, end=len(text)))
    summary = summarize(
        analyzer.analyze(text), title="", blocks=blocks, max_tokens=100, count=lambda part: count_tokens(part, ENCODING)
    )
    assert summary == text[6:]


def test_english_texts_are_summarized(analyzer: Analyzer) -> None:
    text = (
        "Hello everyone! This post explains how we moved our order queue to Kafka 3.5. It had one partition. "
        "However, adding consumers did not help. We split the topic into 24 partitions and measured latency again."
    )
    summary = said(page(("paragraph", text)), analyzer, 45, title="Kafka")
    assert summary.startswith("This post explains")
    assert "Hello" not in summary


def test_seven_hundred_sentences_take_less_than_a_second() -> None:
    sentences = [
        f"{n}번 서버의 {n % 37}번 대기열은 {n % 11}분마다 지표를 {n % 7}번 저장소에 적습니다." for n in range(750)
    ]
    document = page(*[("paragraph", " ".join(sentences[at : at + 10])) for at in range(0, 750, 10)])
    analysis = analyze_document(document, KiwiAnalyzer())
    started = time.perf_counter()
    summary = summarize(
        analysis, title="지표 수집", blocks=document.blocks, max_tokens=1500, count=lambda t: count_tokens(t, ENCODING)
    )
    assert time.perf_counter() - started < 1.5
    assert 1300 < count_tokens(summary, ENCODING) <= 1500


def test_the_same_text_gives_the_same_summary(analyzer: Analyzer) -> None:
    document = page(("paragraph", " ".join(POST)))
    assert said(document, analyzer, 100) == said(document, KiwiAnalyzer(), 100)


@pytest.mark.parametrize(
    "opener",
    ["그래서", "하지만", "또한", "이것은", "이는", "이때", "예를 들어", "둘째,", "이 방법은", "However,", "It"],
)
def test_openers_that_need_a_sentence_before_them_are_known(opener: str) -> None:
    assert leans_back(f"{opener} 서버가 줄었습니다.")


@pytest.mark.parametrize(
    "text", ["이 글에서는 큐를 다룹니다.", "또래 서버를 묶었습니다.", "즉시 반영됩니다.", "단가는 낮습니다.", "Italy"]
)
def test_openers_that_stand_by_themselves_are_left_alone(text: str) -> None:
    assert not leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "어떻게 해결했을까요?",
        "다음과 같습니다:",
        "안녕하세요.",
        "백엔드 개발자 김하늘입니다.",
        "$$x = y^2$$",
        "출처: 위키",
        "———",
        "© 2024 예시",
    ],
)
def test_lines_that_never_stand_in_a_summary(text: str) -> None:
    assert fitness(text, "paragraph", 5, "제목", korean=True) == 0.0


@given(st.text(alphabet="가나다 .?!🙂\n그래서이것은 a1,", max_size=200), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_any_text_keeps_the_budget_and_the_words(text: str, max_tokens: int) -> None:
    analysis = KiwiAnalyzer().analyze(text) if text.strip() else Analysis(text=text, sentences=(), tokens=())
    summary = summarize(analysis, title="", blocks=(), max_tokens=max_tokens, count=lambda t: count_tokens(t, ENCODING))
    assert count_tokens(summary, ENCODING) <= max_tokens
    assert all(word in text for word in summary.split())
