"""PDF files give back paragraphs in reading order, without what is printed on every page."""

from __future__ import annotations

import re

import pytest
from pdf_files import HEIGHT, WIDTH, Text, column, hexed, pdf

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, SourceFile
from corpus_to_ft.ingest.pdf import PdfReader

PICTURE = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do Q"
# Broken inside words after 20 letters, as most Korean programs do.
PROSE = (
    "바다의 물은 하루에 두 번 들어오고 두 번 나간다. 어부들은 이것을 물때라고 부르며 달력에 적어 두었다가 배를 띄울 날을 고른다. "
    "물때는 달의 모양에 따라 날마다 조금씩 늦어지므로 어부들은 달력과 하늘을 함께 본다."
)


def broken(text: str, letters: int) -> list[str]:
    """Lines of at most so many letters, broken wherever they are full; no space stands at an end."""
    lines, line = [], ""
    for char in text:
        if len(line) >= letters:
            lines.append(line.strip())
            line = ""
        line += char
    return [*lines, line.strip()]


def read(data: bytes, **settings: object) -> Page:
    (page,) = PdfReader.model_validate(settings).read(SourceFile(source="보고서.pdf", data=data))
    return page


def blocks(page: Page) -> list[tuple[str, str]]:
    return [(block.kind, block.of(page.text)) for block in page.blocks]


def refused(data: bytes, **settings: object) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read(data, **settings)
    return caught.value.reason, str(caught.value.detail)


def test_lines_become_paragraphs_without_broken_words() -> None:
    page = read(pdf([*column(broken(PROSE, 22)), *column([PROSE[:20]], top=500), *column(["끝이다."], top=460)]))
    first = page.text.split("\n\n")[0]
    # Every word of the original is there unbroken but those that the document never shows whole.
    assert len(set(first.split()) & set(PROSE.split())) >= len(set(PROSE.split())) - 3
    assert len(page.blocks) == 3


def test_a_space_at_the_end_of_lines_decides_where_a_document_has_them() -> None:
    lines = [
        "어부는 이것을 ",
        "물때라고 부르며 달",
        "력에 적어 두었다 ",
        "가 배를 띄울 날을 ",
        "고르고는 하였는데 ",
        "이제는 전화로 본다.",
    ]
    page = read(pdf(column(lines)))
    assert (
        page.text
        == "어부는 이것을 물때라고 부르며 달력에 적어 두었다 가 배를 띄울 날을 고르고는 하였는데 이제는 전화로 본다."
    )


def test_latin_words_lose_their_hyphen_and_keep_their_space() -> None:
    lines = [
        "The harbor keeps a well-known record of every tide and of the condi-",
        "tions under which boats may leave it, also in the early morn-",
        "ing, when nobody is there to ask about it and everything sleeps.",
    ]
    text = read(pdf(column(lines))).text
    assert "the conditions under which boats may leave it, also in the early morning, when" in text
    assert "well-known" in text


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"왼쪽 {n}번째 줄은 물때를 말하는 긴 줄이고" for n in range(1, 13)]
    right = [f"오른 {n}번째 줄은 바람을 말하는 긴 줄이고" for n in range(1, 13)]
    title = Text(x=60, y=790, text="물때와 바람에 대하여 길게 적은 제목은 두 단 위에 선다", size=16)
    rows = [line for pair in zip(column(left, x=50), column(right, x=310), strict=True) for line in pair]
    page = read(pdf([title, *rows]))
    assert blocks(page)[0] == ("heading", title.text)
    places = [page.text.index(line) for line in [*left, *right]]
    assert places == sorted(places)


def test_running_titles_and_page_numbers_are_left_out() -> None:
    def one(number: int) -> list[Text]:
        head = Text(x=60, y=810, text="사내 보안 지침 2026")
        foot = Text(x=280, y=20, text=f"- {number} -")
        return [
            head,
            foot,
            *column([f"{number}번째 쪽의 본문은 이 쪽에만 있는 내용이다.", "", "다음 문단이다."], top=700),
        ]

    page = read(pdf(*(one(number) for number in range(1, 5))))
    assert "보안 지침" not in page.text
    assert "- 2 -" not in page.text
    assert [f"{number}번째 쪽" in page.text for number in range(1, 5)] == [True] * 4


def test_headings_lists_and_tables_are_found() -> None:
    body = column(["• 배를 띄울 날을 고른다", "• 물이 빠진 뒤에 그물을 건다", "1. 번호가 있는 항목이다"], top=700)
    cells = [
        Text(x=60 + 150 * c, y=600 - 18 * r, text=text)
        for r, row in enumerate([("부서", "인원", "비고"), ("개발", "12", "신설"), ("영업", "7", "유지")])
        for c, text in enumerate(row)
    ]
    prose = column(broken(PROSE, 40), top=500)
    titles = [Text(x=60, y=780, text="물때 보고서", size=18), Text(x=60, y=730, text="준비", size=13)]
    page = read(
        pdf(
            [
                *titles,
                *body,
                *cells,
                *prose,
                Text(x=60, y=400, text="굵은 소제목", bold=True),
                *column(["끝이다."], top=380),
            ]
        )
    )
    found = blocks(page)
    assert [(b.kind, b.level) for b in page.blocks[:2]] == [("heading", 1), ("heading", 2)]
    assert ("list_item", "배를 띄울 날을 고른다") in found
    assert ("list_item", "1. 번호가 있는 항목이다") in found
    assert [text for kind, text in found if kind == "table_row"] == [
        "부서 | 인원 | 비고",
        "개발 | 12 | 신설",
        "영업 | 7 | 유지",
    ]
    assert ("heading", "굵은 소제목") in found


