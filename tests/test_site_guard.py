"""Places that no crawl may reach, however they are written, named or redirected to: no socket connects to one."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from site_server import SiteServer, article, prose, site

from corpus_to_ft.errors import ConfigError, InputError
from corpus_to_ft.ingest.site.fetch import Fetcher, Wish
from corpus_to_ft.ingest.site.guard import check_address, is_private
from corpus_to_ft.ingest.site.memory import Access
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.ingest.site.sites import Sites
from corpus_to_ft.records import Rejected

PUBLIC = "93.184.216.34"
CLOSED = SiteSettings(delay_s=0, timeout_s=3, connect_timeout_s=1)

# The numbers of machines that a crawl must never reach, as they are usually written.
PRIVATE_NUMBERS = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254",
    "169.254.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1",
    "febf::1", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "100::1",
    "2606:4700::5efe:7f00:1",
)  # fmt: skip
# Other ways to write an address that leads there, or to hide where one leads.
TRICKS = (
    "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0x7f000001/", "http://127.1/",
    "http://127.0.1/", "http://017700000001/", "http://0/", "http://127.0.0.1./", "http://127.0.0.1:80/",
    "http://１２７.0.0.1/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://localhost/", "http://localhost./",
    "http://LOCALHOST/", "http://ⓛocalhost/", "http://app.localhost/", "http://printer.local/", "http://wiki.internal/",
    "http://nas.home.arpa/", "http://intranet/", "http://blog.example@127.0.0.1/", "http://127.0.0.1@blog.example/",
    "http://blog.example:80@127.0.0.1/", "http://blog.example\\@127.0.0.1/", "http://blog.example\\.127.0.0.1/",
    "http://127.0.0.1%2f.blog.example/", "http://%31%32%37.0.0.1/", "http://[::1]/", "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:0:0:1]/", "http://[fe80::1%25eth0]/", "http://[::1", "http://xn--/", "http://xn--a-\u00e9.example/",
    "http:///127.0.0.1/", "http://", "http:127.0.0.1", "http://blog .example/", "http://blog\t.example/",
    "http://blog.example\r\nHost:127.0.0.1/", "http://256.256.256.256/", "http://1.2.3.4.5/", "http://-blog.example/",
)  # fmt: skip
SCHEMES = (
    "file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://blog.example/", "data:text/html,x", "javascript:alert(1)",
    "ws://blog.example/", "dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "jar:http://blog.example!/", "//127.0.0.1/",
)  # fmt: skip
PORTS = tuple(
    f"http://blog.example:{port}/"
    for port in (0, 1, 22, 23, 25, 53, 110, 143, 445, 2375, 3306, 5432, 6379, 9200, 11211, 27017, 65536)
)


def written(number: str) -> str:
    return f"http://[{number}]/" if ":" in number else f"http://{number}/"


CASES = (*map(written, PRIVATE_NUMBERS), *TRICKS, *SCHEMES, *PORTS)


class Names(AbstractResolver):
    """A name server whose answers are given, in turn where there are several; it counts how often it is asked."""

    def __init__(self, *answers: str) -> None:
        self._answers, self.asked = answers, 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        number = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        family = socket.AF_INET6 if ":" in number else socket.AF_INET
        return [ResolveResult(hostname=host, host=number, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Holds nothing."""


@contextmanager
def internet(monkeypatch: pytest.MonkeyPatch, server: SiteServer | None = None) -> Iterator[list[str]]:
    """Notes the number of every machine that a socket is about to connect to; only PUBLIC leads anywhere, to `server`."""
    tried: list[str] = []
    before = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        if server is None or address[0] != PUBLIC:
            raise ConnectionRefusedError(111, "refused by the test")
        before(self, ("127.0.0.1", server.server_address[1]))

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", connect)
        yield tried


def test_there_are_enough_cases() -> None:
    assert len(set(CASES)) >= 60


@pytest.mark.parametrize("address", CASES)
def test_no_socket_is_opened_for_an_address_that_may_not_be_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with internet(monkeypatch) as tried, Fetcher(CLOSED, Names("127.0.0.1")) as fetcher:
        with pytest.raises(InputError) as refused:
            fetcher.get(Wish(address=address, headers={}, max_bytes=1000, timeout_s=2))
        assert refused.value.reason == "refused_address"
    assert tried == []


