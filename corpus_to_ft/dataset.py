"""The data set as a whole: what the latest run consists of, and its last steps from examples to files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from corpus_to_ft import __version__
from corpus_to_ft.checks.duplicates import drop_duplicates
from corpus_to_ft.document_work import code_digest
from corpus_to_ft.errors import ConfigError, boundary
from corpus_to_ft.llm.stage import DirectAsk, LedgerAsk
from corpus_to_ft.records import Document, Example, Keywords, Passage, Rejected, Summary, digest
from corpus_to_ft.run.each import Tally
from corpus_to_ft.settings import Settings
from corpus_to_ft.split import SplitProof, split_examples
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.codec import plain
from corpus_to_ft.write.base import dump_line
from corpus_to_ft.write.manifest import Input, Leakage, RunFacts
from corpus_to_ft.write.stage import MANIFEST, write_dataset

DROPPED = ("", "duplicates")
KEYWORDS_SHOWN = 60
PACKAGES = ("kiwipiepy", "kiwipiepy_model", "konlpy", "markdown-it-py", "resiliparse", "lxml", "tiktoken")


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
        warnings=_warnings(documents(store)),
    )


def document_line(document: Document) -> dict[str, Any]:
    line = {
        name: getattr(document, name) for name in ("id", "source", "title", "published", "author", "text", "language")
    }
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


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    part = path.with_name(f".{path.name}.part")
    with boundary(OSError, to=ConfigError, message=f"cannot write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(dump_line(line) + "\n" for line in lines)
        part.replace(path)


def write(settings: Settings, store: RunStore, out: Path) -> bool:
    """Drop duplicates, split and write the files; False when the files of these very examples stand there already."""
    found, target = examples(store), settings.make_target()
    said = settings.model_dump(mode="json", exclude={"run"})
    fingerprint = digest(code_digest(), said, _versions(), [e.id for e in found], store.fact("inputs"))
    if store.fact("written") == fingerprint and _files_stand(out):
        return False
    kept, dropped = drop_duplicates(found, settings.duplicates)
    divided = split_examples(list(documents(store)), kept, settings.split)
    store.save_result("dataset", DROPPED, dropped)
    store.save_fact("split", dict(divided.split_of))
    by_id = passages(store)
    write_dataset(
        out,
        ((divided.split_of[example.id], example) for example in kept),
        target=target,
        writer=settings.make_writer(),
        facts=_facts(store, said, divided.proof, len(by_id)),
        passage_of=lambda example: by_id.get(example.passage_id),
        has_test=settings.split.test > 0,
    )
    store.save_fact("written", fingerprint)
    return True


def _files_stand(out: Path) -> bool:
    """Whether every file that the manifest names is there, unchanged."""
    try:
        named = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(hashlib.sha256((out / f["name"]).read_bytes()).hexdigest() == f["sha256"] for f in named)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _facts(store: RunStore, said: Mapping[str, Any], proof: SplitProof, passage_count: int) -> RunFacts:
    fell_out = list(rejected(store))
    ledger = store.calls()
    failed = sum(call.outcome not in ("stop", "length") for call in ledger)
    leakage = {key: value for key, value in asdict(proof).items() if key != "clusters"}
    read = list(documents(store))
    return RunFacts(
        name=store.fact("name") or "dataset",
        documents=len(read),
        passages=passage_count,
        summaries=sum(isinstance(r, Summary) for result in store.current_results("summarize") for r in result),
        made=len(examples(store))
        + sum(r.stage == "check" and r.reason not in ("duplicate", "near_duplicate") for r in fell_out),
        rejected=dict(Counter(item.reason for item in fell_out).most_common()),
        rejected_by_stage=dict(Counter(item.stage for item in fell_out)),
        calls={"made": len(ledger), "reused": 0, "failed": failed},
        cost=sum(call.cost or 0.0 for call in ledger),
        billed_tokens={"input": sum(c.input_tokens for c in ledger), "output": sum(c.output_tokens for c in ledger)},
        settings=said,
        versions=_versions(),
        prompts=_prompt_digests(),
        inputs=[Input(source=source, sha256=sha256) for source, sha256 in store.fact("inputs") or []],
        leakage=Leakage(**leakage),
        keywords=_top_keywords(store),
        warnings=_warnings(read),
    )


def _warnings(read: Iterable[Document]) -> list[str]:
    return [warning for document in read for warning in document.meta.get("warnings", [])]


def _top_keywords(store: RunStore) -> list[tuple[str, float]]:
    """Keywords over all documents: each document gives its first 1, its second 1/2, and so on."""
    scores: Counter[str] = Counter()
    for result in store.current_results("summarize"):
        for record in result:
            if isinstance(record, Keywords):
                scores.update({text: 1 / rank for rank, (text, _) in enumerate(record.ranked, start=1)})
    ranked = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(text, round(score, 3)) for text, score in ranked[:KEYWORDS_SHOWN]]


def _versions() -> dict[str, str]:
    found = {"corpus-to-ft": __version__}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _prompt_digests() -> dict[str, str]:
    folder = resources.files("corpus_to_ft").joinpath("prompts")
    files = sorted(
        entry.name for entry in folder.iterdir() if entry.name.endswith(".py") and entry.name != "__init__.py"
    )
    return {name[:-3]: digest(folder.joinpath(name).read_text(encoding="utf-8")) for name in files}
