"""The whole offline line beside bare `kiwi.tokenize` on the same text: characters a second, processor time and memory.

    python benchmarks/offline.py FOLDER… [--repeat 3] [--workers 1 2]

Each measurement is a process of its own, in turn (A B A B …); medians are printed. Times include the start
of Python and the loading of Kiwi's model on both sides.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BARE = """
import json, sys
from kiwipiepy import Kiwi
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")]
kiwi = Kiwi(num_workers=int(sys.argv[2]))
for tokens in kiwi.tokenize(texts):
    len(tokens)
"""


PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Seconds on the clock and of processors, and the largest resident set of a single process in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(command: Sequence[str]) -> Measured:
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, largest_process_mb(process.pid))
        time.sleep(0.05)
    wall = time.monotonic() - begun
    error = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {process.returncode}: {error[-2000:]}")
    return Measured(wall_s=wall, cpu_s=0.0, peak_mb=peak)


def with_cpu(command: Sequence[str]) -> Measured:
    """Like `measure`, with the processor time of the process and its children from the operating system."""
    before = os.times()
    measured = measure(command)
    # The process that workers are forks of ends by itself, a moment after the one that it served.
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall_s=measured.wall_s, cpu_s=cpu, peak_mb=measured.peak_mb)


def largest_process_mb(pid: int) -> float:
    """Largest peak resident set among a process and its descendants (0 where /proc is not there)."""
    sizes = [0.0]
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
        sizes += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(sizes)


def line_command(sources: Sequence[str], out: Path, workers: int, upto: str = "run") -> list[str]:
    program = [sys.executable, "-m", "corpus_to_ft", upto, *sources, "-o", str(out), "--json"]
    kinds = 'generate=[{use="qa"},{use="keywords"},{use="summary"}]'
    return [*program, "--set", f"run.workers={workers}", "--set", kinds, "--export"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    if sys.platform == "linux":
        # Processes that outlive their parent become children of this one, so that their time is counted.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        subprocess.run(line_command(arguments.sources, out / "texts", 1, "ingest"), check=True, capture_output=True)
        texts = out / "texts" / "exports" / "documents.jsonl"
        chars = sum(len(json.loads(line)["text"]) for line in texts.open(encoding="utf-8"))
        print(f"{chars:,} characters; all three kinds of examples; median of {arguments.repeat}")
        for workers in arguments.workers:
            bare: list[Measured] = []
            whole: list[Measured] = []
            for number in range(arguments.repeat):
                bare.append(with_cpu([sys.executable, "-c", BARE, str(texts), str(workers)]))
                whole.append(with_cpu(line_command(arguments.sources, out / f"run-{workers}-{number}", workers)))
            rows = {"bare kiwi.tokenize": bare, "whole line": whole}
            for name, measured in rows.items():
                wall, cpu = (statistics.median(getattr(m, key) for m in measured) for key in ("wall_s", "cpu_s"))
                peak = max(m.peak_mb for m in measured)
                rate = f"{chars / wall:9,.0f} chars/s {chars / cpu:9,.0f} chars/CPU-s"
                print(
                    f"workers {workers}  {name:20} {wall:6.1f} s {cpu:6.1f} CPU-s {rate}  peak {peak:5.0f} MB a process"
                )
            pairs = list(zip(bare, whole, strict=True))
            ratio = statistics.median(b.wall_s / w.wall_s for b, w in pairs)
            cpu_ratio = statistics.median(b.cpu_s / w.cpu_s for b, w in pairs)
            told = f"characters a second: {ratio:.2f}, a processor second: {cpu_ratio:.2f}"
            print(f"workers {workers}  whole line / bare Kiwi, {told}")


if __name__ == "__main__":
    main()
