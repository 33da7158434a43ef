"""Saved pages of the layouts that Korean blogs have, hostile pages, what a page says about itself, and measured floors."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from html_pages import (
    CARD,
    CODE,
    GOLD,
    ITEMS,
    LAYOUTS,
    LIST_PAGES,
    OLD_PAGES,
    OLD_UNWANTED,
    PARAGRAPHS,
    TITLE,
    UNWANTED,
    page,
    plain,
)

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, SourceFile
from corpus_to_ft.ingest.html import HtmlReader

ROOT = Path(__file__).resolve().parent.parent


def load_benchmark() -> ModuleType:
    """benchmarks/extraction.py, which is no package: the floors are measured with the very code that reports."""
    spec = importlib.util.spec_from_file_location("extraction_benchmark", ROOT / "benchmarks" / "extraction.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


benchmark = load_benchmark()


def read(data: bytes, source: str = "글.html") -> Page:
    pages = list(HtmlReader().read(SourceFile(source=source, data=data)))
    assert len(pages) == 1
    return pages[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_its_article_and_nothing_else(layout: str) -> None:
    text = read(LAYOUTS[layout]).text
    _, _, f1 = benchmark.compare(GOLD, text)
    assert f1 >= 0.90, text
    for line in UNWANTED:
        if not (layout == "old table layout" and line == UNWANTED[7]):
            assert line not in text


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - {"old table layout"}))
def test_code_lists_and_headings_keep_their_kind(layout: str) -> None:
    article = read(LAYOUTS[layout])
    kinds = {
        kind: [b.of(article.text) for b in article.blocks if b.kind == kind]
        for kind in ("code", "list_item", "heading")
    }
    assert kinds["code"] == [CODE]
    assert kinds["list_item"] == list(ITEMS)
    if layout != "naver":  # its editor writes headings as bold lines
        assert kinds["heading"] == ["왜 나누었나", "어떻게 옮겼나"]


@pytest.mark.parametrize("name", OLD_PAGES)
def test_old_table_pages_lose_their_menus_and_feet(name: str) -> None:
    text = read(OLD_PAGES[name]).text
    assert [line for line in PARAGRAPHS if line not in text] == []
    assert [line for line in OLD_UNWANTED if line in text] == []


def test_a_story_that_names_a_business_number_keeps_it() -> None:
    said = "주소: 서울시 예시구 보기길 1, 사업자등록번호를 넣으면 조회됩니다."
    assert said in body_text(f"<p>{PARAGRAPHS[0]}</p><p>{said}</p>")


@pytest.mark.parametrize("suffix", [" - 회사 블로그", " | 사이트", " :: 티스토리"])
def test_a_title_loses_the_site_that_its_heading_lacks(suffix: str) -> None:
    assert read(page(f"<h2>{TITLE}</h2>{plain()}", f"<title>{TITLE}{suffix}</title>")).title == TITLE


def test_a_heading_in_a_link_to_nowhere_is_no_logo() -> None:
    assert (
        read(
            page(f"<article><h2><a name=top>{TITLE}</a></h2>{plain()}</article>", f"<title>나무상점 : {TITLE}</title>")
        ).title
        == TITLE
    )


def test_an_english_date_and_an_author_in_a_link_are_read() -> None:
    assert read(LAYOUTS["brunch"]).published == "2024-03-15"
    made = read(page(f"<article>{plain()}</article>", "<meta name=author content='[김나무](https://x.kr)'>"))
    assert made.author == "김나무"


def body_text(body: str) -> str:
    return read(page(f"<article>{body}</article>")).text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p><b>제품</b>은 <a href='/x'>여기</a>에서 <em>삽니다</em>.</p>", "제품은 여기에서 삽니다."),
        ("<p>첫 줄<br>둘째 줄</p>", "첫 줄\n둘째 줄"),
        ("<p>첫 문단입니다<br><br/>둘째 문단입니다</p>", "첫 문단입니다\n\n둘째 문단입니다"),
        ("<p>줄이\n   바뀌어도&nbsp;한 칸</p>", "줄이 바뀌어도 한 칸"),
        ("<p>주석<!-- 지난 값 -->은 안 보입니다</p>", "주석은 안 보입니다"),
        ("<p>보이지 않는 글자는\u200b 없앱\u00ad니다</p>", "보이지 않는 글자는 없앱니다"),
        ("<p>\u1112\u1161\u11ab\u1100\u1173\u11af과 emoji 😀 그리고 English</p>", "한글과 emoji 😀 그리고 English"),
        ("<p>넓이는 10<sup>2</sup>이고 각주<sup><a href='#fn1'>1</a></sup>는 뺍니다</p>", "넓이는 10^2이고 각주는 뺍니다"),
        ("<p>위험 완화<sup>Legal Risk Mitigation</sup>가 먼저입니다</p>", "위험 완화(Legal Risk Mitigation)가 먼저입니다"),
        ("<p>&lt;div&gt; 태그와 &amp;amp; 기호</p>", "<div> 태그와 &amp; 기호"),
        ("<p>문단</p>\r\n<p>다음\r\n문단</p>", "문단\n\n다음 문단"),
        ("<h2>절 이름<a class=anchor href='#a'>#</a></h2><p>내용입니다</p>", "절 이름\n\n내용입니다"),
    ],
)  # fmt: skip
def test_inline_markup_leaves_korean_words_whole(body: str, expected: str) -> None:
    assert body_text(body) == expected


def test_tables_quotes_and_nested_lists_have_their_kind() -> None:
    article = read(
        page(
            "<article><p>요금은 아래와 같이 정해졌습니다.</p><table><tr><th>이름</th><th>값</th></tr><tr><td>기본</td>"
            "<td>9,900<br>원</td></tr></table><blockquote><p>비싸지 않습니다</p></blockquote>"
            "<ul><li>위<ul><li>아래</li></ul></li></ul></article>"
        )
    )
    assert [(b.kind, b.of(article.text), b.level) for b in article.blocks] == [
        ("paragraph", "요금은 아래와 같이 정해졌습니다.", 0),
        ("table_row", "이름 | 값", 0),
        ("table_row", "기본 | 9,900 원", 0),
        ("quote", "비싸지 않습니다", 0),
        ("list_item", "위", 1),
        ("list_item", "아래", 2),
    ]


@pytest.mark.parametrize("arrow", ["&#8617;&#xfe0e;", "↩", "↩️", "↑", "^"])
def test_a_footnote_loses_the_arrow_that_leads_back(arrow: str) -> None:
    notes = f"<ol><li id='fn:1'><p>각주의 본문입니다. 두 문장입니다.&nbsp;<a href='#fnref:1'>{arrow}</a></p></li></ol>"
    assert read(page(f"<article>{plain()}<div class=footnotes>{notes}</div></article>")).text.endswith("두 문장입니다.")


def test_code_drops_its_line_numbers_and_keeps_its_indentation() -> None:
    article = read(
        page(
            "<article><p>코드를 봅니다. 두 줄입니다.</p><div class=highlight><table><tr><td class=lnt><pre>1\n2</pre></td><td>"
            "<pre><code>if ok:\n    run()</code></pre></td></tr></table></div></article>"
        )
    )
    assert [b.of(article.text) for b in article.blocks if b.kind == "code"] == ["if ok:\n    run()"]


JSON_LD = json.dumps(
    {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "name": "나무상점"},
            {
                "@type": ["BlogPosting"], "headline": TITLE, "author": [{"@type": "Person", "name": "김나무"}, {"name": "이하늘"}],
                "datePublished": "2024-03-15T09:00:00+09:00", "keywords": ["서버", "데이터베이스"],
            },
        ],
    },
    ensure_ascii=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("head", "top", "expected"),
    [
        (
            f"<script type='application/ld+json'>{JSON_LD}</script>",
            "",
            (TITLE, "김나무, 이하늘", "2024-03-15T09:00:00+09:00", ["서버", "데이터베이스"]),
        ),
        (
            f"<meta property='og:title' content='{TITLE}'><meta property='og:site_name' content='나무상점'>"
            "<meta name=author content='김나무'>"
            "<meta property='article:published_time' content='2024-03-15'><meta property='article:tag' content='서버'>"
            "<meta property='article:tag' content='장애 대응'>",
            "",
            (TITLE, "김나무", "2024-03-15", ["서버", "장애 대응"]),
        ),
        (
            f"<title>{TITLE} | 나무상점 기술 블로그</title><meta name=keywords content='서버, 복제'>",
            f"<h1>{TITLE}</h1><div class=byline>By <b>김나무</b> | <time datetime=2024-03-15>2024년 3월 15일</time></div>",
            (TITLE, "김나무", "2024-03-15", ["서버", "복제"]),
        ),
        ("", f"<h1>{TITLE}</h1><p>작성자 김나무 | 2024년 3월 15일</p>", (TITLE, "김나무", "2024-03-15", [])),
        (
            "",
            f"<h1>{TITLE}</h1><div><span>이하늘 기자</span><span>승인 2024.03.15. 09:00</span></div>",
            (TITLE, "이하늘", "2024-03-15T09:00", []),
        ),
        (
            "",
            f"<h1>{TITLE}</h1><span class=nick>나무상점</span><span class=se_publishDate>2024. 3. 5. 오후 3:07</span>"
            "<div class=tags><a>#서버</a><a>#복제</a></div>",
            (TITLE, "나무상점", "2024-03-05T15:07", ["서버", "복제"]),
        ),
        ("<script type='application/ld+json'>{망가진</script>", f"<h1>{TITLE}</h1>", (TITLE, "", "", [])),
        ("", f"<h1>{TITLE}</h1><p>최종 수정 2024년 3월 15일</p>", (TITLE, "", "", [])),
    ],
)
def test_title_author_date_and_tags_are_found(head: str, top: str, expected: tuple[str, str, str, list[str]]) -> None:
    article = read(
        page(f"<article>{top}{plain()}</article><aside><div class=tag-cloud><a>다른 태그</a></div></aside>", head)
    )
    assert (article.title, article.author, article.published, article.meta.get("tags", [])) == expected
    assert TITLE not in article.text


def test_the_canonical_address_and_the_encoding_are_kept() -> None:
    head = "<link rel=canonical href='https://blog.example.com/주문'><meta property='og:url' content='https://x.example.com'>"
    article = read(page(f"<article>{plain()}</article>", head))
    assert article.meta["url"] == "https://blog.example.com/주문"
    legacy = page(f"<article>{plain()}</article>").decode().replace("charset=utf-8", "charset=euc-kr").encode("cp949")
    assert read(legacy).text == article.text
    assert read(legacy).meta["encoding"] != article.meta["encoding"]


@pytest.mark.parametrize("name", LIST_PAGES)
def test_pages_that_only_point_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="not_an_article"):
        read(LIST_PAGES[name])


@pytest.mark.parametrize(
    "body", ["<ul><li><a href=/글/2>둘째 글</a></li></ul><a href=/쪽/3>다음</a>", "<p><a href=/글/1>하나</a></p>"]
)
def test_a_page_of_one_or_two_links_and_nothing_else_is_refused(body: str) -> None:
    with pytest.raises(InputError, match="no sentence"):
        read(page(body, "<title>2쪽</title>"))


def test_an_article_about_the_404_status_is_an_article() -> None:
    assert (
        "복제본"
        in read(page(f"<article><h1>404 오류를 줄인 방법</h1>{plain()}</article>", "<title>404 오류</title>")).text
    )


def test_an_article_with_a_few_teasers_loses_only_those() -> None:
    text = read(page(f"<main>{plain()}{''.join(CARD.format(n) for n in range(3))}</main>")).text
    assert "번째 글의 제목" not in text
    assert PARAGRAPHS[3] in text


def test_a_page_above_the_size_limit_is_refused() -> None:
    reader = HtmlReader(max_megabytes=1)
    with pytest.raises(InputError, match="too_large"):
        list(reader.read(SourceFile(source="큰.html", data=b"<p>" + b"a" * 1_100_000)))


def test_a_text_of_many_megabytes_is_read_whole() -> None:
    sentence = "긴 글은 자르지 않고 끝까지 읽습니다. "
    text = read(f"<html><body><article><p>{sentence * 200_000}</p></article></body></html>".encode()).text
    assert text == (sentence * 200_000).strip()


@pytest.mark.parametrize(
    ("source", "data", "expected"),
    [
        ("글.html", b"<p>hi", Match.SUFFIX),
        ("글.HTM", b"", Match.SUFFIX),
        ("글.txt", "\ufeff<!DOCTYPE html><p>글".encode(), Match.CONTENT),
        ("저장한 글", b"  <html lang=ko>", Match.CONTENT),
        ("글.xhtml", b'<?xml version="1.0"?>\n<!DOCTYPE html>', Match.CONTENT),
        ("글.xml", b'<?xml version="1.0"?><rss></rss>', Match.NO),
        ("글.md", "# 제목\n<div>글</div>".encode(), Match.NO),
    ],
)
def test_pages_are_recognized_by_content_before_suffix(source: str, data: bytes, expected: Match) -> None:
    assert HtmlReader().match(SourceFile(source=source, data=data)) == expected


def test_front_matter_above_the_html_is_read_and_not_kept_as_text() -> None:
    above = "---\ntitle: 새 결제 화면\ndate: 2024-03-15\nauthor: 김나무\ntags: [결제, 화면]\npublished: false\n---\n"
    article = read(f"{above}<p>결제 화면을 새로 그렸습니다.</p>".encode())
    assert (article.title, article.author, article.published, article.draft) == (
        "새 결제 화면",
        "김나무",
        "2024-03-15",
        True,
    )
    assert article.meta["tags"] == ["결제", "화면"]
    assert article.text == "결제 화면을 새로 그렸습니다."


def test_broken_front_matter_is_named() -> None:
    with pytest.raises(InputError, match="bad_front_matter"):
        read("---\ntitle: [열린 괄호\n---\n<p>글입니다</p>".encode())


def test_a_post_of_one_line_that_is_its_title_keeps_it() -> None:
    assert read(page(f"<article><p>{TITLE}</p></article>")).text == TITLE


def test_a_heading_that_begins_like_a_label_stays_with_its_section() -> None:
    text = body_text(
        f"<p>{PARAGRAPHS[0]}</p><h2>구독 서비스를 바꾼 이야기</h2><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    )
    assert "구독 서비스를 바꾼 이야기" in text


def test_blocks_cover_the_text_in_order() -> None:
    for data in LAYOUTS.values():
        article = read(data)
        position = 0
        for block in article.blocks:
            assert article.text[position : block.start].strip() == ""
            assert block.start < block.end
            position = block.end
        assert article.text[position:].strip() == ""


def test_the_korean_blog_pages_reach_their_floor(shared_data: Path) -> None:
    score = benchmark.measure(list(benchmark.skt_pages(shared_data)), benchmark.extract_here)
    assert sum(f1 for f1, _ in score.f1) / len(score.f1) >= 0.955
    assert min(score.f1)[0] >= 0.75
    assert score.leaked <= 0.01 * score.unwanted


def test_the_news_pages_reach_their_floor(shared_data: Path) -> None:
    score = benchmark.measure(list(benchmark.news_pages(shared_data)), benchmark.extract_here)
    assert sum(f1 for f1, _ in score.f1) / len(score.f1) >= 0.97


def test_real_list_pages_are_refused_and_thin_pages_are_read(shared_data: Path) -> None:
    folder = shared_data / "blogs" / "skt-ospo"
    for path in sorted((folder / "not-articles").glob("*.html")):
        with pytest.raises(InputError, match="not_an_article"):
            read(path.read_bytes(), path.name)
    for path in sorted((folder / "near-duplicates").glob("*.html")):
        assert "고지문" in read(path.read_bytes(), path.name).text


def test_what_real_pages_say_about_themselves_is_found(shared_data: Path) -> None:
    folder = shared_data / "blogs" / "skt-ospo"
    pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    posts = [pair for pair in pairs if pair["kind"] == "post"]
    found = {pair["id"]: read((folder / pair["html"]).read_bytes()) for pair in posts}
    assert all(found[pair["id"]].title == pair["title"] for pair in posts)
    assert all(found[pair["id"]].published[:10] == pair["date"] for pair in posts)
    named = [found[pair["id"]].author == pair["author"] for pair in posts if "](" not in pair["author"]]
    assert all(named)
    assert named


def test_a_wrong_or_missing_charset_costs_nothing(shared_data: Path) -> None:
    folder = shared_data / "encodings" / "html-charset"
    gold = {
        pair["id"]: pair["gold_text"]
        for line in (shared_data / "blogs/skt-ospo/pairs.jsonl").read_text(encoding="utf-8").splitlines()
        for pair in [json.loads(line)]
    }
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        original = shared_data / "blogs/skt-ospo/html" / f"{entry['page']}.html"
        _, expected, _ = benchmark.compare(gold[entry["page"]], read(original.read_bytes()).text)
        _, recall, _ = benchmark.compare(gold[entry["page"]], read((folder / entry["file"]).read_bytes()).text)
        assert recall >= expected - 0.01, entry["file"]
