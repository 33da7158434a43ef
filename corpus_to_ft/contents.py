"""What the latest run consists of, read from the store as it is asked for: a data set may be larger than memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from corpus_to_ft.records import Document, Example, Keywords, Note, Passage, Rejected, Split, Summary
from corpus_to_ft.store import RunStore

DROPPED, ACROSS_NOTES = ("", "duplicates"), ("", "notes")
# The fact that names the fingerprint of reading while a run is under way, and after it was broken off.
UNFINISHED = "unfinished"
DUPLICATE_REASONS = frozenset({"duplicate", "near_duplicate", "same_prompt"})
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Contents:
    """A view of a run; each iterator goes over the store afresh, in the order of the sources."""

    store: RunStore

    def documents(self) -> Iterator[Document]:
        """With what all documents together changed of them."""
        return self._of(Document, "ingest")

    def passages(self) -> Iterator[Passage]:
        return self._of(Passage, "summarize")

    def summaries(self) -> Iterator[Summary]:
        return self._of(Summary, "summarize")

    def keywords(self) -> Iterator[Keywords]:
        return self._of(Keywords, "summarize")

    def examples(self) -> Iterator[Example]:
        """Those that passed their own checks, duplicates among them."""
        return self._of(Example, "generate")

    def rejected(self) -> Iterator[Rejected]:
        """In the order of stages; duplicates, which the whole data set shows, come last."""
        for stage in ("ingest", "summarize", "generate"):
            yield from self._of(Rejected, stage)
        yield from self.store.result("dataset", DROPPED) or ()

    def notes(self) -> Iterator[Note]:
        yield from self.store.result("across", ACROSS_NOTES) or ()
        for stage in ("ingest", "summarize", "generate"):
            yield from self._of(Note, stage)

    def warnings(self) -> Iterator[str]:
        for document in self.documents():
            yield from document.meta.get("warnings", ())

    def splits(self) -> Mapping[str, Split]:
        """Which split each example (by id) is in that was kept when the files were written last."""
        return self.store.fact("split") or {}

    def kept(self) -> Iterator[tuple[Split, Example]]:
        """(split, example) as written last."""
        split_of = self.splits()
        return ((split_of[example.id], example) for example in self.examples() if example.id in split_of)

    def counts(self) -> dict[str, Any]:
        """How many of everything; before anything was written, the examples are those that may be."""
        split_of = self.splits()
        kinds: Counter[str] = Counter()
        splits: Counter[str] = Counter()
        for example in self.examples():
            if not split_of:
                kinds[example.kind] += 1
            elif example.id in split_of:
                kinds[example.kind] += 1
                splits[split_of[example.id]] += 1
        documents, personal = 0, Counter[str]()
        for document in self.documents():
            documents += 1
            personal.update(document.meta.get("personal_data", {}).get("found", {}))
        return {
            "documents": documents,
            "personal": dict(personal.most_common()),
            "passages": sum(1 for _ in self.passages()),
            "examples": kinds.total(),
            "kinds": dict(kinds),
            "splits": dict(splits),
            "rejected": dict(Counter(item.reason for item in self.rejected()).most_common()),
            "notes": dict(Counter(note.reason for note in self.notes()).most_common()),
        }

    def _of(self, kind: type[R], stage: str) -> Iterator[R]:
        for result in self._read() if stage == "ingest" else self.store.current_results(stage):
            yield from (record for record in result if isinstance(record, kind))

    def _read(self) -> Iterator[tuple[Any, ...]]:
        """What reading gave, file after file; of a first run that was broken off while reading, what was read."""
        reading = self.store.fact(UNFINISHED)
        if reading and not self.store.current("ingest"):
            yield from self.store.results_under("ingest", reading)
        changed = {document_id: fingerprint for fingerprint, document_id in self.store.current("across")}
        for result in self.store.current_results("ingest"):
            yield tuple(record for read in result for record in self._changed(read, changed)) if changed else result

    def _changed(self, read: Any, changed: Mapping[str, str]) -> tuple[Any, ...]:
        if read.id not in changed:
            return (read,)
        return self.store.result("across", (changed[read.id], read.id)) or ()


def read_documents(store: RunStore) -> Iterator[Document]:
    """Those of the latest run as each file gave them."""
    for result in store.current_results("ingest"):
        yield from (record for record in result if isinstance(record, Document))
