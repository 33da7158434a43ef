"""Finds the files of folders, in the same order on every machine, and takes their bytes."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from corpus_to_ft.errors import cause_of
from corpus_to_ft.ingest.base import FIND, MEBIBYTE, STAGE, IngestSettings, SourceFile, rejected
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Rejected, digest

__all__ = ["STAGE", "FileRef", "IngestSettings", "Walk", "is_skipped", "named_apart", "nfc", "no_document", "rejected"]

SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "__MACOSX"})
SKIPPED_FILES = frozenset({"thumbs.db", "desktop.ini"})
# Pictures, films, sounds, fonts, and what browsers and machines run.
_NO_DOCUMENT_KINDS = (
    "apng avif bmp cur eps gif heic heif ico jfif jpeg jpg png psd svg svgz tif tiff webp xcf",
    "3gp avi flv m4v mkv mov mp4 mpeg mpg webm wmv",
    "aac aif aiff flac m4a mid midi mp3 oga ogg opus wav wma",
    "eot otf ttc ttf woff woff2",
    "css js jsx less map mjs sass scss wasm",
    "a apk bin class dll dmg dylib exe iso jar lib msi o obj pyc so",
)
NO_DOCUMENTS = frozenset(f".{suffix}" for kind in _NO_DOCUMENT_KINDS for suffix in kind.split())
READ_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A file that was found: where it lies, and its name in reports, NFC and relative to what the user named.

    `outside` says that it is a symbolic link, or a folder behind one, that leads out of what the user named.
    """

    path: Path
    source: str
    outside: bool = False

    def read(self, settings: IngestSettings) -> SourceFile | Rejected:
        """The bytes, or why they cannot be had; kind and size are looked at before anything is read."""
        if self.outside:
            told = (
                "{source}: is a link that leads outside the source; name what it leads to as a source too, "
                "or set ingest.follow_links to true"
            )
            return rejected(self.source, "link", Sentence(told, source=self.source))
        try:
            # Opening a pipe would wait for whoever writes into it.
            place = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ENXIO:  # a socket
                return self._not_a_file()
            return self._unreadable(error)
        try:
            for _ in range(READ_TRIES):
                found = self._take(place, settings.max_mb)
                if found is not None:
                    return found
        except OSError as error:
            return self._unreadable(error)
        finally:
            os.close(place)
        told = "{source}: was written to while it was read; run again when it is finished"
        return rejected(self.source, "changing", Sentence(told, source=self.source))

    def _take(self, place: int, limit_mb: float) -> SourceFile | Rejected | None:
        """None where the file changed meanwhile."""
        before = os.fstat(place)
        if not stat.S_ISREG(before.st_mode):
            return self._not_a_file()
        if limit_mb and before.st_size > limit_mb * MEBIBYTE:
            return _too_large(self.source, before.st_size, limit_mb)
        os.lseek(place, 0, os.SEEK_SET)
        with os.fdopen(place, "rb", buffering=0, closefd=False) as file:
            data = file.read(before.st_size + 1) if before.st_size else file.read(1)
            while len(data) < before.st_size and (more := file.read(before.st_size - len(data))):
                data += more
        after = os.fstat(place)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
            return None
        return SourceFile(source=self.source, data=data)

    def _not_a_file(self) -> Rejected:
        told = "{source}: is not a regular file or readable folder"
        return rejected(self.source, "not_a_file", Sentence(told, source=self.source))

    def _unreadable(self, error: OSError) -> Rejected:
        told = "{source}: cannot be read ({cause})"
        return rejected(self.source, "unreadable", Sentence(told, source=self.source, cause=cause_of(error)))


def _too_large(source: str, size: int, limit_mb: float) -> Rejected:
    told = "{source}: {size_mb:,.1f} MB, above the limit of {limit_mb:g} MB; split the file or raise ingest.max_mb"
    detail = Sentence(told, source=source, size_mb=size / MEBIBYTE, limit_mb=limit_mb)
    return rejected(source, "too_large", detail)


