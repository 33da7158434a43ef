"""Stands between a client and a server and keeps every byte that the client sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Recorded:
    """What went by until now; `port` is where clients connect."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/v1"
        self._sent = bytearray()
        self._lock = threading.Lock()

    def keep(self, data: bytes) -> None:
        with self._lock:
            self._sent += data

    @property
    def sent(self) -> bytes:
        with self._lock:
            return bytes(self._sent)


@contextmanager
def recording(server_port: int) -> Iterator[Recorded]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        recorded = Recorded(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server_port, recorded), daemon=True).start()
        yield recorded


def _accept(listener: socket.socket, server_port: int, recorded: Recorded) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", server_port))
            threading.Thread(target=_copy, args=(client, server, recorded), daemon=True).start()
            threading.Thread(target=_copy, args=(server, client, None), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, recorded: Recorded | None) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if recorded:
                recorded.keep(data)
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
