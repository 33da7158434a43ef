"""Zip archives: their directory is read by itself, so that nothing is believed that an entry only claims.

The standard library reads a directory whole whatever its length, takes Korean names for those of an American PC, and
unpacks entries that lie in each other. Here the directory is bounded, names are decoded, and every entry must lie
by itself, be of the size it declares and match its checksum.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.archive.base import Bounds, Entry, damaged, size_of
from corpus_to_ft.ingest.archive.names import silent_encoding
from corpus_to_ft.ingest.base import MEBIBYTE
from corpus_to_ft.language import Sentence

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_END, _END_MARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_END64, _END64_MARK = struct.Struct("<4sQ2H2L4Q"), b"PK\x06\x06"
_END64_PLACE, _END64_PLACE_MARK = struct.Struct("<4sLQL"), b"PK\x06\x07"
_LISTED, _LISTED_MARK = struct.Struct("<4s6H3L5H2L"), b"PK\x01\x02"
_LOCAL, _LOCAL_MARK = struct.Struct("<4s5H3L2H"), b"PK\x03\x04"
_LONGEST_COMMENT = 65_535
# Names of a thousand characters with every extra field.
_LISTED_BYTES = 4096
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED, _UTF8 = 0x1, 0x800
_STORED, _DEFLATED = 0, 8
_ZIP64_FIELD, _UNICODE_NAME_FIELD = 0x0001, 0x7075
_UNIX = 3
# From here on it is the whole archive that is made to harm.
_MOST_OVERLAPS = 20
_OVERLAPPING = "{source}: lies inside another entry of the archive, or its entries in each other; pack it again"
_READ_BYTES = MEBIBYTE // 4
# What only programs write that make one document of several files, and the beginnings of the kinds they tell.
_DOCUMENT_PARTS = frozenset({"[Content_Types].xml", "META-INF/container.xml"})
_DOCUMENT_KINDS = ("application/epub+zip", "application/vnd.oasis.opendocument", "application/hwp+zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """An entry as the directory has it; `name` is empty where its encoding is not told."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    at: int
    mode: int

    @property
    def is_folder(self) -> bool:
        return self.raw_name.endswith((b"/", b"\\")) or stat.S_ISDIR(self.mode)

    @property
    def reach(self) -> int:
        """Where it ends at the earliest."""
        return self.at + _LOCAL.size + len(self.raw_name) + self.packed


@dataclass(eq=False, slots=True, kw_only=True)
class ZipEntry(Entry):
    """`end` is where the next entry begins, or the directory."""

    name: str
    file: BinaryIO
    listed: _Listed
    end: int
    bounds: Bounds

    def take(self, source: str) -> bytes:
        listed = self.listed
        if stat.S_ISLNK(listed.mode):
            told = "{source}: is a link inside an archive, which is not followed; pack what it leads to"
            raise InputError("link", Sentence(told, source=source))
        if listed.flags & _ENCRYPTED:
            told = "{source}: is protected with a password; take the protection off and save it again"
            raise InputError("encrypted", Sentence(told, source=source))
        if listed.method not in (_STORED, _DEFLATED):
            told = "{source}: is packed by method {method}, which is not read; pack it again in the usual way (deflate)"
            raise InputError("unknown_packing", Sentence(told, source=source, method=listed.method))
        start = self._start(source)
        if start + listed.packed > self.end:
            raise InputError("overlapping", Sentence(_OVERLAPPING, source=source))
        self.bounds.refuse_expansion(source, listed.packed, listed.unpacked)
        data = self._unpacked(source, start)
        self.bounds.spend(len(data))
        if len(data) != listed.unpacked:
            told = "{source}: is not of the size that the archive gives for it; pack it again"
            raise InputError("wrong_size", Sentence(told, source=source))
        if zlib.crc32(data) != listed.crc:
            raise damaged(source, Sentence("its checksum is wrong"))
        return data

    def _start(self, source: str) -> int:
        self.file.seek(self.listed.at)
        head = self.file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(_LOCAL_MARK):
            raise damaged(source, Sentence("it is not where the archive lists it"))
        *_, name_bytes, extra_bytes = _LOCAL.unpack(head)
        return int(self.listed.at + _LOCAL.size + name_bytes + extra_bytes)

    def _unpacked(self, source: str, start: int) -> bytes:
        """At most one byte more than was declared."""
        self.file.seek(start)
        left, most = self.listed.packed, self.listed.unpacked + 1
        if self.listed.method == _STORED:
            return self.file.read(min(left, most))
        unpacker, parts = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
        try:
            while left and not unpacker.eof and len(parts) < most:
                part = self.file.read(min(left, _READ_BYTES))
                if not part:
                    break
                left -= len(part)
                parts += unpacker.decompress(part, most - len(parts))
        except zlib.error as error:
            raise damaged(source, Sentence("what is packed cannot be unpacked")) from error
        return bytes(parts)


@dataclass(eq=False, slots=True, kw_only=True)
class _OverlappingEntry(Entry):
    name: str

    def take(self, source: str) -> bytes:
        raise InputError("overlapping", Sentence(_OVERLAPPING, source=source))


