"""Cuts a document into passages: whole sentences within an exact number of tokens, best at headings.

Headings belong to the passage that follows them, so a passage never ends in one; a heading that
nothing follows joins the passage before it. Code stays whole and with its prose where it fits. A sentence
longer than a passage is cut at clauses, commas or spaces, all of it is kept, and a `Note` says so
(`sentence_cut`). What cannot be placed comes back as a `Rejected`:

    sentence_too_long   a sentence longer than a passage that can be cut nowhere; left out
    code_too_long       a code block longer than a passage; left out
    heading_only        headings with nothing under them and nothing before them
    passage_too_short   less than the `min_tokens` or `min_sentences` that the user asked for
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus_to_ft.analyzers.base import Analysis, Analyzer, Token, moved
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import refuse_above
from corpus_to_ft.records import Block, Document, Note, Passage, Rejected, Span
from corpus_to_ft.tokens import count_tokens

# The comfortable length of a passage is about 900 Korean characters; these are tokens a Korean character.
COMFORTABLE_CHARS = 900
TOKENS_PER_CHAR = {"r50k_base": 2.0, "p50k_base": 2.0, "cl100k_base": 0.9, "o200k_base": 0.55}
# A passage is asked about with at most 60 % of its length, so 0.58 of a line holds both and the separators.
SHARE_OF_TARGET = 0.58

# What a border costs. Only the order matters: a heading, a block, a list line, a sentence, a clause, a space.
AT_HEADING, AT_BLOCK, AT_LINE, AT_SENTENCE, AT_CLAUSE, AT_SPACE = 0.0, 0.6, 1.1, 1.6, 6.0, 12.0
BEFORE_CODE = 3.0
TOKENS_A_BORDER = 2
AFTER_HEADING = 50.0
# What a heading inside a passage costs: one deeper, one beside, one that leaves the section above.
DEEPER, BESIDE, ABOVE = 1.0, 1.5, 4.0


class PassageSettings(BaseModel):
    """How long passages are. A minimum left at 0 is a wish (a quarter of the maximum); a stated one is a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: int = Field(default=0, ge=0, description="0: what the target can hold, about 900 Korean characters")
    min_tokens: int = Field(default=0, ge=0, description="shorter passages are rejected; 0: only joined where possible")
    max_sentences: int = Field(default=0, ge=0, description="0: no limit")
    min_sentences: int = Field(default=0, ge=0, description="fewer are rejected; 0: no limit")

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        refuse_above(self, "min_tokens", "max_tokens")
        refuse_above(self, "min_sentences", "max_sentences")
        return self


def passage_limit(settings: PassageSettings, encoding: str, target_tokens: int) -> int:
    """The most tokens that a passage may have."""
    if settings.max_tokens:
        return min(settings.max_tokens, target_tokens)
    comfortable = int(COMFORTABLE_CHARS * TOKENS_PER_CHAR.get(encoding, 0.9))
    return max(1, min(comfortable, int(target_tokens * SHARE_OF_TARGET)))


def analyze_document(document: Document, analyzer: Analyzer) -> Analysis:
    """Sentences and tokens of everything but code, block by block, so that no sentence crosses a block."""
    prose = [block for block in _blocks(document) if block.kind != "code"]
    sentences: list[Span] = []
    tokens: list[Token] = []
    for block, analysis in zip(prose, analyzer.analyze_all([b.of(document.text) for b in prose]), strict=True):
        sentences.extend(
            Span(start=span.start + block.start, end=span.end + block.start) for span in _without_gaps(analysis)
        )
        tokens += moved(analysis.tokens, block.start)
    return Analysis(text=document.text, sentences=tuple(sentences), tokens=tuple(tokens))


