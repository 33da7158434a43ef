"""Writes parsed Markdown and the HTML inside it as plain text with its structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from markdown_it.token import Token

from corpus_to_ft.decode import clean_text
from corpus_to_ft.markup.markdown.dialects import HELD
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.records import BlockKind

CELL_GAP = "\t"
UNREADABLE = frozenset(
    {"script", "style", "iframe", "svg", "noscript", "template", "button", "select", "object", "math"}
)
STRUCTURE = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
        "audio",
    )
)
_CODE = re.compile("\ue004(\\d+)\ue005")
# Without one of these nothing of what follows is left over.
_MARKS = re.compile(r"[*~\[]|__")
_LEFT_OVER: tuple[tuple[re.Pattern[str], str], ...] = (
    # CommonMark closes no `**` between punctuation and a Korean particle: **"제목"**은
    (re.compile(r"\*\*\*?(?=[^\s*])([^\n*]{1,500}?)(?<=\S)\*\*\*?"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*|\*\*(?![\w*])"), ""),
    (re.compile(r"(?<!\w)__(?=[^\s_])([^\n]{1,500}?)(?<=\S)__"), r"\1"),
    (re.compile(r"~~(?=[^\s~])([^\n~]{1,500}?)(?<=\S)~~"), r"\1"),
    (re.compile(r"!\[[^\[\]\n]{0,300}\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,500}\)"), ""),
    (re.compile(r"\[([^\[\]\n]{1,300})\]\((?:https?:|/|\.|#)(?:[^()\n]|\([^()\n]{0,200}\)){0,500}\)"), r"\1"),
    (re.compile(r"\[\^[^\]\s]+\]:?"), ""),
)  # fmt: skip


class BodyWriter(HTMLParser):
    """One stream of text and marks, whether they come from Markdown or from HTML; blocks end up in `page`."""

    def __init__(self, held: Sequence[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageText()
        self._held = held
        self._codes: list[str] = []
        self._parts: list[str] = []
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self._lists = 0
        self._quotes = 0
        self._hidden: list[str] = []
        self._cells: list[str] | None = None
        self._is_code = False

    def write(self, tokens: Sequence[Token]) -> PageText:
        for token in tokens:
            self._token(token)
        self.close()
        self._flush()
        return self.page

    def _token(self, token: Token) -> None:
        kind = token.type
        if kind in ("fence", "code_block"):
            self._flush()
            if not self._hidden:
                self.page.add("code", clean_text(token.content))
        elif kind == "html_block":
            self.feed(token.content + "\n")
        elif kind == "inline":
            self._inline(token.children or ())
        elif kind in ("footnote_anchor", "footnote_ref"):
            return
        elif kind == "hr":
            self._flush()
        elif token.nesting:
            self._mark(token.tag or kind, token.nesting > 0)

    def _inline(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if token.type == "html_inline":
                self.feed(token.content)
            elif token.type in ("code_inline", "math_inline"):
                self._text(self._code(token.content))
            elif token.type == "softbreak":
                self._text(" ")
            elif token.type == "hardbreak":
                self._text("\n")
            elif token.type in ("text", "text_special"):
                self._text(token.content)

    def _code(self, content: str) -> str:
        self._codes.append(content)
        return f"\ue004{len(self._codes) - 1}\ue005"

    def _text(self, text: str) -> None:
        if not self._hidden:
            self._parts.append(text)

    def handle_data(self, data: str) -> None:
        self._text(data if self._is_code else re.sub(r"\s+", " ", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in UNREADABLE:
            self._hidden.append(tag)
        elif tag == "br":
            self._text("\n")
        elif tag in STRUCTURE:
            self._mark(tag, opens=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in UNREADABLE:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREADABLE:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif tag in STRUCTURE:
            self._mark(tag, opens=False)

    def _mark(self, tag: str, opens: bool) -> None:
        if tag in ("td", "th"):
            if self._cells is None:
                self._flush()
                self._cells = []
            if not opens or "".join(self._parts).strip():
                self._cells.append(" ".join(self._taken().split()))
            return
        if self._cells is not None and tag != "tr":
            self._text(" ")
            if tag != "table":
                return
        if tag == "tr":
            self._row(opens)
            return
        self._flush()
        if tag in ("ul", "ol"):
            self._lists = max(0, self._lists + (1 if opens else -1))
        elif tag == "blockquote":
            self._quotes = max(0, self._quotes + (1 if opens else -1))
        self._is_code = opens if tag == "pre" else self._is_code
        if not opens:
            if tag not in ("p", "div"):
                self._kind, self._level = "paragraph", 0
        elif tag in ("li", "dd"):
            self._kind, self._level = "list_item", max(1, self._lists)
        elif re.fullmatch("h[1-6]", tag):
            self._kind, self._level = "heading", int(tag[1])
        elif tag == "pre":
            self._kind, self._level = "code", 0

    def _row(self, opens: bool) -> None:
        if opens or self._cells is None:
            self._flush()
            self._cells = [] if opens else None
            return
        cells, self._cells = self._cells, None
        self._parts = []
        if any(cells):
            self.page.add("table_row", CELL_GAP.join(cells))

    def _taken(self) -> str:
        """What was written since the last block, with code and formulas in their places."""
        text = "".join(self._parts)
        self._parts = []
        if _MARKS.search(text):
            for pattern, replacement in _LEFT_OVER:
                text = pattern.sub(replacement, text)
        if self._held:
            text = HELD.sub(lambda found: self._held[int(found.group(1))], text)
        if self._codes:
            text = _CODE.sub(lambda found: self._codes[int(found.group(1))], text)
        return clean_text(text)

    def _flush(self) -> None:
        if not self._parts and self._kind != "list_item":
            return
        alone = HELD.fullmatch("".join(self._parts).strip())
        text = self._taken()
        kind, level = self._kind, self._level
        if alone is not None:
            kind, level = "code", 0
        elif kind == "paragraph" and self._quotes:
            kind, level = "quote", 0
        if kind != "code":
            lines = (" ".join(line.split()) for line in text.split("\n"))
            text = (" " if kind == "heading" else "\n").join(line for line in lines if line)
        self.page.add(kind, text, level)
        if kind == "list_item":
            # A second paragraph of an item belongs to it, but is no new item.
            self._kind, self._level = ("list_item", level) if not text else ("paragraph", 0)
