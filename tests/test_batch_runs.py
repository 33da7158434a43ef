"""Whole runs with batches, on the command line: ended and continued, killed at every step, looked after and cancelled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from batch_serving import serve_batches
from serving import Served

from corpus_to_ft.llm.openai_compatible import OpenaiCompatibleProvider
from corpus_to_ft.store import RunStore

POSTS = {
    "창고.md": "# 냉동 창고\n\n냉동 창고의 온도는 영하 18도로 유지합니다. 온도가 영하 15도보다 높아지면 담당자에게 알림이 갑니다. "
    "센서는 5분마다 값을 보냅니다. 센서는 두 개씩 둡니다.\n",
    "배송.md": "# 새벽 배송\n\n새벽 배송은 밤 11시까지 주문한 상품을 다음 날 아침 7시 전에 문 앞에 두는 서비스입니다. "
    "수도권에서는 2023년 5월부터 시작했습니다. 부산에서는 2024년 1월에 시작했습니다.\n",
    "휴가.md": "# 휴가 제도\n\n한별로지스의 휴가는 입사한 날부터 쓸 수 있습니다. 남은 휴가는 다음 해 3월까지 쓸 수 있습니다. "
    "리프레시 휴가는 3년을 일한 사람에게 주는 열흘짜리 유급 휴가입니다.\n",
}
QUICK = ["analyzer.use=regex", "generate=qa,summary", "provider.model=gpt-4o-mini"]
MOMENTS = [
    "files:before", "files:after", "files:sent", "batches:before", "batches:after", "batches:sent",
    "batches:get:before", "batches:get:sent", "files:content:before", "files:content:after", "files:content:sent",
]  # fmt: skip


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    write_posts(tmp_path / "posts")
    return tmp_path / "posts"


def write_posts(folder: Path) -> None:
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "corpus_to_ft", *words]


def run_command(posts: Path, out: Path, server: Served, *more: str, use: str = "openai_batch") -> list[str]:
    quick = ["provider.poll_s=0.05"] if use == "openai_batch" else []
    settings = [*QUICK, *quick, f"provider.use={use}", f"provider.base_url={server.url}", *more]
    return command("run", str(posts), "-o", str(out), "--yes", "--json", *(f"--set={each}" for each in settings))


def run(words: list[str], expected: int | None = 0) -> Any:
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "CORPUS_TO_FT_LANG": "en"})
    assert done.returncode == expected or expected is None, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines if "batches" in words else lines[0]


def lines_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.jsonl"))}


def test_a_run_without_waiting_ends_and_running_again_collects_until_all_is_done(posts: Path, tmp_path: Path) -> None:
    """A long document is summarized before its questions are asked: its batches come one after the other."""
    long = "\n\n".join(
        f"{n}번 창고는 {n % 9 + 1}월에 문을 열었습니다. {n}번 창고의 온도는 영하 {n}도입니다." for n in range(1, 120)
    )
    (posts / "긴 글.md").write_text(f"# 창고 목록\n\n{long}\n", encoding="utf-8")
    out = tmp_path / "out"
    with serve_batches(looks=1) as server:
        words = run_command(posts, out, server, "target.use=legacy")
        first = run(words, expected=3)
        assert "run again to collect" in first["postponed_because"]
        assert first["postponed"] == 4
        listed = run(command("batches", "list", str(out), "--json"))
        assert [(line["state"], line["answered"]) for line in listed] == [("submitted", 0)]
        second = run(words, expected=3)
        assert 0 < second["postponed"] < 4
        while (done := run(words, expected=None))["postponed"]:
            assert len(run(command("batches", "list", str(out), "--json"))) < 6
        assert done["examples"] > 3
        seen = server.stats()
        assert (seen["billed_twice"], seen["twice_under_way"]) == (0, 0)
        assert done["cost"] == pytest.approx(sum(seen["billed"].values()) * (30 + 24) / 1e6 / 2)
        shown = run(command("batches", "show", str(out), "--json"))
        assert all(line["outcomes"] == {"stop": line["prompts"]} for line in shown)


def test_batches_bring_the_same_data_set_however_the_run_is_cut(posts: Path, tmp_path: Path) -> None:
    with serve_batches(faults={"500": 0.3, "missing": 0.2}) as server:
        run(run_command(posts, tmp_path / "calm", server, "provider.wait=true", "provider.max_attempts=9"))
        server.set(faults={})
        run(run_command(posts, tmp_path / "cut", server, "provider.wait=true", "provider.requests_per_batch=1"))
        assert lines_of(tmp_path / "calm") == lines_of(tmp_path / "cut") != {}
        # Direct calls find every answer in the run: the server, which knows no chat, is not asked.
        direct = run(run_command(posts, tmp_path / "cut", server, use="openai_compatible"))
        assert direct["calls"]["made"] == 0


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A run that nobody disturbs: what it made, and what the server saw of it."""
    folder = tmp_path_factory.mktemp("calm")
    write_posts(folder / "posts")
    with serve_batches() as server:
        outcome = run(run_command(folder / "posts", folder / "out", server, "provider.wait=true"))
        seen = server.stats()
    assert len(seen["files"]) == len(seen["batches"]) == 1
    return {**outcome, "lines": lines_of(folder / "out"), "billed": seen["billed"]}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_at_any_step_continues_with_one_file_and_one_batch(
    posts: Path, tmp_path: Path, calm: dict[str, Any], moment: str
) -> None:
    out = tmp_path / "out"
    with serve_batches() as server:
        words = run_command(posts, out, server, "provider.wait=true")
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.set(kill=moment, pid=process.pid)
        assert process.wait(60) == -signal.SIGKILL
        again = run(words)
        seen = server.stats()
    assert (len(seen["files"]), len(seen["batches"])) == (1, 1)
    assert seen["billed"] == calm["billed"]
    assert set(seen["billed"].values()) == {1}
    assert (again["examples"], again["cost"]) == (calm["examples"], pytest.approx(calm["cost"]))
    assert lines_of(out) == calm["lines"]
    with RunStore.read(out) as store:
        assert {call.outcome for call in store.calls()} == {"stop"}
    assert not list((out / "batches").iterdir())


