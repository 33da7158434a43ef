"""Questions made without a model: forms, answers, and what must yield nothing."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.llm.extractive.endings import modifier, question
from corpus_to_ft.llm.extractive.questions import QuestionAnswer, make_questions
from corpus_to_ft.llm.extractive.wording import noun_phrase_of, polite_question
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Block


@pytest.fixture(scope="module")
def kiwi() -> Analyzer:
    return make_plugin("analyzers", "kiwi", Analyzer)


def ask(
    analyzer: Analyzer,
    text: str,
    *,
    title: str = "카프카 운영",
    blocks: tuple[Block, ...] = (),
    count: int = 5,
    language: str = "ko",
) -> list[QuestionAnswer]:
    """The first wording for each answer, in the order of the text."""
    pairs = make_questions(
        analyzer.analyze(text), title=title, headings=(), blocks=blocks, count=count, language=language
    ).pairs
    firm = [pair for pair in pairs if not pair.fallback] or pairs
    first = {pair.evidence: pair for pair in reversed(firm)}
    return sorted(first.values(), key=lambda pair: pair.evidence.start)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "브로커란 프로듀서가 보낸 메시지를 디스크에 저장하고 컨슈머에게 전달하는 서버를 말합니다.",
            "브로커란 무엇인가요?",
        ),
        ("파티션은 하나의 토픽을 여러 브로커에 나누어 담는 저장 단위입니다.", "파티션은 어떤 저장 단위인가요?"),
        (
            "복제 계수를 늘리는 이유는 브로커가 멈춰도 데이터를 잃지 않기 위해서입니다.",
            "복제 계수를 늘리는 이유는 무엇인가요?",
        ),
        (
            "디스크 쓰기가 느려졌기 때문에 새 로그 보관 정책을 도입했습니다.",
            "새 로그 보관 정책을 도입한 이유는 무엇인가요?",
        ),
        (
            "컨슈머 그룹을 다시 시작하려면 먼저 오프셋을 저장하고 서비스를 멈춰야 합니다.",
            "컨슈머 그룹을 다시 시작하려면 어떻게 해야 하나요?",
        ),
        (
            "배치 크기를 지나치게 키우면 메시지 지연 시간이 눈에 띄게 길어집니다.",
            "배치 크기를 지나치게 키우면 어떻게 되나요?",
        ),
        (
            "압축 알고리즘을 바꾸면 네트워크 사용량을 절반으로 줄일 수 있습니다.",
            "어떻게 하면 네트워크 사용량을 절반으로 줄일 수 있나요?",
        ),
        (
            "동기 복제는 데이터를 안전하게 지키는 반면 비동기 복제는 쓰기 속도가 훨씬 빠릅니다.",
            "동기 복제와 비동기 복제는 어떻게 다른가요?",
        ),
        ("컨트롤러는 브로커의 상태를 지켜보고 리더를 다시 뽑는 역할을 합니다.", "컨트롤러는 어떤 역할을 하나요?"),
    ],
)
def test_a_sentence_gives_the_question_it_answers(kiwi: Analyzer, text: str, wanted: str) -> None:
    pairs = ask(kiwi, text)
    assert [pair.question.removeprefix("카프카 운영에서 ") for pair in pairs] == [wanted]
    assert pairs[0].answer == text


def test_a_list_is_the_answer_to_the_sentence_that_announces_it(kiwi: Analyzer) -> None:
    lead = "메시지 유실을 막는 설정은 다음과 같습니다."
    items = ("모든 복제본의 응답을 기다린다", "재시도 횟수를 늘린다", "멱등 프로듀서를 켠다")
    text = "\n\n".join([lead, "\n".join(items)])
    blocks = [Block(kind="paragraph", start=0, end=len(lead))]
    for item in items:
        start = text.index(item)
        blocks.append(Block(kind="list_item", start=start, end=start + len(item), level=1))
    pairs = ask(kiwi, text, blocks=tuple(blocks))
    assert [pair.question for pair in pairs] == ["카프카 운영에서 메시지 유실을 막는 설정은 무엇인가요?"]
    assert pairs[0].answer == text


def test_an_answer_that_leans_back_brings_the_sentence_before_it(kiwi: Analyzer) -> None:
    text = (
        "브로커 디스크가 가득 차면 리더 파티션의 쓰기가 모두 멈춥니다. "
        "그래서 로그 보관 기간을 짧게 줄이기 위해 정리 정책을 도입했습니다."
    )
    for pair in ask(kiwi, text):
        assert pair.answer.startswith("브로커 디스크가")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀🎉",
        "감사합니다!",
        "이것은 그것 때문에 그렇게 되었습니다.",
        "다음 글에서 더 자세히 살펴보겠습니다. 읽어 주셔서 감사합니다.",
        "12345678901234567890123",
        "https://example.com/a https://example.com/b",
    ],
)
def test_nothing_is_asked_where_there_is_nothing_to_ask(kiwi: Analyzer, text: str) -> None:
    assert ask(kiwi, text) == []


def test_every_answer_is_one_stretch_of_the_text_and_no_two_overlap(kiwi: Analyzer) -> None:
    text = (
        "브로커란 프로듀서가 보낸 메시지를 디스크에 저장하고 컨슈머에게 전달하는 서버를 말합니다. "
        "브로커 설정을 바꾸려면 설정 파일을 고친 뒤 클러스터를 차례로 다시 시작해야 합니다. "
        "배치 크기를 지나치게 키우면 메시지 지연 시간이 눈에 띄게 길어집니다."
    )
    pairs = ask(kiwi, text)
    assert len(pairs) >= 2
    assert all(pair.answer == pair.evidence.of(text) for pair in pairs)
    assert all(a.evidence.end <= b.evidence.start for a, b in pairwise(pairs))
    assert len(ask(kiwi, text, count=1)) == 1


def test_the_regex_analyzer_gives_sound_questions_or_none() -> None:
    regex = make_plugin("analyzers", "regex", Analyzer)
    text = "Kafka는 대용량 메시지를 안전하게 전달하는 분산 스트리밍 플랫폼입니다. 브로커 여러 대로 이루어집니다."
    assert all(pair.question.endswith("?") and pair.answer in text for pair in ask(regex, text))


def test_decomposed_hangul_and_carriage_returns_do_not_shift_the_evidence(kiwi: Analyzer) -> None:
    text = unicodedata.normalize("NFD", "파티션은 토픽을 여러 브로커에 나누어 담는 저장 단위입니다.\r\n끝입니다.")
    assert all(pair.answer == pair.evidence.of(text) for pair in ask(kiwi, text))


def test_english_documents_are_asked_in_english(kiwi: Analyzer) -> None:
    text = (
        "A partition is an ordered log that holds a part of the messages of a topic.\n\n"
        "To restart a consumer group safely, you first commit its offsets."
    )
    questions = [pair.question for pair in ask(kiwi, text, language="en")]
    assert questions == ["What is a partition?", "How do you restart a consumer group safely?"]


@pytest.mark.parametrize(
    ("statement", "asked", "modified"),
    [
        ("캐시를 사용합니다.", "캐시를 사용하나요?", "캐시를 사용하는"),
        ("이미지를 만든다.", "이미지를 만드나요?", "이미지를 만드는"),
        ("구조가 쉽습니다.", "구조가 쉬운가요?", "구조가 쉬운"),
        ("서버를 늘렸어요.", "서버를 늘렸나요?", "서버를 늘린"),
        ("효과가 있다.", "효과가 있나요?", "효과가 있는"),
        ("길이가 길다.", "길이가 긴가요?", "길이가 긴"),
        ("이름은 데이터다.", "이름은 데이터인가요?", None),
    ],
)
def test_endings_are_rewritten(kiwi: Analyzer, statement: str, asked: str, modified: str | None) -> None:
    tokens = kiwi.analyze(statement).tokens
    assert question(statement, tokens, 0) == asked
    assert modifier(statement, tokens, 0) == modified


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("[공지] 카프카 운영 (2)", "카프카 운영"),
        ("카프카를 운영합니다", None),
        ("1. 설치 절차", "설치 절차"),
        ("마치며", None),
        ("OAuth 서버 제작 가이드", "OAuth 서버 제작"),
        ("MPL-2.0", "MPL-2.0"),
        ("", None),
    ],
)
def test_a_title_becomes_a_noun_phrase_or_nothing(title: str, phrase: str | None) -> None:
    assert noun_phrase_of(title) == phrase


@pytest.mark.parametrize(
    ("written", "polite"),
    [
        ("왜 카프카를 써야 하는가?", "왜 카프카를 써야 하나요?"),
        ("Q1. 환불은 어떻게 합니까?", "환불은 어떻게 하나요?"),
        ("카프카란?", "카프카란 무엇인가요?"),
        ("저는 왜 안 되나요?", None),
        ("카프카 설치", None),
    ],
)
def test_questions_of_the_source_are_brought_to_one_speech_level(written: str, polite: str | None) -> None:
    assert polite_question(written) == polite
