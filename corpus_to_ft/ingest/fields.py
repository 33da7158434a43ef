"""Pages of named fields, as JSON objects and lines of a table have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Page
from corpus_to_ft.ingest.posts import page_of_html
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.facts import AUTHOR_NAMES, DATE_NAMES, TAG_NAMES, TITLE_NAMES, URL_NAMES, read_facts
from corpus_to_ft.markup.page_text import PageText

TEXT_NAMES = (
    "text", "content", "contents", "body", "본문", "내용", "article", "document", "글", "게시글", "기사", "원문내용",
    "description", "설명", "answer", "답변", "message", "paragraph", "context", "passage",
)  # fmt: skip
HTML_LOOK_CHARS = 20_000
WHOLE_HTML = re.compile(
    r"\s*<(?:!DOCTYPE html|html|p|div|h[1-6]|section|article|figure|ul|ol|table|blockquote)\b[^<>]*>", re.I
)
HTML_BLOCKS = re.compile(r"<p\b[^<>]*>|</p>|<br ?/?>|</?div\b[^<>]*>|</(?:h[1-6]|li|ul|ol|table)>", re.I)
SENTENCE_END = re.compile(r"[.!?。](?=\s|$)")
NUMBER_OR_DATE = re.compile(r"[\d\s.,:/년월일-]*\d[\d\s.,:/년월일-]*")
# A form may name a column by a whole question; two sentences, or one beside a number or a date, are no name.
MIN_SENTENCES = 2
PROSE_CHARS = 20  # a field with less on average holds names or numbers


def names_columns(cells: Sequence[str]) -> bool:
    """Whether the first row of a table names its columns, and is not a row like the others."""
    numbered = any(NUMBER_OR_DATE.fullmatch(cell) for cell in cells)
    sentences = max((len(SENTENCE_END.findall(cell)) for cell in cells if len(cell) >= PROSE_CHARS), default=0)
    return sentences < (1 if numbered else MIN_SENTENCES)


def numbered_names(cells: Sequence[str]) -> list[str]:
    """Names for columns that have none."""
    return [f"column {place}" for place in range(1, len(cells) + 1)]


def own_field(fields: Mapping[str, Any], usual: str) -> str:
    """Where an object of another shape than the first ones has its prose."""
    if usual in fields:
        return usual
    lower = {str(name).strip().lower(): str(name) for name, value in fields.items() if isinstance(value, str)}
    return next((lower[name] for name in TEXT_NAMES if name in lower), usual)


def find_text_field(rows: Sequence[Mapping[str, Any]], wanted: str, source: str, reader: str) -> str:
    """The name of the field that holds the prose: `wanted`, a usual name, or else the longest strings.

    Raises InputError `no_text_field` with the names there are.
    """
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    if wanted:
        if wanted not in names:
            raise InputError(
                "no_text_field",
                Sentence(
                    "{source}: no field {wanted!r}; there are: {names}",
                    source=source,
                    wanted=wanted,
                    names=", ".join(names),
                ),
            )
        return wanted
    lower = {name.strip().lower(): name for name in reversed(names)}
    for usual in TEXT_NAMES:
        if usual in lower and any(isinstance(row.get(lower[usual]), str) for row in rows):
            return lower[usual]
    known = {*TITLE_NAMES, *DATE_NAMES, *AUTHOR_NAMES, *TAG_NAMES, *URL_NAMES}
    lengths = {
        name: sum(len(value) for row in rows if isinstance(value := row.get(name), str))
        for name in names
        if name.strip().lower() not in known
    }
    longest = max(lengths, key=lambda name: lengths[name], default="")
    if not longest or lengths[longest] < PROSE_CHARS * len(rows):
        there = ", ".join(names) or "none"
        raise InputError(
            "no_text_field",
            Sentence(
                "{source}: no field holds prose; set readers.{reader}.text_field to one of: {there}",
                source=source,
                reader=reader,
                there=there,
            ),
        )
    return longest


def page_of_fields(fields: Mapping[str, Any], text_field: str, member: str) -> Page | BadPage:
    """A page of one JSON object or table line: paragraphs of its text field, facts of the others."""
    value = fields.get(text_field)
    if not isinstance(value, str) or not value.strip():
        return BadPage(
            member=member,
            reason="empty",
            detail=Sentence("{member}: {text_field!r} holds no text", member=member, text_field=text_field),
        )
    facts = read_facts({key: other for key, other in fields.items() if key != text_field})
    if is_html(text_field, value):
        return page_of_html(value, facts, member)
    body = PageText()
    for paragraph in clean_text(value).split("\n\n"):
        body.add("paragraph", paragraph)
    return Page(
        text=body.text, blocks=body.blocks, title=facts.title, published=facts.published,
        author=facts.author, member=member, draft=facts.draft, meta=facts.meta,
    )  # fmt: skip


def is_html(name: str, value: str) -> bool:
    """Whether a text is HTML: its field says so, or it is made of paragraphs; Markdown may hold a tag or two."""
    if "html" in name.lower() or WHOLE_HTML.match(value):
        return "<" in value
    return "```" not in value and len(set(HTML_BLOCKS.findall(value[:HTML_LOOK_CHARS]))) > 1
