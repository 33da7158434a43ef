"""Stands between a program of ours and its judges: sends each request to the right one and keeps what they said of it.

Two judges that we did not write share the work. The validating proxy stands before a mock server that remembers; what
that server does not offer goes to the description alone, which answers from its own schemas and remembers nothing.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# What the mock server answers with 404: (method, path) as the description writes it.
STATELESS = [
    ("POST", r"/uploads(/.*)?"),
    ("GET", r"/fine_tuning/jobs/[^/]+/checkpoints"),
    ("POST", r"/fine_tuning/jobs/[^/]+/(pause|resume)"),
    ("GET", r"/models/.+"),
    ("DELETE", r"/models/.+"),
    ("POST", r"/completions"),
]
NOT_FORWARDED = ("host", "connection", "content-length", "transfer-encoding", "accept-encoding")
REFUSED_BY_JUDGE = 422
FILE = {"object": "file", "bytes": 1, "created_at": 0, "filename": "x", "purpose": "fine-tune", "status": "processed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request: which operation of the description it is, and what its judge found wrong with it."""

    operation: str
    method: str
    path: str
    query: str
    body: bytes
    status: int
    violations: tuple[str, ...]
    sent_key: bool


@dataclass(slots=True, kw_only=True)
class Recorder:
    url: str
    seen: list[Seen] = field(default_factory=list)

    def violations(self) -> list[str]:
        return [f"{one.method} {one.path}: {said}" for one in self.seen for said in one.violations]

    def operations(self) -> set[str]:
        return {one.operation for one in self.seen}

    def calls(self, operation: str) -> list[Seen]:
        return [one for one in self.seen if one.operation == operation]


def operations(description: Path) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of every operation; longer paths first, so that a part in braces never takes a word."""
    paths = json.loads(description.read_text(encoding="utf-8"))["paths"]
    found = []
    for path in sorted(paths, key=lambda path: (path.count("{"), -len(path))):
        # The name of a tuned model may hold slashes.
        part = ".+" if "{model}" in path else "[^/]+"
        pattern = re.compile(re.sub(r"\{[^}]+\}", part, path))
        found += [(m.upper(), pattern, told["operationId"]) for m, told in paths[path].items() if "operationId" in told]
    return found


@contextmanager
def recording(description: Path, stateful: str, stateless: str) -> Iterator[Recorder]:
    """`stateful` is the validating proxy without its own refusals, `stateless` the description as a server."""
    known = operations(description)

    class Between(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/v1")
            bare = any(self.command == method and re.fullmatch(told, path) for method, told in STATELESS)
            status, headers, answer = self._ask(stateless if bare else stateful, path, parts.query, body)
            if bare:
                answer = _remembered(answer)
            recorder.seen.append(
                Seen(
                    operation=next((n for m, p, n in known if m == self.command and p.fullmatch(path)), "(unknown)"),
                    method=self.command,
                    path=path,
                    query=parts.query,
                    body=body,
                    status=status,
                    violations=tuple(_violations(status, headers, answer)),
                    sent_key=bool(self.headers.get("authorization")),
                )
            )
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in (*NOT_FORWARDED, "sl-violations"):
                    self.send_header(name, value.encode("latin-1", "replace").decode("latin-1"))
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = do_any  # noqa: N815 -- names of the standard library

        def _ask(self, judge: str, path: str, query: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_FORWARDED}
            connection = http.client.HTTPConnection(urlsplit(judge).netloc, timeout=60)
            try:
                connection.request(self.command, path + (f"?{query}" if query else ""), body or None, headers)
                said = connection.getresponse()
                return said.status, dict(said.getheaders()), said.read()
            finally:
                connection.close()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    server.daemon_threads = True
    recorder = Recorder(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _remembered(answer: bytes) -> bytes:
    """Who remembers nothing says for ever that a list has more, and names no file when an upload is complete."""
    value = json.loads(answer or b"{}")
    if value.get("has_more"):
        value["has_more"] = False
    if value.get("object") == "upload" and not value.get("file"):
        value["file"] = {**FILE, "id": "file-of-parts"}
    return json.dumps(value).encode()


def _violations(status: int, headers: dict[str, str], answer: bytes) -> Iterator[str]:
    """Of the request only; what the mock server answers is not ours to judge."""
    told: list[dict[str, Any]] = json.loads({k.lower(): v for k, v in headers.items()}.get("sl-violations", "[]"))
    if status == REFUSED_BY_JUDGE:
        told += json.loads(answer).get("validation", [])
    for one in told:
        if one["location"][:1] == ["request"] and one["severity"] == "Error":
            yield f"{'.'.join(map(str, one['location']))}: {one['message']}"
