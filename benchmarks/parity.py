"""Compares `corpus-to-ft prepare` with the classic `openai tools fine_tunes.prepare_data` on files of our own making.

    python -m venv /tmp/classic && /tmp/classic/bin/pip install "openai==0.28.1" pandas openpyxl
    python -m benchmarks.parity /tmp/classic/bin/openai [--only K4 K5]

Where the classic tool is right, the parsed lines are equal; each of its known failures (K1 to K26) is reproduced there
and absent here. The exit code is 1 where that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.parity_cases import cases
from benchmarks.parity_files import Case, Line, Ran

ROOT = Path(__file__).resolve().parent.parent
OURS = (sys.executable, "-m", "corpus_to_ft", "prepare")
LIMIT_S = 300


def run(command: Sequence[str], folder: Path, typed: str, environment: Mapping[str, str] | None) -> Ran:
    """With a person at the terminal, who types `typed`."""
    before = set(folder.iterdir())
    ours, theirs = pty.openpty()
    read, write = os.pipe()
    if typed:
        os.write(ours, typed.encode())
    settings = {"CORPUS_TO_FT_LANG": "en", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    settings = {**os.environ, **settings, **(environment or {})}
    actions = [(os.POSIX_SPAWN_DUP2, theirs, 0), (os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_DUP2, write, 2)]
    here = Path.cwd()
    os.chdir(folder)
    try:
        process = os.posix_spawn(command[0], command, settings, file_actions=actions)
    finally:
        os.chdir(here)
    os.close(write)
    ending = threading.Timer(LIMIT_S, os.kill, (process, 9))
    ending.start()
    with os.fdopen(read, "rb") as told:
        said = told.read().decode("utf-8", "replace")
    _, status, used = os.wait4(process, 0)
    ending.cancel()
    os.close(ours)
    os.close(theirs)
    made = sorted(set(folder.iterdir()) - before)
    by_file = {("train" if "_train" in path.name else path.stem): parsed(path) for path in made}
    lines = [line for found in by_file.values() for line in found]
    names = [path.name for path in made]
    return Ran(lines, names, said, os.waitstatus_to_exitcode(status), used.ru_maxrss / 1024, by_file)


def parsed(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def compared(case: Case, classic: Path) -> tuple[str, str, bool]:
    """The verdict, why, and whether it is as it should be."""
    results = []
    for tool, typed in zip(("classic", "ours"), case.typed, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            path = case.write(Path(folder))
            if tool == "classic":
                command = [
                    str(classic),
                    "tools",
                    "fine_tunes.prepare_data",
                    "-f",
                    path.name,
                    *([] if typed else ["-q"]),
                ]
            else:
                command = [*OURS, path.name, *([] if typed else ["--yes"])]
            results.append(run(command, Path(folder), typed, case.environment))
    theirs, ours = results
    is_right = case.is_right(ours)
    told = f"{len(theirs.lines):>6} {len(ours.lines):>6}"
    if case.harms is not None:
        harmed = case.harms(theirs)
        verdict = "ours wins" if harmed and is_right else "OURS FAILS" if not is_right else "not reproduced"
        return verdict, told, harmed and is_right
    same = counted(theirs.lines) == counted(ours.lines) and sorted(theirs.names) == sorted(ours.names)
    return ("agree" if same else "DIFFER"), told, same and is_right


def counted(lines: Sequence[Line]) -> Counter[str]:
    return Counter(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classic", type=Path, help="the openai program of version 0.28.1")
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    total, wrong = Counter[str](), 0
    print(f"{'file':12} {'verdict':15} {'their':>6} {'our':>6}  lines; about")
    for case in cases():
        if options.only and case.name not in options.only:
            continue
        verdict, told, is_fine = compared(case, options.classic.absolute())
        total[verdict] += 1
        wrong += not is_fine
        print(f"{case.name:12} {verdict:15} {told}  {case.about}", flush=True)
    print(", ".join(f"{verdict} {count}" for verdict, count in total.items()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
