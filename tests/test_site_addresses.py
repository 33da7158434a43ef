"""How addresses are written in one way, and what pages and headers say to a crawl."""

from __future__ import annotations

import pytest

from corpus_to_ft.ingest.site.addresses import Scope, is_trap, key_of, tidy
from corpus_to_ft.ingest.site.links import header_rules, read_links


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("HTTP://Blog.Example:80/a/../b/./c//d#top", "http://blog.example/b/c/d"),
        ("https://blog.example/글 제목?utm_medium=a&b=2&a=1", "https://blog.example/%EA%B8%80%20%EC%A0%9C%EB%AA%A9?a=1&b=2"),
        ("https://blog.example/%ea%b8%80;jsessionid=ABC?x=%EA%B8%80", "https://blog.example/%EA%B8%80?x=%EA%B8%80"),
        ("https://한글.example/", "https://xn--bj0bj06e.example/"),
        ("https://blog.example/a%2Fb", "https://blog.example/a%2Fb"),
        ("https://blog.example?p=12", "https://blog.example/?p=12"),
        ("javascript:void(0)", ""),
        ("mailto:a@blog.example", ""),
        ("https://user@blog.example/", ""),
        ("http://[::1/", ""),
        ("http://blog.example:99999/", ""),
    ],
)  # fmt: skip
def test_addresses_have_one_usual_form(written: str, usual: str) -> None:
    assert tidy(written) == usual


def test_the_key_of_a_page_forgets_what_servers_do_not_tell_apart() -> None:
    same = ["https://www.blog.example/a/", "http://blog.example/a", "https://blog.example/a/index.html"]
    assert len({key_of(tidy(address)) for address in same}) == 1
    assert key_of("https://blog.example/a?p=1") != key_of("https://blog.example/a?p=2")


def test_a_site_is_its_host_with_and_without_www_below_the_folder() -> None:
    scope = Scope.of("https://www.blog.example/team/index.html")
    assert scope.holds("http://blog.example/team/a")
    assert scope.holds("https://blog.example/team")
    assert not scope.holds("https://blog.example/teams")
    assert not scope.holds("https://blog.example.evil.example/team/a")


@pytest.mark.parametrize(
    ("address", "trap"),
    [
        ("https://b.example/2024/05/01/post", False),
        ("https://b.example/archive/2024/05", False),
        ("https://b.example/calendar/2031/05", True),
        ("https://b.example/events?month=2099-01", True),
        ("https://b.example/a/b/a/b/a/b/a/b", True),
        ("https://b.example/1/1/1/1/1", False),
        ("https://b.example/board.php?bo_table=free&wr_id=12", False),
        ("https://b.example/x?" + "&".join(f"k{n}=1" for n in range(9)), True),
    ],
)
def test_traps_show_in_addresses(address: str, trap: bool) -> None:
    assert is_trap(address) is trap


def test_rules_of_headers_are_for_us_or_for_everybody() -> None:
    assert header_rules({"X-Robots-Tag": "none"}) == {"noindex", "nofollow"}
    assert header_rules({"X-Robots-Tag": "otherbot: noindex"}) == frozenset()
    assert header_rules({"X-Robots-Tag": "corpus-to-ft: noindex"}) == {"noindex"}
    assert header_rules({"X-Robots-Tag": "unavailable_after: 25 Jun 2030 15:00:00 PST"}) == frozenset()


def test_links_count_from_the_base_that_a_page_names() -> None:
    html = '<base href="/sub/"><a href="x">1</a><a rel="nofollow" href="y">2</a><link rel="next" href="p2">'
    assert read_links(html.encode(), "https://b.example/a/", {}).links == (
        "https://b.example/sub/x",
        "https://b.example/sub/p2",
    )
