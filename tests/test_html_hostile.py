"""Pages built to choke a parser are refused or read within bounds of time, and no large page is an empty success."""

from __future__ import annotations

import time

import pytest
from html_pages import PARAGRAPHS, page

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Page, SourceFile
from corpus_to_ft.ingest.html import HtmlReader


def read(data: bytes) -> Page:
    found = next(HtmlReader().read(SourceFile(source="글.html", data=data)))
    assert isinstance(found, Page)
    return found


NESTED = "<div>" * 100_000 + "안쪽 글" + "</div>" * 100_000


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (NESTED, "too_complex"),
        ("<b>" * 200_000 + "굵은 글", "too_complex"),
        (f"<p {' '.join(f'a{n}=1' for n in range(1_000_000))}>글</p>", "too_complex"),
        ("<i></i>" * 400_000, "too_complex"),
        ("<!--" * 1_250_000, "no_text"),
        ("<html><body>" + "<script>var a = 1</script>" * 1000, "no_text"),
        ("<title>" + "가 | " * 1_000_000 + "</title>", "no_text"),
        ("<html><body>" + "<div><img src=x></div>" * 50_000, "no_text"),
        ("".join(f"<{tag}>" for tag in ("div", "ul", "li", "b", "section") * 2_000) + "글", "too_complex"),
        ("<div><form>검색</form></div>" * 90_000, "no_text"),
        ("<html><body></body></html>", "no_text"),
        ("<html><body><p>\ufeff \n</p><p>😀</p></body></html>", "no_text"),
    ],
    ids=[
        "nested",
        "unclosed",
        "attributes",
        "tags",
        "comments",
        "programs",
        "title",
        "pictures",
        "mixed",
        "forms",
        "empty",
        "emoji only",
    ],
)
def test_hostile_and_empty_pages_are_refused_quickly(html: str, reason: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read(html.encode())
    assert caught.value.reason == reason
    assert time.perf_counter() - started < 10


def test_an_empty_file_is_an_input_error() -> None:
    with pytest.raises(InputError):
        read(b"")


@pytest.mark.parametrize(
    "body",
    [
        "<p>관련 글</p>" * 60_000,
        "<div class=content>" * 1_500 + "<p>글이 있습니다 그리고 더</p>" * 50_000,
        "<table>" + "<tr><th>작성자</th><td>김나무</td></tr>" * 40_000 + "</table>",
        "<a href=/x><div>제목</div><div>요약</div></a>" * 30_000,
        "<time>어제</time>" * 100_000,
    ],
    ids=["labels", "deep", "pairs", "cards", "times"],
)
def test_pages_of_many_small_pieces_take_no_more_than_their_length(body: str) -> None:
    started = time.perf_counter()
    assert PARAGRAPHS[0] in read(page(f"<article>{body}<p>{PARAGRAPHS[0]}</p></article>")).text
    assert time.perf_counter() - started < 20
