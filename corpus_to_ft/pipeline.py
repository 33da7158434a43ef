"""READ FIRST: how a folder of documents becomes a data set.

    files ──ingest──▶ documents ──summarize──▶ passages + summary ──generate──▶ examples ──write──▶ OUT/

`build_dataset` goes as far as it is told. Each stage looks into the store before it works, so the same
call continues a run that was cut off, and costs nothing for what is there. Ingest works on files; cutting,
summarizing, generating and checking work on one document in one go (`document_work`), because its
morphological analysis is made once and shared by all of them. Duplicates and the split need the whole
data set and live in `dataset`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from corpus_to_ft import dataset
from corpus_to_ft.contents import UNFINISHED, Contents
from corpus_to_ft.document_work import DocumentWork, document_keywords, reading_fingerprint
from corpus_to_ft.export import export as export_contents
from corpus_to_ft.ingest.base import STAGE, Found, Item, SourceFile, Unchanged, is_address
from corpus_to_ft.ingest.site.memory import Access
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import ReadWork, capped, read_each
from corpus_to_ft.language import tr
from corpus_to_ft.llm.stage import NO_LIMITS, DirectAsk, LedgerAsk, Limits
from corpus_to_ft.passages import analyze_document
from corpus_to_ft.privacy.guard import reason_to_withhold
from corpus_to_ft.records import Document, Keywords, Note, Rejected
from corpus_to_ft.run.base import Executor, Progress, Silence, nothing
from corpus_to_ft.run.each import Tally, Task, do_each
from corpus_to_ft.run.processes import ProcessesExecutor
from corpus_to_ft.run.serial import SerialExecutor
from corpus_to_ft.run.threads import ThreadsExecutor
from corpus_to_ft.settings import Settings
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.listed import Listed

# Each document that waits for a model is held in memory, with its analysis.
MOST_WAITING = 256
READING_WORKERS = 2
StageName = Literal["ingest", "summarize", "generate", "write"]
STAGES: tuple[StageName, ...] = ("ingest", "summarize", "generate", "write")


def build_dataset(
    settings: Settings,
    sources: Sequence[str],
    out: Path,
    *,
    upto: StageName = "write",
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    export: bool = False,
    asks_sites_again: bool = True,
) -> dataset.Outcome:
    """Bring the data set in `out` up to date with `sources`, as far as the stage `upto`.

    Unless `asks_sites_again`, pages that the last crawl fetched are taken as they were. Reaching one of `limits`
    raises BudgetReached; what came until then is kept.
    """
    progress = progress or Silence()
    access = Access(say=lambda told: progress.say(tr(told)), again=asks_sites_again)
    found = find_sources(sources, settings.ingest, skip=out, access=access)
    # A wrong source is told before anything is written; a site is asked only for what is not in the store.
    found = found if is_address(sources[0]) else chain([next(found)], found)
    with RunStore.open(out) as store, _asking(settings, store, limits, progress) as ask:
        store.save_fact("name", _name_of(sources[0]))
        with _make_executor(settings) as executor:
            meanwhile = nothing if upto == "ingest" else _warming(settings, executor)
            tallies = [_ingest(settings, found, store, progress, access, meanwhile)]
            dataset.compare_documents(settings, store)
            if upto != "ingest":
                generates = upto != "summarize"
                tallies.append(_work_on_documents(settings, store, ask, executor, progress, generates=generates))
        if upto == "write":
            progress.start("write", 1)
            is_new = dataset.write(settings, store, out)
            progress.finish("write", made=int(is_new), reused=int(not is_new))
        if export:
            export_contents(Contents(store), out / "exports")
        store.save_fact(UNFINISHED, None)
        return dataset.outcome(store, out, tallies, ask)


def _name_of(source: str) -> str:
    """What a data set is called after its first source."""
    return urlsplit(source).hostname or source if is_address(source) else Path(os.path.realpath(source)).name


def _warming(settings: Settings, executor: Executor) -> Callable[[], object]:
    """Loads the analyzer where it will be needed: that takes about as long as the first worker takes to start."""
    return nothing if isinstance(executor, ProcessesExecutor) else partial(settings.make_analyzer().analyze, "가.")


def _ingest(
    settings: Settings,
    found: Iterator[Found],
    store: RunStore,
    progress: Progress,
    access: Access,
    meanwhile: Callable[[], object],
) -> Tally:
    work = ReadWork(readers=tuple(settings.make_readers()), settings=settings.ingest, privacy=settings.privacy)
    fingerprint = reading_fingerprint(work)

    def tasks() -> Iterator[Task[Item]]:
        for ref in found:
            item = ref.read(settings.ingest)
            if isinstance(item, SourceFile):
                sha256 = hashlib.sha256(item.data).hexdigest()
                item_id = item.id_of(sha256)
            else:
                sha256 = item.sha256 if isinstance(item, Unchanged) else ""
                item_id = item.item_id if isinstance(item, Unchanged) else item.id
            # Pictures among files are no inputs, and of a site only what was read is one.
            is_input = not isinstance(item, Rejected | Note) or item.stage == STAGE
            store.list_found(Listed(fingerprint, item_id, *((ref.source, sha256) if is_input else (None, None))))
            yield Task(item=item, item_id=item_id, source=ref.source, given={})

    progress.start("ingest", None)
    store.start_list()
    store.save_fact(UNFINISHED, fingerprint)
    access.keeper, access.is_done = store, lambda item_id: store.has("ingest", (fingerprint, item_id))
    # A second one is started only where the first has enough to do.
    workers = max(settings.run.workers, min(READING_WORKERS, os.cpu_count() or 1))
    reads = capped(settings.ingest, workers).doing(meanwhile)
    stages = {"ingest": fingerprint}
    tally = do_each(tasks(), work, fingerprints=stages, store=store, executor=reads, progress=progress)
    store.use_list()
    store.save_fact("sites", access.told)
    return tally


def _work_on_documents(
    settings: Settings,
    store: RunStore,
    ask: DirectAsk | LedgerAsk,
    executor: Executor,
    progress: Progress,
    *,
    generates: bool,
) -> Tally:
    work = DocumentWork.of(settings, ask, generates=generates)
    fingerprints = work.fingerprints()
    ids = [document.id for document in Contents(store).documents()]
    for stage, fingerprint in fingerprints.items():
        store.set_current(stage, [(fingerprint, item_id) for item_id in ids])

    def go_over_all() -> Tally:
        tasks = (Task(item=d, item_id=d.id, source=d.source, given={}) for d in Contents(store).documents())
        progress.start(list(fingerprints)[-1], len(ids))
        return do_each(
            tasks, work, fingerprints=fingerprints, store=store, executor=executor, progress=progress, abandon=ask.stop
        )

    ask.catch_up()
    tally = go_over_all()
    while tally.postponed and ask.collect():
        tally = tally.then(go_over_all())
    return replace(tally, reason=ask.waits_for or tally.reason)


@contextmanager
def _asking(settings: Settings, store: RunStore, limits: Limits, progress: Progress) -> Iterator[DirectAsk | LedgerAsk]:
    provider = settings.make_provider()
    if provider.billed:
        withhold = partial(reason_to_withhold, settings=settings.privacy)
        with LedgerAsk(provider, store, limits, progress.say, withhold) as ask:
            yield ask
    else:
        yield DirectAsk(provider=provider)


def _make_executor(settings: Settings) -> Executor:
    workers, provider = settings.run.workers, settings.make_provider()
    if provider.billed:
        # A document waits for its calls, and may have only one: as many documents as calls keep the server busy.
        return ThreadsExecutor(workers=max(workers, min(provider.calls_at_once, MOST_WAITING)))
    if workers == 1:
        return SerialExecutor()
    plugins = (*settings.make_readers(), *settings.make_generators(), *settings.make_checks(), settings.make_writer())
    modules = {DocumentWork.__module__, *(type(plugin).__module__ for plugin in (*plugins, settings.make_analyzer()))}
    return ProcessesExecutor(workers=workers, preload=tuple(sorted(modules)))


def list_keywords(settings: Settings, sources: Sequence[str], top: int) -> Iterator[Keywords | Rejected]:
    """The best keywords of each document, without a run; `document_id` holds the document's source."""
    analyzer = settings.make_analyzer()
    work = ReadWork(readers=tuple(settings.make_readers()), settings=settings.ingest, privacy=settings.privacy)
    items = (ref.read(settings.ingest) for ref in find_sources(sources, settings.ingest))
    for records in read_each(items, work):
        for record in records:
            if isinstance(record, Rejected):
                yield record
            elif isinstance(record, Document):
                ranked = document_keywords(record, analyze_document(record, analyzer), top)
                yield Keywords.make(document_id=record.source, ranked=ranked.ranked)
