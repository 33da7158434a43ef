"""The nouns of the project: what moves between stages.

All are frozen, slotted, keyword-only dataclasses. Every `id` is a digest of content, made by the
`make` of its class, so the same input has the same id on every machine. All offsets count
characters (code points) of the text they belong to.

    Document ─▶ Passage ─▶ Summary ─▶ Prompt ─▶ Reply ─▶ Example        Rejected: what fell out, and why

`Document.text` is NFC with `\\n` line ends and holds no markup. What the markup said stands beside
it in `blocks`: which stretch is a heading, code, a list item, a table row or a quote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self

from corpus_to_ft.language import Sentence

BlockKind = Literal["heading", "paragraph", "list_item", "code", "table_row", "quote"]
Kind = Literal["qa", "keywords", "summary"]
PromptKind = Literal["qa", "keywords", "summary", "judge", "embedding"]
Role = Literal["system", "user", "assistant"]
Split = Literal["train", "validation", "test"]
Meta = Mapping[str, Any]
NO_SENTENCE = Sentence("")


def digest(*parts: object) -> str:
    """20 hexadecimal digits (80 bits) of SHA-256 over the JSON of `parts`."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A structural stretch of a text. `level` is 1 to 6 for headings, the nesting depth for list items, else 0."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article, page or file.

    `source` is the path relative to what the user named (inside an archive `export.zip!page.md`) or
    the address. `published` is ISO 8601 or None. `meta` holds what the source said beyond that, JSON
    values only; known keys: `tags` (list of str), `url`, `encoding`, `licence`, `lang` (str), `warnings` (list of str).
    `blocks` are in order, do not overlap and cover every character that is not white space.
    """

    id: str
    source: str
    title: str
    published: str | None
    author: str | None
    text: str
    language: str
    blocks: tuple[Block, ...]
    meta: Meta = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        *,
        source: str,
        text: str,
        title: str = "",
        published: str | None = None,
        author: str | None = None,
        language: str = "ko",
        blocks: tuple[Block, ...] = (),
        meta: Meta | None = None,
    ) -> Document:
        meta = dict(meta or {})
        identity = digest(
            source, title, published, author, text, [(b.kind, b.start, b.end, b.level) for b in blocks], meta
        )
        return cls(
            id=identity, source=source, title=title, published=published, author=author,
            text=text, language=language, blocks=blocks, meta=meta,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole sentences of one document: `document.text[start:end]`.

    `headings` is the path of headings above it, outermost first. `blocks` count in `text`.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]

    @classmethod
    def make(
        cls, document: Document, start: int, end: int, headings: tuple[str, ...], blocks: tuple[Block, ...]
    ) -> Passage:
        return cls(
            id=digest(document.id, start, end), document_id=document.id, start=start, end=end,
            text=document.text[start:end], headings=headings, blocks=blocks,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A document or passage (`subject_id`) said in at most `tokens` tokens of the target's encoding.

    `whole` says that the text passed unchanged because it already fitted.
    """

    id: str
    subject_id: str
    text: str
    tokens: int
    whole: bool

    @classmethod
    def make(cls, *, subject_id: str, text: str, tokens: int, whole: bool) -> Summary:
        return cls(id=digest(subject_id, text), subject_id=subject_id, text=text, tokens=tokens, whole=whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """What a document is about: (text, score) pairs, best first."""

    id: str
    document_id: str
    ranked: tuple[tuple[str, float], ...]

    @classmethod
    def make(cls, *, document_id: str, ranked: tuple[tuple[str, float], ...]) -> Keywords:
        return cls(id=digest(document_id, ranked), document_id=document_id, ranked=ranked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One wish said twice: as facts for engines that read, as a chat for models that talk.

    Facts: `kind` (qa, keywords, summary, judge), `text` (the source), `title`, `headings`, `blocks` (count in
    `text`), `count` (how many questions or keywords are wanted, at most), `max_tokens` (of a
    summary, in the encoding named by `encoding`). Chat: `messages`, `schema` (JSON schema of the
    reply), `sampling` (temperature and the like). A prompt of kind embedding is answered with a vector
    for each message.
    """

    id: str
    kind: PromptKind
    subject_id: str
    text: str
    title: str
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]
    count: int
    max_tokens: int
    encoding: str
    language: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    sampling: Mapping[str, Any]

    @classmethod
    def make(
        cls,
        *,
        kind: PromptKind,
        subject_id: str,
        text: str,
        title: str = "",
        headings: tuple[str, ...] = (),
        blocks: tuple[Block, ...] = (),
        count: int = 0,
        max_tokens: int = 0,
        encoding: str = "",
        language: str = "ko",
        messages: tuple[Message, ...] = (),
        schema: Mapping[str, Any] | None = None,
        sampling: Mapping[str, Any] | None = None,
    ) -> Prompt:
        schema, sampling = dict(schema or {}), dict(sampling or {})
        facts = (kind, text, title, headings, count, max_tokens, encoding, language)
        structure = [(b.kind, b.start, b.end, b.level) for b in blocks]
        talk = ([(m.role, m.content) for m in messages], schema, sampling)
        return cls(
            id=digest(facts, structure, talk), kind=kind, subject_id=subject_id, text=text, title=title,
            headings=headings, blocks=blocks, count=count, max_tokens=max_tokens, encoding=encoding,
            language=language, messages=messages, schema=schema, sampling=sampling,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens billed for one call; zero for engines that are not billed."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Raw text as received. `finish` is the provider's word: `stop`, `length`, `content_filter`."""

    id: str
    prompt_id: str
    text: str
    finish: str
    model: str
    usage: Usage

    @classmethod
    def make(cls, *, prompt_id: str, text: str, model: str, finish: str = "stop", usage: Usage | None = None) -> Reply:
        return cls(
            id=digest(prompt_id, model, text, finish), prompt_id=prompt_id, text=text,
            finish=finish, model=model, usage=usage or Usage(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailure:
    """Instead of a Reply: why this prompt will never get one. `raw` is the useless text, if any came."""

    prompt_id: str
    reason: str
    detail: Sentence
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One thing to learn. `messages` are an optional system message (context), one user and one assistant message.

    `evidence` are spans of the *document's* text that support the answer; `source` is the document's.
    `made_by` names the provider and model. `kind` says what the example teaches. `worse_answer` is what the assistant
    should rather not say to the same question, "" where there is none.
    """

    id: str
    kind: Kind
    messages: tuple[Message, ...]
    document_id: str
    passage_id: str
    source: str
    evidence: tuple[Span, ...]
    made_by: str
    worse_answer: str = ""

    @classmethod
    def make(
        cls,
        *,
        kind: Kind,
        messages: tuple[Message, ...],
        document_id: str,
        passage_id: str,
        source: str,
        evidence: tuple[Span, ...],
        made_by: str,
        worse_answer: str = "",
    ) -> Example:
        told = [(m.role, m.content) for m in messages]
        identity = digest(kind, told, passage_id, [(s.start, s.end) for s in evidence], *filter(None, [worse_answer]))
        return cls(
            id=identity, kind=kind, messages=messages, document_id=document_id, passage_id=passage_id,
            source=source, evidence=evidence, made_by=made_by, worse_answer=worse_answer,
        )  # fmt: skip

    @property
    def prompt(self) -> str:
        """What the user says."""
        return next(m.content for m in self.messages if m.role == "user")

    @property
    def answer(self) -> str:
        """What the assistant says."""
        return self.messages[-1].content


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    id: str
    item_id: str
    source: str
    stage: str
    reason: str
    detail: Sentence

    @classmethod
    def make(cls, *, item_id: str, source: str, stage: str, reason: str, detail: Sentence) -> Self:
        return cls(
            id=digest(item_id, source, stage, reason, detail), item_id=item_id, source=source,
            stage=stage, reason=reason, detail=detail,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(_Told):
    """An item that fell out of `stage`. `reason` is a short stable word, `detail` a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(_Told):
    """Something people should know about an item that did *not* fall out; fields as in `Rejected`."""


class Epochs(NamedTuple):
    """How many times a host may go over the data; `default` is None where the host decides by itself."""

    min: int
    max: int
    default: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TunableModel:
    """What one model costs: US dollars a million tokens, None where no price is known.

    `shutdown` is the ISO date on which the model and all tuned from it end, "" where none is announced. `max_tokens`
    and `encoding` are 0 and "" where they are those of the target.
    """

    training: float | None = None
    input: float | None = None
    cached: float | None = None
    output: float | None = None
    shutdown: str = ""
    max_tokens: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the data set is going: which line format it wants and what fits into one line.

    `max_tokens` counts a whole line: prompt, completion, separators and chat overhead, in `encoding`.
    `verified_on` is the ISO date on which these facts were last checked.
    Below, 0, "" and () mean that there is no such rule or that none is known. `writer_settings` are those that the
    writer needs here. `max_file_mb` counts millions of bytes. `formats` are other line formats that the host takes.
    With `strict_turns` user and assistant must alternate. With `metadata` a job carries our mark, by which it is found
    again. `suffix_chars` is the longest addition to the tuned model's name. `tuner` is the plugin that speaks to the
    host at `base_url` with the key in `api_key_env`. From `closes` (ISO date) nobody can start a job. `served` says how
    the result is used and what that costs; `notes` what is not certain.
    """

    name: str
    writer: str
    encoding: str
    max_tokens: int
    min_examples: int
    verified_on: str
    title: Sentence = NO_SENTENCE
    writer_settings: Meta = field(default_factory=dict, hash=False)
    max_examples: int = 0
    max_file_mb: int = 0
    byte_order_mark: bool = False
    roles: tuple[str, ...] = ("system", "user", "assistant")
    strict_turns: bool = False
    metadata: bool = False
    suffix_chars: int = 0
    epochs: Epochs | None = None
    formats: tuple[str, ...] = ()
    tuner: str = ""
    base_url: str = ""
    api_key_env: str = ""
    closes: str = ""
    served: Sentence = NO_SENTENCE
    notes: tuple[Sentence, ...] = ()
    models: Mapping[str, TunableModel] = field(default_factory=dict, hash=False)
