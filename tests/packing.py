"""Archives as honest programs pack them, and as nobody honest would."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

MEBIBYTE = 1024 * 1024


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return held.getvalue()


def zipped_raw(entries: Iterable[tuple[bytes, bytes]], flags: int = 0, **listed: int) -> bytes:
    """Names as bytes, and what the directory says wrongly of every entry: `method`, `unpacked`, `packed`, `mode`."""
    body, directory, count = b"", b"", 0
    for name, content in entries:
        packed, at = zlib.compress(content, wbits=-15), len(body)
        sizes = (zlib.crc32(content), listed.get("packed", len(packed)), listed.get("unpacked", len(content)))
        method = listed.get("method", 8)
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 0, *sizes, len(name), 0) + name + packed
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 3 << 8, 20, flags, method, 0, 0, *sizes, len(name), 0, 0, 0, 0,
            listed.get("mode", 0o100644) << 16, at,
        ) + name  # fmt: skip
        count += 1
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(body), 0)
    return body + directory + end


def zipped_onto_itself(count: int, size: int) -> bytes:
    """One packed stretch that every entry claims for itself, the trick that makes petabytes of kilobytes."""
    packed = zlib.compress(bytes(size), wbits=-15)
    sizes = (zlib.crc32(bytes(size)), len(packed), size)
    body = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, 5, 0) + b"a.txt" + packed
    directory = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes, 9, 0, 0, 0, 0, 0, 0)
        + b"%05d.txt" % number
        for number in range(count)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(body), 0)
    return body + directory + end


def zip_bomb(path: Path, size: int) -> None:
    """One entry of zeros, packed a thousandfold, without ever holding them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("글.md", "# 글\n\n폭탄 곁의 글입니다.")
        with archive.open("폭탄.md", "w", force_zip64=True) as entry:
            for _ in range(size // MEBIBYTE):
                entry.write(bytes(MEBIBYTE))


def many_entries(path: Path, count: int) -> None:
    """A directory of very many entries, all of nothing."""
    name, listed = b"%07d.md", struct.Struct("<4s6H3L5H2L")
    directory = b"".join(
        listed.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0) + name % number
        for number in range(count)
    )
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), 0)
    pointer = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(directory + end64 + pointer + end)


def tarred(members: Mapping[str, str | bytes], mode: str = "w") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        for name, text in members.items():
            data = text.encode() if isinstance(text, str) else text
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def tarred_entry(entry: tarfile.TarInfo, mode: str = "w") -> bytes:
    """One entry without content, whatever its header says."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        archive.addfile(entry)
    return held.getvalue()
