"""The text of Markdown without front matter, as exports hold it, and the parser of all Markdown."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from corpus_to_ft.markup.markdown.body import BodyWriter
from corpus_to_ft.markup.markdown.dialects import plain_markdown
from corpus_to_ft.markup.markdown.nesting import MAX_LEVELS, BoundedBlocks
from corpus_to_ft.markup.page_text import PageText


def markdown_text(markdown: str) -> PageText:
    """Plain text and blocks."""
    parser = markdown_parser()
    plain, held = plain_markdown(markdown, {}, parser)
    return BodyWriter(held).write(parser.parse(plain))


@cache
def markdown_parser() -> MarkdownIt:
    """CommonMark with tables, footnotes and definition lists, bounded in depth."""
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_LEVELS + 1})
    blocks = BoundedBlocks()
    blocks.ruler = parser.block.ruler
    parser.block = blocks
    parser.enable(["table", "strikethrough"])
    return parser.use(footnote_plugin, inline=True).use(deflist_plugin)
