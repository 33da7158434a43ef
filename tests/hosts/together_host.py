"""Together as its published client (together 3.1.1) speaks to it."""

from __future__ import annotations

import hashlib
from typing import Any

from shape import Asked, Reply, Shape, Wrong, needs

STEPS = ("pending", "queued", "running", "uploading", "completed")
JOB_FIELDS: dict[str, Any] = {
    "validation_file": str, "n_evals": int, "suffix": str, "random_seed": int, "training_type": dict, "training_method": dict,
    "learning_rate": float, "batch_size": (int, str), "warmup_ratio": float, "weight_decay": float, "max_grad_norm": float,
    "max_seq_length": int, "n_checkpoints": int, "packing": bool, "lr_scheduler": dict,
}  # fmt: skip


class TogetherHost(Shape):
    # The addresses of the storage carry their own permission.
    open_calls = ("store", "store_part")

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.looks: dict[str, int] = {}

    def calls(self) -> list[Any]:
        return [
            ("register", "POST", "/v1/files", self.register),
            ("initiate", "POST", "/v1/files/multipart/initiate", self.initiate),
            ("complete", "POST", "/v1/files/multipart/complete", self.complete),
            ("store", "PUT", "/storage/([^/]+)", self.store),
            ("store_part", "PUT", "/storage/([^/]+)/([0-9]+)", self.store_part),
            ("preprocess", "POST", "/v1/files/([^/]+)/preprocess", self.preprocess),
            ("files", "GET", "/v1/files", lambda _: Reply(value={"data": [self.shown(f) for f in self.stored]})),
            ("file", "GET", "/v1/files/([^/]+)", self.file),
            ("delete_file", "DELETE", "/v1/files/([^/]+)", self.delete),
            ("create", "POST", "/v1/fine-tunes", self.create),
            ("jobs", "GET", "/v1/fine-tunes", lambda _: Reply(value={"data": [dict(j) for j in self.jobs.values()]})),
            ("job", "GET", "/v1/fine-tunes/([^/]+)", self.job),
            ("cancel", "POST", "/v1/fine-tunes/([^/]+)/cancel", self.cancel),
            ("events", "GET", "/v1/fine-tunes/([^/]+)/events", self.events),
            ("checkpoints", "GET", "/v1/fine-tunes/([^/]+)/checkpoints", self.checkpoints),
            ("metrics", "GET", "/v1/fine-tunes/([^/]+)/metrics", lambda _: Reply(value={"metrics": [{"step": 1.0, "loss": 0.5}]})),
        ]  # fmt: skip

    def register(self, asked: Asked) -> Reply:
        needs(asked.form, {"purpose": str, "file_name": str, "file_type": str, "checksum": str})
        there = self._same(asked.form)
        if there:
            return Reply(status=409, value={"file_id": there, "error": "file already exists"})
        file_id = self._new(asked.form)
        headers = {"location": f"{self.url}/storage/{file_id}", "x-together-file-id": file_id}
        return Reply(status=302, headers=headers)

    def initiate(self, asked: Asked) -> Reply:
        body = asked.json()
        texts = {"purpose": str, "file_name": str, "file_type": str, "checksum": str}
        needs(body, {**texts, "file_size": int, "num_parts": int})
        there = self._same(body)
        if there:
            return Reply(status=409, value={"file_id": there})
        file_id = self._new({name: body[name] for name in texts})
        self.stored[file_id]["pieces"] = {}
        parts = [
            {"PartNumber": number, "URL": f"{self.url}/storage/{file_id}/{number}", "Headers": {"x-part": str(number)}}
            for number in range(1, body["num_parts"] + 1)
        ]
        return Reply(value={"upload_id": f"up-{file_id}", "file_id": file_id, "parts": parts})

    def complete(self, asked: Asked) -> Reply:
        body = asked.json()
        needs(body, {"upload_id": str, "file_id": str, "parts": list})
        file = self.stored[body["file_id"]]
        for number, part in enumerate(body["parts"], start=1):
            needs(part, {"part_number": int, "etag": str})
            if part != {"part_number": number, "etag": f"e{number}"}:
                raise Wrong(f"part {number} is told as {part}")
        self._keep(file, b"".join(file["pieces"][number] for number in sorted(file["pieces"])))
        file["status"] = "COMPLETED"
        return Reply(value={"file": self.shown(body["file_id"])})

    def store(self, asked: Asked) -> Reply:
        if "authorization" in asked.headers:
            raise Wrong("the key went to the storage")
        self._keep(self.stored[asked.parts[0]], asked.body)
        return Reply()

    def store_part(self, asked: Asked) -> Reply:
        if asked.headers.get("x-part") != asked.parts[1] or "authorization" in asked.headers:
            raise Wrong("other headers than those that were named")
        self.stored[asked.parts[0]]["pieces"][int(asked.parts[1])] = asked.body
        return Reply(headers={"etag": f'"e{asked.parts[1]}"'})

    def preprocess(self, asked: Asked) -> Reply:
        self.stored[asked.parts[0]]["status"] = "COMPLETED"
        return Reply(value=self.shown(asked.parts[0]))

    def file(self, asked: Asked) -> Reply:
        return Reply(value=self.shown(asked.parts[0])) if asked.parts[0] in self.stored else self.error(404, "no file")

    def delete(self, asked: Asked) -> Reply:
        if self.stored.pop(asked.parts[0], None) is None:
            return self.error(404, "no file")
        return Reply(value={"id": asked.parts[0], "deleted": True})

    def create(self, asked: Asked) -> Reply:
        body = asked.json()
        needs(body, {"training_file": str, "model": str, "n_epochs": int}, JOB_FIELDS)
        if not 1 <= body["n_epochs"] <= 20 or len(body.get("suffix", "")) > 40:
            raise Wrong("a number that is out of range")
        kind = body.get("training_type", {"type": "Lora", "lora_r": 8, "lora_alpha": 16})
        needs(
            kind,
            {"type": str},
            {"lora_r": int, "lora_alpha": int, "lora_dropout": float, "lora_trainable_modules": str},
        )
        for name in ("training_file", "validation_file"):
            if name in body and self.stored.get(body[name], {}).get("status") != "COMPLETED":
                return self.error(400, f"{name} is not there or not whole")
        job_id = f"ft-{len(self.jobs) + 1:04}"
        self.jobs[job_id] = {
            "id": job_id, "status": "pending", "user_id": "u", "created_at": "2099-01-01T00:00:00Z",
            "updated_at": "2099-01-01T00:00:00Z", **{name: body.get(name) for name in
            ("training_file", "validation_file", "model", "n_epochs", "suffix")},
            "model_output_name": f"acme/{body['model'].rsplit('/', 1)[-1]}-{body.get('suffix', '')}-{job_id}", "token_count": 0,
        }  # fmt: skip
        return Reply(value=self.jobs[job_id])

    def job(self, asked: Asked) -> Reply:
        job = self.jobs.get(asked.parts[0])
        if job is None:
            return self.error(404, "no job")
        if job["status"] in STEPS[:-1]:
            job["status"] = STEPS[STEPS.index(job["status"]) + 1]
            job["token_count"] = 1234 if job["status"] == "completed" else 0
        return Reply(value={**job, "events": self._told(job)})

    def cancel(self, asked: Asked) -> Reply:
        job = self.jobs[asked.parts[0]]
        if job["status"] in ("completed", "cancelled", "error"):
            return self.error(400, "it has ended")
        job["status"] = "cancelled"
        return Reply(value=job)

    def events(self, asked: Asked) -> Reply:
        return Reply(value={"data": self._told(self.jobs[asked.parts[0]])})

    def checkpoints(self, asked: Asked) -> Reply:
        one = {"checkpoint_type": "Final", "created_at": "2099-01-01T00:01:00Z", "path": "s3://x", "step": 2}
        return Reply(value={"data": [{**one, "object_name": f"acme/{asked.parts[0]}"}]})

    def shown(self, file_id: str) -> dict[str, Any]:
        file = self.stored[file_id]
        return {
            "id": file_id, "object": "file", "filename": file["file_name"], "bytes": len(file["content"]), "created_at": 1,
            "purpose": file["purpose"], "FileType": file["file_type"], "processing_status": file["status"],
        }  # fmt: skip

    def _told(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        told = [("00:00:01", "job_pending", "대기"), ("00:00:02", "job_start", "시작")]
        if job["status"] == "error":
            told.append(("00:00:03", "job_error", "파일이 이상합니다"))
        return [
            {"object": "fine-tune-event", "created_at": f"2099-01-01T{at}Z", "type": kind, "message": said,
             "level": "error" if kind == "job_error" else "info"}
            for at, kind, said in reversed(told)
        ]  # fmt: skip

    def _same(self, told: dict[str, str]) -> str | None:
        return next((i for i, f in self.stored.items() if f["checksum"] == told["checksum"]), None)

    def _new(self, told: dict[str, str]) -> str:
        if told["purpose"] != "fine-tune" or told["file_type"] not in ("jsonl", "csv", "parquet"):
            raise Wrong("an unknown purpose or type")
        file_id = f"file-{len(self.stored) + 1:04}"
        self.stored[file_id] = {**told, "content": b"", "status": "PENDING"}
        return file_id

    def _keep(self, file: dict[str, Any], content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != file["checksum"]:
            raise Wrong("other bytes than were announced")
        file["content"] = content
