"""Starts the tune server as a process of its own, and runs `corpus-to-ft` against it in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from serving import Served, serve_ordered

HERE = Path(__file__).resolve().parent
PROGRAM = (sys.executable, "-m", "corpus_to_ft")


def serve_tuning(**orders: Any) -> AbstractContextManager[Served]:
    """A tune server with these orders, for as long as the block lasts."""
    return serve_ordered("tune_server.py", orders)


def training_file(folder: Path, name: str = "훈련 자료.jsonl", lines: int = 12, first: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    text = "".join(
        json.dumps(
            {
                "messages": [
                    {"role": "system", "content": "질문에 사실대로 간결하게 답하세요."},
                    {"role": "user", "content": f"{number}번 온실의 문은 언제 열립니까?"},
                    {"role": "assistant", "content": f"{number}번 온실의 문은 아침 {number % 9 + 1}시에 열립니다."},
                ]
            },
            ensure_ascii=False,
        )
        + "\n"
        for number in range(first, first + lines)
    )
    path.write_text(text, encoding="utf-8")
    return path


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    kept.pop("OPENAI_BASE_URL", None)
    return {**kept, "CORPUS_TO_FT_HOME": str(home), "CORPUS_TO_FT_LANG": "en", "NO_COLOR": "1", **more}


def start_command(server: Served, source: Path, *more: str, model: str = "gpt-4o-mini") -> list[str]:
    where = ("--target", "openai-chat", "--base-url", server.url, "--poll", "0.02")
    return ["tune", "start", str(source), "--model", model, *where, "--yes", "--json", *more]


def call(*arguments: str) -> int:
    """The command in this process; its exit code, or the error that `main` would show."""
    import click

    from corpus_to_ft.cli.app import app

    try:
        return int(app(list(arguments), standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code


def corpus_to_ft(
    arguments: Sequence[str], home: Path, program: Sequence[str] = PROGRAM, **more: str
) -> subprocess.CompletedProcess[str]:
    command = [*program, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(home, **more), check=False, timeout=120, cwd=HERE.parent
    )  # fmt: skip


def kill_at_call(server: Served, moment: str, command: Sequence[str], home: Path) -> int:
    """Runs until the server has a call at `moment` ("jobs:after"), which ends the process; its exit status."""
    with subprocess.Popen(
        [*PROGRAM, *command], env=environment(home), cwd=HERE.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:  # fmt: skip
        server.set(kill=moment, pid=process.pid)
        status = process.wait(120)
    server.set(kill="", pid=0)
    return status


def kill_at_write(number: int, command: Sequence[str], home: Path, count_to: str = "") -> int:
    """Runs until the ledger is about to make its step `number`; its exit status."""
    program = (sys.executable, str(HERE / "tune_killed.py"))
    more = {"KILL_AT": str(number), **({"COUNT_TO": count_to} if count_to else {})}
    return corpus_to_ft(command, home, program, **more).returncode


def settled(server: Served) -> str:
    """What is wrong where it is not one file, one job, one charge; empty where all is well."""
    seen = server.stats()
    counts = (len(seen["files"]), len(seen["jobs"]), seen["charges"])
    return "" if counts == (1, 1, 1) else "files {}, jobs {}, charges {}".format(*counts)


def on_a_terminal(
    arguments: Sequence[str], home: Path, typed: bytes = b"", columns: int = 80, **more: str
) -> tuple[int, str]:
    """The exit code, and all that came to a terminal of this width; `typed` waits in it from the beginning."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {**environment(home), "TERM": "xterm-256color", **more}
    os.write(ours, typed)
    shown = b""
    with subprocess.Popen(
        [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=variables, cwd=HERE.parent
    ) as process:
        os.close(theirs)
        try:
            while part := os.read(ours, 1 << 16):
                shown += part
        except OSError:
            pass  # The other end is closed.
    os.close(ours)
    return process.returncode, shown.decode("utf-8", "replace")
