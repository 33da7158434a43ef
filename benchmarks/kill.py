"""Kill runs with SIGKILL at random moments, let each finish, and compare it with an undisturbed one.

    python benchmarks/kill.py FOLDER… [--kills 20] [--seed 0] [--workers 1]

Prints which files differ, and whether the work on any file or document was committed twice (a trigger in the
run file counts every write). The last step, duplicates to files, is one piece of work: cut off, it is done again.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

FILES = ("train.jsonl", "validation.jsonl", "manifest.json", "README.md", "report.html", "report.md")
AUDIT = """
CREATE TABLE IF NOT EXISTS audit (stage TEXT, fingerprint TEXT, item_id TEXT);
CREATE TRIGGER IF NOT EXISTS audit_results AFTER INSERT ON results WHEN new.stage <> 'dataset' BEGIN
  INSERT INTO audit VALUES (new.stage, new.fingerprint, new.item_id);
END;
"""


def command(sources: Sequence[str], out: Path, workers: int) -> list[str]:
    program = [sys.executable, "-m", "corpus_to_ft"]
    return [*program, "run", *sources, "-o", str(out), "--json", "--set", f"run.workers={workers}"]


def hashes(out: Path) -> dict[str, str]:
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest()[:16] for name in FILES}


def audit(out: Path) -> None:
    with sqlite3.connect(out / "run.sqlite") as connection:
        connection.executescript(AUDIT)
    connection.close()


def killed_run(sources: Sequence[str], out: Path, workers: int, moments: Iterator[float], wanted: int) -> int:
    """Kill until the run has finished by itself or `wanted` kills have hit it; returns how many did."""
    start = out.parent / "start.txt"
    start.parent.mkdir(parents=True)
    start.write_text("빈 시작입니다.", encoding="utf-8")
    subprocess.run([*command([str(start)], out, 1)], capture_output=True, check=False)
    audit(out)
    kills = 0
    while kills < wanted:
        process = subprocess.Popen(
            command(sources, out, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(next(moments))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    subprocess.run(command(sources, out, workers), check=True, capture_output=True)
    return kills


def written_twice(out: Path) -> tuple[int, int]:
    """Results committed, and how many of them again."""
    with sqlite3.connect(out / "run.sqlite") as connection:
        sql = "SELECT count(*), count(*) - count(DISTINCT stage || fingerprint || item_id) FROM audit"
        written, twice = connection.execute(sql).fetchone()
    connection.close()
    return written, twice


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    drawn = random.Random(arguments.seed)
    kills = rounds = 0
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder, "calm", "out")
        begun = time.monotonic()
        subprocess.run(command(arguments.sources, calm, arguments.workers), check=True, capture_output=True)
        whole_s = time.monotonic() - begun
        moments = iter(lambda: drawn.uniform(0.1, whole_s), None)
        while kills < arguments.kills:
            rounds += 1
            out = Path(folder, str(rounds), "out")
            hit = killed_run(arguments.sources, out, arguments.workers, moments, arguments.kills - kills)
            before, after = hashes(calm), hashes(out)
            different = [name for name in FILES if before[name] != after[name]]
            written, twice = written_twice(out)
            fine = fine and not different and not twice
            kills += hit
            print(f"round {rounds}: {hit} kills, files that differ {different}, {written} results, {twice} twice")
    print(f"undisturbed run {whole_s:.1f} s; {kills} kills in {rounds} rounds; all fine: {fine}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
