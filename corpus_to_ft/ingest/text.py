"""Reads plain text: paragraphs, headings by simple signs, list items, and date and author lines at the top."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_to_ft.decode import decode
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.markup.facts import AUTHOR_NAMES, DATE_NAMES, TAG_NAMES, TITLE_NAMES, URL_NAMES, read_facts
from corpus_to_ft.markup.page_text import PageText

MAX_HEADING_CHARS = 50
MAX_TITLE_CHARS = 100
HEAD_LINES = 12
FILL_SHARE = 0.8  # of the widest line; every line but the last of a wrapped paragraph is at least so full
MIN_WRAP_CHARS = 30

# White space is taken as a whole: a line of it, tried at every place, would cost its square.
_FACT = re.compile(r"[\s*\[·-]*+(?P<name>[A-Za-z가-힣_ ]{1,20}?)\s*+\]?+\s*+[:：]\s*+(?P<value>\S.*)$")
_BARE_DATE = re.compile(
    r"\s*\(?(?:19|20)\d{2}\s*(?:년|[-./])\s*\d{1,2}\s*(?:월|[-./])\s*\d{1,2}\s*+(?:일|\.)?[\s()월화수목금토일요일]*+"
    r"(?:(?:오전|오후)?\s*\d{1,2}:\d{2}(?::\d{2})?)?\)?\s*"
)
_LIST_ITEM = re.compile(
    r"(?P<space>\s*)(?:[-*+•·ㆍ▪◦▷▶○●▸–]\s+|[①-⑳]\s*|(?:\d{1,3}|[가나다라마바사아자차카타파하]|[a-z])[.)]\s+)\S"
)
_BULLET = re.compile(r"\s*[-*+•·ㆍ▪◦▷▶○●▸–]\s+")
_SIGNED = re.compile(
    r"\s*(?:[■◆□◇★☆▣◈]\s*(?P<marked>\S.*)|[\[【<〈《]\s*+(?P<bracketed>[^\]】>〉》]++)[\]】>〉》]\s*|#{1,6}\s+(?P<hashed>\S.*))$"
)
_NUMBERED = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|제\s*\d+\s*[장절조]|[IVX]{1,4}\.)\s+\S")
_SENTENCE_END = re.compile(r"[.!?。…:;,]['\"”’)\]]*$|(?:다|요|까|죠|음|함)$")
_RULE = re.compile(r"\s*[-=_*~#─━]{3,}\s*$")
_FACT_NAMES = frozenset({*TITLE_NAMES, *DATE_NAMES, *AUTHOR_NAMES, *TAG_NAMES, *URL_NAMES})


class TextReader(Reader):
    """One file, one page; the title is the first line that looks like a heading, else the file's name."""

    def match(self, file: SourceFile) -> Match:
        return Match.SUFFIX if file.suffix in (".txt", ".text") else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        decoded = decode(file.data, source=file.source)
        title, fields, lines = _take_head(decoded.text.split("\n"))
        facts = read_facts(fields)
        body = PageText()
        for paragraph, follows_blank in _paragraphs(lines):
            _write(paragraph, follows_blank, body)
        meta = {**facts.meta, "encoding": decoded.encoding}
        if decoded.warnings:
            meta["warnings"] = list(decoded.warnings)
        text, blocks = body.text, body.blocks
        yield Page(
            text=text, blocks=blocks, title=facts.title or title or file.stem,
            published=facts.published, author=facts.author, meta=meta,
        )  # fmt: skip


def _take_head(lines: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Title and facts of the first lines, and the lines below them."""
    title, taken = "", 0
    fields: dict[str, str] = {}
    for place, line in enumerate(lines[:HEAD_LINES]):
        bare = line.strip()
        if not bare or _RULE.match(bare):
            taken = place + 1 if title or fields or not bare else taken
            continue
        fact = _FACT.match(bare)
        if fact is not None and fact["name"].strip().lower() in _FACT_NAMES:
            fields[fact["name"].strip()] = fact["value"].strip()
        elif _BARE_DATE.fullmatch(bare):
            fields.setdefault("date", bare.strip("() "))
        elif not title and not fields and _is_title(bare, lines[place + 1 : place + 2]):
            signed = _SIGNED.match(bare)
            title = next((text for text in signed.groups() if text), bare).strip() if signed else bare
        else:
            break
        taken = place + 1
    return title, fields, lines[taken:]


def _is_title(line: str, following: list[str]) -> bool:
    if len(line) > MAX_TITLE_CHARS or _LIST_ITEM.match(line):
        return False
    if _SIGNED.match(line):
        return True
    after = following[0].strip() if following else "x"
    above_fact = bool(_FACT.match(after) or _BARE_DATE.fullmatch(after) or _RULE.match(after))
    return (not after or above_fact) and not re.search(r"[.。…:;,]$", line)


def _paragraphs(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Runs of lines between blank ones; the flag says that a blank line or rule follows."""
    run: list[str] = []
    for line in lines:
        if line.strip() and not _RULE.match(line):
            run.append(line)
        elif run:
            yield run, True
            run = []
    if run:
        yield run, False


def _write(paragraph: list[str], follows_blank: bool, body: PageText) -> None:
    if len(paragraph) == 1 and (heading := _heading(paragraph[0], follows_blank)):
        body.add("heading", *heading)
        return
    prose: list[str] = []
    for line in paragraph:
        signed = _SIGNED.match(line)
        if _LIST_ITEM.match(line) or signed is not None:
            _write_prose(prose, body)
            prose = []
        if signed is not None and len(line) <= MAX_HEADING_CHARS:
            body.add("heading", next(text for text in signed.groups() if text), 2)
        elif (item := _LIST_ITEM.match(line)) is not None:
            depth = 1 + min(len(item["space"].expandtabs(4)) // 2, 5)
            body.add("list_item", _BULLET.sub("", line, count=1), depth)
        else:
            prose.append(line.strip())
    _write_prose(prose, body)


def _heading(line: str, follows_blank: bool) -> tuple[str, int] | None:
    bare = line.strip()
    signed = _SIGNED.match(bare)
    if len(bare) > MAX_HEADING_CHARS or not follows_blank:
        return None
    if signed is not None:
        return next(text for text in signed.groups() if text), 2
    if _SENTENCE_END.search(bare):
        return None
    if _NUMBERED.match(bare):
        return bare, 2 + min(bare.split()[0].rstrip(".").count("."), 3)
    return None if _LIST_ITEM.match(bare) or len(bare.split()) > 8 else (bare, 2)


def _write_prose(lines: list[str], body: PageText) -> None:
    """Lines that were wrapped at a width are joined again; lines ended on purpose stay."""
    widest = max((len(line) for line in lines), default=0)
    wrapped = (
        len(lines) > 1
        and widest >= MIN_WRAP_CHARS
        and all(len(line) >= FILL_SHARE * widest for line in lines[:-1])
        and any(not _SENTENCE_END.search(line) for line in lines[:-1])
    )
    body.add("paragraph", (" " if wrapped else "\n").join(lines))
