"""Reads presentations (.pptx): a deck is one page, a slide a section of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from corpus_to_ft.decode import private_use_warnings
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.ingest.properties import package_facts, title_of
from corpus_to_ft.ingest.zipped import Package, is_package, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.office.slides import SlideTexts
from corpus_to_ft.markup.office.tree import child, value

SUFFIXES = frozenset({".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".ppt", ".pps"})
MAIN = "ppt/presentation.xml"


class PptxReader(Reader):
    """Slide numbers, dates, footers and hidden shapes are left out.

    The XML is read as it stands; python-pptx would bring 30 MB of packages for drawing, and reads no diagrams.
    """

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    notes: bool = Field(default=False, description="take what the speaker says below each slide as well")
    hidden_slides: bool = Field(default=False, description="take slides that are not shown as well")
    max_slides: int = Field(default=2000, ge=1, description="larger decks are refused")

    def match(self, file: SourceFile) -> Match:
        if is_package(file.data, MAIN):
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        refuse_other_kinds(file.data, file.source, ".pptx")
        package = Package(file.data, file.source)
        slides = self._slides(package)
        texts = SlideTexts()
        pictures = 0
        for part in slides:
            root = package.xml(part)
            if value(root, "show") in ("0", "false") and not self.hidden_slides:
                continue
            before = len(texts.page.blocks)
            texts.slide(root, [package.xml(diagram) for diagram in package.related(part, "diagramData")])
            pictures += len(texts.page.blocks) == before
            if self.notes:
                for notes in package.related(part, "notesSlide"):
                    texts.notes(package.xml(notes))
        page = texts.page
        if not page.blocks:
            raise _no_text(file.source, bool(slides))
        warnings = private_use_warnings("\n".join(texts.private), file.source)
        if pictures:
            told = "{source}: {count} of {slides} slides hold no text; if they are pictures, recognize their text (OCR)"
            warnings.append(Sentence(told, source=file.source, count=pictures, slides=len(slides)))
        facts = package_facts(package)
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=title_of(facts.title, page, file.stem),
            author=facts.author,
            published=facts.published,
            meta={"warnings": warnings},
        )

    def _slides(self, package: Package) -> list[str]:
        """The parts of the slides in the order in which they are shown."""
        main = next(package.related("", "officeDocument"), MAIN)
        shown = child(package.xml(main), "sldIdLst")
        relations = package.relations(main)
        keys = [] if shown is None else [str(text) for slide in shown for text in slide.attrib.values()]
        slides = [part for key in keys if (part := relations.get(key, ("", ""))[1]) in package]
        if len(slides) > self.max_slides:
            told = "{source}: {slides:,} slides; at most {max_slides:,} are read (setting max_slides)"
            count = {"slides": len(slides), "max_slides": self.max_slides}
            raise InputError("too_large", Sentence(told, source=package.source, **count))
        return slides


def _no_text(source: str, has_slides: bool) -> InputError:
    if has_slides:
        told = "{source}: holds pictures and no text; recognize their text (OCR) first"
        return InputError("no_text", Sentence(told, source=source))
    return InputError("empty", Sentence("{source}: holds no text", source=source))
