"""WordPress exports: only what was published, by whom it says, and the text that the site shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.feed import FeedReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.wordpress import WordpressReader
from corpus_to_ft.records import Document, Rejected

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<link>https://글.example</link>
<wp:author><wp:author_login>garam</wp:author_login><wp:author_display_name><![CDATA[가람]]></wp:author_display_name></wp:author>
<wp:author><wp:author_login>a@b.example</wp:author_login><wp:author_first_name>다솜</wp:author_first_name></wp:author>"""
CLASSIC = """첫 문단의 첫 줄
첫 문단의 <strong>둘째</strong> 줄

둘째 문단 [공지] 안내[1]

[caption id="a" align="left" width="3"]<img src="a.jpg" /> 사진 설명[/caption]
[gallery ids="1,2,3"]
[contact-form-7 id="5" title="문의"]
[box color="red"]상자 속의 글[/box]
[video src="a.mp4"]대신할 말[/video]
셋째 문단의 [[gallery]]
<ul>
<li>하나</li>
<li>둘</li>
</ul>
<pre>코드 [gallery]

  둘째 줄</pre>
[code language="python"]if a &lt; b:
    print("안녕")[/code]
끝 문단 😀 한글"""
BLOCKS = """<!-- wp:paragraph -->
<p>블록
문단</p>
<!-- /wp:paragraph -->

<!-- wp:heading {"level":3} --><h3>제목</h3><!-- /wp:heading -->
<!-- wp:latest-posts {"postsToShow":5} /-->
<!-- wp:shortcode -->[gallery ids="1"]<!-- /wp:shortcode -->"""


def item(number: int, content: str, kind: str = "post", status: str = "publish", more: str = "") -> str:
    return (
        f"<item><title>글 {number}</title><link>/{number}</link><dc:creator>garam</dc:creator>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[요약]]></excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>2020-01-02 12:00:00</wp:post_date>"
        f"<wp:post_date_gmt>2020-01-02 03:00:00</wp:post_date_gmt><wp:post_type>{kind}</wp:post_type>"
        f'<wp:status>{status}</wp:status><category domain="category" nicename="news"><![CDATA[소식 & 알림]]></category>'
        f'<category domain="post_tag" nicename="flower"><![CDATA[꽃]]></category>{more}</item>'
    )


def read(items: str, reader: WordpressReader | None = None) -> list[Document | Rejected]:
    file = SourceFile(source="내보내기.xml", data=f"{HEAD}{items}</channel></rss>".encode())
    return list(read_documents(file, [FeedReader(), reader or WordpressReader()]))


def document(items: str) -> Document:
    (found,) = read(items)
    assert isinstance(found, Document)
    return found


def test_a_classic_post_reads_as_the_site_shows_it() -> None:
    found = document(item(1, CLASSIC))
    assert found.text.startswith("첫 문단의 첫 줄\n첫 문단의 둘째 줄\n\n둘째 문단 [공지] 안내[1]\n\n사진 설명")
    assert "상자 속의 글" in found.text
    assert "셋째 문단의 [gallery]" in found.text
    assert "하나\n둘\n\n코드 [gallery]\n\n  둘째 줄" in found.text
    assert 'if a < b:\n    print("안녕")' in found.text
    assert found.text.endswith("끝 문단 😀 한글")
    assert not any(sign in found.text for sign in ("ids=", "contact-form", "[box", "대신할 말", "[/", "[caption"))
    assert [block.kind for block in found.blocks].count("code") == 2


def test_a_post_of_blocks_keeps_its_own_paragraphs() -> None:
    found = document(item(1, BLOCKS))
    assert found.text == "블록 문단\n\n제목"
    assert [block.kind for block in found.blocks] == ["paragraph", "heading"]


def test_what_a_post_says_about_itself() -> None:
    found = document(item(7, "본문입니다."))
    assert (found.source, found.title, found.author) == ("내보내기.xml!post 7", "글 7", "가람")
    assert found.published == "2020-01-02T03:00:00+00:00"
    assert found.meta["tags"] == ["꽃", "소식 & 알림"]
    assert found.meta["url"] == "https://글.example/7"


def test_several_authors_are_named_once_and_addresses_never() -> None:
    both = '<category domain="author" nicename="garam">가람</category>' * 2
    assert (
        document(item(1, "본문", more=f'{both}<category domain="author" nicename="na">나래</category>')).author
        == "가람, 나래"
    )
    assert document(item(1, "본문").replace(">garam<", ">a@b.example<")).author == "다솜"
    assert document(item(1, "본문").replace(">garam<", ">none@b.example<")).author is None


@pytest.mark.parametrize("status", ["draft", "private", "trash", "pending", "future", "auto-draft", "inherit"])
def test_what_was_not_published_is_a_draft(status: str) -> None:
    assert [getattr(found, "reason", "") for found in read(item(1, "비밀", status=status))] == ["draft"]


@pytest.mark.parametrize(
    "kind", ["attachment", "nav_menu_item", "revision", "wp_block", "customize_changeset", "product"]
)
def test_what_is_no_post_is_named_by_its_kind(kind: str) -> None:
    (found,) = read(item(1, "속글", kind=kind))
    assert isinstance(found, Rejected)
    assert found.reason == "not_an_article"
    assert kind in found.detail


def test_kinds_of_posts_of_a_site_are_read_when_named() -> None:
    found = read(item(1, "제품 설명", kind="product"), WordpressReader(post_types=("post", "product")))
    assert [item.text for item in found if isinstance(item, Document)] == ["제품 설명"]


def test_protected_posts_and_comments_are_never_read() -> None:
    locked = item(1, "잠긴 글", more="<wp:post_password><![CDATA[열려라]]></wp:post_password>")
    commented = item(
        2, "열린 글", more="<wp:comment><wp:comment_content><![CDATA[댓글]]></wp:comment_content></wp:comment>"
    )
    found = read(locked + commented)
    assert [getattr(each, "reason", "") for each in found] == ["protected", ""]
    assert "열려라" not in str(found)
    assert "댓글" not in str(found)


@pytest.mark.parametrize("kept", ["<wp:post_type>", "<wp:status>", "<category", "끝난다"])
def test_a_post_that_the_file_ends_inside_of_is_not_taken_for_a_published_one(kept: str) -> None:
    private = item(2, "남몰래 쓴 글은 여기서 끝난다.", status="private")
    export = f"{HEAD}{item(1, '열린 글')}{private[: private.index(kept)]}".encode()
    found = list(read_documents(SourceFile(source="내보내기.xml", data=export), [WordpressReader()]))
    assert [getattr(each, "reason", "") for each in found] == ["", "damaged"]


def test_a_draft_without_a_date_and_an_empty_post_do_no_harm() -> None:
    item_without = item(1, "").replace("2020-01-02", "0000-00-00")
    assert [getattr(found, "reason", "") for found in read(item_without)] == ["empty"]
    assert [getattr(found, "reason", "") for found in read("")] == ["empty"]


def test_the_exports_of_others_are_read_as_they_say(shared_data: Path) -> None:
    readers = [FeedReader(), WordpressReader()]
    counts: dict[str, int] = {}
    for path in sorted((shared_data / "exports/ghost-migrate/mg-wp-xml").rglob("*.xml")):
        for found in read_documents(SourceFile(source=path.name, data=path.read_bytes()), readers):
            reason = getattr(found, "reason", "read")
            counts[reason] = counts.get(reason, 0) + 1
    assert counts == {"read": 21, "draft": 3, "not_an_article": 10}
