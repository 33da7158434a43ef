"""A reply that fails is asked for once more, with what was wrong; then it is rejected with its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from scripted import ScriptedProvider

from corpus_to_ft.errors import ProviderRefused
from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.generate.keywords import KeywordsGenerator
from corpus_to_ft.generate.stage import generate_examples
from corpus_to_ft.generate.summary import SummaryGenerator
from corpus_to_ft.language import foreign
from corpus_to_ft.llm.stage import DirectAsk
from corpus_to_ft.records import Example, Passage, Prompt, ProviderFailure, Rejected, Reply, Summary
from tests.making import document

TEXT = (
    "주문 서버는 5분마다 재고를 확인합니다. 재고가 10개보다 적으면 담당자에게 알림을 보냅니다. "
    "알림을 받은 담당자는 창고에 물건을 요청하고, 창고는 다음 날 오전에 물건을 보냅니다. "
    "이 과정은 2023년에 자동화되었고, 그 뒤로 품절은 한 달에 두 번을 넘지 않았습니다."
)
GOOD = {"summary": "주문 서버는 재고가 적으면 담당자에게 알림을 보냅니다."}
WRONG = {"summary": "주문 서버는 7초마다 Redis를 확인합니다."}
CUT_OFF = Reply.make(prompt_id="p", text='{"summary": "주문 서', model="m", finish="length")
FILTERED = Reply.make(prompt_id="p", text="", model="m", finish="content_filter")


class Rounds:
    """Remembers which prompts were asked together."""

    def __init__(self, *said: object) -> None:
        left = list(said)
        script = lambda _: left.pop(0) if len(left) > 1 else left[0]  # noqa: E731
        self.ask = DirectAsk(provider=ScriptedProvider(script=script))
        self.rounds: list[list[Prompt]] = []

    def __call__(self, prompts: Sequence[Prompt]) -> list[Reply | ProviderFailure]:
        self.rounds.append(list(prompts))
        return self.ask(prompts)


def subjects(*texts: str) -> list[Subject]:
    of = document("\n\n".join(texts), title="재고 알림")
    start, found = 0, []
    for text in texts:
        passage = Passage.make(of, start, start + len(text), (), ())
        summary = Summary.make(subject_id=of.id, text="", tokens=0, whole=False)
        found.append(
            Subject(document=of, passage=passage, summary=summary, encoding="o200k_base", max_tokens=2000)
        )  # fmt: skip
        start += len(text) + 2
    return found


@pytest.mark.parametrize(
    ("said", "reason", "complaint"),
    [
        (WRONG, "unfaithful_summary", "Redis"),
        ({"summary": "주문 서버는 재고가"}, "unfinished_summary", "끝맺으세요"),
        ({"summary": "The server looks at the stock."}, "other_language", "한국어로"),
        ({"summary": " "}, "empty_summary", "비어"),
        ({"summary": TEXT}, "summary_too_long", "더 짧게"),
        ("요약은 다음과 같습니다.", "bad_reply", "JSON"),
        ({"요약": "주문"}, "bad_reply", "JSON"),
        (FILTERED, "filtered", "막혔습니다"),
    ],
)
def test_a_failed_reply_is_complained_about_once(said: object, reason: str, complaint: str) -> None:
    ask = Rounds(said, GOOD)
    [made] = generate_examples(subjects(TEXT), [SummaryGenerator()], ask)
    assert isinstance(made, Example)
    [[first], [second]] = ask.rounds
    assert second.messages[: len(first.messages)] == first.messages
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert complaint in second.messages[-1].content
    assert second.messages[-2].content
    assert (second.id != first.id, second.sampling) == (True, first.sampling)

    stubborn = Rounds(said)
    [rejected] = generate_examples(subjects(TEXT), [SummaryGenerator()], stubborn)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == reason
    assert len(stubborn.rounds) == 2
    if isinstance(said, str):
        assert said in rejected.detail


def test_the_words_that_failed_twice_are_kept() -> None:
    [rejected] = generate_examples(subjects(TEXT), [SummaryGenerator()], Rounds(WRONG))
    assert isinstance(rejected, Rejected)
    assert "7초마다 Redis를 확인합니다" in rejected.detail


def test_a_reply_that_was_cut_off_gets_twice_the_room_and_no_complaint() -> None:
    ask = Rounds(CUT_OFF, GOOD)
    [made] = generate_examples(subjects(TEXT), [SummaryGenerator()], ask)
    assert isinstance(made, Example)
    [[first], [second]] = ask.rounds
    assert second.messages == first.messages
    assert second.sampling["max_tokens"] == 2 * first.sampling["max_tokens"]
    [rejected] = generate_examples(subjects(TEXT), [SummaryGenerator()], Rounds(CUT_OFF))
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "truncated"


def test_all_failed_replies_of_a_document_are_asked_again_together_and_the_others_stay() -> None:
    texts = [TEXT, TEXT.replace("주문", "배송"), TEXT.replace("주문", "반품")]
    ask = Rounds(WRONG, GOOD, "글쎄요", GOOD)
    made = generate_examples(subjects(*texts), [SummaryGenerator()], ask)
    assert [len(prompts) for prompts in ask.rounds] == [3, 2]
    assert all(isinstance(item, Example) for item in made)
    assert [item.passage_id for item in made if isinstance(item, Example)] == [
        subject.passage.id for subject in subjects(*texts)
    ]


def test_a_provider_that_never_varies_is_asked_once() -> None:
    ask = Rounds(WRONG)
    [rejected] = generate_examples(subjects(TEXT), [SummaryGenerator()], ask, asks_again=False)
    assert isinstance(rejected, Rejected)
    assert len(ask.rounds) == 1


def test_a_refused_prompt_is_not_asked_again() -> None:
    ask = Rounds(ProviderRefused(foreign("정책 위반")))
    [rejected] = generate_examples(subjects(TEXT), [SummaryGenerator()], ask)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "refused"
    assert len(ask.rounds) == 1


def test_a_refused_second_attempt_leaves_the_first_failure() -> None:
    [rejected] = generate_examples(
        subjects(TEXT), [SummaryGenerator()], Rounds(WRONG, ProviderRefused(foreign("정책 위반")))
    )
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "unfaithful_summary"


def test_too_few_keywords_are_asked_for_again() -> None:
    ask = Rounds({"keywords": ["카프카", "토픽"]}, {"keywords": ["재고", "알림", "창고", "담당자"]})
    [made] = generate_examples(subjects(TEXT), [KeywordsGenerator()], ask)
    assert isinstance(made, Example)
    assert "원문에 그대로 있는 핵심어" in ask.rounds[1][0].messages[-1].content


@pytest.mark.parametrize("reason", ["too_long", "nothing_found"])
def test_what_no_model_can_mend_is_not_asked_again(reason: str) -> None:
    def checks(found: Iterable[Example | Rejected]) -> Iterator[Example | Rejected]:
        for item in found:
            assert isinstance(item, Example)
            yield Rejected.make(
                item_id=item.id, source=item.source, stage="check", reason=reason, detail=foreign("다 큼")
            )

    ask = Rounds(GOOD)
    generate_examples(subjects(TEXT), [SummaryGenerator()], ask, checks=checks)
    assert len(ask.rounds) == 1


def test_a_verdict_of_the_checks_leads_to_a_second_attempt() -> None:
    def checks(found: Iterable[Example | Rejected]) -> Iterator[Example | Rejected]:
        for item in found:
            if isinstance(item, Example) and "담당자" in item.prompt:
                detail = foreign(f"본문에 따르면 | {item.prompt}")
                yield Rejected.make(item_id=item.id, source="글", stage="check", reason="meta_talk", detail=detail)
            else:
                yield item

    ask = Rounds(GOOD, {"summary": "재고가 10개보다 적으면 알림을 보냅니다."})
    [made] = generate_examples(subjects(TEXT), [SummaryGenerator()], ask, checks=checks)
    assert isinstance(made, Example)
    assert "글 자체를 말하지 말고" in ask.rounds[1][0].messages[-1].content


@pytest.mark.parametrize("generator", [SummaryGenerator(), KeywordsGenerator()])
def test_no_reply_can_run_away(generator: Generator) -> None:
    [short] = generator.prompts(subjects(TEXT)[0])
    [long] = generator.prompts(subjects(TEXT * 8)[0])
    assert 0 < short.sampling["max_tokens"] <= long.sampling["max_tokens"] < 4000
