"""Calls over HTTP to a host without a client library of its own here, and what its refusals mean.

What only reads is repeated a few times; nothing else is, and no redirect is followed: whoever made the call decides
what to do with an unclear end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, wraps
from inspect import isgeneratorfunction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr

from corpus_to_ft.errors import BudgetReached, ConfigError, CorpusToFtError, TuneError
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.chat.server import is_near
from corpus_to_ft.llm.sdk import SHORTEST_KEY, Away, one_line, seconds_of
from corpus_to_ft.tune.base import TrainingNotAvailable

if TYPE_CHECKING:
    import httpx2

OK = range(200, 300)
UNREADABLE = "{url} gave an unreadable answer to {about}"
# Nobody knows whether a call that ends so was carried out, or it may be made later.
FOR_NOW = (408, 425, 429, *range(500, 600))
# How long is waited before a call that only reads is made again.
READ_AGAIN_S = (0.2, 1.0, 4.0)
# Asked to wait longer, nobody waits in a call.
LONGEST_WAIT_S = 120
# Longer words of a host are cut where they are shown.
MAX_SAID = 500
# A clock that differs by more than this makes another job of it.
SLACK_S = 600
NO_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
NOT_AVAILABLE = "training_not_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host said; `value` is its JSON, {} for an empty body."""

    status: int
    headers: Mapping[str, str]
    value: Any = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A value of the answer that should be a text; empty where it is none."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""

    def members(self, name: str = "data") -> list[dict[str, Any]]:
        """The objects of a list, whether it is the whole answer or stands under `name`."""
        found = self.value.get(name) if isinstance(self.value, dict) else self.value
        return [one for one in found or () if isinstance(one, dict)] if isinstance(found, list) else []


class Rest:
    """`root` is the address without a trailing `/v1`; `secrets` never stand in what is told of a call."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: SecretStr | None,
        api_key_env: str,
        timeout_s: float,
        secrets: Collection[SecretStr | None] = (),
        needs_key: bool = True,
    ) -> None:
        import httpx2

        self.root = base_url.rstrip("/").removesuffix("/v1")
        self._name = api_key_env
        key = api_key.get_secret_value().strip() if api_key else ""
        if needs_key and not key and not is_near(urlsplit(self.root).hostname or ""):
            said = "the environment variable {name} is empty, and {host} needs a key; set it"
            raise ConfigError(Sentence(said, name=api_key_env, host=urlsplit(self.root).hostname or self.root))
        if not key.isascii() or (key and not key.isprintable()):
            said = "the key in {api_key_env} holds a character that no key has; copy it again"
            raise ConfigError(Sentence(said, api_key_env=api_key_env))
        told = [key, *(secret.get_secret_value().strip() for secret in secrets if secret)]
        self._secrets = [secret for secret in told if len(secret) >= SHORTEST_KEY]
        self._key = {"Authorization": f"Bearer {key}"} if key else {}
        self._client: httpx2.Client = httpx2.Client(timeout=timeout_s, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        about: Sentence,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, str, Path, str] | None = None,
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """`also` are the statuses besides 200 to 299 that the caller wants to see itself.

        `form` and `file` (field, name, path, type) go as a multipart form, the file read as it is sent.
        """
        for wait_s in READ_AGAIN_S if method in ("GET", "HEAD") else ():
            try:
                return self._called(method, path, about, query, body, form, file, headers, also)
            except Away as away:
                if away.is_final or (away.wait_s or 0) > READ_AGAIN_S[-1]:
                    raise
                time.sleep(max(wait_s, away.wait_s or 0))
        return self._called(method, path, about, query, body, form, file, headers, also)

    def _called(
        self,
        method: str,
        path: str,
        about: Sentence,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
        form: Mapping[str, str] | None,
        file: tuple[str, str, Path, str] | None,
        headers: Mapping[str, str] | None,
        also: Collection[int],
    ) -> Answer:
        with ExitStack() as stack:
            parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in (form or {}).items()]
            if file:
                field_name, name, at, kind = file
                parts.append((field_name, (name, stack.enter_context(at.open("rb")), kind)))
            with self._speaking(about):
                said = self._client.request(
                    method,
                    self.root + path,
                    params=dict(query or {}) or None,
                    json=body,
                    files=parts or None,
                    headers={"Accept": "application/json", **self._key, **(headers or {})},
                )
        return self._judged(said, about, also)

    def put(
        self,
        url: str,
        path: Path,
        about: Sentence,
        *,
        headers: Mapping[str, str] | None = None,
        at: int = 0,
        size: int = -1,
        also: Collection[int] = (),
    ) -> Answer:
        """Bytes to an address that the host named, which carries its own permission: our key stays here."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_near(parts.hostname or ""):
            raise TuneError(Sentence("{root} names an address for the file that is not encrypted", root=self.root))
        length = path.stat().st_size - at if size < 0 else size
        with path.open("rb") as file, self._speaking(about):
            sent = {"Content-Length": str(length), **(headers or {})}
            said = self._client.request("PUT", url, content=_bytes_of(file, at, length), headers=sent)
        return self._judged(said, about, also)

    def without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    @contextmanager
    def _speaking(self, about: Sentence) -> Iterator[None]:
        import httpx2

        try:
            yield
        except httpx2.HTTPError as error:
            cause = foreign(self.without_secrets(str(error) or type(error).__name__))
            said = Sentence("{url} gave no answer to {about}: {cause}", url=self.root, about=about, cause=cause)
            raise Away(said) from error
        except httpx2.InvalidURL as error:
            raise ConfigError(Sentence("{url} is no address", url=self.root)) from error

    def _judged(self, said: httpx2.Response, about: Sentence, also: Collection[int]) -> Answer:
        value: Any = {}
        try:
            value = json.loads(said.content) if said.content.strip() else {}
        except ValueError as error:
            # A refusal may be a page; an answer may not.
            if said.status_code in OK and said.request.method != "PUT":
                told = Sentence(UNREADABLE, url=self.root, about=about)
                raise Away(told) from error
        if said.status_code in OK and not isinstance(value, dict | list):
            raise Away(Sentence(UNREADABLE, url=self.root, about=about))
        answer = Answer(status=said.status_code, headers=dict(said.headers), value=value)
        if said.status_code in OK or said.status_code in also:
            return answer
        raise self.refusal(answer, about, said.content)

    def refusal(self, answer: Answer, about: Sentence, content: bytes = b"") -> CorpusToFtError:
        status = answer.status
        code, message = told_by(answer.value)
        shown = one_line(self.without_secrets(message or content.decode("utf-8", "replace"))[:MAX_SAID])
        cause = foreign(shown or str(status))
        url = self.root
        if status == 401:
            said = "{url} does not accept the key in {name}: {cause}"
            return ConfigError(Sentence(said, url=url, name=self._name, cause=cause))
        if status == 402 or code in NO_MONEY:
            said = "{url} does no more: the account behind {name} has no money or quota left. Top it up and continue"
            return BudgetReached(Sentence(said, url=url, name=self._name))
        if code == NOT_AVAILABLE:
            return TrainingNotAvailable(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))
        if status in FOR_NOW:
            said = "{url} refused {about} for now ({why})"
            why = Sentence("{status}: {cause}", status=status, cause=cause)
            wait_s = retry_after(answer.headers)
            is_final = (wait_s or 0) > LONGEST_WAIT_S
            return Away(Sentence(said, url=url, about=about, why=why), wait_s, is_final=is_final)
        if status == 404:
            said = "{url} has no call for {about}, or does not know what it is about: {cause}"
            return TuneError(Sentence(said, url=url, about=about, cause=cause))
        return TuneError(Sentence("{url} refuses {about}: {cause}", url=url, about=about, cause=cause))


