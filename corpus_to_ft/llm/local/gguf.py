"""Looks at a GGUF file without loading it: that it is one, that it can chat, and what it is called by content."""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from corpus_to_ft.errors import ConfigError, cause_of
from corpus_to_ft.language import Sentence

MAGIC = b"GGUF"
# Version 1 counted in 32 bits, and no file of it is left in use.
VERSIONS = (2, 3)
_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_COUNTS = {4: "<I", 10: "<Q"}
_STRING, _ARRAY = 8, 9
_MOST_KEYS = 100_000
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the head of a model says of it; `trained_tokens` is the longest context it has seen, 0 where unknown."""

    architecture: str
    has_chat_template: bool
    trained_tokens: int


def check_parts(path: Path) -> list[Path]:
    """The files of a model in order: itself, or all parts of one that was split.

    Raises ConfigError where one is missing, unreadable or no GGUF file.
    """
    parts = [path.with_name(name) for name in part_names(path.name)]
    for part in parts:
        if not part.exists():
            if part == path:
                raise ConfigError(Sentence("provider.model: there is no file {path}", path=path))
            text = "provider.model: there is no file {part}; it is a part of {name}"
            raise ConfigError(Sentence(text, part=part, name=path.name))
        try:
            with part.open("rb") as file:
                magic = file.read(len(MAGIC))
        except OSError as error:
            text = "provider.model: {path} cannot be read: {cause}"
            raise ConfigError(Sentence(text, path=part, cause=cause_of(error))) from error
        if magic != MAGIC:
            text = (
                "provider.model: {path} is no GGUF file (it begins with {magic}, not {wanted}); "
                "llama.cpp runs models in that format alone"
            )
            raise ConfigError(Sentence(text, path=part, magic=repr(magic), wanted=repr(MAGIC)))
    return parts


def part_names(name: str) -> list[str]:
    """All names of a model that was split (`…-00001-of-00003.gguf`), beginning with the first; else the name."""
    found = _PART.search(name)
    if not found:
        return [name]
    count = int(found[2])
    return [f"{name[: found.start()]}-{number:05d}-of-{count:05d}.gguf" for number in range(1, count + 1)]


def plain_name(name: str) -> str:
    """A model's name: its file's, without the number of the part and the suffix."""
    return _PART.sub("", name).removesuffix(".gguf")


def read_header(path: Path) -> Header:
    """Raises ConfigError for a file whose head is damaged or of an unknown version."""
    state = path.stat()
    return _read_header(str(path), state.st_size, state.st_mtime_ns)


def digest_of(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each file, the name by which the hub knows it too."""
    states = [(path, path.stat()) for path in paths]
    return [_sha256(str(path), state.st_size, state.st_mtime_ns) for path, state in states]


@lru_cache(maxsize=64)
def _sha256(path: str, size: int, changed_ns: int) -> str:  # noqa: ARG001
    """Gigabytes are read once in a process; `size` and `changed_ns` tell a changed file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=64)
def _read_header(path: str, size: int, changed_ns: int) -> Header:  # noqa: ARG001
    with Path(path).open("rb") as file:
        try:
            return _parse(file, size)
        except (struct.error, UnicodeDecodeError, _Damaged) as error:
            text = "provider.model: {path} is a damaged GGUF file; fetch it again ({cause})"
            raise ConfigError(Sentence(text, path=path, cause=str(error))) from error


class _Damaged(Exception):
    """A length or a type that no file has."""


def _parse(file: BinaryIO, size: int) -> Header:
    magic, version, _tensors, keys = struct.unpack("<4sIQQ", file.read(24))
    if magic != MAGIC or version not in VERSIONS:
        raise _Damaged(f"version {version}")
    if keys > _MOST_KEYS:
        raise _Damaged(f"{keys} keys")
    architecture, has_template, trained_tokens = "", False, 0
    for _ in range(keys):
        key = _string(file, size)
        (kind,) = struct.unpack("<I", file.read(4))
        if kind == _STRING:
            value = _string(file, size)
            if key == b"general.architecture":
                architecture = value.decode()
            has_template |= key == b"tokenizer.chat_template"
        elif key.endswith(b".context_length") and kind in _COUNTS:
            (trained_tokens,) = struct.unpack(_COUNTS[kind], file.read(_BYTES[kind]))
        else:
            _skip(file, kind, size)
    return Header(architecture=architecture, has_chat_template=has_template, trained_tokens=trained_tokens)


def _string(file: BinaryIO, size: int) -> bytes:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > size - file.tell():
        raise _Damaged(f"a text of {length} bytes")
    return file.read(length)


def _skip(file: BinaryIO, kind: int, size: int) -> None:
    if kind in _BYTES:
        file.seek(_BYTES[kind], os.SEEK_CUR)
        return
    if kind != _ARRAY:
        raise _Damaged(f"a value of type {kind}")
    inner, count = struct.unpack("<IQ", file.read(12))
    if inner in _BYTES:
        file.seek(_BYTES[inner] * count, os.SEEK_CUR)
    elif inner == _STRING:
        for _ in range(count):
            _string(file, size)
    else:
        raise _Damaged(f"a list of type {inner}")
