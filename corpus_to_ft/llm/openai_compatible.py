"""Any chat server with an API of OpenAI's shape: OpenAI, Azure, vLLM, Ollama, LM Studio, llama.cpp, OpenRouter …"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr

from corpus_to_ft.errors import BadReply, ProviderRefused
from corpus_to_ft.llm.base import Ledger, Provider, Unwritten
from corpus_to_ft.llm.chat.client import ChatClient
from corpus_to_ft.llm.chat.line import Manners
from corpus_to_ft.llm.chat.server import CHAT, ChatServer
from corpus_to_ft.records import Prompt, ProviderFailure, Reply

SPEED = "speed only"


class OpenaiCompatibleProvider(ChatServer, Provider):
    """Asks a server of OpenAI's shape at once, many calls at a time."""

    not_in_fingerprint: ClassVar[Mapping[str, str]] = {
        **ChatServer.not_in_fingerprint,
        "max_concurrency": SPEED,
        "requests_per_minute": SPEED,
        "tokens_per_minute": SPEED,
        "timeout_s": SPEED,
        "patience_s": SPEED,
        "max_attempts": SPEED,
    }

    max_concurrency: int = Field(default=32, ge=1, le=4096)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=300, gt=0)
    patience_s: float = Field(default=600, ge=0, description="how long a server may be away or put calls off")
    max_attempts: int = Field(default=10, ge=1)
    _client: ChatClient | None = PrivateAttr(default=None)
    _stopped: bool = PrivateAttr(default=False)
    _starting: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def calls_at_once(self) -> int:
        return self.max_concurrency

    def answer(self, prompt: Prompt) -> Reply:
        answered = self.ask_all([prompt], Unwritten())[0]
        if isinstance(answered, ProviderFailure):
            raise BadReply(answered.detail, answered.raw) if answered.raw else ProviderRefused(answered.detail)
        return answered

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        with self._starting:
            self._client = client = self._client or ChatClient(self._manners())
            if self._stopped:
                client.stop()
        return client.ask_all(prompts, ledger)

    def stop(self) -> None:
        with self._starting:
            self._stopped = True
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
            headers={**self.headers, **self.key_header()},
            key=self.api_key.get_secret_value().strip() if self.api_key else "",
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
