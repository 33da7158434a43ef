"""What people type and are told before money is spent, while a job runs, and when they come back after days."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from serving import Served
from tune_serving import PROGRAM, call, corpus_to_ft, environment, serve_tuning, start_command, training_file

from corpus_to_ft.cli.tune_display import sparkline
from corpus_to_ft.errors import BudgetReached, ConfigError, CorpusToFtError, TuneError
from corpus_to_ft.targets import load_target
from corpus_to_ft.tune.planning import check_dates

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[Served]:
    with serve_tuning() as served:
        yield served


def test_nothing_is_sent_before_somebody_agrees_and_the_price_is_said(server: Served, tmp_path: Path) -> None:
    command = [word for word in start_command(server, training_file(tmp_path)) if word != "--yes"]
    with pytest.raises(ConfigError, match=r"\$0\.02 .*--yes"):
        call(*command)
    assert server.stats()["files"] == []


def test_a_price_above_the_bound_is_not_spent(server: Served, tmp_path: Path) -> None:
    with pytest.raises(BudgetReached):
        call(*start_command(server, training_file(tmp_path), "--max-cost", "0.001"))
    with pytest.raises(ConfigError, match="no price"):
        call(*start_command(server, training_file(tmp_path), "--max-cost", "9", model="gpt-9"))
    assert server.stats()["files"] == []


def test_a_dry_run_prices_and_leaves_no_trace(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*start_command(server, training_file(tmp_path), "--dry-run", "--epochs", "3")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cost"] == pytest.approx(told["files"][0]["tokens"] * 3 * 3.00 / 1e6)
    assert call("tune", "list", "--json") == 0
    assert capsys.readouterr().out == ""
    assert server.stats()["files"] == []


def test_a_dry_run_needs_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    command = ["tune", "start", str(training_file(tmp_path)), "--target", "openai-chat", "--model", "gpt-4o-mini"]
    assert call(*command, "--json", "--dry-run") == 0
    assert json.loads(capsys.readouterr().out)["cost"] > 0
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        call(*command, "--json", "--yes")


def test_a_model_that_ends_before_the_training_is_refused_unless_told_otherwise(tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    with serve_tuning(shutdown={"gpt-4o-mini": tomorrow}) as server:
        command = start_command(server, training_file(tmp_path), "--no-follow")
        with pytest.raises(ConfigError, match="1 faults"):
            call(*command)
        assert server.stats()["files"] == []
        assert call(*command, "--anyway") == 0


@pytest.mark.parametrize(
    ("today", "shutdown", "code"),
    [
        (date(2026, 11, 21), "2026-11-22", "model_ends"),
        (date(2026, 11, 21), "2027-01-14", "model_ends_soon"),
        (date(2026, 11, 21), "2027-12-14", ""),
        (date(2027, 1, 6), "2028-01-14", "host_closed"),
        (date(2027, 1, 5), "", ""),
    ],
)
def test_last_days_are_told_by_date(today: date, shutdown: str, code: str) -> None:
    found = [finding.code for finding in check_dates(load_target("openai-chat"), "gpt-4o", shutdown, today)]
    assert found == ([code] if code else [])


def test_unprepared_prompts_are_not_handed_over(server: Served, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    lines = [{"prompt": f"{number}번 문은 언제 열리나요", "completion": f"{number}시입니다"} for number in range(20)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    command = start_command(server, path, "--no-follow", "--target", "nebius-instruction")
    with pytest.raises(ConfigError, match="corpus-to-ft prepare"):
        call(*command)
    assert server.stats()["files"] == []
    assert call(*command, "--anyway") == 0


def test_lines_that_would_be_refused_stop_the_start(server: Served, tmp_path: Path) -> None:
    path = training_file(tmp_path, lines=9)
    with pytest.raises(ConfigError):
        call(*start_command(server, path))
    path.write_text('{"messages": []}\n' * 12, encoding="utf-8")
    with pytest.raises(ConfigError):
        call(*start_command(server, path))
    assert server.stats()["files"] == []


def test_an_account_that_is_shut_out_learns_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_tuning(blocked=True) as server:
        with pytest.raises(TuneError) as refused:
            call(*start_command(server, training_file(tmp_path)))
        said = str(refused.value)
        assert "file-0001" in said
        assert "corpus-to-ft files delete" in said
        assert "azure-chat" in said
        assert "local-chat" in said
        assert "openai-dpo" not in said
        assert int(refused.value.exit_code) == 4
        capsys.readouterr()
        assert call("files", "delete", "file-0001", "--yes", "--json") == 0
        assert server.stats()["files"] == []
        with pytest.raises(TuneError):
            call(*start_command(server, training_file(tmp_path)))
        assert [file["id"] for file in server.stats()["files"]] == ["file-0002"]


def test_the_same_command_again_costs_nothing_again(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = start_command(server, training_file(tmp_path))
    assert call(*command) == call(*command) == 0
    assert server.stats()["charges"] == 1
    assert call(*command, "--again") == 0
    seen = server.stats()
    assert (seen["charges"], len(seen["files"])) == (2, 1)
    assert [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()] == ["succeeded"] * 3


def test_a_job_of_many_days_is_followed_from_process_to_process(tmp_path: Path) -> None:
    with serve_tuning(statuses=["queued", "running", "running", "succeeded"]) as server:
        home = tmp_path / "home"
        states = []
        first = corpus_to_ft(start_command(server, training_file(tmp_path), "--no-follow"), home)
        assert first.returncode == 0, first.stderr
        for _ in range(3):
            states.append(json.loads(corpus_to_ft(["tune", "show", "latest", "--json"], home).stdout)["state"])
        assert states == ["running", "running", "succeeded"]
        last = corpus_to_ft(["tune", "follow", json.loads(first.stdout)["job"][:6], "--json"], home)
        assert json.loads(last.stdout)["tuned_model"] == "ft:gpt-4o-mini:org::0001"
        assert server.stats()["charges"] == 1


def test_ctrl_c_leaves_the_job_running_and_says_how_to_come_back(tmp_path: Path) -> None:
    with serve_tuning(statuses=["queued", "running"]) as server:
        home = tmp_path / "home"
        command = [*PROGRAM, *start_command(server, training_file(tmp_path))]
        with subprocess.Popen(
            command, env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as started:
            until = time.monotonic() + 60
            while server.stats()["requests"].get("jobs:get", 0) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            started.send_signal(signal.SIGINT)
            _, said = started.communicate(timeout=60)
        assert started.returncode == 130
        assert "corpus-to-ft tune follow" in said
        assert "Traceback" not in said
        assert server.stats()["jobs"][0]["status"] == "running"


def test_a_failed_job_ends_with_exit_code_4_and_its_reason(tmp_path: Path) -> None:
    problem = {"code": "invalid_training_file", "message": "3번째 줄이 틀렸습니다", "param": None}
    with serve_tuning(statuses=["validating_files", "failed"], problem=problem) as server:
        with pytest.raises(TuneError, match="3번째 줄이 틀렸습니다") as failed:
            call(*start_command(server, training_file(tmp_path)))
        assert int(failed.value.exit_code) == 4


def test_what_the_training_did_is_kept_beside_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_tuning(moderation=True, base64_results=True) as server:
        call(*start_command(server, training_file(tmp_path)))
    job = json.loads(capsys.readouterr().out)["job"]
    kept = json.loads((tmp_path / "tuning" / f"{job}.json").read_text(encoding="utf-8"))
    assert [point["train_loss"] for point in kept["points"]][:3] == [3.0, 1.5, 1.0]
    assert [told.partition(" {")[0] for told in kept["moderation"]] == ["Moderation checks: blocked"]
    assert kept["files"][0]["id"] == "file-0001"
    page = (tmp_path / "tuning" / f"{job}.html").read_text(encoding="utf-8")
    assert "<polyline" in page
    assert re.search(r"src=|href=|url\(", page) is None
    assert kept["files"][0]["sha256"] in page
    assert "violence: 62 %" in page
    assert "Moderation checks: blocked" in (tmp_path / "tuning" / f"{job}.md").read_text(encoding="utf-8")


def test_no_key_is_written_down_anywhere(tmp_path: Path) -> None:
    told = {"status": 401, "error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}
    with serve_tuning(refuse={"jobs": [told]}) as server:
        command = start_command(server, training_file(tmp_path))
        refused = corpus_to_ft(command, tmp_path / "home", OPENAI_API_KEY=KEY)
        done = corpus_to_ft(command, tmp_path / "home", OPENAI_API_KEY=KEY)
        assert (refused.returncode, done.returncode) == (2, 0)
        assert server.stats()["headers"] == [{"authorization": f"Bearer {KEY}"}]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert KEY.encode() not in b"".join(written)
    assert KEY not in refused.stdout + refused.stderr + done.stdout + done.stderr


def test_a_tuned_model_is_asked_gone_on_from_and_deleted(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = training_file(tmp_path)
    call(*start_command(server, path))
    call("ask", "latest", "3번 온실의 문은 언제 열립니까?")
    asked = server.stats()["asked"][-1]
    trained = json.loads(path.read_text(encoding="utf-8").splitlines()[3])["messages"]
    assert asked["messages"] == trained[:-1]
    assert asked["model"] == "ft:gpt-4o-mini:org::0001"
    assert "3번 온실의 문은 언제 열립니까?" in capsys.readouterr().out
    call(*start_command(server, training_file(tmp_path, "더.jsonl", first=50), "--from", "latest"))
    assert server.stats()["jobs"][-1]["model"] == "ft:gpt-4o-mini:org::0001"
    with pytest.raises(ConfigError):
        call("models", "delete", "ft:gpt-4o-mini:org::0001")
    call("models", "delete", "ft:gpt-4o-mini:org::0001", "--yes")
    assert server.stats()["deleted"] == ["ft:gpt-4o-mini:org::0001"]


def test_a_validation_file_and_all_figures_reach_the_host(server: Served, tmp_path: Path) -> None:
    validation = training_file(tmp_path, "검증.jsonl", first=100)
    options = ["--validation", str(validation), "--suffix", "글", "--epochs", "4", "--batch-size", "8", "--seed", "3"]
    more = ["--learning-rate-multiplier", "0.5", "--metadata", "팀=문서", "--wandb", "실험", "--no-follow"]
    call(*start_command(server, training_file(tmp_path), *options, *more))
    body = server.stats()["jobs"][0]["body"]
    mark = body["metadata"].pop("corpus_to_ft_job")
    assert mark
    assert body == {
        "model": "gpt-4o-mini", "training_file": "file-0001", "validation_file": "file-0002", "suffix": "글", "seed": 3,
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 4, "batch_size": 8, "learning_rate_multiplier": 0.5}},
        },
        "integrations": [{"type": "wandb", "wandb": {"project": "실험"}}], "metadata": {"팀": "문서"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [["tune", "show", "없음"], ["tune", "follow"], ["ask", "latest", "?"], ["models", "list"]]
)
def test_what_is_not_there_is_told(arguments: list[str]) -> None:
    with pytest.raises(CorpusToFtError):
        call(*arguments)


def test_a_course_of_figures_is_drawn_in_few_signs() -> None:
    assert sparkline([]) == ""
    assert sparkline([1.0, 1.0]) == "▁▁"
    assert sparkline([3.0, 2.0, 1.0]) == "█▅▁"
    assert len(sparkline([float(number) for number in range(1000)], 24)) == 24
