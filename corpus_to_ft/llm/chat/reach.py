"""What stands between a client and a server before the first answer: TLS, proxies, and how many files may be open."""

from __future__ import annotations

import asyncio
import resource
import ssl
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence, foreign, tr

HANDSHAKE_S = 3.0
# What a TLS client says of a server that speaks plain HTTP.
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"})
# The run file, documents that are read meanwhile, looked-up names; beside the connections.
OTHER_FILES = 48
OPEN_FILES = Path("/proc/self/fd")


async def misaddressed(url: str) -> ConfigError | None:
    """What is wrong with an address whose server speaks TLS and is called without, or the other way round."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and await _speaks_tls(host, parts.port or 80):
        secure = "https" + url.removeprefix("http")
        return ConfigError(Sentence("{url} speaks only TLS; set provider.base_url to {secure}", url=url, secure=secure))
    if parts.scheme == "https" and await _speaks_plainly(host, parts.port or 443):
        return _no_tls(url)
    return None


async def _speaks_plainly(host: str, port: int) -> bool:
    """Whether a request without TLS gets an answer of HTTP that does not ask for TLS."""
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii", "ignore"))
            line = await reader.readline()
    except OSError:
        return False
    writer.transport.abort()
    # TLS servers that understand a plain request at all refuse it.
    return line.startswith(b"HTTP/") and b" 400 " not in line


async def _speaks_tls(host: str, port: int) -> bool:
    """Whether a TLS handshake succeeds; nothing else is sent, so nobody needs to be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except OSError:
        return False
    writer.transport.abort()
    return True


def tls_trouble(url: str, error: aiohttp.ClientSSLError) -> ConfigError:
    """Why no TLS connection came about."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorSSLError) else None
    if isinstance(cause, ssl.SSLError) and cause.reason in NO_TLS:
        return _no_tls(url)
    return ConfigError(Sentence("{url} cannot be trusted: {error}", url=url, error=foreign(str(error))))


def proxy_refuses(url: str, proxy: str, status: int) -> ConfigError:
    """`proxy` may hold a password."""
    said = "the proxy {proxy} does not let calls to {url} pass (HTTP {status}); check HTTP_PROXY, HTTPS_PROXY, NO_PROXY"
    return ConfigError(Sentence(said, proxy=urlsplit(proxy).netloc.rpartition("@")[2], url=url, status=status))


def _no_tls(url: str) -> ConfigError:
    plain = "http" + url.removeprefix("https")
    return ConfigError(Sentence("{url} does not speak TLS; set provider.base_url to {plain}", url=url, plain=plain))


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address, looked up once for all calls.

    None for this machine itself: a proxy would look for the server on its own.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


def connections_allowed(wanted: int) -> tuple[int, str]:
    """How many connections this process may have, at most `wanted`, and what there is to say about it.

    The system's limit on open files is raised for this process as far as that is allowed to anybody.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted, ""
    needed = _open_files() + OTHER_FILES + wanted
    if soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        # Some systems allow less than they say.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    if soft >= needed:
        return wanted, ""
    allowed = max(1, soft - (needed - wanted))
    said = tr(
        "{allowed} calls at once instead of {wanted}: this process may open {soft} files; raise it with ulimit -n",
        allowed=allowed,
        wanted=wanted,
        soft=soft,
    )
    return allowed, said


def _open_files() -> int:
    return sum(1 for _ in OPEN_FILES.iterdir()) if OPEN_FILES.is_dir() else 0
