"""Word documents keep their structure, lose what nobody wrote for readers, and never harm the machine."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from office_files import LAUGHS, OLE, core, docx, paragraph, zipped

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, SourceFile
from corpus_to_ft.ingest.docx import DocxReader

STYLES = """
<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="a"><w:name w:val="제목 2"/></w:style>
<w:style w:styleId="own"><w:name w:val="우리 회사 장"/><w:basedOn w:val="1"/></w:style>
<w:style w:styleId="toc"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="list"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="code"><w:name w:val="소스 코드"/></w:style>
<w:style w:styleId="loop"><w:name w:val="가"/><w:basedOn w:val="loop"/></w:style>
"""


def read(data: bytes, source: str = "보고서.docx") -> Page:
    (page,) = DocxReader().read(SourceFile(source=source, data=data))
    assert page.blocks
    assert all(page.text[block.start : block.end].strip() for block in page.blocks)
    return page


def blocks(page: Page) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.of(page.text)) for block in page.blocks]


def refused(data: bytes, source: str = "보고서.docx") -> str:
    with pytest.raises(InputError) as caught:
        list(DocxReader().read(SourceFile(source=source, data=data)))
    assert source in caught.value.detail
    return caught.value.reason


def test_headings_lists_tables_and_code_keep_their_kind() -> None:
    body = (
        paragraph("1. 개요", "1") + paragraph("배경", "a") + paragraph("장 이름", "own") + paragraph("순환", "loop")
        + paragraph("개요 ....... 3", "toc")
        + paragraph("본문은 여기에 있습니다.")
        + paragraph("첫째", "list")
        + paragraph("둘째의 속", more='<w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr>')
        + paragraph("목록 아님", "list", more='<w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("def 함수():", "code") + paragraph("    return 1", "code")
        + paragraph("윤곽", more='<w:outlineLvl w:val="2"/>')
        + "<w:tbl><w:tr><w:tc>" + paragraph("부서") + "</w:tc><w:tc>" + paragraph("인원") + "</w:tc></w:tr>"
        + "<w:tr><w:tc>" + paragraph("개발") + paragraph("1팀") + "</w:tc><w:tc>" + paragraph("12") + "</w:tc></w:tr></w:tbl>"
        + "<w:tbl><w:tr><w:tc>" + paragraph("상자 속의 글", "a") + "</w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    assert blocks(read(docx(body, styles=STYLES))) == [
        ("heading", 1, "1. 개요"),
        ("heading", 2, "배경"),
        ("heading", 1, "장 이름"),
        ("paragraph", 0, "순환"),
        ("paragraph", 0, "본문은 여기에 있습니다."),
        ("list_item", 1, "첫째"),
        ("list_item", 2, "둘째의 속"),
        ("paragraph", 0, "목록 아님"),
        ("code", 0, "def 함수():\n    return 1"),
        ("heading", 3, "윤곽"),
        ("table_row", 0, "부서 | 인원"),
        ("table_row", 0, "개발 1팀 | 12"),
        ("heading", 2, "상자 속의 글"),
    ]


def test_deleted_and_hidden_text_is_gone_and_text_boxes_and_notes_are_there() -> None:
    decomposed = unicodedata.normalize("NFD", "한글")
    body = (
        "<w:p><w:r><w:t>가격은 </w:t></w:r><w:del><w:r><w:delText>백</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>천</w:t></w:r></w:ins><w:r><w:t> 원이다</w:t><w:footnoteReference w:id='2'/></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>숨김</w:t></w:r>"
        "<w:r><w:fldChar/><w:instrText>PAGE</w:instrText></w:r></w:p>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + paragraph("글상자") + "</w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent>" + paragraph("글상자") + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:sdt><w:sdtContent>" + paragraph(f"{decomposed} 😀 \ue000끝") + "</w:sdtContent></w:sdt>"
    )  # fmt: skip
    notes = "<w:footnote w:id='2'>" + paragraph("부가세는 따로다.") + "</w:footnote><w:footnote w:type='separator'/>"
    page = read(docx(body, footnotes=notes))
    assert page.text == "가격은 천 원이다\n\n글상자\n\n한글 😀 끝\n\n부가세는 따로다."
    assert ["U+E000" in warning for warning in page.meta["warnings"]] == [True]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("2026년 사업 계획", "2026년 사업 계획"),
        ("Microsoft Word - 문서1", "인사말"),
        ("제목 없음", "인사말"),
        ("보고서.hwp", "인사말"),
        ("", "인사말"),
    ],
)
def test_a_title_that_a_program_made_gives_way_to_the_first_heading(title: str, wanted: str) -> None:
    properties = core(title, "Administrator", "2026-03-02T09:00:00Z")
    page = read(docx(paragraph("인사말", "1") + paragraph("안녕하세요."), styles=STYLES, properties=properties))
    assert (page.title, page.author, page.published) == (wanted, "", "2026-03-02T09:00:00Z")
    bare = read(docx(paragraph("안녕하세요."), properties=core("", "김하나", "2013-12-23T23:15:00Z")))
    assert (bare.title, bare.author, bare.published) == ("보고서", "김하나", "")


def test_what_cannot_be_read_says_why() -> None:
    assert refused(OLE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert refused(OLE + "WordDocument".encode("utf-16-le"), "옛글.doc") == "old_format"
    assert refused(b"") == "empty"
    assert refused(docx("<w:p/>")) == "empty"
    assert refused(docx("<w:p><w:r><w:drawing/></w:r></w:p>")) == "no_text"
    assert refused(b"not a zip") == "damaged"
    assert refused(zipped({"word/document.xml": "<x/>"})) == "damaged"
    assert refused(zipped({"other.xml": "<x/>"})) == "damaged"
    assert refused(docx(paragraph("가") * 50)[:900]) == "damaged"
    assert refused(docx(paragraph("&b;"), head=LAUGHS)) == "unsafe_xml"
    assert refused(docx("<w:p>")) == "bad_xml"
    assert refused(docx("<w:sdt><w:sdtContent>" * 500)) == "bad_xml"


def test_a_package_that_swells_or_crumbles_is_not_unpacked() -> None:
    assert refused(zipped({"word/document.xml": b"<x>" + bytes(30_000_000)})) == "zip_bomb"
    assert refused(zipped({f"word/{number}": "" for number in range(10_001)})) == "zip_bomb"


def test_a_document_is_known_by_its_content_before_its_suffix() -> None:
    reader = DocxReader()
    assert reader.match(SourceFile(source="글.bin", data=docx(paragraph("글")))) is Match.CONTENT
    assert reader.match(SourceFile(source="글.doc", data=b"")) is Match.SUFFIX
    assert reader.match(SourceFile(source="글.txt", data=b"")) is Match.NO


def test_the_shared_documents_keep_the_words_of_their_expected_text(shared_data: Path) -> None:
    found = {}
    for path in sorted((shared_data / "docs/docling/docx/sources").glob("*.docx")):
        gold = path.parent.parent / "groundtruth" / f"{path.name}.md"
        words = set(
            re.findall(
                r"[^\W\d_]{2,}", re.sub(r"(?s)<!--.*?-->|\$\$.*?\$\$|\$.*?\$", "", gold.read_text(encoding="utf-8"))
            )
        )
        words -= {"lt", "gt", "amp"}
        text = read(path.read_bytes(), path.name).text
        found[path.name] = len([word for word in words if word in text]) / max(1, len(words))
    assert len(found) == 17
    assert {name: share for name, share in found.items() if share < 0.95} == {}
