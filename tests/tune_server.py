"""Files and tuning jobs as OpenAI serves them, in a process of its own: truthful by default, unkind by order.

    python tests/tune_server.py --settings '{"looks": 3}'

It prints {"port", "admin_port"} and listens on the loopback address. A job goes a step on with each look at it.
`POST /__settings` changes what it does, `GET /__stats` tells what it saw: every file, every job, every charge.
"""

from __future__ import annotations

import base64
import json
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from model_server.http import Connection, Request, json_bytes, response
from ordered_server import OrderedServer, main
from tune_parts import complete, event, multipart, no

FINAL = ("succeeded", "failed", "cancelled")
BLOCKED = {
    "message": "Fine-tuning is no longer available for this organization.",
    "type": "invalid_request_error",
    "param": None,
    "code": "training_not_available",
}


@dataclass(slots=True, kw_only=True)
class Orders:
    """Counts are used up, lists are taken from the front; empty or zero is kind.

    `lose` and `refuse` are by call ("files", "jobs", "jobs:get", …): how many replies get lost after the work was done,
    and what is refused before it: {"status", "headers", "error"}. `statuses` is the course of a job, one a look, its last
    one stays. `lag` hides the newest from so many lists. `kill` names the moment ("jobs:before", "jobs:after", "jobs:sent")
    at which the process `pid` is ended. `file_status` is what files are, `shutdown` the last days of models. `raw` is said
    to a call in place of its answer ({"status", "headers", "body", "kind"}), `patch` is put over its answer, each time;
    `told` are events in place of the usual ones, the oldest first.
    """

    lose: dict[str, int] = field(default_factory=dict)
    refuse: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=lambda: ["validating_files", "queued", "running", "succeeded"])
    problem: dict[str, Any] | None = None
    empty_error: bool = False
    blocked: bool = False
    moderation: bool = False
    drop_metadata: bool = False
    decomposed: bool = False
    base64_results: bool = False
    file_status: str = "processed"
    shutdown: dict[str, str] = field(default_factory=dict)
    page: int = 0
    lag: int = 0
    raw: dict[str, dict[str, Any]] = field(default_factory=dict)
    patch: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[dict[str, Any]] | None = None
    steps: int = 12
    kill: str = ""
    pid: int = 0


