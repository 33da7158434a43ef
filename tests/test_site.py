"""What a crawl finds on a site: pages, feeds and sitemaps, what it leaves out and why, and what it asks a second time."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from site_server import Reply, article, blog, prose, site

from corpus_to_ft import __version__
from corpus_to_ft.errors import ConfigError, SiteUnavailable
from corpus_to_ft.ingest.base import Item, SourceFile, Unchanged
from corpus_to_ft.ingest.site.memory import Access, Nowhere
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.sites import Sites
from corpus_to_ft.records import Note, Rejected

OPEN = SiteSettings(allow_private=True, delay_s=0, timeout_s=5)


@dataclass
class Reader:
    """Crawls again and again, and remembers what was read, as a run does."""

    settings: SiteSettings = OPEN
    keeper: Nowhere = field(default_factory=Nowhere)
    done: set[str] = field(default_factory=set)
    told: list[dict[str, Any]] = field(default_factory=list)

    def crawl(self, address: str, *more: str, most: int | None = None) -> list[Item]:
        """`most` breaks the crawl off after so many items."""
        sites = Sites(access=Access(keeper=self.keeper, is_done=self.done.__contains__, told=self.told))
        found: list[Item] = []
        for each in (address, *more):
            for page in sites.pages(each, self.settings):
                found.append(page.item)
                if isinstance(page.item, SourceFile):
                    self.done.add(page.item.id_of(hashlib.sha256(page.item.data).hexdigest()))
                if len(found) == most:
                    return found
        return found


def pages(found: list[Item]) -> list[str]:
    """Paths of what was given as documents, changed or not."""
    return ["/" + item.source.split("/", 3)[3] for item in found if isinstance(item, SourceFile | Unchanged)]


def skipped(found: list[Item]) -> dict[str, str]:
    return {"/" + item.source.split("/", 3)[3]: item.reason for item in found if isinstance(item, Rejected)}


def test_every_page_of_a_blog_is_found_once_by_feed_sitemap_and_links() -> None:
    with site() as server:
        blog(server, 23)
        found = Reader().crawl(server.url)
        posts = {f"/posts/{number}/" for number in range(1, 24)}
        assert posts <= set(pages(found))
        assert len(pages(found)) == len(set(pages(found)))
        assert server.counts() == {200: len(server.asked)}
        assert len(server.paths()) == len(set(server.paths()))


def test_a_second_crawl_transfers_only_what_changed() -> None:
    with site() as server:
        blog(server, 12)
        reader = Reader()
        first = reader.crawl(server.url)
        server.forget()
        server.page("/posts/3/", article("고친 글", prose(99), links=["/posts/13/"]))
        server.page("/posts/13/", article("새 글", prose(13)))
        second = reader.crawl(server.url)
        changed = [path for path, status in server.asked if status == 200]
    assert sorted(changed) == ["/posts/13/", "/posts/3/", "/robots.txt"]
    assert set(pages(second)) == {*pages(first), "/posts/13/"}
    assert {type(item) for item in first} == {Note, SourceFile}


def test_a_page_without_validators_is_fetched_and_known_by_its_bytes() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)), validates=False)
        reader = Reader()
        one, two = reader.crawl(server.url), reader.crawl(server.url)
    ids = [
        [item.id_of(hashlib.sha256(item.data).hexdigest()) for item in found if isinstance(item, SourceFile)]
        for found in (one, two)
    ]
    assert ids[0] == ids[1]


def test_results_that_are_gone_are_fetched_whole() -> None:
    with site() as server:
        blog(server, 6)
        reader = Reader()
        reader.crawl(server.url)
        server.forget()
        reader.done.clear()
        again = reader.crawl(server.url)
    assert not [item for item in again if isinstance(item, Unchanged)]
    assert [path for path, status in server.asked if status == 304] == ["/feed.xml", "/sitemap.xml.gz"]


def test_a_crawl_that_was_broken_off_goes_on_where_it_was() -> None:
    with site() as server:
        blog(server, 20)
        whole = pages(Reader().crawl(server.url))
        server.forget()
        reader = Reader()
        reader.crawl(server.url, most=12)
        before = set(server.paths())
        server.forget()
        found = reader.crawl(server.url)
    assert set(pages(found)) == set(whole)
    # The start, robots.txt and what was under way are asked for again.
    again = before & set(server.paths())
    assert len(again) <= 3, again


def test_a_crawl_out_of_time_keeps_what_was_known_and_goes_on_in_the_next_run() -> None:
    with site() as server:
        blog(server, 20)
        reader = Reader()
        whole = set(pages(reader.crawl(server.url)))
        reader.settings = OPEN.model_copy(update={"max_minutes": 1e-9})
        server.forget()
        found = reader.crawl(server.url)
    assert set(pages(found)) == whole
    assert len(server.asked) <= 3


def test_a_page_that_fails_now_stays_as_it_was_and_one_that_is_gone_goes() -> None:
    with site() as server:
        blog(server, 6)
        reader = Reader()
        reader.crawl(server.url)
        server.page("/posts/2/", "", status=500)
        server.page("/posts/4/", "", status=410)
        found = reader.crawl(server.url)
    assert "/posts/2/" in pages(found)
    assert "/posts/4/" not in pages(found)
    assert skipped(found)["/posts/4/"] == "not_found"
    assert [item.reason for item in found if isinstance(item, Note)] == ["robots_rules", "kept_old"]


def test_robots_txt_is_obeyed_with_wildcards_and_its_own_section_for_us() -> None:
    with site() as server:
        paths = ["/private/1", "/open/1", "/a/secret.html", "/a/x.html?q=1", "/ours"]
        server.page("/", article("처음", prose(1), links=paths))
        for number, path in enumerate(paths):
            server.page(path, article(path, prose(number + 10)))
        server.text(
            "/robots.txt",
            "User-agent: *\nDisallow: /ours\n\nUser-agent: corpus-to-ft\nDisallow: /private\nDisallow: /*secret.html$\n",
        )
        found = Reader().crawl(server.url)
    assert skipped(found) == {"/private/1": "robots", "/a/secret.html": "robots"}
    assert "/ours" in pages(found)
    assert not {"/private/1", "/a/secret.html"} & set(server.paths())


def test_a_site_that_asks_for_no_robots_is_not_read() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)))
        server.text("/robots.txt", "User-agent: *\nDisallow: /\n")
        with pytest.raises(ConfigError, match="asks not to read it"):
            Reader().crawl(server.url)
        assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(("status", "is_read"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_missing_robots_txt_allows_and_a_failing_one_forbids(status: int, is_read: bool) -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)))
        server.page("/robots.txt", "", status=status, headers={"Retry-After": "0"})
        if is_read:
            assert pages(Reader().crawl(server.url)) == ["/"]
        else:
            with pytest.raises(SiteUnavailable, match="nothing is fetched"):
                Reader().crawl(server.url)
            assert set(server.paths()) == {"/robots.txt"}


def test_requests_keep_the_delay_that_we_or_robots_txt_ask_for() -> None:
    for ours, theirs in ((0.2, ""), (0.0, "Crawl-delay: 0.2\n"), (0.0, "Request-rate: 5/1s\n")):
        with site() as server:
            server.page("/", article("처음", prose(1), links=["/2"]))
            server.page("/2", article("둘째", prose(2)))
            server.text("/robots.txt", f"User-agent: *\n{theirs}")
            began = time.monotonic()
            Reader(settings=OPEN.model_copy(update={"delay_s": ours})).crawl(server.url)
            # robots.txt, the start, a sitemap that is not there, the second page.
            assert time.monotonic() - began >= 0.2 * (len(server.asked) - 1) - 0.02


def test_the_crawler_says_who_it_is() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)))
        Reader(settings=OPEN.model_copy(update={"contact": "https://example.com/crawler"})).crawl(server.url)
    assert {headers["User-Agent"] for headers in server.headers} == {
        f"corpus-to-ft/{__version__} (+https://example.com/crawler)"
    }
    assert not any("Cookie" in headers or "Referer" in headers for headers in server.headers)


def test_pages_that_ask_not_to_be_collected_are_not_and_are_followed_all_the_same() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=["/meta", "/header", "/noai", "/tdm", "/closed"]))
        server.page("/meta", article("글", prose(2), head='<meta name="robots" content="noindex">', links=["/behind"]))
        server.page("/header", article("글", prose(3)), headers={"X-Robots-Tag": "noindex"})
        server.page("/noai", article("글", prose(4), head='<meta name="robots" content="noai, noimageai">'))
        server.page("/tdm", article("글", prose(5)), headers={"tdm-reservation": "1"})
        server.page(
            "/closed", article("글", prose(6), head='<meta name="robots" content="nofollow">', links=["/never"])
        )
        server.page("/behind", article("글", prose(7)))
        found = Reader().crawl(server.url)
    assert skipped(found) == {"/meta": "noindex", "/header": "noindex", "/noai": "no_training", "/tdm": "no_training"}
    assert set(pages(found)) == {"/", "/closed", "/behind"}
    assert "/never" not in server.paths()


def test_only_pages_below_the_start_are_read_and_no_other_host_is_asked() -> None:
    with site() as server:
        links = [
            "/team/blog/1",
            "/team/other",
            "/team/blogs",
            "http://127.0.0.2:1/x",
            "http://other.example/",
            "mailto:a@b.example",
            "#top",
        ]
        server.page("/team/blog/", article("처음", prose(1), links=links))
        server.page("/team/blog/1", article("글", prose(2)))
        found = Reader().crawl(f"{server.url}/team/blog/")
        assert pages(found) == ["/team/blog/", "/team/blog/1"]
        whole = Reader(settings=OPEN.model_copy(update={"whole_host": True})).crawl(f"{server.url}/team/blog/")
        assert skipped(whole) == {"/team/other": "not_found", "/team/blogs": "not_found"}


def test_one_page_under_many_addresses_is_one_document() -> None:
    with site() as server:
        links = [
            "/post",
            "/post/",
            "/post?utm_source=x&fbclid=1",
            "/post#comments",
            "/post/index.html",
            "/./post",
            "/a/../post",
            "/amp/post",
            "/old",
            "/copy",
        ]
        canonical = f'<link rel="canonical" href="{server.url}/post">'
        server.page("/", article("처음", prose(1), links=links))
        html = article("글", prose(2), head=canonical)
        for path in ("/post", "/post/", "/post/index.html"):
            server.page(path, html)
        server.page("/amp/post", article("글", prose(2) + " 줄임", head=canonical))
        server.leads("/old", "/post", 301)
        server.page("/copy", html)
        found = Reader().crawl(server.url)
    assert pages(found) == ["/", "/post"]
    assert skipped(found) == {"/amp/post": "other_address", "/old": "other_address", "/copy": "other_address"}


def test_a_canonical_address_that_names_the_home_or_nothing_is_not_believed() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=["/1", "/2"]))
        server.page("/1", article("글", prose(2), head=f'<link rel="canonical" href="{server.url}/">'))
        server.page("/2", article("글", prose(3), head=f'<link rel="canonical" href="{server.url}/gone">'))
        found = Reader().crawl(server.url)
    assert pages(found) == ["/", "/1", "/2"]
    assert skipped(found) == {"/gone": "not_found"}


FEEDS = {
    "rss": '<?xml version="1.0"?><rss version="2.0"><channel><link>{0}/</link><item><link>{0}/posts/1/</link><pubDate>Mon, 05 Oct 2026 09:00:00 +0900</pubDate></item><item><link>http://other.example/x</link></item></channel></rss>',
    "atom": '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><link href="{0}/"/><entry><link rel="alternate" href="{0}/posts/1/"/><published>2026-10-05T09:00:00+09:00</published></entry></feed>',
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>{0}/posts/1/</link><dc:date>2026-10-05T09:00:00+09:00</dc:date></item></rdf:RDF>',
}


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_leads_to_its_entries_and_no_further_and_gives_their_dates(kind: str) -> None:
    with site() as server:
        blog(server, 4)
        server.text("/feed", FEEDS[kind].format(server.url), "application/xml")
        found = Reader().crawl(f"{server.url}/feed")
    assert pages(found) == ["/posts/1/"]
    assert next(item.published for item in found if isinstance(item, SourceFile))[:16] in (
        "Mon, 05 Oct 2026",
        "2026-10-05T09:00",
    )


def test_sitemaps_may_be_packed_plain_lists_and_indexes_of_others() -> None:
    with site() as server:
        blog(server, 9)
        head = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        places = "".join(
            f"<sitemap><loc>{server.url}{path}</loc></sitemap>"
            for path in ("/sitemap.xml.gz", "/list.txt", "/index.xml")
        )
        server.text("/index.xml", f"{head}{places}</sitemapindex>", "application/xml")
        server.text("/list.txt", f"{server.url}/extra\n{server.url}/posts/1/\n")
        server.page("/extra", article("덤", prose(50)))
        found = Reader().crawl(f"{server.url}/index.xml")
    assert pages(found) == [*(f"/posts/{number}/" for number in range(1, 10)), "/extra"]


def test_files_that_pages_lead_to_are_read_and_pictures_are_not_asked_for() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=["/a.pdf", "/b.md", "/c.jpg", "/d.zip", "/e", "/f.css"]))
        server.replies["/a.pdf"] = Reply(body=b"%PDF-1.4", media="application/pdf")
        server.text("/b.md", "# 글\n\n내용이 있는 글입니다.", "text/markdown; charset=utf-8")
        server.replies["/e"] = Reply(body=b"\x89PNG", media="image/png")
        found = Reader().crawl(server.url)
    assert pages(found) == ["/", "/a.pdf", "/b.md"]
    assert skipped(found) == {"/e": "other_type"}
    assert not {"/c.jpg", "/d.zip", "/f.css"} & set(server.paths())
    files = {item.source[-4:]: item for item in found if isinstance(item, SourceFile)}
    assert (files["b.md"].media_type, files["b.md"].charset) == ("text/markdown", "utf-8")


def test_two_sources_of_one_site_give_each_page_once() -> None:
    with site() as server:
        blog(server, 6)
        found = Reader().crawl(f"{server.url}/feed.xml", server.url)
    assert len(pages(found)) == len(set(pages(found))) == 6 + 1 + 1 + 1


def test_links_of_damaged_pages_frames_and_refreshes_are_followed() -> None:
    with site() as server:
        server.replies["/"] = Reply(
            body=b"<html><body>\xff\xfe\xfa<a href='/1'>\x80</a><iframe src='/2'></iframe></body></html>"
        )
        server.page("/1", '<html><head><meta http-equiv="refresh" content="0; url=/3"></head></html>')
        for number in (2, 3):
            server.page(f"/{number}", article("글", prose(number)))
        Reader().crawl(server.url)
    assert {"/1", "/2", "/3"} <= set(server.paths())


def test_an_entry_with_its_whole_text_stands_in_for_a_page_that_cannot_be_had() -> None:
    whole = "".join(f"<p>{part}</p>" for part in prose(3).split("\n"))
    items = (
        f"<item><title>남은 글</title><link>{{0}}/gone/</link><content:encoded><![CDATA[{whole}]]></content:encoded></item>"
        "<item><title>맛보기</title><link>{0}/lost/</link><description>앞머리만…</description></item>"
        f"<item><title>있는 글</title><link>{{0}}/here/</link><content:encoded><![CDATA[{whole}]]></content:encoded></item>"
    )
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><link>{0}/</link>'
    with site() as server:
        server.text("/feed", f"{head}{items}</channel></rss>".replace("{0}", server.url), "application/rss+xml")
        server.page("/here/", article("있는 글", prose(4)))
        reader = Reader()
        found = reader.crawl(f"{server.url}/feed")
        again = reader.crawl(f"{server.url}/feed")
    assert pages(found) == ["/gone/", "/here/"]
    assert skipped(found) == {"/lost/": "not_found"}
    entry = next(item for item in found if isinstance(item, SourceFile))
    assert "우리 팀은".encode() in entry.data
    assert b"/here/" not in entry.data
    assert [type(item) for item in again if not isinstance(item, Note | Rejected)] == [Unchanged, Unchanged]
