"""Opens the sites of a run: what an address leads to is found and fetched, each page once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.ingest.base import IngestSettings, Item
from corpus_to_ft.ingest.site.addresses import tidy
from corpus_to_ft.ingest.site.crawl import Crawl
from corpus_to_ft.ingest.site.fetch import Fetcher
from corpus_to_ft.ingest.site.figures import Survey
from corpus_to_ft.ingest.site.guard import check_address
from corpus_to_ft.ingest.site.memory import Access, Memory
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page that was fetched while it was found: only so is it known where it leads."""

    source: str
    item: Item

    def read(self, settings: IngestSettings) -> Item:  # noqa: ARG002 (its bounds were kept when it was fetched)
        return self.item


@dataclass(slots=True, kw_only=True)
class Sites:
    """All sites of one run, which share what was taken."""

    access: Access
    _taken: set[str] = field(default_factory=set)

    def pages(self, address: str, settings: SiteSettings) -> Iterator[FoundPage]:
        """Raises ConfigError for an address that gives nothing, SiteUnavailable for one that gives nothing now."""
        with self._crawl(address, settings) as crawl:
            for item in crawl.items():
                yield FoundPage(source=item.source, item=item)
            counts = crawl.visitor.counts
            self.access.told.append(
                {
                    "site": crawl.start, "requests": counts.requests, "sent": counts.sent,
                    **asdict(crawl.figures), "skipped": dict(crawl.skips.counts),
                }
            )  # fmt: skip

    def survey(self, address: str, settings: SiteSettings) -> Survey:
        """What `pages` would go through, without fetching it; raises the same errors."""
        with self._crawl(address, settings) as crawl:
            return crawl.survey()

    def known(self, address: str, settings: SiteSettings) -> tuple[str, ...]:
        """Item ids of the pages of a site that were read before; nobody is asked."""
        with self._crawl(address, settings) as crawl:
            return crawl.known()

    @contextmanager
    def _crawl(self, address: str, settings: SiteSettings) -> Iterator[Crawl]:
        access, start = self.access, start_of(address, settings)
        with Fetcher(settings, access.names) as fetcher:
            visitor = Visitor(settings=settings, fetcher=fetcher, say=access.say)
            memory = Memory(site=start, keeper=access.keeper, is_done=access.is_done, again=access.again)
            yield Crawl(
                start=start, settings=settings, visitor=visitor, memory=memory, say=access.say, taken=self._taken
            )


def start_of(address: str, settings: SiteSettings) -> str:
    """The address in its usual form; raises ConfigError for one that may not be asked."""
    try:
        parts = check_address(address, settings)
    except InputError as error:
        raise ConfigError(error.detail) from error
    return tidy(f"{parts.origin}{parts.path}{f'?{parts.query}' if parts.query else ''}")
