"""What is known about a data set, as plain facts, and the manifest that says them to machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpus_to_ft.records import Example, Passage, Split, Target
from corpus_to_ft.write.base import Language, Writer, well_formed


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file or address as it was read."""

    source: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """What shows that nothing leaks between splits.

    `likeness` is that of the most alike `pair` (example ids) across splits, 0.0 where none reaches `searched_from`.
    """

    shared_documents: int = 0
    likeness: float = 0.0
    searched_from: float = 0.0
    pair: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What was found in `documents` documents by kind, and what happened to it: masked, kept, or blocks left out."""

    mode: str = "mask"
    documents: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the run knows and the lines do not say. Nothing here may depend on when or how fast it ran.

    `made` counts examples before checks and duplicates. `calls` has made, reused and failed; `billed_tokens` input
    and output. At most `cost_uncertain` (lost or uncounted calls) and `cost_reserved` (batches at a server) come on top
    of `cost`. `settings` never hold a key. `prompts` are digests of the prompt texts by name.
    """

    name: str
    documents: int
    passages: int
    summaries: int
    made: int
    rejected: Mapping[str, int]
    rejected_by_stage: Mapping[str, int]
    calls: Mapping[str, int]
    cost: float
    billed_tokens: Mapping[str, int]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    prompts: Mapping[str, str]
    inputs: Sequence[Input]
    leakage: Leakage
    keywords: Sequence[tuple[str, float]] = ()
    cost_uncertain: float = 0.0
    cost_reserved: float = 0.0
    notes: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    personal: PersonalData = field(default_factory=PersonalData)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """One training file; `tokens` are those of all its lines."""

    name: str
    split: Split
    rows: int
    size_bytes: int
    tokens: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An example chosen at random for people to look at, with the passage it was made from."""

    split: Split
    example: Example
    passage: Passage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the training files, counted while they were written.

    `token_counts` are those of each line, ascending.
    """

    target: Target
    writer: Writer
    files: Sequence[WrittenFile]
    token_counts: Sequence[int]
    by_kind: Mapping[str, Mapping[Split, int]] = field(default_factory=dict)
    by_language: Mapping[Language, int] = field(default_factory=dict)
    by_maker: Mapping[str, int] = field(default_factory=dict)
    shown: Sequence[Shown] = ()

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def longest(self) -> int:
        return self.token_counts[-1] if self.token_counts else 0

    def quantile(self, share: float) -> int:
        """The token count that `share` of all lines do not exceed."""
        if not self.token_counts:
            return 0
        return self.token_counts[min(len(self.token_counts) - 1, int(share * len(self.token_counts)))]


def manifest_text(facts: RunFacts, written: Written) -> str:
    """The names are fixed: others read them."""
    leakage = facts.leakage
    content = {
        "name": facts.name,
        "documents": facts.documents,
        "passages": facts.passages,
        "summaries": facts.summaries,
        "made": facts.made,
        "examples": written.rows,
        "examples_by_split": {file.split: file.rows for file in written.files},
        "examples_by_kind": written.by_kind,
        "examples_by_language": written.by_language,
        "made_by": written.by_maker,
        "rejected": _largest_first(facts.rejected),
        "rejected_by_stage": facts.rejected_by_stage,
        "notes": _largest_first(facts.notes),
        "calls": {word: facts.calls.get(word, 0) for word in ("made", "reused", "failed")},
        "cost": facts.cost,
        "cost_uncertain": facts.cost_uncertain,
        "cost_reserved": facts.cost_reserved,
        "tokens": {
            "input": facts.billed_tokens.get("input", 0),
            "output": facts.billed_tokens.get("output", 0),
            **{str(file.split): file.tokens for file in written.files},
            "longest": written.longest,
        },
        "target": {
            "name": written.target.name,
            "writer": written.target.writer,
            "encoding": written.target.encoding,
            "max_tokens": written.target.max_tokens,
            "min_examples": written.target.min_examples,
            "verified_on": written.target.verified_on,
        },
        "asking": written.writer.asking(),
        "leakage": {
            "shared_documents": leakage.shared_documents,
            "likeness": leakage.likeness,
            "searched_from": leakage.searched_from,
            "pair": leakage.pair,
        },
        "files": [
            {"name": file.name, "rows": file.rows, "sha256": file.sha256, "bytes": file.size_bytes}
            for file in written.files
        ],
        "personal_data": asdict(facts.personal),
        "keywords": [{"text": text, "score": score} for text, score in facts.keywords],
        "warnings": facts.warnings,
        "settings": facts.settings,
        "versions": facts.versions,
        "prompts": facts.prompts,
        "inputs": [{"source": entry.source, "sha256": entry.sha256} for entry in facts.inputs],
    }
    return well_formed(json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _largest_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def _plain(value: object) -> object:
    """Mappings and sequences of every make; anything else is not a fact and stops the run."""
    if isinstance(value, Counter | Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} does not belong into a manifest")
