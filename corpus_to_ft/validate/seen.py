"""Which lines of a file, or of a training and a validation file, say the same: by digests, never by holding texts."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corpus_to_ft.language import Sentence
from corpus_to_ft.validate.base import Finding, Said, at_line, warning

if TYPE_CHECKING:
    import numpy.typing as npt


class Seen:
    """Twenty bytes a line. Python's own hash has 64 bits and a key for each process: nobody can make collisions.

    With `may_differ` one question may have several answers.
    """

    def __init__(self) -> None:
        self.may_differ = False
        self._lines, self._questions, self._answers = array("I"), array("q"), array("q")

    def add(self, line: int, said: Said) -> None:
        self._lines.append(line)
        self._questions.append(hash(_plain(said.question)))
        self._answers.append(hash(_plain(said.answer)))

    def findings(self) -> Iterator[Finding]:
        """Each line that says what an earlier one said, in the order of lines."""
        if len(self._lines) < 2:
            return
        import numpy as np

        lines, questions, answers = self._arrays()
        order = np.lexsort((lines, answers, questions))
        lines, questions, answers = lines[order], questions[order], answers[order]
        again = np.concatenate(([False], questions[1:] == questions[:-1]))
        same = again & np.concatenate(([False], answers[1:] == answers[:-1]))
        starts = np.flatnonzero(~again)
        earliest = np.repeat(np.minimum.reduceat(lines, starts), np.diff(starts, append=len(lines)))
        first_of_both = _firsts(lines, ~same)
        others = ~same & (lines != earliest)
        told = np.flatnonzero(same if self.may_differ else same | others)
        for at in told[np.argsort(lines[told], kind="stable")]:
            if same[at]:
                said = "the line says exactly what line {first} says; take one of them out"
                yield _found(lines[at], "duplicate_line", Sentence(said, first=int(first_of_both[at])))
            else:
                said = "the question is that of line {first}, and the answer is another; keep the right one"
                yield _found(lines[at], "other_answer", Sentence(said, first=int(earliest[at])))

    def found_in(self, training: Seen) -> Iterator[Finding]:
        """Lines of this file, a validation file, whose question is one of `training`."""
        import numpy as np

        if not len(self._lines) or not len(training._lines):
            return
        lines, questions, _ = self._arrays()
        theirs, asked, _ = training._arrays()
        order = np.argsort(asked, kind="stable")
        places = np.minimum(np.searchsorted(asked[order], questions), len(asked) - 1)
        for at in np.flatnonzero(asked[order][places] == questions):
            said = "the question is that of line {first} of the training file; what is measured with it proves nothing"
            yield _found(lines[at], "question_in_training", Sentence(said, first=int(theirs[order][places[at]])))

    def _arrays(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        import numpy as np

        return (
            np.frombuffer(self._lines, dtype=np.uint32),
            np.frombuffer(self._questions, dtype=np.int64),
            np.frombuffer(self._answers, dtype=np.int64),
        )


def _found(line: Any, code: str, message: Sentence) -> Finding:
    return at_line(warning(code, message), int(line))


def _firsts(lines: npt.NDArray[Any], begins: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """For each place the line at which its group begins."""
    import numpy as np

    starts = np.maximum.accumulate(np.where(begins, np.arange(len(lines)), 0))
    return lines[starts]


def _plain(text: str) -> str:
    """Spaces and the composition of Hangul do not make another question."""
    joined = " ".join(text.split())
    return joined if unicodedata.is_normalized("NFC", joined) else unicodedata.normalize("NFC", joined)
