"""What every kind of archive shares: its file, its entries, and bounds on what comes out of it."""

from __future__ import annotations

import io
import os
import stat
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import MEBIBYTE, IngestSettings
from corpus_to_ft.language import Sentence

# Little text that shrinks a thousandfold harms nobody.
FREE_OUT_BYTES = MEBIBYTE
MORE_ENTRIES = (
    "{source}: has more than {most:,} entries; unpack it and name its folder, or raise ingest.max_archive_entries"
)


class Entry(ABC):
    """A file in an archive. `name` is decoded but otherwise as it stands there."""

    name: str

    @abstractmethod
    def take(self, source: str) -> bytes:
        """Its bytes; raises InputError, which calls it `source`, for what cannot or must not be had."""


@dataclass(kw_only=True)
class Bounds:
    """What may still come out of one archive, with all archives inside it."""

    settings: IngestSettings
    entries: int
    out_bytes: int

    @classmethod
    def of(cls, settings: IngestSettings) -> Bounds:
        out_bytes = int(settings.max_archive_mb * MEBIBYTE)
        return cls(settings=settings, entries=settings.max_archive_entries, out_bytes=out_bytes)

    def count(self, source: str, entries: int = 1) -> None:
        self.entries -= entries
        if self.entries < 0:
            raise InputError(
                "too_many_entries", Sentence(MORE_ENTRIES, source=source, most=self.settings.max_archive_entries)
            )

    def refuse_expansion(self, source: str, packed: int, unpacked: int) -> None:
        """Raises InputError for what unpacks to more than it may; sizes are as declared, or as far as unpacked."""
        most = self.settings.max_archive_ratio
        if unpacked > FREE_OUT_BYTES and unpacked > most * packed:
            told = "{source}: unpacks to more than {most:g} times its size, as no text does; it was left packed"
            raise InputError("zip_bomb", Sentence(told, source=source, most=most))
        limit_mb = self.settings.max_mb
        if limit_mb and unpacked > limit_mb * MEBIBYTE:
            told = (
                "{source}: {size_mb:,.1f} MB, above the limit of {limit_mb:g} MB; split the file or raise ingest.max_mb"
            )
            detail = Sentence(told, source=source, size_mb=unpacked / MEBIBYTE, limit_mb=limit_mb)
            raise InputError("too_large", detail)
        if unpacked > self.out_bytes:
            raise self.used_up(source)

    def used_up(self, source: str) -> InputError:
        told = (
            "{source}: with it more than {most:g} MB would come out of the archive; unpack it and name its folder, or "
            "raise ingest.max_archive_mb"
        )
        most = self.settings.max_archive_mb
        return InputError("archive_too_large", Sentence(told, source=source, most=most))

    def spend(self, out_bytes: int) -> None:
        self.out_bytes -= out_bytes


def damaged(source: str, how: Sentence) -> InputError:
    told = "{source}: the archive is damaged ({how}); pack it again"
    return InputError("damaged", Sentence(told, source=source, how=how))


def size_of(file: BinaryIO) -> int:
    return file.seek(0, io.SEEK_END)


class OpenFile(io.RawIOBase):
    """A regular file opened for reading, for as long as somebody may read a member of it."""

    def __init__(self, path: Path, source: str) -> None:
        """Raises OSError for what cannot be opened or is no regular file."""
        super().__init__()
        self._source = source
        # Opening a pipe would wait for whoever writes into it.
        self._place = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._opened = os.fstat(self._place)
        self._at = 0
        if not stat.S_ISREG(self._opened.st_mode):
            raise OSError(f"{path} is no regular file")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        now = os.fstat(self._place)
        if (now.st_size, now.st_mtime_ns) != (self._opened.st_size, self._opened.st_mtime_ns):
            told = "{source}: was written to while it was read; run again when it is finished"
            raise InputError("changing", Sentence(told, source=self._source))
        read = os.preadv(self._place, [buffer], self._at) if hasattr(os, "preadv") else self._copied(buffer)
        self._at += read
        return read

    def _copied(self, buffer: memoryview) -> int:
        data = os.pread(self._place, len(buffer), self._at)
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._opened.st_size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            os.close(self._place)
        super().close()
