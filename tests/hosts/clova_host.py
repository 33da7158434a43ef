"""CLOVA Studio's tasks as its pages of 2026 describe them, and a bucket that checks signatures of version 4.

The signature is computed here from the pages' own account of it, not with the library that made it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote

from shape import Asked, Reply, Shape, Wrong, needs

ACCESS_KEY, SECRET_KEY = "ncp-access-key-0123456789", "ncp-secret-key-0123456789"
BUCKET = "acme-data"
STEPS = ("WAIT", "RUNNING", "SUCCEEDED")
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)


class ClovaHost(Shape):
    # The bucket has its own keys.
    open_calls = ("put", "head", "remove")

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.tasks: dict[str, dict[str, Any]] = {}

    def calls(self) -> list[Any]:
        return [
            ("put", "PUT", f"/{BUCKET}/(.+)", self.put),
            ("head", "HEAD", f"/{BUCKET}/(.+)", self.head),
            ("remove", "DELETE", f"/{BUCKET}/(.+)", self.remove),
            ("create", "POST", "/tuning/v2/tasks", self.create),
            ("jobs", "GET", "/tuning/v2/tasks", self.listed),
            ("job", "GET", "/tuning/v2/tasks/([^/]+)", self.task),
            ("delete_task", "DELETE", "/tuning/v2/tasks/([^/]+)", self.delete_task),
        ]

    def error(self, status: int, message: str) -> Reply:
        return Reply(status=status, value={"status": {"code": f"{status}00", "message": message}, "result": None})

    def put(self, asked: Asked) -> Reply:
        refused = self._unsigned(asked)
        if refused:
            return refused
        self.objects[asked.parts[0]] = asked.body
        return Reply(headers={"etag": f'"{hashlib.md5(asked.body).hexdigest()}"'})

    def head(self, asked: Asked) -> Reply:
        refused = self._unsigned(asked)
        found = self.objects.get(asked.parts[0])
        if refused or found is None:
            return refused or Reply(status=404)
        return Reply(value=found)

    def remove(self, asked: Asked) -> Reply:
        refused = self._unsigned(asked)
        self.objects.pop(asked.parts[0], None)
        return refused or Reply(status=204, value=b"")

    def create(self, asked: Asked) -> Reply:
        body = asked.json()
        texts = ("FilePath", "Bucket", "AccessKey", "SecretKey")
        needs(
            body,
            {"model": str, **{f"trainingDataset{name}": str for name in texts}},
            {"name": str, "tuningType": str, "trainEpochs": str, "learningRate": str},
        )
        if not 1 <= int(body.get("trainEpochs", "8")) <= 20 or not 1e-6 <= float(body.get("learningRate", "1e-4")) <= 1:
            raise Wrong("a number that is out of range")
        keys = body["trainingDatasetAccessKey"], body["trainingDatasetSecretKey"]
        if keys != (ACCESS_KEY, SECRET_KEY) or body["trainingDatasetBucket"] != BUCKET:
            return self.error(400, "the bucket cannot be read")
        if body["trainingDatasetFilePath"] not in self.objects:
            return self.error(400, "there is no such file")
        task_id = f"task{len(self.tasks) + 1:04}"
        self.tasks[task_id] = {
            "id": task_id, "name": body.get("name", "2099"), "model": body["model"], "status": "WAIT", "statusInfo": None,
            "trainEpochs": int(body.get("trainEpochs", "8")), "createdDate": "2099-01-01T00:00:00",
        }  # fmt: skip
        return self._said(self.tasks[task_id])

    def listed(self, asked: Asked) -> Reply:
        """One a page whatever is asked for, so that whoever reads only the first page is seen."""
        needs(asked.query, {}, {"page": str, "size": str})
        found, page = list(reversed(self.tasks.values())), int(asked.query.get("page", "0"))
        return self._said({"content": found[page : page + 1], "totalPages": len(found), "totalElements": len(found)})

    def task(self, asked: Asked) -> Reply:
        task = self.tasks.get(asked.parts[0])
        if task is None:
            return self.error(404, "no task")
        if task["status"] in STEPS[:-1]:
            task["status"] = STEPS[STEPS.index(task["status"]) + 1]
        return self._said(task)

    def delete_task(self, asked: Asked) -> Reply:
        return self._said(None) if self.tasks.pop(asked.parts[0], None) else self.error(404, "no task")

    def _said(self, result: Any) -> Reply:
        return Reply(value={"status": {"code": "20000", "message": "OK"}, "result": result})

    def _unsigned(self, asked: Asked) -> Reply | None:
        """A refusal as S3 writes it, None for a request whose signature and bytes are right."""
        told = SIGNED.fullmatch(asked.headers.get("authorization", ""))
        if not told or told[1] != ACCESS_KEY:
            return Reply(status=403, value=b"<Error><Code>InvalidAccessKeyId</Code></Error>")
        _, day, region, names, signature = told.groups()
        payload = asked.headers.get("x-amz-content-sha256", "")
        headers = "".join(f"{name}:{asked.headers.get(name, '').strip()}\n" for name in names.split(";"))
        whole = "\n".join([asked.method, quote(asked.path, safe="/-_.~"), "", headers, names, payload])
        scope = f"{day}/{region}/s3/aws4_request"
        stamp = asked.headers.get("x-amz-date", "")
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(whole.encode()).hexdigest()])
        key = f"AWS4{SECRET_KEY}".encode()
        for word in (day, region, "s3", "aws4_request"):
            key = hmac.new(key, word.encode(), "sha256").digest()
        if region != "kr-standard" or not {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names.split(";")):
            return Reply(status=403, value=b"<Error><Code>AuthorizationHeaderMalformed</Code></Error>")
        if not hmac.compare_digest(hmac.new(key, to_sign.encode(), "sha256").hexdigest(), signature):
            return Reply(status=403, value=b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if hashlib.sha256(asked.body).hexdigest() != payload:
            return Reply(status=400, value=b"<Error><Code>XAmzContentSHA256Mismatch</Code></Error>")
        return None
