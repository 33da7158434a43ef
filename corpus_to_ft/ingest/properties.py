"""What a document's properties say about it, without what programs fill in by themselves."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.zipped import Package
from corpus_to_ft.markup.office.tree import local
from corpus_to_ft.markup.page_text import PageText

MAX_TITLE_CHARS = 150
# The templates of Office, Hancom Office and the usual libraries, and what print drivers make of a file name.
_NO_TITLE = re.compile(
    r"microsoft (?:office )?(?:word|powerpoint|excel|publisher)\b.*|"
    r"(?:powerpoint|word|excel|hwp) (?:presentation|document)|powerpoint 프레젠테이션|"
    r"(?:새 )?(?:문서|빈 문서|프레젠테이션|통합 문서|한글 문서|슬라이드|제목|워크시트|시트)\s*\d*|"
    r"새 (?:microsoft|한글|hwp|워드).*|제목\s?없음.*|무제.*|untitled.*|no title|title|제목을? (?:입력|추가).*|"
    r"(?:document|doc|presentation|book|workbook|sheet|slide|layout|page|template|default|temp|new)\s*\d*|"
    r"about:blank|.*\.(?:docx?|hwpx?|pptx?|xlsx?|pdf|rtf|txt|html?|indd|qxd|ai|psd|tmp|dot|ppt|eps|ps|dvi|tex)|"
    r"[a-z]:\\.*|/.*/.*|https?://.*|[\d\W_]*|[0-9a-f-]{16,}",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"(?:windows|microsoft(?: office)?|office|registered|default|local)?\s*(?:user|사용자)\s*\d*|"
    r"microsoft(?: corporation)?|administrators?|admin\s*\d*|관리자|owner|root|master|guest|pc\d*|my ?pc|home|"
    r"unknown(?: author| creator)?|none|null|un-?named|작성자|저자|이름|author|\(?anonymous\)?|익명|"
    r"python-docx|python-pptx|steve canny|openpyxl|xlsxwriter|apache poi|calibre.*|(?:desktop|laptop|win)-\w+|user-?pc|"
    r"samsung|삼성|lg|lenovo|hp|dell|asus|acer|sony|toshiba|[\d\W_]*|.*\\.*|.",
    re.IGNORECASE,
)
# When the templates of common libraries were made.
_NO_DATES = ("2013-12-23T23:15", "2013-01-27T09:1", "2006-09-16T00:00", "1601-01-01", "1970-01-01", "1900-01-01")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(?::\d{2})?)?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?")


def title_of(written: str, page: PageText, stem: str) -> str:
    """The title in the properties if a person gave it, else the first heading, else the file's name."""
    title = _one_line(written)
    if len(title) <= MAX_TITLE_CHARS and not is_made_by_a_program(title):
        return title
    headings = (block.of(page.text) for block in page.blocks if block.kind == "heading")
    return next((heading for heading in headings if len(heading) <= MAX_TITLE_CHARS), stem)


def is_made_by_a_program(title: str) -> bool:
    """Whether a title is empty or what a program calls a new document, or a file."""
    return not title or _NO_TITLE.fullmatch(title) is not None


def author_of(written: str) -> str:
    """The author in the properties, unless it is the name of an account or a program."""
    author = _one_line(written)
    return "" if _NO_AUTHOR.fullmatch(author) else author


def date_of(*written: str) -> str:
    """The first moment that is one, in ISO 8601; what templates carry is none."""
    for moment in written:
        found = _MOMENT.match(moment.strip())
        if found and not found[0].startswith(_NO_DATES) and "1990" <= found[1] <= "2100":
            return found[0]
    return ""


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", clean_text(text)).replace("\x00", "").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """What the properties of an Office package say; empty where they say nothing of use."""

    title: str
    author: str
    published: str


def package_facts(package: Package) -> PackageFacts:
    """Title, author and date; the last change counts as the date, since copies and templates keep the first."""
    said: dict[str, str] = {}
    for part in package.related("", "core-properties"):
        with suppress(InputError):  # A document without readable properties is still a document.
            said |= {local(element): (element.text or "").strip() for element in package.xml(part)}
    author = author_of(said.get("creator", "")) or author_of(said.get("lastModifiedBy", ""))
    published = date_of(said.get("modified", ""), said.get("created", ""))
    return PackageFacts(title=said.get("title", ""), author=author, published=published)
