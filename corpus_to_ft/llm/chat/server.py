"""Where a chat server is, who pays, and what is said to it: the settings that all ways of asking it share."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.prices import Price, known_price
from corpus_to_ft.plugin import Plugin, contradiction

OPENAI_URL = "https://api.openai.com/v1"
CHAT = "/chat/completions"
# A header with one of these in its name carries a key.
SECRET_WORDS = ("authorization", "key", "token", "secret", "cookie", "password")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
HOLDS_USER = "it should hold no key, user or query; use api_key_env and query for those"
HOLDS_KEY = (
    "it should not hold {name}: keys are never written down; set an environment variable and name it in api_key_env"
)
NO_VARIABLE = "it should be the name of an environment variable, never the key itself"
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
    input_price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    output_price: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        parts = urlsplit(url)
        # `port` raises for a number that no port has.
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("should be an address like https://host/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise contradiction(HOLDS_USER)
        return url.rstrip("/").removesuffix(CHAT)

    @field_validator("headers")
    @classmethod
    def _holds_no_key(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name in headers:
            if any(word in name.lower() for word in SECRET_WORDS):
                raise contradiction(HOLDS_KEY, name=name)
        return headers

    @field_validator("query")
    @classmethod
    def _asks_without_key(cls, query: Mapping[str, str]) -> Mapping[str, str]:
        return cls._holds_no_key(query)

    @field_validator("api_key_env")
    @classmethod
    def _is_name(cls, name: str) -> str:
        # A key, put where its name belongs, must not be repeated.
        if not _VARIABLE.fullmatch(name):
            raise contradiction(NO_VARIABLE)
        return name

    @property
    def model_name(self) -> str:
        return self.model

    def price(self) -> Price | None:
        known = known_price(self.model)
        if self.input_price is None and self.output_price is None:
            return known
        given = (self.input_price, self.output_price)
        # Half a price would promise a sum that is far too small.
        told = (known.input, known.output) if known else (None, None)
        prices = [mine if mine is not None else table for mine, table in zip(given, told, strict=True)]
        return None if prices[0] is None or prices[1] is None else Price(input=prices[0], output=prices[1])

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
                    " another variable with api_key_env",
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
