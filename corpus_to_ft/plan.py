"""What a run would do and what it can cost: files are read and prompts are built, nothing is written or asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corpus_to_ft.document_work import DocumentWork, reading_fingerprint
from corpus_to_ft.ingest.across import look_across
from corpus_to_ft.ingest.base import SourceFile, is_address
from corpus_to_ft.ingest.site.memory import Access, Looking
from corpus_to_ft.ingest.sources import find_sources
from corpus_to_ft.ingest.stage import ReadWork, read_each
from corpus_to_ft.llm.estimate import EstimatingAsk, Repeats
from corpus_to_ft.records import Document
from corpus_to_ft.run.each import Task
from corpus_to_ft.settings import Settings
from corpus_to_ft.store import RunStore
from corpus_to_ft.store.database import FILE_NAME, Key
from corpus_to_ft.store.spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A site that was looked at: `robots` says what it allows, `maps` counts its feeds and sitemaps.

    `addresses` wait for being fetched, `most` of them at most, one each `delay_s`; pages name more when they are read.
    """

    site: str
    robots: str
    delay_s: float
    maps: int
    addresses: int
    most: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Counts of files and documents, how many are done, where it leads, and what is still to be asked.

    Costs are US dollars, None where the price is not known: `usual_cost` for replies of common length when nothing is
    asked twice, `usual_cost_with_repeats` with `repeat_share` more calls (second attempts, summaries of summaries),
    `most_cost` with those and replies as long as they may be. The share is that of this folder's ledger where
    `repeats_seen`, else what is usual. `judgements` of the calls are about examples, as many as passages can give
    where there are none yet. Of sites only what was read before is counted; what their other pages cost shows
    when they are read.
    """

    files: int
    files_done: int
    sites: Sequence[SitePlan]
    documents: int
    documents_done: int
    provider: str
    model: str
    billed: bool
    target: str
    encoding: str
    max_tokens: int
    calls: int
    judgements: int
    calls_stored: int
    input_tokens: int
    most_output_tokens: int
    repeat_share: float
    repeats_seen: bool
    usual_cost: float | None
    usual_cost_with_repeats: float | None
    most_cost: float | None
    price_date: str


def make_plan(settings: Settings, sources: Sequence[str], out: Path, *, asks_sites: bool = True) -> Plan:
    """Look without touching. For a billed provider each document is cut and its prompts are counted.

    Of a site the start page, robots.txt, feeds and sitemaps are fetched; nothing where not `asks_sites`.
    """
    provider, target = settings.make_provider(), settings.make_target()
    with ExitStack() as stack:
        store = stack.enter_context(RunStore.read(out)) if (out / FILE_NAME).is_file() else None
        ask = EstimatingAsk.of(provider, store)
        work = DocumentWork.of(settings, ask)
        # Digests every setting, too slow for each of many files.
        fingerprint = work.fingerprints()["generate"]
        counts: Counter[str] = Counter()
        sites: list[SitePlan] = []
        found = _documents(settings, sources, out, store, counts, sites if asks_sites else None)
        for document in _compared(settings, stack.enter_context(Spool(found))):
            counts["documents"] += 1
            if store and store.has("generate", (fingerprint, document.id)):
                counts["documents_done"] += 1
            elif provider.billed:
                _count_prompts(work, document)
        repeats = Repeats.of(store, provider.model_name)
    estimate, price = ask.estimate, provider.price()
    return Plan(
        files=counts["files"], files_done=counts["files_done"], sites=sites,
        documents=counts["documents"], documents_done=counts["documents_done"],
        provider=provider.name, model=provider.model_name, billed=provider.billed,
        target=target.name, encoding=target.encoding, max_tokens=target.max_tokens,
        calls=estimate.calls, judgements=estimate.judgements, calls_stored=estimate.stored,
        input_tokens=estimate.input_tokens, most_output_tokens=repeats.on(estimate.most).output_tokens,
        repeat_share=round(repeats.share, 4), repeats_seen=repeats.seen,
        usual_cost=price.of(estimate.usual) if price else None,
        usual_cost_with_repeats=price.of(repeats.on(estimate.usual)) if price else None,
        most_cost=price.of(repeats.on(estimate.most)) if price else None,
        price_date=price.verified_on if price else "",
    )  # fmt: skip


def _documents(
    settings: Settings,
    sources: Sequence[str],
    out: Path,
    store: RunStore | None,
    counts: Counter[str],
    sites: list[SitePlan] | None,
) -> Iterator[Document]:
    read = ReadWork(readers=tuple(settings.make_readers()), settings=settings.ingest, privacy=settings.privacy)
    fingerprint = reading_fingerprint(read)
    addresses = [source for source in sources if is_address(source)]
    yield from _pages(settings, addresses, store, fingerprint, sites)
    if len(addresses) == len(sources):
        return
    files = [source for source in sources if not is_address(source)]
    done: list[Key] = []

    def unread() -> Iterator[SourceFile]:
        for ref in find_sources(files, settings.ingest, skip=out):
            file = ref.read(settings.ingest)
            counts["files"] += 1
            if isinstance(file, SourceFile):
                key = (fingerprint, file.id_of(hashlib.sha256(file.data).hexdigest()))
                if store and store.has("ingest", key):
                    done.append(key)
                else:
                    yield file

    results = chain(read_each(unread(), read), (store.result("ingest", key) or () for key in done) if store else ())
    yield from (record for result in results for record in result if isinstance(record, Document))
    counts["files_done"] = len(done)


def _compared(settings: Settings, documents: Spool) -> Iterator[Document]:
    """Without what they repeat of each other, and without copies, as a run takes them."""
    across = look_across(documents.read, settings.documents)
    yield from (kept for document in documents.read() if isinstance(kept := across.apply(document), Document))


def _pages(
    settings: Settings, addresses: Sequence[str], store: RunStore | None, fingerprint: str, plans: list[SitePlan] | None
) -> Iterator[Document]:
    """Documents of sites that were read before; `plans` takes what is seen of the sites now."""
    if not addresses:
        return
    # A client of the web, which files do not need.
    from corpus_to_ft.ingest.site.sites import Sites

    access = Access(keeper=Looking(store)) if store else Access()
    if store:
        access.is_done = lambda item_id: store.has("ingest", (fingerprint, item_id))
    for address in addresses:
        if plans is None:
            known = Sites(access=access).known(address, settings.ingest.site)
        else:
            seen = Sites(access=access).survey(address, settings.ingest.site)
            known = seen.known
            plans.append(
                SitePlan(
                    site=seen.site,
                    robots=seen.robots,
                    delay_s=seen.delay_s,
                    maps=seen.maps,
                    addresses=seen.addresses,
                    most=seen.most,
                    known=len(known),
                )
            )
        for item_id in known:
            result = (store.result("ingest", (fingerprint, item_id)) or ()) if store else ()
            yield from (record for record in result if isinstance(record, Document))


def _count_prompts(work: DocumentWork, document: Document) -> None:
    """The work goes its way, with an `ask` that only counts."""
    for _ in work(Task(item=document, item_id=document.id, source=document.source, given={})):
        pass
