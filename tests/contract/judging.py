"""What contract tests share: running a foreign program, and asking it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".contract"
PROGRAMS = INSTALLED / "node_modules" / ".bin"
START_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`url` passes the proxy, which refuses what the description does not allow; `direct` is the mock behind it."""

    url: str
    direct: str
    log: Path

    def batches(self) -> list[dict[str, Any]]:
        return list(get(f"{self.direct}/batches?limit=100")["data"])

    def files(self) -> list[dict[str, Any]]:
        return [file for file in get(f"{self.direct}/files")["data"] if file["purpose"] == "batch"]

    def violations(self) -> list[str]:
        """What the proxy did not let pass, as a request or as an answer."""
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if "terminated with error" in line]


def get(url: str, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, headers={"Authorization": "Bearer test", **(headers or {})})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


@contextmanager
def running(words: Sequence[object], port: int, log: Path) -> Iterator[None]:
    with log.open("w") as told, subprocess.Popen([str(word) for word in words], stdout=told, stderr=told) as process:
        try:
            until = time.monotonic() + START_S
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{words[0]} did not start: {log.read_text()[-500:]}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
