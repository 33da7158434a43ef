"""What the process that serves a model is told, the same for both sides of the pipe."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`port` 0 takes any free one; `key` is what calls must show, so that nobody else on this machine can ask."""

    model: str
    name: str
    context_tokens: int
    parallel: int
    threads: int
    gpu_layers: int
    chat_template: str
    key: str
    port: int = 0
