"""Personal data is found in every form, what only looks like it stays, and labels read well."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personal_data import negatives, positives

from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import DEFAULT_KINDS, LABELS, PersonalKind
from corpus_to_ft.privacy.mask import mask_sentence, mask_text
from corpus_to_ft.privacy.settings import PrivacySettings

USUAL = PrivacySettings()
EVERYTHING = PrivacySettings(types=tuple(LABELS))
KIND_OF: dict[str, PersonalKind] = {
    "EMAIL_ADDRESS": "email", "KR_BRN": "business_number", "KR_DRIVER_LICENSE": "driver_license",
    "KR_FRN": "foreigner_number", "KR_PASSPORT": "passport", "KR_RRN": "resident_number", "phone": "phone",
}  # fmt: skip


def found(text: str, settings: PrivacySettings = USUAL) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_personal(text, settings)]


def masked(text: str, language: str = "ko", **settings: object) -> str:
    return mask_text(text, PrivacySettings.model_validate(settings), language).text


def test_the_made_set_is_found_and_nothing_beside_it() -> None:
    wanted, traps = positives(), negatives()
    assert len(wanted) >= 400
    assert len(traps) >= 400
    missed = [
        (kind, text)
        for kind, text, value in wanted
        if not any(
            one.kind == kind and one.start <= text.index(value) and text.index(value) + len(value) <= one.end
            for one in find_personal(text, USUAL)
        )
    ]
    wrong = [(text, found(text)) for text in traps if found(text)]
    hits = len(wanted) - len(missed)
    assert hits / len(wanted) >= 0.98, missed
    assert hits / (hits + len(wrong)) >= 0.95, wrong


@pytest.mark.parametrize(
    "number",
    [
        "010ㅡ1234ㅡ5678", "010 ㅡ 1234 ㅡ 5678", "010─1234─5678", "공1공-1234-5678", "0일0 1234 5678", "영1영 1234-5678",
        "O1O-1234-5678", "o1o.1234.5678", "0 1 0 - 1 2 3 4 - 5 6 7 8", "0 1 0 1 2 3 4 5 6 7 8", "공1공 일이삼사 오육칠팔",
    ],
)  # fmt: skip
def test_a_number_that_was_written_to_be_read_by_people_only_is_found(number: str) -> None:
    assert masked(f"연락처: {number} 입니다.") == "연락처: [전화번호] 입니다."
    assert masked(masked(f"연락처: {number} 입니다.")) == "연락처: [전화번호] 입니다."


@pytest.mark.parametrize(
    "text",
    [
        "행렬의 첫 줄은 0 1 0 2 3 4 0 1 0 0 5이다.", "벡터 0 1 0 0 0 0 1 0 0 0 1을 만든다.", "ㅡ와 ㅣ는 홀소리이고 2024ㅡ2025년에 배웠다.",
        "모델 O1O-12와 O1-1234-5678은 다르다.", "공1공과 2공", "0 1 2 3 4 5 6 7 8 9 10",
    ],
)  # fmt: skip
def test_what_only_looks_like_such_a_number_stays(text: str) -> None:
    assert masked(text) == text


def test_what_is_masked_holds_nothing_more_to_mask() -> None:
    for _, text, value in positives():
        after = masked(text)
        assert value not in after
        assert find_personal(after, EVERYTHING) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("010-1234-5678로 전화", "[전화번호]로 전화"),
        ("010-1234-5670으로 전화", "[전화번호]로 전화"),
        ("hong@company.co.kr로 보내면", "[이메일]로 보내면"),
        ("hong@company.co.kr는 휴면이다", "[이메일]은 휴면이다"),
        ("01012345673이 맞다", "[전화번호]가 맞다"),
        ("900101-1234567을 적고", "[주민등록번호]를 적고"),
        ("(a.b@c.co.kr)", "([이메일])"),
        ("010-1234-5678이다", "[전화번호]이다"),
    ],
)
def test_the_particle_behind_a_label_is_right(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_an_english_text_gets_english_labels() -> None:
    assert masked("Mail hong@company.co.kr or call +1 415 555 0132.", "en") == "Mail [EMAIL] or call [PHONE]."


def test_kinds_can_be_chosen_left_out_and_values_allowed() -> None:
    text = "help@leaf.io, hong@leaf.io, 010-1234-5678"
    assert masked(text, types=["phone"]) == "help@leaf.io, hong@leaf.io, [전화번호]"
    assert masked(text, **{"except": ["phone"]}) == "[이메일], [이메일], 010-1234-5678"
    assert masked(text, allow=["HELP@leaf.io", "010 1234 5678"]) == "help@leaf.io, [이메일], 010-1234-5678"
    assert masked(text, allow=["@leaf.io"]) == "help@leaf.io, hong@leaf.io, [전화번호]"


def test_names_are_found_only_when_they_are_asked_for() -> None:
    text = "김서연 님과 박도윤 대표, 고객님과 선생님, 회원님께 알립니다. 이민호 기자."
    assert found(text) == []
    names = PrivacySettings(names=True)
    assert [name for _, name in found(text, names)] == ["김서연", "박도윤", "이민호"]
    assert masked("김서연 님이", names=True) == "[이름] 님이"


def test_what_is_optional_is_found_when_it_is_named() -> None:
    text = "차량 번호 12가 3456, 서버 192.168.0.1, 대표번호 1588-1234"
    assert found(text) == []
    kinds = PrivacySettings(types=("vehicle_plate", "ip_address", "service_phone"))
    assert [kind for kind, _ in found(text, kinds)] == ["vehicle_plate", "ip_address", "service_phone"]


def test_a_private_key_is_one_find() -> None:
    body = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" for _ in range(20))
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    assert masked(f"앞\n{key}\n뒤") == "앞\n[인증정보]\n뒤"
    assert "MIIE" not in masked(f"앞\n{key[:400]}")


def test_a_sentence_quotes_nothing_and_is_still_korean() -> None:
    said = Sentence("{source}: holds no text", source="hong@leaf.io.md")
    hidden = mask_sentence(said, USUAL)
    assert (hidden.template, str(hidden)) == (said.template, "[이메일].md: holds no text")
    assert mask_sentence(said, PrivacySettings(mode="keep")) is said


UNITS = (
    "0", "1", "010-", "010-1234-", "900101-1", "a@", "a@a.", "-", "1 ", "1\n", "12\n", "+1 415 ", "시 가로1", "서울 강남구 ",
    "공일공 ", "eyJaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "Aa1", "password=", "password: a1", "://a:", "김철수 대표 ",
    "M123A4567", "０１０", "\u200b1", "a at b dot ", "a(at)b.", "1:", "12가3456", "a" * 63 + ".", "구", "(02) ",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_makes_the_finder_slow(unit: str) -> None:
    text = (unit * 1_000_000)[:1_000_000]
    begun = time.process_time()
    find_personal(text, EVERYTHING)
    assert time.process_time() - begun < 6  # a runaway pattern takes minutes


@given(
    st.lists(
        st.sampled_from([text for _, text, _ in positives()[:53]] + negatives()[:53] + ["\u200b", "é", "。", "\n"])
    )
)
def test_offsets_are_right_and_masking_twice_is_masking_once(texts: list[str]) -> None:
    text = " ".join(texts)
    once = mask_text(text, USUAL, "ko")
    ends = [0, *(place for one in once.found for place in (one.start, one.end)), len(text)]
    assert ends == sorted(ends)
    assert mask_text(once.text, USUAL, "ko").text == once.text
    for at in range(0, len(text), 7):
        if not any(one.start <= at < one.end + 4 for one in once.found):
            span = once.span(at, at + 1)
            assert span.of(once.text) == text[at]


def test_published_cases_are_all_found(shared_data: Path) -> None:
    lines = (shared_data / "pii/presidio/cases.jsonl").read_text(encoding="utf-8").splitlines()
    counts: Counter[tuple[str, str]] = Counter()
    for case in map(json.loads, lines):
        if kind := KIND_OF.get(case["entity"]):
            got = {(one.start, one.end) for one in find_personal(case["text"], USUAL) if one.kind == kind}
            wanted = {tuple(span) for span in case["spans"]}
            counts += Counter({(kind, "hit"): len(got & wanted), (kind, "miss"): len(wanted - got)})
            counts[kind, "wrong"] += len(got - wanted)
    assert sum(count for (_, what), count in counts.items() if what == "miss") == 0
    # A telephone number whose groups another library would split otherwise.
    assert {kind: count for (kind, what), count in counts.items() if what == "wrong" and count} == {"phone": 1}


def test_real_addresses_in_blogs_are_found_and_technical_writing_stays(shared_data: Path) -> None:
    lines = (shared_data / "pii/real-in-blogs/candidates.jsonl").read_text(encoding="utf-8").splitlines()
    known: dict[str, list[tuple[int, int]]] = {}
    for one in map(json.loads, lines):
        known.setdefault(one["file"], []).append((one["start"], one["end"]))
    others = []
    for path in sorted((shared_data / "blogs").glob("*/md/**/*.md")):
        text = path.read_bytes().decode("utf-8")
        places = known.pop(str(path.relative_to(shared_data)), [])
        finds = find_personal(text, USUAL)
        assert all(any(f.start <= start and end <= f.end for f in finds) for start, end in places), path
        rest = [f for f in finds if not any(f.start < end and start < f.end for start, end in places)]
        others += [(f.kind, text[f.start : f.end]) for f in rest]
    assert not known
    # Both are real: an address that the list lacks, and a Spanish mobile number.
    assert others == [("email", "woongki@dable.io"), ("phone", "+34 649 801 593")]


def test_every_kind_has_labels_that_are_told_apart() -> None:
    labels = [label for pair in LABELS.values() for label in pair]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"\[[^\]\d@]+\]", label) for label in labels)
    assert set(LABELS) > DEFAULT_KINDS
