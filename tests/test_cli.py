"""What people type, and what they are told: messages name the item and the remedy, exit codes say how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

TEXT = (
    "새벽 배송은 밤 11시까지 주문한 상품을 다음 날 아침 7시 전에 문 앞에 두는 서비스입니다. "
    "수도권에서는 2023년 5월부터 시작했습니다. 상자를 접어 두는 이유는 자리를 아끼기 위해서입니다."
)


def run(*arguments: str | Path, language: str = "en", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CORPUS_TO_FT_LANG": language, "COLUMNS": "200"}
    command = [sys.executable, "-m", "corpus_to_ft", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cwd)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "글"
    folder.mkdir()
    (folder / "배송.txt").write_text(TEXT, encoding="cp949")
    return folder


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "없는-폴더"], ["없는-폴더", "no such file or folder"]),
        (["run", "{source}", "--set", "targets.use=legacy"], ["'targets'", "did you mean 'target'"]),
        (["run", "{source}", "--set", "target.use=gpt9"], ["gpt9", "legacy", "openai-chat"]),
        (["run", "{source}", "--set", "split.validation=많이"], ["split.validation", "많이"]),
        (["run", "{source}", "--set", "split.validation=1.5"], ["split.validation", "1.5"]),
        (["run", "{source}", "--set", 'generate=[{use="qa", cuont=3}]'], ["cuont", "qa"]),
        (["run", "{source}", "--set", "generate=시"], ["시", "keywords, qa, summary"]),
        (["run", "{source}", "--set", "analyzer.use=konlpy.mecap"], ["konlpy.mecap", "konlpy.mecab"]),
        (["run", "{source}", "--set", "split.valdation=0.2"], ["'split.valdation'", "did you mean 'validation'"]),
        (["run", "{source}", "--set", "generate.use=qa"], ["generate", "[[generate]]"]),
        (["run", "{source}", "-c", "/dev/zero"], ["/dev/zero", "is no config file"]),
        (["run", "http://10.0.0.1/blog"], ["http://10.0.0.1/blog", "--allow-private"]),
        (["run", "가" * 300], ["no such file or folder"]),
        (["init", "가" * 300], ["cannot write"]),
        (["status", "가" * 300], ["there is no run in"]),
        (["run", "{source}", "--set", "checks.lenght=false"], ["lenght", "length"]),
        (
            ["run", "{source}", "--set", "passages.min_tokens=500", "--set", "passages.max_tokens=100"],
            ["passages: min_tokens (500) is above max_tokens (100)"],
        ),
        (
            ["run", "{source}", "--set", "passages.min_sentences=9", "--set", "passages.max_sentences=3"],
            ["passages: min_sentences (9) is above max_sentences (3)"],
        ),
        (["run", "{source}", "--set", "passages.min_tokens=5000"], ["passages.min_tokens (5000)", "openai-chat"]),
        (["run", "{source}", "--set", "passages.max_tokens=-1"], ["passages.max_tokens", "-1"]),
        (["run", "{source}", "--set", "ingest.max_mb=-1"], ["ingest.max_mb", "-1"]),
        (["run", "{source}", "--set", "run.workers=0"], ["run.workers", "0"]),
        (
            ["run", "{source}", "--set", "split.validation=0.5", "--set", "split.test=0.6"],
            ["split: validation (0.5) and test (0.6) together must be below 1"],
        ),
        (
            ["run", "{source}", "--set", 'generate=[{use="keywords", count=3, min_count=5}]'],
            ["keywords", "min_count (5) is above count (3)"],
        ),
        (
            ["run", "{source}", "--set", 'generate=[{use="summary", aim_share=0.7}]'],
            ["summary", "aim_share (0.7) is above max_share (0.6)"],
        ),
        (
            ["run", "{source}", "--set", "checks.form.min_chars=200"],
            ["form", "min_chars (200) is above max_chars (120)"],
        ),
        (
            ["run", "{source}", "--set", "summarize.answer_tokens=3000", "--set", "target.use=legacy"],
            ["summarize.answer_tokens (3000)", "legacy"],
        ),
        (["run", "{source}", "--set", "아무말"], ["a.b=c", "아무말"]),
        (["run", "{source}", "-c", "없음.toml"], ["없음.toml", "corpus-to-ft init"]),
        (["run", "{source}", "-o", "{source}"], ["output folder at once", "-o"]),
        (["status", "{source}"], ["no run in", "corpus-to-ft run"]),
        (["tokens", "{source}", "--encoding", "gpt-99"], ["gpt-99", "o200k_base"]),
    ],
)
def test_what_the_user_can_fix_is_named_with_the_remedy(
    source: Path, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    done = run(*(argument.replace("{source}", str(source)) for argument in arguments), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_config_of_the_wrong_type_and_broken_toml_are_named(source: Path, tmp_path: Path) -> None:
    config = tmp_path / "설정.toml"
    config.write_text('split = "반반"\n', encoding="utf-8")
    assert "split" in run("run", source, "-c", config).stderr
    config.write_text("[split\n", encoding="utf-8")
    done = run("run", source, "-c", config)
    assert done.returncode == 2
    assert "not valid TOML" in done.stderr


def test_an_empty_folder_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "빔").mkdir()
    done = run("run", tmp_path / "빔", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "빔" in done.stderr


def test_bad_files_fall_out_with_their_reason_and_the_good_one_stays(source: Path, tmp_path: Path) -> None:
    (source / "그림.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (source / "빈.txt").write_bytes(b"")
    (source / "깨짐.txt").write_bytes(TEXT.encode()[:50] + b"\xff\xfe\xfd" * 40 + TEXT.encode()[50:])
    (source / unicodedata.normalize("NFD", "자소.txt")).write_text(
        unicodedata.normalize("NFD", "자소가 풀린 글입니다. 우체국은 평일 아홉 시에 엽니다. 소포는 이틀이면 갑니다."),
        encoding="utf-8",
    )
    (source / "모름.xyz").write_text("?", encoding="utf-8")
    (source / "고리").symlink_to(source)
    os.mkfifo(source / "관.txt")
    done = run("run", source, "-o", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["documents"] == 2
    fell_out = [json.loads(line) for line in run("rejected", tmp_path / "out", "--json").stdout.splitlines()]
    reasons = {line["source"]: line["reason"] for line in fell_out if line["stage"] == "ingest"}
    expected = {
        "그림.txt": "binary",
        "빈.txt": "empty",
        "깨짐.txt": "damaged",
        "모름.xyz": "no_reader",
        "관.txt": "not_a_file",
    }
    assert reasons == expected
    assert all(line["detail"] for line in fell_out)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read and write everything")
def test_unreadable_files_and_folders_are_named(source: Path, tmp_path: Path) -> None:
    (source / "비밀.txt").write_text(TEXT, encoding="utf-8")
    (source / "비밀.txt").chmod(0)
    assert run("run", source, "-o", tmp_path / "out").returncode == 0
    assert "비밀.txt" in run("rejected", tmp_path / "out").stdout
    (tmp_path / "굳음").mkdir(mode=0o500)
    done = run("run", source, "-o", tmp_path / "굳음" / "out")
    assert done.returncode == 2
    assert "굳음" in done.stderr


def test_an_output_path_that_is_a_file_is_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    done = run("run", source, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "cannot write" in done.stderr


def test_a_run_can_be_looked_into(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("run", source, "-o", out, "--set", "generate=qa,keywords").returncode == 0
    status = json.loads(run("status", out, "--json").stdout)
    assert status["documents"] == 1
    assert sum(status["kinds"].values()) == status["examples"] > 0
    shown = json.loads(run("show", out, "-n", "1", "--kind", "qa", "--json").stdout)
    assert shown["evidence"][0]["text"] in TEXT
    assert "배송.txt" in run("show", out).stdout
    assert "0" in run("cost", out).stdout


def test_a_dry_run_writes_nothing_and_counts_what_would_be_done(source: Path, tmp_path: Path) -> None:
    done = run("run", source, "-o", tmp_path / "out", "--dry-run", "--json")
    plan = json.loads(done.stdout)
    assert (plan["files"], plan["files_done"], plan["documents"], plan["billed"]) == (1, 0, 1, False)
    assert not (tmp_path / "out").exists()


def test_keywords_are_a_line_a_document(source: Path) -> None:
    done = run("keywords", source, "--top", "3", "--json", "--analyzer", "regex")
    (line,) = [json.loads(text) for text in done.stdout.splitlines()]
    assert line["source"] == "배송.txt"
    assert 1 <= len(line["keywords"]) <= 3
    assert set(line["keywords"][0]) == {"text", "score"}


def test_tokens_are_counted_offline(source: Path) -> None:
    done = run("tokens", source / "배송.txt", "--encoding", "gpt-4o", "--json")
    line = json.loads(done.stdout)
    assert (line["source"], line["encoding"]) == ("배송.txt", "o200k_base")
    assert line["tokens"] > 30


def test_init_writes_a_config_that_runs(source: Path, tmp_path: Path) -> None:
    config = tmp_path / "corpus-to-ft.toml"
    assert run("init", config).returncode == 0
    assert run("run", source, "-c", config, "-o", tmp_path / "out", "--dry-run").returncode == 0
    again = run("init", config)
    assert again.returncode == 2
    assert "--force" in again.stderr


def test_help_speaks_both_languages() -> None:
    assert "학습 파일" in run("--help", language="ko").stdout
    assert "training files" in run("--help", language="en").stdout


def test_plugins_are_listed_with_their_settings() -> None:
    listed = [json.loads(line) for line in run("plugins", "--json").stdout.splitlines()]
    assert {"kiwi", "konlpy", "regex"} <= {line["name"] for line in listed if line["folder"] == "analyzers"}
    assert all(line["does"] for line in listed)


def test_a_source_named_twice_is_a_source(source: Path, tmp_path: Path) -> None:
    ended = run("run", source, source, "-o", tmp_path / "out", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["documents"] == 1


def test_a_loop_of_links_as_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "고리").symlink_to("고리")
    ended = run("run", tmp_path / "고리", "-o", tmp_path / "out")
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), ended.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp949"])
def test_a_terminal_without_hangul_or_emoji_is_answered_all_the_same(source: Path, encoding: str) -> None:
    (source / "배송.txt").rename(source / "배송😀.txt")
    command = [sys.executable, "-m", "corpus_to_ft", "tokens", str(source), "--json"]
    ended = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert json.loads(ended.stdout.decode(encoding))["source"] == "배송😀.txt"


@pytest.mark.parametrize(("stdout", "code"), [("-", 0), ("/dev/full", 4)])
def test_a_stdout_that_takes_nothing_is_no_bug(source: Path, stdout: str, code: int) -> None:
    if stdout != "-" and not Path(stdout).exists():
        pytest.skip(f"no {stdout} here")
    shell = f'"$@" >&{stdout}' if stdout == "-" else f'"$@" >{stdout}'
    command = ["sh", "-c", shell, "sh", sys.executable, "-m", "corpus_to_ft", "tokens", str(source)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr


def test_a_wrong_source_leaves_no_folder_behind(tmp_path: Path) -> None:
    assert run("run", tmp_path / "없음", "-o", tmp_path / "out").returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_document_too_long_for_one_piece_of_work_is_named_with_the_remedy(source: Path, tmp_path: Path) -> None:
    (source / "전집.txt").write_text(TEXT * 30, encoding="utf-8")
    done = run("run", source, "-o", tmp_path / "out", "--json", "--set", "ingest.max_chars=1000")
    assert json.loads(done.stdout)["rejected"]["too_large"] == 1
    assert "ingest.max_chars" in run("rejected", tmp_path / "out").stdout


def test_a_sentence_cut_without_loss_is_a_note_and_not_rejected(source: Path, tmp_path: Path) -> None:
    (source / "긴글.txt").write_text("서버를 늘리고 큐를 나누고 지연을 재며 " * 60 + "끝냈습니다.", encoding="utf-8")
    out = tmp_path / "out"
    ended = run("run", source, "-o", out, "--set", "passages.max_tokens=120", "--export")
    assert ended.returncode == 0, ended.stderr
    assert "notes: sentence_cut 1" in ended.stdout
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["notes"] == {"sentence_cut": 1}
    assert "sentence_cut" not in manifest["rejected"]
    assert "sentence_cut" in (out / "report.md").read_text(encoding="utf-8")
    assert "sentence_cut" not in (out / "exports" / "rejected.jsonl").read_text(encoding="utf-8")
    (note,) = [json.loads(line) for line in (out / "exports" / "notes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (note["source"], note["reason"]) == ("긴글.txt", "sentence_cut")


@pytest.mark.parametrize("stage", ["ingest", "generate"])
def test_status_counts_what_a_run_that_was_broken_off_has_done(tmp_path: Path, stage: str) -> None:
    folder, out = tmp_path / "글", tmp_path / "out"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(TEXT.replace("5월", f"{number % 12 + 1}월"), encoding="utf-8")
    settings = ["analyzer.use=regex", "generate=keywords", "documents.copies=0"]
    code = f"""
