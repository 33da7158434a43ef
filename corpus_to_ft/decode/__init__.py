"""The only place that turns bytes into text: clean NFC text with `\n` line ends, whatever the encoding was."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from corpus_to_ft.decode.clean import clean_text
from corpus_to_ft.decode.damage import (
    MAX_BAD_SHARE,
    PIECE_BYTES,
    Decoded,
    fault,
    incomplete,
    positions,
    salvage,
    try_decode,
    undo_double_encoding,
    without_replaced,
)
from corpus_to_ft.decode.korean import compose_filled, korean_score, plausible, reads_korean
from corpus_to_ft.decode.private_use import private_use_warnings
from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence

__all__ = ["Decoded", "clean_text", "decode", "private_use_warnings", "recognize"]

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),  # before utf-16-le, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
MAGIC = (
    (b"\x89PNG\r\n", Sentence("a PNG image")),
    (b"\xff\xd8\xff", Sentence("a JPEG image")),
    (b"GIF8", Sentence("a GIF image")),
    (b"PK\x03\x04", Sentence("a ZIP archive or an office document")),
    (b"%PDF-", Sentence("a PDF document")),
    (b"\x1f\x8b\x08", Sentence("a gzip archive")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Sentence("an old office or HWP document")),
    (b"\x7fELF", Sentence("a program")),
    (b"7z\xbc\xaf\x27\x1c", Sentence("a 7z archive")),
    (b"Rar!\x1a\x07", Sentence("a RAR archive")),
    (b"SQLite format 3\x00", Sentence("a SQLite database")),
)
STATEFUL = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"))
MIN_PIECE_BYTES = 64
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")


def decode(data: bytes, *, source: str, html: bool = False) -> Decoded:
    """Clean text of a whole file.

    `html` allows the charset that the page declares where the bytes alone do not tell. Raises InputError
    `empty`, `binary` or `damaged`; the text never holds U+FFFD in place of something lost.
    """
    raw = recognize(data, source=source, html=html)
    text, warnings = without_replaced(clean_text(raw.text), source)
    if not text.strip():
        raise InputError("empty", Sentence("{source}: holds no text", source=source))
    warnings += private_use_warnings(raw.text, source)
    return Decoded(text=text, encoding=raw.encoding, warnings=(*raw.warnings, *warnings))


def recognize(data: bytes, *, source: str, html: bool = False) -> Decoded:
    """The text exactly as encoded, before any cleaning; damage is repaired, dropped with a warning, or refused."""
    if not data.strip(b" \t\r\n\x00") or data in {mark for mark, _ in BOMS}:
        raise InputError("empty", Sentence("{source}: holds no text ({count} bytes)", source=source, count=len(data)))
    for magic, what in MAGIC:
        if data.startswith(magic):
            raise InputError(
                "binary",
                Sentence(
                    "{source}: is {what}, not text; convert it or choose a reader for it", source=source, what=what
                ),
            )
    found = _strict(data, html) or _damaged(data, source)
    controls = len(_CONTROL.findall(found.text))
    if controls > len(found.text) * MAX_BAD_SHARE * 5:
        raise InputError(
            "binary",
            Sentence(
                "{source}: {controls} control characters in {count}; not a text file",
                source=source,
                controls=controls,
                count=len(found.text),
            ),
        )
    if "\x00" in found.text:
        where = positions(match.start() for match in re.finditer("\x00", found.text))
        warning = Sentence("{source}: NUL characters were left out, at character {where}", source=source, where=where)
        found = Decoded(text=found.text, encoding=found.encoding, warnings=(*found.warnings, warning))
    return undo_double_encoding(found, source)


def _strict(data: bytes, html: bool) -> Decoded | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            text = try_decode(data[len(mark) :], encoding)
            return None if text is None else Decoded(text=text, encoding=encoding)
    if data.isascii():
        for escape, encoding in STATEFUL:
            if escape in data and (text := try_decode(data, encoding)) is not None:
                return Decoded(text=text, encoding=encoding)
    nuls = data.count(0)
    if nuls <= len(data) * MAX_BAD_SHARE and (text := try_decode(data, "utf-8")) is not None:
        return Decoded(text=text, encoding="utf-8")
    best = _best(data, ("euc_kr", "cp949", "utf-16-le", "utf-16-be", "johab"))
    if best is not None and reads_korean(best.text):
        return best
    if nuls > len(data) * MAX_BAD_SHARE:
        return None
    declared = _declared(data) if html else None
    if declared and (text := try_decode(data, declared)) is not None:
        return Decoded(text=text, encoding=declared)
    return None


def _damaged(data: bytes, source: str) -> Decoded:
    """What can be kept of bytes that are whole in no Korean encoding."""
    if data.startswith(tuple(mark for mark, _ in BOMS[1:])):
        return _damaged_wide(data, source)
    if data.count(0) > len(data) * MAX_BAD_SHARE:
        raise InputError(
            "binary", Sentence("{source}: holds {count} NUL bytes; not a text file", source=source, count=data.count(0))
        )
    choices = [salvage(data, encoding, source) for encoding in ("utf-8", "cp949", "johab")]
    # Korean words among much English are what UTF-8 loses of damaged CP949: the least loss is right.
    kept = min(
        (choice for choice in choices if choice is not None and reads_korean(choice[1].text)),
        key=lambda choice: choice[0],
        default=None,
    )
    if kept is not None and not kept[1].text.isascii():
        return kept[1]
    guess = _guess(data)
    if guess is not None:
        warning = Sentence(
            "{source}: read as {encoding} by guess; save it as UTF-8 to be sure", source=source, encoding=guess.encoding
        )
        return Decoded(text=guess.text, encoding=guess.encoding, warnings=(warning,))
    if kept is not None:
        return kept[1]
    raise InputError(
        "damaged",
        Sentence(
            "{source}: {fault}; save it again as UTF-8 from an original", source=source, fault=fault(data, "utf-8")
        ),
    )


def _guess(data: bytes) -> Decoded | None:
    """Encodings of other countries; a short text never tells enough."""
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    western = try_decode(data, "cp1252") if high < len(data) * 0.2 else None
    if western is not None and plausible(western):
        return Decoded(text=western, encoding="cp1252")
    if len(data) < MIN_PIECE_BYTES:
        return None
    cut = max(data.rfind(end, 0, PIECE_BYTES) for end in (b"\n", b" "))
    guess = from_bytes(data if len(data) <= PIECE_BYTES or cut <= 0 else data[:cut], steps=10, chunk_size=512).best()
    text = try_decode(data, guess.encoding) if guess is not None else None
    if guess is None or text is None or not plausible(text):
        return None
    return Decoded(text=text, encoding=guess.encoding)


def _damaged_wide(data: bytes, source: str) -> Decoded:
    mark, encoding = next((mark, name) for mark, name in BOMS if data.startswith(mark))
    unit = 4 if "32" in encoding else 2
    body = data[len(mark) :]
    whole = len(body) - len(body) % unit
    text = try_decode(body[:whole], encoding)
    if text is None:
        raise InputError(
            "damaged",
            Sentence(
                "{source}: {fault}; save it again as UTF-8 from an original", source=source, fault=fault(body, encoding)
            ),
        )
    return Decoded(text=text, encoding=encoding, warnings=(incomplete(source, len(mark) + whole),))


def _best(data: bytes, encodings: tuple[str, ...]) -> Decoded | None:
    best, best_score = None, -1.0
    for encoding in encodings:
        text = try_decode(data, encoding)
        if text is not None and encoding == "cp949":
            text = compose_filled(text)
        if text is not None and (score := korean_score(text)) > best_score:
            best, best_score = Decoded(text=text, encoding=encoding), score
    return best


def _declared(data: bytes) -> str | None:
    head = data[:4096]
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    return found.group(1).decode("ascii", "ignore") if found else None
