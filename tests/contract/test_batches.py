"""Batches before judges that we did not write: the vendor's description, and a mock server with a state of its own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from batch_serving import Waits, answers, prompts
from judging import ROOT, Judged, get
from pydantic import SecretStr

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.llm.openai_batch import OpenaiBatchProvider
from corpus_to_ft.records import Reply
from corpus_to_ft.store import RunStore

pytestmark = pytest.mark.contract
OUTCOME = "X-AIMock-Batch-Outcome"


def provider(judged: Judged, **fields: object) -> OpenaiBatchProvider:
    quick: dict[str, object] = {"wait": True, "poll_s": 0.1, "patience_s": 5, "api_key": SecretStr("test"), **fields}
    return OpenaiBatchProvider.model_validate({"model": "gpt-4o-mini", "base_url": judged.url, **quick})


def test_a_batch_goes_all_its_way_without_a_violation(judged: Judged, tmp_path: Path) -> None:
    before = len(judged.batches())
    found = answers(provider(judged, requests_per_batch=4), tmp_path, prompts(10))
    assert all(isinstance(answer, Reply) for answer in found)
    made = judged.batches()[: len(judged.batches()) - before]
    assert len(made) == 3
    with RunStore.read(tmp_path) as store:
        known = {batch.key: batch for batch in store.batches()}
        assert {batch["metadata"]["corpus_to_ft_batch"] for batch in made} == set(known)
        sizes = {file["filename"]: file["bytes"] for file in judged.files()}
        assert all(sizes[batch.file_name] == batch.size for batch in known.values())
    assert judged.violations() == []


@pytest.mark.parametrize(
    ("outcome", "ends", "words"),
    [("expired", Waits, "3 batches"), ("cancelled", Waits, "cancelled"), ("failed", ConfigError, "mock_failure")],
)
def test_a_batch_that_ends_otherwise_loses_nothing(
    judged: Judged, tmp_path: Path, outcome: str, ends: type[Exception], words: str
) -> None:
    with pytest.raises(ends, match=words):
        answers(provider(judged, headers={OUTCOME: outcome}), tmp_path, prompts(6))
    assert len(answers(provider(judged), tmp_path, prompts(6))) == 6
    with RunStore.read(tmp_path) as store:
        assert sum(call.cost or 0 for call in store.calls()) == pytest.approx(6 * (0.30 + 1.20) / 1e6 / 2)
    assert judged.violations() == []


@pytest.mark.parametrize("step", ["planned", "uploaded", "submitted"])
def test_a_process_killed_between_two_steps_never_makes_a_second_batch(
    judged: Judged, tmp_path: Path, step: str
) -> None:
    out, first = tmp_path / "out", str({"planned": 100, "uploaded": 200, "submitted": 300}[step])
    words = [sys.executable, str(Path(__file__).with_name("hand_over.py")), judged.url, str(out), first, "8"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    before = len(judged.files()), len(judged.batches())
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while step not in states(out) and time.monotonic() < until:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert all(json.loads(done.stdout))
    assert (len(judged.files()) - before[0], len(judged.batches()) - before[1]) == (1, 1)
    assert judged.violations() == []


def states(out: Path) -> set[str]:
    """The states of the run's batches, as another process sees them; empty while there is no run."""
    try:
        with sqlite3.connect(f"file:{out / 'run.sqlite'}?mode=ro", uri=True) as connection:
            found = {state for (state,) in connection.execute("SELECT state FROM batches")}
        connection.close()
    except sqlite3.OperationalError:
        return set()
    return found


