"""Split by source: no document, and no near-duplicate of one, stands on both sides."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus_to_ft.plugin import contradiction
from corpus_to_ft.records import Document, Example, Split, digest
from corpus_to_ft.similar import Clusters, Pair
from corpus_to_ft.sketches import AlikeTexts

# Below this, pairs are not worth naming: different Korean sentences lie at 0.25.
REPORT_FROM = 0.4


class SplitSettings(BaseModel):
    """Shares of examples; the rest is for training. `seed` decides which documents go where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: float = Field(default=0.1, ge=0, lt=1)
    test: float = Field(default=0.0, ge=0, lt=1)
    seed: int = 0
    same_document: float = Field(default=0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _something_is_left_to_train(self) -> SplitSettings:
        if self.validation + self.test >= 1:
            told = "validation ({validation}) and test ({test}) together must be below 1"
            raise contradiction(told, validation=self.validation, test=self.test)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitProof:
    """What shows that nothing leaks: shared documents, and the most alike pair of examples across splits.

    `likeness` is 0.0 where no pair across splits reaches `searched_from`.
    """

    shared_documents: int
    clusters: int
    likeness: float
    searched_from: float
    pair: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """Which split each example (by id) is in, and the proof."""

    split_of: Mapping[str, Split]
    proof: SplitProof


@dataclass(slots=True)
class _Examples:
    """What is remembered of the examples, in order."""

    ids: list[str]
    documents: list[str]
    pairs: list[Pair]
    searched_from: float


def split_examples(documents: Iterable[Document], examples: Iterable[Example], settings: SplitSettings) -> Divided:
    """Clusters of like documents go whole to one split, in an order drawn from `seed` and their content."""
    ids, texts = [], AlikeTexts()
    for document in documents:
        ids.append(document.id)
        texts.add(document.text)
    clusters = Clusters(len(ids))
    for pair in texts.pairs(settings.same_document):
        clusters.join(pair.first, pair.second)
    position = {document_id: number for number, document_id in enumerate(ids)}
    told = _look_at(examples)
    for pair in told.pairs:
        if pair.likeness >= settings.same_document:
            clusters.join(position[told.documents[pair.first]], position[told.documents[pair.second]])

    cluster_of = [clusters.find(position[document_id]) for document_id in told.documents]
    sizes = Counter(cluster_of)
    drawn = sorted(sizes, key=lambda cluster: digest(settings.seed, ids[cluster]))
    split_of_cluster = _assign(drawn, sizes, settings)
    splits = [split_of_cluster[cluster] for cluster in cluster_of]
    return Divided(split_of=dict(zip(told.ids, splits, strict=True)), proof=_prove(told, splits, len(sizes)))


def _assign(drawn: Sequence[int], sizes: Mapping[int, int], settings: SplitSettings) -> dict[int, Split]:
    """Fill test and validation in drawn order; a cluster that would overshoot by more than it fills is passed by."""
    total = sum(sizes.values())
    assigned: dict[int, Split] = {}
    wanted: tuple[tuple[Split, float], ...] = (("test", settings.test), ("validation", settings.validation))
    for split, share in wanted:
        room = share * total
        for cluster in drawn:
            left_to_train = len(sizes) - len(assigned) > 1
            if cluster not in assigned and left_to_train and room > 0 and sizes[cluster] <= 2 * room:
                assigned[cluster] = split
                room -= sizes[cluster]
        if share > 0 and split not in assigned.values() and len(sizes) - len(assigned) > 1:
            assigned[min((c for c in drawn if c not in assigned), key=lambda c: sizes[c])] = split
    return {cluster: assigned.get(cluster, "train") for cluster in drawn}


def _look_at(examples: Iterable[Example]) -> _Examples:
    """Pairs are of one kind and of different documents."""
    told = _Examples(ids=[], documents=[], pairs=[], searched_from=REPORT_FROM)
    by_kind: dict[str, tuple[AlikeTexts, list[int]]] = {}
    for position, example in enumerate(examples):
        told.ids.append(example.id)
        told.documents.append(sys.intern(example.document_id))
        texts, positions = by_kind.setdefault(example.kind, (AlikeTexts(), []))
        texts.add(f"{example.prompt}\n{example.answer}")
        positions.append(position)
    for _, (texts, positions) in sorted(by_kind.items()):
        told.searched_from = max(told.searched_from, texts.searched_from(REPORT_FROM))
        for pair in texts.pairs(REPORT_FROM):
            first, second = positions[pair.first], positions[pair.second]
            if told.documents[first] != told.documents[second]:
                told.pairs.append(Pair(first, second, pair.likeness))
    return told


def _prove(told: _Examples, splits: Sequence[Split], clusters: int) -> SplitProof:
    first: dict[str, Split] = {}
    told_of = zip(told.documents, splits, strict=True)
    shared = {document_id for document_id, split in told_of if first.setdefault(document_id, split) != split}
    across = [pair for pair in told.pairs if splits[pair.first] != splits[pair.second]]
    worst = max(across, key=lambda pair: pair.likeness, default=None)
    return SplitProof(
        shared_documents=len(shared),
        clusters=clusters,
        likeness=round(worst.likeness, 3) if worst else 0.0,
        searched_from=told.searched_from,
        pair=(told.ids[worst.first], told.ids[worst.second]) if worst else ("", ""),
    )
