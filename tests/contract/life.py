"""Every command of the hand-off once, each as a process of its own, as people use them; and the judges around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from judging import PROGRAMS, free_port, running
from recorder import Recorder, recording

KEY = "test-key-0123456789"
COMMAND_S = 120
SAYS = {"match": {"userMessage": "창고"}, "response": {"content": "아침 아홉 시에 엽니다."}}


@dataclass(slots=True, kw_only=True)
class Life:
    """`folder` holds the files and the user's home; `said` is what each command printed."""

    folder: Path
    url: str
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def run(self, name: str, *words: object, expect: int = 0) -> list[dict[str, Any]]:
        """The objects that a command prints; raises when it ends otherwise than expected."""
        environment = {
            **os.environ,
            "OPENAI_API_KEY": KEY,
            "CORPUS_TO_FT_HOME": str(self.folder / "home"),
            "CORPUS_TO_FT_LANG": "en",
        }
        command = [sys.executable, "-m", "corpus_to_ft", *map(str, words), "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=COMMAND_S)
        if done.returncode != expect:
            raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-800:]}")
        self.said[name] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return self.said[name]


def write_lines(path: Path, question: str, count: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {"messages": [
            {"role": "system", "content": "창고 안내원입니다."},
            {"role": "user", "content": f"{question} {number}번에는 무엇이 있나요?"},
            {"role": "assistant", "content": f"{number}번에는 나사 {number * 7}개와 못 {number * 3}개가 있습니다. 🔩"},
        ]}
        for number in range(count)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def write_pairs(path: Path, count: int) -> Path:
    lines = [f"{number}번 칸에는 무엇이 있나요?,나사 {number * 7}개가 있습니다.\n" for number in range(count)]
    path.write_text("".join(["prompt,completion\n", *lines]), encoding="utf-8")
    return path


def live(life: Life) -> None:
    """From the first upload to the last deletion; what the mock server does not have comes after what it has."""
    train = write_lines(life.folder / "자료" / "훈련 자료.jsonl", "창고 선반", 12)
    check = write_lines(life.folder / "자료" / "검증 자료.jsonl", "지하 서랍", 10)
    at = ["--target", "openai-chat", "--base-url", f"{life.url}/v1"]
    start = ["--model", "gpt-4o-mini", *at, "--yes", "--no-follow"]
    life.run(
        "start", "tune", "start", train, "--validation", check, "--suffix", "창고", "--epochs", 3, "--seed", 7, *start
    )
    life.run("show", "tune", "show", "latest")
    life.run("follow", "tune", "follow", "latest", "--poll", 0.05)
    life.run("events", "tune", "events", "latest")
    life.run("checkpoints", "tune", "checkpoints", "latest")
    life.run("start again", "tune", "start", train, "--epochs", 2, *start)
    life.run("cancel", "tune", "cancel", "latest")
    life.run("files", "files", "list", *at)
    life.run("models", "models", "list", "--all", *at)
    longer = write_lines(life.folder / "자료" / "긴 자료.jsonl", "옥상 상자", 40)
    life.run("start in parts", "tune", "start", longer, "--set", "parts_above_mb=0.001", *start)
    life.run("pause", "tune", "pause", "latest")
    life.run("resume", "tune", "resume", "latest")
    life.run("list", "tune", "list")
    tuned = life.said["follow"][-1]["tuned_model"]
    life.run("ask", "ask", tuned, "창고는 몇 시에 여나요?")
    life.run("prepare", "prepare", write_pairs(life.folder / "자료" / "짝.csv", 12), "--target", "legacy", "--yes",
             "-o", life.folder / "옛 모델")  # fmt: skip
    life.run(
        "ask completions", "ask", "davinci-002", "창고는 몇 시에 여나요?", "--run", life.folder / "옛 모델", *at[2:]
    )
    life.run("models delete", "models", "delete", tuned, "--yes", *at)
    # The file's bytes are compared before it is deleted; see the test.


def fetched(url: str, file_id: str) -> bytes:
    """The bytes of a file as the server has them."""
    return ask(f"{url}/files/{file_id}/content")


def ask(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        content: bytes = answer.read()
        return content


@contextmanager
def judges(description: Path, folder: Path) -> Iterator[tuple[Recorder, str]]:
    """A recorder before the validating proxy and the description itself; and the mock server's own address."""
    fixtures = folder / "fixtures"
    fixtures.mkdir(parents=True)
    (fixtures / "all.json").write_text(json.dumps({"fixtures": [SAYS]}, ensure_ascii=False), encoding="utf-8")
    behind, before, alone = free_port(), free_port(), free_port()
    direct = f"http://127.0.0.1:{behind}/v1"
    mock = [PROGRAMS / "llmock", "-p", behind, "-f", fixtures, "--log-level", "warn"]
    proxy = [PROGRAMS / "prism", "proxy", "-h", "127.0.0.1", "-p", before, description, direct]
    bare = [PROGRAMS / "prism", "mock", "-h", "127.0.0.1", "-p", alone, "--errors", description]
    with (
        running(mock, behind, folder / "aimock.log"),
        running(proxy, before, folder / "proxy.log"),
        running(bare, alone, folder / "bare.log"),
        recording(description, f"http://127.0.0.1:{before}", f"http://127.0.0.1:{alone}") as recorder,
    ):
        yield recorder, f"http://127.0.0.1:{alone}"
