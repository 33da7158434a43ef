"""Names of entries: decoded as whoever packed them meant, and none that leads anywhere but into the archive."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Windows packs Korean names in its own encoding and says nothing about it; a Mac packs UTF-8 and says nothing either.
SILENT_ENCODINGS = ("utf-8", "cp949")
# The encoding that the format names; every byte has a character in it.
LAST_ENCODING = "cp437"
_DRIVE = re.compile(r"[A-Za-z]:")


def silent_encoding(names: Iterable[bytes]) -> str:
    """The encoding of the names of one archive, which does not tell; those of one archive are packed by one program."""
    together = b"\n".join(names)
    for encoding in SILENT_ENCODINGS:
        try:
            together.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return LAST_ENCODING


def inner_path(name: str) -> str | None:
    """The name as a relative path with `/`; None where it is absolute, climbs out of the archive or names nothing."""
    path = name.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or "\0" in path:
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join(parts) if parts and ".." not in parts else None