import os, signal
from pathlib import Path
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.run.base import Silence
from corpus_to_ft.settings import load_settings

class Killer(Silence):
    done = 0

    def advance(self, stage: str, done: int = 1) -> None:
        self.done += stage == {stage!r}
        if self.done == 7:
            os.kill(os.getpid(), signal.SIGKILL)

build_dataset(load_settings(None, {settings!r}), [{str(folder)!r}], Path({str(out)!r}), progress=Killer())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    status = json.loads(run("status", out, "--json").stdout)
    assert status["unfinished"] is True
    assert (status["documents"], status["passages"]) == ((7, 0) if stage == "ingest" else (40, 7))
    assert bool(status["examples"]) == (stage == "generate")
    assert "the same command continues" in run("status", out).stdout
    assert run("run", folder, "-o", out, "--set", settings[0], "--set", settings[1]).returncode == 0
    assert json.loads(run("status", out, "--json").stdout)["unfinished"] is False


def test_errors_rejections_and_warnings_speak_korean_and_exports_english(source: Path, tmp_path: Path) -> None:
    (source / "빈.txt").write_bytes(b"")
    (source / "깨짐.txt").write_bytes(TEXT.encode() + b"\xff\xff " + TEXT.encode())
    out = tmp_path / "out"
    ended = run("run", source, "-o", out, "--export", language="ko")
    assert "깨짐.txt: 깨진 바이트 2개를 뺐습니다" in ended.stderr
    assert "빈.txt: 글이 없습니다(0바이트)" in run("rejected", out, language="ko").stdout.replace("\n", "")
    assert "holds no text (0 bytes)" in (out / "exports" / "rejected.jsonl").read_text(encoding="utf-8")
    assert "holds no text (0 bytes)" in run("rejected", out, "--json", language="ko").stdout
    report = (out / "report.md").read_text(encoding="utf-8")
    assert "깨진 바이트 2개를 뺐습니다" in report
    assert "2 damaged bytes were left out" in report
    wrong = ["passages.max_tokens=-1", "split.validation=많이", "split.valdation=0.1", "target.use=gpt9"]
    told = [run("run", source, "--set", setting, language="ko").stderr for setting in wrong]
    assert [line.startswith("오류: ") for line in told] == [True] * 4
    assert "passages.max_tokens: 0 이상이어야 합니다 (받은 값: -1)" in told[0]
    assert "숫자여야 합니다" in told[1]
    assert "혹시 'validation'?" in told[2]
    assert "'gpt9' 대상은 없습니다" in told[3]
