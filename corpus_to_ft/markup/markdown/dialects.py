"""Turns the dialects of site generators into plain Markdown: Liquid, shortcodes, attribute lists, admonitions, math."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from markdown_it import MarkdownIt

# Two private-use characters around a number stand for a formula until the text is assembled.
HELD = re.compile("\ue000(\\d+)\ue001")

_HIGHLIGHT = re.compile(
    r"\{%-?\s*highlight\s*(?P<name>\w*)[^%]*%\}\n?(?P<code>.*?)\{%-?\s*endhighlight\s*-?%\}", re.DOTALL
)
_HUGO_HIGHLIGHT = re.compile(
    r"\{\{[<%]\s*highlight\s+(?P<name>\w*)[^}]*[>%]\}\}\n?(?P<code>.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}", re.DOTALL
)
_RAW_CODE = re.compile(r"(?P<ticks>`{1,3})(?!`)(?P<code>[^`\n]+)(?P=ticks)(?!`)")
_SUBSTITUTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL), ""),
    (re.compile(r"\{::comment\}.*?\{:/(?:comment)?\}", re.DOTALL), ""),
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"\{/\*.*?\*/\}", re.DOTALL), ""),
    (re.compile(r"\{%.*?%\}", re.DOTALL), ""),
    (re.compile(r"(?<![\d%])%%(?!%)(?:[^%]|(?<!%)%(?!%)){1,2000}%%(?!%)"), ""),
    (re.compile(r"(?<=\s)\^(?=[\w-]*[a-z])[A-Za-z0-9-]{3,40}[^\S\n]*$", re.MULTILINE), ""),
    (re.compile(r"\{\{[<%].*?[>%]\}\}", re.DOTALL), ""),
    (re.compile(r"\{\{[^{}]*\}\}"), ""),
    (re.compile(r"^[ \t>]*(?:[*+-]|\d+\.)[ \t]+[^\n]*\n[ \t>]*\{:\s*toc[^}]*\}", re.MULTILINE | re.IGNORECASE), ""),
    (re.compile(r"\{::?/?[^{}\n]*\}"), ""),
    (re.compile(r"(?<=[^\s])[ \t]*\{[#.][\w가-힣-][^{}\n]*\}"), ""),
    (re.compile(r"^[^\S\n]*+\[{1,2}toc\]{1,2}[^\S\n]*$", re.MULTILINE | re.IGNORECASE), ""),
    (re.compile(r"^\*\[[^\]\n]+\]:[^\n]*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*:{3,}[ \t]*(?:[\w-]+)?(?:\{[^}\n]*\})?[ \t]*(?P<rest>[^\n]*)$", re.MULTILINE), r"\g<rest>"),
    (re.compile(r"^import\s++(?:[^\n]*\sfrom\s+)?['\"][^\n]*$|^export\s+(?:const|default)\s[^\n]*$", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*>[ \t]*)\[![\w-]+\][+-]?[ \t]*", re.MULTILINE), r"\1"),
    (re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]"), ""),
    (re.compile(r"\[\[(?:[^\[\]|\n]{0,300}\|)?([^\[\]|\n]{1,300})\]\]"), r"\1"),
    (re.compile(r"==(?=\S)([^=\n]{1,500})(?<=\S)=="), r"\1"),
    (re.compile(r"^([ \t>]*(?:[*+-]|\d+[.)])[ \t]+)\[[ xX]\][ \t]+", re.MULTILINE), r"\1"),
    (re.compile(r"^(#{2,6})(?=[^#\s])", re.MULTILINE), r"\1 "),
    (re.compile(r"<(/?)br\b[^>]*>", re.IGNORECASE), "<br>"),
)  # fmt: skip
_PAGE_FIELD = re.compile(r"\{\{-?\s*page\.([\w-]+)[^{}]*\}\}")
_MATH = re.compile(r"\$\$(?P<math>.+?)\$\$|\\\\\[(?P<block>.+?)\\\\\]|\\\\\((?P<inline>.+?)\\\\\)", re.DOTALL)
# Single dollars are a formula only around a LaTeX sign: `$5 and $6` are prices.
_INLINE_MATH = re.compile(
    r"(?<![\\$\w])\$(?=[^\s$])(?P<math>[^$\n]{0,400}?[\\_^{][^$\n]{0,400}?)(?<=[^\s\\])\$(?![\d$])"
)
MAX_MATH_CHARS = 10_000
# No code block is without one of these; finding the blocks costs as much as parsing the page.
_MAY_HOLD_CODE = re.compile(r"```|~~~|<pre|\t|    ", re.IGNORECASE)


def plain_markdown(text: str, fields: Mapping[str, Any], parser: MarkdownIt) -> tuple[str, list[str]]:
    """Common Markdown without the marks of other tools, and the formulas it refers to; code is left as it is."""
    text = text.replace("\ue000", "").replace("\ue001", "")
    for pattern in (_HIGHLIGHT, _HUGO_HIGHLIGHT):
        text = pattern.sub(lambda found: f"\n```{found['name']}\n{found['code'].strip()}\n```\n", text)
    held: list[str] = []

    def hold(content: str) -> str:
        held.append(content)
        return f"\ue000{len(held) - 1}\ue001"

    def formula(found: re.Match[str]) -> str:
        content = next(text for text in found.groups() if text)
        # LaTeX reads `} }` like `}}`, and template engines read only the latter.
        spaced = re.sub(r"([{}])(?=\1)", r"\1 ", " ".join(content.split()))
        return hold(spaced) if len(content) < MAX_MATH_CHARS else content

    def clean(prose: str) -> str:
        spans: list[str] = []

        def hide(found: re.Match[str]) -> str:
            spans.append(found.group())
            return f"\ue002{len(spans) - 1}\ue003"

        prose = _RAW_CODE.sub(hide, prose)
        prose = _PAGE_FIELD.sub(lambda found: _field(fields, found.group(1)), prose)
        for pattern, replacement in _SUBSTITUTIONS:
            prose = pattern.sub(replacement, prose)
        prose = _INLINE_MATH.sub(formula, _MATH.sub(formula, prose).replace("$$", ""))
        return re.sub("\ue002(\\d+)\ue003", lambda found: spans[int(found.group(1))], prose)

    return _outside_code(text, parser, clean), held


def _field(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _outside_code(text: str, parser: MarkdownIt, clean: Callable[[str], str]) -> str:
    """`clean` over every stretch of lines that is not a code block."""
    lines = text.split("\n")
    parts: list[str] = []
    start = 0
    for first, last in _code_lines(text, parser):
        if first > start:
            parts.append(clean("\n".join(lines[start:first])))
        parts.append("\n".join(lines[max(first, start) : last]))
        start = max(last, start)
    if start < len(lines):
        parts.append(clean("\n".join(lines[start:])))
    return "\n".join(parts)


def _code_lines(text: str, parser: MarkdownIt) -> list[tuple[int, int]]:
    if not _MAY_HOLD_CODE.search(text):
        return []
    tokens: list[Any] = []
    parser.block.parse(text, parser, {}, tokens)
    found = []
    for token in tokens:
        is_pre = token.type == "html_block" and token.content.lstrip().lower().startswith("<pre")
        if token.map and (is_pre or token.type in ("fence", "code_block")):
            found.append((token.map[0], token.map[1]))
    return found
