"""Rows of tables and JSON of many shapes: none is lost in silence, and what to set is named."""

from __future__ import annotations

import csv
import io
import json

import pytest
from openpyxl import Workbook

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.json import JsonReader
from corpus_to_ft.ingest.jsonl import JsonlReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.table import TableReader
from corpus_to_ft.ingest.xlsx import XlsxReader
from corpus_to_ft.records import Document, Rejected

PROSE = [
    "첫째 상자는 새벽에 왔습니다. 안에는 씨앗과 흙이 들어 있었습니다. 😀",
    "둘째 상자는 저녁에 왔습니다. 안에는 물뿌리개와 장갑이 있었습니다.",
    "셋째 상자는 오지 않았습니다. 길이 눈에 막혔기 때문이라고 합니다.",
]
READERS = [TableReader(), JsonReader(), JsonlReader(), XlsxReader()]


def read(source: str, data: str | bytes) -> list[Document | Rejected]:
    content = data.encode() if isinstance(data, str) else data
    return list(read_documents(SourceFile(source=source, data=content), READERS))


def texts(found: list[Document | Rejected]) -> list[str]:
    return [item.text for item in found if isinstance(item, Document)]


def table(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


@pytest.mark.parametrize("first", ["0", "2024-03-05", "상자"])
def test_a_table_without_names_keeps_its_first_row(first: str) -> None:
    found = read("글.csv", table([[first, PROSE[0]], ["1", PROSE[1]], ["2", PROSE[2]]]))
    assert texts(found) == PROSE
    assert [item.source for item in found] == ["글.csv!row 1", "글.csv!row 2", "글.csv!row 3"]
    assert isinstance(found[0], Document)
    assert "names no columns" in str(found[0].meta["warnings"][0])


def test_of_two_columns_of_one_name_the_first_is_the_text() -> None:
    assert texts(read("글.csv", table([["제목", "본문", "본문"], ["하나", PROSE[0], "딴 칸"]]))) == [PROSE[0]]


def test_a_long_question_of_a_form_is_a_name() -> None:
    question = "새벽에 온 상자에서 가장 마음에 들었던 것은 무엇이고 그 까닭은 무엇입니까? 자유롭게 적어 주세요"
    assert (
        texts(read("답.csv", table([["타임스탬프", question], ["2024. 3. 5", PROSE[0]], ["2024. 3. 6", PROSE[1]]])))
        == PROSE[:2]
    )


def test_a_sheet_without_names_keeps_its_first_row() -> None:
    book, written = Workbook(), io.BytesIO()
    for number, prose in enumerate(PROSE):
        book.worksheets[0].append([number, f"{prose} " * 4])
    book.save(written)
    assert len(texts(read("글.xlsx", written.getvalue()))) == len(PROSE)


def test_lines_of_several_shapes_are_each_read_by_their_own_field() -> None:
    lines = [
        {"title": "하나", "text": PROSE[0]},
        {"제목": "둘", "본문": PROSE[1]},
        {"text": "", "설명": "요약"},
        {"수": 3},
    ]
    found = read("글.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert texts(found) == PROSE[:2]
    assert [item.reason for item in found if isinstance(item, Rejected)] == ["empty", "empty"]


def test_what_is_no_object_in_a_list_of_posts_is_named() -> None:
    posts = [{"text": PROSE[0]}, PROSE[1], None, {"text": PROSE[2]}]
    found = read("글.json", json.dumps(posts, ensure_ascii=False))
    assert texts(found) == [PROSE[0], PROSE[2]]
    assert [(item.source, item.reason) for item in found if isinstance(item, Rejected)] == [
        ("글.json!item 2", "bad_json"),
        ("글.json!item 3", "bad_json"),
    ]


@pytest.mark.parametrize(
    ("source", "data"), [("수.csv", "a,b\n1,2\n"), ("수.jsonl", '{"a": 1}\n'), ("수.json", '[{"a": 1}]')]
)
def test_the_setting_to_name_is_named_in_full(source: str, data: str) -> None:
    (found,) = read(source, data)
    assert isinstance(found, Rejected)
    reader = {"csv": "table", "jsonl": "jsonl", "json": "json"}[source.rpartition(".")[2]]
    assert f"readers.{reader}.text_field" in str(found.detail)
