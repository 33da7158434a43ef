"""Archives: what lies in them is found and read in memory, under `export.zip!folder/page.md`, and never on the disk.

Members go the way of files in a folder: hidden ones are left out, those that are no documents fall out quietly, and
archives inside archives are opened to a bounded depth. Whatever an archive claims of itself is held against bounds
first. A fault of a member costs that member, a fault of the archive what comes behind it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.archive.base import Bounds, Entry, OpenFile, damaged
from corpus_to_ft.ingest.archive.names import inner_path
from corpus_to_ft.ingest.archive.tars import BLOCK_BYTES, GZIP_MAGIC, GzipEntry, is_tar, tar_entries
from corpus_to_ft.ingest.archive.zips import MAGIC as ZIP_MAGIC
from corpus_to_ft.ingest.archive.zips import is_document, zip_entries
from corpus_to_ft.ingest.base import Found, IngestSettings, Refused, SourceFile, rejected
from corpus_to_ft.ingest.files import FileRef, is_skipped, named_apart, nfc, no_document
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Rejected

SUFFIXES = (".zip", ".tar", ".tgz", ".gz")
# Common archives whose members need a program of their own to be had.
OTHER_SUFFIXES = (".7z", ".rar", ".alz", ".egg", ".xz", ".txz", ".bz2", ".tbz2", ".tbz", ".zst", ".lzh", ".cab")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive; `inside` is its path there. It can be read for as long as it is held."""

    source: str
    inside: str
    entry: Entry

    def read(self, settings: IngestSettings) -> SourceFile | Rejected:  # noqa: ARG002 (held against them by the entry)
        try:
            return SourceFile(source=self.source, inside=self.inside, data=self.entry.take(self.source))
        except InputError as error:
            return rejected(self.source, error.reason, error.detail)


def is_archive(name: str) -> bool:
    """Whether a file of this name is opened as an archive, or refused as one of a kind that cannot be."""
    return name.lower().endswith((*SUFFIXES, *OTHER_SUFFIXES))


def found_in_archive(ref: FileRef, settings: IngestSettings) -> Iterator[Found]:
    """The members of an archive; the file itself where it is a document or cannot be opened."""
    if ref.source.lower().endswith(OTHER_SUFFIXES):
        yield _refused(ref.source, _other_kind(ref.source))
        return
    try:
        file = cast(BinaryIO, OpenFile(ref.path, ref.source))
    except OSError:
        yield ref
        return
    yield from _found(file, ref.source, Bounds.of(settings), 1, whole=ref)


def _found(file: BinaryIO, source: str, bounds: Bounds, depth: int, whole: Found) -> Iterator[Found]:
    found_any = False
    try:
        if depth > bounds.settings.max_archive_depth:
            told = (
                "{source}: lies {depth} archives deep; unpack it and name its folder, or raise ingest.max_archive_depth"
            )
            raise InputError("nested_too_deep", Sentence(told, source=source, depth=depth))
        entries = _entries(file, source, bounds)
        if isinstance(entries, list) and is_document(entries):
            yield whole
            return
        used: set[str] = set()
        for entry in entries:
            for found in _found_entry(entry, source, bounds, depth, used):
                found_any = True
                yield found
    except InputError as error:
        yield _refused(source, error)
        return
    if not found_any:
        detail = Sentence("{source}: the archive holds no files", source=source)
        yield _refused(source, InputError("empty", detail))


def _entries(file: BinaryIO, source: str, bounds: Bounds) -> Iterable[Entry]:
    """By what it is; the name only says that it may be an archive."""
    file.seek(0)
    head = file.read(BLOCK_BYTES)
    if head.startswith(ZIP_MAGIC) or (source.lower().endswith(".zip") and head):
        return zip_entries(file, source, bounds)
    name = PurePosixPath(source.rpartition("!")[2]).name
    is_packed = head.startswith(GZIP_MAGIC)
    if is_tar(file, name):
        return tar_entries(file, source, bounds, is_packed=is_packed)
    if is_packed:
        bounds.count(source)
        inner = name[:-3] if name.lower().endswith(".gz") else name
        return iter([GzipEntry(name=inner, file=file, bounds=bounds)])
    raise damaged(source, Sentence("it is empty") if not head else Sentence("it is no archive of a known kind"))


def _found_entry(entry: Entry, source: str, bounds: Bounds, depth: int, used: set[str]) -> Iterator[Found]:
    path = inner_path(entry.name)
    if path is None:
        shown = f"{source}!{nfc(entry.name)}"
        told = "{source}: its name leads out of the archive; pack it again with a plain name"
        yield _refused(shown, InputError("unsafe_name", Sentence(told, source=shown)))
        return
    path = nfc(path)
    if any(is_skipped(part) for part in path.split("/")):
        return
    path = named_apart(path, used)
    member = Member(source=f"{source}!{path}", inside=path, entry=entry)
    refused = no_document(member.source)
    if refused is not None:
        yield Refused(source=member.source, why=refused)
    elif path.lower().endswith(OTHER_SUFFIXES):
        yield _refused(member.source, _other_kind(member.source))
    elif path.lower().endswith(SUFFIXES):
        got = member.read(bounds.settings)
        if isinstance(got, Rejected):
            yield Refused(source=member.source, why=got)
        else:
            yield from _found(io.BytesIO(got.data), member.source, bounds, depth + 1, whole=Taken(file=got))
    else:
        yield member


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was read while things were found: an archive in an archive that turned out to be a document."""

    file: SourceFile

    @property
    def source(self) -> str:
        return self.file.source

    def read(self, settings: IngestSettings) -> SourceFile:  # noqa: ARG002 (already done)
        return self.file


def _other_kind(source: str) -> InputError:
    told = "{source}: archives of this kind are not opened; unpack it and name its folder, or pack it as zip"
    return InputError("archive_kind", Sentence(told, source=source))


def _refused(source: str, error: InputError) -> Refused:
    return Refused(source=source, why=rejected(source, error.reason, error.detail))
