"""Wrong requests by operation, as the vendor's description names them, and how they are sent."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

JOB = {"model": "gpt-4o-mini", "training_file": "file-1"}
SAYS = [{"role": "user", "content": "창고는 언제 여나요?"}]
UPLOAD = {"filename": "가.jsonl", "purpose": "fine-tune", "bytes": 9, "mime_type": "application/jsonl"}
BATCH = {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
NO_KEY = 401
REFUSED = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`body` is sent as JSON, `form` as the fields of a multipart upload; without a key where 401 is expected."""

    operation: str
    wrong: str
    method: str
    path: str
    body: Any = field(default=None, hash=False)
    form: tuple[tuple[str, str], ...] | None = None
    expected: int = REFUSED

    def status(self, url: str) -> int:
        """What a server says to it; 0 when it lets the request pass."""
        headers = {} if self.expected == NO_KEY else {"Authorization": "Bearer test"}
        data = b"" if self.method == "POST" else None
        if self.form is not None:
            headers["Content-Type"] = "multipart/form-data; boundary=grenze"
            parts = [
                f'--grenze\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in self.form
            ]
            data = b"".join([*parts, b"--grenze--\r\n"])
        elif self.body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(self.body, ensure_ascii=False).encode()
        request = urllib.request.Request(url + self.path, data=data, headers=headers, method=self.method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30):
                return 0
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code


def _supervised(**hyperparameters: object) -> dict[str, object]:
    method = {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}
    return {**JOB, "method": method}


def _p(operation: str, wrong: str, request: str, body: Any = None, expected: int = REFUSED) -> Probe:
    method, path = request.split(" ")
    form = tuple(body) if isinstance(body, list) else None
    json_body = None if isinstance(body, list) else body
    return Probe(
        operation=operation, wrong=wrong, method=method, path=path, body=json_body, form=form, expected=expected
    )


PROBES = [
    _p("createFile", "no file", "POST /files", [("purpose", "fine-tune")]),
    _p("createFile", "an unknown purpose", "POST /files", [("purpose", "anything"), ("file", "x")]),
    _p("listFiles", "an unknown order", "GET /files?order=sideways"),
    _p("listFiles", "a limit that is no number", "GET /files?limit=many"),
    _p("retrieveFile", "no key", "GET /files/file-1", expected=NO_KEY),
    _p("deleteFile", "no key", "DELETE /files/file-1", expected=NO_KEY),
    _p("downloadFile", "no key", "GET /files/file-1/content", expected=NO_KEY),
    _p("createFineTuningJob", "no file", "POST /fine_tuning/jobs", {"model": "gpt-4o-mini"}),
    _p("createFineTuningJob", "a suffix of 65 characters", "POST /fine_tuning/jobs", {**JOB, "suffix": "가" * 65}),
    _p("createFineTuningJob", "no epochs", "POST /fine_tuning/jobs", _supervised(n_epochs=0)),
    _p("createFineTuningJob", "51 epochs", "POST /fine_tuning/jobs", _supervised(n_epochs=51)),
    _p("createFineTuningJob", "an unknown method", "POST /fine_tuning/jobs", {**JOB, "method": {"type": "magic"}}),
    _p("createFineTuningJob", "a seed of 2^31", "POST /fine_tuning/jobs", {**JOB, "seed": 2**31}),
    _p("createFineTuningJob", "metadata that is no text", "POST /fine_tuning/jobs", {**JOB, "metadata": {"run": 1}}),
    _p("createFineTuningJob", "no key", "POST /fine_tuning/jobs", JOB, NO_KEY),
    _p("listPaginatedFineTuningJobs", "a limit that is no number", "GET /fine_tuning/jobs?limit=many"),
    _p("retrieveFineTuningJob", "no key", "GET /fine_tuning/jobs/ftjob-1", expected=NO_KEY),
    _p("cancelFineTuningJob", "no key", "POST /fine_tuning/jobs/ftjob-1/cancel", expected=NO_KEY),
    _p("pauseFineTuningJob", "no key", "POST /fine_tuning/jobs/ftjob-1/pause", expected=NO_KEY),
    _p("resumeFineTuningJob", "no key", "POST /fine_tuning/jobs/ftjob-1/resume", expected=NO_KEY),
    _p("listFineTuningEvents", "a limit that is no number", "GET /fine_tuning/jobs/ftjob-1/events?limit=many"),
    _p("listFineTuningJobCheckpoints", "a limit that is no number", "GET /fine_tuning/jobs/ftjob-1/checkpoints?limit=many"),
    _p("listModels", "no key", "GET /models", expected=NO_KEY),
    _p("retrieveModel", "no key", "GET /models/gpt-4o-mini", expected=NO_KEY),
    _p("deleteModel", "no key", "DELETE /models/ft:gpt-4o-mini:acme:suffix:abc", expected=NO_KEY),
    _p("createChatCompletion", "nothing in it", "POST /chat/completions", {}),
    _p("createChatCompletion", "an unknown role", "POST /chat/completions",
       {"model": "gpt-4o-mini", "messages": [{"role": "narrator", "content": "가"}]}),
    _p("createChatCompletion", "a temperature of 9", "POST /chat/completions",
       {"model": "gpt-4o-mini", "messages": SAYS, "temperature": 9}),
    _p("createCompletion", "nothing in it", "POST /completions", {}),
    _p("createUpload", "no size", "POST /uploads", {key: UPLOAD[key] for key in ("filename", "purpose", "mime_type")}),
    _p("createUpload", "an unknown purpose", "POST /uploads", {**UPLOAD, "purpose": "anything"}),
    _p("addUploadPart", "no data", "POST /uploads/upload_1/parts", [("name", "가")]),
    _p("completeUpload", "no parts", "POST /uploads/upload_1/complete", {}),
    _p("cancelUpload", "no key", "POST /uploads/upload_1/cancel", expected=NO_KEY),
    _p("createBatch", "two days", "POST /batches", {**BATCH, "completion_window": "48h"}),
    _p("createBatch", "no file", "POST /batches", {key: BATCH[key] for key in ("endpoint", "completion_window")}),
    _p("listBatches", "a limit that is no number", "GET /batches?limit=many"),
    _p("retrieveBatch", "no key", "GET /batches/batch_1", expected=NO_KEY),
    _p("cancelBatch", "no key", "POST /batches/batch_1/cancel", expected=NO_KEY),
]  # fmt: skip
