"""The data set as a whole: what the latest run consists of, and its last steps from examples to files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import metadata, resources
from itertools import chain
from pathlib import Path
from typing import Any

from corpus_to_ft import __version__
from corpus_to_ft.checks.duplicates import drop_duplicates
from corpus_to_ft.document_work import code_digest
from corpus_to_ft.errors import ConfigError, boundary
from corpus_to_ft.ingest.across import look_across
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.stage import DirectAsk, LedgerAsk
from corpus_to_ft.records import Document, Example, Keywords, Note, Passage, Rejected, Split, Summary, digest
from corpus_to_ft.run.each import Tally
from corpus_to_ft.settings import Settings
from corpus_to_ft.split import SplitProof, split_examples
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.codec import plain
from corpus_to_ft.store.spending import spending
from corpus_to_ft.write.base import dump_line
from corpus_to_ft.write.manifest import Input, Leakage, RunFacts
from corpus_to_ft.write.stage import MANIFEST, write_dataset

DROPPED, ACROSS_NOTES = ("", "duplicates"), ("", "notes")
# The fact that names the documents that were compared with each other last.
COMPARED = "compared"
# The fact that names the fingerprint of reading while a run is under way, and after it was broken off.
UNFINISHED = "unfinished"
DUPLICATE_REASONS = frozenset({"duplicate", "near_duplicate", "same_prompt"})
KEYWORDS_SHOWN = 60
PACKAGES = ("kiwipiepy", "kiwipiepy_model", "konlpy", "markdown-it-py", "resiliparse", "lxml", "tiktoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to. `rejected` and `notes` count by reason; `made`, `reused`, `postponed` items of all stages.

    `cost` (US dollars, of all runs into the folder) is certain. At most `cost_uncertain` comes on top of it for calls
    that were lost or not counted, and `cost_reserved` for what batches at a server can still cost.
    """

    out: str
    documents: int
    rejected_documents: int
    passages: int
    examples: int
    rejected: Mapping[str, int]
    notes: Mapping[str, int]
    splits: Mapping[str, int]
    made: int
    reused: int
    postponed: int
    postponed_because: str
    calls: Mapping[str, int]
    cost: float
    cost_uncertain: float
    cost_reserved: float
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that the latest run consists of, read from the store once.

    `examples` are those that passed their own checks; `split_of` (by example id) holds what was kept when
    the files were written last, without duplicates. `rejected` are in the order of stages.
    """

    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    summaries: Sequence[Summary]
    keywords: Sequence[Keywords]
    examples: Sequence[Example]
    rejected: Sequence[Rejected]
    notes: Sequence[Note]
    split_of: Mapping[str, Split]

    @classmethod
    def load(cls, store: RunStore) -> Contents:
        by_class: dict[type, list[Any]] = {}
        for record in chain.from_iterable(_results(store)):
            by_class.setdefault(type(record), []).append(record)
        return cls(
            documents={document.id: document for document in by_class.get(Document, [])},
            passages={passage.id: passage for passage in by_class.get(Passage, [])},
            summaries=by_class.get(Summary, []),
            keywords=by_class.get(Keywords, []),
            examples=by_class.get(Example, []),
            rejected=[*by_class.get(Rejected, []), *(store.result("dataset", DROPPED) or ())],
            notes=by_class.get(Note, []),
            split_of=store.fact("split") or {},
        )

    @property
    def kept(self) -> Iterator[tuple[Split, Example]]:
        """(split, example) as written last."""
        return ((self.split_of[e.id], e) for e in self.examples if e.id in self.split_of)

    @property
    def warnings(self) -> list[str]:
        return [warning for document in self.documents.values() for warning in document.meta.get("warnings", [])]

    def counts(self) -> dict[str, Any]:
        """How many of everything; before anything was written, the examples are those that may be."""
        kept = list(self.kept) if self.split_of else [("", example) for example in self.examples]
        return {
            "documents": len(self.documents),
            "passages": len(self.passages),
            "examples": len(kept),
            "kinds": dict(Counter(example.kind for _, example in kept)),
            "splits": dict(Counter(split for split, _ in kept if split)),
            "rejected": dict(Counter(item.reason for item in self.rejected).most_common()),
            "notes": dict(Counter(note.reason for note in self.notes).most_common()),
        }


def _results(store: RunStore) -> Iterator[tuple[Any, ...]]:
    """What the latest run consists of, by stages; of a first run that was broken off while reading, what was read."""
    reading = store.fact(UNFINISHED)
    if reading and not store.current("ingest"):
        yield from store.results_under("ingest", reading)
    yield from _read(store)
    yield store.result("across", ACROSS_NOTES) or ()
    for stage in ("summarize", "generate"):
        yield from store.current_results(stage)


def _read(store: RunStore) -> Iterator[tuple[Any, ...]]:
    """What reading gave, file after file, with what all documents together changed of it."""
    changed = {document_id: fingerprint for fingerprint, document_id in store.current("across")}
    for result in store.current_results("ingest"):
        if changed:
            result = tuple(
                record
                for read in result
                for record in (
                    store.result("across", (changed[read.id], read.id)) or () if read.id in changed else (read,)
                )
            )
        yield result


def documents(store: RunStore) -> Iterator[Document]:
    """Those of the latest run, one after the other."""
    for result in _read(store):
        yield from (record for record in result if isinstance(record, Document))


def read_documents(store: RunStore) -> Iterator[Document]:
    """Those of the latest run as each file gave them."""
    for result in store.current_results("ingest"):
        yield from (record for record in result if isinstance(record, Document))


def compare_documents(settings: Settings, store: RunStore) -> None:
    """Find what documents repeat of each other; nothing is done where the same ones were compared before."""
    fingerprint = digest(code_digest(), settings.documents.model_dump(), store.current("ingest"))
    if store.fact(COMPARED) == fingerprint:
        return
    across = look_across(partial(read_documents, store), settings.documents)
    keys = []
    for document in read_documents(store):
        record = across.apply(document)
        if record is not document:
            key = (digest(record.id), document.id)
            keys.append(key)
            store.save_result("across", key, (record,))
    store.save_result("across", ACROSS_NOTES, across.notes)
    store.set_current("across", keys)
    store.save_fact(COMPARED, fingerprint)


def outcome(
    contents: Contents, store: RunStore, out: Path, tallies: Sequence[Tally], ask: DirectAsk | LedgerAsk
) -> Outcome:
    counts = contents.counts()
    calls = {"made": 0, "reused": 0, "failed": 0}
    if isinstance(ask, LedgerAsk):
        calls = {"made": ask.made, "reused": ask.reused, "failed": ask.failed}
    return Outcome(
        out=str(out),
        documents=counts["documents"],
        rejected_documents=sum(item.stage == "ingest" for item in contents.rejected),
        passages=counts["passages"],
        examples=counts["examples"],
        rejected=counts["rejected"],
        notes=counts["notes"],
        splits=counts["splits"],
        made=sum(tally.made for tally in tallies),
        reused=sum(tally.reused for tally in tallies),
        postponed=sum(tally.postponed for tally in tallies),
        postponed_because=next((tally.reason for tally in tallies if tally.postponed), ""),
        calls=calls,
        **_costs(store),
        warnings=contents.warnings,
    )


def _costs(store: RunStore) -> dict[str, float]:
    """What is spent, what at most comes on top, and what is reserved; calls without a known price count as nothing."""
    lines = spending(store)
    return {
        "cost": sum(line.cost or 0.0 for line in lines),
        "cost_uncertain": sum((line.lost.at_most or 0.0) + (line.uncounted.at_most or 0.0) for line in lines),
        "cost_reserved": sum(line.reserved.at_most or 0.0 for line in lines),
    }


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


def rejected_line(item: Rejected | Note) -> dict[str, Any]:
    return {"source": item.source, "stage": item.stage, "reason": item.reason, "detail": item.detail}


def export(contents: Contents, folder: Path) -> None:
    """Write what the latest run consists of as JSON lines, for other programs."""
    by_id = contents.documents
    summaries = (
        {"document_id": s.subject_id, "source": by_id[s.subject_id].source, "text": s.text, "tokens": s.tokens}
        for s in contents.summaries
    )
    kept = (example_line(example, split, by_id[example.document_id]) for split, example in contents.kept)
    _write_lines(folder / "documents.jsonl", (document_line(document) for document in by_id.values()))
    _write_lines(folder / "summaries.jsonl", summaries)
    _write_lines(folder / "examples.jsonl", kept)
    _write_lines(folder / "rejected.jsonl", (rejected_line(item) for item in contents.rejected))
    _write_lines(folder / "notes.jsonl", (rejected_line(note) for note in contents.notes))


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    part = path.with_name(f".{path.name}.part")
    with boundary(OSError, to=ConfigError, message=Sentence("cannot write {path}", path=path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(dump_line(line) + "\n" for line in lines)
        part.replace(path)


def write(settings: Settings, store: RunStore, out: Path, contents: Contents) -> Contents:
    """Drop duplicates, split and write the files; `contents` itself comes back when its files stand there already."""
    said = settings.model_dump(mode="json", exclude={"run"})
    ids = [example.id for example in contents.examples]
    fingerprint = digest(code_digest(), said, _versions(), ids, store.fact("inputs"))
    if store.fact("written") == fingerprint and _files_stand(out):
        return contents
    kept, dropped = drop_duplicates(contents.examples, settings.duplicates)
    divided = split_examples(list(contents.documents.values()), kept, settings.split)
    others = [item for item in contents.rejected if item.reason not in DUPLICATE_REASONS]
    contents = replace(contents, split_of=divided.split_of, rejected=[*others, *dropped])
    store.save_result("dataset", DROPPED, dropped)
    store.save_fact("split", dict(divided.split_of))
    write_dataset(
        out,
        contents.kept,
        target=settings.make_target(),
        writer=settings.make_writer(),
        facts=_facts(store, contents, said, divided.proof),
        passage_of=lambda example: contents.passages.get(example.passage_id),
        has_test=settings.split.test > 0,
    )
    store.save_fact("written", fingerprint)
    return contents


def _files_stand(out: Path) -> bool:
    """Whether every file that the manifest names is there, unchanged."""
    try:
        named = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(hashlib.sha256((out / f["name"]).read_bytes()).hexdigest() == f["sha256"] for f in named)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _facts(store: RunStore, contents: Contents, said: Mapping[str, Any], proof: SplitProof) -> RunFacts:
    ledger = store.calls()
    failed = sum(call.failed for call in ledger)
    failed_checks = sum(r.stage == "check" and r.reason not in DUPLICATE_REASONS for r in contents.rejected)
    leakage = {key: value for key, value in asdict(proof).items() if key != "clusters"}
    return RunFacts(
        name=store.fact("name") or "dataset",
        documents=len(contents.documents),
        passages=len(contents.passages),
        summaries=len(contents.summaries),
        made=len(contents.examples) + failed_checks,
        rejected=dict(Counter(item.reason for item in contents.rejected)),
        rejected_by_stage=dict(Counter(item.stage for item in contents.rejected)),
        notes=dict(Counter(note.reason for note in contents.notes)),
        calls={"made": len(ledger), "reused": 0, "failed": failed},
        **_costs(store),
        billed_tokens={"input": sum(c.input_tokens for c in ledger), "output": sum(c.output_tokens for c in ledger)},
        settings=said,
        versions=_versions(),
        prompts=_prompt_digests(),
        inputs=[Input(source=source, sha256=sha256) for source, sha256 in store.fact("inputs") or []],
        leakage=Leakage(**leakage),
        keywords=_top_keywords(contents.keywords),
        warnings=contents.warnings,
    )


def _top_keywords(keywords: Iterable[Keywords]) -> list[tuple[str, float]]:
    """Keywords over all documents: each document gives its first 1, its second 1/2, and so on."""
    scores: Counter[str] = Counter()
    for record in keywords:
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
