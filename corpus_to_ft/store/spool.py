"""Documents set down on the disk for a while, to be gone over more than once: all of them may not fit into memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Self

from corpus_to_ft.errors import StoreError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Document
from corpus_to_ft.store.codec import decode, encode


class Spool:
    """Takes what it is given at once; `read` gives it afresh each time, in the same order. Gone when closed."""

    def __init__(self, documents: Iterable[Document]) -> None:
        message = Sentence("the folder for temporary files cannot be written to")
        with ExitStack() as stack:
            with boundary(OSError, to=StoreError, message=message):
                self._file: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
            for document in documents:
                line = encode(document).encode() + b"\n"
                with boundary(OSError, to=StoreError, message=message):
                    self._file.write(line)
            # From here on whoever has it closes it.
            stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self) -> Iterator[Document]:
        at = 0
        while True:
            # Others may read at the same time.
            self._file.seek(at)
            line = self._file.readline()
            if not line:
                return
            at = self._file.tell()
            yield decode(line.decode())
