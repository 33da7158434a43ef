"""Files and batches as OpenAI serves them, in a process of its own: truthful by default, unkind by order.

    python tests/batch_server.py --settings '{"page": 2}'

It prints {"port", "admin_port"} and listens on the loopback address. Lines are answered from the source inside
the prompt, as the model server does, and come back in another order. `POST /__settings` changes what it does,
`GET /__stats` tells what it saw: every upload, every batch, how often each prompt was billed.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from model_server import contents
from model_server.http import Connection, Ending, Request, json_bytes, response
from ordered_server import OrderedServer, main

ENDED = ("completed", "failed", "expired", "cancelled")
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(slots=True, kw_only=True)
class Orders:
    """Counts are used up, lists are taken from the front; empty or zero is kind.

    `lose` and `refuse` are by call ("files", "batches"): how many replies get lost after the work was done, and which
    statuses are given before it. `faults` are shares by name: a status, "missing", "duplicate", "half", "refusal",
    "no_body"; decided by prompt and by how often it came, `fault_times` bounds how often. `kill` names the moment at
    which the process `pid` is ended: "files:before", "files:after", "batches:before", … `says` stands in every refusal.
    """

    lose: dict[str, int] = field(default_factory=dict)
    refuse: dict[str, list[int]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    share_done: float = 0.5
    faults: dict[str, float] = field(default_factory=dict)
    fault_times: int = 1
    unfit: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 2
    hold: bool = False
    page: int = 0
    lag: int = 0
    late_files: int = 0
    cut_downloads: int = 0
    says: str = "not now"
    at_once: int = 0
    kill: str = ""
    pid: int = 0


@dataclass(slots=True, kw_only=True)
class Lot:
    """A batch with what only the server knows of it."""

    shown: dict[str, Any]
    lines: list[dict[str, Any]]
    outcome: str
    looks: int = 0
    files: dict[str, str] = field(default_factory=dict)
    looks_after: int = 0


class BatchServer(OrderedServer):
    """A Handler of the model server's HTTP layer."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(orders)
        self.files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self.lots: dict[str, Lot] = {}
        self.came: Counter[str] = Counter()
        self.billed: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.twice_under_way = 0

    def handle(self, request: Request, connection: Connection) -> None:
        if request.path.startswith("/__"):
            connection.answer(self.admin(request))
            return
        name = request.path.removeprefix("/v1").strip("/").split("/")
        call = f"{name[0]}:{name[-1]}" if len(name) > 2 else name[0] if request.method == "POST" else f"{name[0]}:get"
        self.requests[call] += 1
        self.kill(f"{call}:before")
        status, value, ending = 200, b"", "keep"
        refused = self.orders.refuse.get(call)
        if refused:
            status, value = refused.pop(0), json_bytes({"error": {"message": self.orders.says, "code": "not_now"}})
        else:
            status, value = self._answer(request, name)
        self.kill(f"{call}:after")
        if self.orders.lose.get(call, 0) > 0 and status == 200:
            self.orders.lose[call] -= 1
            ending = "reset"
        kind = "application/jsonl" if call == "files:content" else "application/json"
        sent = response(status, value, [("x-request-id", "req_test")], kind=kind)
        if call == "files:content" and self.orders.cut_downloads > 0:
            self.orders.cut_downloads -= 1
            sent, ending = sent[: len(sent) - len(value) // 2], "close"
        shown: Ending = "reset" if ending == "reset" else "close" if ending == "close" else "keep"
        connection.answer(sent, shown)
        self.kill(f"{call}:sent")

    def seen(self) -> dict[str, Any]:
        return {
            "files": [shown for shown, _ in self.files.values() if shown["purpose"] == "batch"],
            "batches": [lot.shown for lot in self.lots.values()],
            "came": dict(self.came),
            "billed": dict(self.billed),
            "billed_twice": sum(count > 1 for count in self.billed.values()),
            "twice_under_way": self.twice_under_way,
            "requests": dict(self.requests),
            "bodies": [lot.lines[0]["body"] for lot in self.lots.values()],
        }

    def _answer(self, request: Request, name: list[str]) -> tuple[int, bytes]:
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        match (request.method, name):
            case ("POST", ["files"]):
                return self._upload(request)
            case ("GET", ["files"]):
                wanted = [s for s, _ in self.files.values() if query.get("purpose", s["purpose"]) == s["purpose"]]
                return self._list(wanted, query)
            case ("GET", ["files", file_id, "content"]) if file_id in self.files:
                return 200, self.files[file_id][1]
            case ("POST", ["batches"]):
                return self._create(json.loads(request.body))
            case ("GET", ["batches"]):
                return self._list([lot.shown for lot in self.lots.values()], query)
            case ("GET", ["batches", batch_id]) if batch_id in self.lots:
                return 200, json_bytes(self._looked_at(self.lots[batch_id]))
            case ("POST", ["batches", batch_id, "cancel"]) if batch_id in self.lots:
                return self._cancel(self.lots[batch_id])
        return _no(404, f"there is no {request.path}")

    def _upload(self, request: Request) -> tuple[int, bytes]:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        parts = list(email.message_from_bytes(head + request.body, policy=email.policy.HTTP).iter_parts())
        fields = {part.get_param("name", header="content-disposition"): part for part in parts}
        file = fields["file"]
        data = file.get_payload(decode=True)
        assert isinstance(data, bytes)
        purpose = str(fields["purpose"].get_content()).strip()
        return 200, json_bytes(self._keep(str(file.get_filename()), purpose, data))

    def _keep(self, name: str, purpose: str, data: bytes) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": f"file-{len(self.files) + 1:04}", "object": "file", "bytes": len(data), "filename": name,
            "created_at": int(time.time()), "purpose": purpose, "status": "processed",
        }  # fmt: skip
        self.files[shown["id"]] = (shown, data)
        return shown

    def _list(self, shown: list[dict[str, Any]], query: dict[str, str]) -> tuple[int, bytes]:
        if self.orders.lag > 0:
            self.orders.lag -= 1
            shown = shown[:-1]
        newest_first = shown[::-1]
        ids = [one["id"] for one in newest_first]
        start = ids.index(query["after"]) + 1 if "after" in query else 0
        size = self.orders.page or int(query.get("limit", "10000"))
        page = newest_first[start : start + size]
        value = {
            "object": "list", "data": page, "has_more": start + size < len(newest_first),
            "first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None,
        }  # fmt: skip
        return 200, json_bytes(value)

    def _create(self, body: dict[str, Any]) -> tuple[int, bytes]:
        if body.get("input_file_id") not in self.files or body.get("completion_window") != "24h":
            return _no(400, "no such file, or no such window")
        lines = [json.loads(line) for line in self.files[body["input_file_id"]][1].splitlines()]
        under_way = [
            line["custom_id"] for lot in self.lots.values() if lot.shown["status"] not in ENDED for line in lot.lines
        ]
        self.twice_under_way += len(set(under_way) & {line["custom_id"] for line in lines})
        outcome = self.orders.outcomes.pop(0) if self.orders.outcomes else "completed"
        shown = {
            "id": f"batch_{len(self.lots) + 1:04}", "object": "batch", "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"], "completion_window": "24h", "status": "validating",
            "created_at": int(time.time()), "metadata": body.get("metadata"), "errors": None,
            "output_file_id": None, "error_file_id": None,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }  # fmt: skip
        lot = self.lots[shown["id"]] = Lot(shown=shown, lines=lines, outcome=outcome)
        problems = list(self.orders.problems)
        if self.orders.at_once and len(under_way) + len(lines) > self.orders.at_once:
            problems = [
                {
                    "code": "token_limit_exceeded",
                    "message": "Enqueued token limit reached.",
                    "line": None,
                    "param": None,
                }
            ]
        if problems:
            self.orders.problems = []
            lot.outcome, shown["errors"] = "failed", {"object": "list", "data": problems}
        else:
            self.came.update(line["custom_id"] for line in lines)
        return 200, json_bytes(shown)

    def _looked_at(self, lot: Lot) -> dict[str, Any]:
        if lot.shown["status"] in ENDED:
            lot.looks_after += 1
        else:
            lot.looks += 1
            if lot.shown["status"] == "cancelling":
                self._end(lot, "cancelled")
            elif lot.looks >= self.orders.looks and not self.orders.hold:
                self._end(lot, lot.outcome)
            else:
                lot.shown["status"] = "in_progress"
        if lot.files and lot.looks_after >= self.orders.late_files:
            lot.shown.update(lot.files)
        return lot.shown

    def _cancel(self, lot: Lot) -> tuple[int, bytes]:
        if lot.shown["status"] in ENDED:
            return _no(409, "it has ended")
        lot.shown["status"] = "cancelling"
        return 200, json_bytes(lot.shown)

    def _end(self, lot: Lot, outcome: str) -> None:
        lot.shown["status"] = outcome
        lines = list(lot.lines)
        random.Random(lot.shown["id"]).shuffle(lines)
        done = {"completed": len(lines), "failed": 0}.get(outcome, int(len(lines) * self.orders.share_done))
        output: list[bytes] = []
        errors: list[bytes] = []
        for line in lines[:done]:
            good, text = self._line(line)
            (output if good else errors).extend(text)
        if outcome in ("expired", "cancelled"):
            for line in lines[done:]:
                told = {"code": f"batch_{outcome}", "message": "This request was not executed."}
                errors.append(_result(line, None, told))
        counts = {"total": len(lines), "completed": len(output), "failed": len(errors)}
        lot.shown["request_counts"] = (
            {"total": len(lines), "completed": 0, "failed": 0} if outcome == "failed" else counts
        )
        for name, written in (("output_file_id", output), ("error_file_id", errors)):
            if written:
                lot.files[name] = self._keep(f"{lot.shown['id']}_{name}.jsonl", "batch_output", b"".join(written))["id"]

    def _line(self, line: dict[str, Any]) -> tuple[bool, list[bytes]]:
        """Whether it belongs into the output file, and the lines that are written for it."""
        prompt_id, body = line["custom_id"], line["body"]
        unfit = next((part for part in self.orders.unfit if part in body), None)
        if unfit:
            told = {"message": f"Unsupported parameter: '{unfit}'", "param": unfit, "code": "unsupported_parameter"}
            return False, [_result(line, _http(400, {"error": told}))]
        fault = self._fault(prompt_id)
        if fault == "missing":
            return True, []
        if fault.isdigit():
            told = {"message": self.orders.says, "code": f"code_{fault}"}
            return False, [_result(line, _http(int(fault), {"error": told}))]
        self.billed[prompt_id] += 1
        shape = body.get("response_format") or {}
        schema = shape.get("json_schema", {}).get("schema") if shape.get("type") == "json_schema" else None
        message = {"role": "assistant", "content": contents.answer(body["messages"], schema), "refusal": None}
        if fault == "refusal":
            message.update(content=None, refusal=f"죄송하지만 도와 드릴 수 없습니다. {self.orders.says}")
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        said = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [choice],
            "usage": USAGE,
        }
        whole = _result(line, _http(200, said))
        kinds = {"duplicate": [whole, _result(line, _http(500, {}))], "half": [whole[: len(whole) // 2] + b"\n"]}
        return True, kinds.get(fault, [whole])

    def _fault(self, prompt_id: str) -> str:
        if self.came[prompt_id] > self.orders.fault_times:
            return ""
        drawn = hashlib.blake2b(f"{prompt_id}:{self.came[prompt_id]}".encode(), digest_size=8).digest()
        point, start = int.from_bytes(drawn) / 2**64, 0.0
        for name, share in self.orders.faults.items():
            start += share
            if point < start:
                return name
        return ""


def _http(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"status_code": status, "request_id": "req_line", "body": body}


def _result(line: dict[str, Any], answer: dict[str, Any] | None, error: dict[str, Any] | None = None) -> bytes:
    return json_bytes({"id": "batch_req_1", "custom_id": line["custom_id"], "response": answer, "error": error}) + b"\n"


def _no(status: int, message: str) -> tuple[int, bytes]:
    return status, json_bytes({"error": {"message": message, "type": "invalid_request_error", "code": None}})


if __name__ == "__main__":
    main(__doc__, BatchServer, Orders())
