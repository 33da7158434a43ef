"""HTTP/1.1 as far as a JSON interface needs it, on a raw asyncio protocol: keep-alive, and ways to break off."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, Protocol

MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024 * 1024
Ending = Literal["keep", "close", "reset", "hang"]


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Handler(Protocol):
    """What takes requests; it answers through the connection, whenever it likes."""

    def opened(self, connection: Connection) -> None: ...

    def closed(self, connection: Connection) -> None: ...

    def handle(self, request: Request, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    """Reads one request after the other; the next one is looked at when this one is answered."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._buffer = b""
        self._busy = False
        self._parsed: tuple[str, str, str, dict[str, str], int, int] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._handler.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the reason does not matter here
        self._transport = None
        self._handler.closed(self)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy:
            self._next()

    def answer(self, data: bytes, ending: Ending = "keep") -> None:
        """Sends and goes on to the next request, or ends the connection the way that is wanted."""
        if self._transport is None or self._transport.is_closing():
            return
        if ending == "reset":
            self.reset()
            return
        if data:
            self._transport.write(data)
        if ending == "close":
            self._transport.close()
        elif ending == "keep":
            self._busy = False
            if self._buffer:
                self._next()

    def reset(self) -> None:
        """RST instead of FIN: a linger time of zero throws away what is not sent yet."""
        if self._transport is None:
            return
        made: socket.socket | None = self._transport.get_extra_info("socket")
        if made is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _next(self) -> None:
        if self._parsed is None and not self._read_head():
            return
        assert self._parsed is not None
        method, path, query, headers, start, length = self._parsed
        if len(self._buffer) < start + length:
            return
        body, self._buffer = self._buffer[start : start + length], self._buffer[start + length :]
        self._parsed = None
        self._busy = True
        self._handler.handle(Request(method=method, path=path, query=query, headers=headers, body=body), self)

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                self._refuse(431)
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        parts = first.split(" ")
        length = headers.get("content-length", "0")
        if len(parts) != 3 or not length.isdigit() or int(length) > MAX_BODY:
            self._refuse(400)
            return False
        if "transfer-encoding" in headers:
            self._refuse(411)
            return False
        path, _, query = parts[1].partition("?")
        self._parsed = (parts[0], path, query, headers, end + 4, int(length))
        return True

    def _refuse(self, status: int) -> None:
        self._busy = True
        self.answer(response(status, b"{}", close=True), "close")


def response(
    status: int,
    body: bytes,
    headers: list[tuple[str, str]] | None = None,
    *,
    kind: str = "application/json",
    promised: int | None = None,
    close: bool = False,
) -> bytes:
    """A whole response; `promised` is the length that it claims, where that is not the truth."""
    length = len(body) if promised is None else promised
    more = "".join(f"{name}: {value}\r\n" for name, value in headers or ())
    end = "connection: close\r\n" if close else ""
    head = (
        f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n"
    )
    return f"{head}{more}{end}\r\n".encode("latin-1") + body


def json_bytes(value: Any) -> bytes:
    """Real Hangul, but escapes for half characters, which cannot be written as UTF-8."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


_PHRASES = {status.value: status.phrase for status in HTTPStatus}
