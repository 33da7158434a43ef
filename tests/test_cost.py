"""`cost`: what is certainly spent, what was lost with a process, and what is reserved, each by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from batch_serving import answers, prompts, provider, serve_batches
from serving import serve
from test_run_with_a_model import command, environment, posts, run

from corpus_to_ft.cli.money import print_cost
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.database import LOST, OPEN, Call
from corpus_to_ft.store.spending import spending, total

__all__ = ["posts"]
IN, OUT = 0.30 / 1e6, 1.20 / 1e6


def told_of(out: Path) -> Any:
    return json.loads(words_of(out, "--json"))


def words_of(out: Path, *more: str) -> str:
    line = [sys.executable, "-m", "corpus_to_ft", "cost", str(out), *more]
    return subprocess.run(line, capture_output=True, text=True, check=True, env=environment()).stdout


def test_calls_under_way_at_a_kill_are_told_apart_with_the_most_they_cost(posts: Path, tmp_path: Path) -> None:
    out, kinds = tmp_path / "out", ("--set", "generate=qa,keywords,summary")
    with serve(latency_ms=200) as server:
        line = command(server, posts, out, "--set", "provider.max_concurrency=2", *kinds)
        with subprocess.Popen(line, stderr=subprocess.DEVNULL, env=environment()) as process:
            while server.stats()["answers"] < 4:
                assert process.poll() is None
                time.sleep(0.02)
            # The next two calls are under way until nobody waits for them any more.
            server.set(latency_ms=30_000)
            time.sleep(1)
            while server.stats()["in_flight"] < 2:
                assert process.poll() is None
                time.sleep(0.02)
            while_it_runs = told_of(out)["total"]
            process.kill()
        dead = told_of(out)["total"]
        assert (while_it_runs["reserved"]["calls"], while_it_runs["lost"]["calls"]) == (2, 0)
        assert (dead["lost"]["calls"], dead["reserved"]["calls"], dead["failed"]) == (2, 0, 0)
        assert 0 < dead["cost"] < dead["at_most"] == pytest.approx(dead["cost"] + dead["lost"]["at_most"])
        server.set(latency_ms=10)
        assert run(server, posts, out, *kinds).returncode == 0
        seen, end = server.stats(), told_of(out)["total"]
    assert (end["calls"], end["lost"]["calls"]) == (seen["requests"], 2)
    assert (end["input_tokens"], end["output_tokens"]) <= (seen["prompt_tokens"], seen["completion_tokens"])
    billed = seen["prompt_tokens"] * IN + seen["completion_tokens"] * OUT
    assert end["cost"] <= billed <= end["at_most"]
    said = words_of(out)
    assert "lost: 2 calls were under way when a run was killed" in said
    assert f"certainly spent: ${end['cost']:.4f}" in said
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["cost"] == pytest.approx(end["cost"])
    assert manifest["cost_uncertain"] == pytest.approx(end["lost"]["at_most"])


def test_calls_that_nobody_counted_are_not_certain(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        known = call("stop", 0.5, tokens=10)
        store.write_calls({1: known, 2: call("timeout", 0.2), 3: call("http_500", 0.0), 4: call(LOST, 0.1)})
        whole = total(spending(store))
    assert (whole.calls, whole.failed, whole.cost) == (4, 2, 0.5)
    assert (whole.uncounted.calls, whole.uncounted.at_most) == (1, 0.2)
    assert (whole.lost.calls, whole.lost.at_most) == (1, 0.1)
    assert whole.at_most == pytest.approx(0.8)


def test_an_unknown_price_stays_unknown_in_the_total(tmp_path: Path) -> None:
    with RunStore.open(tmp_path) as store:
        store.write_calls({1: call("stop", 0.5, tokens=10), 2: call(OPEN, None, model="mystery-9b")})
    with RunStore.read(tmp_path) as store:
        lines = spending(store)
    assert [(line.cost, line.lost.calls, line.at_most) for line in lines] == [(0.5, 0, 0.5), (0.0, 1, None)]
    assert (total(lines).cost, total(lines).at_most) == (0.5, None)


def test_a_limit_in_the_middle_is_kept_whatever_is_under_way_and_a_higher_one_finishes(tmp_path: Path) -> None:
    many, out = tmp_path / "글", tmp_path / "out"
    many.mkdir()
    for number in range(40):
        text = f"{number}번 창고는 아침 {number % 9 + 1}시에 문을 엽니다. 상자는 {number + 10}개까지 들어갑니다. "
        text += f"온도는 영하 {number}도로 유지하고, 문이 열려 있으면 담당자에게 알림을 보냅니다."
        (many / f"{number}.md").write_text(f"# {number}번 창고\n\n{text}\n", encoding="utf-8")
    dear = ("--set", "provider.input_price=100", "--set", "provider.output_price=100", "--yes")
    with serve(latency_ms=50) as server:
        stopped = run(server, many, out, *dear, "--max-cost", "2", "--set", "provider.max_concurrency=16")
        assert stopped.returncode == 3, stopped.stderr
        seen, whole = server.stats(), told_of(out)["total"]
        billed = (seen["prompt_tokens"] + seen["completion_tokens"]) * 100 / 1e6
        assert whole["cost"] == whole["at_most"] == pytest.approx(billed)
        assert 1 < billed <= 2
        assert 0 < whole["calls"] == seen["requests"] < 40
        assert run(server, many, out, *dear, "--max-cost", "50").returncode == 0
        seen, whole = server.stats(), told_of(out)["total"]
    assert (whole["calls"], seen["requests"], seen["repeated"]) == (40, 40, 0)


def test_what_waiting_batches_reserve_is_not_spent(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve_batches(hold=True) as server:
        line = command(server, posts, out, "--yes", "--set", "provider.use=openai_batch")
        first = subprocess.run([*line, "--json"], capture_output=True, text=True, check=False, env=environment())
        assert first.returncode == 3
        outcome = json.loads(first.stdout)
        assert outcome["cost"] == outcome["cost_uncertain"] == 0
        assert outcome["cost_reserved"] > 0
        said = subprocess.run(line, capture_output=True, text=True, check=False, env=environment()).stdout
        assert "so far: $0.0000; at most $0.0" in said
        assert "reserved for batches that wait" in said
        waiting = told_of(out)["total"]
        assert waiting["cost"] == 0
        assert waiting["reserved"] == {"calls": 4, "at_most": pytest.approx(outcome["cost_reserved"])}
        assert "reserved: 4 calls wait in batches" in words_of(out)


def test_the_sum_of_a_batch_is_what_the_server_counted(tmp_path: Path) -> None:
    with serve_batches() as server:
        answers(provider(server), tmp_path, prompts(10))
    with RunStore.read(tmp_path) as store:
        whole = total(spending(store))
    assert whole.cost == pytest.approx(10 * (100 * IN + 20 * OUT) / 2)
    assert (whole.at_most, whole.reserved.calls) == (whole.cost, 0)


def test_what_is_unsure_is_told_in_korean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore.open(tmp_path) as store:
        store.write_calls({1: call(LOST, 0.25), 2: call("stop", 0.5, tokens=7)})
    monkeypatch.setenv("CORPUS_TO_FT_LANG", "ko")
    print_cost(tmp_path, as_json=False)
    assert "잃은 호출: 실행이 강제로 끝날 때 진행 중이던 호출 1회, 최대 $0.2500" in capsys.readouterr().out


def call(outcome: str, cost: float | None, *, tokens: int = 0, model: str = "gpt-4o-mini") -> Call:
    return Call(
        prompt_id="p", kind="qa", provider="openai_compatible", model=model, attempt=1, started_at="",
        latency_s=0.0, input_tokens=tokens, output_tokens=tokens, cost=cost, outcome=outcome,
    )  # fmt: skip
