"""Pages of a Tistory backup: title, category, date, tags, and the text alone."""

from __future__ import annotations

import unicodedata

from corpus_to_ft.ingest.base import Match, SourceFile
from corpus_to_ft.ingest.html import HtmlReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.tistory import TistoryReader
from corpus_to_ft.records import Document, Rejected

PAGE = """<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="./../style.css"></head><body id="tt-body-page">
<div class="wrap"><h2 class="title-article">{title}</h2>
<div class="box-info"><p class="category">여행/남쪽</p><p class="date">2021-03-04 05:06:07</p></div>
<div class="article-view"><div class="tt_article_useless_p_margin contents_style">{body}</div></div>
<div class="tags">#매화 #남쪽 마을</div></div></body></html>"""
BODY = """<h3 data-ke-size="size23">담장 아래</h3><p data-ke-size="size16">매화가 피었다. 😀</p>
<figure class="imageblock"><img src="./img/a.png"></figure><p>12345678901234567890 ABC 漢字</p>
<pre class="python"><code>print("안녕")</code></pre>"""


def read(data: str, source: str = "백업.zip!12/12-매화-소식.html") -> Document | Rejected:
    (found,) = read_documents(SourceFile(source=source, data=data.encode()), [HtmlReader(), TistoryReader()])
    return found


def test_a_page_gives_its_text_and_what_stands_around_it() -> None:
    found = read(PAGE.format(title="매화 소식", body=BODY))
    assert isinstance(found, Document)
    assert found.text == '담장 아래\n\n매화가 피었다. 😀\n\n12345678901234567890 ABC 漢字\n\nprint("안녕")'
    assert (found.title, found.published) == ("매화 소식", "2021-03-04T05:06:07")
    assert found.meta["tags"] == ["매화", "남쪽 마을", "여행", "남쪽"]


def test_a_page_without_a_title_is_named_by_its_file() -> None:
    found = read(PAGE.format(title="", body=BODY))
    assert isinstance(found, Document)
    assert found.title == "매화 소식"


def test_line_ends_decomposed_hangul_and_an_empty_text() -> None:
    page = unicodedata.normalize("NFD", PAGE.format(title="가", body="<p>한글\r\n글</p>")).replace("\n", "\r\n")
    found = read(page)
    assert isinstance(found, Document)
    assert (found.title, found.text) == ("가", "한글 글")
    assert getattr(read(PAGE.format(title="가", body="")), "reason", "") == "empty"


def test_pages_of_other_sites_are_left_to_the_reader_of_pages() -> None:
    other = b'<html><body><h1 class="title-article">A</h1><div id="content_views"><p>B</p></div></body></html>'
    assert TistoryReader().match(SourceFile(source="a.html", data=other)) is Match.NO


def test_a_page_saved_from_a_living_blog_is_no_backup() -> None:
    head = '<meta property="og:title" content="매화 소식"><meta property="og:article:author" content="가람"></head>'
    page = PAGE.format(title="매화 소식", body=BODY + "<p>남쪽에는 벌써 꽃이 다 피었다고 한다.</p>").replace(
        "</head>", head
    )
    button = '<div class="container_postbtn"><button>공감</button><span>12</span></div></div>'
    saved = page.replace('</div></div>\n<div class="tags">', f'</div>{button}\n<div class="tags">')
    assert saved != page
    found = read(saved, "저장한 글.html")
    assert isinstance(found, Document)
    assert (found.author, found.text.endswith("피었다고 한다.")) == ("가람", True)
