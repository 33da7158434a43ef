"""A small web server for tests of sites: pages with validators, feeds, redirects, and answers that no server should give."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

HTML = "text/html; charset=utf-8"
Raw = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a path gives. `raw` writes to the socket itself, and nothing else is sent then."""

    body: bytes = b""
    status: int = 200
    media: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Raw | None = None
    validates: bool = True
    wait_s: float = 0.0


class SiteServer(ThreadingHTTPServer):
    """`asked` lists every request as (path, status), in order; `replies` may be changed while it runs."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, Reply | Callable[[str], Reply]] = {}
        self.anything: Callable[[str], Reply] | None = None
        self.asked: list[tuple[str, int]] = []
        self.headers: list[Mapping[str, str]] = []
        self.sent = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def page(self, path: str, html: str, **reply: Any) -> None:
        self.replies[path] = Reply(body=html.encode(), **reply)

    def text(self, path: str, text: str, media: str = "text/plain; charset=utf-8", **reply: Any) -> None:
        self.replies[path] = Reply(body=text.encode(), media=media, **reply)

    def leads(self, path: str, target: str, status: int = 302) -> None:
        self.replies[path] = Reply(status=status, headers={"Location": target})

    def counts(self) -> Counter[int]:
        """How many requests were answered with each status."""
        return Counter(status for _, status in self.asked)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def forget(self) -> None:
        self.asked.clear()
        self.headers.clear()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle is expected to."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SiteServer

    def do_GET(self) -> None:
        path = unquote(self.path)
        found = self.server.replies.get(path) or self.server.replies.get(self.path)
        if found is None and self.server.anything is not None:
            found = self.server.anything
        reply = found(path) if callable(found) else found or Reply(status=404, body=b"<html><title>404</title></html>")
        self.server.headers.append(dict(self.headers))
        if reply.wait_s:
            time.sleep(reply.wait_s)
        if reply.raw:
            self.server.asked.append((path, 0))
            self.close_connection = True
            reply.raw(self.connection)
            return
        tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
        same = reply.validates and reply.status == 200 and self.headers.get("If-None-Match") == tag
        status = 304 if same else reply.status
        self.server.asked.append((path, status))
        self.send_response(status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.validates and reply.status == 200:
            self.send_header("ETag", tag)
        body = b"" if same else reply.body
        if status != 304:
            self.send_header("Content-Type", reply.media)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.sent += len(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def site() -> Iterator[SiteServer]:
    server = SiteServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def article(title: str, text: str, *, links: Iterator[str] | list[str] | tuple[str, ...] = (), head: str = "") -> str:
    """A page with one article; `links` stand in its menu."""
    menu = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n"))
    return (
        f'<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


def prose(number: int) -> str:
    """A few sentences that no other number has."""
    what = ("배포", "로그", "캐시", "색인", "큐", "테스트", "권한", "백업", "알림", "화면")[number % 10]
    how = ("천천히", "자동으로", "두 번", "밤마다", "손으로", "한꺼번에", "조금씩", "미리", "다시", "함께")[
        number // 10 % 10
    ]
    return (
        f"우리 팀은 {what} 작업을 {how} 하기로 했다. 지난 {number}주 동안 같은 일을 되풀이하며 시간을 많이 썼기 때문이다.\n"
        f"먼저 {what} 기록을 {number}건 모아 어디서 막히는지 살폈다. 그다음 {how} 처리하는 방법을 정하고 문서로 남겼다.\n"
        f"그 결과 {what} 때문에 생기던 문의가 {number + 3}건 줄었고, 새로 온 사람도 하루 만에 따라 할 수 있게 되었다."
    )


def blog(server: SiteServer, posts: int, *, per_page: int = 5) -> None:
    """A made blog: a home with pagination, posts, a tag page, a feed, a sitemap and robots.txt."""
    names = [f"/posts/{number}/" for number in range(1, posts + 1)]
    pages = [names[at : at + per_page] for at in range(0, posts, per_page)]
    for number, group in enumerate(pages, start=1):
        boxes = "".join(f'<div class="teaser"><h2><a href="{n}">글 {n}</a></h2><p>짧은 소개</p></div>' for n in group)
        after = f'<a rel="next" href="/page/{number + 1}/">다음</a>' if number < len(pages) else ""
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        html = f'<html><head><title>블로그</title>{feed}</head><body class="home blog"><main>{boxes}</main>{after}<a href="/tags/">태그</a></body></html>'
        server.page("/" if number == 1 else f"/page/{number}/", html)
    for number, name in enumerate(names, start=1):
        server.page(name, article(f"{number}번째 이야기", prose(number), links=["/", "/tags/"]))
    tags = "".join(f'<li><a href="{name}?utm_source=tags">글 {name}</a></li>' for name in names)
    server.page("/tags/", f'<html><head><title>태그</title></head><body class="archive"><ul>{tags}</ul></body></html>')
    items = "".join(
        f"<item><title>글</title><link>{server.url}{name}</link><pubDate>Mon, 05 Oct 2026 09:00:00 +0900</pubDate></item>"
        for name in names[:3]
    )
    server.text(
        "/feed.xml",
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>블로그</title><link>{server.url}/</link>{items}</channel></rss>',
        "application/rss+xml",
    )
    places = "".join(f"<url><loc>{server.url}{name}</loc></url>" for name in names)
    sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
    server.replies["/sitemap.xml.gz"] = Reply(body=gzip.compress(sitemap.encode(), mtime=0), media="application/gzip")
    server.text("/robots.txt", f"User-agent: *\nDisallow: /private\nSitemap: {server.url}/sitemap.xml.gz\n")


def published_site(server: SiteServer, folder: Path) -> int:
    """Serves a real blog from the shared material (its folder) as it is published; returns how many articles it has."""
    pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    own = "https://" + pairs[0]["url"].split("/")[2]

    def serve(path: str, file: Path, media: str = HTML) -> None:
        server.text(path, file.read_text(encoding="utf-8").replace(own, server.url), media)

    for pair in pairs:
        serve(unquote(urlsplit(pair["url"]).path), folder / pair["html"])
    lists = {"/blog/": "blog", "/blog/page/2/": "blog-page-2", "/blog/2021/": "blog-2021", "/tags/": "tags"}
    for path, name in lists.items():
        serve(path, folder / "not-articles" / f"{name}.html")
    for path, name in (("/index.xml", "site"), ("/blog/2021/index.xml", "blog-2021")):
        serve(path, folder / "feeds" / f"{name}.rss.xml", "application/rss+xml")
    head = '<link rel="alternate" type="application/rss+xml" href="/index.xml">'
    places = ["/blog/", "/tags/", *(urlsplit(pair["url"]).path for pair in pairs if pair["kind"] != "post")]
    menu = "".join(f'<li><a href="{place}">{place}</a></li>' for place in places)
    server.page("/", f'<html><head><title>처음</title>{head}</head><body class="home"><ul>{menu}</ul></body></html>')
    return len(pairs)
