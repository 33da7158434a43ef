"""Backups of Textcube and old Tistory: public posts only."""

from __future__ import annotations

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.feed import FeedReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.textcube import TextcubeReader
from corpus_to_ft.records import Document, Rejected


def post(
    number: int,
    visibility: str,
    content: str = "&lt;p&gt;본문입니다.&lt;/p&gt;",
    formatter: str = "ttml",
    kind: str = "post",
) -> str:
    return (
        f'<{kind} slogan="글"><id>{number}</id><visibility>{visibility}</visibility><title>글 {number} &amp; 둘</title>'
        f'<content formatter="{formatter}">{content}</content><password>열려라</password><published>1136073600</published>'
        f"<category>여행/남쪽</category><tag>꽃</tag><comment><content>댓글</content></comment></{kind}>"
    )


def read(posts: str) -> list[Document | Rejected]:
    data = f'<?xml version="1.0" encoding="utf-8" ?><blog type="tattertools/1.1" migrational="false"><setting/>{posts}</blog>'
    return list(read_documents(SourceFile(source="백업.xml", data=data.encode()), [FeedReader(), TextcubeReader()]))


def test_public_posts_are_read_and_others_are_named() -> None:
    states = ["public", "syndicated", "private", "protected", "appointed"]
    found = read("".join(post(number, state) for number, state in enumerate(states)))
    assert [getattr(item, "reason", "read") for item in found] == ["read", "read", "draft", "protected", "draft"]
    first = found[0]
    assert isinstance(first, Document)
    assert (first.source, first.title, first.text) == ("백업.xml!post 0", "글 0 & 둘", "본문입니다.")
    assert first.published == "2006-01-01T00:00:00+00:00"
    assert first.meta["tags"] == ["꽃", "여행", "남쪽"]
    assert "열려라" not in str(found)
    assert "댓글" not in str(found)


def test_markdown_plain_text_pages_and_notices() -> None:
    found = read(
        post(1, "public", "## 제목\n\n- 하나", "markdown") + post(2, "public", "첫 줄\n\n둘째 😀", kind="notice")
    )
    assert [item.text for item in found if isinstance(item, Document)] == ["제목\n\n하나", "첫 줄\n\n둘째 😀"]


def test_an_empty_backup_says_so() -> None:
    assert [getattr(item, "reason", "") for item in read("")] == ["empty"]
