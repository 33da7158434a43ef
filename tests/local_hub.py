"""Stands in for the addresses of a model hub: lists of files, and the files, from a folder on this machine."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "a" * 40
PART_BYTES = 4 * 2**20
LIST = re.compile(r"/api/models/([\w.-]+/[\w.-]+)/revision/([\w.-]+)")
FILE = re.compile(r"/([\w.-]+/[\w.-]+)/resolve/([\w.-]+)/(.+)")


class LocalHub(ThreadingHTTPServer):
    """`root` holds owner/repo/files; `gated` repositories want a consent that nobody gave."""

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.gated: set[str] = set()
        self.asked: list[str] = []
        # Files that come damaged, as through a broken proxy.
        self.damaged: set[str] = set()
        # Seconds between one part of a file and the next.
        self.pause_s = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: LocalHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(f"{self.command} {path}")
        if found := LIST.fullmatch(path):
            self._list(*found.groups())
        elif found := FILE.fullmatch(path):
            self._file(*found.groups())
        else:
            self._fail(404, "")

    def _list(self, repo: str, revision: str) -> None:
        if not self._may(repo, revision):
            return
        folder = self.server.root / repo
        files = [
            {
                "rfilename": path.relative_to(folder).as_posix(),
                "size": path.stat().st_size,
                "blobId": "0" * 40,
                "lfs": {"sha256": _sha256(path), "size": path.stat().st_size, "pointerSize": 130},
            }
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        data = json.dumps({"id": repo, "modelId": repo, "sha": COMMIT, "siblings": files}).encode()
        self._answer(200, {"Content-Type": "application/json"}, data)

    def _file(self, repo: str, revision: str, name: str) -> None:
        if not self._may(repo, revision):
            return
        path = self.server.root / repo / name
        if not path.is_file():
            self._fail(404, "EntryNotFound")
            return
        data = path.read_bytes()
        if name in self.server.damaged:
            data = data[:-1] + bytes([data[-1] ^ 1])
        sha256 = _sha256(path)
        known = {"X-Repo-Commit": COMMIT, "ETag": f'"{sha256}"', "X-Linked-ETag": f'"{sha256}"'}
        known |= {"X-Linked-Size": str(len(data)), "Accept-Ranges": "bytes"}
        self._answer(200, known, data)

    def _may(self, repo: str, revision: str) -> bool:
        if not (self.server.root / repo).is_dir():
            self._fail(401, "RepoNotFound")
        elif repo in self.server.gated:
            self._fail(403, "GatedRepo")
        elif revision not in ("main", COMMIT):
            self._fail(404, "RevisionNotFound")
        else:
            return True
        return False

    def _fail(self, status: int, code: str) -> None:
        self._answer(status, {"X-Error-Code": code} if code else {}, b"{}")

    def _answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, len(data), PART_BYTES):
            self.wfile.write(data[start : start + PART_BYTES])
            time.sleep(self.server.pause_s)

    def log_message(self, format: str, *args: object) -> None: ...


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def local_hub(root: Path) -> Iterator[LocalHub]:
    with LocalHub(root) as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
