"""Gets one address within bounds of bytes and time; what is wrong with a server becomes one clear sentence."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import truststore
from aiohttp.abc import AbstractResolver
from yarl import URL

from corpus_to_ft import __version__
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.site.guard import AddressRefused, Gatekeeper, GuardedResolver, check_address, refused_place
from corpus_to_ft.ingest.site.settings import SiteSettings
from corpus_to_ft.language import Sentence, foreign

T = TypeVar("T")
PRODUCT = "corpus-to-ft"
MEBIBYTE = 1024 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_CAUSE_CHARS = 100
# Without a body, or with one that nobody reads.
BODILESS = frozenset({204, 205, 304}) | REDIRECTS
KNOWN_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5"


class FetchFailed(InputError):
    """An address that gave nothing. `passing` says that another try may help; `is_name` that the name is unknown."""

    def __init__(self, reason: str, detail: Sentence, *, passing: bool = False) -> None:
        super().__init__(reason, detail)
        self.passing = passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one request came to. `data` is unpacked and empty for redirects; `sent` counts bytes as they came."""

    address: str
    status: int
    headers: Mapping[str, str]
    data: bytes
    sent: int

    @property
    def media(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request: `headers` on top of the usual ones, and which answers with a body are wanted by their media type.

    `asked_for` is the address for whose sake it is made, which is named where it fails.
    """

    address: str
    headers: Mapping[str, str]
    max_bytes: int
    timeout_s: float
    takes: frozenset[str] | None = None
    asked_for: str = ""

    @property
    def name(self) -> str:
        return self.asked_for or self.address


def user_agent(settings: SiteSettings) -> str:
    return f"{PRODUCT}/{__version__}" + (
        f" (+{settings.contact})" if settings.contact.isascii() and settings.contact else ""
    )


class Fetcher:
    """Connections to servers, kept while it is open. Cookies are not; proxies of the environment are not asked."""

    def __init__(self, settings: SiteSettings, names: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._keeper = Gatekeeper(settings=settings)
        self._names = names
        self._loop = asyncio.new_event_loop()
        self._session: aiohttp.ClientSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._session:
                self._run(self._session.close())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def get(self, wish: Wish) -> Answer:
        """One request, no redirect followed. Raises FetchFailed, or InputError for an address that may not be asked."""
        parts = check_address(wish.address, self._settings)
        query = f"?{parts.query}" if parts.query else ""
        return self._run(self._get(wish, URL(f"{parts.origin}{parts.path}{query}", encoded=True)))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    async def _get(self, wish: Wish, url: URL) -> Answer:
        try:
            async with asyncio.timeout(wish.timeout_s):
                return await self._ask(wish, url)
        except TimeoutError:
            told = Sentence(
                "{address}: no whole answer within {limit_s:g} s", address=wish.name, limit_s=self._settings.timeout_s
            )
            raise FetchFailed("timeout", told, passing=True) from None
        except aiohttp.ClientError as error:
            raise _failure(wish.name, error) from error
        except (OSError, ValueError, zlib.error) as error:
            raise _broken(wish.name, error) from error

    async def _ask(self, wish: Wish, url: URL) -> Answer:
        session = self._open()
        async with session.get(url, headers=wish.headers, allow_redirects=False) as response:
            has_body = response.status not in BODILESS
            media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if has_body and response.status == 200 and wish.takes is not None and media not in wish.takes:
                # Left unread: a film is not fetched to find out that it is one.
                response.close()
                told = Sentence("{address}: is {media}, which is not read", address=wish.name, media=media or "?")
                raise FetchFailed("other_type", told)
            data, sent = await _body(response, wish) if has_body else (b"", 0)
            if not has_body:
                response.close() if response.status != 304 else response.release()
            return Answer(
                address=wish.address, status=response.status, headers=response.headers.copy(), data=data, sent=sent
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            settings = self._settings
            names = self._names or aiohttp.ThreadedResolver(self._loop)
            connector = aiohttp.TCPConnector(
                limit=1, ttl_dns_cache=60, keepalive_timeout=15, ssl=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                resolver=GuardedResolver(names, self._keeper), socket_factory=self._keeper.socket_for,
                family=socket.AF_UNSPEC,
            )  # fmt: skip
            headers = {"User-Agent": user_agent(settings), "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
            timeout = aiohttp.ClientTimeout(
                total=None, connect=settings.connect_timeout_s, sock_connect=settings.connect_timeout_s
            )
            self._session = aiohttp.ClientSession(
                connector=connector, headers=headers, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False, trust_env=False, read_bufsize=2**16,
            )  # fmt: skip
        return self._session


async def _body(response: aiohttp.ClientResponse, wish: Wish) -> tuple[bytes, int]:
    """The body, unpacked, and how many bytes were sent of it; both are bounded."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in KNOWN_ENCODINGS:
        response.close()
        told = Sentence(
            "{address}: is packed as {encoding}, which was not asked for", address=wish.name, encoding=encoding
        )
        raise FetchFailed("other_type", told)
    unpack = Unpacker(wish.max_bytes) if encoding in ("gzip", "x-gzip", "deflate") else None
    parts, size, sent = [], 0, 0
    async for part in response.content.iter_any():
        sent += len(part)
        data = unpack.feed(part) if unpack else part
        parts.append(data)
        size += len(data)
        if max(size, sent) > wish.max_bytes:
            response.close()
            limit_mb = wish.max_bytes / MEBIBYTE
            told = Sentence(
                "{address}: more than {limit_mb:g} MB; raise ingest.site.max_page_mb to read it",
                address=wish.name, limit_mb=limit_mb,
            )  # fmt: skip
            raise FetchFailed("too_large", told)
    if unpack:
        unpack.end()
    return b"".join(parts), sent


class Unpacker:
    """Unpacks gzip or deflate as it comes; never gives much more than `limit` bytes, however little was sent."""

    def __init__(self, limit: int) -> None:
        self._left = limit + 1
        self._packed: Any = None

    def feed(self, data: bytes) -> bytes:
        found = []
        while data and self._left > 0:
            if self._packed is None:
                # Some servers send deflate without the header that it should have.
                has_header = data[:2] == b"\x1f\x8b" or (data[0] & 0x0F == 8 and data[0] >> 4 <= 7)
                self._packed = zlib.decompressobj(zlib.MAX_WBITS | 32 if has_header else -zlib.MAX_WBITS)
            part = self._packed.decompress(data, self._left)
            self._left -= len(part)
            found.append(part)
            if self._packed.eof:
                data, self._packed = self._packed.unused_data.lstrip(b"\x00"), None
            else:
                data = self._packed.unconsumed_tail
        return b"".join(found)

    def end(self) -> None:
        """Raises ValueError where more should have come."""
        if self._packed is not None and self._left > 0:
            raise ValueError("the packed data ends too early")


def _failure(address: str, error: aiohttp.ClientError) -> InputError:
    """What a person needs to know of a request that came to nothing."""
    inner = getattr(error, "os_error", None)
    refused = _refusal(error)
    if refused is not None:
        return refused_place(address, refused.place)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        told = Sentence(
            "{address}: its certificate is not to be trusted ({cause})", address=address, cause=_certificate(error)
        )
        return FetchFailed("tls", told)
    if isinstance(error, aiohttp.ClientConnectorDNSError) or isinstance(inner, socket.gaierror):
        told = Sentence("{address}: no name server knows its host, or this machine is offline", address=address)
        return FetchFailed("no_host", told, passing=getattr(inner, "errno", None) == socket.EAI_AGAIN)
    if isinstance(error, aiohttp.ClientConnectorError):
        told = Sentence(
            "{address}: nobody answers there ({cause})",
            address=address,
            cause=_short(inner.strerror or str(inner)) if inner else "",
        )
        return FetchFailed("no_answer", told, passing=True)
    if isinstance(error, aiohttp.ServerTimeoutError):
        return FetchFailed(
            "timeout", Sentence("{address}: nobody answers there in time", address=address), passing=True
        )
    return _broken(address, error)


def _refusal(error: BaseException | None) -> AddressRefused | None:
    """The refusal of the gatekeeper, wherever a library put it."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, AddressRefused):
            return error
        error, seen = getattr(error, "os_error", None) or error.__cause__ or error.__context__, seen + 1
    return None


def _certificate(error: aiohttp.ClientConnectorError | aiohttp.ClientSSLError) -> Sentence:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return _short(getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or str(inner))


def _short(cause: object) -> Sentence:
    """What a library says, which may repeat all that a server sent: one line, and no more than its beginning."""
    return foreign(" ".join(str(cause).split())[:MAX_CAUSE_CHARS])


def _broken(address: str, error: Exception) -> FetchFailed:
    told = Sentence(
        "{address}: its answer breaks off or is none ({cause})",
        address=address,
        cause=_short(str(error) or type(error).__name__),
    )
    return FetchFailed("broken_answer", told, passing=True)
