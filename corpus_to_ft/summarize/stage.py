"""Fits a document into the tokens that a target leaves for it, in levels: its parts, then the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.analyzers.base import Analysis, Analyzer, known
from corpus_to_ft.errors import BadReply
from corpus_to_ft.faithful import missing_facts, reworded
from corpus_to_ft.language import Sentence, foreign
from corpus_to_ft.llm.base import REPLY_SCHEMAS, Ask
from corpus_to_ft.llm.replies import read_json_reply
from corpus_to_ft.own_language import in_other_language
from corpus_to_ft.prompts.summary import Level, summary_again, summary_messages, summary_room
from corpus_to_ft.records import Block, Document, Passage, Prompt, ProviderFailure, Rejected, Reply, Summary, Target
from corpus_to_ft.speech import ends_as_sentence
from corpus_to_ft.summarized import SUMMARY_PRECISION, words_from_nowhere
from corpus_to_ft.tokens import count_tokens

# What one prompt can hold is a matter of the model that is asked, not of the target; models of today count so.
WINDOW_ENCODING = "o200k_base"
# More white or left-out text than this between two passages (a long listing) is not shown to the model.
WIDEST_GAP_CHARS = 500
SMALLEST_BUDGET = 40
# A part's summary is at most a third of it, so each level is less than half of the one before.
PART_SHARE = 3
LENIENCE_FOR_PARTS = 1.4
MOST_LEVELS = 8
REPLY_CHARS_KEPT = 4000


class SummarizeSettings(BaseModel):
    """How much of a line the summary may take. A document within that passes unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question_tokens: int = Field(default=160, ge=0, description="room kept for a question")
    answer_tokens: int = Field(default=320, ge=0, description="room kept for its answer")
    separator_tokens: int = Field(default=32, ge=0, description="room kept for separators and chat overhead")
    max_summary_tokens: int = Field(default=1500, ge=SMALLEST_BUDGET, description="however much the target could hold")
    precision: float = Field(
        default=SUMMARY_PRECISION, ge=0, le=1, description="of each sentence's content words that the document has"
    )
    window_tokens: int = Field(default=8000, ge=500, description="the most of a document that one prompt holds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A stretch of text to be summarized by one prompt. `budget` and `tokens` of the text in those of the target."""

    text: str
    blocks: tuple[Block, ...]
    level: Level
    budget: int
    tokens: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    reason: str
    detail: Sentence


def header(document: Document) -> str:
    """Title and date, which stand above a summary and are not part of it."""
    return "\n".join(part for part in (document.title, document.published or "") if part)


def summary_budget(document: Document, settings: SummarizeSettings, target: Target) -> int:
    """Tokens that a line of the target leaves for this document's summary."""
    above = header(document)
    kept = settings.question_tokens + settings.answer_tokens + settings.separator_tokens
    kept += count_tokens(above + "\n\n", target.encoding) if above else 0
    return min(settings.max_summary_tokens, target.max_tokens - kept)


def summarize_document(
    document: Document,
    passages: Sequence[Passage],
    analysis: Analysis,
    settings: SummarizeSettings,
    target: Target,
    ask: Ask,
    *,
    analyzer: Analyzer,
    asks_again: bool = True,
) -> Summary | Rejected:
    """The document in at most `summary_budget` tokens: its own text where that fits, else what the provider says.

    `Summary.text` is the body alone; title and date have their room in the budget. Every number, date
    and Latin name of it stands in the document. A reply that fails is asked again once, with what was wrong,
    unless the provider would only say the same (`asks_again`).
    """
    work = _Work(
        document=document, analysis=analysis, analyzer=analyzer, settings=settings, target=target,
        ask=ask, asks_again=asks_again, budget=summary_budget(document, settings, target),
    )  # fmt: skip
    text = document.text.strip()
    if not text:
        return work.reject("empty_document", Sentence("there is nothing to summarize"))
    if work.budget < SMALLEST_BUDGET:
        detail = Sentence(
            "{name} leaves {budget} tokens beside title, date, question and answer",
            name=target.name,
            budget=work.budget,
        )
        return work.reject("no_room_for_summary", detail)
    tokens = work.count(text)
    if tokens <= work.budget:
        return Summary.make(subject_id=document.id, text=text, tokens=tokens, whole=True)
    found = work.reduced(passages, tokens)
    if isinstance(found, _Failure):
        return work.reject(found.reason, found.detail)
    return Summary.make(subject_id=document.id, text=found, tokens=work.count(found), whole=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    document: Document
    analysis: Analysis
    analyzer: Analyzer
    settings: SummarizeSettings
    target: Target
    ask: Ask
    asks_again: bool
    budget: int

    def count(self, text: str) -> int:
        return count_tokens(text, self.target.encoding)

    def reject(self, reason: str, detail: Sentence) -> Rejected:
        return Rejected.make(
            item_id=self.document.id, source=self.document.source, stage="summarize", reason=reason, detail=detail
        )

    def reduced(self, passages: Sequence[Passage], tokens: int) -> str | _Failure:
        """`tokens` are those of the whole document."""
        whole = _Part(
            text=self.document.text, blocks=self.document.blocks, level="whole", budget=self.budget, tokens=tokens
        )
        same = self.target.encoding == WINDOW_ENCODING
        if (tokens if same else count_tokens(self.document.text, WINDOW_ENCODING)) <= self.settings.window_tokens:
            with known([self.analysis]):
                return self._only(self._summaries([whole]))
        windows = list(self._windows(passages))
        if not windows:
            return _Failure(reason="empty_summary", detail=Sentence("no passage of the document can be summarized"))
        with known(self.analysis.cut(start, end) for start, end, _ in windows):
            said = self._summaries([self._part(start, end, headings, len(windows)) for start, end, headings in windows])
        for _ in range(MOST_LEVELS):
            if isinstance(said, _Failure):
                return said
            joined = "\n\n".join(text for text in said if text)
            if self.count(joined) <= self.budget:
                return joined or _Failure(reason="empty_summary", detail=Sentence("no part gave a summary"))
            parts = list(self._joined(said))
            # The embedded provider's summaries are sentences of the document.
            with known(filter(None, (self.analysis.quoted(part.text) for part in parts))):
                said = self._summaries(parts)
            if len(parts) == 1:
                return self._only(said)
        return _Failure(
            reason="summary_too_long",
            detail=Sentence("still too long after {most_levels} levels", most_levels=MOST_LEVELS),
        )

    def _windows(self, passages: Sequence[Passage]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Neighbouring passages together, as many as one prompt holds."""
        start, end, held = -1, -1, 0
        headings: tuple[str, ...] = ()
        for passage in passages:
            tokens = count_tokens(passage.text, WINDOW_ENCODING)
            far = passage.start - end > WIDEST_GAP_CHARS
            if start >= 0 and (far or held + tokens > self.settings.window_tokens):
                yield start, end, headings
                start = -1
            if start < 0:
                start, held, headings = passage.start, 0, passage.headings
            end, held = passage.end, held + tokens
        if start >= 0:
            yield start, end, headings

    def _part(self, start: int, end: int, headings: tuple[str, ...], number_of_parts: int) -> _Part:
        text = self.document.text[start:end]
        blocks = tuple(
            Block(
                kind=block.kind, start=max(block.start, start) - start, end=min(block.end, end) - start,
                level=block.level,
            )
            for block in self.document.blocks
            if block.start < end and block.end > start
        )  # fmt: skip
        tokens = self.count(text)
        budget = self._share(tokens, number_of_parts)
        return _Part(text=text, blocks=blocks, level="part", budget=budget, tokens=tokens, headings=headings)

    def _share(self, tokens: int, number_of_parts: int) -> int:
        """Twice what the part could have at the end, so that the last level has something to choose from."""
        fair = max(2 * self.budget // number_of_parts, 2 * SMALLEST_BUDGET)
        return max(SMALLEST_BUDGET, min(self.budget, fair, tokens // PART_SHARE))

    def _joined(self, said: Sequence[str]) -> Iterator[_Part]:
        """The summaries of parts, one after the other, in as few prompts as hold them."""
        groups: list[list[str]] = [[]]
        held = 0
        for text in filter(None, said):
            tokens = count_tokens(text, WINDOW_ENCODING)
            if groups[-1] and held + tokens > self.settings.window_tokens:
                groups.append([])
                held = 0
            groups[-1].append(text)
            held += tokens
        for group in groups:
            text, blocks = "", []
            for part in group:
                text += "\n\n" if text else ""
                blocks.append(Block(kind="paragraph", start=len(text), end=len(text) + len(part)))
                text += part
            tokens = self.count(text)
            budget = self.budget if len(groups) == 1 else self._share(tokens, len(groups))
            yield _Part(text=text, blocks=tuple(blocks), level="joined", budget=budget, tokens=tokens)

    def _only(self, said: list[str] | _Failure) -> str | _Failure:
        if isinstance(said, _Failure):
            return said
        return said[0] or _Failure(
            reason="empty_summary", detail=Sentence("no sentence of the document stands by itself")
        )

    def _summaries(self, parts: Sequence[_Part]) -> list[str] | _Failure:
        """One summary a part, in order; all are asked for at once, and those that failed once more."""
        prompts = [self._prompt(part) for part in parts]
        replies = self.ask(prompts)
        found = [self._read(part, reply) for part, reply in zip(parts, replies, strict=True)]
        again: list[tuple[int, Prompt]] = []
        for i, (said, reply) in enumerate(zip(found, replies, strict=True)):
            if self.asks_again and isinstance(said, _Failure) and isinstance(reply, Reply):
                again.append((i, self._prompt_again(prompts[i], parts[i], reply, said)))
        if again:
            for (i, _), reply in zip(again, self.ask([prompt for _, prompt in again]), strict=True):
                found[i] = self._read(parts[i], reply)
        texts: list[str] = []
        for said in found:
            if isinstance(said, _Failure):
                return said
            texts.append(said)
        return texts

    def _prompt(self, part: _Part) -> Prompt:
        document = self.document
        messages = summary_messages(
            part.text, title=document.title, published=document.published, headings=part.headings,
            chars=self._chars(part), language=document.language, level=part.level,
        )  # fmt: skip
        return Prompt.make(
            kind="summary", subject_id=document.id, text=part.text, title=document.title, headings=part.headings,
            blocks=part.blocks, max_tokens=part.budget, encoding=self.target.encoding,
            language=document.language, messages=messages, schema=REPLY_SCHEMAS["summary"],
            sampling={"temperature": 0, "max_tokens": summary_room(self._chars(part), document.language)},
        )  # fmt: skip

    def _prompt_again(self, prompt: Prompt, part: _Part, reply: Reply, failure: _Failure) -> Prompt:
        messages, sampling = prompt.messages, dict(prompt.sampling)
        if reply.finish == "length":
            sampling["max_tokens"] *= 2
        else:
            messages = summary_again(
                messages, reply.text[:REPLY_CHARS_KEPT], reason=failure.reason, detail=failure.detail,
                chars=self._chars(part), language=self.document.language,
            )  # fmt: skip
        return Prompt.make(
            kind=prompt.kind, subject_id=prompt.subject_id, text=prompt.text, title=prompt.title,
            headings=prompt.headings, blocks=prompt.blocks, max_tokens=prompt.max_tokens, encoding=prompt.encoding,
            language=prompt.language, messages=messages, schema=prompt.schema, sampling=sampling,
        )  # fmt: skip

    def _chars(self, part: _Part) -> int:
        """Models cannot count tokens; this many characters of such a text are nine tenths of the budget."""
        return max(20, int(0.9 * part.budget * len(part.text) / max(1, part.tokens)) // 10 * 10)

    def _read(self, part: _Part, reply: Reply | ProviderFailure) -> str | _Failure:
        if isinstance(reply, ProviderFailure):
            return _Failure(
                reason=reply.reason,
                detail=Sentence("{detail} | {raw}", detail=reply.detail, raw=reply.raw) if reply.raw else reply.detail,
            )
        try:
            content = read_json_reply(reply, REPLY_SCHEMAS["summary"])
        except BadReply as error:
            reason = "truncated_summary" if reply.finish == "length" else "bad_reply"
            return _Failure(reason=reason, detail=error.sentence)
        text: str = content["summary"].strip()
        final = part.level == "whole" or (part.level == "joined" and part.budget == self.budget)
        if not text:
            return _Failure(reason="empty_summary", detail=Sentence("the reply holds no text")) if final else ""
        limit = self.budget if final else int(part.budget * LENIENCE_FOR_PARTS)
        tokens = self.count(text)
        if tokens > limit:
            return _Failure(
                reason="summary_too_long", detail=Sentence("{tokens} tokens, {limit} fit", tokens=tokens, limit=limit)
            )
        source = self.document.text if part.level == "joined" else part.text
        if in_other_language(text, source, self.document.language):
            said = Sentence("not in the document's language: {text!r}", text=text[:160])
            return _Failure(reason="other_language", detail=said)
        if not ends_as_sentence(text, source):
            return _Failure(reason="unfinished_summary", detail=Sentence("its end is no end: {end!r}", end=text[-80:]))
        above = "\n".join([header(self.document), *part.headings])
        own = reworded(text, source)
        missing = missing_facts(own, f"{above}\n{source}") or self._from_nowhere(own, part, above)
        if missing:
            return _Failure(reason="unfaithful_summary", detail=foreign(", ".join(missing)))
        return text

    def _from_nowhere(self, own: str, part: _Part, above: str) -> list[str]:
        if not own:
            return []
        # The text of a part is known already: it was cut out of the document's analysis.
        source = self.analysis if part.level == "joined" else self.analyzer.analyze(part.text)
        return words_from_nowhere(self.analyzer.analyze(own), source, above, self.settings.precision)[:8]
