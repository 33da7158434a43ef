"""Says which addresses of a site gave no document, each one up to a number, and the rest together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus_to_ft.ingest.base import CRAWL
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Rejected, digest

# A site can name any number of addresses that lead nowhere.
MOST_NAMED = 200


def skipped(address: str, reason: str, detail: Sentence) -> Rejected:
    return Rejected.make(item_id=digest(address), source=address, stage=CRAWL, reason=reason, detail=detail)


@dataclass(slots=True, kw_only=True)
class Skipped:
    """`counts` is by reason, named one by one or not."""

    site: str
    counts: Counter[str] = field(default_factory=Counter)

    def tell(self, item: Rejected) -> Iterator[Rejected]:
        """The item itself while it is one of few."""
        self.counts[item.reason] += 1
        if self.counts[item.reason] <= MOST_NAMED:
            yield item

    def rest(self) -> Iterator[Rejected]:
        """One line for each reason that was met too often."""
        for reason, count in sorted(self.counts.items()):
            if count > MOST_NAMED:
                told = "{site}: {count:,} more addresses that are not listed one by one"
                yield skipped(self.site, reason, Sentence(told, site=self.site, count=count - MOST_NAMED))