def cut_passages(
    document: Document, analysis: Analysis, settings: PassageSettings, *, encoding: str, target_tokens: int
) -> list[Passage | Rejected | Note]:
    """Passages in order, without overlap, each within the limits; and what had to be left out, where it stood."""
    limit = passage_limit(settings, encoding, target_tokens)
    cutter = _Cutter(document=document, analysis=analysis, settings=settings, encoding=encoding, limit=limit)
    results: list[Passage | Rejected | Note] = []
    for run in cutter.runs():
        if isinstance(run, Rejected | Note):
            results.append(run)
        else:
            results.extend(cutter.passages(run))
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What is never divided: a sentence, a heading, a code block, or a part of a sentence that is too long.

    `tokens` includes the white space before it. `border` is the cost of cutting before it, `crossing`
    the cost of having the heading inside a passage. `opens` says that a sentence begins here,
    `continues` that it is the later part of one.
    """

    start: int
    end: int
    tokens: int
    block: Block
    path: tuple[str, ...]
    border: float
    crossing: float = 0.0
    opens: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cutter:
    document: Document
    analysis: Analysis
    settings: PassageSettings
    encoding: str
    limit: int

    def count(self, start: int, end: int) -> int:
        return count_tokens(self.document.text[start:end], self.encoding)

    def reject(self, start: int, end: int, reason: str, detail: Sentence) -> Rejected:
        return Rejected.make(
            item_id=self.document.id, source=self.document.source, stage="passages",
            reason=reason, detail=Sentence("{detail}; {place}", detail=detail, place=self.place(start, end)),
        )  # fmt: skip

    def note_cut(self, start: int, end: int) -> Note:
        detail = Sentence(
            "a sentence longer than {limit} tokens is cut at inner borders; all of it is kept", limit=self.limit
        )
        return Note.make(
            item_id=self.document.id, source=self.document.source, stage="passages",
            reason="sentence_cut", detail=Sentence("{detail}; {place}", detail=detail, place=self.place(start, end)),
        )  # fmt: skip

    def too_long(self, tokens: int) -> Sentence:
        return Sentence("{tokens} tokens, more than the {limit} of a passage", tokens=tokens, limit=self.limit)

    def place(self, start: int, end: int) -> Sentence:
        opening = _opening(self.document.text[start:end])
        return Sentence("characters {start}–{end}: {opening}", start=start, end=end, opening=opening)

    def runs(self) -> Iterator[list[_Piece] | Rejected | Note]:
        """Pieces in unbroken runs; a rejected piece ends a run, since a passage is one stretch of text."""
        run: list[_Piece] = []
        for piece in self._pieces():
            if piece.tokens <= self.limit or self.count(piece.start, piece.end) <= self.limit:
                run.append(piece)
                continue
            parts = self._parts(piece)
            if parts:
                run.extend(parts)
                yield self.note_cut(piece.start, piece.end)
                continue
            yield run
            run = []
            is_code = piece.block.kind == "code"
            reason = "code_too_long" if is_code else "sentence_too_long"
            yield self.reject(piece.start, piece.end, reason, self.too_long(piece.tokens))
        yield run

    def _pieces(self) -> Iterator[_Piece]:
        above: list[tuple[int, str]] = []
        previous: _Piece | None = None
        sentences = iter(self.analysis.sentences)
        sentence = next(sentences, None)
        for block in _blocks(self.document):
            spans: list[Span] = []
            while sentence is not None and sentence.start < block.end:
                spans.append(sentence)
                sentence = next(sentences, None)
            if block.kind == "heading":
                above = [(level, text) for level, text in above if level < block.level]
                above.append((block.level, " ".join(block.of(self.document.text).split())))
            if block.kind in ("heading", "code"):
                spans = [Span(start=block.start, end=block.end)]
            path = tuple(text for _, text in above)
            for span in spans:
                piece = self._piece(span, block, path, previous)
                yield piece
                previous = piece

    def _piece(self, span: Span, block: Block, path: tuple[str, ...], previous: _Piece | None) -> _Piece:
        crossing = 0.0
        if previous and block.kind == "heading":
            crossing = DEEPER if path[:-1] == previous.path else BESIDE if path[:-1] == previous.path[:-1] else ABOVE
        return _Piece(
            start=span.start, end=span.end, tokens=self.count(previous.end if previous else span.start, span.end),
            block=block, path=path, border=self._border(block, previous) if previous else 0.0, crossing=crossing,
            opens=block.kind not in ("heading", "code"),
        )  # fmt: skip

    def _border(self, block: Block, previous: _Piece) -> float:
        kind, before = block.kind, previous.block.kind
        if before == "heading":
            return AFTER_HEADING
        if kind == "heading":
            return AT_HEADING
        if block is previous.block:
            return AT_SENTENCE
        if kind == "code" or self.document.text[previous.start : previous.end].endswith((":", "：")):
            return BEFORE_CODE
        return AT_LINE if kind == before and kind in ("list_item", "table_row") else AT_BLOCK

    def _parts(self, piece: _Piece) -> list[_Piece]:
        """The sentence cut after clauses and commas, and at spaces where those are too far apart; [] if it cannot."""
        if piece.block.kind == "code":
            return []
        parts: list[_Piece] = []
        for clause in _stretches(piece.start, piece.end, self._clause_ends(piece)):
            spans = [clause]
            if self.count(clause.start, clause.end) > self.limit:
                spans = _stretches(clause.start, clause.end, _spaces(self.document.text, clause.start, clause.end))
            for number, span in enumerate(spans):
                tokens = self.count(parts[-1].end if parts else span.start, span.end)
                if tokens > self.limit and self.count(span.start, span.end) > self.limit:
                    return []
                border = AT_SPACE if number else AT_CLAUSE if parts else piece.border
                first = piece.opens and not parts
                parts.append(
                    replace(
                        piece, start=span.start, end=span.end, tokens=tokens, border=border,
                        crossing=0.0 if parts else piece.crossing, opens=first, continues=bool(parts),
                    )
                )  # fmt: skip
        return parts

    def _clause_ends(self, piece: _Piece) -> list[int]:
        text = self.document.text
        ends = {t.end for t in self.analysis.within(piece.start, piece.end) if t.tag.startswith("EC")}
        ends |= {at + 1 for at in range(piece.start, piece.end) if text[at] in ",;，、；:：·/|"}
        return sorted(end for end in ends if end < piece.end and text[end].isspace())

    def passages(self, run: Sequence[_Piece]) -> Iterator[Passage | Rejected]:
        groups = [part for group in self._groups(run) for part in self._proved(group)]
        groups = self._without_bare_headings(groups)
        for group in groups:
            start, end = group[0].start, group[-1].end
            body = [piece for piece in group if piece.block.kind != "heading"]
            if not body:
                yield self.reject(start, end, "heading_only", Sentence("headings with nothing under them"))
                continue
            # Groups are proved to fit; only what was joined after that, and a stated minimum, need the exact count.
            tokens = 0 if self._surely_fits(group) and not self.settings.min_tokens else self.count(start, end)
            if tokens > self.limit:
                yield self.reject(start, end, "sentence_too_long", self.too_long(tokens))
            elif tokens < self.settings.min_tokens or _sentences(group) < self.settings.min_sentences:
                detail = Sentence(
                    "{tokens} tokens in {sentences} sentences, less than asked for",
                    tokens=tokens,
                    sentences=_sentences(group),
                )
                yield self.reject(start, end, "passage_too_short", detail)
            else:
                yield Passage.make(self.document, start, end, _common([p.path for p in body]), self._cut_blocks(group))

    def _groups(self, run: Sequence[_Piece]) -> list[Sequence[_Piece]]:
        """The cheapest way to divide the run, over all of them: shortest path from the first border to the last."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(run) + 1):
            choice = (float("inf"), end - 1)
            tokens, sentences, crossing = 0, 0, 0.0
            for start in range(end - 1, -1, -1):
                piece = run[start]
                tokens += piece.tokens
                sentences += piece.opens
                held = sentences + piece.continues
                if start < end - 1 and (tokens > self.limit or 0 < self.settings.max_sentences < held):
                    break
                price = best[start][0] + self._price(tokens, held) + crossing + (piece.border if start else 0.0)
                if price < choice[0]:
                    choice = (price, start)
                crossing += piece.crossing
            best.append(choice)
        groups: list[Sequence[_Piece]] = []
        end = len(run)
        while end:
            start = best[end][1]
            groups.append(run[start:end])
            end = start
        return groups[::-1]

    def _price(self, tokens: int, sentences: int) -> float:
        """What a passage of this size costs: half-empty ones a little, those below the minimum much."""
        price = 0.5 + (1 - tokens / self.limit) ** 2 if tokens < self.limit else 0.5
        least = self.settings.min_tokens or self.limit // 4
        if tokens < least:
            price += 3 + 3 * (1 - tokens / least)
        if sentences < self.settings.min_sentences:
            price += 20
        return price

    def _proved(self, group: Sequence[_Piece]) -> list[Sequence[_Piece]]:
        """The sum of pieces is near the count of the whole but is not it; a group that is really too long is halved."""
        if len(group) == 1 or self._surely_fits(group) or self.count(group[0].start, group[-1].end) <= self.limit:
            return [group]
        middle = len(group) // 2
        return [*self._proved(group[:middle]), *self._proved(group[middle:])]

    def _surely_fits(self, group: Sequence[_Piece]) -> bool:
        """A border can add a token or two to the sum of pieces, as white space there joins another sign."""
        return sum(piece.tokens for piece in group) + TOKENS_A_BORDER * len(group) <= self.limit

    def _without_bare_headings(self, groups: list[Sequence[_Piece]]) -> list[Sequence[_Piece]]:
        kept: list[Sequence[_Piece]] = []
        for group in groups:
            bare = all(piece.block.kind == "heading" for piece in group)
            if bare and kept and self.count(kept[-1][0].start, group[-1].end) <= self.limit:
                kept[-1] = [*kept[-1], *group]
            else:
                kept.append(group)
        return kept

    def _cut_blocks(self, group: Sequence[_Piece]) -> tuple[Block, ...]:
        start, end = group[0].start, group[-1].end
        blocks = dict.fromkeys(piece.block for piece in group)
        return tuple(
            Block(
                kind=block.kind, start=max(block.start, start) - start, end=min(block.end, end) - start,
                level=block.level,
            )
            for block in blocks
        )  # fmt: skip


