"""Pages of named fields, as JSON objects and lines of a table have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corpus_to_ft.decode import clean_text
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import BadPage, Page
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.facts import AUTHOR_NAMES, DATE_NAMES, TAG_NAMES, TITLE_NAMES, URL_NAMES, read_facts
from corpus_to_ft.markup.page_text import PageText

TEXT_NAMES = (
    "text", "content", "contents", "body", "본문", "내용", "article", "document", "글", "게시글", "기사", "원문내용",
    "description", "설명", "answer", "답변", "message", "paragraph", "context", "passage",
)  # fmt: skip
PROSE_CHARS = 20  # a field with less on average holds names or numbers


def find_text_field(rows: Sequence[Mapping[str, Any]], wanted: str, source: str) -> str:
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
            Sentence("{source}: no field holds prose; set text_field to one of: {there}", source=source, there=there),
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
    body = PageText()
    for paragraph in clean_text(value).split("\n\n"):
        body.add("paragraph", paragraph)
    facts = read_facts({key: other for key, other in fields.items() if key != text_field})
    return Page(
        text=body.text, blocks=body.blocks, title=facts.title, published=facts.published,
        author=facts.author, member=member, draft=facts.draft, meta=facts.meta,
    )  # fmt: skip
