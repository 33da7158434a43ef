"""A document holds no personal data: not in its text, not in what is known about it, not in what is said of it."""

from __future__ import annotations

import json

import pytest

from corpus_to_ft.document_work import reading_fingerprint
from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.stage import ReadWork, read_documents
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Document, Rejected
from corpus_to_ft.settings import load_settings

READERS = [make_plugin("ingest", name, Reader) for name in ("markdown", "text", "table", "jsonl")]
POST = """---
title: 담당자 hong@leaf.io 소개
author: 홍길동 <gil@leaf.io>
tags: [온실, 010-2345-6789]
date: 2024 언젠가 a.b@leaf.io
url: https://leaf.io/?mail=dy@leaf.io
---

# 문의 seo@leaf.io

첫 단락에는 전화 010-1234-5678이 있고 메일 hong@leaf.io로 답합니다.

- 항목 하나
- 항목 둘 02-345-6789

| 이름 | 번호 |
| --- | --- |
| 가 | 900101-1234568 |
| 나 | 없음 |

```python
send("dev@leaf.io", key="sk-abcdefgh12345678ijklmnop")
```

마지막 단락입니다.
"""
VALUES = (
    "hong@leaf.io", "gil@leaf.io", "010-2345-6789", "a.b@leaf.io", "dy@leaf.io", "seo@leaf.io", "010-1234-5678", "02-345-6789",
    "900101-1234568", "dev@leaf.io", "sk-abcdefgh",
)  # fmt: skip


def read(text: str = POST, source: str = "글.md", **privacy: object) -> Document | Rejected:
    file = SourceFile(source=source, data=text.encode())
    return next(read_documents(file, READERS, privacy=PrivacySettings.model_validate(privacy)))


def everything(document: Document) -> str:
    parts = (document.title, document.author, document.text, document.meta)
    return json.dumps(parts, ensure_ascii=False, default=str)


def test_a_document_holds_labels_instead() -> None:
    document = read()
    assert isinstance(document, Document)
    said = everything(document)
    assert [value for value in VALUES if value in said] == []
    assert document.title == "담당자 [이메일] 소개"
    assert document.author == "홍길동 <[이메일]>"
    assert document.meta["tags"] == ["온실", "[전화번호]"]
    assert "전화 [전화번호]가 있고 메일 [이메일]로 답합니다" in document.text
    assert document.meta["personal_data"]["found"]["email"] >= 6
    for warning in document.meta["warnings"]:
        assert "@leaf.io" not in warning


def test_blocks_still_say_where_everything_stands() -> None:
    document = read()
    assert isinstance(document, Document)
    blocks = [(block.kind, block.of(document.text)) for block in document.blocks]
    assert ("heading", "문의 [이메일]") in blocks
    assert ("list_item", "항목 둘 [전화번호]") in blocks
    assert any(kind == "table_row" and "[주민등록번호]" in text for kind, text in blocks)
    assert ("code", 'send("[이메일]", key="[인증정보]")') in blocks
    assert blocks[-1] == ("paragraph", "마지막 단락입니다.")
    covered = "".join(text for _, text in blocks)
    assert "".join(covered.split()) == "".join(document.text.split())


def test_blocks_can_be_left_out_instead() -> None:
    document = read(mode="drop")
    assert isinstance(document, Document)
    said = everything(document)
    assert [value for value in VALUES if value in said] == []
    texts = [block.of(document.text) for block in document.blocks]
    assert "항목 하나" in texts
    assert "마지막 단락입니다." in texts
    assert not any("항목 둘" in text or "첫 단락" in text or "[이메일]" in text for text in texts)
    assert document.meta["personal_data"]["left_out"] == 5
    assert any("5 blocks with personal data were left out" in warning for warning in document.meta["warnings"])


def test_a_document_of_nothing_else_is_rejected_when_blocks_are_left_out() -> None:
    rejected = read("전화는 010-1234-5678입니다.", mode="drop")
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, "010" in rejected.detail) == ("personal_data", False)


def test_personal_data_is_kept_and_told_when_that_is_wanted() -> None:
    document = read(mode="keep")
    assert isinstance(document, Document)
    assert all(value in everything(document) for value in VALUES[:10])
    (warning,) = [warning for warning in document.meta["warnings"] if "privacy.mode" in warning]
    assert "e-mail addresses" in warning
    assert document.meta["personal_data"]["found"]["resident_number"] == 1


def test_a_reason_for_rejecting_quotes_nothing() -> None:
    row = "제목,hong@leaf.io\n가,나\n"
    rejected = [
        r for r in read_documents(SourceFile(source="표.csv", data=row.encode()), READERS) if isinstance(r, Rejected)
    ]
    assert rejected
    assert "hong@leaf.io" not in rejected[0].detail
    assert "[이메일]" in rejected[0].detail


def test_a_file_named_after_somebody_is_told() -> None:
    document = read("글입니다. 짧습니다.", source="hong@leaf.io.md")
    assert isinstance(document, Document)
    assert any("rename it" in warning for warning in document.meta["warnings"])


def test_a_document_without_personal_data_is_as_it_was() -> None:
    plain = read("버전 1.2.3을 2024-01-02에 냈습니다. 10.0.0.1:8080에서 돕니다.")
    assert isinstance(plain, Document)
    assert "personal_data" not in plain.meta
    assert plain == read("버전 1.2.3을 2024-01-02에 냈습니다. 10.0.0.1:8080에서 돕니다.", mode="keep")


@pytest.mark.parametrize(
    "setting", ['privacy.mode="drop"', 'privacy.except=["phone"]', 'privacy.allow=["@leaf.io"]', "privacy.names=true"]
)
def test_settings_come_from_the_config_and_change_the_fingerprint_of_reading(setting: str) -> None:
    usual, other = load_settings(), load_settings(None, [setting])
    works = [ReadWork(readers=(), settings=chosen.ingest, privacy=chosen.privacy) for chosen in (usual, other)]
    assert reading_fingerprint(works[0]) != reading_fingerprint(works[1])
