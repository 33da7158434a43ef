"""What the checks of examples let through and what they refuse."""

from __future__ import annotations

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.checks.empty import EmptyCheck
from corpus_to_ft.checks.form import FormCheck
from corpus_to_ft.checks.grounded import GroundedCheck
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Example, Message, Span
from corpus_to_ft.targets import load_target
from tests.making import document, example

TEXT = "캐시를 사용하면 응답 시간이 300ms에서 100ms로 줄어듭니다. 단, 쓰기 요청에는 캐시를 사용하지 않습니다."


@pytest.fixture(scope="module")
def kiwi() -> Analyzer:
    return make_plugin("analyzers", "kiwi", Analyzer)


def verdict(
    check: Check, analyzer: Analyzer, question: str, answer: str, evidence: Span | None = None, *, kept: bool = True
) -> str | None:
    of = document(TEXT, title="캐시")
    context = CheckContext(document=of, target=load_target("openai-chat"), analyzer=analyzer, line_tokens=lambda *_: 0)
    made = Example.make(
        kind="qa",
        messages=(Message(role="user", content=question), Message(role="assistant", content=answer)),
        document_id=of.id,
        passage_id=of.id,
        source=of.source,
        evidence=(evidence or Span(start=0, end=len(TEXT)),) if kept else (),
        made_by="test",
    )
    found = check.verdict(made, context)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (TEXT[:40], None),
        ("캐시를 쓰면 응답 시간이 100ms로 줄어듭니다.", None),
        ("캐시를 사용하면 응답 시간이 50ms로 줄어듭니다.", "unknown_facts"),
        ("Redis 캐시를 사용하면 응답 시간이 줄어듭니다.", "unknown_facts"),
        ("쓰기 요청에는 캐시를 사용합니다.", "negation_differs"),
        ("고양이는 하루 종일 햇볕 아래에서 낮잠을 즐긴다.", "not_grounded"),
    ],
)
def test_an_answer_must_stand_in_its_document(kiwi: Analyzer, answer: str, reason: str | None) -> None:
    assert verdict(GroundedCheck(), kiwi, "캐시를 사용하면 어떻게 되나요?", answer) == reason


def noted(analyzer: Analyzer, answer: str) -> str | None:
    of = document(TEXT, title="캐시")
    context = CheckContext(document=of, target=load_target("openai-chat"), analyzer=analyzer, line_tokens=lambda *_: 0)
    made = example("캐시를 사용하면 어떻게 되나요?", TEXT, of)
    said = Example.make(
        kind="qa",
        messages=(made.messages[0], Message(role="assistant", content=answer)),
        document_id=of.id,
        passage_id=of.id,
        source=of.source,
        evidence=made.evidence,
        made_by="test",
    )
    found = GroundedCheck().note(said, context)
    return found[0] if found else None


def test_a_noun_of_its_own_is_noted_and_the_answer_kept(kiwi: Analyzer) -> None:
    reworded = "캐시를 사용하면 서버의 응답 시간이 300ms에서 100ms로 줄어들고, 쓰기 요청에는 캐시를 사용하지 않아요."
    question = "캐시를 사용하면 어떻게 되나요?"
    assert verdict(GroundedCheck(), kiwi, question, reworded) is None
    assert noted(kiwi, reworded) == "unseen_noun"
    assert noted(kiwi, reworded.replace("서버의 ", "")) is None
    assert noted(kiwi, TEXT) is None


def test_a_number_must_stand_near_the_evidence(kiwi: Analyzer) -> None:
    far = document(TEXT + " 여름에는 꽃이 핍니다." * 60 + " 창고에는 700ms 지연이 있습니다.", title="캐시")
    context = CheckContext(document=far, target=load_target("openai-chat"), analyzer=kiwi, line_tokens=lambda *_: 0)
    made = example("캐시를 사용하면 어떻게 되나요?", TEXT[:40], far)
    said = Example.make(
        kind="qa",
        messages=(
            made.messages[0],
            Message(role="assistant", content="캐시를 사용하면 응답 시간이 700ms로 줄어듭니다."),
        ),
        document_id=far.id,
        passage_id=far.id,
        source=far.source,
        evidence=made.evidence,
        made_by="test",
    )
    found = GroundedCheck().verdict(said, context)
    assert found is not None
    assert found[0] == "unknown_facts"


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        (TEXT[:52], None),
        ("캐시를 쓰면 응답 시간이 줄어듭니다.", None),
        ("쓰기 요청에는 캐시를 사용합니다.", "unfaithful_summary"),
        ("구내식당은 금요일마다 비빔밥을 나누어 줍니다.", "unfaithful_summary"),
        ("캐시를 쓰면 응답 시간이 줄어듭니다. 구내식당은 금요일마다 비빔밥을 나누어 줍니다.", "unfaithful_summary"),
    ],
)
def test_a_summary_must_not_deny_its_passage(kiwi: Analyzer, summary: str, reason: str | None) -> None:
    of = document(TEXT, title="캐시")
    context = CheckContext(document=of, target=load_target("openai-chat"), analyzer=kiwi, line_tokens=lambda *_: 0)
    found = GroundedCheck().verdict(example(summary, TEXT, of, kind="summary"), context)
    assert (found[0] if found else None) == reason


def test_evidence_must_exist(kiwi: Analyzer) -> None:
    question = "캐시를 사용하면 어떻게 되나요?"
    assert verdict(GroundedCheck(), kiwi, question, TEXT, Span(start=0, end=9_999)) == "evidence_missing"
    assert verdict(GroundedCheck(), kiwi, question, TEXT, kept=False) == "no_evidence"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("캐시를 사용하면 어떻게 되나요?", None),
        ("캐시에 대해 설명해 주시겠어요?", None),
        ("이 글에서 캐시는 무엇인가요?", "points_outside"),
        ("위의 캐시를 사용하면 어떻게 되나요?", "points_outside"),
        ("원문에 따르면 캐시는 무엇인가요?", "meta_talk"),
        ("캐시를 사용하면 어떻게 됩니까?", "speech_level"),
        ("응답를 줄이려면 어떻게 해야 하나요?", "particle"),
        ("캐시에 대해 설명해 주세요.", "not_a_question"),
        ("캐시는?", "question_length"),
        ("**캐시**를 사용하면 어떻게 되나요?", "markup"),
        ("캐시\ufffd를 사용하면 어떻게 되나요?", "damaged_text"),
        ("What happens when a cache is used?", None),
        ("What does this article say about caches?", "points_outside"),
    ],
)
def test_a_question_reads_as_one(kiwi: Analyzer, question: str, reason: str | None) -> None:
    assert verdict(FormCheck(), kiwi, question, TEXT) == reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (TEXT, None),
        ("본문에 따르면 응답 시간이 줄어듭니다.", "meta_talk"),
        ("죄송합니다. 답변을 드릴 수 없습니다.", "refusal"),
    ],
)
def test_an_answer_speaks_about_its_subject(kiwi: Analyzer, answer: str, reason: str | None) -> None:
    assert verdict(FormCheck(), kiwi, "캐시를 사용하면 어떻게 되나요?", answer) == reason


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [("캐시란 무엇인가요?", TEXT, None), ("캐시란 무엇인가요?", " …\n", "empty"), ("😀", TEXT, "empty")],
)
def test_a_turn_without_words_is_empty(kiwi: Analyzer, question: str, answer: str, reason: str | None) -> None:
    assert verdict(EmptyCheck(), kiwi, question, answer) == reason
