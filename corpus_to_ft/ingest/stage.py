"""Lets the best reader read each file, and normalizes what it saw into documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import (
    STAGE,
    BadPage,
    IngestSettings,
    Item,
    Match,
    Page,
    Reader,
    SourceFile,
    Unchanged,
    rejected,
)
from corpus_to_ft.ingest.dates import iso_date
from corpus_to_ft.ingest.languages import language_of
from corpus_to_ft.ingest.privacy import protect
from corpus_to_ft.injection import injection_warnings
from corpus_to_ft.language import Sentence
from corpus_to_ft.privacy.mask import mask_sentence
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Document, Note, Rejected
from corpus_to_ft.run.capped import CappedExecutor
from corpus_to_ft.run.each import Guarded, Task
from corpus_to_ft.run.nursery import getting_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWork:
    """A file becomes documents, or a Rejected says why not."""

    readers: tuple[Reader, ...]
    settings: IngestSettings
    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    def __call__(self, task: Task[Item]) -> Iterator[tuple[str, tuple[Document | Rejected | Note, ...]]]:
        if isinstance(task.item, SourceFile):
            yield "ingest", tuple(read_documents(task.item, self.readers, self.settings, self.privacy))
        elif not isinstance(task.item, Unchanged):  # whose result is there
            yield "ingest", (task.item,)


def capped(settings: IngestSettings, workers: int = 1) -> CappedExecutor:
    """Who reads what others made."""
    return CappedExecutor(workers=workers, max_seconds=settings.max_seconds, max_memory_mb=settings.max_memory_mb)


def read_each(items: Iterable[Item], work: ReadWork) -> Iterator[tuple[Document | Rejected | Note, ...]]:
    """What reading gives for each item, without a run; in order, but for a file that brought its worker down."""
    guarded = Guarded(work=work, last_stage=STAGE)
    tasks = (Task(item=item, item_id=item.source, source=item.source, given={}) for item in items)
    for task, outcome in capped(work.settings).map(guarded, tasks):
        yield guarded.done(task, outcome).results.get(STAGE, ())


def read_documents(
    file: SourceFile,
    readers: Sequence[Reader],
    settings: IngestSettings | None = None,
    privacy: PrivacySettings | None = None,
) -> Iterator[Document | Rejected]:
    """Every page of a file as a document, or the reason why it is none; one bad page never stops the others."""
    matches = [reader.match(file) for reader in readers]
    best = max(matches, default=Match.NO)
    if best is Match.NO:
        names = ", ".join(candidate.name for candidate in readers)
        detail = Sentence(
            "{source}: no reader knows the suffix {suffix}; readers: {names}",
            source=file.source,
            suffix=file.suffix or Sentence("(none)"),
            names=names,
        )
        yield rejected(file.source, "no_reader", detail)
        return
    members: dict[str, int] = {}
    privacy = privacy or PrivacySettings()
    try:
        for page in readers[matches.index(best)].read(file):
            getting_on()
            count = members[page.member] = members.get(page.member, 0) + 1
            member = page.member if count == 1 else f"{page.member}~{count}"
            yield _document(file, page, member, (settings or IngestSettings()).max_chars, privacy)
    except InputError as error:
        yield rejected(file.source, error.reason, mask_sentence(error.detail, privacy))
        return
    if not members:
        yield rejected(file.source, "empty", Sentence("{source}: holds no pages", source=file.source))


def _document(
    file: SourceFile, page: Page | BadPage, member: str, max_chars: int, privacy: PrivacySettings
) -> Document | Rejected:
    source = f"{file.source}!{clean_text(member)}" if member else file.source
    if isinstance(page, BadPage):
        return rejected(source, page.reason, mask_sentence(page.detail, privacy))
    if page.draft:
        return rejected(source, "draft", Sentence("{source}: is a draft or not published", source=source))
    if not page.text.strip():
        return rejected(source, "empty", Sentence("{source}: holds no text besides markup", source=source))
    if 0 < max_chars < len(page.text):
        detail = Sentence(
            "{source}: {count:,} characters; cut it into documents, or raise ingest.max_chars ({max_chars:,})",
            source=source,
            count=len(page.text),
            max_chars=max_chars,
        )
        return rejected(source, "too_large", detail)
    page = protect(page, privacy, source)
    if not page.text.strip():
        told = "{source}: nothing is left without the blocks that hold personal data; set privacy.mode to mask"
        return rejected(source, "personal_data", Sentence(told, source=source))
    meta = _json_only(page.meta)
    if file.is_address and not member:
        meta.setdefault("url", file.source)
    published = iso_date(page.published) or iso_date(file.published)
    if page.published and published is None:
        warning = Sentence(
            "{source}: the date {published!r} is not understood", source=source, published=page.published[:60]
        )
        meta["warnings"] = [*meta.get("warnings", []), warning]
    title = " ".join(clean_text(page.title).split())
    if spoken := [*injection_warnings(title, f"{source}, title"), *injection_warnings(page.text, source)]:
        meta["warnings"] = [*meta.get("warnings", []), *spoken]
    return Document.make(
        source=source, title=title, published=published, author=" ".join(clean_text(page.author).split()) or None,
        text=page.text, language=language_of(page.text), blocks=page.blocks, meta=meta,
    )  # fmt: skip


def _json_only(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {clean_text(str(key)): _json_value(value) for key, value in meta.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Mapping):
        return _json_only(value)
    if isinstance(value, list | tuple):
        return [_json_value(part) for part in value]
    return str(value)
