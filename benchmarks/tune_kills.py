"""SIGKILL between every two steps of a tuning job, then the same command again: one file, one job, one charge?

    python benchmarks/tune_kills.py [--lose] [--every N]

Kills before, after and behind every call to a host of our own, and before every step of the ledger. With `--lose`
the host loses the reply to the upload and to the creation too. Prints a line for each moment.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from tune_serving import (
    corpus_to_ft,
    kill_at_call,
    kill_at_write,
    serve_tuning,
    settled,
    start_command,
    training_file,
)

CALLS = ("models:get", "files", "jobs", "jobs:get", "jobs:events:get", "files:content:get")
WHEN = ("before", "after", "sent")
KILLED = -9


def outcome(moment: str, folder: Path, orders: dict[str, Any]) -> tuple[bool, str]:
    """Whether the kill hit, and what is wrong after the same command again."""
    with serve_tuning(**orders) as server:
        command = start_command(server, training_file(folder))
        home = folder / "home"
        if moment.startswith("step "):
            status = kill_at_write(int(moment.removeprefix("step ")), command, home)
        else:
            status = kill_at_call(server, moment, command, home)
        again = corpus_to_ft(command, home)
        if again.returncode:
            return status == KILLED, f"exit {again.returncode}: {again.stderr[-200:]}"
        state = json.loads(again.stdout)["state"]
        return status == KILLED, settled(server) or ("" if state == "succeeded" else state)


def steps_of(folder: Path) -> int:
    with serve_tuning() as server:
        count_to = folder / "steps.txt"
        kill_at_write(0, start_command(server, training_file(folder)), folder / "home", str(count_to))
        return int(count_to.read_text(encoding="ascii"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lose", action="store_true", help="replies get lost as well")
    parser.add_argument("--every", type=int, default=1, help="only each Nth step of the ledger")
    chosen = parser.parse_args()
    orders = {"lose": {"files": 1, "jobs": 1}} if chosen.lose else {}
    with tempfile.TemporaryDirectory() as name:
        steps = steps_of(Path(name) / "count")
        moments = [f"{call}:{when}" for call in CALLS for when in WHEN]
        moments += [f"step {number}" for number in range(1, steps + 1, chosen.every)]
        hit = wrong = 0
        for number, moment in enumerate(moments):
            was_killed, problem = outcome(moment, Path(name) / str(number), orders)
            hit, wrong = hit + was_killed, wrong + bool(problem)
            print(
                f"{moment:24} {'killed' if was_killed else 'not hit':8} {problem or '1 file, 1 job, 1 charge'}",
                flush=True,
            )
    print(f"{len(moments)} moments, {hit} killed, {wrong} wrong; {steps} steps of the ledger")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
