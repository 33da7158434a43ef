"""A run of calls that is killed with SIGKILL at random moments and continued until it is whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.call_clients import INPUT_PRICE, OUTPUT_PRICE, write_prompts
from benchmarks.calls import ROOT
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.spending import Spending, spending, total
from tests.serving import Served, serve

# An answer that went out this shortly before the kill may not have been stored by anybody.
JUST_BEFORE_S = 0.25
LATENCY_MS = 200
DRAINED_S = 2 * LATENCY_MS / 1000
INPUT_USD, OUTPUT_USD = INPUT_PRICE / 1e6, OUTPUT_PRICE / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """When a process began, and when it was killed; on the clock that the server shares."""

    begun: float
    died: float


def killed_runs(*, rows: int, in_flight: int, kills: int, seed: int) -> dict[str, Any]:
    """Kills at moments drawn from the time that calls are under way, then a run to the end and one more for nothing."""
    drawn = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch, serve(latency_ms=LATENCY_MS) as server:
        prompts, folder = Path(scratch, "prompts.jsonl"), Path(scratch, "run")
        write_prompts(prompts, rows)
        command = [sys.executable, "-m", "benchmarks.call_clients", "ours", str(prompts), server.url, str(in_flight)]
        command += ["--folder", str(folder)]
        whole_s = rows / in_flight * LATENCY_MS / 1000
        lives, open_at_kill = [], 0
        for _ in range(kills):
            life, was_open = _kill(command, server, drawn.uniform(0.05, whole_s / (kills + 1) * 1.5))
            if life is None:
                break
            lives.append(life)
            open_at_kill += was_open
        last = _finish(command)
        before = server.stats(prompts=True)
        again = _finish(command)
        requests_again = server.stats()["requests"] - before["requests"]
        whole = _ledger(folder)
    gaps = [_before_kill(sent, lives) for _, sent, _ in before["repeats"]]
    return {
        "what": f"SIGKILL at {in_flight} in flight", "rows": rows, "kills": len(lives),
        "answered": last["answered"], "lost": last["lost"], "requests": before["requests"],
        "avoidable": sum(gap > JUST_BEFORE_S for gap in gaps),
        "just_before": sum(0 < gap <= JUST_BEFORE_S for gap in gaps), "into_the_dead": sum(gap <= 0 for gap in gaps),
        "longest_before_ms": round(1000 * min(99.0, max(gaps, default=0.0))),
        "open_at_kill": open_at_kill, "undelivered": before["undelivered"],
        "run_again": requests_again, "reused": again["reused"],
        "ledger_calls": whole.calls, "ledger_lost": whole.lost.calls, "ledger_uncounted": whole.uncounted.calls,
        "ledger_usd": whole.cost, "ledger_at_most_usd": whole.at_most,
        "server_usd": before["prompt_tokens"] * INPUT_USD + before["completion_tokens"] * OUTPUT_USD,
        "error": last.get("stopped", ""),
    }  # fmt: skip


def _before_kill(sent: float, lives: Sequence[Life]) -> float:
    """How long before the kill of who had asked an answer went out; below zero where it went to the dead.

    It may be asked for again only some processes later. An answer of the last process, which nobody killed, should
    never be: endless.
    """
    begun = [life for life in lives if life.begun <= sent]
    if not begun or (begun[-1].died < sent and sent > max(life.died for life in lives) + DRAINED_S):
        return float("inf")
    return begun[-1].died - sent


def _kill(command: list[str], server: Served, after_s: float) -> tuple[Life | None, int]:
    """The life of one process and how many calls were under way at its end; None when the run was done before."""
    seen = server.stats()["requests"]
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.stats()["requests"] == seen and process.poll() is None:
        time.sleep(0.02)
    time.sleep(after_s)
    under_way = server.stats()["in_flight"]
    if process.poll() is not None:
        return None, 0
    process.kill()
    # What is answered from here on, until the system has closed its connections, nobody can have read.
    died = time.monotonic()
    process.wait()
    # What was under way is answered into closed connections before the next run begins.
    time.sleep(DRAINED_S)
    return Life(begun=begun, died=died), under_way


def _finish(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def _ledger(folder: Path) -> Spending:
    """All calls: those that are certain, those that were lost with a process, and those that nobody counted."""
    with RunStore.read(folder) as store:
        return total(spending(store))
