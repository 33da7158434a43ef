"""Measures the questions of the embedded provider over whole blogs: grounded, answerable, distinct, well-formed.

    python benchmarks/questions.py ../shared/data/blogs [--show 20] [--seed 0] [--misses 5]

A blog is a folder with `md/`. Printed a blog: examples and passages; grounded answers; hit@1, hit@5 of a
question for its own passage with morpheme BM25 over all passages of the blog, and hit@1 for its document;
distinct-2 of the questions' morphemes; the largest trigram Jaccard within a document before and after
the check for duplicates; the shares of 해요체, sound particles and copied questions; coverage (a question
or a stated reason) and its parts: passages with prose, those among them that state something, and the
reasons of those without a question; the question forms. `--reason` shows misses of one reason.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus_to_ft.analyzers.base import Analysis, Analyzer, known
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.checks.base import Check, CheckContext
from corpus_to_ft.checks.duplicates import DuplicateSettings, find_duplicates
from corpus_to_ft.checks.stage import check_examples
from corpus_to_ft.generate.base import Subject
from corpus_to_ft.generate.qa import QaGenerator
from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.llm.extractive import ExtractiveProvider
from corpus_to_ft.passages import PassageSettings, analyze_document, cut_passages
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Document, Example, Passage, Summary
from corpus_to_ft.similar import jaccard, trigrams
from corpus_to_ft.targets import load_target

CONTENT_TAGS = ("NN", "XR", "VV", "VA", "SL", "SN", "SH")
CHECKS = ("empty", "form", "grounded")
# Passages that fell out for these hold no statement that a reader could ask for.
STATE_NOTHING = frozenset(
    {
        "only_questions", "only_announcements", "only_fragments", "shows_code_or_figure", "personal_account",
        "other_language", "between_formulas",
    }
)  # fmt: skip


class Bm25:
    """Okapi BM25 (k1 1.2, b 0.75) over content morphemes."""

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        counts = [Counter(_terms(analysis)) for analysis in analyses]
        mean = sum(c.total() for c in counts) / len(counts)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._total = len(counts)
        for at, count in enumerate(counts):
            norm = 1.2 * (0.25 + 0.75 * count.total() / mean)
            for term, times in count.items():
                self._postings[term].append((at, times * 2.2 / (times + norm)))

    def rank(self, query: Analysis) -> list[int]:
        scores: Counter[int] = Counter()
        for term in set(_terms(query)):
            postings = self._postings.get(term, [])
            weight = math.log(1 + (self._total - len(postings) + 0.5) / (len(postings) + 0.5))
            for at, score in postings:
                scores[at] += weight * score
        return [at for at, _ in scores.most_common(10)]


@dataclass(slots=True)
class Blog:
    """What one blog gave."""

    examples: list[Example] = field(default_factory=list)
    passages: list[tuple[Document, Passage, Analysis]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    silent: list[tuple[Passage, str]] = field(default_factory=list)


def _terms(analysis: Analysis) -> list[str]:
    return [t.form.casefold() for t in analysis.tokens if t.tag.startswith(CONTENT_TAGS)]


def read_blog(folder: Path) -> list[Document]:
    readers = [make_plugin("ingest", name, Reader) for name in plugin_names("ingest")]
    documents: list[Document] = []
    for path in sorted(folder.glob("md/**/*.md")):
        file = SourceFile(source=str(path.relative_to(folder)), data=path.read_bytes())
        documents += [found for found in read_documents(file, readers) if isinstance(found, Document)]
    return documents


def ask_blog(documents: Sequence[Document], analyzer: Analyzer) -> Blog:
    provider, generator, target = ExtractiveProvider(analyzer=analyzer), QaGenerator(), load_target("openai-chat")
    checks = [make_plugin("checks", name, Check) for name in CHECKS]
    blog = Blog()
    for document in documents:
        analysis = analyze_document(document, analyzer)
        cut = cut_passages(
            document, analysis, PassageSettings(), encoding=target.encoding, target_tokens=target.max_tokens
        )
        context = CheckContext(document=document, target=target, analyzer=analyzer, line_tokens=lambda *_: 0)
        summary = Summary.make(subject_id=document.id, text="", tokens=0, whole=False)
        siblings = tuple(item for item in cut if isinstance(item, Passage))
        for passage in siblings:
            passage_analysis = analysis.cut(passage.start, passage.end)
            blog.passages.append((document, passage, passage_analysis))
            subject = Subject(
                document=document, passage=passage, summary=summary,
                encoding=target.encoding, max_tokens=target.max_tokens, siblings=siblings,
            )  # fmt: skip
            reason = generator.skip_reason(subject)
            if reason:
                blog.skipped[reason] += 1
                continue
            with known([passage_analysis]):
                made = [
                    item
                    for prompt in generator.prompts(subject)
                    for item in generator.examples(provider.answer(prompt), subject)
                ]
            kept = list(check_examples(made, checks, context))
            blog.examples += [item for item in kept if isinstance(item, Example)]
            blog.rejected.update(item.reason for item in kept if not isinstance(item, Example))
            if not any(isinstance(item, Example) for item in kept):
                reasons = [item.reason for item in kept if not isinstance(item, Example)]
                blog.silent.append((passage, reasons[0] if reasons else "nothing_found"))
    return blog


def measure(blog: Blog, analyzer: Analyzer) -> dict[str, Any]:
    texts = {document.id: document.text for document, _, _ in blog.passages}
    numbers = {passage.id: at for at, (_, passage, _) in enumerate(blog.passages)}
    dropped = find_duplicates(blog.examples, DuplicateSettings())
    gone = {item.item_id for item in dropped}
    kept = [example for example in blog.examples if example.id not in gone]
    index = Bm25([analysis for _, _, analysis in blog.passages])
    queries = analyzer.analyze_all([example.prompt for example in kept])
    ranks = [index.rank(query) for query in queries]
    own = [numbers[example.passage_id] for example in kept]
    same_document = [
        bool(rank) and blog.passages[rank[0]][1].document_id == example.document_id
        for rank, example in zip(ranks, kept, strict=True)
    ]
    bigrams = [pair for query in queries for pair in pairwise(t.form for t in query.tokens)]
    grounded = [any(s.of(texts[e.document_id]) == e.answer for s in e.evidence) for e in kept]
    prose = len(blog.passages) - blog.skipped.total()
    stateless = sum(reason in STATE_NOTHING for _, reason in blog.silent)
    return {
        "examples": len(kept),
        "passages": len(blog.passages),
        "grounded": _share(grounded),
        "hit@1": _share([rank[:1] == [o] for rank, o in zip(ranks, own, strict=True)]),
        "hit@5": _share([o in rank[:5] for rank, o in zip(ranks, own, strict=True)]),
        "hit@1 document": _share(same_document),
        "distinct-2": round(len(set(bigrams)) / max(1, len(bigrams)), 3),
        "max Jaccard": (_max_jaccard(blog.examples), _max_jaccard(kept)),
        "해요체": _share([example.prompt.endswith("요?") for example in kept]),
        "copied > .6": _share([_containment(e.prompt, texts[e.document_id]) > 0.6 for e in kept]),
        "passages with a question": f"{prose - len(blog.silent)} of {prose} with prose",
        "with a question, of those that state something": f"{prose - len(blog.silent)} of {prose - stateless}",
        "without a question, by reason": dict(Counter(reason for _, reason in blog.silent).most_common()),
        "skipped": dict(blog.skipped),
        "rejected": {**blog.rejected, "near-duplicates": len(dropped)},
        "plain requests": _share([e.prompt.endswith("설명해 주시겠어요?") for e in kept]),
        "answer characters, mean": round(sum(len(e.answer) for e in kept) / max(1, len(kept))),
    }


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / max(1, len(values)), 3)


def _max_jaccard(examples: Sequence[Example]) -> float:
    documents: dict[str, list[Any]] = defaultdict(list)
    for example in examples:
        documents[example.document_id].append(trigrams(example.prompt))
    return round(
        max(
            (jaccard(a, b) for sets in documents.values() for at, a in enumerate(sets) for b in sets[:at]), default=0.0
        ),
        3,
    )


def _containment(question: str, text: str) -> float:
    tight, source = "".join(question.split()), "".join(text.split())
    grams = [tight[at : at + 3] for at in range(len(tight) - 2)]
    return sum(gram in source for gram in grams) / max(1, len(grams))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blogs", type=Path, help="a folder of blogs, or one blog")
    parser.add_argument("--show", type=int, default=0, help="random pairs to print a blog")
    parser.add_argument("--misses", type=int, default=0, help="passages without a question to print a blog")
    parser.add_argument("--reason", default="", help="only passages without a question for this reason")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    analyzer = KiwiAnalyzer()
    folders = [chosen.blogs] if (chosen.blogs / "md").is_dir() else sorted(p.parent for p in chosen.blogs.glob("*/md"))
    for folder in folders:
        started = time.perf_counter()
        blog = ask_blog(read_blog(folder), analyzer)
        seconds = time.perf_counter() - started
        print(f"== {folder.name} ({seconds:.1f} s)")
        for name, value in measure(blog, analyzer).items():
            print(f"  {name}: {value}")
        chance = random.Random(chosen.seed)
        for example in chance.sample(blog.examples, min(chosen.show, len(blog.examples))):
            print(f"\n[{example.source}]\nQ {example.prompt}\nA {example.answer}")
        missed = [(passage, reason) for passage, reason in blog.silent if chosen.reason in ("", reason)]
        for passage, reason in chance.sample(missed, min(chosen.misses, len(missed))):
            print(f"\n{reason} {passage.headings} {passage.text[:500]!r}")


if __name__ == "__main__":
    main()
