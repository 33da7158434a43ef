"""Mistral as its published client (mistralai 2.0.0) speaks to it."""

from __future__ import annotations

import uuid
from typing import Any

from shape import Asked, Reply, Shape, Wrong, needs

STEPS = ("QUEUED", "VALIDATING", "VALIDATED", "RUNNING", "SUCCESS")
LATER = 4_070_908_800  # in 2099


class MistralHost(Shape):
    def __init__(self) -> None:
        super().__init__()
        self.stored: list[dict[str, Any]] = []
        self.contents: dict[str, bytes] = {}
        self.jobs: list[dict[str, Any]] = []
        self.models = [{"id": "ft:open-mistral-7b:old", "type": "fine-tuned", "owned_by": "acme", "created": 1}]

    def calls(self) -> list[Any]:
        return [
            ("upload", "POST", "/v1/files", self.upload),
            ("files", "GET", "/v1/files", self.files),
            ("file", "GET", "/v1/files/([^/]+)", self.file),
            ("delete_file", "DELETE", "/v1/files/([^/]+)", self.delete_file),
            ("create", "POST", "/v1/fine_tuning/jobs", self.create),
            ("jobs", "GET", "/v1/fine_tuning/jobs", self.listed_jobs),
            ("job", "GET", "/v1/fine_tuning/jobs/([^/]+)", self.job),
            ("start", "POST", "/v1/fine_tuning/jobs/([^/]+)/start", self.start),
            ("cancel", "POST", "/v1/fine_tuning/jobs/([^/]+)/cancel", self.cancel),
            ("models", "GET", "/v1/models", lambda _: Reply(value={"object": "list", "data": self.models})),
            ("model", "GET", "/v1/models/(.+)", self.model),
            ("delete_model", "DELETE", "/v1/models/(.+)", self.delete_model),
        ]

    def error(self, status: int, message: str) -> Reply:
        return Reply(status=status, value={"message": message, "request_id": "r"})

    def upload(self, asked: Asked) -> Reply:
        needs(asked.form, {}, {"purpose": str, "expiry": str, "visibility": str})
        name, content = asked.file
        if not name.endswith(".jsonl") or not content or asked.form.get("purpose") != "fine-tune":
            raise Wrong("no file of lines for tuning")
        made = {
            "id": str(uuid.uuid4()), "object": "file", "bytes": len(content), "created_at": LATER, "filename": name,
            "purpose": "fine-tune", "sample_type": "instruct", "source": "upload", "num_lines": content.count(b"\n"),
        }  # fmt: skip
        self.stored.insert(0, made)
        self.contents[made["id"]] = content
        return Reply(value=made)

    def files(self, asked: Asked) -> Reply:
        needs(asked.query, {}, {"page": str, "page_size": str, "purpose": str, "search": str, "include_total": str})
        found = [file for file in self.stored if asked.query.get("search", "") in file["filename"]]
        return Reply(value={"object": "list", "data": self._page(asked, found), "total": len(found)})

    def file(self, asked: Asked) -> Reply:
        found = next((file for file in self.stored if file["id"] == asked.parts[0]), None)
        return Reply(value={**found, "deleted": False}) if found else self.error(404, "no file")

    def delete_file(self, asked: Asked) -> Reply:
        before = len(self.stored)
        self.stored = [file for file in self.stored if file["id"] != asked.parts[0]]
        if len(self.stored) == before:
            return self.error(404, "no file")
        return Reply(value={"id": asked.parts[0], "object": "file", "deleted": True})

    def create(self, asked: Asked) -> Reply:
        body = asked.json()
        needs(body, {"model": str, "hyperparameters": dict}, {
            "training_files": list, "validation_files": list, "suffix": str, "auto_start": bool, "job_type": str,
            "invalid_sample_skip_percentage": (int, float), "integrations": list,
        })  # fmt: skip
        needs(body["hyperparameters"], {}, {
            "training_steps": int, "learning_rate": float, "weight_decay": float, "warmup_fraction": float,
            "epochs": (int, float), "seq_len": int,
        })  # fmt: skip
        known = {file["id"] for file in self.stored}
        for one in body.get("training_files", []):
            needs(one, {"file_id": str}, {"weight": (int, float)})
        wanted = [one["file_id"] for one in body.get("training_files", [])]
        if not wanted or not {*wanted, *body.get("validation_files", [])} <= known:
            return self.error(404, "a file is not there")
        made = {
            "id": str(uuid.uuid4()), "object": "job", "job_type": "completion", "status": "QUEUED", "model": body["model"],
            "auto_start": body.get("auto_start", False), "created_at": LATER, "modified_at": LATER,
            "training_files": wanted, "validation_files": body.get("validation_files", []), "suffix": body.get("suffix"),
            "hyperparameters": body["hyperparameters"], "fine_tuned_model": None, "trained_tokens": None,
            "metadata": {"cost": 3.5, "cost_currency": "EUR", "data_tokens": 1000},
        }  # fmt: skip
        self.jobs.insert(0, made)
        return Reply(value=made)

    def listed_jobs(self, asked: Asked) -> Reply:
        needs(asked.query, {}, {"page": str, "page_size": str, "model": str, "created_by_me": str, "suffix": str})
        found = [job for job in self.jobs if job["model"] == asked.query.get("model", job["model"])]
        return Reply(value={"object": "list", "data": self._page(asked, found), "total": len(found)})

    def job(self, asked: Asked) -> Reply:
        job = self._job(asked)
        if job is None:
            return self.error(404, "no job")
        waits = job["status"] == "VALIDATED" and not job["auto_start"]
        if job["status"] in STEPS[:-1] and not waits:
            job["status"] = STEPS[STEPS.index(job["status"]) + 1]
        if job["status"] == "SUCCESS":
            job |= {
                "fine_tuned_model": f"ft:{job['model']}:{job['suffix'] or ''}:{job['id'][:8]}",
                "trained_tokens": 1000,
            }
        events = [{"name": "status-updated", "created_at": LATER + 1, "data": {"status": job["status"]}}]
        if job["status"].startswith("FAILED"):
            events.append({"name": "failed", "created_at": LATER + 2, "data": {"error": "줄 3에 답이 없습니다"}})
        points = [{"metrics": {"train_loss": 0.7}, "step_number": 10, "created_at": LATER + 2}]
        return Reply(value={**job, "events": events, "checkpoints": points})

    def start(self, asked: Asked) -> Reply:
        job = self._job(asked)
        if job is None or job["status"] != "VALIDATED":
            return self.error(400, "it cannot be started")
        job["auto_start"] = True
        return Reply(value={**job, "events": [], "checkpoints": []})

    def cancel(self, asked: Asked) -> Reply:
        job = self._job(asked)
        if job is None:
            return self.error(404, "no job")
        job["status"] = "CANCELLED"
        return Reply(value={**job, "events": [], "checkpoints": []})

    def model(self, asked: Asked) -> Reply:
        found = next((model for model in self.models if model["id"] == asked.parts[0]), None)
        return Reply(value=found) if found else self.error(404, "no model")

    def delete_model(self, asked: Asked) -> Reply:
        if not any(model["id"] == asked.parts[0] for model in self.models):
            return self.error(404, "no model")
        self.models = [model for model in self.models if model["id"] != asked.parts[0]]
        return Reply(value={"id": asked.parts[0], "object": "model", "deleted": True})

    def _job(self, asked: Asked) -> dict[str, Any] | None:
        return next((job for job in self.jobs if job["id"] == asked.parts[0]), None)

    def _page(self, asked: Asked, found: list[Any]) -> list[Any]:
        size = int(asked.query.get("page_size", "100"))
        at = int(asked.query.get("page", "0")) * size
        return found[at : at + size]
