"""Reads JSON files of posts: an array of objects, an object with a list of them, one post, or a line an object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from corpus_to_ft.decode import clean_text, recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.fields import find_text_field, page_of_fields
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.feed import plain_line
from corpus_to_ft.markup.json_text import parse_json

LOOK_AHEAD = 50
# The names of lists of posts; the first that is there is read.
LIST_NAMES = (
    "posts", "items", "entries", "articles", "documents", "pages", "data", "results", "rows", "records", "docs",
    "contents", "list", "feed", "hits", "글", "게시글", "게시물", "문서",
)  # fmt: skip
# What some programs put around the fields of a post.
WRAPPERS = ("data", "attributes", "fields", "_source", "post", "article", "document")
TEXT_NAMES = ("content_html", "html", "body_html", "contenthtml", "content_text", "본문html")
# A lone object is a post only with prose under such a name; with any other it is most often a setting.
LONE_NAMES = (*TEXT_NAMES, "text", "content", "contents", "body", "본문", "내용", "article", "글", "게시글", "기사")
MIN_LONE_CHARS = 40
TALK_NAMES = frozenset({"messages", "conversations", "mapping", "dialogue", "dialog", "turns"})
MAX_WRAPS = 5


class JsonReader(Reader):
    """`text_field` names the field with the prose; empty means: find it. Conversations are no articles."""

    text_field: str = ""
    max_megabytes: int = Field(default=64, ge=1, description="larger files are refused")

    def match(self, file: SourceFile) -> Match:
        return Match.SUFFIX if file.suffix == ".json" else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        if len(file.data) > self.max_megabytes * 1024 * 1024:
            told = "{source}: more than {max_megabytes} MB (setting max_megabytes)"
            raise InputError("too_large", Sentence(told, source=file.source, max_megabytes=self.max_megabytes))
        decoded = recognize(file.data, source=file.source)
        objects, lone, others = _objects(decoded.text.removeprefix("\ufeff"), file.source)
        if not objects:
            raise InputError("no_posts", Sentence("{source}: holds no objects with texts", source=file.source))
        if any(not TALK_NAMES.isdisjoint(name.lower() for name in fields) for _, fields in objects[:LOOK_AHEAD]):
            raise InputError(
                "conversation", Sentence("{source}: holds conversations, which are no articles", source=file.source)
            )
        first = [fields for _, fields in objects[:LOOK_AHEAD]]
        text_field = self._text_field(first, lone, file.source)
        pages = (page_of_fields(fields, _own_field(fields, text_field), member) for member, fields in objects)
        yield from with_warnings(pages, decoded.warnings)
        yield from others

    def _text_field(self, first: Sequence[Mapping[str, Any]], lone: bool, source: str) -> str:
        lower = {name.lower(): name for fields in reversed(first) for name, value in fields.items() if _prose(value)}
        if not self.text_field and (known := next((lower[name] for name in TEXT_NAMES if name in lower), "")):
            return known
        found = find_text_field(first, self.text_field, source, self.name)
        if lone and not self.text_field:
            value = first[0].get(found)
            if found.lower() not in LONE_NAMES or not isinstance(value, str) or len(value) < MIN_LONE_CHARS:
                raise InputError("no_posts", Sentence("{source}: is one object and no article", source=source))
        return found


def _own_field(fields: Mapping[str, Any], usual: str) -> str:
    """The field with an object's own prose: a JSON Feed holds HTML in some items and plain text in others."""
    if _prose(fields.get(usual)):
        return usual
    return next((name for name in (*TEXT_NAMES, *LONE_NAMES) if _prose(fields.get(name))), usual)


def _prose(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _objects(text: str, source: str) -> tuple[list[tuple[str, dict[str, Any]]], bool, list[BadPage]]:
    """Posts with their places, whether there is only one that stands in no list, and what else stands in the list."""
    try:
        value = parse_json(text, source)
    except InputError as error:
        lines = _lines(text, source) if error.reason == "bad_json" else []
        if not lines:
            raise
        return lines, False, []
    rows, lone = _rows(value)
    posts = [(f"item {number}", _flat(row)) for number, row in enumerate(rows, 1) if isinstance(row, Mapping)]
    others = [_no_object(f"item {number}") for number, row in enumerate(rows, 1) if not isinstance(row, Mapping)]
    return posts, lone, others


def _no_object(member: str) -> BadPage:
    detail = Sentence("{member}: {problem}", member=member, problem=Sentence("is not a JSON object"))
    return BadPage(member=member, reason="bad_json", detail=detail)


def _lines(text: str, source: str) -> list[tuple[str, dict[str, Any]]]:
    """An object a line, if each line is one: JSON Lines under the name of JSON."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) < 2 or not all(line.strip().startswith("{") and line.strip().endswith("}") for _, line in lines):
        return []
    found = []
    for number, line in lines:
        try:
            value = parse_json(line, source)
        except InputError:
            return []
        found.append((f"line {number}", _flat(value)))
    return found


def _rows(value: Any) -> tuple[list[Any], bool]:
    """The list of posts, wherever it stands in the outermost levels; a lone object is a list of itself."""
    for _ in range(MAX_WRAPS):
        if isinstance(value, list):
            return value, False
        if not isinstance(value, Mapping):
            return [], False
        lists = {str(name).lower(): held for name, held in value.items() if _is_list_of_objects(held)}
        known = next((lists[name] for name in LIST_NAMES if name in lists), None)
        if known is not None:
            return known, False
        inner = [held for name in ("data", "result", "results", "response", "hits", "feed", "blog", "channel")
                 if isinstance(held := value.get(name), Mapping)]  # fmt: skip
        if not inner or any(_prose(value.get(name)) for name in LONE_NAMES):
            return [value], True
        value = inner[0]
    return [], False


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value[:LOOK_AHEAD])


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a post without what is wrapped around them, its names and titles without escaped signs."""
    fields: dict[str, Any] = {clean_text(str(name)): _plain(value) for name, value in row.items()}
    for name in WRAPPERS:
        inner = row.get(name)
        if isinstance(inner, Mapping):
            del fields[name]
            fields = {**fields, **{clean_text(str(key)): _plain(value) for key, value in inner.items()}}
    for name in ("title", "제목", "subject", "author"):
        if isinstance(fields.get(name), str) and re.search(r"&[#\w]{2,8};", fields[name]):
            fields[name] = plain_line(fields[name])
    return fields


def _plain(value: Any, depth: int = 0) -> Any:
    """A value without what interfaces wrap around texts: `{"rendered": …}`, `{"$t": …}`, `{"url": …, "data": {…}}`."""
    if depth > MAX_WRAPS:
        return None
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if not isinstance(value, Mapping):
        return plain_line(value) if depth and isinstance(value, str) else value
    for wrapper in ("rendered", "$t", "#text", "_text", "__cdata"):
        if isinstance(value.get(wrapper), str):
            return value[wrapper]
    inner = value.get("data")
    kept = {**value, **inner} if isinstance(inner, Mapping) else value
    named = kept.get("displayName") or kept.get("display_name") or kept.get("nickname") or kept.get("닉네임")
    name = kept.get("name") or named
    return {**kept, "name": plain_line(name)} if isinstance(name, str) else dict(kept)
