"""What the server can be told to do, on the command line and while it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATUS_FAULTS = (
    "500", "503", "429", "no_retry", "401", "403", "404", "insufficient_quota", "context_length", "refused_prompt",
    "bad_request",
)  # fmt: skip
BODY_FAULTS = ("reset", "cut", "stall", "hang", "not_json", "half_json", "empty_body")
# A client can still take the reply that was asked for out of the first four.
USABLE_CONTENTS = ("fenced", "prose_around", "duplicate_ids", "extra_keys")
BAD_CONTENTS = (
    "broken_json", "wrong_schema", "empty_choices", "empty_content", "null_content", "length", "content_filter",
    "refusal", "echo", "wrong_language", "huge", "nul", "raw_nul", "lone_surrogate", "raw_lone_surrogate",
)  # fmt: skip
# Of embeddings: in another order but with their places, one left out, one of another length, numbers where base64 was
# asked for.
VECTOR_FAULTS = ("shuffled", "missing_vector", "wrong_dimension", "plain_numbers")
BAD_VECTORS = ("missing_vector", "wrong_dimension")
FAULTS = frozenset((*VECTOR_FAULTS, *STATUS_FAULTS, *BODY_FAULTS, *USABLE_CONTENTS, *BAD_CONTENTS))
RETRY_AFTER_FORMS = ("auto", "absent", "date:SECONDS", "ms:MILLISECONDS", "SECONDS")


@dataclass(slots=True, kw_only=True)
class Settings:
    """Zero, an empty list or an empty text switches a thing off."""

    seed: int = 0
    latency_ms: float = 0
    jitter_ms: float = 0
    # A token bucket of `burst` requests that fills at `rate_per_s`; what is above it gets a 429.
    rate_per_s: float = 0
    burst: int = 100
    tokens_per_min: int = 0
    # Of every 429 and 503: "auto" is the time until the bucket has room, rounded up to whole seconds.
    retry_after: str = "auto"
    # x-ratelimit-* headers: "bucket" says the bucket's size and rest, "minute" what fits into a minute, as some do.
    limit_headers: str = ""
    # Shares by name; the sum is at most 1.
    faults: dict[str, float] = field(default_factory=dict)
    # "attempt": a repeat may succeed; "prompt": it meets the same again.
    fault_by: str = "attempt"
    # Said in turn, in the order in which requests arrive, in place of truthful contents.
    replies: list[str] = field(default_factory=list)
    # Only so many first attempts of a prompt can meet a fault.
    fault_attempts: int = 0
    # Answered with 400: json_schema, json_object, temperature_value, or the name of a parameter.
    unsupported: list[str] = field(default_factory=list)
    context_tokens: int = 0
    max_reply_tokens: int = 0
    api_keys: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    # 429 insufficient_quota from this many requests on.
    quota: int = 0
    # After so many requests the listening socket is closed and every connection reset, for `down_s`, once.
    down_after: int = 0
    down_s: float = 0
    # After so many requests nothing is answered for `hang_s`, once; then everything is.
    hang_after: int = 0
    hang_s: float = 0
    # Shape of error bodies: "openai" {"error": {…}}, "vllm" at the top level, "text" not JSON at all.
    error_style: str = "openai"
    # A request that was on its way when a Retry-After was sent is not early.
    early_grace_s: float = 0.05

    def change(self, values: Mapping[str, Any]) -> None:
        """Raises ValueError for a name, type or value that there is not; then nothing is changed."""
        known = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name!r}; there are: {', '.join(known)}")
            before = known[name]
            right = (int, float) if isinstance(before, int | float) else type(before)
            if not isinstance(value, right) or isinstance(value, bool):
                raise ValueError(f"{name} should be {type(before).__name__}, it is {value!r}")
        faults = values.get("faults", {})
        if unknown := sorted(set(faults) - FAULTS):
            raise ValueError(f"there are no faults {unknown}; there are: {', '.join(sorted(FAULTS))}")
        if sum(faults.values()) > 1.000001:
            raise ValueError("the shares of the faults are more than 1 together")
        for name, value in values.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)
