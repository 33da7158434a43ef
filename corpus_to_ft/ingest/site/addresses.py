"""Writes addresses in one way, tells what belongs to a site, and knows addresses that lead nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from corpus_to_ft.markup.html.tree import words

# What only says where a reader came from, how a list is sorted, or who is logged in.
DROPPED_NAMES = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_[ce]id|n_media|nacn|_ga|_gl|"
    r"ref|ref_src|referrer|source|from|trackingcode|spm|scm|share|replytocom|phpsessid|jsessionid|sessionid|"
    r"aspsessionid\w*|print|sort|orderby|sort_by|amp",
    re.IGNORECASE,
)
SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
INDEX_NAMES = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp|xhtml)$", re.IGNORECASE)
# Old binary Office files stand with what is left alone: no reader knows them.
FILE_SUFFIXES = words(".pdf .docx .pptx .xlsx .hwp .hwpx .odt .epub .md .markdown .txt .csv .tsv .jsonl .rtf")
OTHER_SUFFIXES = words(
    ".jpg .jpeg .png .gif .webp .svg .ico .bmp .tif .tiff .avif .heic .psd .ai .eps "
    ".mp3 .mp4 .m4a .m4v .avi .mov .mkv .webm .wav .ogg .flac .swf "
    ".zip .gz .tgz .bz2 .xz .7z .rar .tar .iso .dmg .exe .msi .apk .deb .rpm .jar .war .bin .dll .so .torrent "
    ".css .js .mjs .map .wasm .json .woff .woff2 .ttf .otf .eot .ics .vcf .doc .xls .ppt"
)
MAX_ADDRESS_CHARS = 1_000
MAX_SEGMENTS = 16
MAX_PARAMETERS = 8
# The same folder as often: links that are relative by mistake.
MOST_REPEATED = 3
YEAR = re.compile(r"(?<!\d)((?:19|20|21)\d\d)(?=[-/=&_]?(?:0[1-9]|1[0-2]|\d)?(?!\d)|$)")
CALENDAR = re.compile(r"(?:calendar|month|week|day|date|year|cal|events?|schedule|달력|일정)", re.IGNORECASE)
FIRST_YEAR = 1995
SAFE = "/!$&'()*+,;=:@~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What belongs to a site: pages of one host, `www.` or not, whose path begins with `folder`."""

    scheme: str
    host: str
    port: int | None
    folder: str

    @classmethod
    def of(cls, address: str, *, whole_host: bool = False) -> Scope:
        parts = urlsplit(address)
        return cls(
            scheme=parts.scheme,
            host=_bare(parts.hostname or ""),
            port=parts.port,
            folder="/" if whole_host else _folder(parts.path),
        )

    def holds(self, address: str) -> bool:
        """Whether a tidy address is of this site."""
        parts = urlsplit(address)
        return (
            self.is_host(address)
            and (parts.path or "/").rstrip("/").startswith(self.folder.rstrip("/"))
            and (parts.path.rstrip("/")[len(self.folder.rstrip("/")) :][:1] in ("", "/"))
        )

    def is_host(self, address: str) -> bool:
        parts = urlsplit(address)
        return _bare(parts.hostname or "") == self.host and parts.port == self.port


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _folder(path: str) -> str:
    """The folder of a page; a last part without a dot is a folder itself."""
    head, _, last = path.rpartition("/")
    return f"{head}/" if "." in last or not last else f"{path}/"


def tidy(address: str, base: str = "") -> str:
    """The address in its usual form, absolute, without what does not choose a page; empty where it is none of the web.

    Only its writing is looked at; whether it may be asked is for the guard to say.
    """
    try:
        joined = urljoin(base, address.strip()) if base else address.strip()
        parts = urlsplit(joined)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if not joined.isascii() else parts.hostname or ""
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in ("http", "https") or not host or len(joined) > MAX_ADDRESS_CHARS:
        return ""
    if "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host.lower().removesuffix(".")
    netloc = host if port in (None, {"http": 80, "https": 443}[parts.scheme]) else f"{host}:{port}"
    path = SESSION_IN_PATH.sub("", _plain_path(parts.path))
    query = _query(parts.query)
    return f"{parts.scheme}://{netloc}{path}{f'?{query}' if query else ''}"


def _plain_path(path: str) -> str:
    """Percent signs where they are needed, and no `.` or `..`."""
    path = re.sub(r"/{2,}", "/", path) or "/"
    if path.isascii() and "%" not in path and "/." not in path:
        return quote(path, safe=SAFE)
    segments: list[str] = []
    for segment in path.split("/"):
        plain = unquote(segment, errors="surrogateescape")
        if plain == "..":
            segments = segments[:-1] or [""]
        elif plain != ".":
            # A slash written as a sign belongs to the name.
            segments.append(quote(plain.encode("utf-8", "surrogateescape"), safe=SAFE.replace("/", "")))
    return "/".join(segments) or "/"


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None)
            if not DROPPED_NAMES.fullmatch(name)]  # fmt: skip
    return urlencode(sorted(kept), quote_via=quote)


def key_of(address: str) -> str:
    """The same for tidy addresses that differ in `www.`, `https`, `index.html` or the last slash only."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    path = INDEX_NAMES.sub("/", parts.path).rstrip("/")
    return f"{_bare(parts.hostname or '')}{port}{path}?{parts.query}".removesuffix("?")


def absolute(address: str, base: str) -> str:
    """Where a redirect leads, exactly as the server wrote it; empty where it is no address."""
    try:
        parts = urlsplit(urljoin(base, address.strip()))
    except ValueError:
        return ""
    path, query = (quote(part, safe=f"%{SAFE}?[]|") for part in (parts.path, parts.query))
    return f"{parts.scheme}://{parts.netloc}{path or '/'}{f'?{query}' if query else ''}"


def shape_of(address: str) -> str:
    """What addresses of one template share: numbers and the values of parameters are left out."""
    parts = urlsplit(address)
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return f"{parts.netloc}{re.sub(r'[0-9]+', '0', unquote(parts.path, errors='replace'))}?{names}"


def suffix_of(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path, errors="replace")).suffix.lower()


def is_trap(address: str) -> bool:
    """Whether an address shows that there is no end to its kind: repeating folders, days far off, many switches."""
    parts = urlsplit(address)
    if parts.path.count("/") > MAX_SEGMENTS or parts.query.count("&") >= MAX_PARAMETERS:
        return True
    segments = [segment for segment in parts.path.split("/") if segment and not segment.isdigit()]
    if any(segments.count(segment) > MOST_REPEATED for segment in set(segments)):
        return True
    text = unquote(f"{parts.path}?{parts.query}", errors="replace")
    if CALENDAR.search(text):
        latest = datetime.now(tz=UTC).year + 1
        return any(not FIRST_YEAR <= int(year) <= latest for year in YEAR.findall(text))
    return False
