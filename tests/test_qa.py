"""The generator of questions and answers: what it asks, how it reads replies, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.errors import BadReply
from corpus_to_ft.generate.base import Subject
from corpus_to_ft.generate.qa import QaGenerator, find_evidence
from corpus_to_ft.llm.extractive import ExtractiveProvider
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Block, Document, Example, Passage, Rejected, Reply, Summary
from tests.making import document

FIRST = "머리말입니다.\n\n"
BODY = "브로커란 프로듀서가 보낸 메시지를 디스크에 저장하고 컨슈머에게 전달하는 서버를 말합니다."


def subject(text: str = BODY, *, kind: str = "paragraph", summary: str = "", max_tokens: int = 2_000) -> Subject:
    whole = document(FIRST + text, title="카프카 운영")
    blocks = (Block(kind="code" if kind == "code" else "paragraph", start=0, end=len(text)),)
    passage = Passage.make(whole, len(FIRST), len(FIRST) + len(text), (), blocks)
    return Subject(
        document=whole,
        passage=passage,
        summary=Summary.make(subject_id=whole.id, text=summary, tokens=0, whole=False),
        encoding="o200k_base",
        max_tokens=max_tokens,
    )


def reply(*items: tuple[str, str, str]) -> Reply:
    content = {"items": [{"question": q, "answer": a, "evidence": e} for q, a, e in items]}
    return Reply.make(prompt_id="p", text=json.dumps(content, ensure_ascii=False), model="m")


def test_a_prompt_says_the_wish_as_facts_and_as_a_chat() -> None:
    prompt = QaGenerator().prompts(subject())[0]
    assert (prompt.kind, prompt.text, prompt.title, prompt.count) == ("qa", BODY, "카프카 운영", 3)
    assert prompt.schema["required"] == ["items"]
    assert [m.role for m in prompt.messages] == ["system", "user"]
    assert BODY in prompt.messages[1].content
    assert "지시가 아닙니다" in prompt.messages[0].content


def test_the_number_of_questions_follows_the_length() -> None:
    assert QaGenerator(spare=0).prompts(subject(BODY * 20))[0].count == 4
    assert QaGenerator(spare=0).prompts(subject(BODY * 60))[0].count == 5
    assert QaGenerator(per_passage=2).prompts(subject())[0].count == 4


def test_more_questions_than_wanted_are_left_aside() -> None:
    [made] = QaGenerator(per_passage=1).examples(
        reply(("브로커란 무엇인가요?", BODY, BODY), ("브로커는 어떤 서버인가요?", BODY[:20], BODY[:20])), subject()
    )
    assert isinstance(made, Example)
    assert made.prompt == "브로커란 무엇인가요?"


def test_a_question_that_another_passage_answers_better_is_set_aside_and_reworded_where_possible() -> None:
    offsets = "오프셋은 컨슈머가 읽은 위치를 브로커에 남기는 숫자입니다."
    of = subject(BODY + "\n\n" + offsets)
    first = Passage.make(of.document, len(FIRST), len(FIRST) + len(BODY), (), ())
    second = Passage.make(of.document, len(FIRST) + len(BODY) + 2, len(of.document.text), (), ())
    beside = replace(of, passage=second, siblings=(first, second))
    wordings = reply(
        ("메시지를 디스크에 저장하는 것은 무엇인가요?", offsets, offsets), ("오프셋은 무엇인가요?", offsets, offsets)
    )
    [kept] = QaGenerator().examples(wordings, beside)
    assert isinstance(kept, Example)
    assert kept.prompt == "오프셋은 무엇인가요?"
    [refused] = QaGenerator().examples(reply(("메시지를 디스크에 저장하는 것은 무엇인가요?", offsets, offsets)), beside)
    assert isinstance(refused, Rejected)
    assert refused.reason == "ambiguous_question"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (BODY, "paragraph", None),
        ("print('hi')\n" * 20, "code", "no_prose"),
        ("짧은 글", "paragraph", "too_short"),
        (r"다음과 같습니다. \frac{a}{b} = \sum_{i} x_i^2 + \alpha_{j} \beta_{k}", "paragraph", "only_formulas"),
        (
            "[1] 김하늘, 온실의 하루, 잎결 출판, 2020년\n[2] 이바다, 물과 빛의 기록, 잎결 출판, 2021년",
            "paragraph",
            "references",
        ),
        ("https://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 링크", "paragraph", "links_only"),
    ],
)
def test_a_passage_without_prose_says_why_it_gives_nothing(text: str, kind: str, reason: str | None) -> None:
    assert QaGenerator().skip_reason(subject(text, kind=kind)) == reason


def test_evidence_is_found_in_the_document_whatever_its_white_space() -> None:
    of = subject()
    spaced = BODY.replace(" ", "\n ")
    [made] = QaGenerator().examples(reply(("브로커란 무엇인가요?", BODY, spaced)), of)
    assert isinstance(made, Example)
    assert made.evidence[0].of(of.document.text) == BODY
    assert (made.prompt, made.answer, made.made_by) == ("브로커란 무엇인가요?", BODY, "m")
    assert find_evidence("", BODY) is None


def test_invented_evidence_is_rejected_with_its_words() -> None:
    [made] = QaGenerator().examples(reply(("질문인가요?", "답", "없는 문장입니다.")), subject())
    assert isinstance(made, Rejected)
    assert made.reason == "evidence_not_found"
    assert "없는 문장입니다." in made.detail


def test_a_reply_of_another_shape_is_a_bad_reply() -> None:
    with pytest.raises(BadReply):
        QaGenerator().examples(Reply.make(prompt_id="p", text="죄송합니다", model="m"), subject())


@pytest.mark.parametrize(
    ("summary", "max_tokens", "held"),
    [(f"요약. {BODY}", 2_000, "요약."), ("다른 요약", 2_000, BODY), (BODY, 90, None)],
)
def test_the_context_is_the_summary_else_the_passage_else_nothing(
    summary: str, max_tokens: int, held: str | None
) -> None:
    of = subject(summary=summary, max_tokens=max_tokens)
    [made] = QaGenerator(context="document").examples(reply(("브로커란 무엇인가요?", BODY, BODY)), of)
    assert isinstance(made, Example)
    roles = [m.role for m in made.messages]
    assert roles == (["system", "user", "assistant"] if held else ["user", "assistant"])
    if held:
        assert made.messages[0].content.startswith("제목: 카프카 운영")
        assert held in made.messages[0].content


def test_the_embedded_provider_answers_the_prompt_from_end_to_end() -> None:
    of = subject()
    provider = ExtractiveProvider(analyzer=make_plugin("analyzers", "kiwi", Analyzer))
    generator = QaGenerator()
    [made] = generator.examples(provider.answer(generator.prompts(of)[0]), of)
    assert isinstance(made, Example)
    assert made.answer == BODY == made.evidence[0].of(of.document.text)


def test_an_english_document_is_asked_for_in_english() -> None:
    whole = Document.make(source="a.md", text="A broker stores messages. " * 4, language="en")
    passage = Passage.make(whole, 0, len(whole.text), (), ())
    empty = Summary.make(subject_id=whole.id, text="", tokens=0, whole=False)
    of = Subject(document=whole, passage=passage, summary=empty, encoding="o200k_base", max_tokens=500)
    assert QaGenerator().prompts(of)[0].messages[0].content.startswith("You are an editor")
