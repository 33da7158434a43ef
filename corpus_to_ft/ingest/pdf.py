"""Reads PDF files that hold text: reading order, paragraphs and headings are found by where the letters stand."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from corpus_to_ft.decode import clean_text, private_use_warnings
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.ingest.properties import author_of, date_of, title_of
from corpus_to_ft.ingest.zipped import locked
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.pdf.body import PrintedText
from corpus_to_ft.markup.pdf.columns import columns_of
from corpus_to_ft.markup.pdf.margins import without_margins
from corpus_to_ft.markup.pdf.pieces import Line, Piece

HEAD_BYTES = 1024
# Half a page in the smallest print has 10,000 letters; more are drawn to choke a reader.
MAX_PAGE_CHARS = 200_000
# Between words of a justified line stands less than this share of the letters' height.
GAP = 1.3
# In letters: what a scanner or a stamp adds to pages that are pictures.
FEW_LETTERS = 15
UNKNOWN_SHARE = 0.3
PAGES_NAMED = 10
MAX_BOOKMARKS = 5000
HYPHENS = frozenset({0x02, 0xFFFE, 0xAD})
SPACES = frozenset({0, 0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000})
# Of the characters, in rows of 256: Latin, jamo, signs, kana, Hanja, syllables, full-width forms.
USUAL_ROWS = frozenset(
    {0x00, 0x11, *range(0x20, 0x28), *range(0x30, 0x34), *range(0x4E, 0xA0), *range(0xAC, 0xD8), 0xFF}
)
MIXED_SCRIPTS = 5
IMAGE = 3
SAMPLED_LETTERS = 30
UPRIGHT = 0.1  # quarters of a turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What one page holds; `picture` is a page without text, `unknown` one whose fonts do not name their letters."""

    pieces: list[Piece]
    height: float
    raw: str = ""
    picture: bool = False
    unknown: bool = False
    broken: bool = False


class PdfReader(Reader):
    """One file is one page of ours; running titles, footers and page numbers are left out.

    Pages that are pictures are named in a warning, or refused with the remedy where there are no others.
    """

    packages: ClassVar[tuple[str, ...]] = ("pypdfium2",)

    max_pages: int = Field(default=5000, ge=1, description="files with more pages are refused")

    def match(self, file: SourceFile) -> Match:
        if b"%PDF-" in file.data[:HEAD_BYTES]:
            return Match.CONTENT
        return Match.SUFFIX if file.suffix == ".pdf" else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        if not file.data.strip(b"\x00 \r\n\t"):
            told = "{source}: holds no text ({count} bytes)"
            raise InputError("empty", Sentence(told, source=file.source, count=len(file.data)))
        with closing(_opened(file)) as document:
            printed = self._printed(document, file.source)
            outline = _outline(document)
            said = _properties(document)
        warnings = _warnings(printed, file.source)
        kept = without_margins([page.pieces for page in printed], [page.height for page in printed])
        lines: list[Line] = []
        for number, pieces in enumerate(kept):
            lines += columns_of(pieces, number, lines[-1].column + 1 if lines else 0)
        page = PrintedText(lines, outline).write()
        if not page.blocks:
            raise InputError("empty", Sentence("{source}: holds no text", source=file.source))
        yield Page(
            text=page.text,
            blocks=page.blocks,
            title=title_of(said["Title"], page, file.stem),
            author=author_of(said["Author"]),
            published=date_of(_moment(said["CreationDate"]), _moment(said["ModDate"])),
            meta={"warnings": warnings},
        )

    def _printed(self, document: Any, source: str) -> list[Printed]:
        from pypdfium2 import PdfiumError

        count = len(document)
        if count > self.max_pages:
            told = "{source}: {pages:,} pages; at most {max_pages:,} are read (setting max_pages)"
            raise InputError("too_large", Sentence(told, source=source, pages=count, max_pages=self.max_pages))
        printed = []
        for number in range(count):
            try:
                printed.append(_page(document, number))
            except PdfiumError:  # One page that is broken does not stop the others.
                printed.append(Printed(pieces=[], height=1.0, broken=True))
        return printed


def _opened(file: SourceFile) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(file.data)
        if len(document) == 0:
            raise InputError("empty", Sentence("{source}: holds no pages", source=file.source))
        return document
    except pypdfium2.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise locked(file.source) from error
        told = "{source}: the file is damaged or cut off; use an original"
        raise InputError("damaged", Sentence(told, source=file.source)) from error


