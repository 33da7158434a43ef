"""The server: admits or refuses a request, makes its answer, and sends it when it is due."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from . import contents, embeddings, faults
from .http import Connection, Ending, Request, json_bytes, response
from .limits import Limits, retry_after
from .settings import BAD_VECTORS, BODY_FAULTS, Settings
from .stats import Stats

_ROUTE = re.compile(r"(?:/openai)?(?:/v1|/deployments/[^/]+)?/(chat/completions|embeddings|models)(/[^/]+)?$")
ADMIN = ("/__stats", "/__settings", "/__reset")
CONTENTS_REMEMBERED = 20_000


@dataclass(slots=True, kw_only=True)
class Answer:
    """Bytes ready to be sent, and what will be counted when they are."""

    status: int
    data: bytes
    ending: Ending = "keep"
    prompt: str = ""
    usage: tuple[int, int] = (0, 0)
    complete: bool = False
    sound: bool = False
    at_once: bool = False
    wait_s: float = 0


class ModelServer:
    """One listening socket for models; `serve_admin` opens another one that never goes down."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = 0
        self._forget()
        self._connections: set[Connection] = set()
        self._waiting: set[Connection] = set()
        self._contents: dict[str, str] = {}
        self._listener: asyncio.Server | None = None
        self._hangs_until = 0.0

    async def listen(self, port: int) -> int:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self), "127.0.0.1", port, backlog=4096, reuse_address=True
        )
        self.port = int(self._listener.sockets[0].getsockname()[1])
        return self.port

    def opened(self, connection: Connection) -> None:
        self._connections.add(connection)
        self.stats.connections += 1
        self.stats.open_connections_max = max(self.stats.open_connections_max, len(self._connections))

    def closed(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._left(connection)

    def handle(self, request: Request, connection: Connection) -> None:
        if request.path in ADMIN:
            connection.answer(self.admin(request))
            return
        now = time.monotonic()
        self._arrived(request, connection)
        route = _ROUTE.fullmatch(request.path)
        try:
            answer = self._answer(request, route.group(1) if route else "", now)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            answer = self._refused(faults.Refusal(status=400, message=f"could not read the request: {error}"), "", now)
        settings = self.settings
        if settings.down_after and self.stats.requests >= settings.down_after:
            settings.down_after = 0
            self._go_down()
        if settings.hang_after and self.stats.requests >= settings.hang_after:
            settings.hang_after = 0
            self._hangs_until = now + settings.hang_s
        delay_s = 0.0 if answer.at_once else settings.latency_ms / 1000
        if settings.jitter_ms and not answer.at_once:
            delay_s += settings.jitter_ms / 1000 * int(answer.prompt[:4] or "0", 16) / 65536
        delay_s = max(delay_s, self._hangs_until - now)
        if delay_s > 0:
            asyncio.get_running_loop().call_later(delay_s, self._send, answer, connection)
        else:
            self._send(answer, connection)

    def admin(self, request: Request) -> bytes:
        """What `/__stats`, `/__settings` and `/__reset` answer, on either port."""
        try:
            if request.path == "/__settings" and request.method == "POST":
                self.settings.change(json.loads(request.body or b"{}"))
            elif request.path == "/__reset" and request.method == "POST":
                self._forget()
        except ValueError as error:
            return response(400, json_bytes({"error": {"message": str(error)}}))
        if request.path == "/__stats":
            wanted = parse_qs(request.query).get("prompts", ["0"])[0]
            return response(200, json_bytes(self.stats.report(prompts=wanted not in ("0", ""))))
        return response(200, json_bytes(self.settings.as_dict()))

    def _forget(self) -> None:
        self.stats = Stats()
        self._limits = Limits(self.settings)
        self._waiting = set()
        self._hangs_until = 0.0

    def _arrived(self, request: Request, connection: Connection) -> None:
        self._waiting.add(connection)
        stats = self.stats
        stats.in_flight = len(self._waiting)
        stats.in_flight_max = max(stats.in_flight_max, stats.in_flight)
        stats.by_path[request.path] += 1
        key = request.headers.get("authorization", "") or request.headers.get("api-key", "")
        stats.by_key[hashlib.sha256(key.encode()).hexdigest()[:12] if key else "none"] += 1

    def _left(self, connection: Connection) -> None:
        self._waiting.discard(connection)
        self.stats.in_flight = len(self._waiting)

    def _answer(self, request: Request, route: str, now: float) -> Answer:
        settings = self.settings
        if not route or request.method not in ("GET", "POST"):
            self.stats.requests += 1
            told = f"Unknown request URL: {request.method} {request.path}."
            return self._refused(faults.Refusal(status=404, message=told, code="unknown_url"), "", now)
        body = json.loads(request.body) if request.method == "POST" else {}
        prompt = _digest(body.get("messages") or body.get("input") or [])
        attempt = self.stats.arrived(prompt, now, settings.early_grace_s)
        key = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("api-key", "")
        if settings.api_keys and key not in settings.api_keys:
            return self._refused(faults.refusal("401"), prompt, now)
        if route == "models":
            return self._whole({"object": "list", "data": _models(settings.models)}, Answer(status=200, data=b""))
        model = str(body["model"])
        if route == "chat/completions" and not body.get("messages"):
            told = "Invalid 'messages': empty array. Expected an array with minimum length 1."
            return self._refused(faults.Refusal(status=400, message=told, param="messages"), prompt, now)
        if settings.models and model not in settings.models:
            return self._refused(faults.refusal("404", model), prompt, now)
        if settings.quota and self.stats.requests > settings.quota:
            return self._refused(faults.refusal("insufficient_quota"), prompt, now)
        tokens = _tokens_of(body.get("messages") or body.get("input") or [])
        wait_s = self._limits.wait_s(now, tokens)
        if wait_s:
            return self._refused(faults.refusal("429"), prompt, now, wait_s)
        if refused := faults.unsupported(body, settings.unsupported):
            return self._refused(refused, prompt, now)
        if settings.context_tokens and tokens > settings.context_tokens:
            return self._refused(faults.refusal("context_length"), prompt, now)
        fault = faults.pick(settings, prompt, attempt)
        if fault:
            self.stats.by_fault[fault] += 1
            if refused := faults.refusal(fault, model):
                return self._refused(refused, prompt, now, 1.0)
        make: Callable[..., Answer] = self._chat if route == "chat/completions" else self._embeddings
        answer = make(body, prompt, attempt, tokens, fault)
        return _broken(answer, fault) if fault in BODY_FAULTS else answer

    def _chat(self, body: dict[str, Any], prompt: str, attempt: int, tokens: int, fault: str | None) -> Answer:
        shape = body.get("response_format") or {}
        schema = shape.get("json_schema", {}).get("schema") if shape.get("type") == "json_schema" else None
        kept = prompt + (_digest(schema) if schema else "")
        content = self._contents.get(kept)
        if content is None:
            content = contents.answer(body["messages"], schema)
            if len(self._contents) < CONTENTS_REMEMBERED:
                self._contents[kept] = content
        if self.settings.replies:
            content = self.settings.replies[(self.stats.requests - 1) % len(self.settings.replies)]
        choice = faults.said(fault, content, contents.text_of(body["messages"][-1]))
        most = self.settings.max_reply_tokens or 10**9
        most = min(most, body.get("max_completion_tokens") or most, body.get("max_tokens") or most)
        if choice.content and _tokens(choice.content) > most and fault != "huge":
            choice.content = choice.content.encode()[: most * 4].decode(errors="ignore")
            choice.finish, choice.sound = "length", False
        used = _tokens(choice.content or "")
        message = {"role": "assistant", "content": choice.content, "refusal": choice.refusal}
        choices = (
            [] if choice.none else [{"index": 0, "message": message, "finish_reason": choice.finish, "logprobs": None}]
        )
        identity = "duplicate" if choice.same_id else f"{prompt}{attempt:03}"
        value = {
            "id": f"chatcmpl-{identity}", "object": "chat.completion", "created": int(time.time()),
            "model": body["model"], "choices": choices, "system_fingerprint": "fp_model_server",
            "usage": {"prompt_tokens": tokens, "completion_tokens": used, "total_tokens": tokens + used},
        }  # fmt: skip
        return self._whole(value, Answer(status=200, data=b"", prompt=prompt, usage=(tokens, used), sound=choice.sound))

    def _embeddings(self, body: dict[str, Any], prompt: str, _: int, tokens: int, fault: str | None) -> Answer:
        value = embeddings.answer(body, fault)
        value["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
        return self._whole(
            value, Answer(status=200, data=b"", prompt=prompt, usage=(tokens, 0), sound=fault not in BAD_VECTORS)
        )

    def _whole(self, value: dict[str, Any], answer: Answer) -> Answer:
        headers = [("x-request-id", f"req_{answer.prompt}"), *self._limits.headers(time.monotonic())]
        answer.data = response(200, json_bytes(value), headers)
        answer.complete = True
        return answer

    def _refused(self, refused: faults.Refusal | None, prompt: str, now: float, wait_s: float = 0) -> Answer:
        assert refused is not None
        headers = [*refused.headers, *self._limits.headers(now)]
        promised_s = 0.0
        if wait_s and refused.status in (429, 503) and refused.code != "insufficient_quota":
            said, promised_s = retry_after(self.settings.retry_after, wait_s)
            headers += said
        value, kind = refused.body(self.settings.error_style)
        data = value.encode() if isinstance(value, str) else json_bytes(value)
        at_once = refused.status not in (500, 503)
        return Answer(
            status=refused.status,
            data=response(refused.status, data, headers, kind=kind),
            prompt=prompt,
            at_once=at_once,
            wait_s=promised_s,
        )

    def _send(self, answer: Answer, connection: Connection) -> None:
        now = time.monotonic()
        if now < self._hangs_until:
            asyncio.get_running_loop().call_later(self._hangs_until - now, self._send, answer, connection)
            return
        stats = self.stats
        if not connection.is_open:
            stats.undelivered += 1
            return
        if answer.ending != "hang":
            self._left(connection)
        stats.by_status["broken" if answer.status == 200 and not answer.complete else str(answer.status)] += 1
        if answer.wait_s:
            stats.told_to_wait(answer.prompt, now, answer.wait_s)
        if answer.complete:
            stats.answered(answer.prompt, answer.usage, answer.sound)
        connection.answer(answer.data, answer.ending)

    def _go_down(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.reset()
        loop = asyncio.get_running_loop()
        loop.call_later(self.settings.down_s, lambda: loop.create_task(self.listen(self.port)))


class AdminHandler:
    """Answers the administration only; its requests are not counted."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    def opened(self, connection: Connection) -> None: ...

    def closed(self, connection: Connection) -> None: ...

    def handle(self, request: Request, connection: Connection) -> None:
        known = request.path in ADMIN
        connection.answer(self._server.admin(request) if known else response(404, b"{}"))


def _broken(answer: Answer, fault: str) -> Answer:
    """The same answer, not arriving as it should."""
    head, _, body = answer.data.partition(b"\r\n\r\n")
    if fault == "reset":
        answer.ending = "reset"
    elif fault == "hang":
        answer.data, answer.ending = b"", "hang"
    elif fault == "stall":
        answer.data, answer.ending = answer.data[: len(head) + 4 + len(body) // 2], "hang"
    elif fault == "cut":
        answer.data, answer.ending = answer.data[: len(head) + 4 + len(body) // 2], "close"
    elif fault == "not_json":
        page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
        answer.data = response(200, page, kind="text/html")
    elif fault == "half_json":
        answer.data = response(200, body[: len(body) // 2])
    elif fault == "empty_body":
        answer.data = response(200, b"")
    answer.complete = answer.sound = False
    return answer


def _models(names: list[str]) -> list[dict[str, Any]]:
    return [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in names or ["test-model"]]


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=8).hexdigest()


def _tokens(text: str) -> int:
    """About four bytes a token, which is cheap and the same everywhere."""
    return (len(text.encode("utf-8", "surrogatepass")) + 3) // 4


def _tokens_of(value: Any) -> int:
    if isinstance(value, str):
        return _tokens(value)
    if isinstance(value, list):
        return sum(
            4 + _tokens(contents.text_of(each)) if isinstance(each, dict) else _tokens_of(each) for each in value
        )
    return 1
