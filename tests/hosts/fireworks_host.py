"""Fireworks as its published client (fireworks-ai 1.2.30) speaks to it."""

from __future__ import annotations

import re
from typing import Any

from shape import Asked, Reply, Shape, Wrong, needs

ACCOUNT = "acme-corp"
AT = f"/v1/accounts/{ACCOUNT}"
STEPS = ("CREATING", "PENDING", "RUNNING", "WRITING_RESULTS", "COMPLETED")
ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
DATASET_FIELDS: dict[str, Any] = {"displayName": str, "exampleCount": str, "format": str, "userUploaded": dict}
JOB_FIELDS: dict[str, Any] = {
    "displayName": str, "baseModel": str, "epochs": int, "learningRate": float, "loraRank": int, "batchSize": int,
    "maxContextLength": int, "evaluationDataset": str, "outputModel": str, "earlyStop": bool,
}  # fmt: skip


class FireworksHost(Shape):
    open_calls = ("store",)

    def __init__(self) -> None:
        super().__init__()
        self.datasets: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.models = ["accounts/acme-corp/models/old-one"]

    def calls(self) -> list[Any]:
        return [
            ("dataset", "POST", f"{AT}/datasets", self.make),
            ("upload", "POST", f"{AT}/datasets/([^/:]+):upload", self.upload),
            ("address", "POST", f"{AT}/datasets/([^/:]+):getUploadEndpoint", self.address),
            ("store", "PUT", "/storage/([^/]+)/(.+)", self.store),
            ("validate", "POST", f"{AT}/datasets/([^/:]+):validateUpload", self.validate),
            ("files", "GET", f"{AT}/datasets", lambda a: self.listed(a, "datasets", list(self.datasets.values()))),
            ("file", "GET", f"{AT}/datasets/([^/:]+)", lambda a: self.one(self.datasets, a)),
            ("delete_file", "DELETE", f"{AT}/datasets/([^/:]+)", lambda a: self.gone(self.datasets, a)),
            ("create", "POST", f"{AT}/supervisedFineTuningJobs", self.create),
            ("job", "GET", f"{AT}/supervisedFineTuningJobs/([^/:]+)", self.job),
            ("cancel", "POST", f"{AT}/supervisedFineTuningJobs/([^/:]+):cancel", self.cancel),
            ("models", "GET", f"{AT}/models", lambda a: self.listed(a, "models", [{"name": n} for n in self.models])),
            ("delete_model", "DELETE", f"{AT}/models/([^/:]+)", self.delete_model),
        ]

    def error(self, status: int, message: str) -> Reply:
        code = {400: 3, 401: 16, 404: 5, 409: 6, 422: 3}.get(status, 13)
        return Reply(status=status, value={"code": code, "message": message, "details": []})

    def make(self, asked: Asked) -> Reply:
        body = asked.json()
        needs(body, {"datasetId": str, "dataset": dict})
        needs(body["dataset"], {"userUploaded": dict}, DATASET_FIELDS)
        name = body["datasetId"]
        if not ID.fullmatch(name) or body["dataset"].get("format", "CHAT") not in ("CHAT", "COMPLETION", "RL"):
            raise Wrong(f"no data set may be called {name}")
        if name in self.datasets:
            return self.error(409, "it exists already")
        self.datasets[name] = {**body["dataset"], "name": f"accounts/{ACCOUNT}/datasets/{name}", "state": "UPLOADING"}
        return Reply(value=self.datasets[name])

    def upload(self, asked: Asked) -> Reply:
        name = asked.parts[0]
        if name not in self.datasets:
            return self.error(404, "no data set")
        if not asked.file[1] or len(asked.file[1]) >= 150_000_000:
            raise Wrong("no file, or one that is too large for this call")
        self.names[name], self.contents[name] = asked.file
        self.datasets[name]["state"] = "READY"
        return Reply(value={"id": name, "bytes": len(asked.file[1]), "filename": asked.file[0], "object": "file"})

    def address(self, asked: Asked) -> Reply:
        body = asked.json()
        needs(body, {"filenameToSize": dict})
        urls = {}
        for name, size in body["filenameToSize"].items():
            if not isinstance(size, str) or not size.isdigit():
                raise Wrong("a size that is no text of digits")
            urls[name] = f"{self.url}/storage/{asked.parts[0]}/{name}"
        return Reply(value={"filenameToSignedUrls": urls})

    def store(self, asked: Asked) -> Reply:
        wanted = f"{len(asked.body)},{len(asked.body)}"
        if "authorization" in asked.headers or asked.headers.get("x-goog-content-length-range") != wanted:
            raise Wrong("the key went to the storage, or another length than was signed")
        self.names[asked.parts[0]], self.contents[asked.parts[0]] = asked.parts[1], asked.body
        return Reply(value=b"")

    def validate(self, asked: Asked) -> Reply:
        if asked.parts[0] not in self.contents:
            return self.error(400, "nothing was uploaded")
        self.datasets[asked.parts[0]]["state"] = "READY"
        return Reply()

    def create(self, asked: Asked) -> Reply:
        body, job_id = asked.json(), asked.query.get("supervisedFineTuningJobId", "")
        needs(body, {"dataset": str}, JOB_FIELDS)
        if not ID.fullmatch(job_id):
            raise Wrong(f"no job may be called {job_id!r}")
        for name in ("dataset", "evaluationDataset"):
            if name in body and not re.fullmatch(f"accounts/{ACCOUNT}/datasets/{ID.pattern}", body[name]):
                raise Wrong(f"{name} is no name of a resource")
        if not body.get("baseModel", "").startswith("accounts/"):
            raise Wrong("a model is named by its resource")
        if job_id in self.jobs:
            return self.error(409, "it exists already")
        if self.datasets.get(body["dataset"].rsplit("/", 1)[-1], {}).get("state") != "READY":
            return Reply(status=400, value={"code": 9, "message": "the data set is not ready", "details": []})
        name = f"accounts/{ACCOUNT}/supervisedFineTuningJobs/{job_id}"
        self.jobs[job_id] = {
            **body,
            "name": name,
            "state": "JOB_STATE_CREATING",
            "status": {"code": "OK", "message": ""},
        }
        return Reply(value=self.jobs[job_id])

    def job(self, asked: Asked) -> Reply:
        job = self.jobs.get(asked.parts[0])
        if job is None:
            return self.error(404, "no job")
        at = job["state"].removeprefix("JOB_STATE_")
        if at in STEPS[:-1]:
            job["state"] = f"JOB_STATE_{STEPS[STEPS.index(at) + 1]}"
        return Reply(value=job)

    def cancel(self, asked: Asked) -> Reply:
        asked.json()
        self.jobs[asked.parts[0]]["state"] = "JOB_STATE_CANCELLED"
        return Reply()

    def delete_model(self, asked: Asked) -> Reply:
        name = f"accounts/{ACCOUNT}/models/{asked.parts[0]}"
        if name not in self.models:
            return self.error(404, "no model")
        self.models.remove(name)
        return Reply()

    def one(self, kept: dict[str, dict[str, Any]], asked: Asked) -> Reply:
        found = kept.get(asked.parts[0])
        return Reply(value=found) if found else self.error(404, "not there")

    def gone(self, kept: dict[str, dict[str, Any]], asked: Asked) -> Reply:
        return Reply() if kept.pop(asked.parts[0], None) else self.error(404, "not there")

    def listed(self, asked: Asked, what: str, found: list[dict[str, Any]]) -> Reply:
        """One a page, so that whoever reads only the first page is seen."""
        at = int(asked.query.get("pageToken", "0"))
        after = str(at + 1) if at + 1 < len(found) else ""
        return Reply(value={what: found[at : at + 1], "nextPageToken": after, "totalSize": len(found)})
