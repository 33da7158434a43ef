"""The contract of a reader, and the builder with which readers write plain text and its structure at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import Plugin
from corpus_to_ft.records import Block, BlockKind


class Match(IntEnum):
    """How sure a reader is that a file is its own; the highest wins."""

    NO = 0
    SUFFIX = 1
    CONTENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file's bytes. `source` is its path relative to what the user named, NFC, with `/`."""

    source: str
    data: bytes

    @property
    def suffix(self) -> str:
        """Lower-case suffix with its dot, `.md`."""
        return PurePosixPath(self.source).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.source).stem


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One article as a reader saw it, before normalization.

    `member` names it inside an archive or table ("page.md", "row 7") and is empty where a file is one
    page. `published` is what the source wrote, in any form. `draft` pages are rejected by the stage.
    `meta` keys are those of Document.meta. `blocks` count in `text`.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    published: str = ""
    author: str = ""
    member: str = ""
    draft: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPage:
    """A page that could not be read among others that could; `reason` and `detail` as in InputError."""

    member: str
    reason: str
    detail: Sentence


class Reader(Plugin):
    """Turns a file of one format into pages; one page for an article, many for an archive or a table."""

    @abstractmethod
    def match(self, file: SourceFile) -> Match:
        """Cheap: looks at the suffix and at most at the first kilobytes."""

    @abstractmethod
    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        """Raises InputError for a file that cannot be used, naming where and what to do."""


class PageText:
    """Collects blocks into one plain text: blocks of different kind stand a blank line apart."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Append a block; white space at its ends is dropped; an empty one is ignored."""
        text = text.strip("\n").rstrip() if kind == "code" else text.strip()
        if not text.strip():
            return
        if self._blocks:
            previous = self._blocks[-1].kind
            tight = previous == kind and kind in ("list_item", "table_row")
            gap = "\n" if tight else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        self._blocks.append(Block(kind=kind, start=self._length, end=self._length + len(text), level=level))
        self._parts.append(text)
        self._length += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks)


