"""What is wrong with a file as a whole: bytes, line ends, JSON, size, repeated questions."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.targets import load_target
from corpus_to_ft.validate import lines as reading
from corpus_to_ft.validate import repeats
from corpus_to_ft.validate.base import Finding, Said
from corpus_to_ft.validate.repeats import Seen
from corpus_to_ft.validate.stage import validate_file
from corpus_to_ft.validate.tally import Tally

CHAT = load_target("openai-chat")
AZURE = load_target("azure-chat")


def line(at: int, answer: str = "") -> bytes:
    asked = {"role": "user", "content": f"{at}번 상품은 언제 오나요?"}
    answered = {"role": "assistant", "content": answer or f"{at}번은 내일 옵니다."}
    return json.dumps({"messages": [asked, answered]}, ensure_ascii=False).encode()


GOOD = [line(at) for at in range(12)]


def checked(path: Path, content: bytes, **more: Tally) -> list[Finding]:
    path.write_bytes(content)
    return list(validate_file(path, CHAT, **more))


def codes(found: list[Finding]) -> set[tuple[int, str, str]]:
    return {(each.line, each.code, each.level) for each in found}


def placed(broken: bytes, at: int = 3) -> bytes:
    return b"\n".join([*GOOD[:at], broken, *GOOD[at:]]) + b"\n"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("한글".encode("cp949"), "not_utf8"),
        (b"\xff{}", "not_utf8"),
        (b"", "blank_line"),
        (b"  \t", "blank_line"),
        (b'{"messages": ', "not_json"),
        (b"{'messages': []}", "not_json"),
        (b'{"messages": [], "messages": []}', "duplicate_key"),
        (b'{"messages": [{"role": "user", "role": "user"}]}', "duplicate_key"),
        (b'{"messages": NaN}', "not_finite"),
        (b'{"messages": -Infinity}', "not_finite"),
        (b'{"messages": 1e999}', "not_finite"),
        (b'{"messages": ' + b"9" * 5000 + b"}", "number_too_long"),
        (b'{"messages":' + b"[" * 100 + b"]" * 100 + b"}", "too_deep"),
        (b"[" * 200_000, "too_deep"),
        (b'{"a":' * 200_000, "too_deep"),
        (b"3", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"messages"', "not_an_object"),
        (b'{"text\x00": 1}', "zero_byte"),
        (b'{"messages": "a\tb"}', "not_json"),
        (line(70, "반쪽 \ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "ignore") + "x").replace(b"x", b"\\ud83d"), "lone_surrogate"),
    ],
)  # fmt: skip
def test_a_broken_line_is_found_at_its_number(broken: bytes, code: str, tmp_path: Path) -> None:
    found = checked(tmp_path / "a.jsonl", placed(broken))
    assert codes(found) == {(4, code, "error")}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("깨진 \ufffd 글자", "replacement_character"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "decomposed_hangul"),
        ("울림\x07소리", "control_character"),
        ("줄\u2028나눔", "line_separator"),
        ("[INST] 물음 [/INST]", "template_mark"),
        ("전화는 010-2345-6789로 주세요.", "personal_data"),
    ],
)
def test_doubtful_contents_are_warned_of(answer: str, code: str, tmp_path: Path) -> None:
    assert codes(checked(tmp_path / "a.jsonl", placed(line(70, answer)))) == {(4, code, "warning")}


def test_personal_data_is_told_without_being_repeated(tmp_path: Path) -> None:
    (found,) = checked(tmp_path / "a.jsonl", placed(line(70, "010-2345-6789로 주세요.")))
    assert "2345" not in found.message


def test_the_mark_of_byte_order_is_a_matter_of_the_target(tmp_path: Path) -> None:
    path, content = tmp_path / "a.jsonl", b"\n".join(GOOD) + b"\n"
    assert codes(checked(path, b"\xef\xbb\xbf" + content)) == {(1, "byte_order_mark", "error")}
    assert list(validate_file(path, AZURE)) == []
    assert codes(checked(path, content)) == set()
    assert codes(list(validate_file(path, AZURE))) == {(1, "byte_order_mark_missing", "error")}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[\n" + b",\n".join(GOOD) + b"\n]\n", "json_array"),
        (b"[" + b",".join(GOOD) + b"]", "json_array"),
        (json.dumps(json.loads(GOOD[0]), indent=2).encode(), "json_over_lines"),
        ("\ufeff{}".encode("utf-16-le"), "not_utf8"),
    ],
)
def test_what_is_no_jsonl_is_told_once(content: bytes, code: str, tmp_path: Path) -> None:
    assert (1, code, "error") in codes(checked(tmp_path / "a.jsonl", content))
    assert sum(found.code != "no_lines" for found in checked(tmp_path / "a.jsonl", content)) == 1


def test_windows_line_ends_and_a_missing_last_one_are_warned_of(tmp_path: Path) -> None:
    found = codes(checked(tmp_path / "a.jsonl", b"\r\n".join(GOOD)))
    assert found == {(1, "carriage_return", "warning"), (0, "no_final_line_end", "warning")}


def test_the_number_of_lines_and_the_size_have_bounds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert codes(checked(path, GOOD[0] + b"\n")) == {(0, "too_few_lines", "error")}
    assert codes(checked(path, b"")) == {(0, "no_lines", "error")}
    path.write_bytes(b"\n".join([*GOOD, line(20, "가" * 400_000)]) + b"\n")
    small = replace(CHAT, max_file_mb=1, max_examples=12, max_tokens=10**6)
    assert {"file_too_large", "too_many_lines"} == {each.code for each in validate_file(path, small)}


def test_a_line_nobody_can_hold_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "MOST_LINE_BYTES", 1000)
    assert codes(checked(tmp_path / "a.jsonl", placed(b"x" * 4500))) == {(4, "line_too_long", "error")}


@pytest.mark.parametrize("content", [placed(b"x" * 4500), b'[{"a": 1},\n' + b"\n".join(GOOD), gzip.compress(GOOD[0])])
def test_size_and_digest_are_of_the_whole_file_whatever_could_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    monkeypatch.setattr(reading, "MOST_LINE_BYTES", 1000)
    counts = Tally()
    found = checked(tmp_path / "a.jsonl", content, tally=counts)
    assert (counts.size_bytes, counts.sha256) == (len(content), sha256(content).hexdigest())
    assert [each.level for each in found] == ["error"]
    assert counts.lines == (13 if b"xx" in content else 0)


def test_a_packed_file_is_told_as_such(tmp_path: Path) -> None:
    (found,) = checked(tmp_path / "a.jsonl.gz", gzip.compress(b"\n".join(GOOD)))
    assert (found.code, "unpack" in found.message) == ("not_utf8", True)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("\ufeff{}".encode(), {(1, "byte_order_mark", "error")}),
        ("{}".encode("cp949"), {(2, "not_utf8", "error")}),
        (b"", {(0, "no_lines", "error")}),
        (b"\n{}", {(1, "blank_line", "error")}),
    ],
)
def test_a_table_that_cannot_be_read_is_told_once_and_never_called_empty(
    tmp_path: Path, content: bytes, wanted: set[tuple[int, str, str]]
) -> None:
    table = "C_ID,T_ID,Text,Completion\n" + "".join(
        f"{at},0,{at}번은 언제 오나요?,{at}일에 옵니다.\n" for at in range(120)
    )
    path = tmp_path / "a.csv"
    path.write_bytes(content.replace(b"{}", table.encode("cp949" if b"\xef" not in content else "utf-8")))
    found = list(validate_file(path, load_target("clova")))
    assert {(each.line, each.code, each.level) for each in found if each.level == "error"} == wanted
    assert len([each for each in found if each.level == "error"]) == 1


def test_repeated_lines_and_questions_are_told_with_both_numbers(tmp_path: Path) -> None:
    lines = [*GOOD, GOOD[2], line(5, "5번은 모레 옵니다."), GOOD[2]]
    found = checked(tmp_path / "a.jsonl", b"\n".join(lines) + b"\n")
    assert [(each.line, each.code) for each in found] == [
        (13, "duplicate_line"), (14, "other_answer"), (15, "duplicate_line"),
    ]  # fmt: skip
    assert "line 3" in found[0].message
    assert "line 6" in found[1].message


def test_a_question_of_the_training_file_is_found_in_the_validation_file(tmp_path: Path) -> None:
    training, validation = Tally(), Tally()
    assert checked(tmp_path / "train.jsonl", b"\n".join(GOOD) + b"\n", tally=training) == []
    found = checked(
        tmp_path / "v.jsonl", line(99) + b"\n" + line(7, "다른 답") + b"\n", training=training, tally=validation
    )
    assert [(each.line, each.code) for each in found] == [(2, "question_in_training")]
    assert "line 8" in found[0].message
    assert validation.lines == 2


@pytest.mark.parametrize("may_differ", [True, False])
def test_what_repeats_is_the_same_in_memory_and_on_the_disk(monkeypatch: pytest.MonkeyPatch, may_differ: bool) -> None:
    drawn = random.Random(5)
    said = [
        Said(question=f"{drawn.randrange(900)}번은?", answer=str(drawn.randrange(3)), texts=()) for _ in range(2000)
    ]

    def found() -> tuple[list[Finding], list[Finding]]:
        training, validation = Seen(), Seen()
        training.may_differ = may_differ
        for number, each in enumerate(said, 1):
            (training if number <= 1500 else validation).add(number, each)
        return list(training.findings()), list(validation.found_in(training))

    held = found()
    assert len(held[0]) > 300
    assert len(held[1]) > 300
    monkeypatch.setattr(repeats, "BLOCK", 64)
    monkeypatch.setattr(repeats, "PART", 100)
    assert found() == held


def test_what_local_trainers_cut_unsaid_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*GOOD, line(99, "길게 " * 600)]) + b"\n")
    told = [each.message for each in validate_file(path, load_target("local-chat")) if each.code == "trainer_default"]
    assert any("Axolotl drops 1 lines" in message and "512" in message for message in told)
    assert any("TRL cuts 1 lines" in message and "1024" in message for message in told)


def test_a_table_of_clova_is_read_by_its_columns(tmp_path: Path) -> None:
    path, clova = tmp_path / "a.csv", load_target("clova")
    head = "System_Prompt,C_ID,T_ID,Text,Completion\r\n"
    rows = [f'답하세요.,{at},0,"{at}번,\n질문",{at}번 답\r\n' for at in range(100)]
    path.write_text(head + "".join(rows), encoding="utf-8", newline="")
    assert list(validate_file(path, clova)) == []
    rows[1] = "답하세요.,1,0,질문,답,남음\r\n"
    rows[3] = '다른 말,2,3,"질문",답\r\n'
    path.write_text(head + "".join(rows), encoding="utf-8", newline="")
    found = codes(list(validate_file(path, clova)))
    # The first line is the names of columns, and the first question goes over two lines.
    assert (4, "cell_count", "error") in found
    assert (7, "turn_number", "error") in found
    path.write_bytes((head + "".join(rows)).encode("cp949"))
    assert "not_utf8" in {each.code for each in validate_file(path, clova)}


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    counts = (1_000, 8_000)
    paths = [tmp_path / f"{count}.jsonl" for count in counts]
    for path, count in zip(paths, counts, strict=True):
        path.write_bytes(b"\n".join(line(at) for at in range(count)) + b"\n")
    # Threads that other tests have left behind would be measured as well.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        few, many = alone.map(_peak_bytes, paths)
    # What is remembered of each line, and the arrays in which they are sorted, is below 200 bytes.
    assert many - few < 7_000 * 200


def _peak_bytes(path: Path) -> int:
    list(validate_file(path, CHAT))
    tracemalloc.start()
    assert list(validate_file(path, CHAT)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_file_that_is_not_there_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        list(validate_file(tmp_path / "nothing.jsonl", CHAT))


def test_no_json_of_others_crashes_it(shared_data: Path, tmp_path: Path) -> None:
    for path in sorted((shared_data / "faults" / "json").rglob("*.json")):
        one_line = path.read_bytes().replace(b"\n", b" ").replace(b"\r", b" ")
        found = checked(tmp_path / "a.jsonl", placed(one_line))
        if path.name.startswith("n_"):
            assert any(each.line == 4 and each.level == "error" for each in found), path.name
