"""Which lines are set aside for validation: whole groups of like or related ones, a fair share of each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# A validation file of more tells nothing more; the classic tool stopped there too.
MOST_VALIDATION = 1000
CLASSES_SHARE, SHARE = 0.2, 0.1
LEAST_TO_DIVIDE = 5
# Where every group is above its share, as with a handful of documents, one of them may go up to this.
MOST_SHARE = 0.25
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """`to_validation` by line. `small` are classes that have too few lines to be on both sides."""

    to_validation: npt.NDArray[np.bool_]
    small: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return int(self.to_validation.sum())


def divide(clusters: npt.NDArray[Any], classes: npt.NDArray[Any] | None, *, least: int, seed: int = 0) -> Divided:
    """Groups go whole to one side, drawn by `seed`. Of each class its share goes, but never its last group.

    `least` lines stay to be learnt: a host refuses a file of fewer.
    """
    size = len(clusters)
    chosen = np.zeros(size, dtype=bool)
    if size < LEAST_TO_DIVIDE or size <= least:
        return Divided(to_validation=chosen)
    share = SHARE if classes is None else CLASSES_SHARE
    strata = np.zeros(size, dtype=np.int32) if classes is None else classes
    members = np.argsort(clusters, kind="stable").astype(np.int32)
    names, sizes = np.unique(clusters, return_counts=True)
    ends = np.cumsum(sizes)
    counts = {int(name): int(count) for name, count in zip(*np.unique(strata, return_counts=True), strict=True)}
    wanted = min(MOST_VALIDATION, size - int(size * (1 - share)), size - least)
    # The largest remainders make up what whole numbers leave.
    room = {name: int(wanted * count / size) for name, count in counts.items()}
    rest = sorted(counts, key=lambda name: (room[name] - wanted * counts[name] / size, name))
    for name in rest[: wanted - sum(room.values())]:
        room[name] += 1
    left = dict(counts)
    mixed = (names.astype(np.uint64) + np.uint64(seed + 1)) * _SPREAD
    mixed ^= mixed >> np.uint64(31)
    for group in np.argsort(mixed * _SPREAD, kind="stable"):
        lines = members[ends[group] - sizes[group] : ends[group]]
        own = Counter(strata[lines].tolist())
        if all(count <= room[name] and count < left[name] for name, count in own.items()):
            chosen[lines] = True
            for name, count in own.items():
                room[name] -= count
                left[name] -= count
        if not any(room.values()):
            break
    if not chosen.any():
        chosen[_smallest(members, ends, sizes, strata, counts, most=min(int(size * MOST_SHARE), size - least))] = True
        left = {name: count - int((strata[chosen] == name).sum()) for name, count in counts.items()}
    small = () if classes is None else tuple(sorted(name for name, count in counts.items() if left[name] == count))
    return Divided(to_validation=chosen, small=small)


def _smallest(
    members: npt.NDArray[Any],
    ends: npt.NDArray[Any],
    sizes: npt.NDArray[Any],
    strata: npt.NDArray[Any],
    counts: Mapping[int, int],
    *,
    most: int,
) -> npt.NDArray[Any]:
    """The lines of the smallest group of at most `most` that leaves something of each class, if there is one."""
    for group in np.argsort(sizes, kind="stable"):
        if sizes[group] > most:
            break
        lines = members[ends[group] - sizes[group] : ends[group]]
        own = Counter(strata[lines].tolist())
        if all(count < counts[name] for name, count in own.items()):
            return lines
    return members[:0]
