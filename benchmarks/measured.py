"""One run of the whole line, measured: how it ended, seconds, peak memory, and what became of each file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KINDS = 'generate=[{use="qa"},{use="keywords"},{use="summary"}]'
LOOKS_S = 0.1
BUG = 70
# Stages before anything is made of a document: what falls out here never was one.
READING = ("ingest", "find", "crawl")


@dataclass(slots=True, kw_only=True)
class Ran:
    """`exit` is negative for a signal; `worker_mb` is that of the largest process besides the first."""

    exit: int
    seconds: float
    main_mb: float
    worker_mb: float
    is_late: bool
    out: Path
    outcome: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def crashed(self) -> bool:
        return self.exit < 0 or self.exit == BUG or self.is_late

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What `--export` wrote: documents, rejected and others."""
        path = self.out / "exports" / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]] if path.exists() else []


def run_line(
    sources: Sequence[str | Path],
    out: Path,
    *options: str,
    limit_s: float = 600,
    through: Sequence[str] = (),
    meanwhile: Callable[[int], object] = lambda _: None,
) -> Ran:
    """Run and measure; `options` are those of `--set`, `through` a program that starts it.

    `meanwhile` is called again and again with the process id.
    """
    command = [
        *through,
        sys.executable,
        "-m",
        "corpus_to_ft",
        "run",
        *map(str, sources),
        "-o",
        str(out),
        "--json",
        "--export",
    ]
    command += ["--yes", *(part for option in (KINDS, *options) for part in ("--set", option))]
    told, said = out.with_name(f"{out.name}.stderr"), out.with_name(f"{out.name}.stdout")
    peaks: dict[int, float] = {}
    begun = time.monotonic()
    is_late = False
    with told.open("wb") as errors, said.open("wb") as results:
        process = subprocess.Popen(
            command, stdout=results, stderr=errors, start_new_session=True,
            env={"PYTHONPATH": str(ROOT), **os.environ},
        )  # fmt: skip
        while process.poll() is None:
            _look(process.pid, peaks)
            meanwhile(process.pid)
            is_late = time.monotonic() - begun > limit_s
            if is_late:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            time.sleep(LOOKS_S)
    text = said.read_text(encoding="utf-8")
    return Ran(
        exit=process.returncode,
        seconds=time.monotonic() - begun,
        main_mb=peaks.pop(process.pid, 0),
        worker_mb=max(peaks.values(), default=0),
        is_late=is_late,
        out=out,
        outcome=json.loads(text) if text.startswith("{") else {},
        error=told.read_text(encoding="utf-8", errors="replace"),
    )


def _look(session: int, peaks: dict[int, float]) -> None:
    """The peaks so far of all processes of a session."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError, IndexError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) != session:
                continue
            for line in (folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peaks[int(folder.name)] = int(line.split()[1]) / 1024


@dataclass(slots=True)
class Became:
    """What one file came to."""

    documents: int = 0
    chars: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def became(ran: Ran) -> dict[str, Became]:
    """By the name of each file, that of the archive for its members."""
    files: defaultdict[str, Became] = defaultdict(Became)
    for line in ran.lines("documents"):
        file = files[line["source"].partition("!")[0]]
        file.documents += 1
        file.chars += len(line["text"])
    for line in (*ran.lines("rejected"), *ran.lines("notes")):
        if line["stage"] in READING:
            files[line["source"].partition("!")[0]].reasons[line["reason"]] += 1
    return dict(files)


def last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")[:300]


def counted(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items(), key=lambda each: -each[1]))
