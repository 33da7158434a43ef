"""Questions and answers of a chat model: in one speech level, corrected once, and honest about what is not there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from scripted import ScriptedProvider

from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.checks.stage import check_examples
from corpus_to_ft.generate.base import Subject
from corpus_to_ft.generate.qa import QaGenerator
from corpus_to_ft.generate.stage import generate_examples
from corpus_to_ft.llm.extractive import ExtractiveProvider
from corpus_to_ft.llm.stage import DirectAsk
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.prompts.refusals import refusal, refused_matter
from corpus_to_ft.records import Block, Document, Example, Passage, Prompt, Rejected, Summary
from corpus_to_ft.speech import SpeechLevel, speech_levels
from corpus_to_ft.targets import load_target
from corpus_to_ft.write.manifest import Shown
from corpus_to_ft.write.report import marked_pieces, rests_on_all

TEXT = (
    "재고 서버는 5분마다 창고의 재고를 확인합니다. 재고가 10개보다 적으면 담당자에게 알림을 보냅니다. "
    "알림은 업무 시간에만 보내며, 밤에는 보내지 않습니다. 이 서버는 2023년 4월에 만들었습니다."
)
ANALYZER = KiwiAnalyzer()
CHECKS = [make_plugin("checks", name, Check) for name in ("empty", "form", "grounded", "injection")]

CHECKED = (
    "재고 서버는 얼마나 자주 재고를 확인하나요?",
    "재고 서버는 5분마다 재고를 확인합니다.",
    "재고 서버는 5분마다 창고의 재고를 확인합니다.",
)
ALERTED = (
    "재고가 10개보다 적으면 무슨 일이 일어나나요?",
    "담당자에게 알림을 보냅니다.",
    "재고가 10개보다 적으면 담당자에게 알림을 보냅니다.",
)
MADE = (
    "재고 서버는 언제 만들었나요?",
    "재고 서버는 2023년 4월에 만들었습니다.",
    "이 서버는 2023년 4월에 만들었습니다.",
)


def items(*said: tuple[str, str, str], unanswerable: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    content: dict[str, Any] = {"items": [{"question": q, "answer": a, "evidence": e} for q, a, e in said]}
    if unanswerable:
        content["unanswerable"] = [{"question": q, "missing": m} for q, m in unanswerable]
    return content


def subject(text: str = TEXT, language: str = "ko", siblings: int = 1) -> Subject:
    of = Document.make(
        source="글.md", text=text, title="재고 서버", language=language,
        blocks=(Block(kind="paragraph", start=0, end=len(text)),),
    )  # fmt: skip
    passage = Passage.make(of, 0, len(text), (), of.blocks)
    others = tuple(Passage.make(of, 0, at, (), ()) for at in range(1, siblings))
    summary = Summary.make(subject_id=of.id, text="", tokens=0, whole=False)
    return Subject(
        document=of, passage=passage, summary=summary, encoding="o200k_base", max_tokens=2000,
        siblings=(*others, passage) if others else (),
    )  # fmt: skip


def asked(generator: QaGenerator, *said: object) -> tuple[list[Example | Rejected], list[Prompt]]:
    left = list(said)
    provider = ScriptedProvider(script=lambda _: left.pop(0) if len(left) > 1 else left[0])
    of = subject()
    context = CheckContext(
        document=of.document, target=load_target("openai-chat"), analyzer=ANALYZER, line_tokens=lambda *_: 0,
        question_levels=frozenset({generator.question_level}),
    )  # fmt: skip
    checks = partial(check_examples, checks=CHECKS, context=context)
    made = generate_examples([of], [generator], DirectAsk(provider=provider), checks=checks)
    return made, provider.asked


def test_only_what_failed_is_complained_about_and_what_was_good_stays() -> None:
    wrong = (CHECKED[0], "재고 서버는 7분마다 재고를 확인합니다.", CHECKED[2])
    made, prompts = asked(QaGenerator(per_passage=2, spare=0), items(ALERTED, wrong), items(CHECKED))
    assert [item.prompt for item in made if isinstance(item, Example)] == [CHECKED[0], ALERTED[0]]
    assert len(made) == 2
    complaint = prompts[1].messages[-1].content
    assert "7분" in complaint
    assert ALERTED[0] not in complaint


@pytest.mark.parametrize(
    ("wrong", "reason", "complaint"),
    [
        ((CHECKED[0], CHECKED[1], "재고 서버는 10분마다 확인합니다."), "evidence_not_found", "한 글자도 바꾸지 말고"),
        ((CHECKED[0], "재고 서버는 5시간마다 재고를 확인합니다.", CHECKED[2]), "unknown_facts", "5시간"),
        ((CHECKED[0], "Redis 서버는 5분마다 재고를 확인합니다.", CHECKED[2]), "unknown_facts", "Redis"),
        (("밤에도 재고 알림을 보내나요?", "재고 서버는 밤에 알림을 보냅니다.", "밤에는 보내지 않습니다."), "negation_differs", "긍정·부정"),
        ((CHECKED[0], "고양이는 하루 종일 낮잠을 잡니다.", CHECKED[2]), "not_grounded", "원문의 말로"),
        (("이 글에서 서버는 재고를 언제 확인하나요?", *CHECKED[1:]), "points_outside", "주제의 이름"),
        (("재고 서버는 언제 확인합니까?", *CHECKED[1:]), "speech_level", "말투"),
        ((CHECKED[0], "본문에 따르면 5분마다 재고를 확인합니다.", CHECKED[2]), "meta_talk", "글 자체"),
        ((CHECKED[0], "AI로서 말씀드리면 5분마다 확인합니다.", CHECKED[2]), "refusal", "거절하지 말고"),
        ((CHECKED[0], "", CHECKED[2]), "empty", "비어"),
        (("How often does the server look?", *CHECKED[1:]), "other_language", "한국어로"),
        ((CHECKED[0], "It looks at the stock every five minutes.", CHECKED[2]), "other_language", "한국어로"),
    ],
)  # fmt: skip
def test_every_failure_is_corrected_once_and_else_rejected_with_its_words(
    wrong: tuple[str, str, str], reason: str, complaint: str
) -> None:
    generator = QaGenerator(per_passage=1, spare=0)
    [made], prompts = asked(generator, items(wrong), items(CHECKED))
    assert isinstance(made, Example)
    assert complaint in prompts[1].messages[-1].content
    [rejected], prompts = asked(generator, items(wrong))
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, len(prompts)) == (reason, 2)
    assert json.dumps(wrong[2], ensure_ascii=False) in rejected.detail


def test_what_a_reply_says_twice_is_rejected_or_kept_once() -> None:
    wrong = (CHECKED[0], CHECKED[1], "재고 서버는 10분마다 확인합니다.")
    ungrounded = (CHECKED[0], "고양이는 하루 종일 낮잠을 잡니다.", CHECKED[2])
    unfounded = ("재고 서버는 얼마나 자주 재고를 확인하나요?", "재고를 확인")
    said = items(*[ALERTED, wrong, ungrounded] * 3, unanswerable=[unfounded] * 3)
    made, prompts = asked(QaGenerator(per_passage=5, refusals=3), said)
    reasons = [item.reason for item in made if isinstance(item, Rejected)]
    assert sorted(reasons) == ["evidence_not_found", "not_grounded", "refusal_unfounded"]
    assert [item.prompt for item in made if isinstance(item, Example)] == [ALERTED[0]]
    assert len(prompts) == 2


def test_nothing_is_asked_again_where_the_spare_ones_are_enough() -> None:
    wrong = (CHECKED[0], "재고 서버는 7분마다 확인합니다.", "서버는 7분마다 확인합니다.")
    made, prompts = asked(QaGenerator(per_passage=1, spare=2), items(wrong, ALERTED))
    assert len(prompts) == 1
    assert [type(item) for item in made] == [Example, Rejected]


def test_a_reply_without_items_is_an_answer_and_not_asked_again() -> None:
    [rejected], prompts = asked(QaGenerator(), items())
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, len(prompts)) == ("nothing_found", 1)


@pytest.mark.parametrize("said", ["죄송합니다만 만들 수 없습니다.", '{"items": [{"question": "무엇'])
def test_a_reply_of_another_form_is_asked_again(said: str) -> None:
    made, prompts = asked(QaGenerator(per_passage=2, spare=0), said, items(CHECKED, ALERTED))
    assert [type(item) for item in made] == [Example, Example]
    assert "JSON" in prompts[1].messages[-1].content


LEVELS: dict[SpeechLevel, tuple[str, str, str]] = {
    "haeyo": ("재고 서버는 얼마나 자주 재고를 확인하나요?", "재고 서버는 5분마다 재고를 확인해요.", CHECKED[2]),
    "hapsyo": ("재고 서버는 얼마나 자주 재고를 확인합니까?", "재고 서버는 5분마다 재고를 확인합니다.", CHECKED[2]),
    "plain": ("재고 서버는 얼마나 자주 재고를 확인하는가?", "재고 서버는 5분마다 재고를 확인한다.", CHECKED[2]),
}


@pytest.mark.parametrize("wanted", LEVELS)
@pytest.mark.parametrize("spoken", LEVELS)
def test_question_and_answer_keep_the_level_that_is_set(wanted: SpeechLevel, spoken: SpeechLevel) -> None:
    generator = QaGenerator(per_passage=1, spare=0, speech_level=wanted)
    [made], prompts = asked(generator, items(LEVELS[spoken]))
    name = {"haeyo": "해요체", "hapsyo": "합쇼체", "plain": "문어체"}[wanted]
    assert prompts[0].messages[0].content.count(name) == 2
    if wanted == spoken:
        assert isinstance(made, Example)
        assert speech_levels(made.prompt) | speech_levels(made.answer) == {wanted}
    else:
        assert isinstance(made, Rejected)
        assert made.reason == "speech_level"


def test_an_answer_of_two_levels_is_refused() -> None:
    mixed = (CHECKED[0], "재고 서버는 5분마다 재고를 확인합니다. 10개보다 적으면 알림을 보내요.", TEXT[:60])
    [made], _ = asked(QaGenerator(per_passage=1, spare=0), items(mixed))
    assert isinstance(made, Rejected)
    assert made.reason == "speech_level"


OPEN = ("재고 서버의 개발 비용은 얼마인가요?", "개발 비용")


@pytest.mark.parametrize("level", LEVELS)
def test_a_question_that_the_document_leaves_open_is_refused_honestly(level: SpeechLevel) -> None:
    said = items(LEVELS[level], unanswerable=[(LEVELS[level][0].replace("재고를 확인", "이름을 변경"), "이름을 변경")])
    made, prompts = asked(QaGenerator(per_passage=1, spare=0, speech_level=level, refusals=1), said)
    answered, refused = made
    assert isinstance(refused, Example)
    assert refused.evidence == ()
    assert refused_matter(refused.answer) == "이름을 변경"
    assert speech_levels(refused.answer) == {level}
    assert isinstance(answered, Example)
    assert "unanswerable" in prompts[0].schema["required"]
    assert "unanswerable" in prompts[0].messages[0].content


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("재고 서버는 얼마나 자주 재고를 확인하나요?", "재고를 확인"),
        ("재고 서버는 밤에 알림을 보내나요?", "밤에 알림"),
        ("재고 서버의 개발 비용은 얼마인가요?", "유지 비용"),
        ("재고 서버의 개발 비용은 얼마인가요?", ""),
        ("고양이의 하루 수면 시간은 얼마나 되나요?", "수면 시간"),
    ],
)
def test_a_refusal_of_what_the_document_has_or_of_something_foreign_is_rejected(question: str, missing: str) -> None:
    generator = QaGenerator(per_passage=1, spare=0, refusals=1)
    made, prompts = asked(generator, items(CHECKED, unanswerable=[(question, missing)]))
    assert [item.reason for item in made if isinstance(item, Rejected)] == ["refusal_unfounded"]
    assert len(prompts) == 2


def test_an_open_question_in_another_language_is_rejected() -> None:
    generator = QaGenerator(per_passage=1, spare=0, refusals=1)
    made, _ = asked(generator, items(CHECKED, unanswerable=[("Who pays for the server?", "pays")]))
    assert [item.reason for item in made if isinstance(item, Rejected)] == ["other_language"]


def test_words_that_only_look_like_a_refusal_are_none() -> None:
    unmarked = (OPEN[0], refusal(*OPEN, language="ko", level="haeyo"), CHECKED[2])
    [made], _ = asked(QaGenerator(per_passage=1, spare=0), items(unmarked))
    assert isinstance(made, Rejected)
    ignored, _ = asked(QaGenerator(per_passage=1, spare=0), items(CHECKED, unanswerable=[OPEN]))
    assert [type(item) for item in ignored] == [Example]


def test_open_questions_are_spread_over_a_document_and_the_wish_says_how_many() -> None:
    of = subject(TEXT * 4, siblings=7)
    counts = []
    for passage in of.siblings:
        here = Subject(
            document=of.document, passage=passage, summary=of.summary, encoding="o200k_base", max_tokens=2000,
            siblings=of.siblings,
        )  # fmt: skip
        [prompt] = QaGenerator(refusals=3).prompts(here)
        counts.append("unanswerable" in prompt.messages[1].content)
    assert sum(counts) == 3


def test_an_engine_that_only_reads_leaves_no_question_open() -> None:
    of = subject()
    ask = DirectAsk(provider=ExtractiveProvider(analyzer=ANALYZER))
    with_refusals, without = (generate_examples([of], [QaGenerator(refusals=n)], ask, asks_again=False) for n in (5, 0))
    assert with_refusals == without
    assert all(item.evidence for item in with_refusals if isinstance(item, Example))


def test_an_english_refusal_is_in_english() -> None:
    said = refusal("What does the server cost?", "cost", language="en", level="haeyo")
    assert refused_matter(said) == "cost"
    assert said.isascii()


def test_a_refusal_can_be_looked_at_in_the_report() -> None:
    _, refused = asked(QaGenerator(per_passage=1, spare=0, refusals=1), items(CHECKED, unanswerable=[OPEN]))[0]
    assert isinstance(refused, Example)
    shown = Shown(split="train", example=refused, passage=subject().passage)
    assert marked_pieces(shown) == [(TEXT, False)]
    assert not rests_on_all(shown)