def is_document(entries: list[Entry]) -> bool:
    """Whether an archive is one document, as those of office programs and electronic books are."""
    for entry in entries:
        if entry.name in _DOCUMENT_PARTS:
            return True
        if entry.name == "mimetype":
            try:
                return entry.take(entry.name).decode("ascii", "replace").strip().startswith(_DOCUMENT_KINDS)
            except InputError:
                return False
    return False


def zip_entries(file: BinaryIO, source: str, bounds: Bounds) -> list[Entry]:
    """The files of a zip archive in the order of its directory; raises InputError where that cannot be read."""
    directory = _find_directory(file, source)
    if directory.size > (bounds.entries + 1) * _LISTED_BYTES:
        bounds.count(source, bounds.entries + 1)
    file.seek(directory.at)
    listed = []
    for entry in _listed(file.read(directory.size), directory.shift, source):
        bounds.count(source)
        listed.append(entry)
    silent = silent_encoding(entry.raw_name for entry in listed if not entry.name)
    ends = _ends(listed, directory.at)
    if ends.count(0) > _MOST_OVERLAPS:
        raise InputError("overlapping", Sentence(_OVERLAPPING, source=source))
    found: list[Entry] = []
    for number, entry in enumerate(listed):
        name = entry.name or entry.raw_name.decode(silent, "replace")
        if not entry.is_folder:
            found.append(ZipEntry(name=name, file=file, listed=entry, end=ends[number], bounds=bounds))
    return found


def _ends(listed: list[_Listed], end_of_all: int) -> list[int]:
    """Where each entry must end at the latest, so that none lies in another; nothing is left of those that do."""
    ends = [0] * len(listed)
    in_place = sorted(range(len(listed)), key=lambda number: listed[number].at)
    last = -1
    for number, following in pairwise([*in_place, -1]):
        ends[number] = listed[following].at if following >= 0 else end_of_all
        if last >= 0 and listed[number].at < listed[last].reach:
            ends[number] = ends[last] = 0
        if last < 0 or listed[number].reach > listed[last].reach:
            last = number
    return ends


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    """`shift` is how much stands before the archive in the file, as in one that unpacks itself."""

    at: int
    size: int
    shift: int


def _find_directory(file: BinaryIO, source: str) -> _Directory:
    size = size_of(file)
    tail_at = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(tail_at)
    tail = file.read(size - tail_at)
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        raise damaged(source, Sentence("its end is missing"))
    _, disk, first_disk, _, _, directory_size, directory_at, _ = _END.unpack_from(tail, place)
    if disk not in (0, _FULL16) or first_disk not in (0, _FULL16):
        told = "{source}: is a part of an archive of several files; put it together and pack it as one"
        raise InputError("split_archive", Sentence(told, source=source))
    end = tail_at + place
    pointer = place - _END64_PLACE.size
    if pointer >= 0 and tail.startswith(_END64_PLACE_MARK, pointer):
        # The larger numbers stand in an end of their own, just before the pointer to it.
        end -= _END64_PLACE.size + _END64.size
        file.seek(max(0, end))
        large = file.read(_END64.size)
        if len(large) < _END64.size or not large.startswith(_END64_MARK):
            raise damaged(source, Sentence("its end is missing"))
        *_, directory_size, directory_at = _END64.unpack(large)
    shift = end - directory_size - directory_at
    if shift < 0:
        raise damaged(source, Sentence("its directory is missing"))
    return _Directory(at=directory_at + shift, size=directory_size, shift=shift)


def _listed(directory: bytes, shift: int, source: str) -> Iterator[_Listed]:
    place = 0
    while place < len(directory):
        if len(directory) - place < _LISTED.size or not directory.startswith(_LISTED_MARK, place):
            raise damaged(source, Sentence("its directory is broken"))
        (_, made_by, _, flags, method, _, _, crc, packed, unpacked, name_bytes, extra_bytes, comment_bytes,
         _, _, attributes, at) = _LISTED.unpack_from(directory, place)  # fmt: skip
        place += _LISTED.size
        raw_name = directory[place : place + name_bytes]
        extra = _fields(directory[place + name_bytes : place + name_bytes + extra_bytes])
        place += name_bytes + extra_bytes + comment_bytes
        unpacked, packed, at = _large(extra.get(_ZIP64_FIELD, b""), unpacked, packed, at)
        yield _Listed(
            raw_name=raw_name, name=_told_name(raw_name, flags, extra.get(_UNICODE_NAME_FIELD, b"")),
            flags=flags, method=method, crc=crc, packed=packed, unpacked=unpacked, at=at + shift,
            mode=attributes >> 16 if made_by >> 8 == _UNIX else 0,
        )  # fmt: skip


def _fields(extra: bytes) -> dict[int, bytes]:
    found, place = {}, 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, place)
        found[kind] = extra[place + 4 : place + 4 + size]
        place += 4 + size
    return found


def _large(field: bytes, *numbers: int) -> list[int]:
    """The numbers, those that say that they are too large taken from the field for it, in its order."""
    large = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
    return [next(large, number) if number == _FULL32 else number for number in numbers]


def _told_name(raw_name: bytes, flags: int, field: bytes) -> str:
    """The name where its encoding is told; one in a field of its own counts only while it is that of this name."""
    if len(field) > 5 and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw_name):
        return field[5:].decode("utf-8", "replace")
    return raw_name.decode("utf-8", "replace") if flags & _UTF8 or raw_name.isascii() else ""
