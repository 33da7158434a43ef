"""Reads electronic books (.epub): a chapter is a page, in reading order, without cover, contents and imprint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import ClassVar
from urllib.parse import unquote

from pydantic import Field

from corpus_to_ft.decode import decode
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile, with_warnings
from corpus_to_ft.ingest.properties import author_of, date_of, is_made_by_a_program
from corpus_to_ft.ingest.zipped import Package, parse_part, refuse_other_kinds
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.article import fragment_text
from corpus_to_ft.markup.html.tree import words
from corpus_to_ft.markup.office.tree import child, children, inside, local, value

CONTAINER = "META-INF/container.xml"
CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"})
# Pages about the book, in the words of both versions of the format and of the names that people give to files.
ABOUT_THE_BOOK = words(
    "cover titlepage title-page halftitlepage toc landmarks loi lot copyright-page copyright colophon imprint index "
    "page-list nav dedication bibliography"
)
_FILE_ABOUT_THE_BOOK = re.compile(
    r"(?:.*[-_/])?(?:cover(?:page)?|title-?page|half-?title|toc|nav|contents|copyright|colophon|imprint|판권|표지|목차|차례)\d*",
    re.IGNORECASE,
)
# Only fonts are scrambled so; a text that is listed with anything else is locked.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_SELF_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([\w:-]+)([^<>]*)/>"
)
_BODY_TYPE = re.compile(
    r"<(?:body|section|nav)\b[^>]*\b(?:epub:type|role)\s*=\s*[\"'](?:doc-)?([\w -]+)[\"']", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the package file says: the facts of the book and the files of its chapters in reading order."""

    title: str
    author: str
    published: str
    chapters: tuple[str, ...]


class EpubReader(Reader):
    """A chapter is a page because a whole book is longer than most limits; its title is its first heading.

    Chapters of a book share author and date, and the title of the book where they have none of their own.
    """

    packages: ClassVar[tuple[str, ...]] = ("lxml",)

    max_chapters: int = Field(default=2000, ge=1, description="books in more files are refused")

    def match(self, file: SourceFile) -> Match:
        if file.data.startswith(b"PK") and b"application/epub+zip" in file.data[:200]:
            return Match.CONTENT
        return Match.SUFFIX if file.suffix == ".epub" else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page | BadPage]:
        refuse_other_kinds(file.data, file.source, ".epub")
        package = Package(file.data, file.source)
        book = _book(package)
        if not book.chapters:
            raise InputError("empty", Sentence("{source}: holds no text", source=file.source))
        if len(book.chapters) > self.max_chapters:
            told = "{source}: {chapters:,} files of text; at most {max_chapters:,} are read (setting max_chapters)"
            counts = {"chapters": len(book.chapters), "max_chapters": self.max_chapters}
            raise InputError("too_large", Sentence(told, source=file.source, **counts))
        _refuse_locked(package, book.chapters)
        pages: list[Page | BadPage] = []
        silent = 0
        for name in book.chapters:
            try:
                page = _chapter(package, name, book, file)
            except InputError as error:
                pages.append(BadPage(member=name, reason=error.reason, detail=error.detail))
                continue
            if page is None:
                silent += 1
            else:
                pages.append(page)
        if not pages:
            told = "{source}: holds pictures and no text; recognize their text (OCR) first"
            raise InputError("no_text", Sentence(told, source=file.source))
        told = "{source}: {count} of {chapters} files hold no text"
        said = Sentence(told, source=file.source, count=silent, chapters=len(book.chapters))
        yield from with_warnings(pages, [said] if silent else [])


def _chapter(package: Package, name: str, book: Book, file: SourceFile) -> Page | None:
    """The page of one file; None where it holds no text or is about the book."""
    try:
        decoded = decode(package.read(name), source=f"{file.source}!{name}", html=True)
    except InputError as error:
        if error.reason == "empty":
            return None
        raise
    if any(found[1].lower() in ABOUT_THE_BOOK for found in _BODY_TYPE.finditer(decoded.text[:20_000])):
        return None
    # The parser of HTML takes `<title/>` for an opening, and the whole chapter for its title.
    page = fragment_text(_SELF_CLOSED.sub(r"<\1\2></\1>", decoded.text), f"{file.source}!{name}")
    if not page.blocks:
        return None
    heading = next((block.of(page.text) for block in page.blocks if block.kind == "heading"), "")
    return Page(
        text=page.text, blocks=page.blocks, title=heading or book.title or file.stem, author=book.author,
        published=book.published, member=name, meta={"encoding": decoded.encoding, "warnings": list(decoded.warnings)},
    )  # fmt: skip


def _book(package: Package) -> Book:
    opf = next((str(value(e, "full-path")) for e in inside(package.xml(CONTAINER), "rootfile")), "")
    # Older package files carry a document type that declares nothing.
    root = parse_part(re.sub(rb"<!DOCTYPE[^\[>]*>", b"", package.read(opf)), f"{package.source}!{opf}")
    manifest = child(root, "manifest")
    items = {} if manifest is None else {value(item, "id"): item for item in children(manifest, "item")}
    left_out = {_target(opf, value(e, "href")) for e in inside(root, "reference") if value(e, "type") in ABOUT_THE_BOOK}
    spine = child(root, "spine")
    chapters = []
    for reference in () if spine is None else children(spine, "itemref"):
        item = items.get(value(reference, "idref"))
        if item is None or value(reference, "linear") == "no" or value(item, "media-type") not in CHAPTER_TYPES:
            continue
        target = _target(opf, value(item, "href"))
        named = target.rpartition("/")[2].rpartition(".")[0]
        about = "nav" in value(item, "properties").split() or target in left_out
        if not about and not _FILE_ABOUT_THE_BOOK.fullmatch(named) and target in package:
            chapters.append(target)
    said: dict[str, list[str]] = {}
    metadata = child(root, "metadata")
    for element in () if metadata is None else metadata:
        said.setdefault(local(element), []).append(" ".join((element.text or "").split()))
    title = next(iter(said.get("title", [])), "")
    return Book(
        title="" if is_made_by_a_program(title) else title,
        author=", ".join(name for name in map(author_of, said.get("creator", [])) if name),
        published=date_of(*said.get("date", []))
        or next((text for text in said.get("date", []) if text[:4].isdigit()), ""),
        chapters=tuple(dict.fromkeys(chapters)),
    )


def _target(opf: str, href: str) -> str:
    return normpath(join(dirname(opf), unquote(href.partition("#")[0])))


def _refuse_locked(package: Package, chapters: tuple[str, ...]) -> None:
    """Raises InputError `encrypted` where a chapter is locked; scrambled fonts are no matter."""
    if "META-INF/encryption.xml" not in package:
        return
    listed: set[str] = set()
    with suppress(InputError):
        for data in inside(package.xml("META-INF/encryption.xml"), "EncryptedData"):
            method = next((value(e, "Algorithm") for e in inside(data, "EncryptionMethod")), "")
            if method not in _FONT_SCRAMBLING:
                listed |= {unquote(value(e, "URI")) for e in inside(data, "CipherReference")}
    if listed & set(chapters):
        told = "{source}: is locked by its shop (DRM); use a copy without"
        raise InputError("encrypted", Sentence(told, source=package.source))
