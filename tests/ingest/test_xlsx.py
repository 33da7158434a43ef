"""Workbooks give a page a row where a column holds prose, and a page a sheet where they hold a table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from office_files import LAUGHS, OLE, zipped
from openpyxl import Workbook

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, SourceFile
from corpus_to_ft.ingest.xlsx import XlsxReader

PROSE = "창고의 온도는 하루에 두 번 잰다. 기록은 담당자가 바로 남기고, 기준을 벗어나면 팀장에게 먼저 알린 다음 조치를 적는다. 조치가 끝나면 온도를 다시 재고 기록을 닫는다."


def book(*sheets: tuple[str, Sequence[Sequence[Any]]], hidden: str = "") -> bytes:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title == hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(data: bytes, **settings: object) -> list[Page | BadPage]:
    return list(XlsxReader.model_validate(settings).read(SourceFile(source="자료.xlsx", data=data)))


def pages(data: bytes, **settings: object) -> list[Page]:
    return [page for page in read(data, **settings) if isinstance(page, Page)]


def refused(data: bytes, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        read(data, **settings)
    return caught.value.reason


def test_a_sheet_of_prose_gives_a_page_a_row() -> None:
    rows = [
        ["제목", "본문", "작성자"],
        ["온도", PROSE + "\r\n\r\n끝 😀", "김하나"],
        ["빈 줄", None, "이둘"],
        ["습도", PROSE, None],
    ]
    first, empty, last = read(book(("글", rows)))
    assert isinstance(first, Page)
    assert (first.member, first.title, first.author) == ("row 2", "온도", "김하나")
    assert first.text == f"{PROSE}\n\n끝 😀"
    assert isinstance(empty, BadPage)
    assert (empty.reason, empty.member) == ("empty", "row 3")
    assert isinstance(last, Page)
    assert last.member == "row 4"


def test_a_table_is_one_page_with_its_rows() -> None:
    rows = [
        ["2026년 예산"], ["(단위: 천 원)"], [],
        ["항목", None, "금액", "날짜", "완료"],
        ["인건비", None, 1200.0, date(2026, 3, 2), True],
        ["여비", None, 0.1 + 0.2, datetime(2026, 3, 2, 9, 30), "#N/A"],
        ["참고: 부가세 포함"],
    ]  # fmt: skip
    (page,) = pages(book(("Sheet1", rows)))
    assert [(block.kind, block.of(page.text)) for block in page.blocks] == [
        ("heading", "2026년 예산"),
        ("paragraph", "(단위: 천 원)"),
        ("table_row", "항목 | 금액 | 날짜 | 완료"),
        ("table_row", "인건비 | 1200 | 2026-03-02 | TRUE"),
        ("table_row", "여비 | 0.3 | 2026-03-02 09:30"),
        ("paragraph", "참고: 부가세 포함"),
    ]
    assert (page.title, page.member) == ("2026년 예산", "")


def test_each_sheet_is_a_page_and_hidden_ones_wait_to_be_asked_for() -> None:
    data = book(
        ("조직", [["부서", "인원"], ["개발", 12]]), ("Sheet2", [["가", "나"]]), ("목록", [["a", "b"]]), hidden="목록"
    )
    assert [(page.member, page.title) for page in pages(data)] == [("조직", "조직"), ("Sheet2", "자료")]
    assert [page.member for page in pages(data, hidden_sheets=True)] == ["조직", "Sheet2", "목록"]


def test_a_column_can_be_named() -> None:
    data = book(("글", [["번호", "메모"], [1, "짧은 메모"], [2, "다른 메모"]]))
    assert len(pages(data)) == 1
    assert [page.text for page in pages(data, text_field="메모")] == ["짧은 메모", "다른 메모"]
    assert refused(data, text_field="본문") == "no_text_field"


def test_formulas_count_by_the_value_stored_with_them() -> None:
    data = book(("표", [["합계", "값"], ["가", 7]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"<v>7</v>", b"<f>3+4</f><v>7</v>") if "sheet1" in name else content)
    assert pages(out.getvalue())[0].text == "합계 | 값\n가 | 7"


def test_what_cannot_be_read_says_why() -> None:
    data = book(("표", [["가", "나"], [1, 2]]))
    assert refused(book(("빈", []))) == "empty"
    assert refused(b"") == "empty"
    assert refused(data, max_cells=3) == "too_large"
    assert refused(data[: len(data) // 2]) == "damaged"
    assert refused(OLE + "Workbook".encode("utf-16-le")) == "old_format"
    assert refused(OLE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert refused(zipped({"xl/workbook.bin": b"x"})) == "old_format"
    assert refused(zipped({"xl/workbook.xml": f"{LAUGHS}<x>&b;</x>"})) == "unsafe_xml"
    assert refused(zipped({"xl/workbook.xml": "<x/>"})) == "damaged"
    assert refused(zipped({"xl/worksheets/sheet1.xml": bytes(20_000_000)})) == "zip_bomb"
    assert XlsxReader().match(SourceFile(source="자료", data=data)) is Match.CONTENT
