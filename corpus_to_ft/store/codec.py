"""Records to JSON text and back; the class name travels with each record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from corpus_to_ft import records, tuning
from corpus_to_ft.language import Sentence

# A control character, which no cleaned text and no key from a document can hold: nobody can forge a record.
CLASS = "\x1e"
SENTENCE = "Sentence"
# Free JSON values: lists inside stay lists; every other sequence is a tuple.
FREE_FIELDS = frozenset({"meta", "schema", "sampling", "hyperparameters", "metadata", "settings", "asking"})
_CLASSES: dict[str, Any] = {
    name: value
    for name, value in {**vars(records), **vars(tuning)}.items()
    if isinstance(value, type) and is_dataclass(value)
}
_FIELDS: dict[Any, tuple[str, ...]] = {cls: tuple(field.name for field in fields(cls)) for cls in _CLASSES.values()}


def encode(value: object) -> str:
    """JSON text of a record or of a sequence of records."""
    text = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, which a model may leave, is kept as the escape it came from.
    return text.encode("utf-8", "backslashreplace").decode() if not text.isascii() else text


def decode(text: str) -> Any:
    """What `encode` was given, with tuples for sequences."""
    return _tuples(json.loads(text, object_hook=_record))


def plain(record: object) -> dict[str, Any]:
    """A record as a JSON object without class names, for exports."""
    return {name: _untagged(getattr(record, name)) for name in _FIELDS[type(record)]}


def _plain(value: object) -> Any:
    cls = type(value)
    if cls in _FIELDS:
        tagged: dict[str, Any] = {CLASS: cls.__name__}
        for name in _FIELDS[cls]:
            inner = getattr(value, name)
            tagged[name] = _free(inner) if name in FREE_FIELDS else _plain(inner)
        return tagged
    if cls is Sentence:
        return _sentence(value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value


def _free(value: Any) -> Any:
    """Free JSON as it is, but for sentences in it."""
    if type(value) is Sentence:
        return _sentence(value)
    if isinstance(value, Mapping):
        return {key: _free(inner) for key, inner in value.items()}
    return [_free(inner) for inner in value] if isinstance(value, list | tuple) else value


def _sentence(value: Any) -> dict[str, Any]:
    return {CLASS: SENTENCE, "template": value.template, "values": _free(value.values)}


def _untagged(value: object) -> Any:
    if type(value) in _FIELDS:
        return plain(value)
    if isinstance(value, tuple | list):
        return [_untagged(inner) for inner in value]
    return value


def _record(value: dict[str, Any]) -> Any:
    name = value.pop(CLASS, None)
    if name is None:
        return value
    if name == SENTENCE:
        return Sentence(value["template"], **value["values"])
    for key, inner in value.items():
        if type(inner) is list and key not in FREE_FIELDS:
            value[key] = _tuples(inner)
    return _CLASSES[name](**value)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(inner) for inner in value) if type(value) is list else value
