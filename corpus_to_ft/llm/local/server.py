"""Keeps a llama.cpp server running in a process of its own: starts it, hears its log, starts it again once."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace

from corpus_to_ft.errors import ConfigError, CorpusToFtError, ProviderUnavailable
from corpus_to_ft.language import Sentence, foreign, tr
from corpus_to_ft.llm.local.order import Order

RESTARTS = 1
LINES_KEPT, LINES_TOLD = 40, 8
LONGEST_LINE = 400
END_S = 10.0


class LlamaServer:
    """`on_end` is called when the server ended and will not come back.

    One thread starts the process and reads its log until it ends, so the kernel's tie between that thread
    and the process holds for as long as both are needed.
    """

    def __init__(self, order: Order, say: Callable[[str], None], on_end: Callable[[], None]) -> None:
        self._order = replace(order, key=secrets.token_hex(24))
        self._say = say
        self._on_end = on_end
        self._log: deque[str] = deque(maxlen=LINES_KEPT)
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._closing = False
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self._listens = False
        self._error: CorpusToFtError | None = None
        self._gpus: list[str] = []
        self._keeper = threading.Thread(target=self._keep, name="llama-server", daemon=True)
        self._keeper.start()

    @property
    def key(self) -> str:
        return self._order.key

    @property
    def gpus(self) -> list[str]:
        """What it computes on beside the processor."""
        return self._gpus

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def error(self) -> CorpusToFtError | None:
        """Why it ended for good; None while it runs or comes back."""
        return self._error

    def address(self) -> str:
        """Where it listens, once the model is loaded. Raises what kept it from that."""
        self._settled.wait()
        if self._error:
            raise self._error
        return self._address

    def close(self) -> None:
        """End the process at once, wherever it is; it holds nothing that would have to be saved."""
        with self._lock:
            self._closing = True
            if self._process:
                self._process.kill()
        self._keeper.join(END_S)

    def _keep(self) -> None:
        for attempt in range(RESTARTS + 1):
            status = self._run()
            if self._closing:
                self._end(ProviderUnavailable(Sentence("the llama.cpp server was closed")))
                return
            if not self._listens and not attempt:
                text = "llama.cpp cannot run {model} ({how}); its last words:{words}"
                self._end(ConfigError(Sentence(text, model=self._order.name, how=_told(status), words=self._tail())))
                return
            if attempt < RESTARTS:
                text = "the llama.cpp server ended ({how}) and is started again; its last words:{words}"
                self._say(tr(Sentence(text, how=_told(status), words=self._tail())))
        text = (
            "the llama.cpp server ended {times} times ({how}); what is done is kept, run again to continue. "
            "Its last words:{words}"
        )
        times = RESTARTS + 1
        self._end(ProviderUnavailable(Sentence(text, times=times, how=_told(status), words=self._tail())))

    def _end(self, error: CorpusToFtError) -> None:
        self._error = error
        self._settled.set()
        self._on_end()

    def _run(self) -> int:
        """One life of the process; returns its exit status."""
        # -P: no file of the folder in which people work is taken for a module. A session of its own: Ctrl-C is for us.
        command = [sys.executable, "-P", "-m", "corpus_to_ft.llm.local.child"]
        with self._lock:
            if self._closing:
                return 0
            self._listens = False
            self._process = process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, encoding="utf-8", errors="replace", start_new_session=True, env=_without_keys(),
            )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        # The pipe breaks where the process ended before it read its order; why is in the log.
        with suppress(BrokenPipeError), process:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(asdict(self._order)) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                if line.startswith(self._order.key):
                    self._hear(line.removeprefix(self._order.key))
                elif line.strip():
                    self._log.append(line.rstrip()[:LONGEST_LINE])
        return process.returncode

    def _hear(self, said: str) -> None:
        told = json.loads(said)
        self._gpus = told["gpus"]
        self._address = told["address"]
        # Who asks it now finds it at the same place when it comes back.
        self._order = replace(self._order, port=int(self._address.rsplit(":", 1)[1]))
        self._listens = True
        self._settled.set()

    def _tail(self) -> Sentence:
        told = "".join(f"\n  {line}" for line in list(self._log)[-LINES_TOLD:])
        return foreign(told) if told else Sentence(" (none)")


def _told(status: int) -> Sentence:
    if status >= 0:
        return Sentence("exit status {status}", status=status)
    name = signal.Signals(-status).name
    return Sentence("SIGKILL, mostly because memory ran out") if name == "SIGKILL" else foreign(name)


def _without_keys() -> dict[str, str]:
    """A server for a file on this machine needs nobody's keys."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith(("_KEY", "_TOKEN"))}
