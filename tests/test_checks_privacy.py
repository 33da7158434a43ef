"""What a model puts together or invents never becomes an example, and a label alone is no answer."""

from __future__ import annotations

import pytest
from making import document, example

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.checks.base import CheckContext
from corpus_to_ft.checks.privacy import PrivacyCheck
from corpus_to_ft.checks.stage import check_examples
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Kind, Rejected
from corpus_to_ft.settings import load_settings
from corpus_to_ft.targets import load_target

TEXT = "담당자 번호는 [전화번호]이고 메일은 [이메일]입니다. 평일에만 답합니다."
CONTEXT = CheckContext(
    document=document(TEXT), target=load_target("openai-chat"),
    analyzer=make_plugin("analyzers", "regex", Analyzer), line_tokens=lambda *_: 0,
)  # fmt: skip


def reason(prompt: str, answer: str, kind: Kind = "qa", *, keywords: tuple[str, ...] = (), mode: str = "mask") -> str:
    check = PrivacyCheck(privacy=PrivacySettings.model_validate({"mode": mode}), keywords=keywords)
    found = check.verdict(example(prompt, answer, document(TEXT), kind), CONTEXT)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("평일에만 답합니다.", ""),
        ("담당자의 메일은 [이메일]이며 평일에만 답합니다.", ""),
        ("번호는 010-1234-5678입니다.", "personal_data"),
        ("hong (at) leaf.io로 보내세요.", "personal_data"),
        ("공일공 일이삼사 오육칠팔입니다.", "personal_data"),
        ("[이메일]입니다.", "masked_answer"),
        ("[전화번호]", "masked_answer"),
    ],
)
def test_an_answer_with_personal_data_or_nothing_else_is_refused(answer: str, expected: str) -> None:
    assert reason("언제 답하나요?", answer) == expected


def test_a_question_counts_too_and_a_label_may_stand_in_a_list_of_keywords() -> None:
    assert reason("010-1234-5678은 누구 번호인가요?", "담당자의 번호입니다.") == "personal_data"
    assert reason("핵심어를 뽑으세요.", "[이메일]", "keywords") == ""


def test_words_of_the_users_own_list_are_refused_and_not_repeated() -> None:
    assert reason("무엇인가요?", "암호명 Bluebird 계획입니다.", keywords=("bluebird",)) == "personal_data"
    assert reason("무엇인가요?", "평일에만 답합니다.", keywords=("bluebird",)) == ""
    assert reason("무엇인가요?", "bluebird입니다.", keywords=("Bluebird",), mode="keep") == "personal_data"


def test_what_is_kept_on_purpose_passes() -> None:
    assert reason("무엇인가요?", "번호는 010-1234-5678입니다.", mode="keep") == ""


def test_it_comes_first_and_the_reason_quotes_nothing() -> None:
    checks = load_settings(None, ['checks.privacy.keywords=["Bluebird"]']).make_checks()
    assert checks[0].name == "privacy"
    made = example("Bluebird의 번호 010-1234-5678은?", "010-1234-5678입니다.", document(TEXT))
    (rejected,) = check_examples([made], checks, CONTEXT)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "personal_data"
    assert "1234" not in rejected.detail
    assert "Bluebird" not in rejected.detail


def test_its_settings_are_those_of_the_section() -> None:
    usual, phones = load_settings(), load_settings(None, ['privacy.except=["phone"]'])
    assert usual.make_checks()[0].fingerprint() != phones.make_checks()[0].fingerprint()
