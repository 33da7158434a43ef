"""Any chat server with an API of OpenAI's shape: OpenAI, Azure, vLLM, Ollama, LM Studio, llama.cpp, OpenRouter …"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, field_validator

from corpus_to_ft.errors import BadReply, ConfigError, ProviderRefused
from corpus_to_ft.llm.base import Ledger, Provider, Unwritten
from corpus_to_ft.llm.chat.client import ChatClient
from corpus_to_ft.llm.chat.exchange import Manners
from corpus_to_ft.llm.prices import Price, known_price
from corpus_to_ft.records import Prompt, ProviderFailure, Reply

OPENAI_URL = "https://api.openai.com/v1"
CHAT = "/chat/completions"
SECRET_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "cookie"})
SPEED = "speed only"
SAME_MODEL = "who pays, not what is said"


class OpenaiCompatibleProvider(Provider):
    """`base_url` is where `/chat/completions` hangs; without it the environment's OPENAI_BASE_URL, then OpenAI.

    `api_key_env` names the environment variable with the key; servers on this machine need none. `headers`, `query` and
    `extra_body` go with every call. Prices are US dollars a million tokens, for models that the table does not have.
    """

    not_in_fingerprint: ClassVar[Mapping[str, str]] = {
        "api_key_env": SAME_MODEL,
        "auth": SAME_MODEL,
        "headers": SAME_MODEL,
        "input_price": SAME_MODEL,
        "output_price": SAME_MODEL,
        "max_concurrency": SPEED,
        "requests_per_minute": SPEED,
        "tokens_per_minute": SPEED,
        "timeout_s": SPEED,
        "patience_s": SPEED,
        "max_attempts": SPEED,
    }

    model: str = Field(min_length=1)
    base_url: str = OPENAI_URL
    api_key_env: str = "OPENAI_API_KEY"
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    auth: Literal["bearer", "api-key"] = "bearer"
    max_concurrency: int = Field(default=32, ge=1, le=4096)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=300, gt=0)
    patience_s: float = Field(default=600, ge=0, description="how long a server may be away or put calls off")
    max_attempts: int = Field(default=10, ge=1)
    structured: Literal["json_schema", "json_object", "text"] = "json_schema"
    headers: Mapping[str, str] = Field(default_factory=dict)
    query: Mapping[str, str] = Field(default_factory=dict)
    extra_body: Mapping[str, Any] = Field(default_factory=dict)
    input_price: float | None = Field(default=None, ge=0)
    output_price: float | None = Field(default=None, ge=0)
    _client: ChatClient | None = PrivateAttr(default=None)
    _starting: Any = PrivateAttr(default_factory=threading.Lock)

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("should be an address like https://host/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("should hold no key, user or query; use api_key_env and query for those")
        return url.rstrip("/").removesuffix(CHAT)

    @field_validator("headers")
    @classmethod
    def _holds_no_key(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name in headers:
            if name.lower() in SECRET_HEADERS:
                raise ValueError(f"should not hold {name}: keys are never written down, name theirs in api_key_env")
        return headers

    @property
    def model_name(self) -> str:
        return self.model

    @property
    def calls_at_once(self) -> int:
        return self.max_concurrency

    def price(self) -> Price | None:
        if self.input_price is None and self.output_price is None:
            return known_price(self.model)
        return Price(input=self.input_price or 0.0, output=self.output_price or 0.0)

    def answer(self, prompt: Prompt) -> Reply:
        answered = self.ask_all([prompt], Unwritten())[0]
        if isinstance(answered, ProviderFailure):
            raise BadReply(answered.detail, answered.raw) if answered.raw else ProviderRefused(answered.detail)
        return answered

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        with self._starting:
            if self._client is None:
                self._client = ChatClient(self._manners())
        return self._client.ask_all(prompts, ledger)

    def stop(self) -> None:
        if self._client:
            self._client.stop()

    def close(self) -> None:
        with self._starting:
            if self._client:
                self._client.close()
                self._client = None

    def _manners(self) -> Manners:
        return Manners(
            url=self.base_url + CHAT,
            base_url=self.base_url,
            model=self.model,
            key_name=self.api_key_env,
            headers={**self.headers, **self._key_header()},
            query=self.query,
            extra=self.extra_body,
            format=self.structured,
            timeout_s=self.timeout_s,
            patience_s=self.patience_s,
            max_attempts=self.max_attempts,
            max_concurrency=self.max_concurrency,
            requests_a_minute=self.requests_per_minute,
            tokens_a_minute=self.tokens_per_minute,
        )

    def _key_header(self) -> dict[str, str]:
        key = self.api_key.get_secret_value().strip() if self.api_key else ""
        host = urlsplit(self.base_url).hostname or ""
        if not key:
            if is_near(host):
                return {}
            raise ConfigError(
                f"the environment variable {self.api_key_env} is empty, and {host} needs a key; set it, "
                "or name another variable in provider.api_key_env"
            )
        if not key.isascii() or not key.isprintable():
            raise ConfigError(f"the key in {self.api_key_env} holds a character that no key has; copy it again")
        azure = host.endswith((".azure.com", ".azure-api.net"))
        return {"api-key": key} if azure or self.auth == "api-key" else {"Authorization": f"Bearer {key}"}


def is_near(host: str) -> bool:
    """Whether a host is this machine or one of the same private network, where servers mostly want no key."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    return address.is_private or address.is_loopback
