"""Which of many texts are alike: exactly while they are few, by small sketches of them when they are very many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from corpus_to_ft.similar import Pair, similar_texts, trigrams

# 320 minima in 64 bands of 5: of pairs 0.6 alike one in 160 is missed, of pairs 0.7 alike one in 100,000.
BINS, BANDS = 320, 64
MOST_LEADERS = 32
LEAST_THRESHOLD = 0.5
# Beyond either, exact comparison takes too long or the texts too much memory.
MOST_EXACT, MOST_EXACT_CHARS = 5_000, 20_000_000
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)


class AlikeTexts:
    """Takes texts one by one and finds those that are alike; positions count in the order of `add`."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._chars = 0
        self._sketches: Sketches | None = None

    def add(self, text: str) -> None:
        if self._sketches is not None:
            self._sketches.add(text)
            return
        self._texts.append(text)
        self._chars += len(text)
        if len(self._texts) > MOST_EXACT or self._chars > MOST_EXACT_CHARS:
            self._sketches = Sketches()
            for held in self._texts:
                self._sketches.add(held)
            self._texts.clear()

    def searched_from(self, threshold: float) -> float:
        """The likeness from which pairs are found: `threshold`, or more where there are very many texts."""
        return threshold if self._sketches is None else max(threshold, LEAST_THRESHOLD)

    def pairs(self, threshold: float) -> Iterator[Pair]:
        """As `similar_texts` while texts are few, as `Sketches.pairs` then."""
        if self._sketches is None:
            return similar_texts(self._texts, threshold)
        return self._sketches.pairs(max(threshold, LEAST_THRESHOLD))


class Sketches:
    """Half a kilobyte of each text, in the order of `add`.

    Likeness is the Jaccard share of common character trigrams. The trigrams of a text fall into bins, of each bin the
    least hash is kept, and an empty bin takes the one of the next (Li, Owen and Zhang, "One permutation hashing",
    2012; Shrivastava and Li, "Densifying one permutation hashing", 2014). Estimates err by 0.03, of texts under
    200 characters by 0.05. Candidates agree in a whole band (Leskovec, Rajaraman and Ullman, "Mining of Massive
    Datasets", chapter 3).
    """

    def __init__(self) -> None:
        self._rows = np.empty((256, BINS), dtype=np.uint16)
        self._size = 0

    def add(self, text: str) -> None:
        if self._size == len(self._rows):
            # Half more each time, in place: doubling would hold the old and a twice larger array at once.
            self._rows.resize((self._size * 3 // 2, BINS), refcheck=False)
        self._rows[self._size] = sketch(text)
        self._size += 1

    def pairs(self, threshold: float) -> Iterator[Pair]:
        """Pairs at least `threshold` alike (no less than LEAST_THRESHOLD), enough to join every group of like texts.

        Of texts that are all alike, each is paired with the first; a pair may come more than once.
        """
        rows = self._rows[: self._size]
        for band in range(BANDS):
            for group in _groups(rows[:, band::BANDS]):
                yield from _led(group, rows, threshold)


def sketch(text: str, size: int = BINS) -> npt.NDArray[np.uint16]:
    """`size` minima; the share that two texts have in common estimates how alike they are."""
    hashes = trigrams(text)
    bins = (hashes % np.uint64(size)).astype(np.intp)
    least = np.full(size, _EMPTY, dtype=np.uint64)
    np.minimum.at(least, bins, hashes // np.uint64(size))
    filled = np.flatnonzero(least != _EMPTY)
    source = filled[np.searchsorted(filled, np.arange(size)) % len(filled)]
    # What is borrowed is marked by how far it came, so that two empty bins are not alike by chance.
    far = ((source - np.arange(size)) % size).astype(np.uint64)
    mixed = (least[source] + far * np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xC2B2AE3D27D4EB4F)
    return np.asarray((mixed >> np.uint64(48)).astype(np.uint16))


def _groups(band: npt.NDArray[np.uint16]) -> Iterator[npt.NDArray[np.intp]]:
    """Positions whose band is the same, ascending, for every band that two or more have."""
    keys = np.ascontiguousarray(band).view(np.dtype((np.void, band.shape[1] * 2))).ravel()
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(starts[1:], len(order))
    for number in np.flatnonzero(ends - starts > 1).tolist():
        yield order[starts[number] : ends[number]]


def _led(group: npt.NDArray[np.intp], rows: npt.NDArray[np.uint16], threshold: float) -> Iterator[Pair]:
    """Pairs of the group's first text with those like it, then of the first that is left, and so on."""
    waiting = group
    for _ in range(MOST_LEADERS):
        if len(waiting) < 2:
            return
        leader, others = waiting[0], waiting[1:]
        likeness = (rows[others] == rows[leader]).mean(axis=1)
        alike = likeness >= threshold
        for other, share in zip(others[alike].tolist(), likeness[alike].tolist(), strict=True):
            yield Pair(int(leader), other, share)
        waiting = others[~alike]
