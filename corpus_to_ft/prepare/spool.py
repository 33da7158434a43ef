"""What is set down on the disk between passes, so that a file of any size is gone over in little memory."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from corpus_to_ft.errors import StoreError, boundary, cause_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.base import BadRow, Entry

BLOCK = 8192
# Made once: a million are written.
_ENCODER = json.JSONEncoder(ensure_ascii=False)
UNWRITABLE = Sentence("the folder for temporary files cannot be written to")


class Workplace:
    """A temporary folder; gone with its files when closed."""

    def __init__(self) -> None:
        self._open: list[IO[bytes]] = []
        self._folder = tempfile.TemporaryDirectory(prefix="corpus-to-ft-")
        self.path = Path(self._folder.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open:
            file.close()
        self._folder.cleanup()

    def open(self, name: str) -> IO[bytes]:
        """A new file, to write to and to read from; it is closed with the folder."""
        with boundary(OSError, to=StoreError, message=UNWRITABLE):
            file = (self.path / name).open("w+b")
        self._open.append(file)
        return file


class Lines:
    """JSON values set down one after the other and read again in that order, as often as wanted."""

    def __init__(self, work: Workplace, name: str) -> None:
        self._path = work.path / name
        self._file = work.open(name)
        self.count = 0

    def add(self, value: Any) -> None:
        self.add_bytes(_ENCODER.encode(value).encode("utf-8", "surrogatepass") + b"\n")

    def add_bytes(self, line: bytes) -> None:
        try:
            self._file.write(line)
        except OSError as error:
            raise StoreError(Sentence("{message}: {cause}", message=UNWRITABLE, cause=cause_of(error))) from error
        self.count += 1

    def read_bytes(self) -> Iterator[bytes]:
        self._file.flush()
        with self._path.open("rb") as file:
            yield from file

    def read(self) -> Iterator[Any]:
        return map(json.loads, self.read_bytes())


class Entries:
    """The entries of a file."""

    def __init__(self, work: Workplace) -> None:
        self._lines = Lines(work, "entries")

    def add(self, entry: Entry) -> None:
        self._lines.add(entry)

    def __len__(self) -> int:
        return self._lines.count

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(*parts) for parts in self._lines.read())


class Refused:
    """Rows that fell out, by ascending number; `reasons` counts them."""

    def __init__(self, work: Workplace, name: str) -> None:
        self._lines = Lines(work, name)
        self.reasons: dict[str, int] = {}
        self.first: dict[str, BadRow] = {}

    def add(self, row: BadRow) -> None:
        self._lines.add({"line": row.number, "reason": row.reason, "detail": row.detail})
        self.reasons[row.reason] = self.reasons.get(row.reason, 0) + 1
        self.first.setdefault(row.reason, row)

    def __len__(self) -> int:
        return self._lines.count

    def read(self) -> Iterator[dict[str, Any]]:
        return self._lines.read()


class Column:
    """Whole numbers, one for each entry, on the disk while they are added."""

    def __init__(self, work: Workplace, name: str, typecode: str = "Q") -> None:
        self._path = work.path / name
        self._file = work.open(name)
        self._typecode = typecode
        self._held = array(typecode)

    def add(self, value: int) -> None:
        self._held.append(value)
        if len(self._held) >= BLOCK:
            self._write()

    def extend(self, values: Sequence[int]) -> None:
        self._held.extend(values)
        self._write()

    def values(self) -> npt.NDArray[Any]:
        self._write()
        self._file.flush()
        return np.fromfile(self._path, dtype=np.dtype(self._typecode))

    def _write(self) -> None:
        # `tofile` would write past what the file object holds.
        with boundary(OSError, to=StoreError, message=UNWRITABLE):
            self._file.write(self._held.tobytes())
        del self._held[:]
