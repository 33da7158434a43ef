"""One folder that holds everything at once, through the whole line with all kinds; again, and killed on the way.

    python -m benchmarks.everything [FOLDER] [--workers 2] [--kills 2] [--seed 0] [--no-again]

Prints what became of the files by suffix, time and peak memory, and checks: no crash; every line within the token
limit by two counters; no document on both sides of the split; every file either a document or rejected with a reason;
a second run makes nothing; a run that is killed with SIGKILL and run again writes the same bytes.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from os import killpg
from pathlib import Path

from benchmarks.kill import hashes
from benchmarks.measured import READING, ROOT, Ran, counted, last_line, run_line

DATA = ROOT.parent / "shared" / "data"
TARGET = "openai-chat"


@dataclass(slots=True)
class Kill:
    """Ends a run and all its processes once, after so many looks."""

    looks: int
    done: bool = False

    def __call__(self, process: int) -> None:
        self.looks -= 1
        if self.looks == 0:
            with suppress(ProcessLookupError):
                killpg(process, signal.SIGKILL)
                self.done = True


def by_suffix(ran: Ran) -> list[str]:
    """A line for each suffix: documents, and what the others were rejected for."""
    documents: Counter[str] = Counter(_suffix(line["source"]) for line in ran.lines("documents"))
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in (*ran.lines("rejected"), *ran.lines("notes")):
        if line["stage"] in READING:
            reasons[_suffix(line["source"])][line["reason"]] += 1
    suffixes = sorted({*documents, *reasons}, key=lambda suffix: (-documents[suffix], suffix))
    return [f"{suffix}: {documents[suffix]} documents; {counted(reasons[suffix])}" for suffix in suffixes]


def _suffix(source: str) -> str:
    """Of the file itself, or of the member of an archive."""
    parts = source.split("!")
    name = parts[1] if len(parts) > 1 and parts[0].endswith((".zip", ".tar", ".gz", ".tgz")) else parts[0]
    return Path(name).suffix.lower() or "(none)"


def untold(ran: Ran, folder: Path) -> list[str]:
    """Files that are neither documents nor rejected; hidden ones are nobody's."""
    told = {line["source"].partition("!")[0] for each in ("documents", "rejected", "notes") for line in ran.lines(each)}
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in paths if path.as_posix() not in told and not path.name.startswith(".")]


def on_both_sides(ran: Ran) -> list[str]:
    """Documents that teach in one split and test in another."""
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for line in ran.lines("examples"):
        sides[line["source"]].add(line["split"])
    return [source for source, splits in sides.items() if len(splits) > 1]


def findings(ran: Ran, folder: Path) -> list[str]:
    """What is wrong with a run; prints what it came to."""
    from benchmarks.corpora import check  # its second counter warns of old ways while it is imported

    print(f"exit {ran.exit}, {ran.seconds:.0f} s, main {ran.main_mb:.0f} MB, largest worker {ran.worker_mb:.0f} MB")
    if ran.crashed:
        return [f"crash: {last_line(ran.error)}"]
    outcome = ran.outcome
    print(*(f"{outcome[what]} {what}" for what in ("documents", "passages", "examples")), outcome["splits"])
    kinds = Counter(line["kind"] for line in ran.lines("examples"))
    print(f"kinds: {counted(kinds)}", f"rejected: {counted(outcome['rejected'])}", *by_suffix(ran), sep="\n  ")
    lines, over, differ, longest = check(ran.out, TARGET)
    print(f"{lines} lines, {over} over the limit, counters differ on {differ}, longest {longest} tokens")
    found = [f"{over} lines over the limit"] if over else []
    found += [f"counters differ on {differ} lines"] if differ else []
    found += [f"on both sides of the split: {both}"] if (both := on_both_sides(ran)) else []
    found += [f"neither document nor rejected: {lost}"] if (lost := untold(ran, folder)) else []
    return found


def killed(folder: Path, out: Path, options: list[str], seconds: float, kills: int, seed: int) -> int:
    """Runs of which `kills` are killed at random moments, and one to the end; returns how many were hit."""
    drawn, hit = random.Random(seed), 0
    for _ in range(kills):
        kill = Kill(looks=max(5, int(drawn.uniform(0.05, 0.9) * seconds / (hit + 1) / 0.12)))
        run_line([folder], out, *options, limit_s=seconds * 5 + 60, meanwhile=kill)
        hit += kill.done
    last = run_line([folder], out, *options, limit_s=seconds * 5 + 60)
    print(f"killed {hit} times; the last run: exit {last.exit}, {last.seconds:.0f} s, made {last.outcome.get('made')}")
    return hit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-again", action="store_true", help="one run only")
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    options = [f"run.workers={chosen.workers}", f"target.use={TARGET}"]
    with tempfile.TemporaryDirectory() as scratch:
        first = run_line([folder], Path(scratch, "out"), *options, limit_s=3600)
        wrong = findings(first, folder)
        if not first.crashed and not chosen.no_again:
            before = hashes(first.out)
            again = run_line([folder], first.out, *options)
            made = again.outcome.get("made")
            print(f"again: exit {again.exit}, {again.seconds:.0f} s, made {made}, reused {again.outcome.get('reused')}")
            wrong += [f"a second run made {made}"] if made else []
            wrong += ["a second run changed files"] if hashes(first.out) != before else []
            # The same name of the output folder, for reports name nothing else that could differ.
            apart = Path(scratch, "apart")
            apart.mkdir()
            killed(folder, apart / "out", options, first.seconds, chosen.kills, chosen.seed)
            after = hashes(apart / "out")
            different = [name for name, digest in before.items() if after[name] != digest]
            wrong += [f"after kills these files differ: {different}"] if different else []
    print("wrong:", *wrong or ["nothing"], sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
