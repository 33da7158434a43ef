"""Small records for tests."""

from __future__ import annotations

from corpus_to_ft.records import Block, Document, Example, Kind, Message, Span


def document(text: str, source: str = "글.md", title: str = "제목") -> Document:
    """One paragraph block over the whole text."""
    blocks = (Block(kind="paragraph", start=0, end=len(text)),) if text else ()
    return Document.make(source=source, text=text, title=title, blocks=blocks)


def example(prompt: str, answer: str, of: Document, kind: Kind = "qa") -> Example:
    start = max(of.text.find(answer), 0)
    return Example.make(
        kind=kind,
        messages=(Message(role="user", content=prompt), Message(role="assistant", content=answer)),
        document_id=of.id,
        passage_id=of.id,
        source=of.source,
        evidence=(Span(start=start, end=start + len(answer)),),
        made_by="test",
    )
