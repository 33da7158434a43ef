"""Where a chat server is, who pays, and what is said to it: the settings that all ways of asking it share."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.prices import Price, known_price
from corpus_to_ft.plugin import Plugin

OPENAI_URL = "https://api.openai.com/v1"
CHAT = "/chat/completions"
SECRET_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "cookie"})
SAME_MODEL = "who pays, not what is said"


class ChatServer(Plugin):
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
    }

    model: str = Field(min_length=1)
    base_url: str = OPENAI_URL
    api_key_env: str = "OPENAI_API_KEY"
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    auth: Literal["bearer", "api-key"] = "bearer"
    structured: Literal["json_schema", "json_object", "text"] = "json_schema"
    headers: Mapping[str, str] = Field(default_factory=dict)
    query: Mapping[str, str] = Field(default_factory=dict)
    extra_body: Mapping[str, Any] = Field(default_factory=dict)
    input_price: float | None = Field(default=None, ge=0)
    output_price: float | None = Field(default=None, ge=0)

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        parts = urlsplit(url)
        # `port` raises for a number that no port has.
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
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

    def price(self) -> Price | None:
        if self.input_price is None and self.output_price is None:
            return known_price(self.model)
        return Price(input=self.input_price or 0.0, output=self.output_price or 0.0)

    def key_header(self) -> dict[str, str]:
        """The header that carries the key; none for a server near by that needs none."""
        key = self.api_key.get_secret_value().strip() if self.api_key else ""
        host = urlsplit(self.base_url).hostname or ""
        if not key:
            if is_near(host):
                return {}
            raise ConfigError(
                Sentence(
                    "the environment variable {api_key_env} is empty, and {host} needs a key; set it, or name"
                    " another variable in provider.api_key_env",
                    api_key_env=self.api_key_env,
                    host=host,
                )
            )
        if not key.isascii() or not key.isprintable():
            raise ConfigError(
                Sentence(
                    "the key in {api_key_env} holds a character that no key has; copy it again",
                    api_key_env=self.api_key_env,
                )
            )
        azure = host.endswith((".azure.com", ".azure-api.net"))
        return {"api-key": key} if azure or self.auth == "api-key" else {"Authorization": f"Bearer {key}"}


def is_near(host: str) -> bool:
    """Whether a host is this machine or one of the same private network, where servers mostly want no key."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    return address.is_private or address.is_loopback
