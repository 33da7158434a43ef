"""Servers that mean no good, or whose links have no end: each is bounded in bytes, time, memory and pages."""

from __future__ import annotations

import gzip
import resource
import socket
import sys
import time
import zlib
from collections.abc import Callable

import pytest
from site_server import Raw, Reply, SiteServer, article, prose, site

from corpus_to_ft.errors import ConfigError, CorpusToFtError, SiteUnavailable
from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.site.fetch import MEBIBYTE, Fetcher, FetchFailed, Unpacker, Wish
from corpus_to_ft.ingest.site.memory import Access
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.sites import Sites
from corpus_to_ft.records import Note, Rejected

OPEN = SiteSettings(allow_private=True, delay_s=0, timeout_s=1.0, connect_timeout_s=1.0)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def crawl(server: SiteServer, settings: SiteSettings = OPEN, path: str = "/") -> list[SourceFile | Rejected | Note]:
    found = [page.item for page in Sites(access=Access()).pages(f"{server.url}{path}", settings)]
    return [item for item in found if isinstance(item, SourceFile | Rejected | Note)]


def reasons(found: list[SourceFile | Rejected | Note]) -> dict[str, str]:
    """By the path of the address, why it was left out."""
    skipped = [item for item in found if isinstance(item, Rejected)]
    return {"/" + item.source.split("/", 3)[3]: item.reason for item in skipped}


def endless(begin: bytes, part: bytes, wait_s: float = 0.0) -> Raw:
    """Sends `part` again and again until the other side hangs up."""

    def send(connection: socket.socket) -> None:
        connection.sendall(begin)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            connection.sendall(part)
            if wait_s:
                time.sleep(wait_s)

    return send


def once(data: bytes) -> Raw:
    return lambda connection: connection.sendall(data)


def bomb() -> bytes:
    """About 60 KB that unpack to 60 MB, a thousand times as much."""
    return gzip.compress(bytes(60 * MEBIBYTE), mtime=0)


_PACKER = zlib.compressobj(wbits=31)
GZIP_BEGIN, GZIP_MORE = (_PACKER.compress(bytes(MEBIBYTE)) + _PACKER.flush(zlib.Z_FULL_FLUSH) for _ in range(2))

