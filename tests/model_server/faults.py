"""What can go wrong: refusals as the providers word them, and contents that are not what was asked for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from .settings import BAD_CONTENTS, Settings

HUGE_BYTES = 5_250_000


@dataclass(slots=True, kw_only=True)
class Refusal:
    """An error as the API words it."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    wait_s: float = 0

    def body(self, style: str) -> tuple[Any, str]:
        """The body and its content type."""
        told = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        if style == "vllm":
            return {"object": "error", **told, "code": self.status}, "application/json"
        if style == "text":
            return f"{self.status}: {self.message}\n", "text/plain"
        return {"error": told}, "application/json"


@dataclass(slots=True, kw_only=True)
class Said:
    """One choice of a reply; `none` leaves the list of choices empty."""

    content: str | None
    finish: str = "stop"
    refusal: str | None = None
    none: bool = False
    same_id: bool = False
    sound: bool = True


def pick(settings: Settings, prompt: str, attempt: int) -> str | None:
    """Which fault meets this attempt, if any: a point in [0, 1) drawn by seed, prompt and attempt."""
    if not settings.faults or (settings.fault_attempts and attempt > settings.fault_attempts):
        return None
    turn = attempt if settings.fault_by == "attempt" else 0
    drawn = hashlib.blake2b(f"{settings.seed}:{prompt}:{turn}".encode(), digest_size=8).digest()
    point, start = int.from_bytes(drawn) / 2**64, 0.0
    for name, share in settings.faults.items():
        start += share
        if point < start:
            return name
    return None


def refusal(name: str, model: str = "") -> Refusal | None:
    """The refusal of that name; None when it is a fault of another sort."""
    quota = "You exceeded your current quota, please check your plan and billing details."
    known = {
        "500": Refusal(status=500, message="The server had an error while processing your request.", type="server_error"),
        "503": Refusal(status=503, message="The engine is currently overloaded, please try again later.", type="server_error"),
        "429": Refusal(status=429, message="Rate limit reached for requests.", type="requests", code="rate_limit_exceeded"),
        "no_retry": Refusal(
            status=500, message="This request can not succeed.", type="server_error", headers=[("x-should-retry", "false")]
        ),
        "401": Refusal(status=401, message="Incorrect API key provided.", code="invalid_api_key"),
        "403": Refusal(status=403, message="You are not allowed to sample from this model.", code="forbidden"),
        "404": Refusal(
            status=404, message=f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found"
        ),
        "insufficient_quota": Refusal(status=429, message=quota, type="insufficient_quota", code="insufficient_quota"),
        "context_length": Refusal(
            status=400, message="This model's maximum context length is exceeded by your messages.",
            code="context_length_exceeded", param="messages",
        ),
        # Neither code nor parameter says what it is about.
        "bad_request": Refusal(status=400, message="This request is not accepted."),
        "refused_prompt": Refusal(
            status=400, message="The prompt was filtered by the content management policy.", code="content_filter", param="prompt"
        ),
    }  # fmt: skip
    return known.get(name)


def unsupported(body: dict[str, Any], names: list[str]) -> Refusal | None:
    """The first thing in the request that this model does not know."""
    shape = body.get("response_format")
    kind = shape.get("type") if isinstance(shape, dict) else None
    for name in names:
        if name in ("json_schema", "json_object") and kind == name:
            told = f"Invalid parameter: 'response_format' of type '{name}' is not supported with this model."
            return Refusal(status=400, message=told, param="response_format")
        if name == "temperature_value" and body.get("temperature", 1) != 1:
            told = "Unsupported value: 'temperature' does not support this value with this model."
            return Refusal(status=400, message=told, param="temperature", code="unsupported_value")
        if name in body:
            told = f"Unsupported parameter: '{name}' is not supported with this model."
            return Refusal(status=400, message=told, param=name, code="unsupported_parameter")
    return None


def said(fault: str | None, content: str, asked: str) -> Said:
    """`content` as it is, or as the fault makes it; `asked` is the last message of the prompt."""
    if fault is None:
        return Said(content=content)
    special: dict[str, Said] = {
        "empty_choices": Said(content=None, none=True),
        "null_content": Said(content=None),
        "content_filter": Said(content="", finish="content_filter"),
        "refusal": Said(content=None, refusal="죄송하지만 그 요청은 도와 드릴 수 없습니다."),
        "length": Said(content=content[: len(content) // 2], finish="length"),
        "duplicate_ids": Said(content=content, same_id=True),
    }
    reply = special.get(fault) or Said(content=_spoiled(fault, content, asked))
    reply.sound = fault not in BAD_CONTENTS
    return reply


def _spoiled(fault: str, content: str, asked: str) -> str:
    texts = {
        "fenced": f"```json\n{content}\n```",
        "prose_around": f"네, 요청하신 결과입니다.\n\n{content}\n\n더 필요한 것이 있으면 말씀해 주세요.",
        "broken_json": content[: len(content) * 2 // 3],
        "empty_content": "",
        "echo": asked,
    }
    if fault in texts:
        return texts[fault]
    try:
        value = json.loads(content)
    except json.JSONDecodeError:
        value = {"text": content}
    if fault == "extra_keys":
        value = {**value, "confidence": 0.9, "notes": ["참고"]}
    elif fault == "wrong_schema":
        value = {"result": {"data": value}, "ok": True}
    elif fault == "wrong_language":
        korean = any("가" <= letter <= "힣" for letter in content)
        value = _texts_as(value, "The weather was fine all day long." if korean else "하루 종일 날씨가 맑았습니다.")
    elif fault == "huge":
        value = _first_text(value, lambda text: (text + " ") * (HUGE_BYTES // (len(text.encode()) + 1)))
    elif fault == "nul":
        value = _first_text(value, lambda text: f"{text[:5]}\0{text[5:]}")
    elif fault == "raw_nul":
        return content[:-1] + "\0" + content[-1:]
    elif fault in ("lone_surrogate", "raw_lone_surrogate"):
        value = _first_text(value, lambda text: f"{text[:5]}\ud83d{text[5:]}")
        return json.dumps(value, ensure_ascii=fault == "lone_surrogate")
    return json.dumps(value, ensure_ascii=False)


def _texts_as(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _texts_as(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts_as(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def _first_text(value: Any, change: Any) -> Any:
    """`value` with its first text changed."""
    done = False

    def walk(inner: Any) -> Any:
        nonlocal done
        if isinstance(inner, dict):
            return {key: walk(each) for key, each in inner.items()}
        if isinstance(inner, list):
            return [walk(each) for each in inner]
        if isinstance(inner, str) and not done:
            done = True
            return change(inner)
        return inner

    return walk(value)
