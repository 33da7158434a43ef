"""How fast and in how much memory `validate` goes through a large file, beside a loop that only parses its JSON.

    python -m benchmarks.validate [--lines 100000 1000000] [--folder FOLDER]

Each goes over the same file of made-up conversations in a process of its own; printed are seconds of processor time,
lines a second and the peak of its resident memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THINGS = ("우산", "책상", "의자", "커튼", "이불", "냄비", "접시", "달력", "시계", "화분", "자전거", "도시락")
PARSES = """
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        json.loads(line)
"""
VALIDATES = """
import sys
from pathlib import Path
from corpus_to_ft.targets import load_target
from corpus_to_ft.validate.stage import validate_file
found = sum(1 for _ in validate_file(Path(sys.argv[1]), load_target("openai-chat")))
print(found, "findings", file=sys.stderr)
"""
MEASURED = """
import resource, sys, time
began = time.process_time()
exec(compile(sys.argv.pop(1), "measured", "exec"))
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def lines(count: int) -> Iterator[bytes]:
    """Every line says something of its own; one in a thousand repeats an earlier one."""
    for place in range(count):
        at = place // 2 if place % 1000 == 999 else place
        thing = THINGS[at % len(THINGS)]
        said = [
            ("system", "질문에 사실대로 간결하게 답하세요."),
            ("user", f"{at}번 주문의 {thing}은 언제 받을 수 있나요?"),
            (
                "assistant",
                f"{at}번 주문의 {thing}은 보낸 날부터 이틀 안에 문 앞에 놓입니다. 비가 오면 하루가 더 걸립니다.",
            ),
        ]
        messages = [{"role": role, "content": text} for role, text in said]
        yield json.dumps({"messages": messages}, ensure_ascii=False).encode() + b"\n"


def measure(program: str, path: Path) -> tuple[float, float]:
    """Seconds of processor time and megabytes at the peak."""
    command = [sys.executable, "-c", MEASURED, program, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        for count in asked.lines:
            path = Path(folder) / "train.jsonl"
            with path.open("wb") as file:
                file.writelines(lines(count))
            for name, program in (("json.loads", PARSES), ("validate", VALIDATES)):
                seconds, peak = measure(program, path)
                size = path.stat().st_size / 1e6
                rate = f"{count / seconds:,.0f} lines/s"
                print(f"{count:>9,} lines, {size:,.0f} MB, {name}: {seconds:.1f} s, {rate}, {peak:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
