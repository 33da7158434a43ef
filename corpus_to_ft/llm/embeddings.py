"""Texts as vectors, from any server with an embeddings API of OpenAI's shape, over the client that chat goes over."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from corpus_to_ft.errors import ConfigError, ProviderRefused
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import Ask
from corpus_to_ft.llm.chat.line import Manners
from corpus_to_ft.llm.chat.request import guessed_text_tokens
from corpus_to_ft.llm.chat.vectors import EMBEDDING_SERVICE, LITTLE_ENDIAN_FLOAT
from corpus_to_ft.llm.openai_compatible import SPEED, OpenaiCompatibleProvider
from corpus_to_ft.llm.prices import Price, known_price
from corpus_to_ft.records import Message, Prompt, ProviderFailure

Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]
EMBEDDINGS = "/embeddings"


class EmbeddingServer(OpenaiCompatibleProvider):
    """`dimensions` asks for shorter vectors where the model can; None takes what it gives.

    A call holds at most `texts_per_call` texts of `tokens_per_call` tokens together, by an upper guess.
    """

    not_in_fingerprint: ClassVar[Mapping[str, str]] = {
        **OpenaiCompatibleProvider.not_in_fingerprint,
        "texts_per_call": SPEED,
        "tokens_per_call": SPEED,
    }

    dimensions: int | None = Field(default=None, ge=1)
    texts_per_call: int = Field(default=128, ge=1, le=2048)
    tokens_per_call: int = Field(default=100_000, ge=1)

    def price(self) -> Price | None:
        """Vectors have no tokens that could be billed as output."""
        if self.input_price is not None:
            return Price(input=self.input_price, output=self.output_price or 0.0)
        return known_price(self.model)

    def _manners(self) -> Manners:
        return super()._manners().at(self.base_url + EMBEDDINGS, EMBEDDING_SERVICE)


def embed(texts: Sequence[str], server: EmbeddingServer, ask: Ask) -> Vectors:
    """One row for each text, in order; equal texts are asked for once.

    `ask` brings prompts to `server`: a `LedgerAsk` of it, so that every call is in the ledger and what was answered is
    never asked again, or `partial(server.ask_all, ledger=Unwritten())`. Raises ProviderRefused for a text that the
    server does not take, ProviderUnavailable as any call does, and ConfigError where vectors differ in length.
    """
    distinct = list(dict.fromkeys(texts))
    rows = dict(zip(distinct, _rows(distinct, server, ask), strict=True))
    if not rows:
        return np.zeros((0, server.dimensions or 0), dtype=np.float32)
    sizes = sorted({row.size for row in rows.values()} | ({server.dimensions} if server.dimensions else set()))
    if len(sizes) > 1:
        raise ConfigError(
            Sentence(
                "{base_url}: {model} gives vectors of {sizes} numbers, and all should be alike; correct dimensions",
                base_url=server.base_url,
                model=server.model,
                sizes=", ".join(str(size) for size in sizes),
            )
        )
    return np.stack([rows[text] for text in texts])


def _rows(texts: Sequence[str], server: EmbeddingServer, ask: Ask) -> Iterator[np.ndarray[Any, Any]]:
    batches = list(_batches(texts, server))
    for batch, answer in zip(batches, ask([_prompt(batch, server) for batch in batches]), strict=True):
        if not isinstance(answer, ProviderFailure):
            vectors = np.frombuffer(base64.b64decode(answer.text), dtype=LITTLE_ENDIAN_FLOAT)
            yield from vectors.astype(np.float32).reshape(len(batch), -1)
        elif len(batch) == 1:
            beginning = batch[0][:40]
            raise ProviderRefused(
                Sentence("the text {beginning!r} … : {detail}", beginning=beginning, detail=answer.detail)
            )
        else:
            # One of them is to blame, and only alone it can be told which.
            middle = len(batch) // 2
            for half in (batch[:middle], batch[middle:]):
                yield from _rows(half, server, ask)


def _batches(texts: Sequence[str], server: EmbeddingServer) -> Iterator[list[str]]:
    batch: list[str] = []
    tokens = 0
    for text in texts:
        more = guessed_text_tokens(text)
        if batch and (len(batch) == server.texts_per_call or tokens + more > server.tokens_per_call):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += more
    if batch:
        yield batch


def _prompt(batch: Sequence[str], server: EmbeddingServer) -> Prompt:
    """A prompt that is answered with vectors, one for each of its messages."""
    sampling: dict[str, Any] = {"max_tokens": 0}
    if server.dimensions:
        sampling["dimensions"] = server.dimensions
    messages = tuple(Message(role="user", content=text) for text in batch)
    return Prompt.make(kind="embedding", subject_id="", text="", messages=messages, sampling=sampling)