def test_failures_of_the_mock_server_make_no_second_batch(judged: Judged, tmp_path: Path) -> None:
    """Requests dropped, cut off or answered with broken JSON, by chance, through the headers of each request."""
    unkind = {"X-AIMock-Chaos-Drop": "0.15", "X-AIMock-Chaos-Disconnect": "0.1", "X-AIMock-Chaos-Malformed": "0.1"}
    before, ended = len(judged.batches()), 0
    for turn in range(8):
        wanted = prompts(3, first=1000 + 10 * turn)
        try:
            answers(provider(judged, base_url=judged.direct, patience_s=20, headers=unkind), tmp_path, wanted)
        except Waits:
            ended += 1
            answers(provider(judged, base_url=judged.direct), tmp_path, wanted)
    assert len(judged.batches()) - before == 8
    assert ended < 8


PROBES = [
    ("files.create without a file", "POST", "/files", {"purpose": "batch"}, 422),
    ("files.create for a wrong purpose", "POST", "/files", {"purpose": "anything", "file": "x"}, 422),
    ("files.list in a wrong order", "GET", "/files?order=sideways", None, 422),
    ("files.list with a wrong limit", "GET", "/files?limit=many", None, 422),
    ("batches.create for two days", "POST", "/batches",
     {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "48h"}, 422),
    ("batches.create of an unknown kind", "POST", "/batches",
     {"input_file_id": "file-1", "endpoint": "/v1/poems", "completion_window": "24h"}, 422),
    ("batches.create without a file", "POST", "/batches",
     {"endpoint": "/v1/chat/completions", "completion_window": "24h"}, 422),
    ("batches.create with metadata that is no text", "POST", "/batches",
     {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h", "metadata": {"a": 1}}, 422),
    ("batches.list with a wrong limit", "GET", "/batches?limit=many", None, 422),
    ("a line without messages", "POST", "/chat/completions", {"model": "gpt-4o-mini"}, 422),
    ("a line that is too warm", "POST", "/chat/completions",
     {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "가"}], "temperature": 9}, 422),
    ("batches.retrieve without a key", "GET", "/batches/batch_1", "no key", 401),
    ("batches.cancel without a key", "POST", "/batches/batch_1/cancel", "no key", 401),
    ("files.content without a key", "GET", "/files/file-1/content", "no key", 401),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "expected"), [p[1:] for p in PROBES], ids=[p[0] for p in PROBES])
def test_what_is_wrong_is_refused_so_that_silence_means_something(
    described: str, method: str, path: str, body: object, expected: int
) -> None:
    headers = {} if body == "no key" else {"Authorization": "Bearer test"}
    data = b"" if method == "POST" else None
    if isinstance(body, dict) and path == "/files":
        headers["Content-Type"] = "multipart/form-data; boundary=grenze"
        data = b"".join(
            f'--grenze\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in body.items()
        )
        data += b"--grenze--\r\n"
    elif isinstance(body, dict):
        headers["Content-Type"] = "application/json"
        data = json.dumps(body).encode()
    request = urllib.request.Request(described + path, data=data, headers=headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30)
    assert refused.value.code == expected
    refused.value.close()


def test_each_line_is_a_request_that_the_description_allows(described: str, tmp_path: Path) -> None:
    """The proxy sees files as bytes; so the bodies of the lines are shown to it one by one."""
    asked = OpenaiBatchProvider(model="gpt-4o-mini")
    for prompt in prompts(3):
        line = json.loads(asked._line(prompt))
        assert set(line) == {"custom_id", "method", "url", "body"}
        assert (line["custom_id"], line["method"], line["url"]) == (prompt.id, "POST", "/v1/chat/completions")
        request = urllib.request.Request(
            f"{described}/chat/completions",
            data=json.dumps(line["body"]).encode(),
            headers={"Authorization": "Bearer test", "Content-Type": "application/json"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            assert answer.status == 200
    assert not list(tmp_path.iterdir())


def test_a_violation_would_be_seen(judged: Judged) -> None:
    """Last, because the log of violations is empty until then; the proxy writes it a moment later than it refuses."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{judged.url}/batches?limit=many")
    assert refused.value.code == 422
    refused.value.close()
    until = time.monotonic() + 10
    while not judged.violations() and time.monotonic() < until:
        time.sleep(0.1)
    assert judged.violations()
