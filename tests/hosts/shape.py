"""A host's interface as a strict server of our own: real sockets, wrong requests refused and kept, replies lost by order.

`lose` counts, by the name of a call, replies that are lost after the work was done; `refuse` gives answers before any
work; `wrong` are the requests that such a host would not have taken.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "test-key-of-a-host-0123456789"


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request; `form` holds the texts of a multipart body and `file` its name and bytes."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: tuple[str, ...] = ()
    form: dict[str, str] = field(default_factory=dict)
    file: tuple[str, bytes] = ("", b"")

    def json(self) -> dict[str, Any]:
        if self.headers.get("content-type") != "application/json":
            raise Wrong(f"{self.path} wants JSON")
        value = json.loads(self.body)
        if not isinstance(value, dict):
            raise Wrong(f"{self.path} wants an object")
        return value


@dataclass(slots=True, kw_only=True)
class Reply:
    value: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Wrong(Exception):
    """What this host would not take."""


Answering = Callable[[Asked], Reply]


def needs(value: Mapping[str, Any], required: Mapping[str, type], optional: Mapping[str, Any] | None = None) -> None:
    """Every required key of its type, every other key known: a server may be kinder, our requests need not be."""
    for name, kind in {**required, **(optional or {})}.items():
        if name not in value:
            if name in required:
                raise Wrong(f"{name} is missing")
            continue
        found = value[name]
        if not isinstance(found, kind) or (isinstance(found, bool) and kind in (int, float)):
            raise Wrong(f"{name} is {found!r}, which is no {kind}")
    unknown = set(value) - set(required) - set(optional or {})
    if unknown:
        raise Wrong(f"nobody knows {sorted(unknown)}")


class Shape:
    """Subclasses name their calls in `calls`: (name, method, pattern, what answers). `url` is where it listens."""

    open_calls: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.lose: Counter[str] = Counter()
        self.refuse: dict[str, list[Reply]] = {}
        self.wrong: list[str] = []
        self.made: Counter[str] = Counter()
        self.url = ""

    def calls(self) -> list[tuple[str, str, str, Answering]]:
        raise NotImplementedError

    def error(self, status: int, message: str) -> Reply:
        return Reply(status=status, value={"error": {"message": message, "type": "invalid_request_error"}})

    def answer(self, asked: Asked) -> tuple[str, Reply]:
        for name, method, pattern, answering in self.calls():
            found = re.fullmatch(pattern, asked.path)
            if method != asked.method or not found:
                continue
            asked.parts = found.groups()
            self.made[name] += 1
            if name not in self.open_calls and asked.headers.get("authorization") != f"Bearer {KEY}":
                return name, self.error(401, "no such key")
            if self.refuse.get(name):
                return name, self.refuse[name].pop(0)
            try:
                return name, answering(asked)
            except Wrong as wrong:
                self.wrong.append(f"{name}: {wrong}")
                return name, self.error(422, str(wrong))
        self.wrong.append(f"nobody knows {asked.method} {asked.path}")
        return "(unknown)", self.error(404, "no such call")


class _Handler(BaseHTTPRequestHandler):
    """`shape` and `lock` are given by whoever serves; replies are lost as the shape orders."""

    protocol_version = "HTTP/1.1"
    shape: Shape
    lock: threading.Lock

    def do_any(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=unquote(parts.path),
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
        )
        _read_form(asked)
        with self.lock:
            name, reply = self.shape.answer(asked)
            lost = reply.status < 400 and self.shape.lose[name] > 0
            self.shape.lose[name] -= lost
        if lost:
            # RST instead of FIN: nothing that was written arrives.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        raw = reply.value if isinstance(reply.value, bytes) else json.dumps(reply.value or {}).encode()
        self.send_response(reply.status)
        headers = {"content-type": "application/json", "content-length": str(len(raw)), **reply.headers}
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_any  # noqa: N815 -- names of the standard library

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def finish(self) -> None:
        if not self.wfile.closed and self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, *_: object) -> None: ...


@contextmanager
def served(shape: Shape) -> Iterator[Shape]:
    handler = type("_ShapeHandler", (_Handler,), {"shape": shape, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that was killed is no news
    shape.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shape
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _read_form(asked: Asked) -> None:
    kind = asked.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + asked.body, policy=email.policy.HTTP)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is None:
            asked.form[str(name)] = content.decode()
        else:
            raw = re.search(rb'filename="([^"]*)"', asked.body)
            asked.file = (raw[1].decode() if raw else "", content)
