"""Reads a model's reply as the JSON that was asked for, forgiving the wrapping and never the content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import BadReply
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Reply

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
# Text before the answer may hold braces of its own; past this many a reply is prose, not a wrapped answer.
_MAX_CANDIDATES = 64
# No answer nests deeper; Python's parser ends the process on some systems where a value nests without end.
DEEPEST = 64
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def is_too_deep(text: str, start: int = 0) -> bool:
    """Whether the JSON value at `start` nests deeper than `DEEPEST`; told without parsing it."""
    if text.count("[", start) + text.count("{", start) <= DEEPEST:
        return False
    depth = 0
    for found in _BRACKET.finditer(text, start):
        mark = found.group()[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > DEEPEST:
            return True
        if depth <= 0 and mark in "]}":
            return False
    return False


def read_json(data: bytes) -> Any:
    """Raises ValueError for what is no JSON, or nests deeper than any answer."""
    text = data.decode(json.detect_encoding(data), "surrogatepass")
    if is_too_deep(text):
        raise ValueError("too deep")
    return json.loads(text)


def fits(reply: Reply, schema: Mapping[str, Any]) -> bool:
    """Whether `read_json_reply` would read it; told without the cleaning of its texts."""
    try:
        _fitting(reply, schema)
    except BadReply:
        return False
    return True


def read_json_reply(reply: Reply, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The first JSON object in the reply that fits `schema`; code fences and text around it are passed over.

    A lone array is accepted where the schema's object must have exactly one property and that is an array.
    Keys that the schema does not know are dropped, and every text is cleaned just as documents are: it may
    become evidence, and then it must be found in one. Raises BadReply for a reply that was cut off or
    filtered, holds no JSON object, or holds one of another shape.
    """
    return dict(_cleaned(_fitting(reply, schema)))


def _fitting(reply: Reply, schema: Mapping[str, Any]) -> Any:
    if reply.finish in ("length", "content_filter"):
        raise BadReply(
            Sentence("the reply did not end by itself (finish: {finish})", finish=reply.finish), raw=reply.text
        )
    problem = Sentence("the reply holds no JSON object")
    for value in _candidates(reply.text.removeprefix("\ufeff"), schema):
        wrong = _mismatch(value, schema, "reply")
        if wrong is None:
            fitted = _fit(value, schema)
            _refuse_lone_surrogates(fitted, reply.text)
            return fitted
        problem = wrong
    raise BadReply(problem, raw=reply.text)


def _candidates(text: str, schema: Mapping[str, Any]) -> Iterator[Any]:
    """JSON values in the order in which they stand; what stands inside one that was read is not read again."""
    decoder = json.JSONDecoder(strict=False)  # models leave real line breaks inside strings
    sole = _sole_array(schema)
    position = tried = 0
    while tried < _MAX_CANDIDATES:
        starts = [found for mark in ("{", "[") if (found := text.find(mark, position)) >= 0]
        if not starts:
            return
        start = min(starts)
        tried += 1
        if is_too_deep(text, start):
            position = start + 1
            continue
        try:
            value, position = decoder.raw_decode(text, start)
        except ValueError:  # no JSON, or an integer of more digits than Python converts
            position = start + 1
            continue
        if isinstance(value, dict):
            yield value
        elif sole is not None:
            yield {sole: value}


def _sole_array(schema: Mapping[str, Any]) -> str | None:
    required = schema.get("required", ())
    if len(required) != 1:
        return None
    return str(required[0]) if schema["properties"][required[0]].get("type") == "array" else None


def _mismatch(value: Any, schema: Mapping[str, Any], where: str) -> Sentence | None:
    """What is wrong with `value`, or None. Knows type, properties, required and items: all our schemas use."""
    expected = schema.get("type")
    if expected is not None:
        right = isinstance(value, _TYPES[expected])
        if isinstance(value, bool) and expected in ("integer", "number"):
            right = False
        if not right:
            kind = type(value).__name__
            return Sentence("{where} should be {expected}, it is {kind}", where=where, expected=expected, kind=kind)
    if isinstance(value, dict):
        properties: Mapping[str, Any] = schema.get("properties", {})
        missing = [key for key in schema.get("required", ()) if key not in value]
        if missing:
            return Sentence("{where} lacks {missing}", where=where, missing=", ".join(missing))
        parts = [(inner, properties[key], f"{where}.{key}") for key, inner in value.items() if key in properties]
    elif isinstance(value, list):
        parts = [(inner, schema.get("items", {}), f"{where}[{index}]") for index, inner in enumerate(value)]
    else:
        return None
    return next((wrong for part in parts if (wrong := _mismatch(*part)) is not None), None)


def _fit(value: Any, schema: Mapping[str, Any]) -> Any:
    """`value` without the keys that the schema does not know."""
    if isinstance(value, dict):
        properties: Mapping[str, Any] = schema.get("properties", {})
        if not properties:
            return value
        return {key: _fit(value[key], inner) for key, inner in properties.items() if key in value}
    if isinstance(value, list):
        return [_fit(inner, schema.get("items", {})) for inner in value]
    return value


def _cleaned(value: Any) -> Any:
    """`value` with all its texts in the form that documents have."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, list) else value


def _refuse_lone_surrogates(value: Any, raw: str) -> None:
    """Half of an escaped pair (`\\ud83d`) is valid JSON and cannot be written as UTF-8."""
    try:
        # Without escapes all texts of the value stand in the raw one.
        (json.dumps(value, ensure_ascii=False) if "\\u" in raw else raw).encode()
    except UnicodeEncodeError as error:
        raise BadReply(Sentence("the reply holds half a character"), raw=raw) from error
