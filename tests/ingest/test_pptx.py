"""Presentations become sections with headings, lists and tables; what stands on every slide is left out."""

from __future__ import annotations

import pytest
from office_files import OLE, core, pptx, shape, zipped

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, SourceFile
from corpus_to_ft.ingest.pptx import PptxReader

PICTURE = "<p:pic/>"
TABLE = (
    "<p:graphicFrame><a:tbl>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>부서</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>인원</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>개발</a:t></a:r></a:p></a:txBody></a:tc><a:tc/></a:tr>"
    "</a:tbl></p:graphicFrame>"
)


def read(data: bytes, **settings: object) -> Page:
    (page,) = PptxReader.model_validate(settings).read(SourceFile(source="계획.pptx", data=data))
    return page


def blocks(page: Page) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.of(page.text)) for block in page.blocks]


def refused(data: bytes, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        read(data, **settings)
    return caught.value.reason


def test_a_slide_is_a_section_and_its_title_comes_first() -> None:
    page = read(
        pptx(
            shape("3", "sldNum") + shape("회사 이름", "ftr") + shape("시장이 커진다", "") + shape("추진 배경", "title"),
            "<p:grpSp>" + shape("글상자의 글이다. 😀") + "</p:grpSp>" + shape("작년보다", level=1) + TABLE,
            shape("숨은 글", more='hidden="1"') + shape("끝", "ctrTitle") + shape("고맙습니다", "subTitle"),
        )
    )
    assert blocks(page) == [
        ("heading", 1, "추진 배경"),
        ("list_item", 1, "시장이 커진다"),
        ("paragraph", 0, "글상자의 글이다. 😀"),
        ("list_item", 2, "작년보다"),
        ("table_row", 0, "부서 | 인원"),
        ("table_row", 0, "개발 |"),
        ("heading", 1, "끝"),
        ("paragraph", 0, "고맙습니다"),
    ]
    assert page.title == "추진 배경"


def test_notes_and_hidden_slides_are_read_when_asked_for() -> None:
    data = pptx(
        shape("첫째", "title"),
        shape("둘째", "title"),
        notes=shape("강조한다.", "body") + shape("1", "sldNum"),
        hidden=1,
        properties=core("PowerPoint 프레젠테이션", "사용자", "2026-01-02T03:04:05Z"),
    )
    page = read(data)
    assert (page.text, page.title, page.author, page.published) == ("첫째", "첫째", "", "2026-01-02T03:04:05Z")
    assert read(data, notes=True, hidden_slides=True).text == "첫째\n\n강조한다.\n\n둘째"


def test_pictures_without_text_are_named() -> None:
    assert "2 of 3 slides" in read(pptx(PICTURE, shape("글", "title"), PICTURE)).meta["warnings"][0]
    assert refused(pptx(PICTURE)) == "no_text"
    assert refused(pptx()) == "empty"


def test_what_cannot_be_read_says_why() -> None:
    assert refused(pptx(shape("가"), shape("나")), max_slides=1) == "too_large"
    assert refused(OLE + "PowerPoint Document".encode("utf-16-le")) == "old_format"
    assert refused(OLE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert refused(pptx(shape("가"))[:700]) == "damaged"
    assert refused(zipped({"ppt/presentation.xml": bytes(20_000_000)})) == "zip_bomb"
    assert refused(pptx(shape("<x>"))) == "bad_xml"
    assert PptxReader().match(SourceFile(source="글.zip", data=pptx(shape("가")))) is Match.CONTENT