@pytest.mark.parametrize("number", PRIVATE_NUMBERS)
def test_no_socket_is_opened_for_a_name_that_leads_to_a_private_machine(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with internet(monkeypatch) as tried, Fetcher(CLOSED, Names(number)) as fetcher:
        with pytest.raises(InputError) as refused:
            fetcher.get(Wish(address="http://blog.example/", headers={}, max_bytes=1000, timeout_s=2))
        assert refused.value.reason == "refused_address"
        assert "blog.example" in refused.value.detail
    assert tried == []


def test_the_number_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    # The name server answers something public first and this machine from then on.
    names = Names(PUBLIC, "127.0.0.1")
    with internet(monkeypatch) as tried, Fetcher(CLOSED, names) as fetcher:
        with pytest.raises(InputError):
            fetcher.get(Wish(address="http://blog.example/", headers={}, max_bytes=1000, timeout_s=2))
        assert names.asked == 1
        assert set(tried) == {PUBLIC}


def test_one_private_number_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Both(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            return [*await super().resolve(host, port, family), *await super().resolve(host, port, family)]

    wish = Wish(address="http://blog.example/", headers={}, max_bytes=1000, timeout_s=2)
    with (
        internet(monkeypatch) as tried,
        Fetcher(CLOSED, Both(PUBLIC, "10.0.0.1")) as fetcher,
        pytest.raises(InputError),
    ):
        fetcher.get(wish)
    assert tried == []


REDIRECTS = (
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://[::1]/", "http://0.0.0.0/", "http://0x7f.1/",
    "http://a@127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http://inside.example/", "//192.168.0.1/",
)  # fmt: skip


class TwoNames(Names):
    """`inside.example` leads into a private network, every other name to the public machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return await Names("10.0.0.1" if host == "inside.example" else PUBLIC).resolve(host, port, family)


def test_a_crawl_reaches_nobody_private_through_redirects_links_and_sitemaps(monkeypatch: pytest.MonkeyPatch) -> None:
    with site() as server, internet(monkeypatch, server) as tried:
        moved = [f"/go/{number}" for number in range(len(REDIRECTS))]
        server.page("/", article("처음", prose(1), links=[*moved, *REDIRECTS]))
        for path, target in zip(moved, REDIRECTS, strict=True):
            server.leads(path, target)
        server.text("/robots.txt", "".join(f"Sitemap: {target}\n" for target in REDIRECTS))
        found = [page.item for page in Sites(access=Access(names=TwoNames())).pages("http://blog.example/", CLOSED)]
    assert set(tried) == {PUBLIC}
    skipped = [item for item in found if isinstance(item, Rejected)]
    assert {item.reason for item in skipped} == {"other_site", "refused_address"}
    assert len([item for item in skipped if "/go/" in item.source]) == len(REDIRECTS)


def test_redirects_of_the_start_page_and_of_robots_txt_are_checked_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for target in REDIRECTS:
        for path in ("/", "/robots.txt"):
            with site() as server, internet(monkeypatch, server) as tried:
                server.page("/", article("처음", prose(1)))
                server.leads(path, target)
                with pytest.raises(ConfigError):
                    list(Sites(access=Access(names=TwoNames())).pages("http://blog.example/", CLOSED))
            assert set(tried) == {PUBLIC}


def test_allow_private_opens_this_machine_on_purpose() -> None:
    with site() as server:
        server.page("/", article("처음", prose(1)))
        settings = SiteSettings(delay_s=0, allow_private=True)
        for host in ("127.0.0.1", "localhost"):
            address = f"http://{host}:{server.server_address[1]}/"
            with Fetcher(settings) as fetcher:
                assert fetcher.get(Wish(address=address, headers={}, max_bytes=10_000, timeout_s=5)).status == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://blog.example/",
        "https://한글.example/글",
        "http://my_blog.example:8080/",
        "http://93.184.216.34/",
        "http://[2606:4700::1111]/",
    ],
)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert check_address(address, CLOSED).origin.isascii()


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"]
)
def test_public_numbers_are_public_also_inside_others(number: str) -> None:
    assert not is_private(ipaddress.ip_address(number))
