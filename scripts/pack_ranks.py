"""Packs published `.tiktoken` files, found in a folder, into the compact files under `corpus_to_ft/ranks/`."""

from __future__ import annotations

import binascii
import lzma
import sys
from pathlib import Path

from corpus_to_ft.tokens import ENCODINGS

RANKS = Path(__file__).resolve().parent.parent / "corpus_to_ft" / "ranks"


def pack(published: bytes) -> bytes:
    """Lengths apart from tokens: that compresses better, and unpacks without a loop over bytes."""
    lengths, tokens = bytearray(), []
    for line in published.splitlines():
        encoded, rank = line.split()
        token = binascii.a2b_base64(encoded)
        lengths.extend(bytes(int(rank) - len(lengths)))
        lengths.append(len(token))
        tokens.append(token)
    plain = len(lengths).to_bytes(4, "big") + bytes(lengths) + b"".join(tokens)
    return lzma.compress(plain, preset=lzma.PRESET_EXTREME | 9)


def main(folder: Path) -> None:
    for encoding in ENCODINGS:
        packed = pack((folder / f"{encoding}.tiktoken").read_bytes())
        (RANKS / f"{encoding}.xz").write_bytes(packed)
        print(f"{encoding}: {len(packed):,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
