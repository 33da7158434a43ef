"""The whole line over many folders and targets: documents in, examples out, rejected by reason, lines over the limit.

    python benchmarks/corpora.py FOLDER… [--targets legacy openai-chat local-chat]

Every line of the training files is counted again from the file, by tiktoken's plain encoder and, where it
has the encoding, by the independent counter of `bpe-openai`; both must agree.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpe_openai

from corpus_to_ft.targets import load_target
from corpus_to_ft.tokens import count_tokens

KINDS = 'generate=[{use="qa"},{use="keywords"},{use="summary"}]'
RIVALS = frozenset({"cl100k_base", "o200k_base"})
Counter = Callable[[str], int]


def line_tokens(line: dict[str, Any], count: Counter) -> int:
    """Tokens of a line as it is billed: chat messages cost three each and three more for the whole."""
    if "prompt" in line:
        return count(line["prompt"]) + count(line["completion"])
    return 3 + sum(3 + count(message["role"]) + count(message["content"]) for message in line["messages"])


def check(out: Path, target: str) -> tuple[int, int, int, int]:
    """Lines, lines over the limit, lines on which the two counters differ, and the longest line."""
    facts = load_target(target)
    rival = bpe_openai.get_encoding(facts.encoding) if facts.encoding in RIVALS else None
    lines = over = differ = longest = 0
    for name in ("train.jsonl", "validation.jsonl"):
        for text in (out / name).open(encoding="utf-8"):
            line = json.loads(text)
            tokens = line_tokens(line, lambda said: count_tokens(said, facts.encoding))
            lines, longest, over = lines + 1, max(longest, tokens), over + (tokens > facts.max_tokens)
            if rival is not None:
                differ += tokens != line_tokens(line, lambda said: len(rival.encode(said)))
    return lines, over, differ, longest


def run(folder: str, target: str, out: Path) -> None:
    command = [sys.executable, "-m", "corpus_to_ft", "run", folder, "-o", str(out), "--json"]
    begun = time.monotonic()
    done = subprocess.run(
        [*command, "--set", KINDS, "--set", f"target.use={target}"], capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - begun
    if not done.stdout:
        print(f"{folder} {target}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        return
    outcome = json.loads(done.stdout)
    lines, over, differ, longest = check(out, target)
    print(
        f"{folder} {target}: {outcome['documents']} documents, {outcome['passages']} passages, {lines} examples, "
        f"{over} over the limit, counters differ {differ}, longest {longest}, {seconds:.1f} s"
    )
    print(f"    {outcome['rejected']}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--targets", nargs="+", default=["legacy", "openai-chat"])
    chosen = parser.parse_args(arguments)
    for folder in chosen.folders:
        for target in chosen.targets:
            with tempfile.TemporaryDirectory() as out:
                run(folder, target, Path(out, "out"))


if __name__ == "__main__":
    main()
