"""A host that answers with JSON of another shape is away, or has nothing to say; it is never a bug of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from driving import job_for, tuner_for

from corpus_to_ft.errors import CorpusToFtError
from corpus_to_ft.tune import rest

ODD: list[Any] = [
    [],
    {},
    {"id": 5, "status": {"a": 1}, "created_at": "어제", "data": [{}, 3, {"id": None, "created_at": 1e30}]},
    {"data": {"id": "x"}, "events": 3, "metrics": [{"step": "viel", "loss": "NaN"}], "status": None, "state": None},
    {"result": [], "datasets": 7, "supervisedFineTuningJobs": [{"name": 3}], "jobs": "x", "content": {"status": 3}},
    "only a text",
    None,
    {"id": "\x1b[2J", "status": "\x1b[2J", "state": "\x1b[2J", "error": {"message": ["x"]}, "checkpoints": [{"metrics": 3}]},
]  # fmt: skip
CALLS: dict[str, Callable[[Any, Any], object]] = {
    "look": lambda tuner, job: tuner.look(job),
    "cancel": lambda tuner, job: tuner.cancel(job),
    "create": lambda tuner, job: tuner.create(job),
    "find_job": lambda tuner, job: tuner.find_job(job, datetime.now(UTC)),
    "find_file": lambda tuner, job: tuner.find_file(job.files[0], datetime.now(UTC)),
    "has_file": lambda tuner, _: tuner.has_file("file-1"),
    "events": lambda tuner, job: list(tuner.events(job)),
    "results": lambda tuner, job: list(tuner.results(job)),
    "checkpoints": lambda tuner, job: list(tuner.checkpoints(job)),
    "files": lambda tuner, _: list(tuner.files()),
    "models": lambda tuner, _: list(tuner.models()),
    "model": lambda tuner, _: tuner.model("m"),
}


class Odd(BaseHTTPRequestHandler):
    said: Any = None

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = json.dumps(self.said).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_PUT = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["openai_compatible", "together", "fireworks", "mistral", "clova"])
@pytest.mark.parametrize("call", CALLS)
def test_an_answer_of_another_shape_is_no_bug_of_ours(
    odd: str, host: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "READ_AGAIN_S", (0.0,))
    wrong = []
    for said in ODD:
        Odd.said = said
        job = job_for(host if host != "openai_compatible" else "together", odd, tmp_path)
        tuner = tuner_for(host, odd)
        try:
            CALLS[call](tuner, job)
        except CorpusToFtError:
            pass
        except Exception as error:  # noqa: BLE001 (what is counted)
            wrong.append((said, repr(error)))
        tuner.close()
    assert wrong == []
