"""What named fields say about a page: front matter, JSON objects, lines of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TITLE_NAMES = ("title", "제목", "headline", "subject", "name", "글제목", "제목명")
DATE_NAMES = (
    "date", "published_at", "publishdate", "pubdate", "published", "created_at", "created", "datetime", "작성일",
    "작성일시", "작성일자", "게시일", "등록일", "발행일", "날짜", "일자", "일시", "created time", "created_time",
    "date_published", "published_date", "publishedat", "published_on", "post_date", "regdate", "reg_date", "createdat",
    "등록일시", "생성일",
)  # fmt: skip
AUTHOR_NAMES = ("author", "authors", "writer", "byline", "creator", "작성자", "글쓴이", "저자", "필자", "기자", "이름",
                "author_name", "nickname", "작성자명")  # fmt: skip
TAG_NAMES = ("tags", "tag", "keywords", "keyword", "labels", "태그", "키워드", "해시태그", "hashtags",
             "categories", "category", "카테고리", "분류")  # fmt: skip
URL_NAMES = ("url", "link", "permalink", "canonical_url", "canonicalurl", "href", "주소", "링크", "원문")
STATE_NAMES = ("draft", "published", "publish", "공개", "status", "state", "visibility", "상태")
DRAFT_STATES = frozenset({"draft", "private", "trash", "pending", "scheduled", "초안", "임시저장", "비공개", "작성중"})
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
