"""Takes the head off a Markdown file: YAML, TOML or JSON front matter, or the properties of a Notion export."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.facts import AUTHOR_NAMES, DATE_NAMES, STATE_NAMES, TAG_NAMES, URL_NAMES

MAX_HEAD_CHARS = 65_536
MAX_NESTING_SIGNS = 500  # libyaml recurses in C: thousands of brackets would end the process

_YAML = re.compile(
    r"\s*(?:<!--.*?-->\s*)?---[ \t]*\n(?P<head>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_TOML = re.compile(r"\s*\+\+\+[ \t]*\n(?P<head>.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_JSON = re.compile(r"\s*(?P<head>\{\n.*?^\})[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# Hexo asks for no line above the head; lines of keys alone, a title and one more of its own among them, are one.
_BARE = re.compile(
    r"\s*(?P<head>(?:[A-Za-z][\w-]{0,40}[ \t]*:[^\n]*\n|[ \t]+[^\n]*\n|-[ \t][^\n]*\n)++)---[ \t]*(?:\n|\Z)"
)
_BARE_NAMES = frozenset({"date", "tags", "categories", "category", "layout", "updated", "permalink"})
_KEY_LINE = re.compile(r"(?P<key>[\w가-힣][\w가-힣 .-]{0,40}?)\s*:(?:\s+(?P<value>.*)|\s*)$")
_NOTION = re.compile(
    r"\s*#[ \t]+(?P<title>[^\n]+)\n\s*\n?(?P<head>(?:[^\n:#|>*-][^\n:]{0,40}:[ \t][^\n]*\n)+)(?:\n|\Z)"
)
_NOTION_NAMES = frozenset({*DATE_NAMES, *AUTHOR_NAMES, *TAG_NAMES, *URL_NAMES, *STATE_NAMES, "last edited time"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The fields of the head, the text below it, and what was wrong with it."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    body: str
    warnings: tuple[Sentence, ...] = ()


def split_head(text: str, *, source: str) -> Head:
    """The front matter, if there is one; one that is not valid is read line by line, as forgiving sites do."""
    start = text[: MAX_HEAD_CHARS * 2]
    if (bare := _BARE.match(start)) is not None:
        names = {line.partition(":")[0].strip().lower() for line in bare["head"].split("\n")}
        if "title" in names and not names.isdisjoint(_BARE_NAMES):
            text = start = f"---\n{text.lstrip()}"
    for pattern, parse in ((_YAML, _yaml), (_TOML, _toml), (_JSON, _json)):
        found = pattern.match(start)
        if found is None or len(found["head"]) > MAX_HEAD_CHARS:
            continue
        fields, valid = parse(found["head"]), True
        if fields is None:
            fields, valid = _line_by_line(found["head"]), False
        if not fields and found["head"].strip():
            # A rule between two paragraphs, not a head.
            return Head(body=text)
        if isinstance(fields.get("title"), list):
            # `title: [공지] …` or `title: [공지]` is a list to YAML and a title to its author.
            fields = {**fields, "title": _line_by_line(found["head"]).get("title", "")}
        told = Sentence("{source}: the front matter is not valid and was read line by line", source=source)
        warnings = () if valid else (told,)
        return Head(fields=fields, body=text[found.end() :], warnings=warnings)
    return _notion(text)


def _notion(text: str) -> Head:
    found = _NOTION.match(text[:MAX_HEAD_CHARS])
    if found is None:
        return Head(body=text)
    fields = _line_by_line(found["head"])
    if not any(key.strip().lower() in _NOTION_NAMES for key in fields):
        return Head(body=text)
    return Head(fields={"title": found["title"].strip(), **fields}, body=text[found.end() :])


def _yaml(head: str) -> dict[str, Any] | None:
    if sum(head.count(sign) for sign in ("[", "{", "- ", "? ")) > MAX_NESTING_SIGNS:
        return None
    try:
        # The base loader keeps every value as written: `2024`, `no` and dates stay text.
        value = yaml.load(head.replace("\t", "  "), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if value is None or value == "":
        return {}
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else None


def _toml(head: str) -> dict[str, Any] | None:
    try:
        value = tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    nested = value.get("taxonomies")  # Zola keeps tags there
    return {**nested, **value} if isinstance(nested, dict) else value


def _json(head: str) -> dict[str, Any] | None:
    try:
        value = json.loads(head)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _line_by_line(head: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    last = ""
    for line in head.split("\n"):
        item = re.match(r"\s*-\s+(.+)$", line)
        if item and last and not isinstance(fields[last], str):
            fields[last].append(_unquoted(item.group(1)))
        elif (found := _KEY_LINE.match(line)) is not None or (found := _equals(line)) is not None:
            last = found["key"].strip()
            value = _unquoted(found["value"] or "")
            fields[last] = value or []
    return {key: value or "" for key, value in fields.items()}


def _equals(line: str) -> re.Match[str] | None:
    return re.match(r"(?P<key>[\w-]{1,40})\s*=\s*(?P<value>.*)$", line)


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
