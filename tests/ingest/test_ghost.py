"""Ghost exports: every way in which an editor keeps text, and what the tables say of a post."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.ghost import GhostReader
from corpus_to_ft.ingest.json import JsonReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.records import Document, Rejected


def node(kind: str, *children: Any, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "children": list(children), **fields}


def words(text: str) -> dict[str, Any]:
    return {"type": "extended-text", "text": text, "format": 0}


LEXICAL = json.dumps(
    {
        "root": node(
            "root",
            node("extended-heading", words("단풍 길"), tag="h2"),
            node("paragraph", words("가을 "), node("link", words("산길"), url="https://a.example"), {"type": "linebreak"}, words("둘째 줄 😀")),
            node("list", node("listitem", words("하나")), node("listitem", words("둘"), node("list", node("listitem", words("둘의 하나"))))),
            {"type": "codeblock", "code": "print('안녕')\n", "language": "python"},
            {"type": "markdown", "markdown": "## 작은 제목\n\n- **굵은** 항목"},
            {"type": "html", "html": "<p>날것 &amp; HTML</p><script>alert(1)</script>"},
            {"type": "callout", "calloutText": "알림 글"},
            {"type": "image", "src": "a.jpg", "caption": "사진"},
            {"type": "bookmark", "metadata": {"title": "남의 글"}},
            node("extended-quote", words("인용")),
        )
    },
    ensure_ascii=False,
)  # fmt: skip
MOBILEDOC = json.dumps(
    {
        "version": "0.3.1",
        "atoms": [["soft-return", "", {}]],
        "cards": [["markdown", {"markdown": "카드 *글*"}], ["image", {"src": "a.jpg"}], ["code", {"code": "x = 1"}]],
        "markups": [["strong"]],
        "sections": [
            [1, "h3", [[0, [], 0, "제목"]]],
            [1, "p", [[0, [], 0, "앞 "], [0, [0], 1, "굵게"], [1, [], 0, 0], [0, [], 0, "뒤"]]],
            [3, "ul", [[[0, [], 0, "하나"]], [[0, [], 0, "둘"]]]],
            [10, 0], [10, 1], [10, 2], [10, 99], [1, "blockquote", [[0, [], 0, "인용"]]],
        ],
    },
    ensure_ascii=False,
)  # fmt: skip


def export(*posts: dict[str, Any], **tables: Any) -> dict[str, Any]:
    return {"db": [{"meta": {"exported_on": 1, "version": "5.0"}, "data": {"posts": list(posts), **tables}}]}


def read(value: Any) -> list[Document | Rejected]:
    file = SourceFile(source="ghost.json", data=json.dumps(value, ensure_ascii=False).encode())
    return list(read_documents(file, [JsonReader(), GhostReader()]))


def post(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "slug": f"post-{number}", "title": f"글 {number}", "status": "published",
            "published_at": "2020-01-02T03:04:05.000Z", **fields}  # fmt: skip


def document(value: Any) -> Document:
    (found,) = read(value)
    assert isinstance(found, Document)
    return found


def test_the_text_of_lexical() -> None:
    found = document(export(post(html=None, lexical=LEXICAL)))
    expected = "단풍 길\n\n가을 산길\n둘째 줄 😀\n\n하나\n둘\n둘의 하나\n\nprint('안녕')\n\n작은 제목\n\n굵은 항목\n\n날것 & HTML\n\n알림 글\n\n인용"
    assert found.text == expected
    kinds = [block.kind for block in found.blocks]
    assert kinds[:6] == ["heading", "paragraph", "list_item", "list_item", "list_item", "code"]
    assert [block.level for block in found.blocks if block.kind == "list_item"][:3] == [1, 1, 2]


def test_the_text_of_mobiledoc() -> None:
    found = document(export(post(mobiledoc=MOBILEDOC, html="")))
    assert found.text == "제목\n\n앞 굵게\n뒤\n\n하나\n둘\n\n카드 글\n\nx = 1\n\n인용"


def test_html_comes_first_and_plain_text_last() -> None:
    assert document(export(post(html="<p>HTML 글</p>", lexical=LEXICAL))).text == "HTML 글"
    assert document(export(post(html="", plaintext="첫 문단\n\n둘째 문단"))).text == "첫 문단\n\n둘째 문단"
    assert [getattr(found, "reason", "") for found in read(export(post(lexical="{깨진")))] == ["bad_json"]
    assert [getattr(found, "reason", "") for found in read(export(post(lexical="[1]")))] == ["empty"]


def test_authors_and_tags_come_from_their_tables_in_their_order() -> None:
    tables: dict[str, Any] = {
        "users": [{"id": "u1", "name": "가람", "email": "a@b.example"}, {"id": "u2", "name": "나래"}],
        "tags": [{"id": "t1", "name": "꽃"}, {"id": "t2", "name": "산"}, {"id": "t3", "name": "#안쪽"}],
        "posts_authors": [
            {"post_id": "1", "author_id": "u1", "sort_order": 1}, {"post_id": "1", "author_id": "u2", "sort_order": 0},
        ],
        "posts_tags": [{"post_id": "1", "tag_id": tag, "sort_order": place} for place, tag in enumerate(["t2", "t3", "t1"])],
    }  # fmt: skip
    found = document(export(post(html="<p>글</p>", canonical_url="https://a.example/1"), **tables))
    assert found.author == "나래, 가람"
    assert found.meta["tags"] == ["산", "꽃"]
    assert found.meta["url"] == "https://a.example/1"
    assert found.published == "2020-01-02T03:04:05+00:00"
    assert found.source == "ghost.json!post post-1"


@pytest.mark.parametrize("status", ["draft", "scheduled", "trash"])
def test_what_was_not_published_is_a_draft(status: str) -> None:
    assert [getattr(found, "reason", "") for found in read(export(post(html="<p>글</p>", status=status)))] == ["draft"]


def test_several_databases_and_pages_are_all_read() -> None:
    value = {"db": [*export(post(1, html="<p>하나</p>"))["db"], *export(post(2, html="<p>둘</p>", type="page"))["db"]]}
    assert [found.source for found in read(value)] == ["ghost.json!post post-1", "ghost.json!page post-2"]


def test_an_export_without_posts_says_so() -> None:
    assert [getattr(found, "reason", "") for found in read({"db": []})] == ["empty"]
    assert [getattr(found, "reason", "") for found in read(export())] == ["empty"]


def test_the_answer_of_the_interface_is_read(shared_data: Path) -> None:
    data = (shared_data / "exports/ghost-migrate/mg-ghost-api/posts.json").read_bytes()
    (found,) = read_documents(SourceFile(source="posts.json", data=data), [JsonReader(), GhostReader()])
    assert isinstance(found, Document)
    assert (found.title, found.author, found.meta["tags"]) == ("Welcome", "Ghost", ["Getting Started"])


def test_flipped_and_cut_copies_never_crash() -> None:
    data = json.dumps(export(post(lexical=LEXICAL), post(2, mobiledoc=MOBILEDOC)), ensure_ascii=False).encode()
    chance = random.Random(11)
    for _ in range(40):
        place = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        for copy in (bytes(flipped), data[:place]):
            found = read_documents(SourceFile(source="ghost.json", data=copy), [JsonReader(), GhostReader()])
            assert all(isinstance(item, Document | Rejected) for item in found)
