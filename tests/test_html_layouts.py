"""Pages as blog platforms, site generators and boards lay them out give their post, its shape and its facts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from layouts import PAGES
from layouts.naver import NAVER_FRAME
from layouts.posts import MadePage, document

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Page, SourceFile
from corpus_to_ft.ingest.dates import iso_date
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
# Docsy puts the summary of a post into a box of its own above the text.
TOLERATED = 0.98


def read(data: bytes) -> Page:
    page = next(HtmlReader().read(SourceFile(source="글.html", data=data)))
    assert isinstance(page, Page)
    return page


@pytest.fixture(params=PAGES)
def made(request: pytest.FixtureRequest) -> MadePage:
    return PAGES[request.param]


def test_the_post_comes_whole_and_alone(made: MadePage) -> None:
    text = read(made.data).text
    _, _, f1 = benchmark.compare(made.post.gold, text)
    assert [line for line in made.unwanted if line in text] == []
    assert f1 >= TOLERATED, text


def test_headings_code_lists_and_rows_keep_their_kind(made: MadePage) -> None:
    page, post = read(made.data), made.post
    wanted = {
        "heading": [part.text for part in post.of("h2", "h3")],
        "code": [part.text for part in post.of("code")],
        "list_item": [item for part in post.of("ul", "ol") for item in part.items],
        "table_row": [" | ".join(row) for part in post.of("table") for row in part.rows],
    }
    found = {kind: [block.of(page.text) for block in page.blocks if block.kind == kind] for kind in wanted}
    assert {kind: found[kind] for kind in made.shows} == {kind: wanted[kind] for kind in made.shows}


def test_title_author_date_tags_address_and_licence_are_found(made: MadePage) -> None:
    page = read(made.data)
    assert page.title == made.post.title
    for said, found in (
        (made.author, page.author),
        (made.tags, tuple(page.meta.get("tags", ()))),
        (made.url, page.meta.get("url")),
        (made.licence, page.meta.get("licence")),
        (iso_date(made.published) if made.published else None, iso_date(page.published)),
    ):
        assert said is None or found == said
    assert page.meta["lang"] == "ko"


def test_a_page_that_is_only_a_frame_names_the_address_to_open() -> None:
    with pytest.raises(InputError) as caught:
        read(NAVER_FRAME)
    assert caught.value.reason == "no_text"
    assert "/PostView.naver?blogId=namu&logNo=22" in str(caught.value)
    with pytest.raises(InputError, match=r"board\.html"):
        read(b"<frameset cols=200,*><frame src=menu.html name=menu><frame src=board.html name=main></frameset>")


def test_a_film_in_a_short_post_is_no_frame() -> None:
    post = "<article><p>짧은 영상을 하나 올립니다. 자막이 있습니다.</p><iframe src='https://video.example.com/1'></iframe></article>"
    assert "자막" in read(document("<title>영상</title>", post)).text


SCRIPTER = (
    '<div class="colorscripter-code"><table class="colorscripter-code-table"><tr><td><div><div>1</div><div>2</div></div></td>'
    '<td><div><div style="white-space:pre">if&nbsp;ok:</div><div style="white-space:pre">&nbsp;&nbsp;&nbsp;&nbsp;run()</div></div>'
    '<div><a href="http://colorscripter.com/info#e">Colored by Color Scripter</a></div></td>'
    '<td><a href="http://colorscripter.com/info#e"><span>cs</span></a></td></tr></table></div>'
)
FOLD = (
    '<div data-ke-type="moreLess"><a class="btn-toggle-moreless">더보기</a>'
    '<div class="moreless-content" style="display:none"><p>접어 둔 글도 글쓴이가 쓴 글입니다.</p></div></div>'
)


def test_pasted_code_loses_its_numbers_and_folded_text_stays() -> None:
    post = f'<div class="tt_article_useless_p_margin contents_style"><p>코드를 붙였습니다. 두 줄입니다.</p>{SCRIPTER}{FOLD}<p>#서버 #복제</p></div>'
    page = read(document("<title>코드</title>", post))
    assert [block.of(page.text) for block in page.blocks if block.kind == "code"] == ["if ok:\n    run()"]
    assert page.text.endswith("접어 둔 글도 글쓴이가 쓴 글입니다.")
    assert page.meta["tags"] == ["서버", "복제"]


ANSWERS = (
    "주문 화면의 아래쪽에서 할 수 있습니다. 배송이 시작된 뒤에는 고객센터로 연락해 주세요.",
    "사흘 안에 돌려 드립니다. 카드사에 따라 이틀이 더 걸리기도 합니다.",
)
QUESTIONS = ("주문은 어떻게 취소합니까?", "돈은 언제 돌려받습니까?")
FOLDS = (
    '<h2 class="accordion-header"><button class="accordion-button" data-bs-target="#{id}">{question}</button></h2>'
    '<div id="{id}" class="accordion-collapse collapse"><div class="accordion-body">{answer}</div></div>',
    '<h3><button aria-expanded="false" aria-controls="{id}">{question}</button></h3><div id="{id}" hidden><p>{answer}</p></div>',
    '<button aria-expanded="false" aria-controls="{id}">{question}</button><div id="{id}" style="display:none">{answer}</div>',
    '<dt><button>{question}</button></dt><dd>{answer}</dd>',
)  # fmt: skip


@pytest.mark.parametrize("fold", FOLDS)
def test_questions_that_are_buttons_stay_with_the_answers_that_they_open(fold: str) -> None:
    pairs = list(zip(QUESTIONS, ANSWERS, strict=True))
    folds = "".join(
        f"<div>{fold.format(id=f'a{at}', question=pair[0], answer=pair[1])}</div>" for at, pair in enumerate(pairs)
    )
    found = read(
        document("<title>도움말</title>", f"<main><h1>도움말</h1>{folds}<h2>더 보기 <button>복사</button></h2></main>")
    )
    text = found.text.removesuffix("더 보기").split()
    assert text == [word for pair in pairs for part in pair for word in part.split()]


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("<p>김나무 | 2024.03.15 | 조회 12</p>", False),
        ("<div><span>김나무</span> <span>5분 소요</span></div>", False),
        ("<p>2024년 3월 15일</p>", False),
        ("<p>2024년 3월 15일부터 시작합니다</p>", True),
        ("<p>김나무 3회 대상</p>", True),
        ("<p>하룻밤 전화 31회</p>", True),
    ],
)
def test_the_line_of_who_and_when_goes_and_a_sentence_stays(line: str, *, stays: bool) -> None:
    said = '<title>긴 글</title><meta name="author" content="김나무">'
    text = "<p>지난 분기에 주문 서버를 둘로 나누었습니다. 저녁마다 느려졌기 때문입니다.</p>" * 3
    page = read(document(said, f"<div class=page>{line}{text}</div>"))
    assert (len(page.blocks) == 4) is stays
