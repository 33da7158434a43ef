"""Prompts that wait for the next batch, and the files that are cut from them."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from corpus_to_ft.errors import StoreError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Prompt, Usage

PART = ".part"
_NO_ROOM = Sentence("the folder for temporary files cannot be written to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A prompt without its texts, and where its line lies. `at_most` is what answering it can take."""

    prompt: Prompt
    at: int
    size: int
    at_most: Usage


class Wishes:
    """Many thousands of prompts would not fit into memory, so their lines lie on the disk until they are sent."""

    def __init__(self) -> None:
        self._lines: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()
        self._by_id: dict[str, Wish] = {}

    def add(self, prompt: Prompt, line: bytes, at_most: Usage) -> None:
        light = replace(prompt, text="", title="", headings=(), blocks=(), messages=(), schema={}, sampling={})
        with self._lock, boundary(OSError, to=StoreError, message=_NO_ROOM):
            if prompt.id not in self._by_id:
                if self._lines is None:
                    self._lines = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as there are wishes)
                self._lines.write(line)
                self._by_id[prompt.id] = Wish(prompt=light, at=self._end, size=len(line), at_most=at_most)
                self._end += len(line)

    def __iter__(self) -> Iterator[Wish]:
        """In the order in which they came, so that the prompts of a document stay together."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def line(self, wish: Wish) -> bytes:
        assert self._lines is not None, "a wish has a line"
        self._lines.seek(wish.at)
        return self._lines.read(wish.size)

    def close(self) -> None:
        if self._lines:
            self._lines.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that lies on the disk."""

    size: int
    sha256: str


def write_lines(path: Path, lines: Iterable[bytes]) -> Written:
    """The whole file, or none under its name; it is on the disk before anybody is told of it."""
    part = path.with_name(path.name + PART)
    found, size = hashlib.sha256(), 0
    with boundary(OSError, to=StoreError, message=Sentence("cannot write {path}", path=path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            for line in lines:
                file.write(line)
                found.update(line)
                size += len(line)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return Written(size=size, sha256=found.hexdigest())
