"""Tar archives, also compressed, and single files under gzip: read as a stream, within bounds."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.archive.base import FREE_OUT_BYTES, Bounds, Entry, damaged, size_of
from corpus_to_ft.ingest.archive.names import silent_encoding
from corpus_to_ft.ingest.base import MEBIBYTE
from corpus_to_ft.language import Sentence

GZIP_MAGIC = b"\x1f\x8b"
TAR_MARK, TAR_MARK_AT = b"ustar", 257
BLOCK_BYTES = 512
# Longer names and facts about an entry are nobody's; the library would read as much as a header asks for.
_LONGEST_HEAD = MEBIBYTE
_SKIP_BYTES = MEBIBYTE // 4
_TAR_ERRORS = (
    tarfile.TarError, EOFError, OSError, zlib.error, ValueError, OverflowError, UnicodeError, RecursionError,
)  # fmt: skip


class _Stream(io.RawIOBase):
    """What the tar library reads from: it goes forward by reading, counts what came out, and stops at the bounds."""

    def __init__(self, file: BinaryIO, source: str, bounds: Bounds, packed: int | None) -> None:
        super().__init__()
        self._file, self._source, self._bounds, self._packed = file, source, bounds, packed
        self._out = 0
        self.longest = _LONGEST_HEAD

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + (self._file.tell() if whence == io.SEEK_CUR else 0)
        if self._packed is None or target < self._file.tell():
            return self._file.seek(target)
        while (here := self._file.tell()) < target:
            if not self._counted(self._file.read(min(_SKIP_BYTES, target - here))):
                break
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self.longest:
            raise damaged(self._source, Sentence("a name or a fact about an entry is endless"))
        return self._counted(self._file.read(size))

    def _counted(self, data: bytes) -> bytes:
        """Of a compressed archive everything counts that is unpacked, also what is only passed over."""
        if self._packed is None or self._file.tell() <= self._out:
            return data
        self._bounds.spend(self._file.tell() - self._out)
        self._out = self._file.tell()
        most = self._bounds.settings.max_archive_ratio
        if self._out > FREE_OUT_BYTES and self._out > most * self._packed:
            told = "{source}: unpacks to more than {most:g} times its size, as no text does; it was left packed"
            raise InputError("zip_bomb", Sentence(told, source=self._source, most=most))
        if self._bounds.out_bytes < 0:
            raise self._bounds.used_up(self._source)
        return data


@dataclass(eq=False, slots=True, kw_only=True)
class TarEntry(Entry):
    name: str
    tar: tarfile.TarFile
    stream: _Stream
    member: tarfile.TarInfo
    bounds: Bounds
    is_packed: bool

    def take(self, source: str) -> bytes:
        member = self.member
        if member.issym() or member.islnk():
            told = "{source}: is a link inside an archive, which is not followed; pack what it leads to"
            raise InputError("link", Sentence(told, source=source))
        if not member.isreg() or member.size < 0:
            raise InputError(
                "not_a_file", Sentence("{source}: is not a regular file or readable folder", source=source)
            )
        self.bounds.refuse_expansion(source, member.size, member.size)
        self.stream.longest = max(_LONGEST_HEAD, member.size)
        try:
            content = self.tar.extractfile(member)
            data = content.read() if content is not None else b""
        except _TAR_ERRORS as error:
            raise damaged(source, Sentence("what is packed cannot be unpacked")) from error
        finally:
            self.stream.longest = _LONGEST_HEAD
        if not self.is_packed:
            self.bounds.spend(len(data))
        if len(data) != member.size:
            told = "{source}: is not of the size that the archive gives for it; pack it again"
            raise InputError("wrong_size", Sentence(told, source=source))
        return data


def tar_entries(file: BinaryIO, source: str, bounds: Bounds, *, is_packed: bool) -> Iterator[Entry]:
    """The files of a tar archive in their order; raises InputError where it is broken, after those before that."""
    packed = size_of(file) if is_packed else None
    file.seek(0)
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_packed else file
    stream = _Stream(plain, source, bounds, packed)
    last = -1
    try:
        tar = tarfile.TarFile(fileobj=stream, mode="r")
        while (member := tar.next()) is not None:
            if member.offset <= last:
                raise damaged(source, Sentence("an entry leads back to one before it"))
            last = member.offset
            bounds.count(source)
            if member.isdir():
                continue
            raw = member.name.encode("utf-8", "surrogateescape")
            name = raw.decode(silent_encoding([raw]), "replace")
            yield TarEntry(name=name, tar=tar, stream=stream, member=member, bounds=bounds, is_packed=is_packed)
        # The library takes whatever it does not understand for the end.
        stream.seek(tar.offset)
        if stream.read(BLOCK_BYTES) != bytes(BLOCK_BYTES):
            raise damaged(source, Sentence("it breaks off in the middle"))
        while is_packed and stream.read(_SKIP_BYTES):  # up to its checksum
            pass
    except _TAR_ERRORS as error:
        raise damaged(source, Sentence("it breaks off in the middle")) from error


@dataclass(eq=False, slots=True, kw_only=True)
class GzipEntry(Entry):
    """The only file under gzip."""

    name: str
    file: BinaryIO
    bounds: Bounds

    def take(self, source: str) -> bytes:
        packed, limit_mb = size_of(self.file), self.bounds.settings.max_mb
        limit = int(limit_mb * MEBIBYTE) if limit_mb else self.bounds.out_bytes
        self.file.seek(0)
        try:
            with gzip.GzipFile(fileobj=self.file) as unpacked:
                data = unpacked.read(min(limit, self.bounds.out_bytes) + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise damaged(source, Sentence("what is packed cannot be unpacked")) from error
        self.bounds.refuse_expansion(source, packed, len(data))
        self.bounds.spend(len(data))
        return data


def is_tar(file: BinaryIO, name: str) -> bool:
    """Whether what is under gzip, or the file itself, is a tar archive; very old ones are known by their name only."""
    if name.lower().endswith((".tar", ".tgz", ".tar.gz")):
        return True
    file.seek(0)
    head = file.read(BLOCK_BYTES)
    if head.startswith(GZIP_MAGIC):
        file.seek(0)
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                head = unpacked.read(BLOCK_BYTES)
        except (EOFError, OSError, zlib.error):
            return False
    return head.startswith(TAR_MARK, TAR_MARK_AT)