class TuneServer(OrderedServer):
    """A Handler of the model server's HTTP layer."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(orders)
        self.files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.looks: Counter[str] = Counter()
        self.uploads: dict[str, tuple[dict[str, Any], dict[str, bytes]]] = {}
        self.requests: Counter[str] = Counter()
        self.deleted: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def handle(self, request: Request, connection: Connection) -> None:
        if request.path.startswith("/__"):
            connection.answer(self.admin(request))
            return
        name = (
            request.path.removeprefix("/openai").removeprefix("/v1").strip("/").removeprefix("fine_tuning/").split("/")
        )
        parts = [
            name[0],
            *([name[-1]] if len(name) > 2 else []),
            *([] if request.method == "POST" else [request.method.lower()]),
        ]
        call = ":".join(parts)
        self.requests[call] += 1
        self.headers.append(
            {key: request.headers[key] for key in ("api-key", "authorization") if key in request.headers}
        )
        self.kill(f"{call}:before")
        refused = self.orders.refuse.get(call)
        kind, more = "application/json", [("x-request-id", "req_test")]
        said = self.orders.raw.get(call)
        if said:
            status, body, kind = said.get("status", 200), said.get("body", "").encode(), said.get("kind", kind)
            more += list(said.get("headers", {}).items())
        elif refused:
            told = refused.pop(0)
            status, body = told["status"], json_bytes({"error": told.get("error", {"message": "not now"})})
            more += list(told.get("headers", {}).items())
        else:
            status, answer = self._answer(request, name)
            answer = {**answer, **self.orders.patch[call]} if call in self.orders.patch else answer
            kind = "text/event-stream" if isinstance(answer, bytes) and answer.startswith(b"data:") else kind
            body = answer if isinstance(answer, bytes) else json_bytes(answer)
        self.kill(f"{call}:after")
        sent = response(status, body, more, kind=kind)
        if self.orders.lose.get(call, 0) > 0 and status == 200:
            self.orders.lose[call] -= 1
            connection.answer(sent, "reset")
        else:
            connection.answer(sent)
        self.kill(f"{call}:sent")

    def seen(self) -> dict[str, Any]:
        return {
            "files": [shown for shown, _ in self.files.values() if shown["purpose"] == "fine-tune"],
            "first_bytes": {shown["id"]: data[:3].hex() for shown, data in self.files.values()},
            "jobs": [{key: value for key, value in job.items() if key != "course"} for job in self.jobs.values()],
            "charges": len(self.jobs),
            "requests": dict(self.requests),
            "deleted": self.deleted,
            "asked": self.asked,
            "headers": self.headers[-1:],
        }

    def _answer(self, request: Request, name: list[str]) -> tuple[int, Any]:
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        match (request.method, name):
            case ("POST", ["files"]):
                fields, file_name, data = multipart(request)
                return 200, self._keep(file_name, fields["purpose"], data)
            case (_, ["files", *rest]):
                return self._files(request.method, rest, query)
            case ("POST", ["uploads", *rest]):
                return self._upload(rest, request)
            case ("POST", ["jobs"]):
                return self._create(json.loads(request.body))
            case (_, ["jobs", *rest]):
                return self._jobs(request.method, rest, query)
            case (_, ["models", *rest]):
                return self._models(request.method, "/".join(rest))
            case ("POST", [*_, "completions"]):
                self.asked.append(json.loads(request.body))
                return complete(self.asked[-1])
        return no(404, f"there is no {request.path}")

    def _files(self, method: str, rest: list[str], query: dict[str, str]) -> tuple[int, Any]:
        if not rest:
            wanted = [
                shown for shown, _ in self.files.values() if query.get("purpose", shown["purpose"]) == shown["purpose"]
            ]
            return 200, self._list(wanted, query)
        if rest[0] not in self.files:
            return no(404, f"No such File object: {rest[0]}")
        shown, data = self.files[rest[0]]
        if method == "DELETE":
            del self.files[rest[0]]
            self.deleted.append(rest[0])
            return 200, {"id": rest[0], "object": "file", "deleted": True}
        return (200, data) if rest[1:] == ["content"] else (200, shown)

    def _keep(self, name: str, purpose: str, data: bytes) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": f"file-{len(self.files) + len(self.deleted) + 1:04}", "object": "file", "bytes": len(data),
            "filename": unicodedata.normalize("NFD", name) if self.orders.decomposed else name,
            "created_at": int(time.time()), "purpose": purpose, "status": self.orders.file_status,
        }  # fmt: skip
        self.files[shown["id"]] = (shown, data)
        return shown

    def _upload(self, rest: list[str], request: Request) -> tuple[int, Any]:
        if not rest:
            body = json.loads(request.body)
            made = {"id": f"upload-{len(self.uploads) + 1}", "object": "upload", "status": "pending", "created_at": 1,
                    "expires_at": 9, "file": None, **body}  # fmt: skip
            self.uploads[made["id"]] = (made, {})
            return 200, made
        made, parts = self.uploads[rest[0]]
        if rest[1] == "parts":
            part_id = f"part-{len(parts) + 1}"
            parts[part_id] = multipart(request)[2]
            return 200, {"id": part_id, "object": "upload.part", "created_at": 1, "upload_id": made["id"]}
        data = b"".join(parts[part] for part in json.loads(request.body)["part_ids"])
        return 200, {**made, "status": "completed", "file": self._keep(made["filename"], made["purpose"], data)}

    def _list(self, shown: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        if self.orders.lag > 0:
            self.orders.lag -= 1
            shown = shown[:-1]
        newest_first = shown[::-1]
        ids = [one["id"] for one in newest_first]
        start = ids.index(query["after"]) + 1 if "after" in query else 0
        size = self.orders.page or int(query.get("limit", "20"))
        page = newest_first[start : start + size]
        return {
            "object": "list", "data": page, "has_more": start + size < len(newest_first),
            "first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None,
        }  # fmt: skip

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        if self.orders.blocked:
            return 403, {"error": BLOCKED}
        if body["training_file"] not in self.files:
            return no(400, f"invalid training_file: {body['training_file']}")
        number = len(self.jobs) + 1
        job = {
            "id": f"ftjob-{number:04}", "object": "fine_tuning.job", "created_at": int(time.time()), "model": body["model"],
            "organization_id": "org-1", "status": self.orders.statuses[0], "fine_tuned_model": None, "finished_at": None,
            "hyperparameters": {"n_epochs": "auto"}, "result_files": [], "seed": body.get("seed") or 7,
            "trained_tokens": None, "training_file": body["training_file"], "validation_file": body.get("validation_file"),
            "error": {} if self.orders.empty_error else None, "estimated_finish": None, "method": body.get("method"),
            "metadata": None if self.orders.drop_metadata else body.get("metadata"),
            "user_provided_suffix": body.get("suffix"), "course": list(self.orders.statuses), "body": body,
        }  # fmt: skip
        self.jobs[job["id"]] = job
        return 200, self._shown(job)

    def _jobs(self, method: str, rest: list[str], query: dict[str, str]) -> tuple[int, Any]:
        if not rest:
            return 200, self._list([self._shown(job) for job in self.jobs.values()], query)
        job = self.jobs.get(rest[0])
        if job is None:
            return no(404, f"Could not find fine tune: {rest[0]}")
        match (method, rest[1:]):
            case ("POST", ["cancel"]):
                if job["status"] in FINAL:
                    return no(400, "Job has already completed")
                job.update(status="cancelled", course=["cancelled"], finished_at=int(time.time()))
            case ("POST", ["pause" | "resume" as what]):
                status = {"pause": "paused", "resume": "running"}[what]
                job.update(status=status, course=[status])
            case ("GET", ["events"]):
                return 200, self._list(self._events(job), query)
            case ("GET", ["checkpoints"]):
                return 200, self._list(self._checkpoints(job), query)
            case ("GET", []):
                self._go_on(job)
        return 200, self._shown(job)

    def _shown(self, job: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in job.items() if key not in ("course", "body")}

    def _go_on(self, job: dict[str, Any]) -> None:
        self.looks[job["id"]] += 1
        if len(job["course"]) > 1:
            job["course"].pop(0)
        job["status"] = job["course"][0]
        if job["status"] in FINAL and job["finished_at"] is None:
            job["finished_at"] = int(time.time())
            if job["status"] == "failed":
                job["error"] = self.orders.problem or {
                    "code": "invalid_file",
                    "message": "line 3 is wrong",
                    "param": None,
                }
            if job["status"] == "succeeded":
                table = "step,train_loss,train_accuracy,valid_loss\n" + "".join(
                    f"{step},{3 / step:.5f},0.5,{'' if step % 2 else f'{3.5 / step:.5f}'}\n"
                    for step in range(1, self.orders.steps + 1)
                )
                data = base64.b64encode(table.encode()) if self.orders.base64_results else table.encode()
                kept = self._keep("step_metrics.csv", "fine-tune-results", data)
                job.update(
                    fine_tuned_model=f"ft:{job['model']}:org::{job['id'][-4:]}", trained_tokens=4321,
                    result_files=[kept["id"]],
                )  # fmt: skip

    def _events(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        if self.orders.told is not None:
            return [{**event(job, number, job["created_at"], ""), **one} for number, one in enumerate(self.orders.told)]
        told = ["Created fine-tuning job", "Validating training file"]
        at = job["created_at"]
        events = [event(job, number, at, text) for number, text in enumerate(told)]
        if job["status"] in ("running", "succeeded"):
            for step in range(1, self.orders.steps + 1):
                data = {"step": step, "total_steps": self.orders.steps, "train_loss": 3 / step}
                events.append(
                    event(job, len(events), at + step, f"Step {step}: training loss={3 / step:.2f}", "metrics", data)
                )
        if self.orders.moderation:
            said = {"blocked": True, "results": ["violence: 62 %"]}
            events.append(event(job, len(events), at + 50, "Moderation checks: blocked", "moderation_checks", said))
        if job["status"] in FINAL:
            events.append(event(job, len(events), at + 99, f"The job has {job['status']}"))
        return events

    def _checkpoints(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": f"ckpt-{step}", "object": "fine_tuning.job.checkpoint", "created_at": job["created_at"],
                "fine_tuned_model_checkpoint": f"ft:{job['model']}:org::x:ckpt-step-{step}", "step_number": step,
                "fine_tuning_job_id": job["id"], "metrics": {"step": step, "train_loss": 3 / step},
            }
            for step in (4, 8)
        ]  # fmt: skip

    def _models(self, method: str, name: str) -> tuple[int, Any]:
        tuned = [job["fine_tuned_model"] for job in self.jobs.values() if job["fine_tuned_model"]]
        known = [
            one for one in ("gpt-4o-mini", "gpt-4.1-mini", *self.orders.shutdown, *tuned) if one not in self.deleted
        ]
        shown = [
            {
                "id": one,
                "object": "model",
                "created": 1,
                "owned_by": "org",
                "shutdown_date": self.orders.shutdown.get(one),
            }
            for one in dict.fromkeys(known)
        ]
        if not name:
            return 200, {"object": "list", "data": shown}
        found = next((one for one in shown if one["id"] == unquote(name)), None)
        if found is None:
            return no(404, f"The model {name!r} does not exist")
        if method == "DELETE":
            self.deleted.append(found["id"])
            return 200, {"id": found["id"], "object": "model", "deleted": True}
        return 200, found


if __name__ == "__main__":
    main(__doc__, TuneServer, Orders())
