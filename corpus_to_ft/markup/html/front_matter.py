"""Reads the YAML that static site generators put above the HTML of a post, which browsers never see."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from corpus_to_ft.errors import InputError
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.html.metadata import Metadata

FENCED = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
MAX_CHARS = 20_000


def split_front_matter(text: str, source: str) -> tuple[dict[str, Any], str]:
    """What stands in the fence, and the page below it."""
    found = FENCED.match(text[:MAX_CHARS])
    if found is None:
        return {}, text
    try:
        said = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            "bad_front_matter",
            Sentence("{source}: the front matter is not YAML; mend it or take it out", source=source),
        ) from error
    return said if isinstance(said, dict) else {}, text[found.end() :]


def with_front_matter(metadata: Metadata, said: dict[str, Any]) -> Metadata:
    """`metadata` with what the author wrote above the page, which is surer than what the page shows."""
    when = said.get("date") or said.get("published_at")
    tags = said.get("tags") or said.get("tag") or ()
    # Only plain words: a list of lists of aliases grows without bound when it is written out.
    listed = tags.replace(",", " ").split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
    names = [name for name in map(_text, listed) if name]
    return replace(
        metadata,
        title=_text(said.get("title")) or metadata.title,
        author=_text(said.get("author")) or metadata.author,
        published=when.isoformat() if isinstance(when, date) else _text(when) or metadata.published,
        tags=tuple(names) or metadata.tags,
    )


def is_draft(said: dict[str, Any]) -> bool:
    return said.get("draft") is True or said.get("published") is False or said.get("publish") is False


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