# What a server sends, and what becomes of the page.
HOSTILE: dict[str, tuple[Callable[[], Reply], str]] = {
    "large": (lambda: Reply(body=b"<html>" + b"x" * (11 * MEBIBYTE)), "too_large"),
    "large_without_length": (lambda: Reply(raw=endless(HEAD + b"\r\n", b"<p>x</p>" * 8192)), "too_large"),
    "large_chunked": (
        lambda: Reply(raw=endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        "too_large",
    ),
    "gzip_bomb": (lambda: Reply(body=bomb(), headers={"Content-Encoding": "gzip"}), "too_large"),
    "deflate_bomb": (
        lambda: Reply(body=zlib.compress(bytes(60 * MEBIBYTE)), headers={"Content-Encoding": "deflate"}), "too_large",
    ),
    "endless_gzip": (
        lambda: Reply(raw=endless(HEAD + b"Content-Encoding: gzip\r\n\r\n" + GZIP_BEGIN, GZIP_MORE)), "too_large",
    ),
    "slow_body": (lambda: Reply(raw=endless(HEAD + b"\r\n<html>", b"x", 0.05)), "timeout"),
    "slow_head": (lambda: Reply(raw=endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", 0.05)), "timeout"),
    "endless_head": (lambda: Reply(raw=endless(b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n")), "broken_answer"),
    "silent": (lambda: Reply(raw=endless(b"", b"", 0.05)), "timeout"),
    "length_too_long": (lambda: Reply(raw=once(HEAD + b"Content-Length: 999999\r\n\r\n<html>")), "broken_answer"),
    "length_too_short": (lambda: Reply(raw=once(HEAD + b"Content-Length: 6\r\n\r\n<html><p>more</p>")), "broken_answer"),
    "length_is_no_number": (lambda: Reply(raw=once(HEAD + b"Content-Length: many\r\n\r\n<html>")), "broken_answer"),
    "length_below_zero": (lambda: Reply(raw=once(HEAD + b"Content-Length: -5\r\n\r\n<html>")), "broken_answer"),
    "gzip_cut": (lambda: Reply(body=bomb()[:3000], headers={"Content-Encoding": "gzip"}), "broken_answer"),
    "gzip_false": (lambda: Reply(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}), "broken_answer"),
    "brotli_unasked": (lambda: Reply(body=b"x", headers={"Content-Encoding": "br"}), "other_type"),
    "packed_twice": (lambda: Reply(body=b"x", headers={"Content-Encoding": "gzip, gzip"}), "other_type"),
    "hangs_up": (lambda: Reply(raw=once(b"")), "broken_answer"),
    "no_http": (lambda: Reply(raw=once(b"220 mail.example ESMTP\r\n")), "broken_answer"),
    "film": (lambda: Reply(raw=endless(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", b"x" * 65536)), "other_type"),
    "many_redirects": (lambda: Reply(status=302, headers={"Location": "/hop/1"}), "redirect_loop"),
    "circle": (lambda: Reply(status=302, headers={"Location": "/circle"}), "redirect_loop"),
    "redirect_to_nowhere": (lambda: Reply(status=302), "redirect_loop"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_each_kind_of_hostile_answer_is_bounded_and_named(name: str) -> None:
    reply, reason = HOSTILE[name]
    with site() as server:
        server.page("/", article("처음", prose(1), links=[f"/{name}", "/good"]))
        server.page("/good", article("좋은 글", prose(2)))
        server.replies[f"/{name}"] = reply()
        server.anything = lambda path: (
            Reply(status=302, headers={"Location": f"/hop/{int(path[5:]) + 1}"})
            if path.startswith("/hop/") else Reply(status=404)
        )  # fmt: skip
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        found = crawl(server)
        took, grown = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert reasons(found)[f"/{name}"] == reason
    assert f"{server.url}/good" in {item.source for item in found if isinstance(item, SourceFile)}
    if reason == "timeout":
        told = next(str(item.detail) for item in found if isinstance(item, Rejected) and name in item.source)
        assert told.endswith("no whole answer within 1 s")
    # Two tries of a second each, and the rest.
    assert took < 6
    # A bomb is not unpacked, nor an endless page held: kibibytes on Linux, bytes on a Mac.
    assert grown / (1024 if sys.platform != "darwin" else MEBIBYTE) < 150


def test_unpacking_stops_at_the_limit_however_small_the_parts() -> None:
    unpack = Unpacker(1000)
    packed = bomb()
    total = sum(len(unpack.feed(packed[at : at + 10])) for at in range(0, 20_000, 10))
    assert total == 1001


def test_a_page_with_a_million_links_costs_little() -> None:
    with site() as server:
        links = b"".join(b"<a href=/%d>" % number for number in range(600_000))
        server.replies["/"] = Reply(body=b"<html><body>" + links)
        began = time.monotonic()
        found = crawl(server, OPEN.model_copy(update={"timeout_s": 20, "max_pages": 5}))
    assert time.monotonic() - began < 10
    assert len(server.asked) < 10
    assert len(found) < 10


def test_a_page_with_very_many_links_names_no_more_than_can_wait() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=[f"/{number}" for number in range(20_000)]))
        server.anything = lambda path: (
            Reply(body=article("글", prose(int(path[1:] or 0))).encode()) if path[1:].isdigit() else Reply(status=404)
        )
        found = crawl(server, OPEN.model_copy(update={"max_pages": 20}))
    assert len(server.asked) <= 22
    assert reasons(found)["/"] in ("crawl_limit", "too_many")
    assert {"crawl_limit", "too_many"} <= {item.reason for item in found if isinstance(item, Rejected)}


def calendar(path: str) -> Reply:
    """Each month leads to the next and the one before, for ever."""
    if not path.startswith("/diary/"):
        return Reply(status=404)
    year, month = map(int, path[7:].strip("/").split("/"))
    after = f"/diary/{year + month // 12}/{month % 12 + 1}/"
    days = "".join(f"<td>{day}</td>" for day in range(1, 31))
    html = f"<html><title>{year}</title><body><table><tr>{days}</tr></table><p>이 달에는 쓴 글이 없습니다. 다른 달을 골라 주세요. 글이 있는 달에는 동그라미가 그려져 있습니다.</p><a href='{after}'>다음 달</a></body></html>"
    return Reply(body=html.encode())


def switches(path: str) -> Reply:
    """The same page under any number of parameters."""
    if not path.startswith("/shop"):
        return Reply(status=404)
    number = int(path.partition("v=")[2] or 0)
    return Reply(body=article("상품", prose(1), links=[f"/shop?v={number + step}" for step in (1, 2, 3)]).encode())


def folders(path: str) -> Reply:
    """Relative links that grow with every page."""
    return (
        Reply(body=article(path, prose(len(path)), links=["a/b/"]).encode())
        if "txt" not in path and "xml" not in path
        else Reply(status=404)
    )


@pytest.mark.parametrize(
    ("start", "anything", "most"), [("/diary/2026/1/", calendar, 50), ("/shop", switches, 50), ("/", folders, 20)]
)
def test_a_trap_is_left_long_before_the_limit_of_pages(start: str, anything: Callable[[str], Reply], most: int) -> None:
    with site() as server:
        server.anything = anything
        found = crawl(server, OPEN.model_copy(update={"whole_host": True}), start)
    assert len(server.asked) < most
    assert "trap" in reasons(found).values()


def random_words(path: str) -> Reply:
    """A page that always says something new and leads to two more."""
    if path == "/robots.txt" or path.endswith(".xml"):
        return Reply(status=404)
    number = int(path.strip("/") or 1)
    name = "".join("가나다라마바사아자차"[int(digit)] for digit in str(number))
    return Reply(
        body=article(
            "글", f"{name} 이야기를 적는다. {prose(number)}", links=[f"/{2 * number}", f"/{2 * number + 1}"]
        ).encode()
    )


def test_pages_depth_bytes_and_time_each_end_a_site_without_end() -> None:
    bounds = ({"max_pages": 30}, {"max_depth": 4}, {"max_total_mb": 0.05}, {"max_minutes": 0.002})
    for bound in bounds:
        with site() as server:
            server.anything = random_words
            found = crawl(server, OPEN.model_copy(update={"max_pages": 300, **bound}))
        said = {item.reason for item in found if isinstance(item, Rejected)}
        assert said & {"crawl_limit", "too_deep"}, bound
        assert len(server.asked) <= 301
        if "max_pages" in bound:
            assert len(server.asked) <= 32
        if "max_depth" in bound:
            assert len(server.asked) <= 2**5 + 2


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    with site() as server:
        busy = iter([Reply(status=429, headers={"Retry-After": "1"}), Reply(status=503, headers={"Retry-After": "1"})])
        good = Reply(body=article("둘째", prose(2)).encode())
        server.page("/", article("처음", prose(1), links=["/second"]))
        server.replies["/second"] = lambda _: next(busy, good)
        began = time.monotonic()
        found = crawl(server)
    assert time.monotonic() - began >= 2
    assert [path for path, _ in server.asked].count("/second") == 3
    assert len([item for item in found if isinstance(item, SourceFile)]) == 2


@pytest.mark.parametrize("said", ["7200", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_server_that_asks_for_hours_ends_the_run_at_once_with_a_word(said: str) -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=["/second"]))
        server.replies["/second"] = Reply(status=429, headers={"Retry-After": said})
        began = time.monotonic()
        with pytest.raises(SiteUnavailable, match="left alone"):
            crawl(server)
    assert time.monotonic() - began < 2


def test_pages_that_are_not_there_count_as_well() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=[f"/{number}" for number in range(500)]))
        found = crawl(server, OPEN.model_copy(update={"max_pages": 50}))
    assert len(server.asked) <= 51
    assert list(reasons(found).values()).count("not_found") == 48


def test_a_server_that_goes_down_in_the_middle_ends_the_run_after_a_few_pages() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1), links=[f"/{number}" for number in range(50)]))
        server.anything = lambda path: Reply(status=404 if "." in path else 500)
        with pytest.raises(SiteUnavailable, match="in a row"):
            crawl(server)
    assert len(server.asked) < 20


def test_only_bytes_that_are_wanted_are_read_of_a_film() -> None:
    with site() as server:
        server.replies["/film"] = HOSTILE["film"][0]()
        wish = Wish(
            address=f"{server.url}/film", headers={}, max_bytes=MEBIBYTE, timeout_s=5, takes=frozenset({"text/html"})
        )
        began = time.monotonic()
        with Fetcher(OPEN) as fetcher, pytest.raises(FetchFailed) as failed:
            fetcher.get(wish)
    assert failed.value.reason == "other_type"
    assert time.monotonic() - began < 2


def test_what_is_wrong_with_the_start_is_one_clear_line(unused_port: int) -> None:
    with site() as server:
        server.page("/missing", "", status=404)
        server.page("/closed", "", status=403)
        server.replies["/film"] = Reply(body=b"x", media="video/mp4")
        for path, told in (
            ("/missing", "there is no such page"),
            ("/closed", "not for everybody"),
            ("/film", "video/mp4"),
        ):
            with pytest.raises(ConfigError, match=told) as error:
                crawl(server, OPEN, path)
            assert "\n" not in str(error.value)
        https = f"https://127.0.0.1:{server.server_address[1]}/"
        with pytest.raises(CorpusToFtError) as failed:
            list(Sites(access=Access()).pages(https, OPEN))
        assert "\n" not in str(failed.value)
        assert len(str(failed.value)) < 250
    with pytest.raises(SiteUnavailable, match="nobody answers"):
        list(Sites(access=Access()).pages(f"http://127.0.0.1:{unused_port}/", OPEN))


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
