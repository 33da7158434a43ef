"""Split by source: no document, and no near-duplicate of one, stands on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus_to_ft.plugin import contradiction
from corpus_to_ft.records import Document, Example, Split, digest
from corpus_to_ft.similar import Clusters, Pair, similar_pairs, similar_texts, trigrams

# A document of 3,000 characters keeps some 370 of its trigrams; the error of Jaccard stays under 0.03.
KEEP_ONE_OF = 8
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


def split_examples(documents: Sequence[Document], examples: Sequence[Example], settings: SplitSettings) -> Divided:
    """Clusters of like documents go whole to one split, in an order drawn from `seed` and their content."""
    pairs = _alike_examples(examples)
    position = {document.id: number for number, document in enumerate(documents)}
    clusters = Clusters(len(documents))
    sets = [trigrams(document.text, keep_one_of=KEEP_ONE_OF) for document in documents]
    for pair in similar_pairs(sets, settings.same_document):
        clusters.join(pair.first, pair.second)
    for pair in pairs:
        if pair.likeness >= settings.same_document:
            clusters.join(position[examples[pair.first].document_id], position[examples[pair.second].document_id])

    cluster_of = {
        document.id: clusters.find(number) for document, number in zip(documents, position.values(), strict=True)
    }
    sizes = Counter(cluster_of[example.document_id] for example in examples)
    drawn = sorted(sizes, key=lambda cluster: digest(settings.seed, documents[cluster].id))
    split_of_cluster = _assign(drawn, sizes, settings)
    split_of = {example.id: split_of_cluster[cluster_of[example.document_id]] for example in examples}
    return Divided(split_of=split_of, proof=_prove(examples, split_of, pairs, len(sizes)))


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


def _alike_examples(examples: Sequence[Example]) -> list[Pair]:
    """Pairs of examples of one kind and different documents that are alike."""
    found: list[Pair] = []
    for kind in sorted({example.kind for example in examples}):
        positions = [position for position, example in enumerate(examples) if example.kind == kind]
        for pair in similar_texts([_said(examples[position]) for position in positions], REPORT_FROM):
            first, second = positions[pair.first], positions[pair.second]
            if examples[first].document_id != examples[second].document_id:
                found.append(Pair(first, second, pair.likeness))
    return found


def _said(example: Example) -> str:
    return f"{example.prompt}\n{example.answer}"


def _prove(
    examples: Sequence[Example], split_of: Mapping[str, Split], pairs: Sequence[Pair], clusters: int
) -> SplitProof:
    splits_of_document: dict[str, set[str]] = {}
    for example in examples:
        splits_of_document.setdefault(example.document_id, set()).add(split_of[example.id])
    across = [p for p in pairs if split_of[examples[p.first].id] != split_of[examples[p.second].id]]
    worst = max(across, key=lambda pair: pair.likeness, default=None)
    return SplitProof(
        shared_documents=sum(len(splits) > 1 for splits in splits_of_document.values()),
        clusters=clusters,
        likeness=round(worst.likeness, 3) if worst else 0.0,
        searched_from=REPORT_FROM,
        pair=(examples[worst.first].id, examples[worst.second].id) if worst else ("", ""),
    )
