"""What the tune server says and reads that has no state: answers to questions, events, forms."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from model_server.http import Request, json_bytes

PART = re.compile(
    rb'Content-Disposition: form-data; name="(\w+)"(?:; filename(\*?)=(?:"([^"]*)"|(\S+)))?', re.IGNORECASE
)


def complete(body: dict[str, Any]) -> tuple[int, Any]:
    """An answer that repeats the question, whole or in pieces."""
    is_chat = "messages" in body
    question = body["messages"][-1]["content"] if is_chat else body["prompt"]
    said = f"{body['model']}의 답: {question}"
    choice = {
        "index": 0,
        "finish_reason": "stop",
        **({"message": {"role": "assistant", "content": said}} if is_chat else {"text": said}),
    }
    base = {
        "id": "cmpl-1",
        "object": "chat.completion" if is_chat else "text_completion",
        "created": 1,
        "model": body["model"],
    }
    if not body.get("stream"):
        usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
        return 200, {**base, "choices": [choice], "usage": usage}
    lines = []
    for at in range(0, len(said), 4):
        piece = said[at : at + 4]
        part = {
            "index": 0,
            "finish_reason": None,
            **({"delta": {"content": piece}} if is_chat else {"text": piece}),
        }
        lines.append(
            b"data: "
            + json_bytes(
                {**base, "object": f"{base['object']}.chunk" if is_chat else base["object"], "choices": [part]}
            )
            + b"\n\n"
        )
    return 200, b"".join([*lines, b"data: [DONE]\n\n"])


def event(
    job: dict[str, Any], number: int, at: int, text: str, kind: str = "message", data: Any = None
) -> dict[str, Any]:
    return {
        "id": f"ftevent-{job['id']}-{number:03}", "object": "fine_tuning.job.event", "created_at": at, "level": "info",
        "message": text, "type": kind, "data": data,
    }  # fmt: skip


def multipart(request: Request) -> tuple[dict[str, str], str, bytes]:
    """The plain fields, and name and bytes of the file."""
    border = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    fields, file_name, data = {}, "", b""
    for part in (b"\r\n" + request.body).split(b"\r\n--" + border)[1:-1]:
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        match = PART.search(head)
        assert match is not None, head
        name = match[3] if match[3] is not None else match[4]
        if name is None:
            fields[match[1].decode()] = content.decode()
            continue
        file_name, data = name.decode(), content
        if match[2]:
            file_name = unquote(file_name.partition("''")[2])
    return fields, file_name, data


def no(status: int, message: str) -> tuple[int, Any]:
    return status, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
