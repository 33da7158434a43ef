"""What the server saw: enough to prove that nothing was lost, asked twice or asked too early."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

REPEATS_KEPT = 5000


@dataclass(slots=True)
class Stats:
    """`answers` are complete 200s handed to an open connection; `sound` are those of them that hold what was asked."""

    requests: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    by_path: Counter[str] = field(default_factory=Counter)
    by_key: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    undelivered: int = 0
    connections: int = 0
    open_connections_max: int = 0
    in_flight: int = 0
    in_flight_max: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    early_client: int = 0
    early_prompt: int = 0
    # By prompt digest: requests, sound answers, and when the latest of those was sent.
    attempts: Counter[str] = field(default_factory=Counter)
    sound: Counter[str] = field(default_factory=Counter)
    sent_at: dict[str, float] = field(default_factory=dict)
    # Prompts asked again after a sound answer: (digest, answered at, asked again at), by the monotonic clock,
    # which all processes of a Linux machine share.
    repeats: list[tuple[str, float, float]] = field(default_factory=list)
    repeated: int = 0
    # Until when a Retry-After has asked to wait: everybody, and the prompt that was refused.
    client_waits_until: float = 0
    client_told_at: float = 0
    prompt_waits_until: dict[str, float] = field(default_factory=dict)
    first_request_at: float = 0
    last_answer_at: float = 0

    def arrived(self, prompt: str, now: float, grace_s: float) -> int:
        """Notes a request; returns which attempt of the prompt it is, from 1."""
        self.requests += 1
        self.first_request_at = self.first_request_at or now
        if now < self.client_waits_until and now > self.client_told_at + grace_s:
            self.early_client += 1
        if now < self.prompt_waits_until.pop(prompt, 0):
            self.early_prompt += 1
        if prompt in self.sent_at:
            self.repeated += 1
            if len(self.repeats) < REPEATS_KEPT:
                self.repeats.append((prompt, self.sent_at[prompt], now))
        self.attempts[prompt] += 1
        return self.attempts[prompt]

    def told_to_wait(self, prompt: str, now: float, wait_s: float) -> None:
        if now + wait_s > self.client_waits_until:
            if now >= self.client_waits_until:
                self.client_told_at = now
            self.client_waits_until = now + wait_s
        self.prompt_waits_until[prompt] = now + wait_s

    def answered(self, prompt: str, usage: tuple[int, int], sound: bool) -> None:
        now = time.monotonic()
        self.answers += 1
        self.prompt_tokens += usage[0]
        self.completion_tokens += usage[1]
        self.last_answer_at = now
        if sound:
            self.sound[prompt] += 1
            self.sent_at[prompt] = now

    def report(self, *, prompts: bool) -> dict[str, Any]:
        """Everything as JSON values; the lists by prompt only when they are wanted."""
        said: dict[str, Any] = {
            "now": time.monotonic(),
            "requests": self.requests,
            "by_status": dict(self.by_status),
            "by_fault": dict(self.by_fault),
            "by_path": dict(self.by_path),
            "by_key": dict(self.by_key),
            "answers": self.answers,
            "sound_answers": sum(self.sound.values()),
            "undelivered": self.undelivered,
            "prompts": len(self.attempts),
            "prompts_answered": len(self.sound),
            "prompts_answered_twice": sum(count > 1 for count in self.sound.values()),
            "repeated": self.repeated,
            "early_client": self.early_client,
            "early_prompt": self.early_prompt,
            "in_flight": self.in_flight,
            "in_flight_max": self.in_flight_max,
            "connections": self.connections,
            "open_connections_max": self.open_connections_max,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "seconds": max(0.0, self.last_answer_at - self.first_request_at),
        }
        if prompts:
            said["answers_by_prompt"] = dict(self.sound)
            said["attempts_by_prompt"] = dict(self.attempts)
            said["repeats"] = self.repeats
        return said
