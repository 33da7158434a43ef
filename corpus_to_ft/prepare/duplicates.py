"""Which entries say the same, ask the same or nearly the same: found on the disk, in a few bytes of memory an entry."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_to_ft.prepare.spool import Column, Workplace
from corpus_to_ft.similar import similar_texts
from corpus_to_ft.sketches import MOST_EXACT, MOST_EXACT_CHARS, sketch

# Questions from this likeness are of one cluster: reworded Korean sentences lie at 0.39 and above, others below 0.25.
LIKE = 0.6
# 128 minima in 32 bands of 4: of pairs 0.6 alike one in 80 is missed, of pairs 0.7 alike one in 6,000.
MINIMA, BANDS = 128, 32
BLOCK = 16_384
MOST_COMPARED = 64
LISTED = 10
_NUMBER = re.compile(r"\d+")


def key_of(*texts: str) -> int:
    """64 bits of a digest: two of a million texts have the same by chance once in 37 million files."""
    digest = blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@dataclass(slots=True)
class Found:
    """What is alike; positions count entries in order. `duplicate_of` is the position of the first, or -1.

    `cluster_of` names the first entry of a group of like questions or of one origin, `strict_of` of one question or of
    one origin. `conflicts` are questions with
    several answers, `near` are like questions, `meant` those that ask the same in other words; each are
    examples of as many as its count says.
    """

    duplicate_of: npt.NDArray[np.int32]
    cluster_of: npt.NDArray[np.int32]
    strict_of: npt.NDArray[np.int32]
    conflicts: list[tuple[int, ...]] = field(default_factory=list)
    conflict_count: int = 0
    near: list[tuple[int, int]] = field(default_factory=list)
    near_count: int = 0
    meant: list[tuple[int, int]] = field(default_factory=list)
    meant_count: int = 0


class Alike:
    """Takes the entries in order."""

    def __init__(self, work: Workplace) -> None:
        self._whole, self._asked = Column(work, "whole"), Column(work, "asked")
        self._said, self._origin = Column(work, "said"), Column(work, "origin")
        self._set = Column(work, "set")
        self._near = NearQuestions(work)
        self._has_origins = False

    def add(self, question: str, answer: str, origin: str, bare: str, setting: str = "") -> None:
        """`bare` is the question without what all questions have in common.

        Of the same question in another `setting` nothing is a duplicate and no answer another one, and it stays on the
        same side of the split.
        """
        plain = " ".join(question.split()).casefold()
        # Space around texts is not kept where prompts and completions are laid out.
        self._whole.add(key_of(setting, question.strip(), answer.strip()))
        self._asked.add(key_of(plain))
        self._set.add(key_of(setting, plain))
        self._said.add(key_of(" ".join(answer.split())))
        self._has_origins = self._has_origins or bool(origin)
        self._origin.add(key_of(origin) if origin else 0)
        self._near.add(bare)

    def found(self, meant: Iterable[tuple[int, int, float]] = ()) -> Found:
        """`meant` are pairs of questions that mean the same."""
        whole, asked = self._whole.values(), self._asked.values()
        size = len(whole)
        duplicate_of = np.full(size, -1, dtype=np.int32)
        for group in groups_of(whole):
            duplicate_of[group[1:]] = group[0]
        none = np.zeros(0, dtype=np.int32)
        made = Found(duplicate_of=duplicate_of, cluster_of=none, strict_of=none)
        del whole
        said = self._said.values()
        joined = Joined(size)
        for group in groups_of(asked):
            joined.join_all(group)
        for group in groups_of(self._set.values()):
            if (said[group] != said[group[0]]).any():
                made.conflict_count += 1
                if len(made.conflicts) < LISTED:
                    made.conflicts.append(tuple(group[:4].tolist()))
        del said
        if self._has_origins:
            origins = self._origin.values()
            for group in groups_of(origins):
                if origins[group[0]]:
                    joined.join_all(group)
            del origins
        made.strict_of = joined.names()
        for first, second in self._near.pairs():
            joined.join(first, second)
            if asked[first] != asked[second]:
                made.near_count += 1
                if len(made.near) < LISTED:
                    made.near.append((first, second))
        for first, second, _ in meant:
            if joined.join(first, second):
                made.meant_count += 1
                if len(made.meant) < LISTED:
                    made.meant.append((first, second))
        made.cluster_of = joined.names()
        return made


def groups_of(keys: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.intp]]:
    """Ascending positions of every key that occurs twice or more."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(keys) else np.zeros(0, int)
    ends = np.append(starts[1:], len(order))
    for number in np.flatnonzero(ends - starts > 1).tolist():
        yield order[starts[number] : ends[number]]


