"""The files that `prepare` writes: under the classic names beside the input, or in a folder with a manifest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from corpus_to_ft.errors import ConfigError, StoreError, cause_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Split
from corpus_to_ft.write.base import dump_line
from corpus_to_ft.write.stage import DISK_FULL

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A file that was written; `tokens` are those of all its lines."""

    path: Path
    split: Split | None
    rows: int
    size_bytes: int
    tokens: int
    sha256: str


class Parts:
    """Files under temporary names until all of them are whole; then they come into their places, the last one last."""

    def __init__(self) -> None:
        self._made: list[tuple[Path, Path]] = []

    @contextmanager
    def open(self, path: Path) -> Iterator[IO[bytes]]:
        part = part_of(path)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.append((part, path))
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())

    def put_in_place(self, stale: Iterable[Path] = ()) -> None:
        for path in stale:
            path.unlink(missing_ok=True)
        for part, path in self._made:
            with writing(path):
                part.replace(path)
        self._made.clear()

    def discard(self) -> None:
        for part, _ in self._made:
            part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Its temporary name."""
    return path.with_name(f".{path.name}.part")


def write_lines(
    parts: Parts, path: Path, split: Split | None, lines: Iterable[tuple[bytes, int]], *, byte_order_mark: bool
) -> MadeFile:
    """`lines` come with their tokens."""
    found, rows, size, tokens = hashlib.sha256(), 0, 0, 0
    with parts.open(path) as file:
        if byte_order_mark:
            file.write(BYTE_ORDER_MARK)
            found.update(BYTE_ORDER_MARK)
            size += len(BYTE_ORDER_MARK)
        for line, count in lines:
            file.write(line)
            found.update(line)
            rows, size, tokens = rows + 1, size + len(line), tokens + count
    return MadeFile(path=path, split=split, rows=rows, size_bytes=size, tokens=tokens, sha256=found.hexdigest())


def write_objects(parts: Parts, path: Path, objects: Iterable[dict[str, Any]]) -> None:
    with parts.open(path) as file:
        for obj in objects:
            file.write((dump_line(obj) + "\n").encode())


def classic_names(source: Path, *, divided: bool, is_taken: Callable[[Path], bool] = Path.exists) -> list[Path]:
    """`<stem>_prepared.jsonl`, or `_prepared_train` and `_prepared_valid`; with ` (1)` and so on where one is taken."""
    stem = f"{source.stem}_prepared"
    endings = ("_train", "_valid") if divided else ("",)
    number = 0
    while True:
        again = f" ({number})" if number else ""
        names = [source.with_name(f"{stem}{ending}{again}.jsonl") for ending in endings]
        if not any(is_taken(name) for name in names):
            return names
        number += 1


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system says of `path`, with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            told = "the disk is full while writing {place}; free some space and run again"
            raise StoreError(Sentence(told, place=path)) from error
        told = "cannot write {place}: {cause}; make its folder writable or choose another one with -o"
        raise ConfigError(Sentence(told, place=path, cause=cause_of(error))) from error
