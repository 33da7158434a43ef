"""2,000 calls of about 1,000 Korean characters: ours beside bare aiohttp and the official SDK, in one run.

    python -m benchmarks.calls [--calls 2000] [--in-flight 64 256] [--latency-ms 200 0] [--rounds 3] [--json]
    python -m benchmarks.calls --peers curator=VENV data-designer=VENV

Every measurement is a process of its own, in turn (A B C A B C …); medians are printed. The rate is that of the calls
alone, processor seconds and memory are those of the whole process tree with its start. Our client has its store,
ledger, limits and budget on. Peers run from environments of their own:

    python3.11 -m venv curator && curator/bin/pip install bespokelabs-curator==0.1.31
    python3.11 -m venv designer && designer/bin/pip install data-designer==0.9.6
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.call_clients import write_prompts
from tests.serving import Served, serve

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ("aiohttp", "openai", "ours")
BETWEEN_LOOKS_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One client, once: what it said, and what its process tree took."""

    client: str
    latency_ms: float
    in_flight: int
    calls: int
    answered: int
    seconds: float
    whole_s: float
    cpu_s: float
    peak_mb: float
    connections: int
    requests: int
    error: str = ""

    @property
    def rate(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0


def tree_mb(root: int) -> float:
    """Resident memory of a process and all below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    pages, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def run_child(command: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, Any], float, float, float]:
    """(last line of its output, seconds, processor seconds of the tree, peak memory of the tree in MB)."""
    before, begun, peak = os.times(), time.monotonic(), 0.0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err, env={**os.environ, **environment})
        while process.poll() is None:
            peak = max(peak, tree_mb(process.pid))
            time.sleep(BETWEEN_LOOKS_S)
        whole_s, after = time.monotonic() - begun, os.times()
        out.seek(0)
        err.seek(0)
        lines = out.read().decode().strip().splitlines()
        trouble = err.read().decode(errors="replace").strip()[-1500:]
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    try:
        said = json.loads(lines[-1])
    except (IndexError, ValueError):
        said = {"seconds": 0.0, "answered": 0, "error": f"ended with {process.returncode}: {trouble}"}
    return said, whole_s, cpu_s, peak


def measure(client: str, venv: str, server: Served, prompts: Path, in_flight: int, latency_ms: float) -> Measured:
    server.reset()
    calls = sum(1 for _ in prompts.open(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        if venv:
            program = [f"{venv}/bin/python", str(ROOT / "benchmarks" / "call_peers.py")]
        else:
            program = [sys.executable, "-m", "benchmarks.call_clients"]
        command = [*program, client, str(prompts), server.url, str(in_flight), "--folder", folder]
        said, whole_s, cpu_s, peak_mb = run_child(command, {"OPENAI_API_KEY": "none", "HOME": folder} if venv else {})
    stats = server.stats()
    return Measured(
        client=client, latency_ms=latency_ms, in_flight=in_flight, calls=calls, answered=said["answered"],
        seconds=said["seconds"], whole_s=whole_s, cpu_s=cpu_s, peak_mb=peak_mb, connections=stats["connections"],
        requests=stats["requests"], error=said.get("error", "") or said.get("stopped", ""),
    )  # fmt: skip


def all_measured(chosen: argparse.Namespace) -> Iterator[Measured]:
    venvs = dict.fromkeys(chosen.clients, "")
    venvs.update(peer.split("=", 1) for peer in chosen.peers)
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder, "prompts.jsonl")
        write_prompts(prompts, chosen.calls)
        for latency_ms in chosen.latency_ms:
            with serve(latency_ms=latency_ms) as server:
                for in_flight in chosen.in_flight:
                    for _ in range(chosen.rounds):
                        for client, venv in venvs.items():
                            done = measure(client, venv, server, prompts, in_flight, latency_ms)
                            print(f"{client} {latency_ms:g} ms {in_flight}: {done.rate:.0f}/s", file=sys.stderr)
                            yield done


def summed_up(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Medians a client, latency and number in flight; `ratio` is that of each round to bare aiohttp in it."""
    groups: dict[tuple[float, int], dict[str, list[Measured]]] = {}
    for each in measured:
        groups.setdefault((each.latency_ms, each.in_flight), {}).setdefault(each.client, []).append(each)
    lines = []
    for (latency_ms, in_flight), clients in groups.items():
        limit = [each.rate for each in clients.get("aiohttp", [])]
        for client, runs in clients.items():
            rates = [each.rate for each in runs]
            ratios = [rate / raw for rate, raw in zip(rates, limit, strict=False) if raw]
            lines.append({
                "latency_ms": latency_ms, "in_flight": in_flight, "client": client,
                "calls_per_s": round(statistics.median(rates), 1),
                "best_calls_per_s": round(max(rates), 1),
                "ratio": round(statistics.median(ratios), 3) if ratios else None,
                "best_ratio": round(max(rates) / max(limit), 3) if ratios else None,
                "cpu_s_per_1000": round(statistics.median(1000 * each.cpu_s / each.calls for each in runs), 2),
                "peak_mb": round(max(each.peak_mb for each in runs)),
                "whole_s": round(statistics.median(each.whole_s for each in runs), 2),
                "lost": max(each.calls - each.answered for each in runs),
                "requests": max(each.requests for each in runs),
                "connections": max(each.connections for each in runs),
                "error": next((each.error for each in runs if each.error), ""),
            })  # fmt: skip
    return lines


def print_table(lines: Sequence[Mapping[str, Any]], named_by: str = "client") -> None:
    """Columns as wide as their widest cell; errors stand below."""
    names = [name for name in lines[0] if name != "error"]
    rows = [names, *[["-" if line[name] is None else str(line[name]) for name in names] for line in lines]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    for line in lines:
        if line.get("error"):
            print(f"{line[named_by]}: {line['error']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[200, 0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", nargs="*", choices=CLIENTS, default=CLIENTS)
    parser.add_argument("--peers", nargs="*", default=[], metavar="NAME=VENV")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    measured = list(all_measured(chosen))
    lines = summed_up(measured)
    if chosen.json:
        runs = [{**asdict(each), "calls_per_s": each.rate} for each in measured]
        print(json.dumps({"lines": lines, "runs": runs}, ensure_ascii=False, indent=1))
    else:
        print_table(lines)


if __name__ == "__main__":
    main()
