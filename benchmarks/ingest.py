"""How fast a folder of many small files is read, what memory that takes, and what it costs to read in capped workers.

    python benchmarks/ingest.py [files] [workers]

Writes that many files of three kinds into a temporary folder, reads them as `corpus-to-ft ingest` does, and again
when all is read already. `in the process itself` reads the same files without workers, which no run does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.pipeline import build_dataset
from corpus_to_ft.settings import load_settings

SENTENCES = "온실 {0}번의 물은 아침 {1}시에 줍니다. 센서가 흙의 습도를 {2}퍼센트로 알리면 밸브가 닫힙니다. "
BODIES = {
    "md": "---\ntitle: 온실 {0}번 일지\ndate: 2024-03-02\n---\n\n# 온실 {0}번\n\n"
    + SENTENCES * 3
    + "\n\n- 물\n- 비료\n",
    "txt": "온실 {0}번 일지\n\n" + SENTENCES * 4,
    "html": "<!doctype html><title>온실 {0}번</title><article><h1>온실 {0}번</h1><p>"
    + SENTENCES * 4
    + "</p></article>",
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held) / "글"
        folder.mkdir()
        for number in range(count):
            kind = ("md", "txt", "html")[number % 3]
            text = BODIES[kind].format(number, number % 12, number % 97)
            (folder / f"글 {number:06}.{kind}").write_text(text, encoding="utf-8")
        out = Path(held) / "out"
        for name, work in (
            ("read in workers", (ingest, folder, out, workers)),
            ("again, all is read", (ingest, folder, out, workers)),
            ("in the process itself", (read_here, folder)),
            ("found only", (find, folder)),
        ):
            print(json.dumps({"what": name, "files": count, **measured(*work)}, ensure_ascii=False), flush=True)


def measured(work: Any, *given: Any) -> dict[str, float]:
    """Seconds, seconds of computing by the process and those it started, and peak memory of it and of the largest."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    root, started = process.pid or 0, time.perf_counter()
    own, largest, computed = 0, 0, dict[int, float]()
    while process.is_alive():
        others = descendants(root)
        own = max(own, peak_kb(root))
        largest = max([largest, *map(peak_kb, others)])
        computed |= {each: cpu_s(each) or computed.get(each, 0.0) for each in (root, *others)}
        process.join(0.05)
    seconds, own_cpu = time.perf_counter() - started, computed.pop(root, 0.0)
    return {
        "seconds": round(seconds, 1), "own_cpu_s": round(own_cpu, 1), "workers_cpu_s": round(sum(computed.values()), 1),
        "own_mb": own // 1024, "worker_mb": largest // 1024,
    }  # fmt: skip


def descendants(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [each for child in map(int, children) for each in (child, *descendants(child))]


def cpu_s(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_kb(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def ingest(folder: Path, out: Path, workers: int) -> None:
    build_dataset(load_settings(None, [f"run.workers={workers}"]), [str(folder)], out, upto="ingest")


def read_here(folder: Path) -> None:
    settings = load_settings(None, [])
    readers = settings.make_readers()
    for found in find_sources([folder], settings.ingest):
        file = found.read(settings.ingest)
        if isinstance(file, SourceFile):
            list(read_documents(file, readers, settings.ingest))


def find(folder: Path) -> None:
    sum(1 for _ in find_sources([folder]))


if __name__ == "__main__":
    os.nice(5)
    main()
