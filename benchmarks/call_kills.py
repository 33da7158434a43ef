"""A run of calls that is killed with SIGKILL at random moments and continued until it is whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.call_clients import write_prompts
from benchmarks.calls import ROOT
from tests.serving import Served, serve

# An answer that went out this shortly before the kill may not have been stored by anybody.
JUST_BEFORE_S = 0.25
LATENCY_MS = 200


def killed_runs(*, rows: int, in_flight: int, kills: int, seed: int) -> dict[str, Any]:
    """Kills at moments drawn from the time that calls are under way, then a run to the end and one more for nothing."""
    drawn = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch, serve(latency_ms=LATENCY_MS) as server:
        prompts, folder = Path(scratch, "prompts.jsonl"), Path(scratch, "run")
        write_prompts(prompts, rows)
        command = [sys.executable, "-m", "benchmarks.call_clients", "ours", str(prompts), server.url, str(in_flight)]
        command += ["--folder", str(folder)]
        whole_s = rows / in_flight * LATENCY_MS / 1000
        times, open_at_kill = [], 0
        for _ in range(kills):
            died_at, was_open = _kill(command, server, drawn.uniform(0.05, whole_s / (kills + 1) * 1.5))
            if died_at is None:
                break
            times.append(died_at)
            open_at_kill += was_open
        last = _finish(command)
        before = server.stats(prompts=True)
        again = _finish(command)
        requests_again = server.stats()["requests"] - before["requests"]
        rows_in_ledger, tokens_in_ledger, still_open = _ledger(folder)
    gaps = [_before_kill(sent, again_at, times) for _, sent, again_at in before["repeats"]]
    return {
        "what": f"SIGKILL at {in_flight} in flight", "rows": rows, "kills": len(times),
        "answered": last["answered"], "lost": last["lost"], "requests": before["requests"],
        "avoidable": sum(gap > JUST_BEFORE_S for gap in gaps),
        "just_before": sum(0 < gap <= JUST_BEFORE_S for gap in gaps), "into_the_dead": sum(gap <= 0 for gap in gaps),
        "longest_before_ms": round(1000 * min(99.0, max(gaps, default=0.0))),
        "open_at_kill": open_at_kill, "undelivered": before["undelivered"],
        "run_again": requests_again, "reused": again["reused"],
        "ledger_calls": rows_in_ledger, "ledger_open": still_open,
        "server_answers": before["answers"], "ledger_tokens": tokens_in_ledger,
        "server_tokens": before["prompt_tokens"] + before["completion_tokens"],
        "error": last.get("stopped", ""),
    }  # fmt: skip


def _before_kill(sent: float, again_at: float, kills: Sequence[float]) -> float:
    """How long before the kill that made it necessary an answer went out; endless where no kill lies between."""
    last = max((died for died in kills if died <= again_at), default=None)
    return float("inf") if last is None else last - sent


def _kill(command: list[str], server: Served, after_s: float) -> tuple[float | None, int]:
    """When the kill hit and how many calls were under way then; None when the run was done before it."""
    seen = server.stats()["requests"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.stats()["requests"] == seen and process.poll() is None:
        time.sleep(0.02)
    time.sleep(after_s)
    under_way = server.stats()["in_flight"]
    if process.poll() is not None:
        return None, 0
    process.kill()
    died_at = time.monotonic()
    process.wait()
    # What was under way is answered into closed connections before the next run begins.
    time.sleep(2 * LATENCY_MS / 1000)
    return died_at, under_way


def _finish(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def _ledger(folder: Path) -> tuple[int, int, int]:
    """Calls, tokens of those whose tokens are known, and calls that nobody knows the end of."""
    from corpus_to_ft.store import RunStore

    with RunStore.read(folder) as store:
        calls = store.calls()
    known = [call for call in calls if call.output_tokens]
    return len(calls), sum(call.input_tokens + call.output_tokens for call in known), len(calls) - len(known)
