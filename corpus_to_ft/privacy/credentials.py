"""Finds keys, tokens and passwords that people paste into posts, in a legible text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from corpus_to_ft.privacy.kinds import Found

# (what must occur, the pattern): a text without the first is not searched.
_KEYS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(rf"(?<![A-Za-z0-9_-]){pattern}"))
    for sign, pattern in (
        ("sk-", r"sk-(?:proj-|ant-|svcacct-|or-v1-)?[A-Za-z0-9_-]{16,200}"),
        ("AKIA", r"AKIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("ASIA", r"ASIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("gh", r"gh[pousr]_[A-Za-z0-9]{30,255}"),
        ("github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
        ("glpat-", r"glpat-[A-Za-z0-9_-]{20,64}"),
        ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,250}"),
        ("AIza", r"AIza[A-Za-z0-9_-]{35}"),
        ("ya29.", r"ya29\.[A-Za-z0-9_-]{20,300}"),
        ("hf_", r"hf_[A-Za-z0-9]{30,64}"),
        ("npm_", r"npm_[A-Za-z0-9]{36}"),
        ("pypi-", r"pypi-[A-Za-z0-9_-]{50,300}"),
        ("SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
        ("k_live_", r"[srp]k_live_[A-Za-z0-9]{16,128}"),
        ("k_test_", r"[sr]k_test_[A-Za-z0-9]{16,128}"),
        ("hooks.slack.com", r"(?:https?://)?hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}"),
        ("eyJ", r"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{4,8000}\.[A-Za-z0-9_-]{8,2000}"),
    )
)
_KEY_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
# How most keys begin; a pattern that begins with one set of characters is the fastest to look for.
_DASHED_SIGN = re.compile(
    r"[-_](?<=[a-z].)(?:(?<=sk-)|(?<=gh[pousr]_)|(?<=_pat_)|(?<=glpat-)|(?<=xox[abeoprs]-)|(?<=hf_)|(?<=npm_)"
    r"|(?<=pypi-)|(?<=k_live_)|(?<=k_test_))"
)
_OTHER_SIGNS = ("AKIA", "ASIA", "AIza", "ya29.", "SG.", "eyJ", "hooks.slack.com")
# A key whose end is missing still gives itself away.
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=\s\\:,-]{0,8000}")
LONGEST_KEY = 20_000

_NAMED = re.compile(
    r"[pPsStTaA비패암](?:assw(?:or)?d|ASSW(?:OR)?D|asswd|wd|WD"
    r"|w(?=[ ]?[:=])|W(?=[ ]?[:=])|assphrase|ecret|ECRET|oken|OKEN|pi[_-]?[kK]ey|PI[_-]?KEY"
    r"|ccess[_-]?[kK]ey|CCESS[_-]?KEY|밀\s?번호|번|스워드|호)"
    r"(?:[_-]?(?:[kK]ey|KEY|[iI]d|ID|[aA]ccess[_-]?[kK]ey|ACCESS_KEY))?[\"'`]?"
    r"(?P<is>[ ]?(?:는|은|이|가)?[ ]?(?:=>|:=|[:=])[ ]{0,2}|[ ]?(?:는|은)[ ])[\"'`“‘]?"
    r"(?P<value>[!-~]{4,512})"
)
_BEARER = re.compile(r"[Bb](?:earer|asic) +(?P<value>[A-Za-z0-9+/=._~-]{16,2000})")
_LOGIN = re.compile(r"://(?P<value>[^\s/:@\"'<>]{1,64}:[^\s/:@\"'<>]{2,128})@")
_SENTRY = re.compile(r"://(?P<value>[0-9a-f]{32})@")
_VALUE_ENDS = re.compile(r"[\"'`”’<>,;)}\]\s]|\\n|&(?:amp|quot)?")
_PLACEHOLDER = re.compile(
    r"(?i)\$|%[({]|\*{3}|x{4}|\.{3}|[{<\[(]|your|example|changeme|change_me|placeholder|dummy|env\b|\.env|process\.|config|secret$"
    r"|^(?:null|none|true|false|string|str|undefined|password|passwd|token|secret|required|optional)\d{0,2}$|^/|^https?:|\w\.\w+\."
)
# Below it a text of that length is a word or a name; random letters and digits lie at 3.5 and more.
LEAST_BITS = 2.9
LEAST_SECRET, LEAST_PASSWORD = 16, 6


def credentials_in(text: str) -> Iterator[Found]:
    has_sign = _DASHED_SIGN.search(text) or any(sign in text for sign in _OTHER_SIGNS)
    for sign, pattern in _KEYS if has_sign else ():
        if sign in text:
            for found in pattern.finditer(text):
                if sum(map(str.isdigit, found.group())) or len(found.group()) > 40:
                    yield Found("credential", found.start(), found.end())
    if "-----BEGIN" in text:
        yield from _private_keys(text)
    for found in _NAMED.finditer(text):
        if end := _end_of_secret(found):
            yield Found("credential", found.start("value"), end)
    if "earer " in text or "Basic " in text:
        for found in _BEARER.finditer(text):
            if _is_random(found.group("value"), LEAST_SECRET) and not _PLACEHOLDER.search(found.group("value")):
                yield Found("credential", found.start("value"), found.end("value"))
    if "@" in text and "://" in text:
        for found in _LOGIN.finditer(text):
            name, _, word = found.group("value").partition(":")
            if not _PLACEHOLDER.search(word) and word.lower() not in (name.lower(), "pass", "pw", "pwd", "1234"):
                yield Found("credential", found.start("value"), found.end("value"))
        yield from (Found("credential", *found.span("value")) for found in _SENTRY.finditer(text))


def _private_keys(text: str) -> Iterator[Found]:
    at = 0
    while begins := _KEY_BEGINS.search(text, at):
        ends = _KEY_ENDS.search(text, begins.end(), begins.end() + LONGEST_KEY)
        if ends is None:
            ends = _KEY_BODY.match(text, begins.end())
        at = ends.end() if ends else begins.end()
        yield Found("credential", begins.start(), at)


def _end_of_secret(found: re.Match[str]) -> int:
    """Where the value ends that a name such as `password` is given, 0 where it is no secret but code or a blank."""
    value = found.group("value")
    if ends := _VALUE_ENDS.search(value):
        value = value[: ends.start()]
    value = value.rstrip(".?:")
    name = found.group()[: found.start("is") - found.start()].lower()
    is_password = any(word in name for word in ("pass", "pwd", "pw", "비밀", "비번", "패스", "암호"))
    if "=" not in found.group("is") and ":" not in found.group("is") and not any(char >= "가" for char in name):
        return 0
    least = LEAST_PASSWORD if is_password else LEAST_SECRET
    if len(value) < least or _PLACEHOLDER.search(value) or not _is_random(value, least):
        return 0
    return found.start("value") + len(value)


def _is_random(value: str, least: int) -> bool:
    """Letters with digits or other marks; a long one must not read like a word either."""
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    marks = sum(char in "!@#$%^&*~?" for char in value)
    if len(value) < least or not letters or not digits + marks:
        return False
    if least == LEAST_PASSWORD:
        return True
    shares = [count / len(value) for count in Counter(value).values()]
    return digits > 0 and -sum(share * math.log2(share) for share in shares) >= LEAST_BITS
