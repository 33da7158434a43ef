"""Every file of the shared sets of faults and formats through the whole line, one folder and kind at a time.

    python -m benchmarks.faults [DATA_FOLDER] [--only faults/json hwp] [--alone]

A row is the files of one kind in one set: how many gave documents, what the others were rejected for, the worst exit
status, seconds and peak memory. Below it stand crashes and hangs (each then run again by itself, to name the culprit),
files that gave neither document nor rejection, large ones that gave hardly any text, and broken JSON that was read.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from benchmarks.measured import ROOT, Became, Ran, became, counted, last_line, run_line

DATA = ROOT.parent / "shared" / "data"
SETS = ("faults/json", "faults/xml", "faults/strings", "feeds", "exports", "hwp", "docs", "encodings", "pii")
FILES_A_RUN = 60
ALONE_S = 45.0
FILE_S = 3.0
# A file of this size that gives less than this share of it as text is looked at by a person.
LARGE_BYTES, THIN = 10_000, 0.02


@dataclass(slots=True)
class Row:
    files: int = 0
    read: int = 0
    documents: int = 0
    seconds: float = 0
    main_mb: float = 0
    worker_mb: float = 0
    exits: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    thin: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def add(self, path: Path, came: Became | None) -> None:
        if came is None or not (came.documents or came.reasons):
            self.lost.append(str(path))
            return
        self.read += bool(came.documents)
        self.documents += came.documents
        self.reasons += came.reasons
        if came.documents and not came.reasons and path.stat().st_size > LARGE_BYTES:
            share = came.chars / path.stat().st_size
            if share < THIN:
                self.thin.append(f"{path.name} ({share:.3f})")
        if came.documents and path.name.startswith("n_"):
            self.broken.append(path.name)


def groups(data: Path, sets: Sequence[str]) -> Iterator[tuple[str, str, list[Path]]]:
    """Files of one folder at a time, so that their names differ, and not too many."""
    for name in sets:
        files = [path for path in (data / name).rglob("*") if path.is_file()]
        files.sort(key=lambda path: (path.suffix, path))
        for (suffix, _), few in groupby(files, key=lambda path: (path.suffix, path.parent)):
            found = list(few)
            for start in range(0, len(found), FILES_A_RUN):
                yield name, suffix or "(none)", found[start : start + FILES_A_RUN]


def run_group(files: Sequence[Path], row: Row, scratch: Path) -> None:
    out = Path(tempfile.mkdtemp(dir=scratch)) / "out"
    ran = run_line(files, out, limit_s=ALONE_S + FILE_S * len(files))
    _add_measures(row, ran)
    if ran.crashed and len(files) > 1:
        for path in files:
            run_group([path], row, scratch)
        return
    row.files += len(files)
    if ran.crashed:
        row.crashes.append(f"{files[0]}: exit {ran.exit}, {'late' if ran.is_late else last_line(ran.error)}")
        return
    came = became(ran)
    for path in files:
        row.add(path, came.get(path.name))


def _add_measures(row: Row, ran: Ran) -> None:
    row.seconds += ran.seconds
    row.main_mb, row.worker_mb = max(row.main_mb, ran.main_mb), max(row.worker_mb, ran.worker_mb)
    row.exits.add(ran.exit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--only", nargs="+", default=SETS)
    parser.add_argument("--alone", action="store_true", help="each file in a run of its own")
    chosen = parser.parse_args()
    rows: dict[tuple[str, str], Row] = {}
    print("set kind | files with-documents documents | exit | s | MB main/worker | rejected")
    with tempfile.TemporaryDirectory() as scratch:
        for (name, suffix), found in groupby(groups(chosen.data, chosen.only), key=lambda group: group[:2]):
            row = rows[name, suffix] = Row()
            for _, _, files in found:
                for few in [[path] for path in files] if chosen.alone else [files]:
                    run_group(few, row, Path(scratch))
            print(
                f"{name} {suffix} | {row.files} {row.read} {row.documents} | {sorted(row.exits)} | {row.seconds:.0f} | "
                f"{row.main_mb:.0f}/{row.worker_mb:.0f} | {counted(row.reasons)}",
                flush=True,
            )
    wrong = 0
    for what in ("crashes", "lost", "broken", "thin"):
        told = [each for row in rows.values() for each in getattr(row, what)]
        wrong += len(told) if what != "thin" else 0
        print(f"{what}: {len(told)}", *told, sep="\n    ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
