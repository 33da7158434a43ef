"""The metrics that remain of a job: a table of comma-separated values, which some hosts send in base64."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import IO

from corpus_to_ft.tune.base import ResultPoint

# 64 bytes a step: more steps than any job of a month has.
MOST_BYTES = 64 * 2**20
STEP = "step"


def read_results(data: IO[bytes]) -> Sequence[ResultPoint]:
    """Steps in order; what is no table, or has no column of steps, has none."""
    table = _plain(data.read(MOST_BYTES)).decode("utf-8-sig", "replace")
    try:
        return sorted(_points(table), key=lambda point: point.step)
    except csv.Error:
        return ()


def _plain(data: bytes) -> bytes:
    if b"," in data:
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return data


def _points(table: str) -> Iterator[ResultPoint]:
    for row in csv.DictReader(io.StringIO(table, newline="")):
        figures = {str(name).strip(): _number(value) for name, value in row.items() if name}
        step = figures.pop(STEP, None)
        if step is not None:
            metrics = {name: value for name, value in figures.items() if value is not None}
            yield ResultPoint(step=int(step), metrics=metrics)


def _number(text: object) -> float | None:
    try:
        value = float(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None
