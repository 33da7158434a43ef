"""Hides personal data in a page before it becomes a document: nothing behind this sees what was there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from corpus_to_ft.ingest.base import Page
from corpus_to_ft.ingest.languages import language_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.markup.page_text import PageText
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import Found, told
from corpus_to_ft.privacy.mask import Masked, mask_text, mask_value
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Block

# In Document.meta: {"found": {kind: count}, "left_out": blocks}.
META_KEY = "personal_data"


def protect(page: Page, settings: PrivacySettings, source: str) -> Page:
    """The page as it may be seen. What was found is counted in its meta, also where it is kept.

    Its text is empty when every block held personal data and was left out.
    """
    title, author, published, meta, masked, counts = _masked(page, settings, "ko")
    language = language_of(page.text) if counts else "ko"  # telling it takes as long as the search itself
    if language != "ko":
        title, author, published, meta, masked, counts = _masked(page, settings, language)
    if settings.mode != "keep" and find_personal(source, settings):
        named = "{source}: the name of this file holds personal data and stands in reports; rename it"
        meta = {**meta, "warnings": [*meta.get("warnings", []), Sentence(named, source=source)]}
    if not counts:
        return page if settings.mode == "keep" else replace(page, meta=meta)
    told_of: dict[str, Any] = {"found": dict(sorted(counts.items()))}
    if settings.mode == "keep":
        warning = Sentence(
            "{source}: personal data is kept, as privacy.mode says: {found}", source=source, found=told(counts)
        )
        return replace(page, meta=_with(dict(page.meta), told_of, warning))
    page = replace(page, title=title, author=author, published=published)
    if settings.mode == "mask":
        text, blocks = masked.text, _blocks(page, masked)
        return replace(page, text=text, blocks=blocks, meta=_with(meta, told_of, None))
    kept, left_out = _without(page, masked.found)
    # What reaches over the border of a block is found only where both stand together.
    rest = mask_text(kept.text, settings, language)
    kept = replace(kept, text=rest.text, blocks=_blocks(kept, rest))
    told_of["left_out"] = left_out
    told_left_out = Sentence("{source}: {count} blocks with personal data were left out", source=source, count=left_out)
    return replace(kept, meta=_with(meta, told_of, told_left_out if left_out else None))


def _masked(page: Page, settings: PrivacySettings, language: str) -> tuple[str, str, str, Any, Masked, Counter[str]]:
    counts: Counter[str] = Counter()
    title, author, published, meta = (
        mask_value(value, settings, language, counts) for value in (page.title, page.author, page.published, page.meta)
    )
    masked = mask_text(page.text, settings, language)
    counts.update(one.kind for one in masked.found)
    return title, author, published, meta, masked, counts


def _with(meta: dict[str, Any], told_of: dict[str, Any], warning: Sentence | None) -> dict[str, Any]:
    meta = {**meta, META_KEY: told_of}
    return {**meta, "warnings": [*meta.get("warnings", []), warning]} if warning else meta


def _blocks(page: Page, masked: Masked) -> tuple[Block, ...]:
    if not masked.edits:
        return page.blocks
    spans = ((block, masked.span(block.start, block.end)) for block in page.blocks)
    return tuple(replace(block, start=span.start, end=span.end) for block, span in spans if span.end > span.start)


def _without(page: Page, found: tuple[Found, ...]) -> tuple[Page, int]:
    """The page without the blocks that hold a find, and how many those were."""
    body, left_out = PageText(), 0
    for block in page.blocks:
        if any(one.start < block.end and block.start < one.end for one in found):
            left_out += 1
        else:
            body.add(block.kind, block.of(page.text), block.level)
    return replace(page, text=body.text, blocks=body.blocks), left_out