class _Folder(NamedTuple):
    """A folder to go into; `above` are those that it lies in, for a link may lead back to one."""

    path: Path
    prefix: str
    above: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """`hidden` is a folder not to enter; `roots` are where links may lead, none of them means: anywhere."""

    hidden: str
    roots: tuple[str, ...]

    def files(self, folder: Path, prefix: str) -> Iterator[FileRef]:
        """Only names are held, for a folder may have very many files; and folders may lie deeper than calls can."""
        inside = [self._entries(_Folder(folder, prefix, frozenset()))]
        while inside:
            found = next(inside[-1], None)
            if found is None:
                inside.pop()
            elif isinstance(found, _Folder):
                inside.append(self._entries(found))
            else:
                yield found

    def _entries(self, opened: _Folder) -> Iterator[FileRef | _Folder]:
        folder, prefix, above = opened
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino)
            if here in above or (self.hidden and here == self._hidden()):
                return
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries if not is_skipped(nfc(entry.name))]
        except OSError:
            # Handed on as a file: reading it gives a Rejected that names the folder.
            yield FileRef(path=folder, source=prefix.rstrip("/") or nfc(folder.name))
            return
        names.sort(key=lambda name: (nfc(name), name))
        # Most file systems make one name of names that differ in their form only; others keep them apart.
        taken = set(map(nfc, names)) if any(nfc(one) == nfc(two) for one, two in pairwise(names)) else set()
        last = ""
        for own_name in names:
            path, name = folder / own_name, nfc(own_name)
            if name == last:
                name = named_apart(name, taken)
            last = nfc(own_name)
            is_link, is_folder = _kind(path)
            if is_link and self._leads_out(path):
                yield FileRef(path=path, source=f"{prefix}{name}", outside=True)
            elif is_folder:
                yield _Folder(path, f"{prefix}{name}/", above | {here})
            else:
                yield FileRef(path=path, source=f"{prefix}{name}")

    def _hidden(self) -> tuple[int, int] | None:
        """Looked up anew, for a run makes its folder meanwhile; to resolve the path of each folder costs its depth."""
        try:
            status = os.stat(self.hidden)  # noqa: PTH116 (a path made of text)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _leads_out(self, path: Path) -> bool:
        if not self.roots:
            return False
        place = os.path.realpath(path)
        return not any(place == root or place.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)


def is_skipped(name: str) -> bool:
    """Whether a file or folder of this name is nobody's document: hidden, or made by a system for itself."""
    return name.startswith(".") or name in SKIPPED_FOLDERS or name.lower() in SKIPPED_FILES


def no_document(source: str) -> Rejected | None:
    """Why a file among others is not even looked at: its name is that of a picture, a film, a font and the like."""
    suffix = PurePosixPath(source).suffix.lower()
    if suffix not in NO_DOCUMENTS:
        return None
    detail = Sentence("{source}: files of the kind {suffix} are no documents", source=source, suffix=suffix)
    return Rejected.make(item_id=digest(source), source=source, stage=FIND, reason="not_a_document", detail=detail)


def named_apart(name: str, used: set[str]) -> str:
    """A name that is not in `used` yet, and from now on is; the suffix stays, for it chooses the reader."""
    pure, apart = PurePosixPath(name), name
    for number in count(2):
        if apart not in used:
            break
        apart = str(pure.with_name(f"{pure.stem}~{number}{pure.suffix}"))
    used.add(apart)
    return apart


def _kind(path: Path) -> tuple[bool, bool]:
    """Whether it is a symbolic link, and whether it is, or leads to, a folder."""
    try:
        mode = path.lstat().st_mode
        is_link = stat.S_ISLNK(mode)
        return is_link, stat.S_ISDIR(path.stat().st_mode if is_link else mode)
    except OSError:
        return os.path.islink(path), False  # noqa: PTH114 (Path.is_symlink raises for a path too long)


def nfc(name: str) -> str:
    """A name of a file as it stands in reports."""
    if name.isascii():
        return name
    # A name that is not UTF-8 holds lone surrogates, which no report could be written with.
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