def test_cancel_keeps_what_is_answered_while_nobody_waits(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve_batches(hold=True, share_done=0.5) as server:
        run(run_command(posts, out, server), expected=3)
        (ended,) = run(command("batches", "cancel", str(out), "--json"))
        assert (ended["state"], ended["status"]) == ("collected", "cancelled")
        with RunStore.read(out) as store:
            kept = [call for call in store.calls() if call.outcome == "stop"]
            assert len(kept) == ended["prompts"] // 2
        server.set(hold=False)
        run(run_command(posts, out, server, "provider.wait=true"))
        assert server.stats()["billed_twice"] == 0


def test_cancel_reaches_a_run_that_waits(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve_batches(hold=True, share_done=0.5) as server:
        words = run_command(posts, out, server, "provider.wait=true")
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            until = time.monotonic() + 60
            while not server.stats()["batches"] and time.monotonic() < until:
                time.sleep(0.1)
            time.sleep(0.5)
            (ended,) = run(command("batches", "cancel", str(out), "--json"))
            assert ended["status"] == "cancelling"
            assert process.stdout is not None
            told = json.loads(process.stdout.read())
        assert process.returncode == 3
        assert told["postponed"] > 0
        assert len(server.stats()["batches"]) == 1


def test_cancel_frees_what_never_reached_the_server(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve_batches(refuse={"files": [500] * 20}) as server:
        run(run_command(posts, out, server), expected=3)
        (ended,) = run(command("batches", "cancel", str(out), "--json"))
        assert (ended["state"], ended["status"]) == ("collected", "dropped")
        with RunStore.read(out) as store:
            assert {call.cost for call in store.calls()} == {0.0}
            provider = OpenaiCompatibleProvider(model="gpt-4o-mini", base_url=server.url)
            assert not store.waiting_calls()
            assert provider.fingerprint() == store.batches()[0].asked_by


def test_a_batch_that_is_not_there_is_named(tmp_path: Path, posts: Path) -> None:
    out = tmp_path / "out"
    with serve_batches(hold=True) as server:
        run(run_command(posts, out, server), expected=3)
        done = subprocess.run(command("batches", "show", str(out), "--number", "7"), capture_output=True, text=True)
        assert done.returncode == 2
        assert "batches list" in done.stderr
