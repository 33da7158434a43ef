"""What the run file remembers of a page of a site, so that it is fetched again only when it changed; never its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One address of a site as it was fetched last, in the `crawl` (a number) that did so.

    `site` is the address that the user named. `kind` is page, feed, sitemap, document or robots; `status` is the
    server's, 0 where nobody answered. `final` is where redirects led. `sha256` is that of the body, `digest` that of
    its text without digits. `published` is what a feed or sitemap says of it; `links` (JSON) are the addresses it leads
    to. `robots` says what robots.txt and the page itself allow. `skipped` is why it gave no document, a
    word or (JSON) the whole rejection where nothing could be fetched.
    """

    site: str
    address: str
    crawl: int
    kind: str = ""
    status: int = 0
    final: str = ""
    media: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    digest: str = ""
    published: str = ""
    links: str = "[]"
    robots: str = ""
    skipped: str = ""
    fetched_at: str = ""


COLUMNS = SitePage.__slots__
WRITE = f"INSERT OR REPLACE INTO site_pages ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
READ = f"SELECT {', '.join(COLUMNS)} FROM site_pages WHERE site=? ORDER BY address"


def values(page: SitePage) -> tuple[object, ...]:
    return tuple(getattr(page, name) for name in COLUMNS)


def page_of(row: Any) -> SitePage:
    return SitePage(**dict(zip(COLUMNS, row, strict=True)))
