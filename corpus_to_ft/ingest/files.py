"""Finds the files of folders, in the same order on every machine, and takes their bytes."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.errors import ConfigError, cause_of
from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Rejected, digest

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
        return rejected(ref.source, "link", Sentence(told, source=ref.source))
    try:
        status = ref.path.stat()
        if not stat.S_ISREG(status.st_mode):
            return rejected(
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
            return rejected(ref.source, "too_large", detail)
        return SourceFile(source=ref.source, data=ref.path.read_bytes())
    except OSError as error:
        return rejected(
            ref.source,
            "unreadable",
            Sentence("{source}: cannot be read ({cause})", source=ref.source, cause=cause_of(error)),
        )


def rejected(source: str, reason: str, detail: Sentence) -> Rejected:
    return Rejected.make(item_id=digest(source), source=source, stage=STAGE, reason=reason, detail=detail)
