"""JSON files of posts, whatever stands around them, and everything in JSON that is no article."""

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

PROSE = "남쪽 마을의 담장마다 매화가 먼저 핀다. 올해는 예년보다 닷새 이르게 꽃망울이 터졌다. 😀"
POST = {"title": "매화", "content": PROSE, "date": "2021-03-04", "author": {"displayName": "가람 &amp; 나래"}, "labels": ["꽃", "A &amp; B"],
        "url": "https://a.example/1"}  # fmt: skip


def read(value: Any, source: str = "글.json") -> list[Document | Rejected]:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return list(read_documents(SourceFile(source=source, data=data), [JsonReader(), GhostReader()]))


def reasons(value: Any) -> list[str]:
    return [getattr(found, "reason", "read") for found in read(value)]


@pytest.mark.parametrize(
    "value",
    [
        [POST],
        {"posts": [POST], "users": [{"name": "가람"}]},
        {"meta": {"version": 1}, "data": {"articles": [POST]}},
        {"data": [{"id": 1, "attributes": POST}]},
        {
            "posts": [
                {"url": "https://a.example/1", "data": {key: value for key, value in POST.items() if key != "url"}}
            ]
        },
        {"hits": {"hits": [{"_index": "blog", "_source": POST}]}},
        [{**POST, "title": {"rendered": "매화"}, "content": {"rendered": f"<p>{PROSE}</p>", "protected": False}}],
        POST,
    ],
)
def test_a_post_is_found_wherever_it_stands(value: Any) -> None:
    (found,) = read(value)
    assert isinstance(found, Document)
    assert (found.title, found.text, found.published) == ("매화", PROSE, "2021-03-04")
    assert found.author == "가람 & 나래"
    assert found.meta["tags"] == ["꽃", "A & B"]
    assert found.meta["url"] == "https://a.example/1"
    assert found.source == "글.json!item 1"


def test_json_lines_under_the_name_of_json() -> None:
    lines = "\n".join(json.dumps({**POST, "title": name}, ensure_ascii=False) for name in ("하나", "둘"))
    assert [(found.source, getattr(found, "title", "")) for found in read(lines.encode())] == [
        ("글.json!line 1", "하나"), ("글.json!line 2", "둘"),
    ]  # fmt: skip
    assert reasons((lines + "\n{깨진").encode()) == ["bad_json"]


def test_html_in_a_field_becomes_blocks_and_markdown_stays() -> None:
    html = {"id": 1, "html": f"<h2>제목</h2><p>{PROSE}</p><script>alert(1)</script>"}
    (found,) = read([html])
    assert isinstance(found, Document)
    assert found.text == f"제목\n\n{PROSE}"
    assert [block.kind for block in found.blocks] == ["heading", "paragraph"]
    (plain,) = read([{"title": "글", "text": f"{PROSE} `<p>` 태그를 씁니다."}])
    assert isinstance(plain, Document)
    assert plain.text.endswith("`<p>` 태그를 씁니다.")


def test_a_json_feed_holds_html_in_some_items_and_text_in_others(shared_data: Path) -> None:
    found = read((shared_data / "feeds/feedparser/json/example.json").read_bytes())
    assert [item.text for item in found if isinstance(item, Document)] == ["This is a second item.", "Hello, world!"]


@pytest.mark.parametrize(
    "draft", [{"status": "draft"}, {"published": False}, {"draft": True}, {"visibility": "private"}]
)
def test_drafts_are_told(draft: dict[str, Any]) -> None:
    assert reasons([{**POST, **draft}, POST]) == ["draft", "read"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            {
                "name": "blog",
                "version": "1.0.0",
                "description": "우리 회사 블로그를 만드는 데 쓰는 꾸러미입니다. 누구나 쓸 수 있습니다.",
            },
            "no_posts",
        ),
        ({"compilerOptions": {"strict": True}, "include": ["src"]}, "no_text_field"),
        ({"home": "처음으로 돌아갑니다", "save": "저장했습니다"}, "no_text_field"),
        ({"content": "짧은 값"}, "no_posts"),
        ([], "no_posts"),
        ({}, "no_text_field"),
        ([1, "가", None], "no_posts"),
        ("글", "no_posts"),
        ([{"role": "가람", "id": 3}], "no_text_field"),
        ([{"messages": [{"role": "user", "content": PROSE}]}], "conversation"),
        ({"conversations": [{"from": "human", "value": PROSE}]}, "conversation"),
        ([{"title": "대화", "mapping": {"a": {"message": PROSE}}}], "conversation"),
        (b'[{"text": NaN}]', "bad_json"),
        (b"[" * 100_000, "too_complex"),
        (b'{"a":' * 100_000, "too_complex"),
        (b'[{"n": ' + b"9" * 10_000 + b"}]", "bad_json"),
        (b"", "empty"),
    ],
)
def test_what_is_no_article_is_refused(value: Any, reason: str) -> None:
    assert reasons(value) == [reason]


def test_no_invalid_json_becomes_a_document_and_none_crashes(shared_data: Path) -> None:
    paths = sorted((shared_data / "faults/json").rglob("*.json"))
    for path in paths:
        assert not [found for found in read(path.read_bytes(), path.name) if isinstance(found, Document)], path.name
    assert len(paths) > 150


def test_posts_of_other_programs(shared_data: Path) -> None:
    found = read((shared_data / "exports/ghost-migrate/mg-blogger/response.json").read_bytes())
    assert [item.author for item in found if isinstance(item, Document)] == [
        "Important Author & Co.",
        "Important Author",
        "Important Author",
    ]
    (single,) = read((shared_data / "exports/ghost-migrate/mg-json/single-post-author-long-slug.json").read_bytes())
    assert isinstance(single, Document)
    assert (single.title, single.published, single.text) == ("Blog Post Title", "2018-08-11T11:23:34+00:00", "Content")


def test_flipped_and_cut_copies_never_crash() -> None:
    data, chance = json.dumps([POST, POST], ensure_ascii=False).encode(), random.Random(3)
    for _ in range(40):
        place = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        for copy in (bytes(flipped), data[:place]):
            assert all(isinstance(found, Document | Rejected) for found in read(copy))
