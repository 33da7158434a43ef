"""Makes small containers of the older kind (OLE compound files), and HWP 5 documents in them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

SECTOR, MINI = 512, 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
PARAGRAPH, TEXT = 0x42, 0x43
PACKED, PASSWORD, DISTRIBUTION, DRM = 1, 2, 4, 16


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A container of streams below 4,096 bytes; a name with `/` stands in a storage."""
    folders = list(dict.fromkeys(name.split("/")[0] for name in streams if "/" in name))
    names = ["Root Entry", *folders, *streams]
    mini, starts, chain = b"", {}, []
    for name, data in streams.items():
        count = max(1, -(-len(data) // MINI))
        starts[name] = len(chain)
        chain += [len(chain) + 1 + n for n in range(count - 1)] + [END]
        mini += data.ljust(count * MINI, b"\0")
    mini = mini.ljust(-(-len(mini) // SECTOR) * SECTOR, b"\0")
    directory = b""
    for place, name in enumerate(names):
        inside = [n for n, other in enumerate(names) if n and other.rpartition("/")[0] == ("" if place == 0 else name)]
        is_folder = place == 0 or name in folders
        siblings = [n for n, other in enumerate(names) if n and other.rpartition("/")[0] == name.rpartition("/")[0]]
        after = next((n for n in siblings if n > place), FREE) if place else FREE
        label = name.rpartition("/")[2].encode("utf-16-le") + b"\0\0"
        size = len(mini) if place == 0 else len(streams.get(name, b""))
        start = 1 if place == 0 else starts.get(name, 0)
        kind = ROOT if place == 0 else STORAGE if is_folder else STREAM
        directory += label.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(label), kind, 1, FREE, after, inside[0] if is_folder and inside else FREE, b"",
            0, 0, 0, start, size,
        )  # fmt: skip
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    mini_fat = b"".join(struct.pack("<I", entry) for entry in chain)
    mini_fat = mini_fat.ljust(-(-len(mini_fat) // SECTOR) * SECTOR, b"\xff")
    counts = [len(part) // SECTOR for part in (mini, directory, mini_fat)]
    fat, first = [FAT], 1
    for count in counts:
        fat += [first + n + 1 for n in range(count - 1)] + [END]
        first += count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1 + counts[0], 0, 4096, 1 + counts[0] + counts[1], counts[2], END, 0)
    return (head + struct.pack("<I", 0)).ljust(SECTOR, b"\xff") + table + mini + directory + mini_fat


def hwp(paragraphs: Sequence[str], *, flags: int = PACKED, section: bytes | None = None) -> bytes:
    """A document of Hangul with one section."""
    body = b"".join(
        _record(PARAGRAPH, 0, bytes(22)) + _record(TEXT, 1, (text + "\r").encode("utf-16-le")) for text in paragraphs
    )
    section = body if section is None else section
    if flags & PACKED:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        section = packer.compress(section) + packer.flush()
    head = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    parts = {
        "FileHeader": head.ljust(256, b"\0"),
        "DocInfo": b"",
        "\x05HwpSummaryInformation": b"",
        "BodyText/Section0": section,
    }
    return compound(parts)


def _record(tag: int, level: int, data: bytes) -> bytes:
    return struct.pack("<I", tag | level << 10 | len(data) << 20) + data
