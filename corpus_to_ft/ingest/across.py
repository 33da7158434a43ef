"""What only the documents together show: paragraphs that repeat, and documents that are copies of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.ingest.base import STAGE
from corpus_to_ft.ingest.copies import Copies
from corpus_to_ft.ingest.repeated import RepeatedBlocks, same_text, without_blocks
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Document, Note, Rejected, digest

QUOTED_CHARS = 100


class DocumentSettings(BaseModel):
    """Which documents go on. Shares and likenesses are between 0 and 1; 0 leaves things as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: tuple[str, ...] = Field(
        default=(), description="codes such as ko and en; documents in others are rejected; none named: all are taken"
    )
    repeated: float = Field(
        default=0.2, ge=0, le=1, description="share of documents from which a paragraph at head or foot is left out"
    )
    copies: float = Field(
        default=0.9, ge=0, le=1, description="likeness from which a later document counts as a copy and is rejected"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """What is to change: positions of blocks to drop and rejections, by document id; `notes` name what repeats."""

    dropped: Mapping[str, tuple[int, ...]]
    rejected: Mapping[str, Rejected]
    notes: tuple[Note, ...]

    def apply(self, document: Document) -> Document | Rejected:
        """The document itself where nothing changes."""
        if document.id in self.rejected:
            return self.rejected[document.id]
        dropped = self.dropped.get(document.id)
        return without_blocks(document, dropped) if dropped else document


def look_across(documents: Callable[[], Iterator[Document]], settings: DocumentSettings) -> Across:
    """Goes over the documents twice; `documents` gives them afresh, each time in the same order."""
    blocks = RepeatedBlocks(settings.repeated)
    rejected: dict[str, Rejected] = {}
    for document in documents():
        if settings.languages and document.language not in settings.languages:
            rejected[document.id] = _unwanted_language(document, settings)
        elif settings.repeated:
            blocks.add(document)
    blocks.count()
    dropped: dict[str, tuple[int, ...]] = {}
    notes: dict[str, Note] = {}
    copies, kept = Copies(settings.copies), []
    for document in documents():
        if document.id in rejected:
            continue
        repeated = blocks.of(document)
        if repeated:
            dropped[document.id] = tuple(sorted(repeated))
            document_left = without_blocks(document, dropped[document.id])
            for index, count in repeated.items():
                text = document.blocks[index].of(document.text)
                notes.setdefault(same_text(text), _repeats(document, text, count))
        else:
            document_left = document
        if settings.copies:
            copies.add(document_left)
            kept.append((document.id, document.source))
    for position, original, likeness in copies.find() if settings.copies else ():
        (copy_id, source), (_, first) = kept[position], kept[original]
        rejected[copy_id] = _copy(copy_id, source, first, likeness)
    return Across(dropped=dropped, rejected=rejected, notes=tuple(notes.values()))


def _unwanted_language(document: Document, settings: DocumentSettings) -> Rejected:
    told = "{source}: is written in {language}; documents.languages takes only {languages}"
    languages = ", ".join(settings.languages)
    detail = Sentence(told, source=document.source, language=document.language, languages=languages)
    return _rejected(document.id, document.source, "unwanted_language", detail)


def _copy(item_id: str, source: str, first: str, likeness: float) -> Rejected:
    told = "{source}: {likeness:.0%} alike with {first}, which is kept; documents.copies = 0 keeps both"
    detail = Sentence(told, source=source, likeness=likeness, first=first)
    return _rejected(item_id, source, "document_copy", detail)


def _rejected(item_id: str, source: str, reason: str, detail: Sentence) -> Rejected:
    return Rejected.make(item_id=item_id, source=source, stage=STAGE, reason=reason, detail=detail)


def _repeats(document: Document, text: str, count: int) -> Note:
    told = "stands at the head or foot of {count} documents and was left out: {text}"
    detail = Sentence(told, count=count, text=" ".join(text.split())[:QUOTED_CHARS])
    return Note.make(
        item_id=digest(text), source=document.source, stage=STAGE, reason="repeated_paragraph", detail=detail
    )
