"""What a chat server's answer means: a reply, a wait, a refusal of this prompt, or the end of the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

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
OPTIONAL = ("response_format", "max_completion_tokens", "max_tokens", "temperature", "seed", "encoding_format")
# The newest of them, which many servers refuse without naming it.
GUESSED = ("response_format", "encoding_format")
FREE = Usage()
# No call has more; a greater count would be too large for the ledger.
MOST_TOKENS = 10**9
# Whatever else servers call it, the reply came to its own end.
FINISHES = frozenset({"stop", "length", "content_filter"})
# A page for people: what is no text of it.
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_MOST_MARKUP_CHARS = 20_000
_VERSION = re.compile(r"(/v\d\w*)")
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
    """Worth another try. `why` is the word for the ledger, `wait_s` what the server asked for, if anything.

    `for_all` is what ends the run where the same is said to everybody.
    """

    why: str
    wait_s: float | None = None
    kind: Literal["fault", "limited", "overloaded", "postpone"] = "fault"
    for_all: CorpusToFtError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """Never for this prompt; `usage` is what saying so has cost.

    `for_all` is what ends the run where the same is said to everybody; None where the prompt alone can be meant.
    """

    reason: str
    detail: Sentence
    usage: Usage | None = FREE
    for_all: CorpusToFtError | None = None


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
    extra: frozenset[str] = frozenset()


def read_chat(body: Mapping[str, Any], asked: Asked) -> Verdict:
    """The first choice of a chat completion."""
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


def judge(
    status: int,
    headers: Mapping[str, str],
    data: bytes,
    asked: Asked,
    read: Callable[[Mapping[str, Any], Asked], Verdict] = read_chat,
) -> Verdict:
    """The meaning of one HTTP answer, told by its status and codes and never by the words of its message."""
    try:
        body = read_json(data)
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get("error"), dict) and not body.get("choices"):
        # Some send their errors as a success, with the status inside.
        code = body["error"].get("code")
        status = code if status == 200 and type(code) is int and 400 <= code < 600 else status
    if 200 <= status < 300:
        verdict = read(body, asked) if isinstance(body, dict) else Again(why="bad_body")
        is_cut_off = body is None and data.startswith((b"{", b"["))
        if isinstance(verdict, Again) and not asked.answered and not is_cut_off:
            verdict = replace(verdict, for_all=_no_model_server(_Problem.of(status, body, data), asked))
        return verdict
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
    return _refused(problem, asked, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    status: int
    code: str
    param: str
    message: str
    is_moderated: bool

    def __str__(self) -> str:
        return f"HTTP {self.status}{f' {self.code}' if self.code else ''}{f': {self.message}' if self.message else ''}"

    @classmethod
    def of(cls, status: int, body: object, data: bytes) -> _Problem:
        error = body.get("error", body) if isinstance(body, dict) else None
        fields: Mapping[str, Any] = error if isinstance(error, dict) else {}
        said = fields.get("message") or fields.get("detail") or error or data.decode("utf-8", "replace")
        if body is None and data.lstrip().startswith(b"<"):
            said = _MARKUP.sub(" ", str(said)[:_MOST_MARKUP_CHARS])
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


def _refused(problem: _Problem, asked: Asked, headers: Mapping[str, str]) -> Verdict:
    status = problem.status
    if status == 401:
        return Halt(error=_for_all(problem, asked, headers))
    if (status < 400 or status in ELSEWHERE) and not problem.is_moderated:
        error = _for_all(problem, asked, headers)
        return Again(why=f"http_{status}", kind="postpone", for_all=error) if asked.answered else Halt(error=error)
    if status == 413 or problem.code in TOO_LONG:
        return No(reason="prompt_too_long", detail=foreign(str(problem)))
    if status in (400, 422):
        named = next((part for part in OPTIONAL if problem.param.split(".")[0] == part and part in asked.parts), None)
        if named:
            return Unfit(part=named)
        guessed = next((part for part in GUESSED if part in asked.parts), None)
        if guessed and not asked.format_answered and not problem.param:
            return Unfit(part=guessed)
    for_all = None if problem.is_moderated else _for_all(problem, asked, headers)
    return No(reason="refused", detail=foreign(str(problem)), for_all=for_all)


def _for_all(problem: _Problem, asked: Asked, headers: Mapping[str, str]) -> ConfigError:
    """What the user has to change where a refusal is meant for every call."""
    if problem.status < 400:
        return ConfigError(_sent_elsewhere(problem, asked, headers))
    text = _all_refused(problem, asked)
    is_about_address = problem.status in (404, 405, 410) and "model" not in problem.code.lower()
    other = _other_address(asked.base_url) if is_about_address else ""
    if other:
        return ConfigError(
            Sentence("{text} ({problem}); try provider.base_url = {other}", text=text, problem=problem, other=other)
        )
    return ConfigError(Sentence("{text} ({problem})", text=text, problem=problem))


def _all_refused(problem: _Problem, asked: Asked) -> Sentence:
    base_url, status = asked.base_url, problem.status
    if status == 401:
        return Sentence(
            "{base_url} does not accept the key in the environment variable {key_name}",
            base_url=base_url,
            key_name=asked.key_name,
        )
    if status == 403:
        return Sentence(
            "the key in {key_name} may not use {model} at {base_url}",
            key_name=asked.key_name,
            model=asked.model,
            base_url=base_url,
        )
    if status in ELSEWHERE:
        return Sentence(
            "{base_url} knows no model {model!r}, or is no API address (they mostly end in /v1)",
            base_url=base_url,
            model=asked.model,
        )
    return Sentence(
        "{base_url} refuses every call; change {setting}", base_url=base_url, setting=_setting(problem, asked)
    )


def _setting(problem: _Problem, asked: Asked) -> str:
    """The setting that a refusal is about, or all that it can be about."""
    named = problem.param.split(".")[0].split("[")[0]
    if named in asked.extra:
        return f"provider.extra_body.{named}"
    if named == "model" or "model" in problem.code.lower():
        return "provider.model"
    if named == "response_format":
        return "provider.structured"
    known = "provider.model, provider.base_url"
    return f"{known}, provider.extra_body" if asked.extra else known


def _sent_elsewhere(problem: _Problem, asked: Asked, headers: Mapping[str, str]) -> Sentence:
    location = _without_secrets(asked.base_url, headers.get("location", ""))
    if not location:
        return Sentence(
            "{base_url} sends calls elsewhere (HTTP {status}); set provider.base_url to the final address",
            base_url=asked.base_url,
            status=problem.status,
        )
    return Sentence(
        "{base_url} sends calls to {location} (HTTP {status}); set provider.base_url to the address of the API itself",
        base_url=asked.base_url,
        location=location,
        status=problem.status,
    )


def _without_secrets(base_url: str, location: str) -> str:
    """Where a redirect leads, without user, query and what we ourselves have appended; empty where nobody can tell."""
    try:
        parts = urlsplit(urljoin(base_url, location) if location else "")
    except ValueError:
        return ""
    path = re.sub(r"/(chat/completions|embeddings)/?$", "", parts.path)
    return _shown(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}") if parts.netloc else ""


def _no_model_server(problem: _Problem, asked: Asked) -> ConfigError:
    return ConfigError(
        Sentence(
            "{base_url} does not answer as a model server ({problem}); set provider.base_url to the address of the API"
            " (they mostly end in /v1)",
            base_url=asked.base_url,
            problem=problem,
        )
    )


def _other_address(base_url: str) -> str:
    """What was probably meant: the version once."""
    versions = _VERSION.findall(urlsplit(base_url).path)
    if not versions:
        return f"{base_url}/v1"
    doubled = versions[0] * 2
    return base_url.replace(doubled, versions[0]) if doubled in base_url else ""
