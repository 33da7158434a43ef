"""Embeddings as a service: texts out, vectors in, as one base64 text that a reply can hold."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from corpus_to_ft.llm.chat.answer import MOST_TOKENS, Again, Asked, Said, Verdict
from corpus_to_ft.llm.chat.request import Dialect
from corpus_to_ft.llm.chat.service import LEAST_ANSWER_BYTES, Service
from corpus_to_ft.records import Prompt, Usage

# The longest vectors that are in use, each number with its digits.
BYTES_A_VECTOR = 8192 * 24
LITTLE_ENDIAN_FLOAT = np.dtype("<f4")


def _embedding_body(prompt: Prompt, model: str, dialect: Dialect, extra: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "input": [message.content for message in prompt.messages]}
    if "dimensions" in prompt.sampling:
        body["dimensions"] = prompt.sampling["dimensions"]
    # A third of the bytes, and exact.
    body["encoding_format"] = "base64"
    for part in dialect.left_out:
        body.pop(part, None)
    return {**body, **extra}


def _embedding_reader(prompt: Prompt) -> Callable[[Mapping[str, Any], Asked], Verdict]:
    def read(body: Mapping[str, Any], asked: Asked) -> Verdict:
        """The text said is the base64 of all vectors, one after the other in the order of the texts."""
        vectors: list[Any] = [None] * len(prompt.messages)
        data = body.get("data")
        if not isinstance(data, list):
            return Again(why="no_vectors")
        for place, item in enumerate(data):
            index = item.get("index", place) if isinstance(item, dict) else None
            if type(index) is not int or not 0 <= index < len(vectors) or vectors[index] is not None:
                return Again(why="wrong_index")
            vectors[index] = _vector(item.get("embedding"))
        if any(vector is None for vector in vectors):
            return Again(why="missing_vector")
        sizes = {len(vector) for vector in vectors}
        if len(sizes) != 1:
            return Again(why="uneven_vectors")
        text = base64.b64encode(b"".join(vector.tobytes() for vector in vectors)).decode()
        return Said(text=text, finish="stop", model=str(body.get("model") or asked.model), usage=_usage(body))

    return read


def _vector(said: object) -> np.ndarray[Any, Any] | None:
    """Finite numbers, as a list or as base64 of 32-bit floats."""
    try:
        if isinstance(said, str):
            vector = np.frombuffer(base64.b64decode(said, validate=True), dtype=LITTLE_ENDIAN_FLOAT)
        elif isinstance(said, list):
            vector = np.array(said, dtype=LITTLE_ENDIAN_FLOAT)
        else:
            return None
    except (binascii.Error, ValueError, TypeError, OverflowError):
        return None
    return vector if vector.ndim == 1 and vector.size and np.isfinite(vector).all() else None


def _usage(body: Mapping[str, Any]) -> Usage | None:
    said = body.get("usage")
    count = said.get("prompt_tokens") if isinstance(said, dict) else None
    return Usage(input_tokens=count) if isinstance(count, int) and 0 <= count <= MOST_TOKENS else None


EMBEDDING_SERVICE = Service(
    body=_embedding_body,
    reader=_embedding_reader,
    most_bytes=lambda prompt: LEAST_ANSWER_BYTES + BYTES_A_VECTOR * len(prompt.messages),
)