def _blocks(document: Document) -> tuple[Block, ...]:
    if document.blocks or not document.text.strip():
        return document.blocks
    return (Block(kind="paragraph", start=0, end=len(document.text)),)


def _without_gaps(analysis: Analysis) -> Iterator[Span]:
    """The sentences, widened over any characters between them that the analyzer left out."""
    text, spans = analysis.text, analysis.sentences
    if not spans:
        start, end = _trimmed(text, 0, len(text))
        if start < end:
            yield Span(start=start, end=end)
        return
    borders = [_trimmed(text, 0, spans[0].end)[0], *(span.start for span in spans[1:]), len(text)]
    for start, stop in pairwise(borders):
        start, end = _trimmed(text, start, stop)
        if start < end:
            yield Span(start=start, end=end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _stretches(start: int, end: int, borders: Sequence[int]) -> list[Span]:
    return [Span(start=a, end=b) for a, b in pairwise([start, *borders, end]) if a < b]


def _spaces(text: str, start: int, end: int) -> list[int]:
    return [at for at in range(start + 1, end) if text[at].isspace() and not text[at - 1].isspace()]


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shortest = min(paths, key=len)
    for depth, text in enumerate(shortest):
        if any(path[depth] != text for path in paths):
            return shortest[:depth]
    return shortest


def _sentences(group: Sequence[_Piece]) -> int:
    return sum(piece.opens for piece in group) + group[0].continues


def _opening(text: str) -> str:
    line = " ".join(text[:80].split())
    return f"{line[:40]}…" if len(line) > 40 else line
