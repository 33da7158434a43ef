"""How fast and in how much memory very large files go through `prepare`, `validate` and the writing of a data set.

    python -m benchmarks.million [--rows 100000 1000000] [--folder FOLDER]

Each number of rows is a file of made-up Korean questions and answers: one row in fifty says what an earlier one says,
one in a hundred asks nearly what an earlier one asks, one in a thousand is empty. Each command runs in a process of its
own; printed are rows a second and the peak of its resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Example, Message, Split
from corpus_to_ft.targets import load_target
from corpus_to_ft.write.base import Writer
from corpus_to_ft.write.manifest import Input, Leakage, RunFacts
from corpus_to_ft.write.stage import write_dataset

ROOT = Path(__file__).resolve().parent.parent
WHAT = (
    "요금제", "계약서", "배송", "환불", "예약", "회원권", "영수증", "주차권", "도시락", "화분", "자전거", "우산",
    "책상", "의자", "커튼", "이불", "냄비", "접시", "달력", "시계",
)  # fmt: skip
WHERE = (
    "서울", "부산", "대구", "인천", "광주", "대전", "울산", "수원", "창원", "전주", "청주", "제주", "강릉", "목포",
    "여수", "안동", "춘천", "경주", "포항", "김해",
)  # fmt: skip
DOES = (
    "바꾸려면", "취소하려면", "옮기려면", "늘리려면", "맡기려면", "고치려면", "받으려면", "보내려면", "나누려면",
    "묶으려면", "빌리려면", "알아보려면",
)  # fmt: skip
ENDS = (
    "무엇을", "해야", "하나요", "어디로", "가야", "하나요", "얼마를", "내야", "하나요", "며칠이", "걸리나요",
    "누구에게", "물어야", "하나요",
)  # fmt: skip
TARGET = "openai-chat"


def write(count: int, out: Path) -> None:
    """The rows as a data set of this project."""
    target = load_target(TARGET)
    facts = RunFacts(
        name="rows", documents=count, passages=count, summaries=0, made=count, rejected={}, rejected_by_stage={},
        calls={}, cost=0.0, billed_tokens={}, settings={}, versions={}, prompts={},
        inputs=[Input(source="rows", sha256="")], leakage=Leakage(),
    )  # fmt: skip
    writer = make_plugin("write", target.writer, Writer)
    write_dataset(out, lambda: examples(count), target=target, writer=writer, facts=facts, passages=lambda: ())


def examples(count: int) -> Iterator[tuple[Split, Example]]:
    for place, row in enumerate(rows(count)):
        if row["completion"]:
            asked, said = (
                Message(role="user", content=row["prompt"]),
                Message(role="assistant", content=row["completion"]),
            )
            made = Example.make(
                kind="qa", messages=(asked, said), document_id=str(place), passage_id=str(place), source="rows",
                evidence=(), made_by="rows",
            )  # fmt: skip
            yield ("validation" if place % 10 == 0 else "train"), made


def rows(count: int) -> Iterator[dict[str, str]]:
    """The same for the same count, on every machine."""
    drawn = random.Random(count)
    earlier = {"prompt": "", "completion": ""}
    for number in range(count):
        words = (
            f"{drawn.choice(WHERE)}에서 산 {drawn.choice(WHAT)} {drawn.randrange(10_000_000)}번을 {drawn.choice(DOES)}"
        )
        row = {
            "prompt": f"{words} {' '.join(drawn.sample(ENDS, 3))}?",
            "completion": f"{words} {drawn.choice(WHERE)} 창구에 {drawn.randrange(1, 30)}일 안에 알리세요. "
            f"수수료는 {drawn.randrange(1, 90)}00원이고 {drawn.choice(WHAT)}도 함께 가져오세요.",
        }
        if number % 50 == 49:
            row = dict(earlier)
        elif number % 100 == 60:
            row["prompt"] = f"{earlier['prompt'].rstrip('?')}요?"
        elif number % 1000 == 500:
            row["completion"] = ""
        if number % 7 == 0:
            earlier = row
        yield row


def measured(command: Sequence[str]) -> tuple[float, float, int]:
    """Seconds, megabytes at the peak, exit code."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    told = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        print(told.decode(errors="replace")[-2000:], file=sys.stderr)
    return time.monotonic() - begun, used.ru_maxrss / 1024, process.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "corpus-to-ft-million")
    parser.add_argument(
        "--only", choices=["prepare", "validate", "write"], nargs="+", default=["prepare", "validate", "write"]
    )
    parser.add_argument("--write", nargs=2, metavar=("ROWS", "OUT"), help="only write; how this program calls itself")
    options = parser.parse_args()
    if options.write:
        write(int(options.write[0]), Path(options.write[1]))
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    print(f"{'command':10}{'rows':>12}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}{'exit':>6}")
    for count in options.rows:
        source, out = options.folder / f"rows-{count}.jsonl", options.folder / f"out-{count}"
        if not source.exists():
            with source.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(count))
        program, this = [sys.executable, "-m", "corpus_to_ft"], [sys.executable, "-m", "benchmarks.million"]
        commands = {
            "prepare": [*program, "prepare", str(source), "--yes", "-t", TARGET, "-o", str(out), "--json"],
            "validate": [*program, "validate", str(out / "train.jsonl"), "--target", TARGET, "--json"],
            "write": [*this, "--write", str(count), str(options.folder / f"written-{count}")],
        }
        for name in options.only:
            seconds, peak, code = measured(commands[name])
            line = f"{name:10}{count:>12,}{seconds:>10.1f}{count / seconds:>10,.0f}{peak:>10.0f}{code:>6}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
