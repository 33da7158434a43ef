"""What people are told: in their language, without signs that move the cursor, with commands that can be typed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from corpus_to_ft import language
from corpus_to_ft.cli.prepare import run_prepare
from tests.prepare.preparing import questions, write_jsonl

PACKAGE = Path(language.__file__).parent
KOREAN = tomllib.loads((PACKAGE / "locale" / "ko.toml").read_text(encoding="utf-8"))
FORMATS = (
    "alpaca",
    "base",
    "chat",
    "clova",
    "contents",
    "preference",
    "prompt_completion",
    "sharegpt",
    "tools",
    "turns",
)


def _codes() -> set[str]:
    texts = [(PACKAGE / "validate" / f"{name}.py").read_text(encoding="utf-8") for name in (*FORMATS, "text", "stage")]
    return {code for text in texts for code in re.findall(r'\b(?:error|level)\(\s*"(\w+)"', text)}


@pytest.mark.parametrize("code", sorted(_codes()))
def test_every_reason_for_which_a_line_falls_out_is_said_in_korean(code: str) -> None:
    assert code in KOREAN


def _run(path: Path, **options: object) -> int:
    plain = {
        "target": "", "out": None, "model": "", "epochs": 0, "yes": True, "apply": [], "dry_run": False,
        "by_meaning": False, "as_json": False,
    }  # fmt: skip
    return run_prepare(path, **{**plain, **options})  # type: ignore[arg-type]


def test_names_of_columns_do_not_move_the_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{**each, "\x1b[2Jx\x07": "가"} for each in questions(30)]
    _run(write_jsonl(tmp_path / "a.jsonl", lines))
    told = capsys.readouterr()
    assert "[2Jx" in told.err
    assert not {"\x1b", "\x07"} & set(told.err + told.out)


def test_the_command_can_be_typed_where_a_name_begins_with_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "-a.jsonl", questions(30))
    _run(Path("-a.jsonl"), target="openai-chat")
    assert "tune start ./-a_prepared.jsonl --target" in capsys.readouterr().out
    _run(Path("-a.jsonl"), target="openai-chat", out=Path("-o 하나"))
    assert "tune start './-o 하나' --target" in capsys.readouterr().out


def test_nothing_is_priced_where_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"messages": [{"role": "user", "content": each["prompt"]}]} for each in questions(30)]
    assert _run(write_jsonl(tmp_path / "a.jsonl", lines)) == 1
    assert "$" not in capsys.readouterr().err
