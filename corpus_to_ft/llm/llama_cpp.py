"""A model in a GGUF file, run on this machine by a llama.cpp server that we start and end ourselves."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr

from corpus_to_ft.errors import BadReply, ConfigError, MissingExtra, ProviderRefused, ProviderUnavailable
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.base import Ledger, Provider, Unwritten
from corpus_to_ft.llm.chat.client import ChatClient
from corpus_to_ft.llm.chat.line import Manners
from corpus_to_ft.llm.local import hub
from corpus_to_ft.llm.local.gguf import check_parts, digest_of, plain_name, read_header
from corpus_to_ft.llm.local.order import Order
from corpus_to_ft.llm.local.server import LlamaServer
from corpus_to_ft.llm.prices import Price
from corpus_to_ft.records import Prompt, ProviderFailure, Reply, digest

API, CHAT = "/v1", "/chat/completions"
SPEED = "speed only"
# Long enough to load a large model again after its server ended.
PATIENCE_S = 900.0
MOST_ATTEMPTS = 5
# Bounds on one text of a reply. Above the second a grammar grows too large for some builds of llama.cpp.
SHORTEST_BOUND_CHARS, LONGEST_BOUND_CHARS = 300, 1500


class LlamaCppProvider(Provider):
    """`model` is the path of a GGUF file, or where the hub has one: `hf:owner/repo/file.gguf`, `owner/repo:Q4_K_M`.

    Each of `parallel` calls has `context_tokens` for its prompt and reply together. `threads` 0 takes half of the
    processors, `gpu_layers` -1 as many layers as the GPU holds. `chat_template` (a name that llama.cpp knows, such
    as "chatml") is for models without one of their own.
    """

    packages: ClassVar[tuple[str, ...]] = ("xllamacpp",)
    not_in_fingerprint: ClassVar[Mapping[str, str]] = {
        "model": "its name and the digest of its content stand for it",
        "threads": SPEED,
        "parallel": SPEED,
        "gpu_layers": SPEED,
        "timeout_s": SPEED,
    }

    model: str = Field(min_length=1)
    context_tokens: int = Field(default=8192, ge=256)
    threads: int = Field(default=0, ge=0, le=512)
    parallel: int = Field(default=1, ge=1, le=64)
    gpu_layers: int = Field(default=-1, ge=-1)
    seed: int = Field(default=0, ge=0, lt=2**32)
    chat_template: str = ""
    timeout_s: float = Field(default=3600, gt=0)
    _hub: hub.HubModel | None = PrivateAttr(default=None)
    _server: LlamaServer | None = PrivateAttr(default=None)
    _client: ChatClient | None = PrivateAttr(default=None)
    _starting: Any = PrivateAttr(default_factory=threading.Lock)
    _stopped: Any = PrivateAttr(default_factory=threading.Event)

    def model_post_init(self, context: Any) -> None:
        """What the user can correct is told before anything is written."""
        super().model_post_init(context)
        self._hub = hub.parse_reference(self.model)
        if find_spec("xllamacpp") is None or (self._hub and find_spec("huggingface_hub") is None):
            raise MissingExtra(Sentence("a model on this machine"), "llama")
        if not self._hub:
            self._check(check_parts(self._path()))

    @property
    def model_name(self) -> str:
        return plain_name(str(self._hub) if self._hub else self._path().name)

    @property
    def calls_at_once(self) -> int:
        return self.parallel

    def price(self) -> Price:
        return Price(input=0.0, output=0.0)

    def fingerprint(self) -> str:
        """The same model under the same name counts as the same, wherever it lies."""
        paths = self._here()
        content = digest_of(paths) if paths else [file.sha256 or file.name for file in hub.listed(self._on_hub())]
        return digest(super().fingerprint(), self.model_name, content)

    def answer(self, prompt: Prompt) -> Reply:
        answered = self.ask_all([prompt], Unwritten())[0]
        if isinstance(answered, ProviderFailure):
            raise BadReply(answered.detail, answered.raw) if answered.raw else ProviderRefused(answered.detail)
        return answered

    def ask_all(self, prompts: Sequence[Prompt], ledger: Ledger) -> list[Reply | ProviderFailure]:
        with self._starting:
            client = self._client or self._start(ledger.say)
        server = self._server
        try:
            answers = client.ask_all(prompts, ledger)
        except ProviderUnavailable as error:
            if server and server.error:
                raise server.error from error
            raise
        return [self._explained(answer) for answer in answers]

    def stop(self) -> None:
        self._stopped.set()
        client, server = self._client, self._server
        if client:
            client.stop()
        elif server:
            server.close()

    def _halt(self) -> None:
        """The server will not come back: nobody waits for it any more."""
        if self._client:
            self._client.stop()

    def close(self) -> None:
        server = self._server
        if server:
            # Whoever still waits for the model to load would hold the lock.
            server.close()
        with self._starting:
            if self._client:
                self._client.close()
            self._client = self._server = None
            self._stopped.clear()

    def _start(self, say: Callable[[str], None]) -> ChatClient:
        if self._server and self._server.error:
            raise self._server.error
        paths = self._here() or hub.fetched(self._on_hub(), say, self._stopped.is_set)
        self._check(paths)
        order = Order(
            model=str(paths[0].resolve()),
            name=self.model_name,
            context_tokens=self._context(),
            parallel=self.parallel,
            threads=self.threads or max(1, _processors() // 2),
            gpu_layers=self.gpu_layers,
            chat_template=self.chat_template,
            key="",
        )
        self._server = server = LlamaServer(order, say, self._halt)
        address = server.address()
        if self._stopped.is_set():
            raise ProviderUnavailable(Sentence("the run was stopped"))
        if self.gpu_layers > 0 and not server.gpus:
            say(tr("xllamacpp as installed here finds no GPU; provider.gpu_layers has no effect"))
        self._client = ChatClient(self._manners(address, server.key))
        return self._client

    def _manners(self, address: str, key: str) -> Manners:
        return Manners(
            url=address + API + CHAT,
            base_url=address,
            model=self.model_name,
            key_name="",
            headers={"Authorization": f"Bearer {key}"},
            query={},
            extra={"seed": self.seed},
            # The server's own way to a schema ends in its parser, which answers 500 to much that fits the schema.
            format="text",
            extra_for=_grammar,
            timeout_s=self.timeout_s,
            patience_s=PATIENCE_S,
            max_attempts=MOST_ATTEMPTS,
            max_concurrency=self.parallel,
        )

    def _path(self) -> Path:
        return Path(self.model).expanduser()

    def _on_hub(self) -> hub.HubModel:
        assert self._hub is not None, "a model that is no path is on the hub"
        return self._hub

    def _here(self) -> list[Path]:
        """The model's files on this machine; none while it has to be fetched."""
        return hub.cached(self._hub) if self._hub else check_parts(self._path())

    def _context(self) -> int:
        """What each call has: as much as is wished and as the model was trained on."""
        return min(self.context_tokens, read_header(self._here()[0]).trained_tokens or self.context_tokens)

    def _check(self, paths: Sequence[Path]) -> None:
        header = read_header(paths[0])
        if not header.has_chat_template and not self.chat_template:
            text = (
                "provider.model: {name} holds no chat template, so it was not taught to answer ({architecture}); "
                "take one whose name says Instruct or Chat, or set provider.chat_template (such as 'chatml') if you "
                "know what it was taught"
            )
            raise ConfigError(Sentence(text, name=paths[0].name, architecture=header.architecture or "?"))

    def _explained(self, answer: Reply | ProviderFailure) -> Reply | ProviderFailure:
        if isinstance(answer, ProviderFailure) and answer.reason == "prompt_too_long":
            text = "raise provider.context_tokens ({tokens}) or lower passages.max_tokens: {cause}"
            if self._context() < self.context_tokens:
                text = "the model has learned to read {tokens} tokens, no more; lower passages.max_tokens: {cause}"
            return replace(answer, detail=Sentence(text, tokens=self._context(), cause=answer.detail))
        return answer


