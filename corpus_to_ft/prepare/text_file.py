"""Opens a text file of any size and Korean encoding as a stream: only small or odd ones are held whole."""

from __future__ import annotations

import codecs
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from corpus_to_ft.decode import recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence

PIECE_BYTES = 1 << 20
# What is looked at whole, where damage and double encoding are found and repaired.
SMALL_BYTES, MOST_WHOLE_BYTES = 1 << 20, 64 << 20
WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class OpenText(NamedTuple):
    """A text to go over once.

    `as_it_is` says that it is UTF-8 with `\\n` line ends, as training files are; `marked`, that it begins with a byte
    order mark.
    """

    stream: IO[str]
    encoding: str
    as_it_is: bool
    marked: bool = False
    warnings: Sequence[Sentence] = ()


def open_text(path: Path, *, newline: str = "\n") -> OpenText:
    """Raises InputError `empty`, `binary` or `damaged`, as `decode` does."""
    with path.open("rb") as file:
        head = file.read(PIECE_BYTES)
    size = path.stat().st_size
    marked = head.startswith(codecs.BOM_UTF8)
    if size > SMALL_BYTES:
        if (wide := WIDE_MARKS.get(head[:2])) is not None and not head.startswith(codecs.BOM_UTF32_LE):
            return _streamed(path, wide, newline)
        bad_at = _first_bad_byte(path, "utf-8")
        if bad_at is None:
            opened = _streamed(path, "utf-8-sig" if marked else "utf-8", newline)
            return opened._replace(encoding="utf-8", as_it_is=_has_plain_lines(path), marked=marked)
        if size > MOST_WHOLE_BYTES:
            if _first_bad_byte(path, "cp949") is None:
                return _streamed(path, "cp949", newline)
            told = "{source}: not whole utf-8 (first bad byte at {start}) nor whole CP949; save it again as UTF-8"
            raise InputError("damaged", Sentence(told, source=path.name, start=bad_at))
    found = recognize(path.read_bytes(), source=path.name)
    text = found.text.removeprefix("\ufeff")
    as_it_is = found.encoding == "utf-8" and not found.warnings and _has_plain_lines(path)
    return OpenText(io.StringIO(text, newline=newline), found.encoding, as_it_is, marked, found.warnings)


def _has_plain_lines(path: Path) -> bool:
    """Whether every line ends with `\\n` alone, the last one too."""
    last = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            if b"\r" in piece:
                return False
            last = piece[-1:]
    return last == b"\n"


def _streamed(path: Path, encoding: str, newline: str) -> OpenText:
    return OpenText(path.open(encoding=encoding, newline=newline), encoding, as_it_is=False)


def _first_bad_byte(path: Path, encoding: str) -> int | None:
    """Where the file is not in `encoding`; a text has no NUL. None where all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    at = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            if (nul := piece.find(0)) >= 0:
                return at + nul
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                return at + error.start
            at += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return at
    return None