class Joined:
    """Groups of positions, four bytes each; the smallest position names its group."""

    def __init__(self, size: int) -> None:
        self._parent = array("i", range(size))

    def find(self, position: int) -> int:
        parent = self._parent
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    def join(self, first: int, second: int) -> bool:
        """Whether they were apart before."""
        least, other = sorted((self.find(first), self.find(second)))
        self._parent[other] = least
        return least != other

    def join_all(self, group: npt.NDArray[np.intp]) -> None:
        first, *others = group.tolist()
        for other in others:
            self.join(first, other)

    def names(self) -> npt.NDArray[np.int32]:
        parent = np.frombuffer(self._parent, dtype=np.int32).copy()
        while True:
            above = parent[parent]
            if (above == parent).all():
                return parent
            parent = above


class NearQuestions:
    """Questions by their trigrams: exactly while they are few, by sketches on the disk when they are many.

    Questions with other numbers in them are other questions, however alike the rest is.
    """

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._texts: list[str] = []
        self._chars = 0
        self._disk: _OnDisk | None = None
        self._numbers = Column(work, "numbers-in-questions")
        self._count = 0

    def add(self, question: str) -> None:
        numbers = key_of(*_NUMBER.findall(question))
        self._numbers.add(numbers)
        self._count += 1
        if self._disk is not None:
            self._disk.add(question, numbers)
            return
        self._texts.append(question)
        self._chars += len(question)
        if len(self._texts) > MOST_EXACT or self._chars > MOST_EXACT_CHARS:
            self._disk = _OnDisk(self._work)
            for text in self._texts:
                self._disk.add(text, key_of(*_NUMBER.findall(text)))
            self._texts.clear()

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Enough of the pairs that are alike to join every group of them."""
        joined, numbers = Joined(self._count), self._numbers.values()
        if self._disk is None:
            found: Iterator[tuple[int, int]] = ((pair.first, pair.second) for pair in similar_texts(self._texts, LIKE))
        else:
            found = self._disk.pairs(joined)
        for first, second in found:
            if numbers[first] == numbers[second] and joined.join(first, second):
                yield first, second


class _OnDisk:
    """384 bytes a question: its minima, and a key for each band of them, by blocks of questions.

    The numbers in a question are part of its keys: where all come out of one template, only those with the same numbers
    are compared.
    """

    def __init__(self, work: Workplace) -> None:
        self._minima = work.open("minima")
        self._bands = work.open("bands")
        self._block = np.zeros((BLOCK, MINIMA), dtype=np.uint16)
        self._mixed = np.zeros((BLOCK, 1), dtype=np.uint64)
        self._held = 0
        self._sizes: list[int] = []

    def add(self, question: str, numbers: int) -> None:
        self._block[self._held] = sketch(question, MINIMA)
        self._mixed[self._held] = numbers
        self._held += 1
        if self._held == BLOCK:
            self._write()

    def _write(self) -> None:
        rows = self._block[: self._held]
        self._minima.write(rows.tobytes())
        # Four numbers of 16 bits are one of 64; half of its bits, well mixed, are enough to find candidates.
        keys = np.ascontiguousarray(rows).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= self._mixed[: self._held]
        self._bands.write(np.ascontiguousarray((keys >> np.uint64(32)).astype(np.uint32).T).tobytes())
        self._sizes.append(self._held)
        self._held = 0

    def pairs(self, joined: Joined) -> Iterator[tuple[int, int]]:
        if self._held:
            self._write()
        self._minima.flush()
        self._bands.flush()
        for band in range(BANDS):
            for group in groups_of(self._keys(band)):
                yield from self._alike(group.tolist(), joined)

    def _keys(self, band: int) -> npt.NDArray[np.uint32]:
        parts, at = [], 0
        for size in self._sizes:
            self._bands.seek(at + band * size * 4)
            parts.append(np.frombuffer(self._bands.read(size * 4), dtype=np.uint32))
            at += BANDS * size * 4
        return np.concatenate(parts)

    def _alike(self, group: Sequence[int], joined: Joined) -> Iterator[tuple[int, int]]:
        """The first of each group that is joined already is compared with the firsts of the others."""
        firsts: dict[int, int] = {}
        for position in group:
            firsts.setdefault(joined.find(position), position)
        waiting = np.array(list(firsts.values())[:MOST_COMPARED])
        if len(waiting) < 2:
            return
        rows = self._rows(waiting.tolist())
        while len(waiting) > 1:
            alike = (rows[1:] == rows[0]).mean(axis=1) >= LIKE
            yield from ((int(waiting[0]), other) for other in waiting[1:][alike].tolist())
            waiting, rows = waiting[1:][~alike], rows[1:][~alike]

    def _rows(self, positions: Sequence[int]) -> npt.NDArray[np.uint16]:
        rows = np.empty((len(positions), MINIMA), dtype=np.uint16)
        for place, position in enumerate(positions):
            self._minima.seek(position * MINIMA * 2)
            rows[place] = np.frombuffer(self._minima.read(MINIMA * 2), dtype=np.uint16)
        return rows
