"""What the classic preparation tool got wrong, case by case, is right here."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.tokens import count_tokens
from tests.prepare.preparing import FRUITS, prepared, questions, read_lines, write_jsonl

SEPARATOR = " ->"


@pytest.mark.parametrize("ends", ["요?", "무엇인가요?", "?", "다.", "…"])
def test_k1_a_sentence_ending_is_no_separator(tmp_path: Path, ends: str) -> None:
    lines = [{**line, "prompt": line["prompt"].rstrip("?") + ends} for line in questions(20)]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert all(line["prompt"].endswith(ends + SEPARATOR) for line in made.lines)
    assert made.outcome.asking["separator"] == SEPARATOR


def test_k2_a_stop_is_found_in_no_label(tmp_path: Path) -> None:
    lines = [
        {"prompt": f"{line['prompt']} 후기", "completion": ("긍정", "부정")[place % 2]}
        for place, line in enumerate(questions(24))
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    (stop,) = made.outcome.asking["stop"]
    assert {line["completion"].removesuffix(stop).strip() for line in made.lines} == {"긍정", "부정"}
    assert all(line["completion"].index(stop) == len(line["completion"]) - len(stop) for line in made.lines)


def test_k2_a_common_closing_phrase_is_no_stop(tmp_path: Path) -> None:
    lines = [{**line, "completion": f"{line['completion']} 1588번을 참고하세요"} for line in questions(20)]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert made.outcome.asking["stop"] == ["\n"]


def test_k3_length_is_counted_in_tokens_of_the_target(tmp_path: Path) -> None:
    long = "가을 하늘은 높고 들에는 벼가 익어 갑니다. " * 60
    assert len(long) < 10_000
    lines = [*questions(12), {"prompt": long, "completion": "가을"}]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert made.outcome.rejected == {"too_long": 1}
    assert len(made.lines) == 12
    for line in made.lines:
        assert sum(count_tokens(line[key], "r50k_base") for key in line) <= 2049


@pytest.mark.parametrize("before", [0, 3])
@pytest.mark.parametrize("wrong", ["duplicate", "empty"])
def test_k4_k5_the_right_row_falls_out(tmp_path: Path, before: int, wrong: str) -> None:
    """The classic tool dropped a neighbour and kept the long row, or stopped with a KeyError."""
    good = questions(16)
    bad = dict(good[0]) if wrong == "duplicate" else {"prompt": "빈 답은요?", "completion": ""}
    long = {"prompt": "길고 긴 이야기. " * 900, "completion": "이야기"}
    lines = [*good[:10], bad, *good[10 : 10 + before], long, *good[10 + before :]]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out")
    assert [line["prompt"].removesuffix(SEPARATOR) for line in made.lines if "길고" in line["prompt"]] == []
    assert sorted(line["prompt"].removesuffix(SEPARATOR) for line in made.lines) == sorted(
        line["prompt"] for line in good
    )
    assert [each["line"] for each in read_lines(tmp_path / "out" / "rejected.jsonl")] == [11, 12 + before]


def test_k6_korean_with_acronyms_keeps_its_capitals(tmp_path: Path) -> None:
    lines = [
        {"prompt": f"AWS API GPT {line['prompt']}", "completion": f"AWS {line['completion']}"} for line in questions(20)
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert all(
        line["prompt"].startswith("AWS API GPT") and line["completion"].startswith(" AWS") for line in made.lines
    )
    assert not {remedy.code for remedy in made.outcome.remedies} & {"lower_prompts", "lower_completions"}


def test_k6_shouting_is_only_proposed(tmp_path: Path) -> None:
    lines = [{"prompt": f"WHAT IS PAGE {n}", "completion": f"THE STORY NUMBER {n} OF THE BOOK"} for n in range(20)]
    path = write_jsonl(tmp_path / "a.jsonl", lines)
    made = prepared(path)
    assert made.remedies(applied=False) >= {"lower_prompts", "lower_completions"}
    assert made.lines[0]["completion"].startswith(" THE STORY")
    chosen = prepared(path, apply=["lower_completions"])
    assert chosen.lines[0]["completion"].startswith(" the story")
    assert chosen.lines[0]["prompt"].startswith("WHAT IS")


def test_k7_a_label_that_begins_another_stays_whole(tmp_path: Path) -> None:
    labels = ("긍정적인 후기", "긍정적인 후기 아님")
    lines = [{"prompt": line["prompt"], "completion": labels[place % 2]} for place, line in enumerate(questions(24))]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), apply=["strip_completion_prefix"])
    assert {line["completion"].strip() for line in made.lines} == set(labels)
    assert not any(remedy.code == "strip_completion_prefix" for remedy in made.outcome.remedies)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig", "utf-16", "utf-8"])
def test_k8_korean_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    rows = questions(30)
    text = "prompt,completion\r\n" + "".join(f'"{row["prompt"]}","{row["completion"]}"\r\n' for row in rows)
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    made = prepared(tmp_path / "a.csv")
    assert [line["prompt"] for line in made.lines] == [row["prompt"] + SEPARATOR for row in rows]


def test_k9_lines_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", questions(12))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    made = prepared(path)
    assert len(made.lines) == 12
    assert not made.outcome.files[0].path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_k10_a_single_row_is_read_and_told_to_be_too_few(tmp_path: Path) -> None:
    made = prepared(write_jsonl(tmp_path / "a.jsonl", questions(1)))
    assert "too_few" in made.codes("error")
    assert len(made.lines) == 1


def test_k11_the_locale_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "\n".join(f"{fruit}가 익는 마을 이야기입니다." for fruit in FRUITS), encoding="utf-8"
    )
    done = _run(["a.txt", "--yes"], tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
    lines = read_lines(tmp_path / "a_prepared.jsonl")
    assert lines[0] == {"prompt": "", "completion": " 사과가 익는 마을 이야기입니다."}


@pytest.mark.parametrize("cell", ["None", "NA", "null", "N/A", "nan", "NaN", "#N/A"])
def test_k12_cells_are_text(tmp_path: Path, cell: str) -> None:
    rows = "".join(f"{line['prompt']},{(cell, '있음')[place % 2]}\n" for place, line in enumerate(questions(24)))
    (tmp_path / "a.csv").write_text("prompt,completion\n" + rows, encoding="utf-8")
    made = prepared(tmp_path / "a.csv")
    assert len(made.lines) == 24
    assert sum(cell in line["completion"] for line in made.lines) == 12


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"prompt": "답이 없으면?", "completion": None}, "missing"),
        ({"prompt": "답이 없으면?"}, "missing"),
        ({"prompt": None, "completion": "물음이 없습니다."}, "missing"),
        ({"prompt": "목록이면?", "completion": ["가", "나"]}, "not_text"),
        ({"prompt": "객체면?", "completion": {"가": 1}}, "not_text"),
        ({"prompt": "빈칸이면?", "completion": " \t\n"}, "completion_empty"),
        ({"prompt": " ", "completion": "물음이 비었습니다."}, "empty_prompt"),
    ],
)
def test_k13_k14_k15_k16_what_is_no_text_falls_out_with_its_reason(
    tmp_path: Path, bad: dict[str, object], reason: str
) -> None:
    lines: list[object] = [*questions(12), bad]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out")
    assert made.outcome.rejected == {reason: 1}
    assert [each["line"] for each in read_lines(tmp_path / "out" / "rejected.jsonl")] == [13]
    assert len(made.lines) == 12


def test_k16_a_file_without_any_prompt_is_one_of_texts(tmp_path: Path) -> None:
    lines = [{"prompt": "", "completion": f"{fruit}나무를 심는 이야기입니다."} for fruit in FRUITS]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert made.outcome.task == "open"
    assert {line["prompt"] for line in made.lines} == {""}


def test_k17_conversations_are_known(tmp_path: Path) -> None:
    lines = [
        {
            "messages": [
                {"role": "user", "content": line["prompt"]},
                {"role": "assistant", "content": line["completion"]},
            ]
        }
        for line in questions(12)
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out")
    assert (made.outcome.shape, made.outcome.target.name) == ("chat", "openai-chat")
    assert [*made.file("train"), *made.file("validation")] != []
    assert all(line in lines for line in made.lines)


def test_k18_other_columns_are_kept_aside_and_nothing_false_is_said(tmp_path: Path) -> None:
    lines = [{**line, "url": f"https://example.com/{place}", "점수": place} for place, line in enumerate(questions(12))]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out")
    assert all(line.keys() == {"prompt", "completion"} for line in made.lines)
    kept = read_lines(tmp_path / "out" / "provenance.jsonl")
    assert {each["columns"]["점수"] for each in kept} == {str(place) for place in range(12)}
    assert {each["source"] for each in kept} == {f"https://example.com/{place}" for place in range(12)}
    assert not any("name" in str(finding.message) for finding in made.outcome.findings)


@pytest.mark.parametrize("prefix", ["안녕하세요 고객님, ", "GPT 요금은 "])
def test_k19_a_common_greeting_stays_unless_somebody_wants_it_gone(tmp_path: Path, prefix: str) -> None:
    lines = [{**line, "completion": prefix + line["completion"]} for line in questions(20)]
    path = write_jsonl(tmp_path / "a.jsonl", lines)
    made = prepared(path)
    assert all(line["completion"].startswith(f" {prefix}") for line in made.lines)
    (proposal,) = [remedy for remedy in made.outcome.remedies if remedy.code == "strip_completion_prefix"]
    assert not proposal.applied
    assert len(proposal.examples) == 3
    chosen = prepared(path, apply=["strip_completion_prefix"])
    assert [line["completion"].strip() for line in chosen.lines] == [line["completion"] for line in questions(20)]


def test_k20_the_only_line_of_a_class_is_learnt(tmp_path: Path) -> None:
    lines = [{"prompt": f"{place}번째 손님의 후기", "completion": ("긍정", "부정")[place % 2]} for place in range(55)]
    lines.append({"prompt": "하나뿐인 후기입니다", "completion": "중립"})
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    train, validation = ([line["completion"].strip() for line in made.file(split)] for split in ("train", "validation"))
    assert train.count("중립") == 1
    assert {validation.count("긍정"), validation.count("부정")} <= {5, 6}
    assert (len(train), len(validation)) == (56 - len(validation), len(validation))
    assert "small_class" in made.codes("warning")


def test_k21_conflicts_are_listed_and_like_questions_and_sources_stay_together(tmp_path: Path) -> None:
    lines = [{**line, "source": f"문서 {place // 4}"} for place, line in enumerate(questions(60))]
    lines += [
        {"prompt": "환불은 며칠 안에 되나요?", "completion": "이레 안에 됩니다.", "source": "규정"},
        {"prompt": "환불은 며칠 안에 되나요?", "completion": "열흘 안에 됩니다.", "source": "안내"},
        {"prompt": "환불은 며칠 안에 되는 건가요?", "completion": "이레 안이면 됩니다.", "source": "게시판"},
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out", target="openai-chat")
    assert {"conflict", "near_duplicate"} <= made.codes()
    (conflict,) = [each for each in made.outcome.findings if each.code == "conflict"]
    assert "61, 62" in conflict.message
    sides: dict[str, set[str]] = {}
    for each in read_lines(tmp_path / "out" / "provenance.jsonl"):
        group = "환불" if each["row"] > 60 else each["source"]
        sides.setdefault(group, set()).add(each["file"])
    assert all(len(files) == 1 for files in sides.values())
    assert {name for files in sides.values() for name in files} == {"train.jsonl", "validation.jsonl"}


@pytest.mark.parametrize("word", ["n", "no", "N", "NO", "아니오", "ㄴ"])
def test_k22_k24_every_no_is_a_no_and_has_its_own_exit_code(tmp_path: Path, word: str) -> None:
    write_jsonl(tmp_path / "a.jsonl", questions(12))
    code, told = _at_a_terminal(["a.jsonl"], tmp_path, "y\ny\n" + f"{word}\n")
    assert code == 5, told
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["a.jsonl"]


def test_k24_a_refused_separator_is_not_put_there(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", questions(12))
    code, told = _at_a_terminal(["a.jsonl"], tmp_path, "아니오\n네\nㅛ\n")
    assert code == 0, told
    assert read_lines(tmp_path / "a_prepared.jsonl")[0]["prompt"] == questions(1)[0]["prompt"]
    assert read_lines(tmp_path / "a_prepared.jsonl")[0]["completion"].endswith("\n")


def test_k25_prepared_lines_in_an_array_become_lines(tmp_path: Path) -> None:
    lines = [{"prompt": line["prompt"] + SEPARATOR, "completion": f" {line['completion']}\n"} for line in questions(12)]
    (tmp_path / "a.json").write_text(json.dumps(lines, ensure_ascii=False, indent=1), encoding="utf-8")
    made = prepared(tmp_path / "a.json")
    assert made.lines == lines
    assert made.outcome.files[0].path.name == "a_prepared.jsonl"


@pytest.mark.parametrize("newline", [True, False])
def test_k26_preparing_again_changes_nothing(tmp_path: Path, newline: bool) -> None:
    """With line ends inside, the ending is ` END`, which the classic tool took for shouting."""
    lines = [
        {**line, "completion": line["completion"] + ("\n둘째 줄입니다." if newline else "")} for line in questions(20)
    ]
    first = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    again = prepared(first.outcome.files[0].path)
    assert again.outcome.unchanged
    assert not again.outcome.files
    folder = prepared(first.outcome.files[0].path, out=tmp_path / "out")
    assert sorted(map(str, folder.lines)) == sorted(map(str, first.lines))


def test_nothing_can_be_made_of_other_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("이름,나이\n가,1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="이름"):
        prepared(tmp_path / "a.csv")


def _run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpus_to_ft", "prepare", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment}, capture_output=True,
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip


def _at_a_terminal(arguments: list[str], folder: Path, typed: str) -> tuple[int, str]:
    """Somebody types; answers wait in the terminal until they are asked for."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    done = subprocess.run(
        [sys.executable, "-m", "corpus_to_ft", "prepare", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, stdin=theirs, capture_output=True,
        encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    return done.returncode, done.stdout + done.stderr