def _page(document: Any, number: int) -> Printed:
    from pypdfium2 import raw

    with closing(document[number]) as page, closing(page.get_textpage()) as text:
        edges = page.get_bbox()
        width, height = edges[2] - edges[0], edges[3] - edges[1]
        count = min(text.count_chars(), MAX_PAGE_CHARS)
        codes = [raw.FPDFText_GetUnicode(text.raw, place) for place in range(count)]
        letters = [code for code in codes if code > 32]
        if len(letters) < FEW_LETTERS and any(True for _ in page.get_objects(filter=[IMAGE], max_depth=3)):
            return Printed(pieces=[], height=height, picture=True)
        sample = range(0, count, max(1, count // 50))
        unmapped = sum(codes[place] > 32 and raw.FPDFText_HasUnicodeMapError(text.raw, place) == 1 for place in sample)
        if unmapped > UNKNOWN_SHARE * len(sample) or _is_noise(codes):
            return Printed(pieces=[], height=height, unknown=True)
        pieces = _Pieces(text.raw, edges)
        found = pieces.read(codes)
        height = width if pieces.turned % 2 else height
    return Printed(pieces=found, height=height, raw="".join(map(chr, filter(None, codes))))


def _is_noise(codes: list[int]) -> bool:
    """Whether the letters are in truth numbers of glyphs: unknown ones, or of more scripts than people mix."""
    letters = [code for code in codes if code not in SPACES]
    unknown = sum(code < 32 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF for code in letters)
    rows = Counter(code >> 8 for code in letters if code not in HYPHENS)
    rare = [row for row, count in rows.items() if row not in USUAL_ROWS and count * 100 > len(letters)]
    return unknown > UNKNOWN_SHARE * len(letters) or len(rare) >= MIXED_SCRIPTS


class _Pieces:
    """Cuts the letters of a page into pieces at line ends and wide gaps."""

    def __init__(self, text: Any, edges: tuple[float, float, float, float]) -> None:
        from pypdfium2 import raw

        self._raw, self._text = raw, text
        self._x, self._y = edges[:2]
        self._width, self._height = edges[2] - edges[0], edges[3] - edges[1]
        self.turned = 0
        self._rect, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()

    def read(self, codes: list[int]) -> list[Piece]:
        """The pieces as they stand when most letters of the page stand upright; `turned` says by how many quarters."""
        shown = [place for place, code in enumerate(codes) if code > 32]
        quarters = Counter(self._quarter(place) for place in shown[:: max(1, len(shown) // SAMPLED_LETTERS)])
        self.turned = int(max(quarters, key=lambda quarter: quarters[quarter], default=0.0)) % 4
        found: list[Piece] = []
        letters: list[str] = []
        box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
        last: tuple[float, float] = (0.0, 0.0)
        first, space = 0, False
        for place, code in enumerate([*codes, 0x0A]):
            if code == 0:
                continue
            if code in (0x0A, 0x0D):
                self._add(found, letters, box, first, space)
                letters, space = [], False
                continue
            if code in (0x20, 0xA0, 0x09, 0x3000):
                # What the library puts in by itself tells nothing about the program that set the text.
                space = self._raw.FPDFText_IsGenerated(self._text, place) != 1
                letters += [" "] if letters else []
                continue
            left, bottom, right, top = self._box(place)
            high = top - bottom
            # The library does not see every line end where fonts change.
            new_line = bool(letters) and (left < box[2] - high or min(top, last[1]) - max(bottom, last[0]) < 0.1 * high)
            if new_line or (letters and letters[-1] == " " and left - box[2] > GAP * high):
                self._add(found, letters, box, first, space)
                letters = []
            last = (bottom, top)
            if letters:
                box = (box[0], min(box[1], bottom), right, max(box[3], top))
            else:
                box, first = (left, bottom, right, top), place
            letters.append("-" if code in HYPHENS else chr(code))
            space = False
        return found

    def _add(
        self, found: list[Piece], letters: list[str], box: tuple[float, float, float, float], first: int, spaced: bool
    ) -> None:
        text = "".join(letters).strip()
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if not text or box[3] <= box[1]:
            return
        # Stamps across the page and words up its side are no part of the text.
        if abs((self._quarter(first) - self.turned + 2) % 4 - 2) > UPRIGHT:
            return
        left, bottom, right, top = box
        side = max(self._width, self._height)
        if not (left >= -side and bottom >= -side and right <= 2 * side and top <= 2 * side):
            return  # Far outside the page nobody sees it; nor where it stands nowhere.
        # Fonts are high by different amounts; the size is what headings and the text below them differ in.
        sizes = sorted(self._size(place) for place in (first, first + len(text) // 2, first + len(text) - 1))
        found.append(
            Piece(
                text=text, left=left, right=right, bottom=bottom, top=top, size=sizes[1] or top - bottom,
                bold=self._is_bold(first), spaced=spaced,
            )
        )  # fmt: skip

    def _size(self, place: int) -> float:
        matrix = self._matrix
        if not self._raw.FPDFText_GetMatrix(self._text, place, ctypes.byref(matrix)):
            return 0.0
        scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
        size: float = self._raw.FPDFText_GetFontSize(self._text, place) * scale
        return size

    def _box(self, place: int) -> tuple[float, float, float, float]:
        rect = self._rect
        self._raw.FPDFText_GetLooseCharBox(self._text, place, ctypes.byref(rect))
        left, right = rect.left - self._x, rect.right - self._x
        bottom, top = rect.bottom - self._y, rect.top - self._y
        if self.turned == 0:
            return left, bottom, right, top
        if self.turned == 1:  # downwards
            return self._height - top, left, self._height - bottom, right
        if self.turned == 2:
            return self._width - right, self._height - top, self._width - left, self._height - bottom
        return bottom, self._width - right, top, self._width - left

    def _quarter(self, place: int) -> float:
        """By how many quarters, clockwise, a letter is turned."""
        return round(float(self._raw.FPDFText_GetCharAngle(self._text, place)) / (math.pi / 2), 1)

    def _is_bold(self, place: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int(0)
        self._raw.FPDFText_GetFontInfo(self._text, place, name, 128, ctypes.byref(flags))
        font = name.value.lower()
        heavy = any(word in font for word in (b"bold", b"black", b"heavy", b"-eb", b"extrab"))
        return heavy or bool(flags.value & 1 << 18) or self._raw.FPDFText_GetFontWeight(self._text, place) >= 600


def _warnings(printed: list[Printed], source: str) -> list[Sentence]:
    """What is to be said about pages that could not be read; raises InputError `no_text` where none could."""
    pictures = [number for number, page in enumerate(printed, 1) if page.picture]
    unknown = [number for number, page in enumerate(printed, 1) if page.unknown]
    broken = [number for number, page in enumerate(printed, 1) if page.broken]
    if not any(page.pieces for page in printed):
        if pictures:
            told = "{source}: {count} pages are pictures; recognize their text (OCR) first"
            raise InputError("no_text", Sentence(told, source=source, count=len(pictures)))
        if unknown:
            told = "{source}: its fonts do not say which letters they draw; recognize the text (OCR) or use an original"
            raise InputError("no_text", Sentence(told, source=source))
        if broken:
            told = "{source}: the file is damaged or cut off; use an original"
            raise InputError("damaged", Sentence(told, source=source))
        raise InputError("empty", Sentence("{source}: holds no text", source=source))
    warnings = private_use_warnings("\n".join(page.raw for page in printed), source)
    if pictures:
        told = "{source}: pages {pages} are pictures and were left out; recognize their text (OCR) first"
        warnings.append(Sentence(told, source=source, pages=_named(pictures)))
    if unknown:
        told = "{source}: pages {pages} do not say which letters they show and were left out"
        warnings.append(Sentence(told, source=source, pages=_named(unknown)))
    if broken:
        told = "{source}: pages {pages} are damaged and were left out; use an original"
        warnings.append(Sentence(told, source=source, pages=_named(broken)))
    return warnings


def _named(pages: list[int]) -> str:
    named = ", ".join(map(str, pages[:PAGES_NAMED]))
    return f"{named} … ({len(pages)})" if len(pages) > PAGES_NAMED else named


def _outline(document: Any) -> dict[str, int]:
    """The level of each bookmark, by its title without spaces."""
    levels: dict[str, int] = {}
    for place, bookmark in enumerate(document.get_toc(max_depth=6)):
        if place >= MAX_BOOKMARKS:
            break
        title = "".join(clean_text(bookmark.get_title() or "").split())
        if title:
            levels.setdefault(title, min(bookmark.level + 1, 6))
    return levels


def _properties(document: Any) -> dict[str, str]:
    names = ("Title", "Author", "CreationDate", "ModDate")
    return {name: document.get_metadata_value(name) or "" for name in names}


def _moment(written: str) -> str:
    """A date as PDF writes it, `D:20260302090000+09'00'`, in ISO 8601."""
    digits = written.removeprefix("D:")
    if not digits[:8].isdigit():
        return ""
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    if not digits[8:14].isdigit() or len(digits) < 14:
        return day
    zone = digits[14:].replace("'", "")
    zone = (
        f"{zone[:3]}:{zone[3:5] or '00'}"
        if zone[:1] in "+-" and zone[1:3].isdigit()
        else "Z"
        if zone[:1] == "Z"
        else ""
    )
    return f"{day}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}{zone}"