def _grammar(prompt: Prompt) -> Mapping[str, Any]:
    """Beside the schema it bounds what small models repeat without end: a list, and a text longer than its source."""
    if not prompt.schema:
        return {}
    chars = max(SHORTEST_BOUND_CHARS, len(prompt.text))
    schema = _bounded(prompt.schema, items=prompt.count, chars=chars if chars <= LONGEST_BOUND_CHARS else 0)
    return {"grammar": _grammar_of(json.dumps(schema, ensure_ascii=False))}


def _bounded(schema: Mapping[str, Any], items: int, chars: int) -> dict[str, Any]:
    bounded = {key: value for key, value in schema.items() if key not in ("properties", "items")}
    if "properties" in schema:
        bounded["properties"] = {key: _bounded(inner, items, chars) for key, inner in schema["properties"].items()}
    if "items" in schema:
        bounded["items"] = _bounded(schema["items"], items, chars)
    if schema.get("type") == "array" and items:
        bounded["maxItems"] = items
    if schema.get("type") == "string" and chars:
        bounded["maxLength"] = chars
    return bounded


@lru_cache(maxsize=64)
def _grammar_of(schema: str) -> str:
    """What keeps a reply within the schema, and within one line: small models love white space and never leave it."""
    import xllamacpp

    one_line = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
    grammar: str = xllamacpp.json_schema_to_grammar(json.dumps({**json.loads(schema), "x-guidance": one_line}))
    return grammar


def _processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
