"""The data set as a whole: what the latest run consists of, and its last steps from examples to files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from corpus_to_ft import __version__
from corpus_to_ft.checks.duplicates import find_duplicates
from corpus_to_ft.contents import ACROSS_NOTES, DROPPED, DUPLICATE_REASONS, Contents, read_documents
from corpus_to_ft.document_work import code_digest
from corpus_to_ft.ingest.across import look_across
from corpus_to_ft.llm.stage import DirectAsk, LedgerAsk
from corpus_to_ft.records import Keywords, digest
from corpus_to_ft.run.each import Tally
from corpus_to_ft.settings import Settings
from corpus_to_ft.split import SplitProof, split_examples
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.spending import spending
from corpus_to_ft.write.manifest import Input, Leakage, PersonalData, RunFacts
from corpus_to_ft.write.stage import MANIFEST, write_dataset

# The fact that names the documents that were compared with each other last.
COMPARED = "compared"
KEYWORDS_SHOWN = 60
PACKAGES = ("kiwipiepy", "kiwipiepy_model", "konlpy", "markdown-it-py", "resiliparse", "lxml", "tiktoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to. `rejected` and `notes` count by reason, `personal` what was found by kind; `made`,
    `reused`, `postponed` items of all stages.

    `cost` (US dollars, of all runs into the folder) is certain. At most `cost_uncertain` comes on top of it for calls
    that were lost or not counted, and `cost_reserved` for what batches at a server can still cost. `sites` say for each
    address what it took: requests, pages fetched, unchanged, known and skipped by reason.
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
    personal: Mapping[str, int]
    sites: Sequence[Mapping[str, Any]] = ()


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


def outcome(store: RunStore, out: Path, tallies: Sequence[Tally], ask: DirectAsk | LedgerAsk) -> Outcome:
    contents = Contents(store)
    counts = contents.counts()
    calls = {"made": 0, "reused": 0, "failed": 0}
    if isinstance(ask, LedgerAsk):
        calls = {"made": ask.made, "reused": ask.reused, "failed": ask.failed}
    return Outcome(
        out=str(out),
        documents=counts["documents"],
        rejected_documents=sum(item.stage == "ingest" for item in contents.rejected()),
        passages=counts["passages"],
        examples=counts["examples"],
        rejected=counts["rejected"],
        notes=counts["notes"],
        personal=counts["personal"],
        splits=counts["splits"],
        made=sum(tally.made for tally in tallies),
        reused=sum(tally.reused for tally in tallies),
        postponed=sum(tally.postponed for tally in tallies),
        postponed_because=next((tally.reason for tally in tallies if tally.postponed), ""),
        calls=calls,
        **_costs(store),
        warnings=list(contents.warnings()),
        sites=store.fact("sites") or [],
    )


def _costs(store: RunStore) -> dict[str, float]:
    """What is spent, what at most comes on top, and what is reserved; calls without a known price count as nothing."""
    lines = spending(store)
    return {
        "cost": sum(line.cost or 0.0 for line in lines),
        "cost_uncertain": sum((line.lost.at_most or 0.0) + (line.uncounted.at_most or 0.0) for line in lines),
        "cost_reserved": sum(line.reserved.at_most or 0.0 for line in lines),
    }


def write(settings: Settings, store: RunStore, out: Path) -> bool:
    """Drop duplicates, split and write the files; False where they stand there already."""
    contents = Contents(store)
    said = settings.model_dump(mode="json", exclude={"run"})
    fingerprint = digest(code_digest(), said, _versions(), _digest_of_all(contents))
    if store.fact("written") == fingerprint and _files_stand(out):
        return False
    dropped = find_duplicates(contents.examples(), settings.duplicates)
    out_of_it = {item.item_id for item in dropped}
    kept = (example for example in contents.examples() if example.id not in out_of_it)
    divided = split_examples(contents.documents(), kept, settings.split)
    store.save_result("dataset", DROPPED, dropped)
    store.save_fact("split", dict(divided.split_of))
    write_dataset(
        out,
        contents.kept,
        target=settings.make_target(),
        writer=settings.make_writer(),
        facts=_facts(store, said, divided.proof),
        passages=contents.passages,
        has_test=settings.split.test > 0,
    )
    store.save_fact("written", fingerprint)
    return True


def _digest_of_all(contents: Contents) -> str:
    found = hashlib.sha256()
    for example in contents.examples():
        found.update(example.id.encode())
    for source, sha256 in contents.store.inputs():
        found.update(f"\n{source}\n{sha256}".encode())
    return found.hexdigest()


def _files_stand(out: Path) -> bool:
    """Whether every file that the manifest names is there, unchanged."""
    try:
        named = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(hashlib.sha256((out / f["name"]).read_bytes()).hexdigest() == f["sha256"] for f in named)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _facts(store: RunStore, said: Mapping[str, Any], proof: SplitProof) -> RunFacts:
    contents = Contents(store)
    ledger = store.calls()
    counts = contents.counts()
    by_stage: Counter[str] = Counter()
    failed_checks = 0
    for item in contents.rejected():
        by_stage[item.stage] += 1
        failed_checks += item.stage == "check" and item.reason not in DUPLICATE_REASONS
    leakage = {key: value for key, value in asdict(proof).items() if key != "clusters"}
    return RunFacts(
        name=store.fact("name") or "dataset",
        documents=counts["documents"],
        passages=counts["passages"],
        summaries=sum(1 for _ in contents.summaries()),
        made=sum(1 for _ in contents.examples()) + failed_checks,
        rejected=counts["rejected"],
        rejected_by_stage=by_stage,
        notes=counts["notes"],
        calls={"made": len(ledger), "reused": 0, "failed": sum(call.failed for call in ledger)},
        **_costs(store),
        billed_tokens={"input": sum(c.input_tokens for c in ledger), "output": sum(c.output_tokens for c in ledger)},
        settings=said,
        versions=_versions(),
        prompts=_prompt_digests(),
        inputs=[Input(source=source, sha256=sha256) for source, sha256 in store.inputs()],
        leakage=Leakage(**leakage),
        keywords=_top_keywords(contents.keywords()),
        warnings=list(contents.warnings()),
        personal=_personal(contents, said["privacy"]["mode"]),
    )


def _personal(contents: Contents, mode: str) -> PersonalData:
    found: Counter[str] = Counter()
    documents = left_out = 0
    for document in contents.documents():
        if told := document.meta.get("personal_data"):
            documents += 1
            found.update(told["found"])
            left_out += told.get("left_out", 0)
    return PersonalData(mode=mode, documents=documents, found=dict(found.most_common()), left_out=left_out)


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
