"""What a crawl remembers of the ones before it, in the run file or, without a run, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from corpus_to_ft.language import Sentence
from corpus_to_ft.store.pages import SitePage

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

CRAWLS = "site_crawls"


class Keeper(Protocol):
    """The part of a run file that a crawl needs."""

    def site_pages(self, site: str) -> dict[str, SitePage]: ...

    def save_site_page(self, page: SitePage) -> None: ...

    def fact(self, name: str) -> Any: ...

    def save_fact(self, name: str, value: Any) -> None: ...


class Nowhere:
    """Keeps nothing beyond the program."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], SitePage] = {}
        self._facts: dict[str, Any] = {}

    def site_pages(self, site: str) -> dict[str, SitePage]:
        return {address: page for (of, address), page in self._pages.items() if of == site}

    def save_site_page(self, page: SitePage) -> None:
        self._pages[page.site, page.address] = page

    def fact(self, name: str) -> Any:
        return self._facts.get(name)

    def save_fact(self, name: str, value: Any) -> None:
        self._facts[name] = value


class Looking(Nowhere):
    """Knows what a run file knows, and writes nothing into it."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper

    def site_pages(self, site: str) -> dict[str, SitePage]:
        return self._keeper.site_pages(site)

    def fact(self, name: str) -> Any:
        return self._keeper.fact(name)


def nothing_is_done(_: str) -> bool:
    return False


def say_nothing(_: Sentence) -> None:
    """For whom nobody waits."""


@dataclass(slots=True, kw_only=True)
class Access:
    """What the sites of a run share with it; `keeper` and `is_done` may be set until the first page is asked for.

    `names` looks hosts up, the system where it is None. `told` are the figures of each site that was gone through.
    Where not `again`, what the last crawl fetched is taken as it was.
    """

    keeper: Keeper = field(default_factory=Nowhere)
    is_done: Callable[[str], bool] = nothing_is_done
    say: Callable[[Sentence], None] = say_nothing
    names: AbstractResolver | None = None
    again: bool = True
    told: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Memory:
    """Of one site. `crawl` is the number of the one under way: that of one that was broken off, else a new one.
    Where not `again`, what the last one fetched is taken as it was.

    `is_done` says whether the documents of a page (by item id) are there, as the readers would make them now; only
    then a page needs not be fetched whole.
    """

    site: str
    keeper: Keeper
    is_done: Callable[[str], bool] = nothing_is_done
    again: bool = True
    crawl: int = 0
    _pages: dict[str, SitePage] = field(default_factory=dict)

    def begin(self) -> None:
        self._pages = self.keeper.site_pages(self.site)
        crawls = self.keeper.fact(CRAWLS) or {}
        last = crawls.get(self.site, {"number": 0, "finished": True})
        self.crawl = last["number"] + int(last["finished"] and (self.again or not last["number"]))
        self._note(finished=False)

    def end(self) -> None:
        """All was seen that there is to see."""
        self._note(finished=True)

    def _note(self, *, finished: bool) -> None:
        crawls = self.keeper.fact(CRAWLS) or {}
        self.keeper.save_fact(CRAWLS, {**crawls, self.site: {"number": self.crawl, "finished": finished}})

    def pages(self) -> Iterator[SitePage]:
        """All that were ever fetched."""
        yield from self._pages.values()

    def page(self, address: str) -> SitePage | None:
        return self._pages.get(address)

    def save(self, page: SitePage) -> None:
        self._pages[page.address] = page
        self.keeper.save_site_page(page)

    def is_fresh(self, page: SitePage) -> bool:
        """Whether this very crawl has fetched it, before it was broken off."""
        return page.crawl == self.crawl