# The calls of a tuner that read what a host says.
READING = (
    "create", "look", "cancel", "resume", "find_job", "find_file", "has_file", "upload", "events", "results",
    "checkpoints", "model", "models", "files",
)  # fmt: skip


class OverRest(BaseModel):
    """What tuners over plain HTTP share: a connection, opened with the first call. JSON of another shape is `Away`."""

    def __init_subclass__(cls, **fields: Any) -> None:
        super().__init_subclass__(**fields)
        for name in READING:
            if name in cls.__dict__:
                setattr(cls, name, _understood(cls.__dict__[name]))

    base_url: str
    api_key_env: str
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    timeout_s: float = Field(default=600, gt=0)

    @cached_property
    def _rest(self) -> Rest:
        return Rest(
            base_url=self.base_url,
            api_key=self.api_key,
            api_key_env=self.api_key_env,
            timeout_s=self.timeout_s,
            secrets=self.secrets(),
        )

    def secrets(self) -> Collection[SecretStr | None]:
        """What besides the key must never be shown."""
        return ()

    def close(self) -> None:
        """Ends connections."""
        if "_rest" in self.__dict__:
            self._rest.close()


def _understood(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, whose answer is Away where it has another shape than the host's own."""

    @contextmanager
    def reading(tuner: OverRest) -> Iterator[None]:
        try:
            yield
        except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
            about = Sentence("what it was asked")
            raise Away(Sentence(UNREADABLE, url=tuner.base_url, about=about)) from error

    @wraps(method)
    def one(self: OverRest, *given: Any, **named: Any) -> Any:
        with reading(self):
            return method(self, *given, **named)

    @wraps(method)
    def several(self: OverRest, *given: Any, **named: Any) -> Iterator[Any]:
        with reading(self):
            yield from method(self, *given, **named)

    return several if isgeneratorfunction(method) else one


def told_by(value: Any) -> tuple[str, str]:
    """Code and message of a refusal, as the hosts write them: {error: {…}}, {status: {…}}, {message}, {detail}."""
    if not isinstance(value, dict):
        return "", ""
    inner = next((value[name] for name in ("error", "status") if isinstance(value.get(name), dict)), value)
    message = next((inner[name] for name in ("message", "detail", "error") if inner.get(name)), "")
    code = inner.get("code") or inner.get("type") or ""
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    return str(code), text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a host asks to wait, said as seconds or as a date."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def is_recent(created: Any, since: datetime) -> bool:
    """Whether something at a host may have been made since then; what does not say when may have been."""
    seconds = seconds_of(created)
    if seconds is not None:
        return seconds >= since.timestamp() - SLACK_S
    try:
        made = datetime.fromisoformat(str(created))
    except ValueError:
        return True
    return (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp() >= since.timestamp() - SLACK_S


def moment(created: Any) -> str:
    """A moment as hosts write it, seconds or ISO 8601, as ISO 8601; empty where it is neither."""
    seconds = seconds_of(created)
    if seconds is not None:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    try:
        return datetime.fromisoformat(str(created)).isoformat()
    except ValueError:
        return ""


def _bytes_of(file: IO[bytes], at: int, length: int) -> Iterator[bytes]:
    file.seek(at)
    while length > 0:
        part = file.read(min(1 << 20, length))
        if not part:
            return
        length -= len(part)
        yield part
