"""The whole line over a folder with a chat model that answers wrongly in one way at a time; what gets into the files.

    python -m benchmarks.call_line FOLDER [--only wrong_language nul] [--share 0.5] [--json]

`strange` counts lines of the training files that hold what no answer should have brought there: a NUL, half a
character, or the sentence in another language that the server puts in place of an answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.call_faults import CONTENTS, EVERY_CONTENT
from benchmarks.calls import ROOT, print_table
from tests.serving import serve

KINDS = 'generate=[{use="qa"},{use="keywords"},{use="summary"}]'
STRANGE = ("\0", "\ud83d", "The weather was fine all day", "하루 종일 날씨가 맑았습니다")


def run_line(folder: str, name: str, faults: dict[str, float]) -> dict[str, Any]:
    with serve(latency_ms=100, faults=faults) as server, tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "out")
        settings = [KINDS, "target.use=openai-chat", "provider.use=openai_compatible", "provider.model=m"]
        settings += [f"provider.base_url={server.url}", "provider.max_concurrency=32"]
        command = [sys.executable, "-m", "corpus_to_ft", "run", folder, "-o", str(out), "--json", "--yes"]
        command += [part for setting in settings for part in ("--set", setting)]
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds, stats = time.monotonic() - begun, server.stats()
        said = json.loads(done.stdout) if done.stdout else {}
        lines = [
            json.dumps(json.loads(line), ensure_ascii=False).replace("\\u0000", "\0")
            for file in sorted(out.glob("*.jsonl"))
            for line in file.open(encoding="utf-8")
        ]
    return {
        "what": name, "exit": done.returncode, "seconds": round(seconds, 1), "examples": len(lines),
        "strange": sum(any(mark in line for mark in STRANGE) for line in lines), "requests": stats["requests"],
        "twice": stats["prompts_answered_twice"], "error": str(said.get("rejected") or done.stderr[-500:]),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--only", nargs="+", choices=EVERY_CONTENT, default=EVERY_CONTENT)
    parser.add_argument("--share", type=float, default=0.5, help="of all answers that go wrong")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    ways = {
        "right contents": {},
        "22 % wrong contents": CONTENTS,
        **{each: {each: chosen.share} for each in chosen.only},
    }
    lines = []
    for name, faults in ways.items():
        lines.append(run_line(chosen.folder, name, faults))
        print(f"{name}: {lines[-1]['examples']} examples", file=sys.stderr)
    if chosen.json:
        print(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        print_table(lines, "what")


if __name__ == "__main__":
    main()
