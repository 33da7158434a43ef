"""Examples that say what another one says, or contradict it: duplicates and shared prompts over the whole data set."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example, Rejected
from corpus_to_ft.similar import similar_texts


class DuplicateSettings(BaseModel):
    """Likeness (Jaccard of character trigrams) from which a later example is dropped.

    `questions` compares prompts within one document, `whole` prompt and answer over the data set.
    Reworded Korean sentences lie at 0.39 and above, different ones at 0.25 and below.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: float = Field(default=0.6, gt=0, le=1)
    whole: float = Field(default=0.7, gt=0, le=1)


def drop_duplicates(examples: Sequence[Example], settings: DuplicateSettings) -> tuple[list[Example], list[Rejected]]:
    """Keep the first of each group, in order; the others come back as Rejected that name the one kept."""
    rejected: dict[int, Rejected] = {}
    seen: dict[tuple[str, str, str], int] = {}
    asked: dict[tuple[str, tuple[str, ...]], int] = {}
    for position, example in enumerate(examples):
        first = seen.setdefault((example.kind, example.prompt, example.answer), position)
        # Two answers to one prompt unteach each other.
        told = asked.setdefault((example.kind, tuple(m.content for m in example.messages[:-1])), position)
        if first != position:
            rejected[position] = _rejected(example, examples[first], "duplicate", 1.0)
        elif told != position:
            rejected[position] = _rejected(example, examples[told], "same_prompt", 1.0)

    _drop_alike(examples, rejected, settings.whole, documents_apart=False)
    _drop_alike(examples, rejected, settings.questions, documents_apart=True)
    kept = [example for position, example in enumerate(examples) if position not in rejected]
    return kept, [rejected[position] for position in sorted(rejected)]


def _drop_alike(
    examples: Sequence[Example], rejected: dict[int, Rejected], threshold: float, *, documents_apart: bool
) -> None:
    groups: dict[tuple[str, str], list[int]] = {}
    for position, example in enumerate(examples):
        if position not in rejected and not (documents_apart and example.kind != "qa"):
            group = (example.kind, example.document_id if documents_apart else "")
            groups.setdefault(group, []).append(position)
    for positions in groups.values():
        texts = (
            examples[p].prompt if documents_apart else f"{examples[p].prompt}\n{examples[p].answer}" for p in positions
        )
        for pair in similar_texts(list(texts), threshold):
            first, second = positions[pair.first], positions[pair.second]
            if first not in rejected and second not in rejected:
                rejected[second] = _rejected(examples[second], examples[first], "near_duplicate", pair.likeness)


def _rejected(example: Example, kept: Example, reason: str, likeness: float) -> Rejected:
    detail = Sentence(
        "{likeness:.2f} alike with {source}: {prompt}", likeness=likeness, source=kept.source, prompt=kept.prompt[:80]
    )
    return Rejected.make(item_id=example.id, source=example.source, stage="check", reason=reason, detail=detail)
