"""Bounds how deep blocks may stand in one another, and keeps the text of what stands deeper."""

from __future__ import annotations

import re

from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock

# A list in a list takes two levels. Each level is several calls of Python, which bears a thousand in all.
MAX_LEVELS = 50
_MARKERS = re.compile(r"(?:>|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$)|#{1,6}(?=\s)|\s)+")


class BoundedBlocks(ParserBlock):
    """markdown-it drops what is nested too deep; here it becomes paragraphs, without the marks before it."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 (named by the parent)
        if state.level < MAX_LEVELS:
            super().tokenize(state, startLine, endLine)
            return
        line, paragraph = startLine, list[str]()
        while line < endLine and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
            text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
            marks = _MARKERS.match(text)
            if marks is not None or not text:
                _write(state, paragraph)
                paragraph = []
            paragraph.append(text[marks.end() :] if marks is not None else text)
            line += 1
        _write(state, paragraph)
        state.line = line


def _write(state: StateBlock, lines: list[str]) -> None:
    text = "\n".join(line for line in lines if line)
    if text:
        state.push("paragraph_open", "p", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.children = text, []
        state.push("paragraph_close", "p", -1)
