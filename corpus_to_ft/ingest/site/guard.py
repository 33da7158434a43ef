"""Decides which addresses may be asked, and holds every connection to it.

A page can name any address, a name can lead to any machine, and what answers here may stand inside a company's
network. So an address is checked three times: as it is written, when its name is looked up, and at the socket that
is about to connect. The last one is what counts: it sees the number that is connected to, whatever a name server said
before, so a name that changes between two looks gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import idna
from aiohttp.abc import AbstractResolver, ResolveResult

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.language import Sentence

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_ADDRESS_CHARS = 2_000
MAX_HOST_CHARS = 253
DEFAULT_PORTS = {"http": 80, "https": 443}
# Names that no public name server answers for (RFC 6761, 6762, 8375), and those that companies use inside.
PRIVATE_NAMES = frozenset({"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "test"})
PRIVATE_ENDS = (".home.arpa",)
# Beyond what `is_global` knows in every Python version: the wire server of a cloud, translation inside a network, old
# site-local addresses.
PRIVATE_NETS = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
COMPATIBLE = ipaddress.IPv6Network("::/96")
# ISATAP writes the IPv4 address of a machine behind this.
ISATAP = (0x0000_5EFE, 0x0200_5EFE)
LABELS = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
UNWRITTEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
REASON = "refused_address"


class AddressRefused(OSError):
    """A connection to a place that may not be asked; an OSError, as a connector expects of whatever fails."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The parts of an address that may be asked; `host` is ASCII, lower case, without a dot at its end."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}")


def check_address(address: str, settings: SiteSettings) -> Checked:
    """Raises InputError `refused_address` for what may not be asked, as far as the address itself tells."""
    if len(address) > MAX_ADDRESS_CHARS:
        raise _refused(address[:80] + "…", Sentence("it is too long"))
    address = address.strip()
    if UNWRITTEN.search(address):
        raise _refused(address, Sentence("it holds characters that no address holds"))
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused(address, Sentence("it is not written as addresses are")) from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _refused(address, Sentence("only http and https are read"))
    if "@" in parts.netloc or "%" in parts.netloc or not host:
        raise _refused(address, Sentence("its host is hidden behind other signs"))
    host = plain_host(address, host, settings)
    port = DEFAULT_PORTS[scheme] if port is None else port
    if port not in settings.ports and not settings.allow_private:
        told = Sentence("port {port} is not among ingest.site.ports", port=port)
        raise _refused(address, told)
    return Checked(scheme=scheme, host=host, port=port, path=parts.path or "/", query=parts.query)


def plain_host(address: str, host: str, settings: SiteSettings) -> str:
    """The host in ASCII; raises InputError for one that is private or written in an unusual way."""
    host = unicodedata.normalize("NFKC", host).translate(DOTS).lower().removesuffix(".")
    if ":" in host:
        try:
            number: IpAddress = ipaddress.IPv6Address(host)
        except ValueError:
            raise _refused(address, Sentence("it is not written as addresses are")) from None
        _refuse_private(address, number, settings)
        return str(number)
    if not host.isascii() or "xn--" in host:
        try:
            host = idna.encode(host, uts46=True).decode()
            idna.decode(host)
        except (idna.IDNAError, UnicodeError):
            raise _refused(address, Sentence("its host is no name")) from None
    if ENDS_IN_NUMBER.search(host):
        try:
            number = ipaddress.IPv4Address(host)
        except ValueError:
            # 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to some programs.
            raise _refused(address, Sentence("its number is written in an unusual way")) from None
        _refuse_private(address, number, settings)
        return host
    if len(host) > MAX_HOST_CHARS or not LABELS.fullmatch(host):
        raise _refused(address, Sentence("its host is no name"))
    is_private = host.rpartition(".")[2] in PRIVATE_NAMES or "." not in host or host.endswith(PRIVATE_ENDS)
    if is_private and not settings.allow_private:
        raise _private(address, host)
    return host


def is_private(number: IpAddress) -> bool:
    """Whether an address is anything but one machine of the public internet, also inside another address."""
    inner = _inside(number)
    if inner is not None:
        return is_private(inner)
    if any(number in net for net in PRIVATE_NETS if net.version == number.version):
        return True
    return not number.is_global or number.is_multicast or number.is_reserved or number.is_unspecified


def _inside(number: IpAddress) -> IpAddress | None:
    """The IPv4 address that an IPv6 one carries: mapped, translated, or tunneled to."""
    if isinstance(number, ipaddress.IPv4Address):
        return None
    low = int(number) & 0xFFFF_FFFF
    if number.ipv4_mapped is not None or number in NAT64:
        return ipaddress.IPv4Address(low)
    if number.sixtofour is not None:
        return number.sixtofour
    if number.teredo is not None:
        server, client = number.teredo
        return server if is_private(server) else client
    if (int(number) >> 32) & 0xFFFF_FFFF in ISATAP or (number in COMPATIBLE and int(number) > 1):
        return ipaddress.IPv4Address(low)
    return None


def _refuse_private(address: str, number: IpAddress, settings: SiteSettings) -> None:
    if is_private(number) and not settings.allow_private:
        raise _private(address, str(number))


def _private(address: str, place: str) -> InputError:
    told = Sentence("{place} is private; --allow-private reads it on purpose", place=place)
    return _refused(address, told)


def _refused(address: str, why: Sentence) -> InputError:
    return InputError(REASON, Sentence("{address}: is not asked, {why}", address=address[:200], why=why))


def refused_place(address: str, place: str) -> InputError:
    """For a connection that was refused when its name had been looked up."""
    told = Sentence(
        "its host leads to {place}, which is private or at an odd port; --allow-private opens private ones",
        place=place,
    )
    return _refused(address, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """Stands at every socket: what passes here is what is connected to."""

    settings: SiteSettings

    def admit(self, host: str, port: int) -> None:
        """Raises AddressRefused for the number of a machine that may not be asked, or a port."""
        number = ipaddress.ip_address(host.partition("%")[0])
        private = is_private(number)
        if private and not self.settings.allow_private:
            raise AddressRefused(host)
        if not private and port not in self.settings.ports:
            raise AddressRefused(f"{host}:{port}")

    def socket_for(self, place: Any) -> socket.socket:
        """The socket for (family, type, protocol, name, address), as a connector asks for it."""
        family, kind, protocol, _, address = place
        self.admit(str(address[0]), int(address[1]))
        return socket.socket(family=family, type=kind, proto=protocol)


class GuardedResolver(AbstractResolver):
    """Looks a name up with `inner`, and answers only where every number may be connected to."""

    def __init__(self, inner: AbstractResolver, keeper: Gatekeeper) -> None:
        self._inner, self._keeper = inner, keeper

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for result in found:
            self._keeper.admit(result["host"], port)
        return found

    async def close(self) -> None:
        await self._inner.close()
