"""The work on one document, wherever the executor puts it, and what makes its results and those of reading valid."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from corpus_to_ft.analyzers.base import Analysis, Analyzer, known
from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.checks.stage import check_examples, note_examples
from corpus_to_ft.generate.base import Generator, Subject
from corpus_to_ft.generate.judge import JudgeSettings
from corpus_to_ft.generate.stage import generate_examples
from corpus_to_ft.ingest.stage import ReadWork
from corpus_to_ft.llm.base import Ask
from corpus_to_ft.llm.extractive.keywords import rank_keywords
from corpus_to_ft.passages import PassageSettings, analyze_document, cut_passages
from corpus_to_ft.records import Document, Keywords, Passage, Summary, Target, digest
from corpus_to_ft.run.each import Task
from corpus_to_ft.settings import Settings
from corpus_to_ft.summarize.stage import SummarizeSettings, summarize_document
from corpus_to_ft.write.base import Writer

KEYWORDS_A_DOCUMENT = 15
Stages = Iterator[tuple[str, tuple[Any, ...]]]
# What cannot change a result: how people see it, and how the work is driven.
NOT_IN_CODE_DIGEST = frozenset(
    {"cli", "locale", "store", "run", "pipeline.py", "dataset.py", "contents.py", "export.py", "language.py"}
)


@cache
def code_digest() -> str:
    """Digest of every file of the package that can change a result, so that an upgrade never mixes results."""
    found = hashlib.sha256()
    for path, file in sorted(_code(files("corpus_to_ft"), "")):
        found.update(path.encode())
        found.update(file.read_bytes())
    return found.hexdigest()[:20]


def _code(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.name in NOT_IN_CODE_DIGEST or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _code(entry, f"{path}/{entry.name}")
        elif not entry.name.endswith(".pyc"):
            yield f"{path}/{entry.name}", entry


def reading_fingerprint(work: ReadWork) -> str:
    """What is found but not read, for its size or kind, is known by the reason, so its bounds are not in here."""
    readers, settings = [reader.fingerprint() for reader in work.readers], work.settings
    return digest(
        "ingest", code_digest(), readers, settings.max_chars, settings.max_seconds, settings.max_memory_mb,
        work.privacy.model_dump(mode="json"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWork:
    """A document becomes passages and a summary (stage `summarize`), then checked examples (stage `generate`)."""

    analyzer: Analyzer
    passages: PassageSettings
    summarize: SummarizeSettings
    generators: tuple[Generator, ...]
    checks: tuple[Check, ...]
    target: Target
    writer: Writer
    ask: Ask
    provider_fingerprint: str
    asks_again: bool
    judge: JudgeSettings | None = None
    generates: bool = True

    @classmethod
    def of(cls, settings: Settings, ask: Ask, *, generates: bool = True) -> DocumentWork:
        provider = settings.make_provider()
        return cls(
            analyzer=settings.make_analyzer(),
            passages=settings.passages,
            summarize=settings.summarize,
            generators=tuple(settings.make_generators()),
            checks=tuple(settings.make_checks()),
            target=settings.make_target(),
            writer=settings.make_writer(),
            ask=ask,
            provider_fingerprint=provider.fingerprint(),
            # The embedded provider would only say the same.
            asks_again=provider.billed,
            judge=settings.judge if settings.judge.use else None,
            generates=generates,
        )

    def fingerprints(self) -> dict[str, str]:
        """By stage; each holds the one before it."""
        budget = (self.target.encoding, self.target.max_tokens)
        summarize = digest(
            code_digest(), self.analyzer.fingerprint(), self.provider_fingerprint, budget,
            self.passages.model_dump(), self.summarize.model_dump(),
        )  # fmt: skip
        plugins = [plugin.fingerprint() for plugin in (*self.generators, *self.checks, self.writer)]
        generate = digest(summarize, plugins, self.target.name, self.judge and self.judge.model_dump())
        return {"summarize": summarize, "generate": generate} if self.generates else {"summarize": summarize}

    def __call__(self, task: Task[Document]) -> Stages:
        document = task.item
        analysis = analyze_document(document, self.analyzer)
        given = task.given.get("summarize")
        cut = self._cut(document, analysis) if given is None else given
        passages = [item for item in cut if isinstance(item, Passage)]
        with known([analysis, *(analysis.cut(passage.start, passage.end) for passage in passages)]):
            if given is None:
                summary = summarize_document(
                    document, passages, analysis, self.summarize, self.target, self.ask,
                    analyzer=self.analyzer, asks_again=self.asks_again,
                )  # fmt: skip
                given = (*cut, summary, document_keywords(document, analysis, top=KEYWORDS_A_DOCUMENT))
                yield "summarize", given
            if self.generates:
                summaries = (item for item in given if isinstance(item, Summary))
                yield "generate", self._generate(document, passages, next(summaries, _no_summary(document)))

    def _cut(self, document: Document, analysis: Analysis) -> tuple[Any, ...]:
        encoding, tokens = self.target.encoding, self.target.max_tokens
        return tuple(cut_passages(document, analysis, self.passages, encoding=encoding, target_tokens=tokens))

    def _generate(self, document: Document, passages: list[Passage], summary: Summary) -> tuple[Any, ...]:
        target = self.target
        siblings = tuple(passages)
        subjects = [
            Subject(
                document=document, passage=passage, summary=summary,
                encoding=target.encoding, max_tokens=target.max_tokens,
                siblings=siblings,
            )
            for passage in passages
        ]  # fmt: skip
        context = CheckContext(
            document=document, target=target, analyzer=self.analyzer,
            line_tokens=lambda messages, kind: self.writer.tokens(messages, kind, target.encoding),
            question_levels=frozenset(generator.question_level for generator in self.generators),
        )  # fmt: skip
        checks = partial(check_examples, checks=self.checks, context=context)
        made = generate_examples(
            subjects, self.generators, self.ask, checks=checks, asks_again=self.asks_again, judge=self.judge
        )
        return *made, *note_examples(made, self.checks, context)


def document_keywords(document: Document, analysis: Analysis, top: int) -> Keywords:
    """The best `top` keywords of a whole document; its author is none of them."""
    headings = [block.of(document.text) for block in document.blocks if block.kind == "heading"]
    ranked = rank_keywords(
        analysis,
        title=document.title,
        headings=headings,
        blocks=document.blocks,
        top=top,
        exclude=[document.author] if document.author else [],
    )
    return Keywords.make(document_id=document.id, ranked=tuple((keyword.text, keyword.score) for keyword in ranked))


def _no_summary(document: Document) -> Summary:
    """Stands in where the summary was rejected: examples then take their context from the passage."""
    return Summary.make(subject_id=document.id, text="", tokens=0, whole=False)
