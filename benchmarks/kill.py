"""Kill a run with SIGKILL at random moments until it has finished, and compare with an undisturbed one.

    python benchmarks/kill.py FOLDER… [--kills 20] [--seed 0] [--workers 1]

Prints whether the files are byte-identical, and whether any result was committed twice (a trigger in the
run file counts every write).
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
from collections.abc import Sequence
from pathlib import Path

FILES = ("train.jsonl", "validation.jsonl", "manifest.json", "README.md", "report.html", "report.md")
AUDIT = """
CREATE TABLE IF NOT EXISTS audit (stage TEXT, fingerprint TEXT, item_id TEXT);
CREATE TRIGGER IF NOT EXISTS audit_results AFTER INSERT ON results BEGIN
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    drawn = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        calm, killed = Path(folder, "calm", "out"), Path(folder, "killed", "out")
        begun = time.monotonic()
        subprocess.run(command(arguments.sources, calm, arguments.workers), check=True, capture_output=True)
        whole_s = time.monotonic() - begun
        nothing = [str(Path(folder, "nothing.txt"))]
        Path(nothing[0]).write_text("빈 시작입니다.", encoding="utf-8")
        subprocess.run(
            [*command(nothing, killed, 1)[:4], *nothing, "-o", str(killed)], capture_output=True, check=False
        )
        audit(killed)
        kills = 0
        for number in range(arguments.kills):
            process = subprocess.Popen(
                command(arguments.sources, killed, arguments.workers),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            # Half of the moments lie in the start-up, where a resumed run spends most of its time.
            time.sleep(drawn.uniform(0.2, whole_s * (1.0 if number % 2 else 0.4)))
            kills += process.poll() is None
            process.kill()
            process.wait()
        subprocess.run(command(arguments.sources, killed, arguments.workers), check=True, capture_output=True)
        same = hashes(calm) == hashes(killed)
        with sqlite3.connect(killed / "run.sqlite") as connection:
            sql = "SELECT count(*), count(DISTINCT stage || fingerprint || item_id) FROM audit"
            written, distinct = connection.execute(sql).fetchone()
        connection.close()
    print(f"undisturbed {whole_s:.1f} s; killed {kills} of {arguments.kills} times while running")
    print(f"files byte-identical: {same}; results committed {written}, of them twice {written - distinct}")
    return 0 if same and written == distinct else 1


if __name__ == "__main__":
    sys.exit(main())
