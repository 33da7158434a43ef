"""From keywords to the passage: the prompt is what a passage is about, the completion is the passage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator

from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.base import REPLY_SCHEMAS
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.own_language import in_other_language
from corpus_to_ft.plugin import refuse_above
from corpus_to_ft.prompts.keywords import keywords_messages, keywords_room
from corpus_to_ft.records import Example, Message, Prompt, Rejected, Reply, Span

WORD = re.compile(r"[^\W_]+")
FAR_APART = re.compile(r"[\W_]{4}")  # what stands between two words of one keyword is shorter
LATIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
LONGEST_KEYWORD = 60  # characters; longer is a sentence


class KeywordsGenerator(Generator):
    """Teaches to write a passage from its keywords; all of them stand in it."""

    count: int = Field(default=10, ge=1, le=100, description="keywords a passage, at most")
    min_count: int = Field(default=3, ge=1, description="passages with fewer keywords are rejected")
    separator: str = Field(default=", ", min_length=1, description="between keywords")
    min_chars: int = Field(default=60, ge=1, description="of prose; shorter passages are skipped")
    max_code_share: float = Field(default=0.5, ge=0, le=1, description="code and tables, by characters")

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        refuse_above(self, "min_count", "count")
        return self

    def skip_reason(self, subject: Subject) -> str | None:
        passage = subject.passage
        sizes = {"heading": 0, "code": 0, "table_row": 0}
        for block in passage.blocks:
            if block.kind in sizes:
                sizes[block.kind] += block.end - block.start
        stiff = sizes["code"] + sizes["table_row"]
        whole = len(passage.text.strip())
        if whole and stiff > self.max_code_share * whole:
            return "mostly_code"
        if whole - stiff - sizes["heading"] < self.min_chars:
            return "passage_too_short"
        return None

    def prompts(self, subject: Subject) -> Sequence[Prompt]:
        document, passage = subject.document, subject.passage
        if self.skip_reason(subject):
            return []
        messages = keywords_messages(
            passage.text, title=document.title, headings=passage.headings, count=self.count, language=document.language
        )
        return [
            Prompt.make(
                kind="keywords", subject_id=passage.id, text=passage.text, title=document.title,
                headings=passage.headings, blocks=passage.blocks, count=self.count, encoding=subject.encoding,
                language=document.language, messages=messages, schema=REPLY_SCHEMAS["keywords"],
                sampling={"temperature": 0, "max_tokens": keywords_room(self.count, document.language)},
            )
        ]  # fmt: skip

    def examples(self, reply: Reply, subject: Subject) -> Sequence[Example | Rejected]:
        document, passage = subject.document, subject.passage
        named = read_json_reply(reply, REPLY_SCHEMAS["keywords"])["keywords"]
        keywords = list(self._usable(named, subject))[: self.count]
        if len(keywords) < self.min_count:
            detail = Sentence(
                "{kept} of {all} keywords stand in the passage; {min_count} are needed",
                kept=len(keywords),
                all=len(named),
                min_count=self.min_count,
            )
            reason = "too_few_keywords"
            # Those that stand in the passage are in its language, or names.
            if other := next((k for k in named if in_other_language(k, passage.text, document.language)), None):
                reason, detail = (
                    "other_language",
                    Sentence("not in the document's language: {text!r}", text=other[:160]),
                )
            return [
                Rejected.make(
                    item_id=passage.id, source=document.source, stage="generate", reason=reason, detail=detail
                )
            ]
        return [
            Example.make(
                kind="keywords",
                messages=(
                    Message(role="user", content=self.separator.join(keywords)),
                    Message(role="assistant", content=passage.text),
                ),
                document_id=document.id, passage_id=passage.id, source=document.source,
                evidence=(Span(start=passage.start, end=passage.end),), made_by=reply.model,
            )
        ]  # fmt: skip

    def _usable(self, named: Sequence[str], subject: Subject) -> Iterator[str]:
        """Keywords that stand in the passage, once each, without the author and the separator."""
        text = unicodedata.normalize("NFC", subject.passage.text).casefold()
        seen = set(_name_keys(subject.document.author or ""))
        border = self.separator.strip()
        for raw in named:
            keyword = " ".join(raw.split())
            key = _key(keyword)
            if not key or key in seen or len(keyword) > LONGEST_KEYWORD or (border and border in keyword):
                continue
            seen.add(key)
            if _stands_in(keyword, text):
                yield keyword


def _key(keyword: str) -> str:
    return "".join(c for c in keyword.casefold() if c.isalnum() or c in "+#")


def _name_keys(author: str) -> set[str]:
    """The author's name and its parts, but for one letter alone."""
    return {key for part in (author, *author.split()) if len(key := _key(part)) > 1}


def _stands_in(keyword: str, text: str) -> bool:
    """In any case and spacing; a word in Latin letters only as a whole word ("AI" is not in "maintain")."""
    keyword = keyword.casefold()
    words = WORD.findall(keyword)
    if not words:
        return False
    # Nearly all keywords stand in the text letter by letter; compiling the pattern for the others takes long.
    if _is_written(keyword, text) and not FAR_APART.search(keyword):
        return True
    before = r"(?<![a-z0-9])" if words[0][0].isascii() else ""
    after = r"(?![a-z0-9])" if words[-1][-1].isascii() else ""
    as_written = before + r"[\W_]{0,3}".join(re.escape(word) for word in words) + after
    # Spaces put elsewhere: only from the beginning of a word, else "가치" would stand in "크기가 치우친".
    respaced = r"(?<!\w)" + r"\s?".join(re.escape(letter) for word in words for letter in word) + after
    return re.search(f"{as_written}|{respaced}", text) is not None


def _is_written(keyword: str, text: str) -> bool:
    """Letter by letter; where it begins or ends with a Latin letter, not inside a longer word."""
    start = text.find(keyword)
    while start >= 0:
        end = start + len(keyword)
        cut_before = keyword[0].isascii() and start > 0 and text[start - 1] in LATIN_LETTERS
        cut_after = keyword[-1].isascii() and end < len(text) and text[end] in LATIN_LETTERS
        if not cut_before and not cut_after:
            return True
        start = text.find(keyword, start + 1)
    return False
