"""What a chat server's answer means: a reply, a wait, a refusal of this prompt, or the end of the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corpus_to_ft.errors import BudgetReached, ConfigError, CorpusToFtError
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.waits import asked_wait
from corpus_to_ft.llm.replies import read_json
from corpus_to_ft.records import Usage

MESSAGE_CHARS = 300
OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
TOO_LONG = frozenset(
    {"context_length_exceeded", "string_above_max_length", "request_too_large", "exceed_context_size_error"}
)
OVERLOADED = frozenset({503, 529})
TRANSIENT = frozenset({408, 409, 425})
# A server that has answered says by these that it is another now (its address, its models, our rights), and nothing
# of the prompt; but for a prompt that moderation stopped.
ELSEWHERE = frozenset({403, 404, 405, 410})
MODERATED = frozenset({"content_filter", "content_policy_violation", "moderation_blocked", "flagged"})
# What a server may do without, in the order in which it is taken away.
OPTIONAL = ("response_format", "max_completion_tokens", "max_tokens", "temperature", "seed")
FREE = Usage()
# No call has more; a greater count would be too large for the ledger.
MOST_TOKENS = 10**9
# Whatever else servers call it, the reply came to its own end.
FINISHES = frozenset({"stop", "length", "content_filter"})
_KEY = re.compile(r"\b(?:sk|key|Bearer)[-_ ][\w.*-]{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A complete answer. `usage` is None where the server does not count."""

    text: str
    finish: str
    model: str
    usage: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Worth another try. `why` is the word for the ledger, `wait_s` what the server asked for, if anything."""

    why: str
    wait_s: float | None = None
    kind: Literal["fault", "limited", "overloaded", "postpone"] = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """Never for this prompt; `usage` is what saying so has cost."""

    reason: str
    detail: Sentence
    usage: Usage | None = FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """The server does not know `part` of the request; nothing of it was billed."""

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Every other call would fail alike."""

    error: CorpusToFtError


Verdict = Said | Again | No | Unfit | Halt


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of whom, for the sentences.

    `answered` says that the server has answered others, `format_answered` that it has in the same format.
    """

    model: str
    base_url: str
    key_name: str
    parts: frozenset[str]
    answered: bool
    format_answered: bool


def judge(status: int, headers: Mapping[str, str], data: bytes, asked: Asked) -> Verdict:
    """The meaning of one HTTP answer, told by its status and codes and never by the words of its message."""
    try:
        body = read_json(data)
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get("error"), dict) and not body.get("choices"):
        # Some send their errors as a success, with the status inside.
        code = body["error"].get("code")
        status = code if status == 200 and type(code) is int and 400 <= code < 600 else status
    if status == 200:
        return _said(body, asked) if isinstance(body, dict) else Again(why="bad_body")
    problem = _Problem.of(status, body, data)
    if status == 402 or (status == 429 and problem.code in OUT_OF_MONEY):
        text = Sentence(
            "the account behind {key_name} has no quota left at {base_url}",
            key_name=asked.key_name,
            base_url=asked.base_url,
        )
        return Halt(
            error=BudgetReached(
                Sentence("{text} ({problem}). Top it up, and run again to continue", text=text, problem=problem)
            )
        )
    if status == 429 or status >= 500 or status in TRANSIENT:
        return _again(status, headers)
    return _refused(status, problem, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    status: int
    code: str
    param: str
    message: str
    is_moderated: bool

    def __str__(self) -> str:
        return f"HTTP {self.status}{f' {self.code}' if self.code else ''}: {self.message}"

    @classmethod
    def of(cls, status: int, body: object, data: bytes) -> _Problem:
        error = body.get("error", body) if isinstance(body, dict) else None
        fields: Mapping[str, Any] = error if isinstance(error, dict) else {}
        said = fields.get("message") or fields.get("detail") or error or data.decode("utf-8", "replace")
        message = _shown(said)
        code, param = (_shown(fields.get(name) or "") for name in ("code", "param"))
        # Several servers repeat the status here, and say what is wrong in the type.
        code = "" if code == str(status) else code
        metadata = fields.get("metadata")
        return cls(
            status=status,
            code=code or _shown(fields.get("type") or ""),
            param=param,
            message=message,
            is_moderated=code in MODERATED or (isinstance(metadata, dict) and "reasons" in metadata),
        )


def _shown(said: object) -> str:
    """What a server says, for people: no key, nothing that a terminal obeys, no half characters."""
    text = _KEY.sub("***", " ".join(str(said).split()))
    return "".join(letter for letter in text if letter.isprintable())[:MESSAGE_CHARS]


def _said(body: Mapping[str, Any], asked: Asked) -> Verdict:
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return Again(why="no_choices")
    if message.get("refusal"):
        usage = _usage(body.get("usage"))
        return No(reason="refused", detail=foreign(_shown(message["refusal"])), usage=usage)
    finish = choice.get("finish_reason")
    return Said(
        text=_text(message.get("content")),
        finish=finish if isinstance(finish, str) and finish in FINISHES else "stop",
        model=str(body.get("model") or asked.model),
        usage=_usage(body.get("usage")),
    )


def _text(content: object) -> str:
    """Content is a text, nothing, or a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _usage(said: object) -> Usage | None:
    counts = [said.get(name) for name in ("prompt_tokens", "completion_tokens")] if isinstance(said, dict) else []
    if not all(isinstance(count, int) and 0 <= count <= MOST_TOKENS for count in counts) or not counts:
        return None
    return Usage(input_tokens=counts[0] or 0, output_tokens=counts[1] or 0)


