"""The command: what machines read, what people read, how it ends, and that it knows folders by their manifest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSWER = "{at}번은 내일 옵니다."


def run(*arguments: str | Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CORPUS_TO_FT_LANG": language, "COLUMNS": "200"}
    command = [sys.executable, "-m", "corpus_to_ft", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def line(at: int, answer: str = ANSWER) -> dict[str, object]:
    asked = {"role": "user", "content": f"{at}번은 언제 오나요?"}
    return {"messages": [asked, {"role": "assistant", "content": answer.format(at=at)}]}


def write(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set as a run writes it."""
    folder = tmp_path_factory.mktemp("made")
    made = run("run", ROOT / "sample_corpus" / "faq", ROOT / "sample_corpus" / "notes", "-o", folder / "out")
    assert (folder / "out" / "manifest.json").is_file(), made.stderr
    return folder / "out"


def test_a_good_file_ends_with_0_and_its_figures(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [line(at) for at in range(12)])
    done = run("validate", path, "--target", "openai-chat")
    assert (done.returncode, done.stdout) == (0, "")
    for words in (
        "12 lines",
        "o200k_base",
        "median",
        "8 epochs",
        "gpt-4.1-mini $",
        "2026-11-21",
        "0 errors, 0 warnings",
    ):
        assert words in done.stderr


def test_machines_get_a_line_a_finding(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [*[line(at) for at in range(12)], {"messages": []}])
    done = run("validate", path, "--target", "openai-chat", "--json")
    assert done.returncode == 1
    (finding,) = map(json.loads, done.stdout.splitlines())
    message = "'messages' holds no message; write question and answer there"
    assert finding == {"line": 13, "code": "messages_empty", "level": "error", "message": message}


def test_people_are_told_in_their_language_where_and_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [*[line(at) for at in range(12)], line(13, "끝 <|endoftext|>")])
    done = run("validate", path, "-t", "openai-chat", language="ko")
    assert done.stdout.startswith("train.jsonl:13: 오류 [special_token] 글에 특수 토큰 <|endoftext|>이(가) 있습니다.")
    assert "오류 1건" in done.stderr


def test_warnings_end_with_1_only_where_it_is_strict(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [line(at % 11) for at in range(12)])
    assert run("validate", path, "-t", "openai-chat").returncode == 0
    strict = run("validate", path, "-t", "openai-chat", "--strict")
    assert strict.returncode == 1
    assert "train.jsonl:12: warning [duplicate_line]" in strict.stdout


def test_many_findings_of_a_kind_are_counted_and_all_shown_to_machines(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [{"messages": [], "n": at} for at in range(50)])
    shown = run("validate", path, "-t", "openai-chat", "--max", "3")
    assert shown.stdout.count("messages_empty") == 3
    assert "47 more findings of messages_empty" in shown.stderr
    assert run("validate", path, "-t", "openai-chat", "--json").stdout.count("messages_empty") == 50


def test_a_validation_file_is_compared_with_the_training_file(tmp_path: Path) -> None:
    training = write(tmp_path / "a.jsonl", [line(at) for at in range(12)])
    validation = write(tmp_path / "b.jsonl", [line(99), line(4, "다른 답")])
    done = run("validate", training, "-t", "openai-chat", "--validation", validation, "--json")
    (finding,) = map(json.loads, done.stdout.splitlines())
    assert (finding["file"], finding["line"], finding["code"]) == ("b.jsonl", 2, "question_in_training")
    assert done.returncode == 0


def test_a_folder_is_validated_by_its_manifest_and_needs_no_target(out: Path) -> None:
    done = run("validate", out, "--json")
    assert done.returncode == 0, done.stdout
    assert "train.jsonl: " in done.stderr
    assert "validation.jsonl: " in done.stderr
    assert run("validate", out / "train.jsonl").returncode == 0


def test_a_file_that_was_changed_or_lost_since_is_told(out: Path) -> None:
    path = out / "train.jsonl"
    was = path.read_bytes()
    try:
        path.write_bytes(was + was.splitlines(keepends=True)[0])
        done = run("validate", out, "--json")
        assert "differs_from_manifest" in done.stdout
        assert done.returncode == 1
        path.unlink()
        assert "file_missing" in run("validate", out, "--json").stdout
    finally:
        path.write_bytes(was)


def test_requests_of_a_batch_need_no_target(tmp_path: Path) -> None:
    said = [[{"role": "user", "content": text}] for text in ("안녕하세요", "반갑습니다")]
    shared = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions"}
    requests = [{**shared, "body": {"model": "gpt-4.1-mini", "messages": messages}} for messages in said]
    done = run("validate", write(tmp_path / "b.jsonl", requests), "--json")
    (finding,) = map(json.loads, done.stdout.splitlines())
    assert (finding["line"], finding["code"], done.returncode) == (2, "custom_id_twice", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{tmp}/없음.jsonl", "-t", "openai-chat"], ["없음.jsonl", "no such file"]),
        (["{tmp}", "-t", "openai-chat"], ["holds no manifest.json"]),
        (["{tmp}/a.jsonl"], ["--target", "openai-chat"]),
        (["{tmp}/a.jsonl", "-t", "gpt9"], ["gpt9", "openai-chat"]),
    ],
)
def test_what_cannot_be_begun_is_the_users_to_correct(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", [line(1)])
    done = run("validate", *(each.format(tmp=tmp_path) for each in arguments))
    assert done.returncode == 2, done.stderr
    assert all(word in done.stderr for word in words)
    assert "Traceback" not in done.stderr


def test_a_broken_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"files": 3}', encoding="utf-8")
    done = run("validate", tmp_path)
    assert done.returncode == 2
    assert "no manifest of corpus-to-ft" in done.stderr


def test_a_pipe_is_read_once_and_needs_a_target() -> None:
    sent = '{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {}}\n'
    command = [sys.executable, "-m", "corpus_to_ft", "validate", "/dev/stdin"]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--target" in done.stderr
