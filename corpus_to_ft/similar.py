"""How alike two texts are, in character trigrams, and which texts of many are alike.

Trigrams of characters need no analyzer and separate reworded Korean sentences from different ones
far better than words do. Likeness is the Jaccard share of common trigrams, white space ignored.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# Odd 64-bit constants of the golden ratio kind: they spread neighbouring code points over all bits.
_MIX = tuple(np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


# Trigrams that are kept of a long text to find what it is like; Jaccard over so many errs by 0.05.
SAMPLE = 100
SAMPLE_ERROR = 0.1


class Pair(NamedTuple):
    """Two positions, `first` before `second`, and how alike they are (0 to 1)."""

    first: int
    second: int
    likeness: float


def trigrams(text: str, keep_one_of: int = 1) -> npt.NDArray[np.uint64]:
    """Sorted distinct trigram hashes of a text; of long texts every n-th hash value is a fair sample.

    Sampling by value modulo n keeps the same trigrams in every text, so that Jaccard stays unbiased
    (Broder, "On the resemblance and containment of documents", 1997).
    """
    folded = "".join(unicodedata.normalize("NFC", text).casefold().split())
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < 3:
        codes = np.concatenate([codes, np.zeros(3 - len(codes), dtype=np.uint64)])
    with np.errstate(over="ignore"):
        hashes = codes[:-2] * _MIX[0] ^ codes[1:-1] * _MIX[1] ^ codes[2:] * _MIX[2]
        hashes ^= hashes >> np.uint64(29)
        hashes *= _MIX[0]
        hashes ^= hashes >> np.uint64(32)
    hashes.sort()
    distinct: npt.NDArray[np.uint64] = hashes[np.append(True, hashes[1:] != hashes[:-1])]
    if keep_one_of > 1:
        sampled: npt.NDArray[np.uint64] = distinct[distinct % np.uint64(keep_one_of) == 0]
        return sampled if len(sampled) else distinct[:1]
    return distinct


def jaccard(a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]) -> float:
    """Share of common members in all members of two sorted sets; 1.0 for two empty ones."""
    common = len(np.intersect1d(a, b, assume_unique=True))
    total = len(a) + len(b) - common
    return common / total if total else 1.0


def similar_pairs(sets: Sequence[npt.NDArray[np.uint64]], threshold: float) -> Iterator[Pair]:
    """Every pair at least `threshold` alike, exactly (no pair is missed), ordered by the second position.

    Prefix filter (Chaudhuri, Ganti and Kaushik, 2006; Bayardo, Ma and Srikant, 2007): of members in order
    of rarity, all but the last few are looked up in those of the sets before; who shares too few of them
    to be alike even if all the last ones were common is never compared.
    """
    if not sets:
        return
    sizes = np.array([len(members) for members in sets], dtype=np.intp)
    ends = np.cumsum(sizes)
    members, counts = _rare_first(sets, ends)
    # The owners of each member stand together, `known` of them up to the set at hand.
    owners = np.empty(len(members), dtype=np.int32)
    starts = np.cumsum(counts) - counts
    known = np.zeros(len(counts), dtype=np.intp)
    is_here = np.zeros(len(counts), dtype=bool)
    for position, (size, end) in enumerate(zip(sizes.tolist(), ends.tolist(), strict=True)):
        here = members[end - size : end]
        looked_up = here[: size - math.ceil(threshold * size) + 1]
        others, shared = np.unique(owners[_stretches(starts[looked_up], known[looked_up])], return_counts=True)
        # Common members that make a pair alike: threshold / (1 + threshold) of both sizes, less a rounding error.
        needed = threshold / (1 + threshold) * (size + sizes[others]) - 1e-6
        is_here[here] = True
        for other in others[shared + (size - len(looked_up)) >= needed].tolist():
            there = members[ends[other] - sizes[other] : ends[other]]
            common = int(np.count_nonzero(is_here[there]))
            likeness = common / (size + len(there) - common)
            if likeness >= threshold:
                yield Pair(other, position, likeness)
        is_here[here] = False
        owners[starts[here] + known[here]] = position
        known[here] += 1


def _stretches(starts: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The numbers `start` to `start + length` of all stretches, one after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def _rare_first(
    sets: Sequence[npt.NDArray[np.uint64]], ends: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """All members, set after set, renamed by rarity (0 is the rarest) and in that order; and how often each one is."""
    _, names, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rare_first = np.argsort(counts, kind="stable")
    rarity = np.empty(len(counts), dtype=np.intp)
    rarity[rare_first] = np.arange(len(counts))
    members = rarity[names.ravel()]
    for own in np.split(members, ends[:-1]):
        own.sort()
    return members, counts[rare_first]


def similar_texts(texts: Sequence[str], threshold: float) -> Iterator[Pair]:
    """Like `similar_pairs` over the trigrams of texts; long texts are found by a sample and then compared whole.

    A pair within a few hundredths above `threshold` can be missed where the texts are long.
    """
    sets = [trigrams(text) for text in texts]
    often = int(np.median([len(members) for members in sets])) // SAMPLE if sets else 0
    if often <= 1:
        yield from similar_pairs(sets, threshold)
        return
    sampled = [members[members % np.uint64(often) == 0] for members in sets]
    candidates = [few if len(few) else whole for few, whole in zip(sampled, sets, strict=True)]
    for pair in similar_pairs(candidates, threshold - SAMPLE_ERROR):
        likeness = jaccard(sets[pair.first], sets[pair.second])
        if likeness >= threshold:
            yield Pair(pair.first, pair.second, likeness)


class Clusters:
    """Union-find over positions 0 to n-1; the smallest position names its cluster."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, position: int) -> int:
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position

    def join(self, a: int, b: int) -> None:
        first, second = sorted((self.find(a), self.find(b)))
        self._parent[second] = first