def _again(status: int, headers: Mapping[str, str]) -> Again:
    wait_s = asked_wait(headers)
    if headers.get("x-should-retry") == "false":
        return Again(why=f"http_{status}", wait_s=wait_s, kind="postpone")
    if status == 429:
        return Again(why="http_429", wait_s=wait_s, kind="limited")
    return Again(why=f"http_{status}", wait_s=wait_s, kind="overloaded" if status in OVERLOADED else "fault")


def _refused(status: int, problem: _Problem, asked: Asked) -> Verdict:
    if status == 401:
        text = Sentence(
            "{base_url} does not accept the key in the environment variable {key_name}",
            base_url=asked.base_url,
            key_name=asked.key_name,
        )
        return Halt(error=ConfigError(Sentence("{text} ({problem})", text=text, problem=problem)))
    if status == 403 and not asked.answered:
        text = Sentence(
            "the key in {key_name} may not use {model} at {base_url}",
            key_name=asked.key_name,
            model=asked.model,
            base_url=asked.base_url,
        )
        return Halt(error=ConfigError(Sentence("{text} ({problem})", text=text, problem=problem)))
    if status == 404 and not asked.answered:
        text = Sentence(
            "{base_url} knows no model {model!r}, or is no API address (they mostly end in /v1)",
            base_url=asked.base_url,
            model=asked.model,
        )
        return Halt(error=ConfigError(Sentence("{text} ({problem})", text=text, problem=problem)))
    if status < 400 and not asked.answered:
        text = Sentence(
            "{base_url} sends calls elsewhere (HTTP {status}); set provider.base_url to the final address",
            base_url=asked.base_url,
            status=status,
        )
        return Halt(error=ConfigError(text))
    if (status < 400 or status in ELSEWHERE) and asked.answered and not problem.is_moderated:
        return Again(why=f"http_{status}", kind="postpone")
    if status == 413 or problem.code in TOO_LONG:
        return No(reason="prompt_too_long", detail=foreign(str(problem)))
    if status in (400, 422):
        named = next((part for part in OPTIONAL if problem.param.split(".")[0] == part and part in asked.parts), None)
        if named:
            return Unfit(part=named)
        # Many servers do not say which part they do not know; structured output is the newest of them.
        if not asked.format_answered and "response_format" in asked.parts and not problem.param:
            return Unfit(part="response_format")
    return No(reason="refused", detail=foreign(str(problem)))
