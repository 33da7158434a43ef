"""Blogger exports, old and new: posts apart from comments, settings, templates and drafts."""

from __future__ import annotations

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.blogger import BloggerReader
from corpus_to_ft.ingest.feed import FeedReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.records import Document, Rejected

KIND = (
    '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#{}"/>'
)
OLD = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://purl.org/atom/app#">'
    "<id>tag:blogger.com,1999:blog-11.archive</id><generator>Blogger</generator>"
)
NEW = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018">'
    "<id>tag:blogger.com,1999:blog-11</id>"
)


def old(kind: str, number: int, more: str = "") -> str:
    return (
        f"<entry><id>tag:blogger.com,1999:blog-11.post-{number}</id><published>2017-06-20T00:32:00.000-04:00</published>"
        f'{KIND.format(kind)}<category scheme="http://www.blogger.com/atom/ns#" term="책"/><title type="text">글 {number}</title>'
        f'<content type="html">&lt;p&gt;{kind} 본문&lt;/p&gt;&lt;br /&gt;둘째 😀</content><link rel="alternate" href="https://a.example/{number}"/>'
        f"<author><name>가람</name><email>noreply@blogger.com</email></author>{more}</entry>"
    )


def new(kind: str, status: str, number: int) -> str:
    return (
        f"<entry><id>tag:blogger.com,1999:blog-11.post-{number}</id><blogger:type>{kind}</blogger:type>"
        f"<blogger:status>{status}</blogger:status><author><name>가람</name></author><title>글 {number}</title>"
        f"<content type='html'>&lt;div&gt;{kind} 본문&lt;/div&gt;</content><published>2024-01-02T03:04:05Z</published></entry>"
    )


def read(text: str) -> list[Document | Rejected]:
    return list(
        read_documents(SourceFile(source="blog.xml", data=f"{text}</feed>".encode()), [FeedReader(), BloggerReader()])
    )


def test_posts_and_pages_of_the_old_export() -> None:
    draft = "<app:control><app:draft>yes</app:draft></app:control>"
    kinds = ["template", "settings", "post", "page", "comment"]
    found = read(OLD + "".join(old(kind, number) for number, kind in enumerate(kinds)) + old("post", 9, draft))
    assert [getattr(item, "reason", "read") for item in found] == [
        "not_an_article", "not_an_article", "read", "read", "not_an_article", "draft",
    ]  # fmt: skip
    first = found[2]
    assert isinstance(first, Document)
    assert (first.source, first.title, first.author, first.text) == (
        "blog.xml!post 2",
        "글 2",
        "가람",
        "post 본문\n\n둘째 😀",
    )
    assert first.published == "2017-06-20T00:32:00-04:00"
    assert first.meta["tags"] == ["책"]
    assert first.meta["url"] == "https://a.example/2"


def test_posts_of_the_new_export() -> None:
    found = read(
        NEW
        + new("POST", "LIVE", 1)
        + new("POST", "DRAFT", 2)
        + new("COMMENT", "LIVE", 3)
        + new("PAGE", "SOFT_TRASHED", 4)
    )
    assert [getattr(item, "reason", "read") for item in found] == ["read", "draft", "not_an_article", "draft"]


def test_an_empty_export_says_so() -> None:
    assert [getattr(item, "reason", "") for item in read(OLD)] == ["empty"]
