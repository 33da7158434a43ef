"""Finds the files, lets the best reader read each, and normalizes what it saw into documents."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import ConfigError, InputError, cause_of
from corpus_to_ft.ingest.base import BadPage, Match, Page, Reader, SourceFile
from corpus_to_ft.injection import injection_warnings
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Document, Rejected, digest

STAGE = "ingest"
MEBIBYTE = 1024 * 1024
SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "__MACOSX"})
SKIPPED_FILES = frozenset({"thumbs.db", "desktop.ini"})


class IngestSettings(BaseModel):
    """What is read: `max_mb` bounds a file (mebibytes), `max_chars` the text of a document; 0 is no bound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_mb: float = Field(default=100, ge=0)
    max_chars: int = Field(default=2_000_000, ge=0)
    follow_links: bool = Field(default=False, description="also symbolic links that lead outside the source")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A file that was found: where it lies, and its name in reports, NFC and relative to what the user named.

    `outside` says that it is a symbolic link, or a folder behind one, that leads out of what the user named.
    """

    path: Path
    source: str
    outside: bool = False


def find_sources(
    sources: Sequence[str | Path], settings: IngestSettings | None = None, *, skip: Path | None = None
) -> Iterator[FileRef]:
    """All files of the named files and folders, in the same order on every machine.

    Hidden files, `skip` (our own output), folders seen before (a loop of links) and what is named twice are left out.
    A symbolic link inside a folder that leads out of all that was named is not followed but marked, since whoever
    made the folder could make any file of this machine a document. Raises ConfigError for a path that does not
    exist, for an address and for a folder without files.
    """
    names = [Path(source) for source in sources]
    if not names:
        raise ConfigError(Sentence("no source was named; name a file or a folder"))
    for source, path in zip(sources, names, strict=True):
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(source)):
            told = (
                "{source}: addresses cannot be read yet, only files and folders; save the pages as files and name "
                "their folder"
            )
            raise ConfigError(Sentence(told, source=source))
        if not os.path.exists(path):  # noqa: PTH110 (Path.exists raises for a name too long)
            raise ConfigError(Sentence("{path}: there is no such file or folder", path=path))
    follows = settings is not None and settings.follow_links
    walk = _Walk(
        hidden=os.path.realpath(skip) if skip is not None else "",
        roots=() if follows else tuple(os.path.realpath(name) for name in names),
    )
    several = len(names) > 1
    used: set[str] = set()
    seen: set[str] = set()
    for path in names:
        if not path.is_dir():
            refs = iter([FileRef(path=path, source=_nfc(path.name))])
        else:
            prefix = f"{_nfc(path.resolve().name)}/" if several else ""
            refs = walk.files(path, prefix, frozenset())
        found = False
        for ref in refs:
            found = True
            if several:
                place = os.path.realpath(ref.path)
                if place in seen:
                    continue
                seen.add(place)
            yield replace(ref, source=_named_apart(ref.source, used)) if several else ref
        if not found:
            raise ConfigError(
                Sentence("{path}: the folder holds no files; put documents into it or name another folder", path=path)
            )


def _named_apart(name: str, used: set[str]) -> str:
    """A name that is not in `used` yet, and from now on is; the suffix stays, for it chooses the reader."""
    pure, apart, number = PurePosixPath(name), name, 2
    while apart in used:
        apart, number = str(pure.with_name(f"{pure.stem}~{number}{pure.suffix}")), number + 1
    used.add(apart)
    return apart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """`hidden` is a folder not to enter; `roots` are where links may lead, none of them means: anywhere."""

    hidden: str
    roots: tuple[str, ...]

    def files(self, folder: Path, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[FileRef]:
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino)
            if here in above or (self.hidden and os.path.realpath(folder) == self.hidden):
                return
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: (_nfc(entry.name), entry.name))
        except OSError:
            # Handed on as a file: reading it gives a Rejected that names the folder.
            yield FileRef(path=folder, source=prefix.rstrip("/") or _nfc(folder.name))
            return
        seen: set[str] = set()
        for entry in found:
            name = _nfc(entry.name)
            if name.startswith(".") or name in SKIPPED_FOLDERS or name.lower() in SKIPPED_FILES:
                continue
            name = _named_apart(name, seen)
            path = folder / entry.name
            if self._leads_out(entry):
                yield FileRef(path=path, source=f"{prefix}{name}", outside=True)
            elif _is_folder(entry):
                yield from self.files(path, f"{prefix}{name}/", above | {here})
            else:
                yield FileRef(path=path, source=f"{prefix}{name}")

    def _leads_out(self, entry: os.DirEntry[str]) -> bool:
        if not self.roots or not entry.is_symlink():
            return False
        place = os.path.realpath(entry.path)
        return not any(place == root or place.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _nfc(name: str) -> str:
    # A name that is not UTF-8 holds lone surrogates, which no report could be written with.
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def read_file(ref: FileRef, settings: IngestSettings | None = None) -> SourceFile | Rejected:
    """The bytes of a file, or why they cannot be had; the size is looked at before anything is read."""
    limit_mb = (settings or IngestSettings()).max_mb
    if ref.outside:
        told = (
            "{source}: is a link that leads outside the source; name what it leads to as a source too, "
            "or set ingest.follow_links to true"
        )
        return _rejected(ref.source, "link", Sentence(told, source=ref.source))
    try:
        status = ref.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return _rejected(
                ref.source,
                "not_a_file",
                Sentence("{source}: is not a regular file or readable folder", source=ref.source),
            )
        if limit_mb and status.st_size > limit_mb * MEBIBYTE:
            told = (
                "{source}: {size_mb:,.1f} MB, above the limit of {limit_mb:g} MB; split the file or raise ingest.max_mb"
            )
            size_mb = status.st_size / MEBIBYTE
            detail = Sentence(told, source=ref.source, size_mb=size_mb, limit_mb=limit_mb)
            return _rejected(ref.source, "too_large", detail)
        return SourceFile(source=ref.source, data=ref.path.read_bytes())
    except OSError as error:
        return _rejected(
            ref.source,
            "unreadable",
            Sentence("{source}: cannot be read ({cause})", source=ref.source, cause=cause_of(error)),
        )


def read_documents(
    file: SourceFile, readers: Sequence[Reader], settings: IngestSettings | None = None
) -> Iterator[Document | Rejected]:
    """Every page of a file as a document, or the reason why it is none; one bad page never stops the others."""
    reader = max(readers, key=lambda candidate: candidate.match(file), default=None)
    if reader is None or reader.match(file) is Match.NO:
        names = ", ".join(candidate.name for candidate in readers)
        detail = Sentence(
            "{source}: no reader knows the suffix {suffix}; readers: {names}",
            source=file.source,
            suffix=file.suffix or Sentence("(none)"),
            names=names,
        )
        yield _rejected(file.source, "no_reader", detail)
        return
    members: dict[str, int] = {}
    try:
        for page in reader.read(file):
            count = members[page.member] = members.get(page.member, 0) + 1
            member = page.member if count == 1 else f"{page.member}~{count}"
            yield _document(file, page, member, (settings or IngestSettings()).max_chars)
    except InputError as error:
        yield _rejected(file.source, error.reason, error.detail)
        return
    if not members:
        yield _rejected(file.source, "empty", Sentence("{source}: holds no pages", source=file.source))


def _document(file: SourceFile, page: Page | BadPage, member: str, max_chars: int) -> Document | Rejected:
    source = f"{file.source}!{clean_text(member)}" if member else file.source
    if isinstance(page, BadPage):
        return _rejected(source, page.reason, page.detail)
    if page.draft:
        return _rejected(source, "draft", Sentence("{source}: is a draft or not published", source=source))
    if not page.text.strip():
        return _rejected(source, "empty", Sentence("{source}: holds no text besides markup", source=source))
    if 0 < max_chars < len(page.text):
        detail = Sentence(
            "{source}: {count:,} characters; cut it into documents, or raise ingest.max_chars ({max_chars:,})",
            source=source,
            count=len(page.text),
            max_chars=max_chars,
        )
        return _rejected(source, "too_large", detail)
    meta = _json_only(page.meta)
    published = iso_date(page.published)
    if page.published and published is None:
        warning = Sentence(
            "{source}: the date {published!r} is not understood", source=source, published=page.published[:60]
        )
        meta["warnings"] = [*meta.get("warnings", []), warning]
    title = " ".join(clean_text(page.title).split())
    if spoken := [*injection_warnings(title, f"{source}, title"), *injection_warnings(page.text, source)]:
        meta["warnings"] = [*meta.get("warnings", []), *spoken]
    return Document.make(
        source=source, title=title, published=published, author=" ".join(clean_text(page.author).split()) or None,
        text=page.text, language=language_of(page.text), blocks=page.blocks, meta=meta,
    )  # fmt: skip


def _rejected(source: str, reason: str, detail: Sentence) -> Rejected:
    return Rejected.make(item_id=digest(source), source=source, stage=STAGE, reason=reason, detail=detail)


def _json_only(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {clean_text(str(key)): _json_value(value) for key, value in meta.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Mapping):
        return _json_only(value)
    if isinstance(value, list | tuple):
        return [_json_value(part) for part in value]
    return str(value)


_CLOCK = r"(?P<half>오전|오후|am|pm|a\.m\.|p\.m\.)?\s*(?P<hour>\d{1,2})\s*(?::|시)\s*(?P<minute>\d{1,2})?\s*분?"
_CLOCK += r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*초?)?\s*(?P<half_after>am|pm|a\.m\.|p\.m\.)?"
_ZONE = r"(?:\s*(?P<zone>z|utc|gmt|kst|[+-]\d{2}:?\d{2}|[+-]\d{2}))?"
_DAY_OF_WEEK = r"(?:\s*[(\[]?(?:[월화수목금토일](?:요일)?|mon|tue|wed|thu|fri|sat|sun)[a-z]*[)\]]?,?)?"
_NUMERIC = re.compile(
    r"\s*(?P<year>\d{4})\s*(?:[-./]|년)\s*(?P<month>\d{1,2})\s*(?:[-./]|월)\s*(?P<day>\d{1,2})\s*(?:일|\.)?"
    rf"{_DAY_OF_WEEK}(?:[\st,]*{_CLOCK}{_ZONE})?\s*",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"\s*(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})\s*")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ENGLISH = re.compile(
    r"\s*(?:[a-z]{3,9},\s*)?(?:(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?|"
    r"(?P<day_first>\d{1,2})(?:st|nd|rd|th)?\s+(?P<name_after>[a-z]{3,9})\.?),?\s+(?P<year>\d{4})"
    rf"(?:[\s,]+(?:at\s+)?{_CLOCK}{_ZONE})?\s*",
    re.IGNORECASE,
)


def iso_date(text: str) -> str | None:
    """ISO 8601 date or datetime with the offset as written; None for what is no date."""
    text = unicodedata.normalize("NFKC", text[:200]).strip()
    for pattern in (_NUMERIC, _COMPACT, _ENGLISH):
        if (found := pattern.fullmatch(text)) is not None:
            return _iso_of(found)
    if re.match(r"[A-Za-z]{3},\s+\d", text):
        try:
            return parsedate_to_datetime(text).isoformat()
        except ValueError:
            return None
    return None


def _iso_of(found: re.Match[str]) -> str | None:
    part = {name: value or "" for name, value in found.groupdict().items()}
    name = (part.get("name") or part.get("name_after") or "").lower()[:3]
    month = _MONTHS.get(name, 0) if name else int(part["month"])
    day = int(part.get("day") or part.get("day_first") or 0)
    try:
        if not part.get("hour"):
            return date(int(part["year"]), month, day).isoformat()
        hour = int(part["hour"])
        half = (part["half"] or part["half_after"]).lower().replace(".", "")
        if half in ("오후", "pm") and hour < 12:
            hour += 12
        elif half in ("오전", "am") and hour == 12:
            hour = 0
        clock = (hour, int(part["minute"] or 0), int(part["second"] or 0))
        return datetime(int(part["year"]), month, day, *clock, tzinfo=_zone(part["zone"])).isoformat()
    except ValueError:
        return None


def _zone(written: str) -> timezone | None:
    if not written:
        return None
    if written[0] not in "+-":
        return timezone(timedelta(hours=9)) if written.lower() == "kst" else UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if written[0] == "-" else offset)


SCRIPTS = {
    "ko": re.compile("[가-힣ㄱ-ㆎ]"),
    "ja": re.compile("[\u3041-\u30ff]"),
    "han": re.compile("[\u4e00-\u9fff]"),
    "en": re.compile("[A-Za-z]"),
}
MIN_HANGUL_SHARE = 0.05  # of all letters: articles full of code have more, English ones that name a Korean less


def language_of(text: str) -> str:
    """`ko`, `ja`, `zh`, `en` or `und`, by script alone; Korean with Hanja is Korean."""
    counts = {name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()}
    letters = sum(counts.values())
    if not letters:
        return "und"
    if counts["ko"] >= letters * MIN_HANGUL_SHARE and counts["ko"] > counts["ja"]:
        return "ko"
    asian = {"ja": counts["ja"] + counts["han"], "zh": counts["han"]}
    if asian["ja"] > letters * 0.3:
        return "ja" if counts["ja"] > counts["han"] * 0.1 else "zh"
    return "en" if counts["en"] > letters * 0.5 else "und"
