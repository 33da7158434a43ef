"""Starts the model server as a process of its own and ends it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
START_S = 20


class Served:
    """A running model server: where it is, and what can be told to it and asked of it."""

    def __init__(self, port: int, admin_port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self.url = f"http://127.0.0.1:{port}/v1"
        self._admin = f"http://127.0.0.1:{admin_port}"

    def stats(self, *, prompts: bool = False) -> dict[str, Any]:
        return self._call("/__stats?prompts=1" if prompts else "/__stats")

    def set(self, **settings: Any) -> dict[str, Any]:
        """Changes these settings, leaves the others; raises ValueError for what the server does not know."""
        return self._call("/__settings", settings)

    def reset(self) -> None:
        """Forgets what was seen; limits are full again, settings stay."""
        self._call("/__reset", {})

    def _call(self, path: str, value: object = None) -> dict[str, Any]:
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self._admin + path, data=data)
        try:
            # No proxy of the environment stands between this machine and itself.
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                said: dict[str, Any] = json.load(answer)
                return said
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["error"]["message"]) from None


@contextmanager
def serve(*, port: int = 0, **settings: Any) -> Iterator[Served]:
    """A server with these settings, for as long as the block lasts."""
    command = [sys.executable, "-m", "model_server", "--port", str(port), "--settings", json.dumps(settings)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the model server ended with {process.wait(START_S)}")
            told = json.loads(line)
            yield Served(told["port"], told["admin_port"], process.pid)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def serve_ordered(script: str, orders: dict[str, Any]) -> Iterator[Served]:
    """A server of another kind, of which `script` is the file here, with these orders."""
    command = [sys.executable, script, "--settings", json.dumps(orders)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Served(told["port"], told["admin_port"], process.pid)
        finally:
            process.terminate()
            process.wait(10)
