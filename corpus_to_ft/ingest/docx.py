"""Reads Word documents (.docx), and says what to do with those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from lxml import etree

from corpus_to_ft.decode import private_use_warnings
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.ingest.properties import package_facts, title_of
from corpus_to_ft.ingest.zipped import Package, is_package, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.office.styles import Styles
from corpus_to_ft.markup.office.tree import child, inside
from corpus_to_ft.markup.office.word import WordBody, notes_of

SUFFIXES = frozenset({".docx", ".docm", ".dotx", ".dotm", ".doc"})
MAIN = "word/document.xml"


class DocxReader(Reader):
    """One document is one page; headers, footers, comments, deleted and hidden text are left out.

    The XML is read as it stands: python-docx hides text boxes, content controls and tracked insertions, and
    refuses the strict form of the format.
    """

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    def match(self, file: SourceFile) -> Match:
        if is_package(file.data, MAIN):
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        refuse_other_kinds(file.data, file.source, ".docx")
        package = Package(file.data, file.source)
        main = next(package.related("", "officeDocument"), MAIN)
        body = child(package.xml(main), "body")
        if body is None:
            told = "{source}: is damaged or no document of this kind; open it and save it as {save_as}"
            raise InputError("damaged", Sentence(told, source=file.source, save_as=".docx"))
        notes: dict[tuple[str, str], etree._Element] = {}
        for kind in ("footnote", "endnote"):
            for part in package.related(main, f"{kind}s"):
                notes |= notes_of(package.xml(part), kind)
        styles = next((package.xml(part) for part in package.related(main, "styles")), None)
        writer = WordBody(Styles(styles), notes)
        page = writer.write(body)
        if not page.blocks:
            raise _no_text(body, file.source)
        facts = package_facts(package)
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=title_of(facts.title, page, file.stem),
            author=facts.author,
            published=facts.published,
            meta={"warnings": private_use_warnings("\n".join(writer.private), file.source)},
        )


def _no_text(body: etree._Element, source: str) -> InputError:
    if any(True for name in ("drawing", "pict") for _ in inside(body, name)):
        told = "{source}: holds pictures and no text; recognize their text (OCR) first"
        return InputError("no_text", Sentence(told, source=source))
    return InputError("empty", Sentence("{source}: holds no text", source=source))
