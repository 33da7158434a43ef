"""Characters per CPU second and peak memory of every analyzer on the same text, each in a process of its own.

python benchmarks/analyzers.py FILE_OR_FOLDER [--max-chars 200000] [--only kiwi regex]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.plugin import find_plugin, make_plugin, plugin_names


def read(source: Path, max_chars: int) -> list[str]:
    files = sorted(source.rglob("*.md")) if source.is_dir() else [source]
    texts, left = [], max_chars
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")[:left]
        texts.append(text)
        left -= len(text)
        if not left:
            break
    return texts


def measure(name: str, texts: list[str]) -> dict[str, float | str]:
    analyzer = make_plugin("analyzers", name, Analyzer)
    start = time.process_time()
    analyzer.analyze("첫 번째 호출은 모형을 싣는다.")
    cold = time.process_time() - start
    start = time.process_time()
    found = analyzer.analyze_all(texts)
    warm = time.process_time() - start
    # macOS counts bytes, Linux kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {
        "analyzer": name,
        "cold_s": round(cold, 2),
        "chars_per_cpu_s": round(sum(map(len, texts)) / warm),
        "peak_mb": round(peak),
        "sentences": sum(len(one.sentences) for one in found),
        "tokens": sum(len(one.tokens) for one in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--max-chars", type=int, default=200_000)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--here", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.here, read(options.source, options.max_chars))))
        return
    for name in plugin_names("analyzers"):
        variants = find_plugin("analyzers", name, Analyzer).variants
        for full in [f"{name}.{variant}" for variant in variants] or [name]:
            if not options.only or full in options.only:
                subprocess.run([sys.executable, *sys.argv, "--here", full], check=False)


if __name__ == "__main__":
    main()
