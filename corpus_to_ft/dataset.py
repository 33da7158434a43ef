"""The data set as a whole: what the latest run consists of, and its last steps from examples to files."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.checks.duplicates import drop_duplicates
from corpus_to_ft.llm.stage import DirectAsk, LedgerAsk
from corpus_to_ft.records import Document, Example, Keywords, Passage, Rejected, Summary
from corpus_to_ft.run.each import Tally
from corpus_to_ft.settings import Settings
from corpus_to_ft.split import split_examples
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.codec import plain

DROPPED = ("", "duplicates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to. `rejected` counts by reason; `made`, `reused` and `postponed` count items of all stages."""

    out: str
    documents: int
    rejected_documents: int
    passages: int
    examples: int
    rejected: Mapping[str, int]
    splits: Mapping[str, int]
    made: int
    reused: int
    postponed: int
    postponed_because: str
    calls: Mapping[str, int]
    cost: float
    warnings: Sequence[str]


def documents(store: RunStore) -> Iterator[Document]:
    for result in store.current_results("ingest"):
        yield from (record for record in result if isinstance(record, Document))


def examples(store: RunStore) -> list[Example]:
    """Every example that passed its own checks, before duplicates are dropped."""
    return [r for result in store.current_results("generate") for r in result if isinstance(r, Example)]


def kept_examples(store: RunStore) -> Iterator[tuple[str, Example]]:
    """(split, example) as written last."""
    split_of = store.fact("split") or {}
    for example in examples(store):
        if example.id in split_of:
            yield split_of[example.id], example


def rejected(store: RunStore) -> Iterator[Rejected]:
    """Everything that fell out of the latest run, in the order of stages."""
    for stage in ("ingest", "summarize", "generate"):
        for result in store.current_results(stage):
            yield from (record for record in result if isinstance(record, Rejected))
    yield from store.result("dataset", DROPPED) or ()


def passages(store: RunStore) -> dict[str, Passage]:
    """By id."""
    found = (record for result in store.current_results("summarize") for record in result)
    return {record.id: record for record in found if isinstance(record, Passage)}


def count(store: RunStore) -> dict[str, Any]:
    """How many of everything the latest run consists of."""
    kept = list(kept_examples(store))
    fell_out = Counter(item.reason for item in rejected(store))
    return {
        "documents": sum(1 for _ in documents(store)),
        "passages": len(passages(store)),
        "examples": len(kept),
        "kinds": dict(Counter(example.kind for _, example in kept)),
        "splits": dict(Counter(split for split, _ in kept)),
        "rejected": dict(fell_out.most_common()),
        "calls": len(store.calls()),
    }


def cost(store: RunStore) -> list[dict[str, Any]]:
    """The ledger added up by kind of prompt and model; `cost` is None where a price is unknown."""
    totals: dict[tuple[str, str], dict[str, Any]] = {}
    for call in store.calls():
        empty = {"calls": 0, "failed": 0, "input_tokens": 0, "output_tokens": 0, "cost": 0.0}
        line = totals.setdefault((call.kind, call.model), {"kind": call.kind, "model": call.model, **empty})
        line["calls"] += 1
        line["failed"] += call.outcome not in ("stop", "length")
        line["input_tokens"] += call.input_tokens
        line["output_tokens"] += call.output_tokens
        line["cost"] = None if line["cost"] is None or call.cost is None else line["cost"] + call.cost
    return list(totals.values())


def outcome(store: RunStore, out: Path, tallies: Sequence[Tally], ask: DirectAsk | LedgerAsk) -> Outcome:
    counts = count(store)
    calls = {"made": 0, "reused": 0, "failed": 0}
    if isinstance(ask, LedgerAsk):
        calls = {"made": ask.made, "reused": ask.reused, "failed": ask.failed}
    return Outcome(
        out=str(out),
        documents=counts["documents"],
        rejected_documents=sum(item.stage == "ingest" for item in rejected(store)),
        passages=counts["passages"],
        examples=counts["examples"],
        rejected=counts["rejected"],
        splits=counts["splits"],
        made=sum(tally.made for tally in tallies),
        reused=sum(tally.reused for tally in tallies),
        postponed=sum(tally.postponed for tally in tallies),
        postponed_because=next((tally.reason for tally in tallies if tally.postponed), ""),
        calls=calls,
        cost=sum(line["cost"] or 0.0 for line in cost(store)),
        warnings=[warning for document in documents(store) for warning in document.meta.get("warnings", [])],
    )


def document_line(document: Document) -> dict[str, Any]:
    line = {name: getattr(document, name) for name in ("id", "source", "title", "published", "author", "text", "language")}
    return {**line, "url": document.meta.get("url"), "tags": document.meta.get("tags", [])}


def example_line(example: Example, split: str, document: Document) -> dict[str, Any]:
    evidence = [{"start": s.start, "end": s.end, "text": s.of(document.text)} for s in example.evidence]
    messages = [plain(message) for message in example.messages]
    return {
        "id": example.id, "kind": example.kind, "source": example.source,
        "split": split, "messages": messages, "evidence": evidence,
    }  # fmt: skip


def rejected_line(item: Rejected) -> dict[str, Any]:
    return {"source": item.source, "stage": item.stage, "reason": item.reason, "detail": item.detail}


def export(store: RunStore, folder: Path) -> None:
    """Write what the latest run consists of as JSON lines, for other programs."""
    folder.mkdir(parents=True, exist_ok=True)
    by_id = {document.id: document for document in documents(store)}
    summaries = (
        {"document_id": s.subject_id, "source": by_id[s.subject_id].source, "text": s.text, "tokens": s.tokens}
        for result in store.current_results("summarize")
        for s in result
        if isinstance(s, Summary)
    )
    kept = (example_line(example, split, by_id[example.document_id]) for split, example in kept_examples(store))
    _write_lines(folder / "documents.jsonl", (document_line(document) for document in by_id.values()))
    _write_lines(folder / "summaries.jsonl", summaries)
    _write_lines(folder / "examples.jsonl", kept)
    _write_lines(folder / "rejected.jsonl", (rejected_line(item) for item in rejected(store)))
