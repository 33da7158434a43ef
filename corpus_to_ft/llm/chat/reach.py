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


async def speaks_tls(host: str, port: int) -> bool:
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
        plain = "http" + url.removeprefix("https")
        return ConfigError(Sentence("{url} does not speak TLS; set provider.base_url to {plain}", url=url, plain=plain))
    return ConfigError(Sentence("{url} cannot be trusted: {error}", url=url, error=foreign(str(error))))


def needs_tls(url: str) -> ConfigError:
    secure = "https" + url.removeprefix("http")
    return ConfigError(Sentence("{url} speaks only TLS; set provider.base_url to {secure}", url=url, secure=secure))


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
