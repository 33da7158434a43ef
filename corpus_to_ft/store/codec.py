"""Records to JSON text and back; the class name travels with each record."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from corpus_to_ft import records

# Free JSON values: lists inside stay lists, everything else sequence-like is a tuple of records.
FREE_FIELDS = frozenset({"meta", "schema", "sampling"})
_CLASSES: dict[str, Any] = {name: value for name, value in vars(records).items() if isinstance(value, type) and is_dataclass(value)}
_FIELDS: dict[Any, tuple[str, ...]] = {cls: tuple(field.name for field in fields(cls)) for cls in _CLASSES.values()}


def encode(value: object) -> str:
    """JSON text of a record or of a sequence of records."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Any:
    """What `encode` was given, with tuples for sequences."""
    return _record(json.loads(text))


def plain(record: object) -> dict[str, Any]:
    """A record as a JSON object without class names, for exports."""
    return {name: _untagged(getattr(record, name)) for name in _FIELDS[type(record)]}


def _plain(value: object) -> Any:
    cls = type(value)
    if cls in _FIELDS:
        tagged: dict[str, Any] = {"$": cls.__name__}
        for name in _FIELDS[cls]:
            inner = getattr(value, name)
            tagged[name] = inner if name in FREE_FIELDS else _plain(inner)
        return tagged
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value


def _untagged(value: object) -> Any:
    if type(value) in _FIELDS:
        return plain(value)
    if isinstance(value, tuple | list):
        return [_untagged(inner) for inner in value]
    return value


def _record(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_record(inner) for inner in value)
    if isinstance(value, dict):
        cls = _CLASSES[value["$"]]
        return cls(**{k: v if k in FREE_FIELDS else _record(v) for k, v in value.items() if k != "$"})
    return value
