"""Notion exports: pages with their properties, and databases beside the folders of their pages."""

from __future__ import annotations

from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.json import JsonReader
from corpus_to_ft.ingest.markdown import MarkdownReader
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.ingest.table import TableReader
from corpus_to_ft.records import Document, Rejected

ID = "0123456789abcdef0123456789abcdef"


def read(source: str, text: str) -> Document | Rejected:
    readers = [JsonReader(), MarkdownReader(), TableReader()]
    (found,) = read_documents(SourceFile(source=source, data=text.encode()), readers)
    return found


def test_the_properties_of_a_page_are_facts_and_no_text() -> None:
    text = "# 회의록\n\nCreated: January 2, 2024 3:04 PM\nTags: 회의, 기획\n담당: 가람\n\n회의에서 정한 것입니다. 😀\n"
    found = read(f"업무 {ID}/회의록 {ID}.md", text)
    assert isinstance(found, Document)
    assert (found.title, found.text, found.published) == ("회의록", "회의에서 정한 것입니다. 😀", "2024-01-02T15:04:00")
    assert found.meta["tags"] == ["회의", "기획"]


def test_a_page_without_a_heading_is_named_by_its_file_without_the_id() -> None:
    found = read(f"업무 {ID}/회의 록 {ID}.md", "본문뿐입니다.\r\n")
    assert isinstance(found, Document)
    assert found.title == "회의 록"


def test_a_database_without_prose_does_not_double_its_pages() -> None:
    found = read(f"업무 {ID}/표 {ID}.csv", '\ufeff이름,담당,날짜\n회의록,가람,"January 2, 2024 3:04 PM"\n')
    assert getattr(found, "reason", "") == "no_text_field"


def test_the_first_column_of_a_database_names_its_pages() -> None:
    found = read(f"자주 묻는 말 {ID}_all.csv", "\ufeff이름,답변\n환불,열흘 안에 언제든지 돈을 돌려받을 수 있습니다.\n")
    assert isinstance(found, Document)
    assert (found.title, found.author) == ("환불", None)
    assert found.text == "열흘 안에 언제든지 돈을 돌려받을 수 있습니다."


def test_settings_of_site_generators_are_no_documents() -> None:
    for source, text in [
        (
            "_data/authors.json",
            '{"garam": {"name": "가람", "bio": "남쪽 마을에서 글을 쓰는 사람입니다. 나무를 좋아합니다."}}',
        ),
        ("_data/nav.json", '[{"title": "홈", "url": "/"}]'),
        (
            "theme.json",
            '{"name": "테마", "description": "글이 잘 보이는 테마입니다. 어두운 화면도 됩니다. 누구나 쓸 수 있습니다."}',
        ),
        ("_config.yml", "title: 블로그\ndescription: 우리 회사의 블로그입니다.\n"),
    ]:
        assert isinstance(read(source, text), Rejected)
