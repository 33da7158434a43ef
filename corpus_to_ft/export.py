"""What the latest run consists of as JSON lines, for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus_to_ft.contents import Contents
from corpus_to_ft.errors import ConfigError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Document, Example, Note, Rejected
from corpus_to_ft.store.codec import plain
from corpus_to_ft.write.base import dump_line


def document_line(document: Document) -> dict[str, Any]:
    line = {
        name: getattr(document, name) for name in ("id", "source", "title", "published", "author", "text", "language")
    }
    return {**line, "url": document.meta.get("url"), "tags": document.meta.get("tags", [])}


def example_line(example: Example, split: str, document: Document) -> dict[str, Any]:
    evidence = [{"start": s.start, "end": s.end, "text": s.of(document.text)} for s in example.evidence]
    messages = [plain(message) for message in example.messages]
    return {
        "id": example.id, "kind": example.kind, "source": example.source,
        "split": split, "messages": messages, "evidence": evidence,
    }  # fmt: skip


def rejected_line(item: Rejected | Note) -> dict[str, Any]:
    return {"source": item.source, "stage": item.stage, "reason": item.reason, "detail": item.detail}


def export(contents: Contents, folder: Path) -> None:
    """Write documents, summaries, examples, rejected and notes into `folder`, each complete or not there."""
    _write_lines(folder / "documents.jsonl", map(document_line, contents.documents()))
    _write_lines(folder / "summaries.jsonl", _summaries(contents))
    _write_lines(folder / "examples.jsonl", _examples(contents))
    _write_lines(folder / "rejected.jsonl", map(rejected_line, contents.rejected()))
    _write_lines(folder / "notes.jsonl", map(rejected_line, contents.notes()))


def _summaries(contents: Contents) -> Iterator[dict[str, Any]]:
    sources = {document.id: document.source for document in contents.documents()}
    for summary in contents.summaries():
        source = sources[summary.subject_id]
        yield {"document_id": summary.subject_id, "source": source, "text": summary.text, "tokens": summary.tokens}


def _examples(contents: Contents) -> Iterator[dict[str, Any]]:
    """Documents and examples come in the same order, so that one document at a time is held."""
    documents = contents.documents()
    document = next(documents, None)
    for split, example in contents.kept():
        while document is not None and document.id != example.document_id:
            document = next(documents, None)
        if document is None:
            raise AssertionError(f"example {example.id} is of no document of this run")
        yield example_line(example, split, document)


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    part = path.with_name(f".{path.name}.part")
    with boundary(OSError, to=ConfigError, message=Sentence("cannot write {path}", path=path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(dump_line(line) + "\n" for line in lines)
        part.replace(path)
