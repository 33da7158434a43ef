"""Which lines of a file, or of a training and a validation file, say the same: by digests, never by holding texts."""

from __future__ import annotations

import struct
import tempfile
import unicodedata
import weakref
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from corpus_to_ft.errors import StoreError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.validate.base import Finding, Said, at_line, warning

if TYPE_CHECKING:
    import numpy.typing as npt

    Entries = npt.NDArray[Any]

ENTRY = struct.Struct("<Iqq")
FIELDS = [("line", "<u4"), ("question", "<i8"), ("answer", "<i8")]
# Entries that are held, and sorted, at a time.
BLOCK = 1 << 16
PART = 1 << 17


class Seen:
    """Twenty bytes a line, on the disk when they are many. Python's own hash has 64 bits and a key for each process:
    nobody can make collisions.

    With `may_differ` one question may have several answers.
    """

    def __init__(self) -> None:
        self.may_differ = False
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._count = 0

    def add(self, line: int, said: Said) -> None:
        self._held += ENTRY.pack(line, hash(_plain(said.question)), hash(_plain(said.answer)))
        self._count += 1
        if len(self._held) >= BLOCK * ENTRY.size:
            self._set_down()

    def findings(self) -> Iterator[Finding]:
        """Each line that says what an earlier one said, in the order of lines."""
        parts = self._parts()
        told = [_repeated(self._entries(part, parts), self.may_differ) for part in range(parts)]
        for line, first, same in _by_line(told):
            if same:
                said = "the line says exactly what line {first} says; take one of them out"
                yield _found(line, "duplicate_line", Sentence(said, first=int(first)))
            else:
                said = "the question is that of line {first}, and the answer is another; keep the right one"
                yield _found(line, "other_answer", Sentence(said, first=int(first)))

    def found_in(self, training: Seen) -> Iterator[Finding]:
        """Lines of this file, a validation file, whose question is one of `training`."""
        parts = max(self._parts(), training._parts())
        told = [_asked(self._entries(part, parts), training._entries(part, parts)) for part in range(parts)]
        for line, first, _ in _by_line(told):
            said = "the question is that of line {first} of the training file; what is measured with it proves nothing"
            yield _found(line, "question_in_training", Sentence(said, first=int(first)))

    def _set_down(self) -> None:
        with boundary(OSError, to=StoreError, message=Sentence("the folder for temporary files cannot be written to")):
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as this is in use)
                weakref.finalize(self, self._file.close)
            self._file.write(self._held)
            self._file.flush()
        self._held.clear()

    def _parts(self) -> int:
        return -(-self._count // PART)

    def _entries(self, part: int, parts: int) -> Entries:
        """Those of one part, in the order of lines; all of one question are in the same."""
        import numpy as np

        chosen = [block[block["question"] % parts == part] for block in self._blocks()]
        return np.concatenate(chosen) if chosen else np.zeros(0, dtype=FIELDS)

    def _blocks(self) -> Iterator[Entries]:
        import numpy as np

        if self._file:
            self._file.seek(0)
            while block := self._file.read(BLOCK * ENTRY.size):
                yield np.frombuffer(block, dtype=FIELDS)
        yield np.frombuffer(bytes(self._held), dtype=FIELDS)


def _repeated(entries: Entries, may_differ: bool) -> Entries:
    """Lines that say what an earlier one of these said, that one, and whether the answer is the same too."""
    import numpy as np

    if not len(entries):
        return _told(entries["line"], entries["line"], entries["line"])
    entries = entries[np.lexsort((entries["line"], entries["answer"], entries["question"]))]
    lines, questions, answers = (entries[name] for name, _ in FIELDS)
    again = np.concatenate(([False], questions[1:] == questions[:-1]))
    same = again & np.concatenate(([False], answers[1:] == answers[:-1]))
    starts = np.flatnonzero(~again)
    earliest = np.repeat(np.minimum.reduceat(lines, starts), np.diff(starts, append=len(lines)))
    told = same if may_differ else same | (lines != earliest)
    return _told(lines[told], np.where(same, _firsts(lines, ~same), earliest)[told], same[told])


def _asked(entries: Entries, training: Entries) -> Entries:
    import numpy as np

    order = np.argsort(training["question"], kind="stable")
    asked, lines = training["question"][order], training["line"][order]
    if not len(asked):
        return _told(lines, lines, lines)
    places = np.minimum(np.searchsorted(asked, entries["question"]), len(asked) - 1)
    found = asked[places] == entries["question"]
    return _told(entries["line"][found], lines[places[found]], np.zeros(found.sum()))


def _told(lines: Entries, firsts: Entries, same: Entries) -> Entries:
    import numpy as np

    return np.stack([lines, firsts, same]).astype(np.uint32).T


def _by_line(told: list[Entries]) -> Iterator[Any]:
    import numpy as np

    if told:
        found = np.concatenate(told)
        yield from found[np.argsort(found[:, 0], kind="stable")]


def _found(line: Any, code: str, message: Sentence) -> Finding:
    return at_line(warning(code, message), int(line))


def _firsts(lines: npt.NDArray[Any], begins: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """For each place the line at which its group begins."""
    import numpy as np

    return lines[np.maximum.accumulate(np.where(begins, np.arange(len(lines)), 0))]


def _plain(text: str) -> str:
    """Spaces and the composition of Hangul do not make another question."""
    joined = " ".join(text.split())
    return joined if unicodedata.is_normalized("NFC", joined) else unicodedata.normalize("NFC", joined)
