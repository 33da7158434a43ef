"""Examples that say the same again fall out, with the one that stays named."""

from __future__ import annotations

from making import document, example

from corpus_to_ft.checks.duplicates import DuplicateSettings, find_duplicates
from corpus_to_ft.records import Example, Rejected

FIRST = document("창고 온도는 영하 18도로 유지합니다. 센서는 5분마다 값을 보냅니다.", source="a.md")
SECOND = document("다른 글입니다. 배송은 새벽에 시작합니다.", source="b.md")


def drop_duplicates(examples: list[Example], settings: DuplicateSettings) -> tuple[list[Example], list[Rejected]]:
    dropped = find_duplicates(examples, settings)
    gone = {item.item_id for item in dropped}
    return [example for example in examples if example.id not in gone], dropped


def test_an_exact_copy_in_another_document_is_dropped() -> None:
    kept, dropped = drop_duplicates(
        [example("온도는 몇 도인가요?", "영하 18도", FIRST), example("온도는 몇 도인가요?", "영하 18도", SECOND)],
        DuplicateSettings(),
    )
    assert [e.source for e in kept] == ["a.md"]
    assert [(r.reason, r.source) for r in dropped] == [("duplicate", "b.md")]
    assert "a.md" in dropped[0].detail


def test_one_prompt_is_not_answered_in_two_ways() -> None:
    kept, dropped = drop_duplicates(
        [
            example("보관 온도는 몇 도인가요?", "센서는 5분마다 값을 보냅니다.", FIRST),
            example("보관 온도는 몇 도인가요?", "배송은 새벽에 시작합니다.", SECOND),
        ],
        DuplicateSettings(),
    )
    assert [e.source for e in kept] == ["a.md"]
    assert [(r.reason, r.source) for r in dropped] == [("same_prompt", "b.md")]


def test_two_alike_questions_of_one_document_leave_one() -> None:
    questions = [
        "냉동 창고의 온도는 몇 도로 유지하나요?",
        "냉동 창고의 온도는 몇 도로 유지되나요?",
        "센서는 얼마나 자주 값을 보내나요?",
    ]
    kept, dropped = drop_duplicates(
        [example(q, f"답 {n}", FIRST) for n, q in enumerate(questions)], DuplicateSettings()
    )
    assert [e.prompt for e in kept] == [questions[0], questions[2]]
    assert [r.reason for r in dropped] == ["near_duplicate"]


def test_questions_that_share_a_long_beginning_but_ask_for_different_things_stay() -> None:
    questions = [
        "한빛 냉동 창고에서 센서 값은 얼마나 자주 전송되나요?",
        "한빛 냉동 창고에서 문이 열린 채로 오래 있으면 누구에게 알림이 가나요?",
    ]
    kept, _ = drop_duplicates(
        [example(q, f"서로 다른 답 {n}" * 3, FIRST) for n, q in enumerate(questions)], DuplicateSettings()
    )
    assert len(kept) == 2


def test_nothing_gives_nothing() -> None:
    assert drop_duplicates([], DuplicateSettings()) == ([], [])
