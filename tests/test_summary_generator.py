"""The summary generator: prompt = what the passage says in short, completion = the passage."""

from __future__ import annotations

import json

import pytest

from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Subject
from corpus_to_ft.generate.stage import generate_examples
from corpus_to_ft.generate.summary import SummaryGenerator
from corpus_to_ft.llm.extractive import ExtractiveProvider
from corpus_to_ft.llm.stage import DirectAsk
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.passages import PassageSettings, analyze_document, cut_passages
from corpus_to_ft.records import BlockKind, Document, Example, Passage, Rejected, Reply, Summary
from corpus_to_ft.tokens import count_tokens

ENCODING = "o200k_base"
BODY = (
    "주문이 몰리는 저녁 시간에 대기열이 10만 건까지 쌓였습니다. 원인을 찾기 위해 소비자별 처리 시간을 측정했습니다. "
    "토픽의 파티션이 하나뿐이라 소비자를 늘려도 속도가 그대로였습니다. 파티션을 24개로 나누고 소비자를 하나씩 두었습니다. "
    "전환 후 처리 시간은 평균 0.8초로 줄었습니다. 장애가 나면 다른 소비자가 파티션을 이어받습니다."
)


def subjects(*blocks: tuple[BlockKind, str]) -> list[Subject]:
    text = PageText()
    for kind, content in blocks:
        text.add(kind, content, 2 if kind == "heading" else 0)
    document = Document.make(
        source="글.md", title="Kafka 전환", published="2024-03-05", text=text.text, blocks=text.blocks
    )
    analysis = analyze_document(document, KiwiAnalyzer())
    cut = cut_passages(document, analysis, PassageSettings(), encoding=ENCODING, target_tokens=65536)
    whole = Summary.make(subject_id=document.id, text=document.text, tokens=0, whole=True)
    return [
        Subject(document=document, passage=passage, summary=whole, encoding=ENCODING, max_tokens=65536)
        for passage in cut
        if isinstance(passage, Passage)
    ]


def reply(summary: str, finish: str = "stop") -> Reply:
    text = json.dumps({"summary": summary}, ensure_ascii=False)
    return Reply.make(prompt_id="p", text=text, model="scripted", finish=finish)


def only(found: object) -> Example | Rejected:
    assert isinstance(found, list)
    (item,) = found
    assert isinstance(item, Example | Rejected)
    return item


def test_the_embedded_provider_makes_an_example_of_a_passage() -> None:
    (subject,) = subjects(("heading", "전환"), ("paragraph", BODY))
    ask = DirectAsk(provider=ExtractiveProvider(analyzer=KiwiAnalyzer()))
    example = only(generate_examples([subject], [SummaryGenerator()], ask))
    assert isinstance(example, Example)
    prompt, completion = example.messages
    assert completion.content == subject.passage.text
    assert 0 < count_tokens(prompt.content, ENCODING) <= 0.6 * count_tokens(completion.content, ENCODING)
    assert example.evidence[0].of(subject.document.text) == subject.passage.text
    assert example.made_by == "extractive"
    assert example.kind == "summary"


def test_the_prompt_asks_for_less_than_half_of_the_passage() -> None:
    (subject,) = subjects(("paragraph", BODY))
    (prompt,) = SummaryGenerator().prompts(subject)
    assert prompt.max_tokens < 0.5 * count_tokens(subject.passage.text, ENCODING)
    assert subject.passage.text in prompt.messages[1].content
    assert prompt.title == "Kafka 전환"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "empty_summary"),
        (BODY[: int(len(BODY) * 0.8)], "summary_too_long"),
        ("대기열이 99만 건까지 쌓였습니다.", "unfaithful_summary"),
        ("RabbitMQ로 옮겼습니다.", "unfaithful_summary"),
        ("대기열이 10만 건까지", "unfinished_summary"),
        ("대기열이 10만 건까지 쌓였습니다. 원인을", "unfinished_summary"),
        ("The weather was fine all day long.", "other_language"),
        ("大队列在晚上积压了十万条。", "other_language"),
    ],
)
def test_a_summary_that_teaches_nothing_true_is_rejected(said: str, reason: str) -> None:
    (subject,) = subjects(("paragraph", BODY))
    found = only(SummaryGenerator().examples(reply(said), subject))
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_title_and_date_count_as_known_facts() -> None:
    (subject,) = subjects(("paragraph", BODY))
    found = only(SummaryGenerator().examples(reply("2024년 3월에 Kafka 대기열을 나누었습니다."), subject))
    assert isinstance(found, Example)


def test_a_cut_off_summary_is_a_bad_reply() -> None:
    (subject,) = subjects(("paragraph", BODY))
    with pytest.raises(BadReply):
        SummaryGenerator().examples(reply("대기열이", finish="length"), subject)


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([("paragraph", "짧은 글입니다.")], "passage_too_short"),
        ([("heading", "긴 제목 " * 40), ("paragraph", "짧은 글입니다.")], "passage_too_short"),
        ([("paragraph", "다음과 같이 적습니다."), ("code", "consumer.poll()\n" * 40)], "mostly_code"),
        ([("paragraph", BODY)], None),
    ],
)
def test_passages_with_nothing_to_summarize_say_why(blocks: list[tuple[BlockKind, str]], reason: str | None) -> None:
    assert SummaryGenerator().skip_reason(subjects(*blocks)[0]) == reason
