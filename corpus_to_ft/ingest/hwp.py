"""Reads documents of Hangul (한글): HWP 5, HWPX and HWPML.

The package hwp2markdown is young, so nothing but this file knows it: it gives blocks, and this file writes them.
본 제품은 한글과컴퓨터의 한/글 문서 파일(.hwp) 공개 문서를 참고하여 개발하였습니다.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from corpus_to_ft.decode import clean_text, private_use_warnings
from corpus_to_ft.errors import InputError, input_boundary
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.ingest.properties import PackageFacts, author_of, date_of, title_of
from corpus_to_ft.ingest.zipped import MEBIBYTE, OLE_MAGIC, Package, is_package, locked
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.office.tree import local, value
from corpus_to_ft.markup.page_text import PageText

if TYPE_CHECKING:
    from hwp2md import Block, Paragraph, Table

SUFFIXES = frozenset({".hwp", ".hwpx", ".hml", ".hwt", ".hwpml"})
SECTION = "Contents/section0.xml"
OLD_MAGIC = b"HWP Document File V"
SUMMARY = "\x05HwpSummaryInformation"
# The numbers of the properties in a summary of the old containers.
TITLE, AUTHOR, SAVED_BY, CREATED, SAVED = 2, 4, 8, 12, 13
MAX_OUT_BYTES = 200 * MEBIBYTE
MAX_CELL_CHARS = 600
# What the package and what it rests on raise for files that are cut off or hold what they should not.
HWP_ERRORS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, EOFError, OSError, RecursionError,
    RuntimeError, AssertionError, struct.error, zlib.error, zipfile.BadZipFile, etree.LxmlError,
)  # fmt: skip


class HwpReader(Reader):
    """One document is one page; headers, footers and memos are left out, notes stand at the end.

    Documents for distribution (배포용) are read as well, since their text is only scrambled, not locked.
    """

    packages: ClassVar[tuple[str, ...]] = ("hwp2markdown", "olefile", "lxml")

    def match(self, file: SourceFile) -> Match:
        if file.data.startswith(OLD_MAGIC) or b"<HWPML" in file.data[:1024] or is_package(file.data, SECTION):
            return Match.CONTENT
        if file.data.startswith(OLE_MAGIC) and SUMMARY.encode("utf-16-le") in file.data:
            return Match.CONTENT
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        if not file.data.strip(b"\x00 \r\n\t"):
            told = "{source}: holds no text ({count} bytes)"
            raise InputError("empty", Sentence(told, source=file.source, count=len(file.data)))
        if file.data.startswith(OLD_MAGIC):
            told = "{source}: is of Hangul 3 or older; open it in Hangul and save it as .hwpx"
            raise InputError("old_format", Sentence(told, source=file.source))
        facts = self._facts(file)
        blocks = _blocks(file)
        writer = HwpWriter()
        page = writer.write(blocks)
        if not page.blocks:
            raise _no_text(blocks, file.source)
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=title_of(facts.title, page, file.stem),
            author=facts.author,
            published=facts.published,
            meta={"warnings": private_use_warnings("\n".join(writer.written), file.source)},
        )

    def _facts(self, file: SourceFile) -> PackageFacts:
        """What the properties say; on the way the container is held to its bounds, before the package opens it."""
        if file.data.startswith(OLE_MAGIC):
            damaged = Sentence("{source}: the file is damaged or cut off; use an original", source=file.source)
            with input_boundary(*HWP_ERRORS, reason="damaged", detail=damaged):
                return _summary(file)
        if file.data.startswith(b"PK"):
            package = Package(file.data, file.source)
            package.check_xml((".xml", ".hpf", ".rdf"))
            return _manifest(package)
        return PackageFacts(title="", author="", published="")


def _blocks(file: SourceFile) -> list[Block]:
    from hwp2md import DrmProtectedError, EncryptedDocumentError, Hwp2mdError, NotHwpFileError, UnsupportedHwpError
    from hwp2md.convert import read_blocks

    damaged = Sentence("{source}: the file is damaged or cut off; use an original", source=file.source)
    try:
        with input_boundary(*HWP_ERRORS, reason="damaged", detail=damaged):
            return read_blocks(file.data)
    except EncryptedDocumentError as error:
        raise locked(file.source) from error
    except DrmProtectedError as error:
        told = "{source}: is locked by the rights management of a company (DRM); release it and save it again"
        raise InputError("encrypted", Sentence(told, source=file.source)) from error
    except UnsupportedHwpError as error:
        told = "{source}: is a document for distribution that cannot be opened; save it as an ordinary document"
        raise InputError("encrypted", Sentence(told, source=file.source)) from error
    except NotHwpFileError as error:
        told = "{source}: is damaged or no document of this kind; open it and save it as {save_as}"
        raise InputError("damaged", Sentence(told, source=file.source, save_as=".hwpx")) from error
    except Hwp2mdError as error:
        raise InputError("damaged", damaged) from error


class HwpWriter:
    """Writes the blocks of the package; `written` is what it read before anything was cleaned."""

    def __init__(self) -> None:
        self.page = PageText()
        self.written: list[str] = []

    def write(self, blocks: Iterable[Block]) -> PageText:
        from hwp2md import Note, Paragraph, Table

        for block in blocks:
            if isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Note):
                for paragraph in block.paragraphs:
                    self._paragraph(paragraph)
        return self.page

    def _paragraph(self, paragraph: Paragraph) -> None:
        text = self._tidy(_inline(paragraph.inlines) if paragraph.inlines else paragraph.text)
        listed = paragraph.list_info
        if paragraph.level > 0:
            label = f"{listed.label} " if listed is not None and listed.label and text else ""
            self.page.add("heading", label + text.replace("\n", " "), min(paragraph.level, 6))
        elif listed is not None and text:
            self.page.add("list_item", f"{listed.label} {text}" if listed.label else text, listed.depth + 1)
        else:
            self.page.add("paragraph", text)

    def _table(self, table: Table) -> None:
        rows = [[_inline(cell) for cell in row] for row in table.cells] if table.cells else table.rows
        for row in rows:
            cells = [self._tidy(cell) for cell in row]
            shown = [cell for cell in cells if cell]
            if len(cells) == 1 or len(shown) == 1 or any(len(cell) > MAX_CELL_CHARS for cell in cells):
                # One cell is a box around text, and a long one a page of a form.
                for cell in shown:
                    for line in cell.split("\n"):
                        self.page.add("paragraph", line)
            elif shown:
                self.page.add("table_row", " | ".join(cell.replace("\n", " ") for cell in cells))

    def _tidy(self, text: str) -> str:
        self.written.append(text)
        return "\n".join(line for part in clean_text(text).split("\n") if (line := " ".join(part.split())))


def _inline(parts: Iterable[Any]) -> str:
    from hwp2md import Link, Math

    shown = []
    for part in parts:
        if isinstance(part, str):
            shown.append(part)
        elif isinstance(part, Link):
            shown.append(part.text)
        elif isinstance(part, Math):
            shown.append(f" {part.latex or part.script} ")
    return "".join(shown)


def _summary(file: SourceFile) -> PackageFacts:
    """The summary of an HWP 5 container, whose streams are unpacked once to see that they have an end."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(file.data)) as container:
        out = 0
        for path in container.listdir():
            if path[0] in ("BodyText", "ViewText", "BinData", "DocInfo"):
                unpacker = zlib.decompressobj(-15)
                with suppress(zlib.error):  # Streams need not be packed; the package tells them apart.
                    out += len(unpacker.decompress(container.openstream(path).read(), MAX_OUT_BYTES - out + 1))
            if out > MAX_OUT_BYTES:
                told = "{source}: unpacks to more than {max_mb:,.0f} MB"
                detail = Sentence(told, source=file.source, max_mb=MAX_OUT_BYTES / MEBIBYTE)
                raise InputError("zip_bomb", detail)
        said = container.getproperties(SUMMARY, convert_time=True) if container.exists(SUMMARY) else {}
    words = {key: text.isoformat() if hasattr(text, "isoformat") else str(text or "") for key, text in said.items()}
    return PackageFacts(
        title=words.get(TITLE, "").rstrip("\x00"),
        author=author_of(words.get(AUTHOR, "")) or author_of(words.get(SAVED_BY, "")),
        published=date_of(words.get(SAVED, ""), words.get(CREATED, "")),
    )


def _manifest(package: Package) -> PackageFacts:
    """The properties of an HWPX package."""
    said: dict[str, str] = {}
    if "Contents/content.hpf" in package:
        with suppress(InputError):  # A document without readable properties is still a document.
            for element in package.xml("Contents/content.hpf").iter():
                if local(element) == "title":
                    said["title"] = (element.text or "").strip()
                elif local(element) == "meta":
                    said[value(element, "name")] = (element.text or "").strip()
    author = author_of(said.get("creator", "")) or author_of(said.get("lastsaveby", ""))
    published = date_of(said.get("ModifiedDate", ""), said.get("CreatedDate", ""))
    return PackageFacts(title=said.get("title", ""), author=author, published=published)


def _no_text(blocks: Iterable[Block], source: str) -> InputError:
    from hwp2md import Image

    if any(isinstance(block, Image) or getattr(block, "inlines", ()) for block in blocks):
        told = "{source}: holds pictures and no text; recognize their text (OCR) first"
        return InputError("no_text", Sentence(told, source=source))
    return InputError("empty", Sentence("{source}: holds no text", source=source))
