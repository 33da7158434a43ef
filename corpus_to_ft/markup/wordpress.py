"""Turns the text of a WordPress post into the HTML that its site shows: shortcodes go, line ends become paragraphs."""

from __future__ import annotations

import html
import re

from corpus_to_ft.markup.html.tree import words

# Shortcodes that hold no prose, whatever stands inside them.
_PROGRAMS = words(
    "audio contact-form contact-form-7 embed gallery gravityform instagram mailpoet_form metaslider ninja_form "
    "playlist rev_slider soundcloud tweet twitter video vimeo wpforms youtube"
)
_LONE = _PROGRAMS | {"toc", "more", "nextpage", "elementor-template", "googlemaps", "sitemap", "recent-posts"}
_CODE = re.compile(
    r"\[(?P<name>code|sourcecode|php|js|javascript|java|python|bash|sql|css|xml|html)(?:\s[^\]\n]{0,200})?\]"
    r"(?P<code>(?:(?!\[/?(?P=name)[\s\]]).)*)\[/(?P=name)\]",
    re.DOTALL | re.IGNORECASE,
)
_PRE = re.compile(r"<(?P<name>pre|script|style|textarea)\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\]]{0,500}\](?P<picture>(?:\s*<[^>]{0,3000}>)*)(?P<words>(?:(?!\[/?(?:wp_)?caption).)*)"
    r"\[/(?:wp_)?caption\]",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPED = re.compile(r"\[(\[[^\[\]\n]{1,200}\])\]")
_SHORTCODE = re.compile(
    r"\[(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]{1,40})"
    r"(?P<settings>(?:\s+[A-Za-z0-9_-]{1,60}=(?:\"[^\"]{0,5000}\"|'[^']{0,5000}'|[^\s\]\"']{1,5000})){0,40})\s*/?\]"
)
_BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:")
_TAG = re.compile(r"(<[^<>]*>)")
_HELD = re.compile("\ue010(\\d+)\ue011")


def post_html(content: str) -> str:
    """The HTML that a site shows for a post's `content`, without what its plugins add."""
    by_blocks = _BLOCK_COMMENT.search(content) is not None
    held: list[str] = []
    content = _hold_code(content, held)
    content = _without_shortcodes(content, held)
    if not by_blocks:
        content = _with_line_ends(content)
    return _HELD.sub(lambda found: held[int(found[1])], content)


def _hold_code(content: str, held: list[str]) -> str:
    """The text with a number in place of each stretch of code; the code goes into `held`."""
    content = content.replace("\ue010", "").replace("\ue011", "")
    lower = content.lower() if len(content.lower()) == len(content) else content
    parts, position = [], 0
    while found := _PRE.search(content, position):
        end = lower.find(f"</{found['name'].lower()}", found.end())
        if end < 0:
            break
        parts += [content[position : found.start()], _hold(content[found.start() : end], held)]
        position = end
    text = "".join([*parts, content[position:]])
    return _CODE.sub(lambda code: _hold(f"<pre>{_escaped(code['code'])}</pre>", held), text)


def _hold(content: str, held: list[str]) -> str:
    held.append(content)
    return f"\ue010{len(held) - 1}\ue011"


def _escaped(code: str) -> str:
    # The editor escapes code by itself, unless it was typed in the other view.
    return html.escape(html.unescape(code).strip("\n"), quote=False)


def _without_shortcodes(content: str, held: list[str]) -> str:
    """`[[name]]` is how a post writes about shortcodes. Brackets of people stay: `[공지]`, `[note]`."""
    content = _CAPTION.sub(r"<figure>\g<picture><figcaption>\g<words></figcaption></figure>", content)
    content = _ESCAPED.sub(lambda found: _hold(found[1], held), content)
    closed = {found["name"].lower() for found in _SHORTCODE.finditer(content) if found["close"]}
    parts, position = [], 0
    while found := _SHORTCODE.search(content, position):
        name = found["name"].lower()
        is_one = found["close"] or found["settings"] or name in closed or name in _LONE
        parts.append(content[position : found.start()] if is_one else content[position : found.end()])
        position = found.end()
        if is_one and not found["close"] and name in _PROGRAMS and name in closed:
            end = content.find(f"[/{found['name']}]", position)
            position = end if end >= 0 else position
    return "".join([*parts, content[position:]])


def _with_line_ends(content: str) -> str:
    """Classic posts hold no paragraphs: their line ends are line breaks, and empty lines divide paragraphs."""
    pieces = _TAG.split(content)
    for place in range(0, len(pieces), 2):
        text = pieces[place]
        # Single line ends between two tags only lay out the source.
        if text.strip() or text.count("\n") > 1:
            pieces[place] = text.replace("\n", "<br>")
    return "".join(pieces)
