"""Bytes become text in one place, whatever the encoding, and nothing lost passes in silence."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest

from corpus_to_ft.decode import clean_text, decode, recognize
from corpus_to_ft.errors import InputError

KOREAN = "데이터를 모으고 다듬는 일은 쉽지 않습니다. 그래도 우리는 매일 조금씩 나아지고 있습니다. Spring Boot 3.2도 씁니다.\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp949", "johab", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("text", [KOREAN, KOREAN * 30, "안녕하세요", "Hello 세계 12345678901234567890"])
def test_korean_survives_every_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), source="글.txt").text == text


def test_a_syllable_outside_the_old_table_survives_both_ways_of_writing_it() -> None:
    text = "똠방각하와 펲시콜라를 좋아하는 사람은 많지 않습니다."
    assert decode(text.encode("euc_kr"), source="글").text == text
    assert decode(text.encode("cp949"), source="글").text == text
    assert decode(text.encode("euc_kr") + " 뷁".encode("cp949"), source="글").text == text + " 뷁"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("가\r\n나\r다\u2028라\x0b마", "가\n나\n다\n라\n마"),
        (unicodedata.normalize("NFD", "한글"), "한글"),
        ("가\u200b나\ufeff다\x07\xad", "가나다"),
        ("가족 👨‍👩‍👧 👍🏽", "가족 👨‍👩‍👧 👍🏽"),
        ("숨은\U000e0041\U000e0042 말", "숨은 말"),
        ("홀로 \ud800 남은", "홀로  남은"),
        ("가\t나", "가\t나"),
        ("\uffbe\uffc2\uffa4\uffa1\uffda\uffa9: \uffa1\uffc2\uffb4\uffbc ㈜ＡＢ①ｱﾞ", "한글: 값ㅌ ㈜ＡＢ①ｱﾞ"),
        ("\uffbe\uffc2\uffa4\uffc2 \uffbb\uffbb \uffd7\uffdc\uffa0\uffa2\uffd4", "하나 ㅋㅋ ㅠㅣ꿔"),
        ("", ""),
    ],
)
def test_text_is_cleaned_without_losing_what_means_something(given: str, wanted: str) -> None:
    assert clean_text(given) == wanted


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "binary"),
        (b"PK\x03\x04" + bytes(50), "binary"),
        (b"%PDF-1.7 " + KOREAN.encode(), "binary"),
        (bytes(range(256)) * 8, "binary"),
        (KOREAN.encode() * 5 + KOREAN.encode("cp949") * 5, "damaged"),
        ((KOREAN * 20).encode().decode("cp949", "ignore").encode(), "damaged"),
        (("글자 \ufffd\ufffd\ufffd" * 40).encode(), "damaged"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, source="파일.txt")
    assert caught.value.reason == reason
    assert "파일.txt" in caught.value.detail


def test_few_bad_bytes_are_dropped_and_their_position_is_named() -> None:
    data = (KOREAN * 20).encode()
    border = len(KOREAN[:40].encode())
    found = decode(data[:border] + b"\xff" + data[border:], source="글.txt")
    assert "\ufffd" not in found.text
    assert "글.txt" in found.warnings[0]
    assert str(border) in found.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_two_damaged_syllables_cost_themselves_and_not_the_file(encoding: str) -> None:
    data = bytearray((KOREAN * 8).encode(encoding))
    for place in (100, 500):
        data[place : place + 2] = b"\xff\xff"
    found = decode(bytes(data), source="글.txt")
    assert found.encoding == encoding
    assert len(KOREAN * 8) - len(found.text) < 16
    assert "글.txt" in found.warnings[0]
    for place in range(0, len(data), 40):
        data[place : place + 2] = b"\xff\xff"
    with pytest.raises(InputError, match="damaged"):
        decode(bytes(data), source="글.txt")


def test_two_syllables_lost_before_are_left_out_with_their_places() -> None:
    text = KOREAN[:20] + "\ufffd" * 3 + KOREAN[20:] * 4 + "\ufffd" * 3 + KOREAN
    found = decode(text.encode(), source="글.txt")
    assert found.text == text.replace("\ufffd", "")
    assert "20" in found.warnings[0]


def test_damaged_korean_among_much_english_is_not_lost_to_utf_8() -> None:
    english = "The gateway keeps one connection for each of the servers behind it.\n" * 20
    data = bytearray((english + "가나 다라 마바사\n" + english).encode("cp949"))
    data[10] = 0xFF
    found = decode(bytes(data), source="글.txt")
    assert "다라 마바사" in found.text
    assert found.encoding == "cp949"


def test_a_character_cut_at_the_end_is_dropped_with_a_warning() -> None:
    for encoding in ("utf-8", "cp949", "utf-16"):
        found = decode((KOREAN.strip() + "끝").encode(encoding)[:-1], source="글.txt")
        assert found.text == KOREAN.strip()
        assert "incomplete" in found.warnings[0]


@pytest.mark.parametrize(("first", "second"), [("utf-8", "latin-1"), ("cp949", "latin-1")])
def test_a_text_encoded_twice_is_repaired_with_a_warning(first: str, second: str) -> None:
    found = decode((KOREAN * 3).encode(first).decode(second).encode(), source="글.txt")
    assert found.text == KOREAN * 3
    assert "repaired" in found.warnings[0]


def test_french_is_not_taken_for_damaged_korean() -> None:
    text = "Déjà vu à la fête, où l’été était très agréable.\n" * 5
    assert decode(text.encode(), source="f.txt").text == text
    assert not decode(text.encode(), source="f.txt").warnings


def test_the_real_legacy_files_decode_to_their_known_digest(shared_data: Path) -> None:
    folder = shared_data / "encodings/chardet-korean"
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        gold = json.loads(line)
        text = recognize((folder / gold["file"]).read_bytes(), source=gold["file"]).text
        assert hashlib.sha256(text.encode()).hexdigest() == gold["sha256_text"], gold["file"]


def test_transcoded_files_equal_their_gold_or_hold_no_replacement_character(shared_data: Path) -> None:
    folder = shared_data / "encodings/transcoded"
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        gold = json.loads(line)
        found = decode((folder / gold["file"]).read_bytes(), source=gold["file"])
        assert "\ufffd" not in found.text
        if gold["lossless"]:
            assert found.text == unicodedata.normalize("NFC", (folder / gold["gold"]).read_text()), gold["file"]


def test_pages_are_read_by_their_bytes_whatever_the_meta_says(shared_data: Path) -> None:
    folder = shared_data / "encodings/html-charset"
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        name = json.loads(line)["file"]
        wanted = "utf-8" if name.endswith("bytes-utf8.html") else "euc_kr"
        assert decode((folder / name).read_bytes(), source=name, html=True).encoding in (wanted, "cp949")


@pytest.mark.parametrize("text", ["가나다." * 30_000, "가 나다." * 30_000])
def test_one_bad_byte_in_a_long_text_costs_one_character_and_no_sound_one(text: str) -> None:
    damaged = bytearray(text.encode())
    damaged[4] = 0xFF
    assert len(text) - len(decode(bytes(damaged), source="긴 글.txt").text) == 1


def test_private_use_characters_are_what_they_stand_for_or_are_left_out_and_named() -> None:
    text = "\uf0a7 첫째 항목\n\uf0d8 둘째 항목\n셋째\uf0b7 항목\ue000과 \U000f02b1넷째\n"
    decoded = decode(text.encode(), source="글.txt")
    assert decoded.text == "• 첫째 항목\n• 둘째 항목\n셋째• 항목과 넷째\n"
    (warning,) = decoded.warnings
    assert "2 private-use characters" in warning
    assert "U+E000, U+F02B1" in warning
    assert decode(KOREAN.encode(), source="글.txt").warnings == ()


def test_old_hangul_in_the_hanyang_code_becomes_the_jamo_of_unicode() -> None:
    pytest.importorskip("hypua2jamo", reason="hypua2jamo is absent; it has no wheel for this Python")
    decoded = decode("\uf53a글은 나랏\ub9d0\uebd4미".encode(), source="글.txt")
    assert decoded.text == "\u1112\u119e\u11ab글은 나랏말\u110a\u119e미"
    assert decoded.warnings == ()
