"""What somebody who was burnt by other tools tries first: nothing of theirs may be lost without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.targets import load_target
from corpus_to_ft.validate.stage import validate_file
from tests.prepare.preparing import prepared, questions, read_lines, write_jsonl

TALKS: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": asked["prompt"]}, {"role": "assistant", "content": f"{n}번 답입니다."}]}
    for n, asked in enumerate(questions(30))
]


@pytest.mark.parametrize("name", ["train.jsonl", "validation.jsonl", "rejected.jsonl", "provenance.jsonl"])
def test_the_file_that_is_prepared_is_never_overwritten(tmp_path: Path, name: str) -> None:
    path = write_jsonl(tmp_path / name, questions(30))
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="another folder"):
        prepared(path, out=tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert path.read_bytes() == before


def test_the_result_of_another_file_is_not_overwritten_and_that_of_the_same_is(tmp_path: Path) -> None:
    first = write_jsonl(tmp_path / "a.jsonl", questions(30))
    out = tmp_path / "out"
    assert "replaces" not in prepared(first, out=out).codes()
    before = {each.name: each.read_bytes() for each in out.iterdir()}
    with pytest.raises(ConfigError, match=r"b\.jsonl"):
        prepared(write_jsonl(tmp_path / "b.jsonl", questions(20)), out=out)
    assert {each.name: each.read_bytes() for each in out.iterdir()} == before
    # The manifest still has its temporary name where its own replacement was broken off.
    (out / "manifest.json").rename(out / ".manifest.json.part")
    assert "replaces" in prepared(first, out=out).codes("note")
    assert {each.name: each.read_bytes() for each in out.iterdir()} == before


@pytest.mark.parametrize("name", ["train.jsonl", "run.sqlite"])
def test_what_a_run_or_a_person_put_into_the_folder_is_not_touched(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("{}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=name):
        prepared(write_jsonl(tmp_path / "a.jsonl", questions(30)), out=out)
    assert [each.name for each in out.iterdir()] == [name]


def test_a_file_is_no_folder_for_the_result(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", questions(30))
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="is a file"):
        prepared(path, out=tmp_path / "out")


LINES = [json.dumps(each, ensure_ascii=False) for each in TALKS]
ODD = {
    "array": json.dumps(TALKS, ensure_ascii=False),
    "array in each line": "".join(f"[{line}]\n" for line in LINES),
    "over lines": "".join(json.dumps(each, indent=1) + "\n" for each in TALKS),
    "commas": ",\n".join(LINES) + ",\n",
    "no last line end": "\n".join(LINES),
    "one windows line end at the end of many": "\n".join([*LINES * 300, LINES[0]]) + "\r\n",
    "blank lines": "\n\n".join(LINES) + "\n",
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_only_a_file_in_which_nothing_is_found_is_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(ODD[kind], encoding="utf-8", newline="")
    made = prepared(path, target="openai-chat")
    assert not made.outcome.unchanged
    assert len(made.lines) == len(TALKS)
    for file in made.outcome.files:
        assert not [each for each in validate_file(file.path, load_target("openai-chat")) if each.level != "note"]
    assert prepared(made.outcome.files[0].path, target="openai-chat").outcome.unchanged


WRAPPED: dict[str, Any] = {
    "a name of its own": {"질의응답": questions(30)},
    "after other objects": {"meta": {"n": [1, {"a": 2}]}, "tags": ["a"], "qa_pairs": questions(30), "end": [1, 2]},
}


@pytest.mark.parametrize("kind", sorted(WRAPPED))
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_rows_is_found_under_any_name(tmp_path: Path, kind: str, indent: int | None) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(WRAPPED[kind], ensure_ascii=False, indent=indent), encoding="utf-8")
    assert len(prepared(path).lines) == 30


def test_a_second_list_is_told_to_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"train": questions(30), "dev": questions(5)}), encoding="utf-8")
    made = prepared(path, out=tmp_path / "out")
    assert made.outcome.rejected == {"not_read": 1}
    assert "'dev'" in str(read_lines(tmp_path / "out" / "rejected.jsonl")[0]["detail"])


@pytest.mark.parametrize("text", ['{"data": [%s]}\n{"data": [%s]}\n', "[%s]\n%s\n"])
def test_lines_with_lists_are_refused_and_not_read_in_part(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text % (LINES[0], LINES[1]), encoding="utf-8")
    with pytest.raises(ConfigError, match="comes more"):
        prepared(path)


def _talk(asked: str, answer: str, system: str = "") -> dict[str, Any]:
    first = [{"role": "system", "content": system}] if system else []
    return {"messages": [*first, {"role": "user", "content": asked}, {"role": "assistant", "content": answer}]}


def test_one_question_in_several_settings_is_no_conflict_and_stays_on_one_side(tmp_path: Path) -> None:
    asked = [each["prompt"] for each in questions(40)]
    lines = [
        line
        for n, question in enumerate(asked)
        for line in (
            _talk(question, f"{n}층입니다.", "존댓말로 답합니다."),
            _talk(question, f"{n}층이야.", "반말로 답합니다."),
            _talk(question, f"{n}층입니다."),
            _talk(question, f"{n}층입니다.", "존댓말로 답합니다."),
        )
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out")
    assert not made.codes() & {"conflict", "conflicts"}
    assert made.outcome.rejected == {"duplicate": 40}
    train, held = ({line["messages"][-2]["content"] for line in made.file(name)} for name in ("train", "validation"))
    assert train
    assert held
    assert not train & held


def test_texts_without_prompts_do_not_contradict_each_other_and_are_divided(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{each['completion']}\n" for each in questions(40)), encoding="utf-8")
    made = prepared(path, target="nebius-text", out=tmp_path / "out")
    assert not made.codes("warning")
    assert len(made.file("validation")) == 4
    assert all(line["text"] == line["text"].strip() for line in made.lines)


def test_a_host_without_a_system_is_given_its_words_by_the_user(tmp_path: Path) -> None:
    lines = [_talk(each["prompt"], each["completion"], "당신은 점원입니다.") for each in questions(30)]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="mistral-chat", out=tmp_path / "out")
    assert made.outcome.rejected == {}
    first = made.file("train")[0]["messages"]
    assert [turn["role"] for turn in first] == ["user", "assistant"]
    assert first[0]["content"].startswith("당신은 점원입니다.\n\n")


@pytest.mark.parametrize("target", ["openai-chat", "mistral-chat", "local-sharegpt"])
def test_the_manifest_tells_what_the_system_says_in_every_line(tmp_path: Path, target: str) -> None:
    lines = [_talk(each["prompt"], each["completion"], "당신은 점원입니다.") for each in questions(30)]
    prepared(write_jsonl(tmp_path / "a.jsonl", lines), target=target, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["asking"]["instructions"]["ko"]["qa"] == "당신은 점원입니다."
    prepared(write_jsonl(tmp_path / "b.jsonl", [*lines, _talk("또?", "예")]), target=target, out=tmp_path / "two")
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["asking"]["instructions"]["ko"]["qa"] == ""


def _table(count: int = 30, head: str = "질문,답변") -> str:
    rows = "".join(f'"{each["prompt"]}","{each["completion"]}"\n' for each in questions(count))
    return f"{head}\n{rows}"


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_quote_that_is_never_closed_swallows_nothing_unnoticed(tmp_path: Path) -> None:
    rows = _table().splitlines(keepends=True)
    after = [row.replace('"', "") for row in rows[21:]]
    with pytest.raises(ConfigError, match="line 22"):
        prepared(_text(tmp_path / "a.csv", "".join([*rows[:21], '"열린 질문,답\n', *after])))
    made = prepared(_text(tmp_path / "b.csv", "".join([*rows, '"끝만 열린 질문,답\n'])))
    assert made.outcome.rejected == {"bad_table": 1}
    assert len(made.lines) == 30


def test_what_stands_above_the_names_of_the_columns_is_told_and_left(tmp_path: Path) -> None:
    made = prepared(_text(tmp_path / "a.csv", "고객센터 질의응답,\n2026년 11월,\n" + _table()))
    assert len(made.lines) == 30
    assert "read" in made.codes("warning")


def test_two_columns_of_one_name_are_told_apart_unless_they_are_learnt(tmp_path: Path) -> None:
    rows = "".join(f"{each['prompt']},{each['completion']},가,나\n" for each in questions(30))
    made = prepared(_text(tmp_path / "a.csv", "질문,답변,비고,비고\n" + rows), out=tmp_path / "out")
    assert read_lines(tmp_path / "out" / "provenance.jsonl")[0]["columns"] == {"비고": "가", "비고 4": "나"}
    assert len(made.lines) == 30
    with pytest.raises(ConfigError, match="another name"):
        prepared(_text(tmp_path / "b.csv", "질문,답변,비고,질문\n" + rows))


def test_the_sheet_that_names_columns_is_read_and_not_the_cover(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["이 파일은 질의응답 모음입니다"])
    book.active.append(["문의: 담당자에게"])
    sheet = book.create_sheet("자료")
    sheet.append(["고객 질의응답"])
    sheet.merge_cells("A1:B1")
    sheet.append([])
    sheet.append(["질문", "답변"])
    for each in questions(30):
        sheet.append([each["prompt"], each["completion"]])
    book.save(tmp_path / "a.xlsx")
    made = prepared(tmp_path / "a.xlsx")
    assert len(made.lines) == 30
    assert {"sheets", "read"} <= made.codes("warning")


def test_a_text_with_names_of_columns_between_tabs_is_a_table(tmp_path: Path) -> None:
    rows = "".join(f"{n}\t{each['prompt']}\t{n % 2}\n" for n, each in enumerate(questions(30)))
    made = prepared(_text(tmp_path / "a.txt", "id\tdocument\tlabel\n" + rows))
    assert made.outcome.task == "classification"
    assert len(made.lines) == 30


def test_a_folder_and_a_pipe_are_told_for_what_they_are(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.csv").mkdir()
    with pytest.raises(ConfigError, match="folder"):
        prepared(tmp_path / "a.csv")
    os.mkfifo(tmp_path / "b.csv")
    with pytest.raises(ConfigError, match="save what comes out of it"):
        prepared(tmp_path / "b.csv")


def test_two_talks_that_differ_in_their_last_message_are_a_preference(tmp_path: Path) -> None:
    lines = [
        {
            "chosen": _talk(each["prompt"], each["completion"], "점원입니다.")["messages"],
            "rejected": _talk(each["prompt"], "모릅니다.", "점원입니다.")["messages"],
        }
        for each in questions(30)
    ]
    lines.append({"chosen": lines[0]["chosen"], "rejected": lines[1]["rejected"]})
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert made.outcome.target.name == "openai-dpo"
    assert made.outcome.rejected == {"not_same_talk": 1}
    assert [turn["role"] for turn in made.lines[0]["input"]["messages"]] == ["system", "user"]
    assert [len(made.lines[0][name]) for name in ("preferred_output", "non_preferred_output")] == [1, 1]


def test_an_ending_in_capitals_is_no_shouting(tmp_path: Path) -> None:
    lines = [{"prompt": each["prompt"], "completion": f" {n}월 END"} for n, each in enumerate(questions(60))]
    assert not {each.code for each in prepared(write_jsonl(tmp_path / "a.jsonl", lines)).outcome.remedies} & {
        "lower_completions"
    }


def test_lines_that_come_out_the_same_are_duplicates(tmp_path: Path) -> None:
    lines = [
        *questions(30),
        *({"prompt": f"{q['prompt']} ", "completion": f" {q['completion']}"} for q in questions(3)),
    ]
    first = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert first.outcome.rejected == {"duplicate": 3}
    assert prepared(first.outcome.files[0].path).outcome.unchanged


@pytest.mark.parametrize(("sources", "held"), [(7, 12), (3, 0)])
def test_a_handful_of_sources_is_divided_or_it_is_told_why_not(tmp_path: Path, sources: int, held: int) -> None:
    lines = [{**each, "source": f"문서{n % sources}.md"} for n, each in enumerate(questions(90))]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), out=tmp_path / "out", target="local-chat")
    assert made.outcome.validation == held
    assert ("no_validation" in made.codes("warning")) == (not held)
    places: dict[str, set[str]] = {}
    for each in read_lines(tmp_path / "out" / "provenance.jsonl"):
        places.setdefault(each["source"], set()).add(each["file"])
    assert {len(files) for files in places.values()} == {1}


@pytest.mark.parametrize(("target", "count", "train"), [("clova", 90, 90), ("clova", 96, 96), ("openai-chat", 10, 10)])
def test_the_split_leaves_as_many_lines_as_the_host_wants(tmp_path: Path, target: str, count: int, train: int) -> None:
    made = prepared(write_jsonl(tmp_path / "a.jsonl", questions(count)), target=target, out=tmp_path / "out")
    assert len(made.file("train")) == train


def test_a_split_of_a_few_lines_above_the_least_takes_only_those(tmp_path: Path) -> None:
    lines = [{**each, "completion": "예" if n % 2 else "아니오"} for n, each in enumerate(questions(12))]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="openai-chat", out=tmp_path / "out")
    assert (len(made.file("train")), made.outcome.validation) == (10, 2)
    target = load_target("openai-chat")
    assert not [each for each in validate_file(tmp_path / "out" / "train.jsonl", target) if each.level == "error"]


def test_questions_about_different_pictures_are_different(tmp_path: Path) -> None:
    def asked(number: int) -> list[dict[str, Any]]:
        picture = {"type": "image_url", "image_url": {"url": f"https://example.com/{number}.png"}}
        return [{"type": "text", "text": "무엇이 보이나요?"}, picture]

    lines: list[Any] = [_talk("", "사과입니다.") for _ in range(20)]
    for number, line in enumerate(lines):
        line["messages"][0]["content"] = asked(number)
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="openai-chat", out=tmp_path / "out")
    assert made.outcome.rejected == {}
    assert not made.codes() & {"conflict", "same_prompts"}


@pytest.mark.parametrize("tools", ["[]", "", []])
def test_no_tools_are_no_tools_however_they_are_said(tmp_path: Path, tools: Any) -> None:
    lines = [
        {
            "conversations": [{"from": "human", "value": q["prompt"]}, {"from": "gpt", "value": q["completion"]}],
            "tools": tools,
        }
        for q in questions(20)
    ]
    assert prepared(write_jsonl(tmp_path / "a.jsonl", lines)).outcome.kept == 20


def test_parts_that_are_texts_are_a_text_for_targets_without_parts(tmp_path: Path) -> None:
    lines: list[Any] = [_talk("", q["completion"]) for q in questions(20)]
    for line, q in zip(lines, questions(20), strict=True):
        line["messages"][0]["content"] = [{"type": "text", "text": q["prompt"]}]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="local-alpaca")
    assert made.lines[0]["instruction"] == questions(1)[0]["prompt"]


def test_one_request_about_different_texts_is_learnt(tmp_path: Path) -> None:
    lines = [_talk("위 글을 요약해 주세요.", q["completion"], q["prompt"]) for q in questions(20)]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="openai-chat", out=tmp_path / "out")
    assert not made.codes("error")
    assert len(made.lines) == 20