TITLE_NAMES = ("title", "제목", "headline", "subject", "name", "글제목", "제목명")
DATE_NAMES = (
    "date", "published_at", "publishdate", "pubdate", "published", "created_at", "created", "datetime", "작성일",
    "작성일시", "작성일자", "게시일", "등록일", "발행일", "날짜", "일자", "일시", "created time", "created_time",
)  # fmt: skip
AUTHOR_NAMES = ("author", "authors", "writer", "byline", "creator", "작성자", "글쓴이", "저자", "필자", "기자", "이름")
TAG_NAMES = ("tags", "tag", "keywords", "keyword", "labels", "태그", "키워드", "해시태그")
URL_NAMES = ("url", "link", "permalink", "canonical_url", "canonicalurl", "href", "주소", "링크", "원문")
TEXT_NAMES = (
    "text", "content", "contents", "body", "본문", "내용", "article", "document", "글", "게시글", "기사", "원문내용",
    "description", "설명", "answer", "답변", "message", "paragraph", "context", "passage",
)  # fmt: skip
STATE_NAMES = ("draft", "published", "publish", "공개", "status", "state", "visibility", "상태")
DRAFT_STATES = frozenset({"draft", "private", "trash", "pending", "scheduled", "초안", "임시저장", "비공개", "작성중"})
PROSE_CHARS = 20  # a field with less on average holds names or numbers
NO_WORDS = frozenset({"false", "no", "off", "0", "n", "아니오", "아니요"})
YES_WORDS = frozenset({"true", "yes", "on", "1", "y", "예", "네"})
NOTHING_WORDS = frozenset({"", "~", "null", "none", "nan", "n/a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the fields of a front matter, a JSON object or a table line say about a page."""

    title: str
    published: str
    author: str
    draft: bool
    meta: Mapping[str, Any]


def read_facts(fields: Mapping[str, Any]) -> Facts:
    """Finds title, date, author, tags, address and draft state under the names that people use, in any letter case."""
    named = {str(key).strip().lower(): value for key, value in fields.items()}
    words = {key: _plain(value).lower() for key, value in named.items() if key in (*STATE_NAMES, "date")}
    date = next((text for name in DATE_NAMES if (text := _date_text(named.get(name)))), "")
    tags = next((tags for name in TAG_NAMES if (tags := split_tags(named.get(name)))), [])
    url = next((text for name in URL_NAMES if "/" in (text := _plain(named.get(name)))), "")
    draft = (
        words.get("draft") in YES_WORDS
        or words.get("draft") in DRAFT_STATES
        or any(words.get(name) in NO_WORDS for name in ("published", "publish", "공개"))
        or any(words.get(name) in DRAFT_STATES for name in ("status", "state", "visibility", "상태"))
    )
    return Facts(
        title=next((text for name in TITLE_NAMES if (text := _plain(named.get(name)))), ""),
        published=date,
        author=next((text for name in AUTHOR_NAMES if (text := _names(named.get(name)))), ""),
        draft=draft,
        meta={key: value for key, value in (("tags", tags), ("url", url)) if value},
    )


def split_tags(value: Any) -> list[str]:
    """A list as it is; a string at its commas, else at white space, `#` dropped; repeated tags once."""
    if isinstance(value, Mapping):
        value = list(value)
    if isinstance(value, str):
        value = value.strip()
        if value[:1] == "[" and value[-1:] == "]":
            value = value[1:-1].replace('"', "").replace("'", "")
        value = value.split(",") if "," in value else value.split(";") if ";" in value else value.split()
    found = [_plain(tag).strip(" #\"'") for tag in value] if isinstance(value, Sequence) else [_plain(value)]
    return [tag for tag in dict.fromkeys(found) if tag.lower() not in NOTHING_WORDS]


def _plain(value: Any) -> str:
    if isinstance(value, str | int | float | bool):
        text = " ".join(str(value).split())
        return "" if text.lower() in NOTHING_WORDS else text
    if isinstance(value, Mapping):
        return next((text for name in ("name", "이름", "title", "login") if (text := _plain(value.get(name)))), "")
    return value.isoformat() if hasattr(value, "isoformat") else ""


def _names(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(name for part in value if (name := _plain(part)))
    return _plain(value)


def _date_text(value: Any) -> str:
    text = _plain(value)
    return text if any(char.isdigit() for char in text) and text not in ("0", "1") else ""


def find_text_field(rows: Sequence[Mapping[str, Any]], wanted: str, source: str) -> str:
    """The name of the field that holds the prose: `wanted`, a usual name, or else the longest strings.

    Raises InputError `no_text_field` with the names there are.
    """
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    if wanted:
        if wanted not in names:
            raise InputError(
                "no_text_field",
                Sentence(
                    "{source}: no field {wanted!r}; there are: {names}",
                    source=source,
                    wanted=wanted,
                    names=", ".join(names),
                ),
            )
        return wanted
    lower = {name.strip().lower(): name for name in reversed(names)}
    for usual in TEXT_NAMES:
        if usual in lower and any(isinstance(row.get(lower[usual]), str) for row in rows):
            return lower[usual]
    known = {*TITLE_NAMES, *DATE_NAMES, *AUTHOR_NAMES, *TAG_NAMES, *URL_NAMES}
    lengths = {
        name: sum(len(value) for row in rows if isinstance(value := row.get(name), str))
        for name in names
        if name.strip().lower() not in known
    }
    longest = max(lengths, key=lambda name: lengths[name], default="")
    if not longest or lengths[longest] < PROSE_CHARS * len(rows):
        there = ", ".join(names) or "none"
        raise InputError(
            "no_text_field",
            Sentence("{source}: no field holds prose; set text_field to one of: {there}", source=source, there=there),
        )
    return longest


def page_of_fields(fields: Mapping[str, Any], text_field: str, member: str) -> Page | BadPage:
    """A page of one JSON object or table line: paragraphs of its text field, facts of the others."""
    value = fields.get(text_field)
    if not isinstance(value, str) or not value.strip():
        return BadPage(
            member=member,
            reason="empty",
            detail=Sentence("{member}: {text_field!r} holds no text", member=member, text_field=text_field),
        )
    body = PageText()
    for paragraph in clean_text(value).split("\n\n"):
        body.add("paragraph", paragraph)
    facts = read_facts({key: other for key, other in fields.items() if key != text_field})
    return Page(
        text=body.text, blocks=body.blocks, title=facts.title, published=facts.published,
        author=facts.author, member=member, draft=facts.draft, meta=facts.meta,
    )  # fmt: skip


def with_warnings(pages: Iterable[Page | BadPage], warnings: Sequence[str]) -> Iterator[Page | BadPage]:
    """The pages of a file; the first that can be read carries what is to be said about the file."""
    for page in pages:
        if warnings and isinstance(page, Page):
            page = replace(page, meta={**page.meta, "warnings": [*warnings, *page.meta.get("warnings", [])]})
            warnings = ()
        yield page
