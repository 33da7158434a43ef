"""The floor under keyword quality on real posts: the authors' own tags that occur in the body."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.ingest.base import Reader
from corpus_to_ft.ingest.files import FileRef, IngestSettings
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.llm.extractive.candidates import normalized
from corpus_to_ft.llm.extractive.keywords import rank_keywords
from corpus_to_ft.passages import analyze_document
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.records import Document, Rejected

FLOOR = 0.45


def _document(path: Path) -> Document:
    file = FileRef(path=path, source=path.name).read(IngestSettings())
    assert not isinstance(file, Rejected)
    (document,) = read_documents(file, [make_plugin("ingest", "markdown", Reader)])
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("blog", ["lezhin-tech"])
def test_ten_keywords_hold_nearly_half_of_the_authors_tags(shared_data: Path, blog: str) -> None:
    folder = shared_data / "blogs" / blog
    hits = wanted = 0
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if not gold["keywords_in_body"]:
            continue
        document = _document(folder / gold["path"])
        headings = [block.of(document.text) for block in document.blocks if block.kind == "heading"]
        ranked = rank_keywords(
            analyze_document(document, KiwiAnalyzer()),
            title=document.title, headings=headings, blocks=document.blocks, top=10,
            exclude=[document.author] if document.author else [],
        )  # fmt: skip
        keys = {normalized(keyword.text) for keyword in ranked}
        assert normalized(document.author or "") not in keys
        hits += sum(normalized(tag) in keys for tag in gold["keywords_in_body"])
        wanted += len(gold["keywords_in_body"])
    assert hits / wanted >= FLOOR