def test_the_title_comes_from_a_person_a_bookmark_or_the_file() -> None:
    page = [*column(["물때의 뜻", "", "", "본문은 여기에 있다."])]
    date = "/CreationDate(D:20260302090000+09'00')"
    own = read(pdf(page, info=f"/Title{hexed('물때 백서')}/Author{hexed('김하나')}{date}"))
    assert (own.title, own.author, own.published) == ("물때 백서", "김하나", "2026-03-02T09:00:00+09:00")
    marked = read(pdf(page, info="/Title(Microsoft Word - a.docx)/Author(user)", outline=["물때의 뜻"]))
    assert (marked.title, marked.author) == ("물때의 뜻", "")
    assert read(pdf(page)).title == "보고서"


def test_pages_that_are_pictures_are_named_or_refused() -> None:
    text = column(["글이 있는 쪽이며 이 글은 남는다."])
    assert "pages 2, 3" in read(pdf(text, PICTURE, PICTURE)).meta["warnings"][0]
    reason, detail = refused(pdf(PICTURE, PICTURE))
    assert (reason, "2 pages are pictures" in detail) == ("no_text", True)
    assert refused(pdf("")) == ("empty", "보고서.pdf: holds no text")


def test_fonts_that_do_not_name_their_letters_are_noticed() -> None:
    assert refused(pdf(column(broken(PROSE, 30)), named=False))[0] == "no_text"


def test_turned_pages_are_read_and_stamps_across_are_not() -> None:
    stamp = "BT /F1 40 Tf 0.7 0.7 -0.7 0.7 200 300 Tm <00010002> Tj ET"
    page = column(["글이 있는 쪽이다. 이 글은 남는다."])
    assert read(pdf(page, stamp)).text == "글이 있는 쪽이다. 이 글은 남는다."
    assert read(pdf(page, rotate=90)).text == "글이 있는 쪽이다. 이 글은 남는다."
    two = pdf(column(["첫 줄은 여기에서 시작하고.", "둘째 줄은 그 아래에 선다."]))
    for matrix in (b"0 1 -1 0 300 60 Tm", b"0 -1 1 0 300 700 Tm", b"-1 0 0 -1 300 300 Tm"):
        lines = iter(
            [matrix, matrix.replace(b"300 ", {b"0 1": b"315 ", b"0 -": b"285 ", b"-1 ": b"300 "}[matrix[:3]], 1)]
        )
        if matrix.startswith(b"-1"):
            lines = iter([matrix, b"-1 0 0 -1 300 315 Tm"])
        turned = re.sub(rb"1 0 0 1 \S+ \S+ Tm", lambda _, lines=lines: next(lines), two)
        assert read(turned).text == read(two).text == "첫 줄은 여기에서 시작하고. 둘째 줄은 그 아래에 선다."


def test_what_cannot_be_read_says_why() -> None:
    data = pdf(column(["글"], top=500), column(["글"], top=500))
    assert refused(data, max_pages=1)[0] == "too_large"
    assert refused(b"")[0] == "empty"
    assert refused(b"%PDF-1.7 and nothing else")[0] == "damaged"
    assert refused(pdf())[0] == "damaged"
    looped = data.replace(b"/Kids[10 0 R 12 0 R]", b"/Kids[2 0 R 02 0 R] ")
    assert refused(looped)[0] in ("damaged", "empty", "no_text")
    many = data.replace(b"/Count 2", b"/Count 999999999")
    assert refused(many)[0] in ("too_large", "damaged", "empty")
    lock = (
        b"/Info 7 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>"
    )
    assert refused(data.replace(b"/Info 7 0 R", lock))[0] == "encrypted"
    script = "/OpenAction<</S/JavaScript/JS(app.alert(1))>>"
    assert read(pdf(column(["글이다"], top=500), catalog=script)).text == "글이다"
    assert PdfReader().match(SourceFile(source="글", data=data)) is Match.CONTENT


def test_letters_far_outside_the_page_cost_nothing() -> None:
    far = [Text(x=10.0**9, y=500 - n, text="멀리 있는 글이다") for n in range(30)]
    page = read(pdf([*column(broken(PROSE, 30)), *far]))
    assert "멀리" not in page.text


def test_emoji_decomposed_letters_and_control_characters_come_out_clean() -> None:
    page = read(pdf(column(["\u1112\u1161\u11ab글과 12345678901234567890123 그리고 mixed 漢字이다."])))
    assert page.text == "한글과 12345678901234567890123 그리고 mixed 漢字이다."
