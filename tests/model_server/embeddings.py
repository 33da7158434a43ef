"""Vectors that are near for texts of the same letter pairs, always the same for the same text."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from typing import Any

DIMENSIONS = 64


def answer(body: dict[str, Any], fault: str | None = None) -> dict[str, Any]:
    """The list of vectors, as numbers or as base64 of 32-bit floats; `fault` as the settings name them."""
    given = body["input"]
    if isinstance(given, str) or (given and isinstance(given[0], int)):
        given = [given]
    size = int(body.get("dimensions") or DIMENSIONS)
    packed = body.get("encoding_format") == "base64" and fault != "plain_numbers"
    vectors = [vector(text if isinstance(text, str) else str(text), size) for text in given]
    if fault == "wrong_dimension":
        vectors[-1] = vectors[-1][:-1]
    shown: list[Any] = [_packed(each) for each in vectors] if packed else list(vectors)
    data = [{"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(shown)]
    if fault == "shuffled":
        data.reverse()
    if fault == "missing_vector":
        del data[len(data) // 2]
    return {"object": "list", "data": data, "model": body["model"]}


def vector(text: str, size: int) -> list[float]:
    """Counts of letter pairs by hash, of length 1."""
    letters = "".join(text.split())
    counts = [0.0] * size
    for pair in zip(letters, letters[1:] or " ", strict=False):
        place = hashlib.blake2b("".join(pair).encode("utf-8", "surrogatepass"), digest_size=4).digest()
        counts[int.from_bytes(place) % size] += 1
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / length for count in counts]


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
