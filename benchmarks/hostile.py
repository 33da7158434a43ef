"""Hostile files made on the fly, each beside one honest neighbor, through the whole line: time, memory, reason.

    python -m benchmarks.hostile [--only archives office texts places] [--case PART_OF_A_NAME] [--scratch FOLDER]

`+s` and `+MB` are above those of a folder that holds the neighbor alone. A case passes that ends by itself, gives the
neighbor's document, names every other file with a document or a reason, stays within 30 s and 512 MB more, and has
written nothing beside its output folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.hostile_files import SETS, WORDS, Maker, sentences
from benchmarks.measured import Ran, became, counted, last_line, run_line
from corpus_to_ft.ingest.files import nfc

NEIGHBOR = "이웃.md"
MOST_S, MOST_MB = 30.0, 512.0
LIMIT_S = 240.0
# Without these, the superuser may read only what its permissions say.
NO_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


def run_case(name: str, make: Maker | None, scratch: Path) -> Ran:
    home = Path(tempfile.mkdtemp(dir=scratch))
    folder = home / "in"
    folder.mkdir()
    (folder / NEIGHBOR).write_text(f"# 이웃의 글\n\n{sentences(12, 7)}\n", encoding="utf-8")
    if make is not None:
        make(folder)
    through = NO_PRIVILEGE if name == "unreadable" and os.geteuid() == 0 else ()
    growing = folder / "growing.txt"

    def append(_: int) -> None:
        if growing.exists():
            with growing.open("a", encoding="utf-8") as file:
                file.write(f"{WORDS[1]}.\n")

    ran = run_line([folder], home / "out", limit_s=LIMIT_S, through=through, meanwhile=append)
    beside = {path.name for path in home.iterdir()} - {"in", "out", "out.stdout", "out.stderr"}
    if beside:
        ran.error += f"\nwritten beside the output: {sorted(beside)}"
        ran.exit = 99
    return ran


def faults_of(ran: Ran, idle: Ran, files: set[str]) -> list[str]:
    """What is wrong with how a case ended."""
    found = []
    if ran.crashed or ran.exit == 99:
        return [f"exit {ran.exit}{' late' if ran.is_late else ''}: {last_line(ran.error)}"]
    came = became(ran)
    if NEIGHBOR not in came or not came[NEIGHBOR].documents:
        found.append("the neighbor is lost")
    # A folder that cannot be entered is named by itself.
    lost = sorted(name for name in files - set(came) if not any(each.startswith(f"{name}/") for each in came))
    if lost:
        found.append(f"not told of: {lost}")
    if ran.seconds - idle.seconds > MOST_S:
        found.append("too slow")
    if max(ran.main_mb - idle.main_mb, ran.worker_mb - idle.worker_mb) > MOST_MB:
        found.append("too much memory")
    return found


def remove(folder: Path) -> None:
    """By a program that knows no depth."""
    subprocess.run(["rm", "-rf", str(folder)], check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--case", default="")
    parser.add_argument("--scratch", type=Path, default=None)
    chosen = parser.parse_args()
    wrong = 0
    scratch = Path(tempfile.mkdtemp(dir=chosen.scratch))
    try:
        idle = run_case("idle", None, scratch)
        print(f"idle: {idle.seconds:.1f} s, {idle.main_mb:.0f} MB, worker {idle.worker_mb:.0f} MB", flush=True)
        print("case | exit | +s | +MB main/worker | documents, characters | rejected | verdict")
        for name, make in [(n, m) for each in chosen.only for n, m in SETS[each].items() if chosen.case in n]:
            ran = run_case(name, make, scratch)
            folder = ran.out.parent / "in"
            links = {"loop", "root"}  # back to what is read already, and told as one that leads out
            files = {nfc(path.name) for path in folder.iterdir()} - {NEIGHBOR} - links
            told = faults_of(ran, idle, files)
            wrong += bool(told)
            others = [each for file, each in became(ran).items() if file != NEIGHBOR]
            reasons = sum((each.reasons for each in others), start=Counter[str]())
            more = f"{ran.main_mb - idle.main_mb:+.0f}/{ran.worker_mb - idle.worker_mb:+.0f}"
            got = f"{sum(each.documents for each in others)}, {sum(each.chars for each in others):,}"
            said = counted(reasons), "; ".join(told) or "fine"
            print(name, ran.exit, f"{ran.seconds - idle.seconds:+.1f}", more, got, *said, sep=" | ", flush=True)
            remove(ran.out.parent)
    finally:
        remove(scratch)
    print(f"cases that do not pass: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
