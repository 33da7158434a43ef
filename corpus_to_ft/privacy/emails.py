"""Finds electronic mail addresses, however they are disguised, and network addresses, in a legible text."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Iterator

from corpus_to_ft.privacy.kinds import Found, PersonalKind
from corpus_to_ft.privacy.words import words

# The standard allows more marks, which in texts belong to Markdown, quotes and paths.
_LOCAL = frozenset(string.ascii_letters + string.digits + "._%+-'")
_NO_BEGIN = "._%+-'"
_NAME = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}|[가-힣]{1,20})"
_TOP = r"(?:xn--[A-Za-z0-9-]{2,40}|[A-Za-z]{2,24}|한국)(?![A-Za-z0-9])(?!-[A-Za-z0-9])"
_DOMAIN = re.compile(rf"[ ]?(?:{_NAME}\.){{1,8}}{_TOP}")
_KNOWN_TOP = r"(?:co\.kr|or\.kr|go\.kr|ac\.kr|ne\.kr|re\.kr|pe\.kr|kr|com|net|org|io|ai|dev|me|co|biz|info|edu)"
_SPACED_DOMAIN = re.compile(rf"[ \n]{{0,2}}(?:[A-Za-z0-9-]{{1,63}}\.\n?){{1,4}}{_KNOWN_TOP}(?![A-Za-z0-9_])")
_SPACED_NAME = re.compile(r"[A-Za-z0-9._+-]{2,64}[ ]$")
_FILES = words("files")
_HOSTS = (".amazonaws.com", ".compute.internal", ".googleusercontent.com")
# Nobody's mailbox, but how code is fetched.
_LOGINS = frozenset({"git", "svn", "hg"})
LONGEST_LOCAL = 64

_DOT = r"(?:\.|[ ]?(?:\([ ]?(?:dot|닷|점|\.)[ ]?\)|\[[ ]?(?:dot|닷|점|\.)[ ]?\])[ ]?| (?:dot|닷|점|쩜) )"
_AT = (
    r"[ ]{0,2}(?:\([ ]?(?:at|앳|골뱅이|@)[ ]?\)|\[[ ]?(?:at|앳|골뱅이|@)[ ]?\]"
    r"|\{[ ]?at[ ]?\}|<[ ]?at[ ]?>|골뱅이)[ ]{0,2}"
)
_DISGUISED = re.compile(
    rf"(?i)(?<![a-z0-9])[a-z0-9][a-z0-9._+-]{{0,63}}(?:[(\[]dot[)\]][a-z0-9_+-]{{1,63}}){{0,3}}{_AT}(?:[a-z0-9-]{{1,63}}{_DOT}){{1,4}}{_TOP}"
)
_SPELLED = re.compile(r"(?i)(?<![a-z0-9])[a-z0-9][a-z0-9._+-]{0,63} at (?:[a-z0-9-]{1,63} dot ){1,4}[a-z]{2,10}\b")
_DISGUISE_SIGN = re.compile(r"[(\[{<][ ]?(?:[aA][tT]|앳|@)[ ]?[)\]}>]")

_IP = re.compile(
    r"(?<![0-9A-Za-z.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]{2,40})(?:/[0-9]{1,3})?"
)


def emails_in(text: str) -> Iterator[Found]:
    at = text.find("@")
    while at >= 0:
        start = at
        lowest = max(0, at - LONGEST_LOCAL)
        while start > lowest and text[start - 1] in _LOCAL:
            start -= 1
        while start < at and text[start] in _NO_BEGIN:
            start += 1
        if start < at:
            found = _DOMAIN.match(text, at + 1) or _SPACED_DOMAIN.match(text, at + 1)
            if found and found.group().lower().rpartition(".")[2] in _FILES:
                # A file may be named after an address: hong@leaf.io.md.
                found = _SPACED_DOMAIN.fullmatch(text, at + 1, found.end() - len(found.group().rpartition(".")[2]) - 1)
            if found and _is_address(text, start, found):
                yield Found("email", start, found.end())
        elif found := _SPACED_DOMAIN.match(text, at + 1):
            # "name @ company.kr"; a word before a mention of somebody is no name of a mailbox.
            spaced = _SPACED_NAME.search(text, max(0, at - LONGEST_LOCAL), at)
            if spaced and text[at + 1 : at + 2] == " ":
                yield Found("email", spaced.start(), found.end())
        at = text.find("@", at + 1)
    if "골뱅이" in text or _DISGUISE_SIGN.search(text):
        yield from (Found("email", found.start(), found.end()) for found in _DISGUISED.finditer(text))
    if " dot " in text:
        yield from (Found("email", found.start(), found.end()) for found in _SPELLED.finditer(text))


def _is_address(text: str, start: int, domain: re.Match[str]) -> bool:
    """Not a login at a host (git@github.com:team), a file (icon@2x.png) or the version of a package."""
    name = domain.group().strip().lower()
    if domain.group()[:1] == " " and not _SPACED_DOMAIN.match(text, domain.start()):
        return False
    if name.rpartition(".")[2] in _FILES or name.endswith(_HOSTS):
        return False
    return text[start : domain.start() - 1] not in _LOGINS


def ip_addresses_in(text: str) -> Iterator[Found]:
    for found in _IP.finditer(text):
        said = found.group().rstrip(".:") if not found.group().endswith("::") else found.group()
        try:
            ipaddress.ip_network(said, strict=False)
        except ValueError:
            continue
        yield Found("ip_address", found.start(), found.start() + len(said))


def network_in(text: str, kinds: frozenset[PersonalKind]) -> Iterator[Found]:
    if "email" in kinds:
        yield from emails_in(text)
    if "ip_address" in kinds:
        yield from ip_addresses_in(text)
