"""Examples that say what another one says, or contradict it: duplicates and shared prompts over the whole data set."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example, Rejected
from corpus_to_ft.similar import Pair, similar_texts
from corpus_to_ft.sketches import AlikeTexts

QUOTED_CHARS = 80


class DuplicateSettings(BaseModel):
    """Likeness (Jaccard of character trigrams) from which a later example is dropped.

    `questions` compares prompts within one document, `whole` prompt and answer over the data set.
    Reworded Korean sentences lie at 0.39 and above, different ones at 0.25 and below.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: float = Field(default=0.6, gt=0, le=1)
    whole: float = Field(default=0.7, gt=0, le=1)


@dataclass(slots=True)
class _Seen:
    """What is remembered of the examples that went by; positions count all of them."""

    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    rejected: dict[int, Rejected] = field(default_factory=dict)

    def add(self, example: Example) -> int:
        self.ids.append(example.id)
        self.sources.append(sys.intern(example.source))
        self.prompts.append(example.prompt[:QUOTED_CHARS])
        return len(self.ids) - 1

    def reject(self, position: int, kept: int, reason: str, likeness: float) -> None:
        told = "{likeness:.2f} alike with {source}: {prompt}"
        detail = Sentence(told, likeness=likeness, source=self.sources[kept], prompt=self.prompts[kept])
        self.rejected[position] = Rejected.make(
            item_id=self.ids[position], source=self.sources[position], stage="check", reason=reason, detail=detail
        )

    def reject_alike(self, pairs: Iterable[Pair]) -> None:
        """The second of each pair, unless one of the two fell out already."""
        for first, second, likeness in pairs:
            if first not in self.rejected and second not in self.rejected:
                self.reject(second, first, "near_duplicate", likeness)


def find_duplicates(examples: Iterable[Example], settings: DuplicateSettings) -> list[Rejected]:
    """Of each group all but the first, in order; `item_id` is the example's, the detail names the one that stays.

    The examples of a document stand together; they are gone over once, and little of each is remembered.
    """
    seen = _Seen()
    firsts: dict[int, int] = {}
    wholes: dict[str, tuple[AlikeTexts, list[int]]] = {}
    questions: list[Pair] = []
    for _, group in groupby(examples, key=lambda example: example.document_id):
        asked: list[tuple[int, str]] = []
        for example in group:
            position = seen.add(example)
            same = firsts.setdefault(hash((example.kind, example.prompt, example.answer)), position)
            # Two answers to one prompt unteach each other.
            told = firsts.setdefault(hash((example.kind, tuple(m.content for m in example.messages[:-1]))), position)
            if same != position:
                seen.reject(position, same, "duplicate", 1.0)
            elif told != position:
                seen.reject(position, told, "same_prompt", 1.0)
            else:
                texts, positions = wholes.setdefault(example.kind, (AlikeTexts(), []))
                texts.add(f"{example.prompt}\n{example.answer}")
                positions.append(position)
                asked += [(position, example.prompt)] if example.kind == "qa" else []
        for pair in similar_texts([prompt for _, prompt in asked], settings.questions):
            questions.append(Pair(asked[pair.first][0], asked[pair.second][0], pair.likeness))
    for texts, positions in wholes.values():
        alike = texts.pairs(settings.whole)
        seen.reject_alike(Pair(positions[first], positions[second], share) for first, second, share in alike)
    seen.reject_alike(questions)
    return [seen.rejected[position] for position in sorted(seen.rejected)]
