"""Who wrote a page, when, under which terms: bylines and dates as Korean pages show them, and what is no fact at all."""

from __future__ import annotations

from datetime import datetime

import pytest
from html_pages import PARAGRAPHS, TITLE, page

from corpus_to_ft.ingest.base import Page, SourceFile
from corpus_to_ft.ingest.html import HtmlReader
from corpus_to_ft.markup.html.bylines import ago, byline_name, date_in

TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
SEEN = datetime.fromisoformat("2024-03-15T09:00:00+09:00")


def read(top: str, head: str = "", below: str = "") -> Page:
    data = page(f"<div class=post><h1>{TITLE}</h1>{top}</div><article>{TEXT}</article>{below}", head)
    found = next(HtmlReader().read(SourceFile(source="글.html", data=data)))
    assert isinstance(found, Page)
    return found


@pytest.mark.parametrize(
    ("top", "author", "published"),
    [
        ("<p>by 김나무</p>", "김나무", ""),
        ("<p>작성자 김나무 | 2024.03.15. 09:00</p>", "김나무", "2024-03-15T09:00"),
        ("<div>김나무 기자 2024. 3. 15.</div>", "김나무", "2024-03-15"),
        ("<div><span>글 김나무</span><span>2024년 3월 15일</span></div>", "김나무", "2024-03-15"),
        ("<div>김나무·2024년 3월 15일</div>", "김나무", "2024-03-15"),
        ("<dl><dt>작성자</dt><dd>김나무</dd><dt>등록일</dt><dd>24.03.15</dd></dl>", "김나무", "2024-03-15"),
        ("<table><tr><th>작성일</th><td>24-03-15 09:05</td><th>글쓴이</th><td>운영팀</td></tr></table>", "운영팀", "2024-03-15T09:05"),
        ("<div><span>작성자</span> : 김나무 <span>조회 12</span></div>", "김나무", ""),
        ("<p>Mar 15, 2024 · 5 min read</p>", "", "2024-03-15"),
        ("<span class=date>2024.03.15</span><time datetime=2023-01-01 class=dt-modified>어느 날</time>", "", "2024-03-15"),
        ("<time datetime=2024-05-01 class=updated></time><time datetime=2024-03-15 class=published></time>", "", "2024-03-15"),
        ("<p>수정 2024년 4월 1일</p>", "", ""),
        ("<p>24.03.15 버전을 기준으로 씁니다</p>", "", ""),
        ("<span class=date>3시간 전</span>", "", ""),
        ("<p>글쓴이</p>", "", ""),
    ],
)  # fmt: skip
def test_bylines_and_dates_are_read_as_shown(top: str, author: str, published: str) -> None:
    found = read(top)
    assert (found.author, found.published) == (author, published)


def test_the_byline_in_a_meta_tag_names_the_author() -> None:
    assert read("", "<meta name=byl content='by 김나무'>").author == "김나무"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("방금 전", "2024-03-15"),
        ("30분 전", "2024-03-15"),
        ("10시간 전", "2024-03-14"),
        ("어제", "2024-03-14"),
        ("그저께", "2024-03-13"),
        ("20일 전", "2024-02-24"),
        ("3주 전", ""),
        ("3일 전투", ""),
        ("어제부터", ""),
    ],
)
def test_a_date_told_from_now_needs_to_know_when_now_was(text: str, day: str) -> None:
    assert ago(text, SEEN) == day
    assert ago(text, None) == ""
    assert date_in(text, short=True, seen_at=SEEN) == day


def test_the_time_that_a_browser_saved_a_page_dates_what_it_tells_from_now() -> None:
    saved = page(f"<h1>{TITLE}</h1><span class=date>어제</span><article>{TEXT}</article>").replace(
        b"<head>",
        b"<!-- Page saved with SingleFile\n url: x\n saved date: Fri Mar 15 2024 09:00:00 GMT+0900 (x) --><head>",
    )
    found = next(HtmlReader().read(SourceFile(source="글.html", data=saved)))
    assert isinstance(found, Page)
    assert found.published == "2024-03-14"


def test_the_name_of_the_site_is_no_author_where_a_byline_stands() -> None:
    head = f"<title>{TITLE} | 나무상점</title><meta name=author content=나무상점><meta property='og:site_name' content='나무상점'>"
    assert read("<span class=writer>김나무</span>", head).author == "김나무"
    assert read("", head).author == "나무상점"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("by 김나무", "김나무"),
        ("김나무 / 2024.03.15", "김나무"),
        ("by김나무", "김나무"),
        ("2024.03.15", ""),
        ("작성자", ""),
        ("", ""),
    ],
)
def test_a_name_ends_before_the_date(text: str, name: str) -> None:
    assert byline_name(text) == name


CC = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("head", "below", "licence"),
    [
        ("", f"<a rel='license nofollow' href='{CC}'>CC BY</a>", CC),
        (f"<link rel=license href='{CC}'>", "", CC),
        ("", f"<footer>모든 글은 <a href='{CC}'>CC BY 4.0</a>으로 씁니다</footer>", CC),
        ("", f"<a href='{CC}'><img alt=CC></a>", CC),
        ("", f"<p>이 저작물은 <a href='{CC}'>저작자표시</a> 라이선스를 따릅니다.</p>", CC),
        ("", "<div class=post-license>Licensed under CC BY-NC-SA 4.0</div>", "CC BY-NC-SA 4.0"),
        ('<script type="application/ld+json">{"@type":"Article","license":{"@id":"' + CC + '"}}</script>', "", CC),
        ("", f"<article><p>흔히 쓰는 것으로 <a href='{CC}'>저작자표시 조건</a>이 있고 그 밖에도 여럿입니다.</p></article>", None),
        ("", "<p>CC BY 4.0이라는 말을 설명합니다.</p>", None),
    ],
)  # fmt: skip
def test_a_licence_is_what_the_page_says_of_itself(head: str, below: str, licence: str | None) -> None:
    assert read("", head, below).meta.get("licence") == licence


def test_a_part_of_a_paid_article_is_named() -> None:
    data = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    assert any("only a part" in str(warning) for warning in read("", data).meta["warnings"])


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (f"<h2>{TITLE}</h2>", TITLE),
        (f"<td>{TITLE}</td>", TITLE),
        ("<h2>다른 말</h2>", f"{TITLE} :: 나무 이야기"),
    ],
)
def test_the_title_is_the_part_that_the_page_repeats(shown: str, expected: str) -> None:
    head = f"<title>{TITLE} :: 나무 이야기</title>"
    data = page(f"<h1><a href=/>나무 이야기</a></h1><table><tr>{shown}</tr></table><article>{TEXT}</article>", head)
    assert next(HtmlReader().read(SourceFile(source="글.html", data=data))).title == expected


def test_the_first_paragraph_stays_where_it_is_the_description_too() -> None:
    head = f"<meta property='og:description' content='{PARAGRAPHS[0]}..'>"
    assert PARAGRAPHS[0] in read("", head).text
    lead = f"<p class=lead>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    found = next(HtmlReader().read(SourceFile(source="글.html", data=page(f"<article>{lead}</article>", head))))
    assert isinstance(found, Page)
    assert PARAGRAPHS[0] not in found.text
