"""Hosts that lie, shout and vanish, and people who type the wrong thing: none of it costs money, a job or a terminal."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served
from tune_serving import (
    PROGRAM,
    call,
    corpus_to_ft,
    environment,
    on_a_terminal,
    serve_tuning,
    start_command,
    training_file,
)

from corpus_to_ft.errors import BudgetReached, ConfigError, StoreError, TuneError
from corpus_to_ft.store.jobs import JobLedger
from corpus_to_ft.tuning import TuneEvent, TuneJob

SHOUT = "\x1b]0;pwned\x07\x1b[2J\x1b[31m빨강\u202etxt\r\nerror: not ours" + "가" * 8000


@pytest.fixture
def server() -> Iterator[Served]:
    with serve_tuning() as served:
        yield served


@pytest.mark.parametrize("orders", [
    {"raw": {"jobs": {"status": 400, "body": json.dumps({"error": {"message": SHOUT, "code": SHOUT}})}}},
    {"statuses": ["queued", "failed"], "problem": {"code": SHOUT, "message": SHOUT}},
    {"patch": {"jobs:get": {"status": "succeeded", "fine_tuned_model": SHOUT}}},
    {"patch": {"models:get": {"shutdown_date": SHOUT}}, "told": [{"message": SHOUT}]},
])  # fmt: skip
def test_nothing_that_a_host_says_moves_the_terminal_or_fills_it(
    server: Served, tmp_path: Path, orders: dict[str, object]
) -> None:
    server.set(**orders)
    command = [word for word in start_command(server, training_file(tmp_path)) if word != "--json"]
    done = corpus_to_ft(command, tmp_path / "home")
    assert done.returncode in (0, 4), done.stderr
    for letter in "\x1b\x07\u202e\r":
        assert letter not in done.stdout + done.stderr
    assert "\nerror: not ours" not in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 6000


@pytest.mark.parametrize(("model", "is_told"), [("gpt-4o-nimi", True), ("gpt-4o-mini-2024-07-18", False)])
def test_a_model_that_nobody_knows_is_told_before_the_upload(
    server: Served, tmp_path: Path, model: str, is_told: bool
) -> None:
    command = [*start_command(server, training_file(tmp_path)), "--dry-run", "--model", model]
    done = corpus_to_ft(command, tmp_path / "home")
    assert ("model_unknown" in done.stderr) == is_told, done.stderr
    assert server.stats()["files"] == []


def test_a_redirect_to_another_server_gets_neither_key_nor_file(server: Served, tmp_path: Path) -> None:
    with serve_tuning() as thief:
        away = {"status": 307, "headers": {"location": f"{thief.url}/files"}}
        server.set(raw={"files": away})
        done = corpus_to_ft(
            [*start_command(server, training_file(tmp_path)), "--set", "auth=api-key"],
            tmp_path / "home", OPENAI_API_KEY="sk-test-0123456789",
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert f"127.0.0.1:{thief.port}" in done.stderr
        assert thief.stats()["requests"] == {}


@pytest.mark.parametrize("patch", [
    {"created_at": 1763742465123, "finished_at": 1763742465123, "estimated_finish": 1763742465123},
    {"created_at": None, "trained_tokens": None, "result_files": None, "error": {}},
    {"created_at": 10**30, "finished_at": "bald"},
])  # fmt: skip
def test_odd_times_and_nothings_do_not_keep_a_job_from_its_end(
    server: Served, tmp_path: Path, patch: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    told = [
        {"created_at": 1763742465123},
        {"created_at": None, "message": None, "type": None, "level": None, "id": None},
    ]
    server.set(patch={"jobs:get": {**patch, "status": "succeeded", "fine_tuned_model": "ft:a"}}, told=told)
    assert call(*start_command(server, training_file(tmp_path))) == 0
    assert json.loads(capsys.readouterr().out)["tuned_model"] == "ft:a"


def test_figures_that_are_none_are_not_shown(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = {"step": math.nan, "train_loss": math.inf, "total_steps": 1e308, "valid_loss": 1.5, "\x1e": 1.0}
    server.set(told=[{"message": "하나", "data": figures}])
    assert call(*start_command(server, training_file(tmp_path))) == 0
    capsys.readouterr()
    assert call("tune", "events", "latest", "--json") == 0
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["metrics"] == {"valid_loss": 1.5}


def test_events_stay_when_the_host_has_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve_tuning() as server:
        call(*start_command(server, training_file(tmp_path)))
        capsys.readouterr()
        server.set(told=[{"message": "only this is left"}])
        call("tune", "events", "latest", "--json")
        told = [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()]
        assert told[0] == "Created fine-tuning job"
        assert "only this is left" in told
        assert len(told) == len(set(told))
    assert call("tune", "events", "latest", "--json") == 0
    assert [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()] == told


def test_a_host_that_is_away_is_spoken_of_once(tmp_path: Path) -> None:
    with serve_tuning() as server:
        home = tmp_path / "home"
        corpus_to_ft(start_command(server, training_file(tmp_path), "--no-follow"), home)
        server.set(raw={"jobs:get": {"body": "<html>busy</html>", "kind": "text/html"}})
        command = [*PROGRAM, "tune", "follow", "--poll", "0.01", "--json"]
        with subprocess.Popen(
            command, env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as followed:
            assert followed.stderr is not None
            for line in followed.stderr:
                if "unreadable answer" in line:
                    break
            before = server.stats()["requests"]["jobs:get"]
            while server.stats()["requests"]["jobs:get"] < before + 3:
                pass
            server.set(raw={})
            out, said = followed.communicate(timeout=60)
    assert json.loads(out)["state"] == "succeeded"
    assert "unreadable" not in said


def test_a_figure_that_cannot_be_brought_home_does_not_hide_the_model(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = training_file(tmp_path)
    (tmp_path / "tuning").write_text("in the way", encoding="utf-8")
    command = [word for word in start_command(server, path) if word != "--json"]
    assert call(*command) == 0
    assert "ft:gpt-4o-mini:org::0001" in capsys.readouterr().out


def test_a_job_that_the_host_forgot_is_shown_ended_and_started_anew(
    server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = start_command(server, training_file(tmp_path), "--no-follow")
    call(*command)
    gone = {"status": 404, "body": json.dumps({"error": {"message": "gone"}})}
    server.set(raw={"jobs:get": gone, "jobs:cancel": gone})
    assert call("tune", "show", "latest", "--json") == 0
    assert call("tune", "cancel", "latest", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["state"] == "cancelled"
    server.set(raw={"jobs:get": {}})
    assert call(*command) == 0
    assert server.stats()["charges"] == 2


@pytest.mark.parametrize("name", ["file-abc123", "https://example.com/a.jsonl"])
def test_what_lies_elsewhere_is_told(server: Served, name: str) -> None:
    with pytest.raises(ConfigError, match="not on this machine"):
        call(*start_command(server, Path(name)))


@pytest.mark.parametrize("content", ["same", ""])
def test_a_validation_that_proves_nothing_stops_the_start(server: Served, tmp_path: Path, content: str) -> None:
    path, other = training_file(tmp_path), tmp_path / "검증.jsonl"
    other.write_bytes(path.read_bytes() if content else b"")
    with pytest.raises(ConfigError, match="1 faults"):
        call(*start_command(server, path, "--validation", str(other)))
    assert server.stats()["files"] == []


def test_a_bound_holds_for_who_goes_on_as_well(server: Served, tmp_path: Path) -> None:
    path = training_file(tmp_path)
    server.set(raw={"jobs": {"status": 429, "body": json.dumps({"error": {"code": "insufficient_quota"}})}})
    with pytest.raises(BudgetReached, match="quota"):
        call(*start_command(server, path))
    server.set(raw={"jobs": {}})
    with pytest.raises(BudgetReached, match="--max-cost"):
        call(*start_command(server, path, "--max-cost", "0.001"))
    assert server.stats()["charges"] == 0


def job(**fields: object) -> TuneJob:
    known = {
        "target": "together-chat",
        "tuner": "together",
        "model": "m",
        "base_url": "http://127.0.0.1:1",
        "files": (),
    }
    return TuneJob.make(**{"planned_at": "2026-11-21", "api_key_env": "", **known, **fields})  # type: ignore[arg-type]


def test_settings_that_shape_the_model_make_another_job() -> None:
    assert job(shaping={"lora_r": 8}).content != job(shaping={"lora_r": 16}).content != job().content
    assert job(shaping={}).content == job().content


def test_an_ambiguous_name_gets_the_list_of_what_it_may_mean(home: Path) -> None:
    with JobLedger.open(home) as ledger:
        jobs = [ledger.save(job(planned_at=str(number), remote_id="same")) for number in range(2)]
    with pytest.raises(ConfigError) as told:
        call("tune", "show", "same")
    assert all(each.id in str(told.value) for each in jobs)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CORPUS_TO_FT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_events_are_kept_once_and_in_order(home: Path) -> None:
    with JobLedger.open(home) as ledger:
        told = [
            TuneEvent(id=f"{at}", at=f"2026-11-21T10:00:{at:02}", level="info", message=f"{at}번") for at in range(30)
        ]
        ledger.keep_events("a", reversed(told))
        ledger.keep_events("a", told)
        assert ledger.events("a") == told
        assert ledger.events("b") == []


def test_who_may_wait_for_another_process_does(home: Path) -> None:
    holding = (
        "import sys\nfrom pathlib import Path\nfrom corpus_to_ft.store.jobs import JobLedger\n"
        f"with JobLedger.open(Path({str(home)!r})) as ledger, ledger.working_on('x'):\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [PROGRAM[0], "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        told: list[str] = []

        def waits(process: str) -> None:
            told.append(process)
            assert other.stdin
            other.stdin.write("\n")
            other.stdin.flush()

        with JobLedger.open(home) as ledger:
            with pytest.raises(StoreError, match=str(other.pid)), ledger.working_on("x"):
                pass
            with ledger.working_on("x", waits):
                assert told == [str(other.pid)]


@pytest.mark.parametrize("question", ["", "   ", "-"])
def test_an_empty_question_is_not_asked(server: Served, tmp_path: Path, question: str) -> None:
    done = corpus_to_ft(["ask", "gpt-4o-mini", question, "--base-url", server.url], tmp_path / "home")
    assert done.returncode == 2
    assert server.stats()["asked"] == []


@pytest.mark.parametrize(("columns", "terminal"), [(80, "xterm-256color"), (40, "xterm-256color"), (80, "dumb")])
def test_a_job_is_watched_on_a_terminal_to_its_end(server: Served, tmp_path: Path, columns: int, terminal: str) -> None:
    server.set(statuses=["queued", "running", "running", "succeeded"], steps=40)
    left_out = ("--json", "--yes")
    command = [word for word in start_command(server, training_file(tmp_path)) if word not in left_out]
    code, shown = on_a_terminal(command, tmp_path / "home", b"yes\n", columns, TERM=terminal)
    assert code == 0, shown
    assert "tuned model: ft:gpt-4o-mini:org::0001" in shown
    assert ("█" in shown) == (terminal != "dumb")
    assert ("40/40" in shown) == (terminal != "dumb")


@pytest.mark.parametrize("typed", [b"y\n", b"no\n", b"\n", b"\x04"])
def test_only_a_typed_yes_starts_a_training(server: Served, tmp_path: Path, typed: bytes) -> None:
    command = [word for word in start_command(server, training_file(tmp_path)) if word != "--yes"]
    code, shown = on_a_terminal(command, tmp_path / "home", typed)
    assert code == 5, shown
    assert "nothing was spent" in shown
    assert server.stats()["files"] == []


def test_who_has_trained_learns_until_when_the_model_answers(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORPUS_TO_FT_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    own = f'[openai-chat]\nbase_url = "{server.url}"\n'
    (tmp_path / "home" / "targets.toml").write_text(own, encoding="utf-8")
    command = [word for word in start_command(server, training_file(tmp_path)) if word != "--json"]
    assert call(*command) == 0
    assert "2027-01-14" in capsys.readouterr().out


def test_epochs_have_one_name_so_that_the_price_is_that_of_the_job(server: Served, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--epochs"):
        call(*start_command(server, training_file(tmp_path), "--hyper", "n_epochs=50", "--epochs", "1"))
    assert server.stats()["files"] == []


def test_the_beginning_of_an_id_deletes_nothing(server: Served, tmp_path: Path) -> None:
    call(*start_command(server, training_file(tmp_path)))
    assert call("tune", "list", "--json") == 0
    with pytest.raises(TuneError):
        call("models", "delete", "latest", "--yes")
    assert server.stats()["deleted"] == []


def test_a_training_that_failed_leaves_its_findings_too(tmp_path: Path) -> None:
    with serve_tuning(statuses=["queued", "running", "failed"], moderation=True) as server, pytest.raises(TuneError):
        call(*start_command(server, training_file(tmp_path)))
    (page,) = (tmp_path / "tuning").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "violence: 62 %" in text
    assert "line 3 is wrong" in text
    assert "<polyline" in text


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_list_can_be_copied_from_a_terminal_of_any_width(server: Served, tmp_path: Path, columns: int) -> None:
    corpus_to_ft(start_command(server, training_file(tmp_path)), tmp_path / "home")
    for command in (["tune", "list"], ["models", "list"], ["files", "list"]):
        code, shown = on_a_terminal(command, tmp_path / "home", b"", columns)
        assert code == 0, shown
        assert ("file-0001" if command[0] == "files" else "ft:gpt-4o-mini:org::0001") in shown
    piped = corpus_to_ft(["tune", "list"], tmp_path / "home", COLUMNS="40").stdout
    assert "ft:gpt-4o-mini:org::0001" in piped
    assert "openai-chat" in piped


@pytest.mark.parametrize(
    "address", ["not a url", "ftp://host/v1", "http://[bad", "https://me:sk-geheim-0123456@host/v1"]
)
def test_what_is_no_address_is_told(tmp_path: Path, address: str) -> None:
    for command in (
        ["ask", "m", "x"],
        ["models", "list"],
        ["tune", "start", str(training_file(tmp_path)), "--model", "m"],
    ):
        target = "together-chat" if command[0] == "tune" else "openai-chat"
        with pytest.raises(ConfigError, match="no address") as told:
            call(*command, "--base-url", address, "--target", target)
        assert "geheim" not in str(told.value)


def test_a_page_is_no_answer_and_an_empty_answer_is_told(server: Served, tmp_path: Path) -> None:
    command = ["ask", "gpt-4o-mini", "몇 시에 엽니까?", "--base-url", server.url]
    server.set(raw={"chat": {"body": "<html>", "kind": "text/html"}})
    assert corpus_to_ft(command, tmp_path / "home").returncode == 3
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ""}}
    server.set(raw={"chat": {"body": json.dumps({"model": "m", "choices": [choice]})}})
    done = corpus_to_ft([*command, "--json"], tmp_path / "home")
    assert (done.returncode, json.loads(done.stdout)["answer"]) == (0, "")
    assert "empty" in done.stderr
    assert corpus_to_ft([*command, "--kind", "poem"], tmp_path / "home").returncode == 2
