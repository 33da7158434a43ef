"""The process that worker processes are forked from: it has imported what the work needs, and does nothing else.

It is started afresh, never forked from the process that people started, which may run threads, a Java runtime or a
script without a main guard. A worker that is ended costs the next one a fork, some milliseconds. Over its socket it
is asked for workers, each of which talks over a socket of its own, and afterwards how a worker ended. When the socket
closes, whoever asked is gone, killed perhaps: the workers are ended with it, whatever they are doing.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import WorkerLost
from corpus_to_ft.language import Sentence

MEBIBYTE = 1024 * 1024
LENGTH_BYTES = 8
NUMBER_BYTES = 8
FORK, ENDED = b"F", b"E"
# What a worker says: it is up (with its process id), a result, a bug, memory that ran out, that it is getting on.
UP, RESULT, BUG, NO_MEMORY, ALIVE = range(5)
ALIVE_EVERY_S = 0.5
# The exit status of a worker that found itself above its memory.
OUT_OF_MEMORY = 86
LOOKS_A_SECOND = 20
# Importing a program from a cold disk on a busy machine.
START_S = 120.0
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[2]); "
    "from corpus_to_ft.run.nursery import serve; serve(int(sys.argv[1]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a worker ended: its exit status, negative for a signal, and its peak memory above the nursery's."""

    status: int
    peak_mb: float


class Nursery:
    """The side of the process that wants workers."""

    def __init__(self, work: object, max_memory_mb: int) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            theirs.set_inheritable(True)
            command = [sys.executable, "-c", _START, str(theirs.fileno()), json.dumps(sys.path)]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        self._socket.settimeout(START_S)
        order = pickle.dumps((work, max_memory_mb), protocol=pickle.HIGHEST_PROTOCOL)
        with _lost_is_told():
            self._socket.sendall(len(order).to_bytes(LENGTH_BYTES) + order)

    def fork(self) -> socket.socket:
        """The socket of a new worker, which may take a while until it answers."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):  # small on some systems, and nobody shall wait for room
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEBIBYTE // 4)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MEBIBYTE // 4)
        with theirs, _lost_is_told():
            socket.send_fds(self._socket, [FORK], [theirs.fileno()])
        return ours

    def ended(self, worker: int) -> Ending:
        """Waits for the end of a worker."""
        with _lost_is_told():
            self._socket.sendall(ENDED + worker.to_bytes(NUMBER_BYTES))
            status = int.from_bytes(_exactly(self._socket, NUMBER_BYTES), signed=True)
            peak = int.from_bytes(_exactly(self._socket, NUMBER_BYTES), signed=True)
        return Ending(status=status, peak_mb=peak / MEBIBYTE)

    def close(self) -> None:
        """Ends the nursery and every worker."""
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _lost_is_told:  # noqa: N801 (used like a function)
    def __enter__(self) -> None:
        """Nothing is prepared."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EOFError | OSError):
            told = "a worker process was ended from outside; run again, with a smaller run.workers if memory is short"
            raise WorkerLost(Sentence(told)) from error


_telling: list[Any] = []


def getting_on() -> None:
    """Told by work on an item that holds many: the time it may take begins anew. Elsewhere nobody listens."""
    if _telling and time.monotonic() - _telling[1] > ALIVE_EVERY_S:
        _telling[1] = time.monotonic()
        _say(_telling[0], ALIVE, None)


def serve(place: int) -> None:
    """The nursery itself."""
    # Ctrl-C reaches the whole group; only who asked answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)  # results have stdout for themselves
    workers: set[int] = set()
    with socket.socket(fileno=place) as control, suppress(EOFError, ConnectionError):
        order = _exactly(control, int.from_bytes(_exactly(control, LENGTH_BYTES)))
        work, max_memory_mb = pickle.loads(order)
        gc.collect()
        gc.freeze()
        own_peak = _peak_bytes()
        while True:
            said, places, _, _ = socket.recv_fds(control, 1, 1)
            if said == FORK:
                workers.add(_fork(work, max_memory_mb, places[0], control))
            elif said == ENDED:
                worker = int.from_bytes(_exactly(control, NUMBER_BYTES))
                _, status, usage = os.wait4(worker, 0)
                workers.discard(worker)
                peak = max(0, usage.ru_maxrss * _MAXRSS_BYTES - own_peak)
                ended = os.waitstatus_to_exitcode(status)
                control.sendall(ended.to_bytes(NUMBER_BYTES, signed=True) + peak.to_bytes(NUMBER_BYTES, signed=True))
            else:
                break
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _fork(work: Any, max_memory_mb: int, place: int, control: socket.socket) -> int:
    worker = os.fork()
    if worker:
        os.close(place)
        return worker
    try:
        control.close()
        _bound_memory(max_memory_mb)
        _labor(work, socket.socket(fileno=place))
    except (EOFError, ConnectionError):
        os._exit(0)
    except BaseException:  # noqa: BLE001 (a fork must never return into its parent's code)
        traceback.print_exc()
    os._exit(1)


def _labor(work: Any, place: socket.socket) -> None:
    """One item after the other, until nobody sends any."""
    items = place.makefile("rb", buffering=64 * 1024)
    _telling[:] = place, time.monotonic()
    _say(place, UP, os.getpid())
    while True:
        try:
            item = pickle.load(items)
            said = pickle.dumps(work(item), protocol=pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            _say(place, NO_MEMORY, None)
            return
        except (EOFError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 (a bug goes where it is shown)
            _say(place, BUG, (_portable(error), traceback.format_exc()))
            return
        del item
        if len(said) > MEBIBYTE:
            place.sendall(_head(RESULT, len(said)))
            place.sendall(said)
        else:
            place.sendall(_head(RESULT, len(said)) + said)


def _say(place: socket.socket, kind: int, said: object) -> None:
    payload = pickle.dumps(said, protocol=pickle.HIGHEST_PROTOCOL)
    place.sendall(_head(kind, len(payload)) + payload)


def _head(kind: int, length: int) -> bytes:
    return bytes([kind]) + length.to_bytes(LENGTH_BYTES)


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 (whatever a foreign exception does when it is copied)
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _bound_memory(max_memory_mb: int) -> None:
    """Allocations above the bound fail where the system counts them; elsewhere a thread looks, and ends the worker."""
    bound = max_memory_mb * MEBIBYTE
    with suppress(OSError, ValueError, IndexError):
        # What is reserved without being used, as threads and databases do, does not count, unlike with RLIMIT_AS.
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        used = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
        resource.setrlimit(resource.RLIMIT_DATA, (used + bound, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    threading.Thread(target=_watch_memory, args=(_peak_bytes() + bound,), daemon=True).start()


def _watch_memory(most: int) -> None:
    while _peak_bytes() <= most:
        time.sleep(1 / LOOKS_A_SECOND)
    os._exit(OUT_OF_MEMORY)


_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES


def _exactly(place: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = place.recv(min(count - len(parts), MEBIBYTE))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
