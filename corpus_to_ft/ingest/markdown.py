"""Reads Markdown with front matter, in the dialects of Jekyll, Hugo, Docusaurus, Notion and their kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from corpus_to_ft.decode import decode
from corpus_to_ft.ingest.base import Match, Page, Reader, SourceFile
from corpus_to_ft.markup.facts import read_facts
from corpus_to_ft.markup.markdown.body import BodyWriter
from corpus_to_ft.markup.markdown.dialects import plain_markdown
from corpus_to_ft.markup.markdown.fragment import markdown_parser
from corpus_to_ft.markup.markdown.front_matter import split_head
from corpus_to_ft.records import Block

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx", ".qmd", ".rmd")
FOLDER_PAGES = frozenset({"index", "_index", "readme"})
_DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_ ]?(.*)")
_NOTION_ID = re.compile(r"[ _-]+[0-9a-f]{32}$")


class MarkdownReader(Reader):
    """One file, one page; the title is the front matter's, else the first heading, else the file's name."""

    packages: ClassVar[tuple[str, ...]] = ("markdown-it-py", "mdit-py-plugins", "pyyaml")

    def match(self, file: SourceFile) -> Match:
        return Match.SUFFIX if file.suffix in SUFFIXES else Match.NO

    def read(self, file: SourceFile) -> Iterator[Page]:
        decoded = decode(file.data, source=file.source)
        head = split_head(decoded.text, source=file.source)
        facts = read_facts(head.fields)
        parser = markdown_parser()
        markdown, held = plain_markdown(head.body, head.fields, parser)
        body = BodyWriter(held).write(parser.parse(markdown))
        text, blocks = body.text, body.blocks
        title = facts.title
        first = blocks[0] if blocks else None
        if first is not None and first.kind == "heading":
            heading = first.of(text)
            if not title and first.level == 1:
                title = heading
            if _same(heading, title):
                text, blocks = _without_first(text, blocks)
        dated = _DATED_NAME.match(file.stem)
        meta = {**facts.meta, "encoding": decoded.encoding}
        warnings = [*decoded.warnings, *head.warnings]
        if warnings:
            meta["warnings"] = warnings
        is_draft = facts.draft or "_drafts" in file.path.parts
        yield Page(
            text=text,
            blocks=blocks,
            title=title or _name_of(file.path),
            published=facts.published or (dated[1] if dated else ""),
            author=facts.author,
            draft=is_draft,
            meta=meta,
        )


def _same(heading: str, title: str) -> bool:
    return "".join(heading.split()).casefold() == "".join(title.split()).casefold()


def _without_first(text: str, blocks: tuple[Block, ...]) -> tuple[str, tuple[Block, ...]]:
    if len(blocks) == 1:
        return "", ()
    cut = blocks[1].start
    return text[cut:], tuple(
        Block(kind=block.kind, start=block.start - cut, end=block.end - cut, level=block.level) for block in blocks[1:]
    )


def _name_of(path: PurePosixPath) -> str:
    stem = path.parent.name if path.stem.lower() in FOLDER_PAGES and path.parent.name else path.stem
    dated = _DATED_NAME.match(stem)
    name = _NOTION_ID.sub("", dated[2] if dated and dated[2] else stem)
    return re.sub(r"[-_]+", " ", name).strip() or path.stem
