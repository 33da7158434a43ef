"""The text of articles that block editors keep as JSON: Lexical and Mobiledoc."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from corpus_to_ft.markup.html.article import fragment_text
from corpus_to_ft.markup.json_text import parse_json
from corpus_to_ft.markup.markdown.fragment import markdown_text
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.records import BlockKind

_MOBILEDOC_LIST, _MOBILEDOC_MARKUP, _MOBILEDOC_CARD = 3, 1, 10
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def lexical_text(text: str, source: str) -> PageText:
    """Raises InputError `bad_json` for what is no JSON."""
    value = parse_json(text, source)
    page = PageText()
    root = value.get("root") if isinstance(value, Mapping) else None
    for node in _children(root):
        _lexical_block(node, page, source)
    return page


def mobiledoc_text(text: str, source: str) -> PageText:
    """Raises InputError `bad_json` for what is no JSON."""
    value = parse_json(text, source)
    page = PageText()
    if not isinstance(value, Mapping):
        return page
    cards, atoms = _list(value.get("cards")), _list(value.get("atoms"))
    for section in _list(value.get("sections")):
        kind = section[0] if isinstance(section, list) and section else None
        if kind == _MOBILEDOC_CARD and len(section) > 1:
            card = cards[section[1]] if isinstance(section[1], int) and 0 <= section[1] < len(cards) else None
            if isinstance(card, list) and len(card) > 1 and isinstance(card[1], Mapping):
                _card(str(card[0]), card[1], page, source)
        elif kind == _MOBILEDOC_LIST and len(section) > 2:
            for item in _list(section[2]):
                page.add("list_item", _markers(item, atoms), 1)
        elif kind == _MOBILEDOC_MARKUP and len(section) > 2:
            _add(str(section[1]), _markers(section[2], atoms), page)
    return page


def _markers(markers: Any, atoms: list[Any]) -> str:
    """Markers are `[type, opened, closed, value]`; an atom is a line break or a mark with a text of its own."""
    parts = []
    for marker in _list(markers):
        if isinstance(marker, list) and len(marker) > 3:
            if marker[0] == 0:
                parts.append(str(marker[3]))
            elif isinstance(marker[3], int) and 0 <= marker[3] < len(atoms) and isinstance(atoms[marker[3]], list):
                atom = atoms[marker[3]]
                parts.append("\n" if atom[:1] == ["soft-return"] else str(atom[1]) if len(atom) > 1 else "")
    return "".join(parts)


def _lexical_block(node: Mapping[str, Any], page: PageText, source: str, level: int = 0) -> None:
    kind = str(node.get("type", "")).removeprefix("extended-")
    if kind == "list":
        for item in _children(node):
            page.add("list_item", _lexical_line(item, nested=False), level + 1)
            for inner in _children(item):
                if inner.get("type") == "list" and level < len(_HEADINGS):
                    _lexical_block(inner, page, source, level + 1)
    elif kind == "heading":
        _add(str(node.get("tag", "h2")), _lexical_line(node), page)
    elif kind in ("quote", "aside"):
        page.add("quote", _lexical_line(node))
    elif kind in ("paragraph", "text"):
        page.add("paragraph", _lexical_line(node))
    elif kind == "table":
        for row in _children(node):
            page.add("table_row", " | ".join(_lexical_line(cell) for cell in _children(row)))
    else:
        _card(kind, node, page, source)


def _lexical_line(node: Mapping[str, Any], *, nested: bool = True) -> str:
    parts = []
    for part in [node, *_children(node)] if "text" in node else _children(node):
        if part.get("type") == "linebreak":
            parts.append("\n")
        elif isinstance(part.get("text"), str):
            parts.append(part["text"])
        elif nested or part.get("type") != "list":
            parts.append(_lexical_line(part, nested=nested))
    return "".join(parts)


def _card(kind: str, card: Mapping[str, Any], page: PageText, source: str) -> None:
    """Cards hold code, Markdown, HTML or a sentence; pictures, bookmarks and forms hold no prose."""
    if kind in ("code", "codeblock", "code-block"):
        page.add("code", str(card.get("code", "")))
    elif kind in ("markdown", "card-markdown") and isinstance(card.get("markdown"), str):
        _append(markdown_text(card["markdown"]), page)
    elif kind == "html" and isinstance(card.get("html"), str):
        _append(fragment_text(card["html"], source) if card["html"].strip() else PageText(), page)
    elif kind in ("callout", "toggle", "paywall"):
        for name in ("heading", "calloutText", "content"):
            if isinstance(card.get(name), str) and card[name].strip():
                _append(fragment_text(card[name] if "<" in card[name] else html.escape(card[name]), source), page)


def _append(text: PageText, page: PageText) -> None:
    content = text.text
    for block in text.blocks:
        page.add(block.kind, block.of(content), block.level)


def _add(tag: str, text: str, page: PageText) -> None:
    kinds: Mapping[str, BlockKind] = {"blockquote": "quote", "aside": "quote", "pull-quote": "quote", "pre": "code"}
    if tag.lower() in _HEADINGS:
        page.add("heading", text, _HEADINGS[tag.lower()])
    else:
        page.add(kinds.get(tag.lower(), "paragraph"), text)


def _children(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield from (child for child in _list(node.get("children")) if isinstance(child, Mapping))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
