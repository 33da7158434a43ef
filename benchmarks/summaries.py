"""Measures the embedded summaries over whole blogs: can the post be found again, is the excerpt covered, do they fit.

    python benchmarks/summaries.py ../shared/data/blogs [--show 5]

A blog is a folder with `md/` and, where known, `gold.jsonl` or `pairs.jsonl` (path, summaries: the
author's own). Printed a blog: for each target the summaries made, unchanged and rejected, hit@1 of the
summary as a query with morpheme BM25 over the blog, those over the budget and those with facts that the
post lacks; and for short summaries of `--short` tokens hit@1 and the bigram recall of the author's
excerpt beside that of the post's first characters.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_to_ft.analyzers.base import Analysis, Analyzer, known
from corpus_to_ft.analyzers.kiwi import KiwiAnalyzer
from corpus_to_ft.faithful import missing_facts
from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.llm.extractive import ExtractiveProvider
from corpus_to_ft.llm.extractive.summaries import summarize
from corpus_to_ft.llm.stage import DirectAsk
from corpus_to_ft.passages import PassageSettings, analyze_document, cut_passages
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Document, Passage, Summary, Target
from corpus_to_ft.summarize.stage import SummarizeSettings, header, summarize_document, summary_budget
from corpus_to_ft.targets import load_target
from corpus_to_ft.tokens import count_tokens

CONTENT_TAGS = ("NN", "XR", "VV", "VA", "SL", "SN", "SH")
SHORTEST_EXCERPT = 30
MIN_DOCUMENT_CHARS = 100
SHORT_ENCODING = "o200k_base"


class Bm25:
    """Okapi BM25 (k1 1.2, b 0.75) over content morphemes."""

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self.counts = [Counter(terms(analysis)) for analysis in analyses]
        self.lengths = [counts.total() for counts in self.counts]
        self.mean = sum(self.lengths) / len(self.lengths)
        self.found_in = Counter(term for counts in self.counts for term in counts)

    def first(self, query: Analysis) -> int:
        total = len(self.counts)
        weights = {
            term: math.log(1 + (total - self.found_in[term] + 0.5) / (self.found_in[term] + 0.5))
            for term in set(terms(query))
        }
        scores = [
            sum(
                w * counts[t] * 2.2 / (counts[t] + 1.2 * (0.25 + 0.75 * length / self.mean)) for t, w in weights.items()
            )
            for counts, length in zip(self.counts, self.lengths, strict=True)
        ]
        return max(range(total), key=scores.__getitem__)


def terms(analysis: Analysis) -> list[str]:
    return [token.form.casefold() for token in analysis.tokens if token.tag.startswith(CONTENT_TAGS)]


def bigrams(text: str) -> Counter[str]:
    letters = "".join(char for char in text.casefold() if char.isalnum())
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))


def recall(reference: str, text: str) -> float:
    wanted = bigrams(reference)
    return (wanted & bigrams(text)).total() / max(1, wanted.total())


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    document: Document
    analysis: Analysis
    excerpts: tuple[str, ...]


def posts(blog: Path, analyzer: Analyzer) -> list[Post]:
    gold: dict[str, Any] = {}
    for name in ("gold.jsonl", "pairs.jsonl"):
        if (blog / name).is_file():
            rows = map(json.loads, (blog / name).read_text(encoding="utf-8").splitlines())
            gold |= {row["path"]: row for row in rows if "path" in row}
    readers = tuple(make_plugin("ingest", name, Reader) for name in plugin_names("ingest"))
    found: list[Post] = []
    for path in sorted((blog / "md").rglob("*.md")):
        source = path.relative_to(blog).as_posix()
        excerpts = tuple(
            text for text in gold.get(source, {}).get("summaries", {}).values() if len(text) >= SHORTEST_EXCERPT
        )
        for document in read_documents(SourceFile(source=source, data=path.read_bytes()), readers):
            if isinstance(document, Document) and len(document.text) >= MIN_DOCUMENT_CHARS:
                analysis = analyze_document(document, analyzer)
                found.append(Post(document=document, analysis=analysis, excerpts=excerpts))
    return found


def fit(post: Post, target: Target, ask: DirectAsk, analyzer: Analyzer) -> Summary | str:
    document, analysis = post.document, post.analysis
    cut = cut_passages(document, analysis, PassageSettings(), encoding=target.encoding, target_tokens=target.max_tokens)
    passages = [item for item in cut if isinstance(item, Passage)]
    with known([analysis]):
        found = summarize_document(document, passages, analysis, SummarizeSettings(), target, ask, analyzer=analyzer)
    return found if isinstance(found, Summary) else found.reason


def measure_target(name: str, all_posts: Sequence[Post], bm25: Bm25, analyzer: Analyzer) -> str:
    target = load_target(name)
    ask = DirectAsk(provider=ExtractiveProvider(analyzer=analyzer))
    whole = hits = over = unfaithful = seconds = 0.0
    rejected: Counter[str] = Counter()
    made = 0
    for number, post in enumerate(all_posts):
        started = time.perf_counter()
        summary = fit(post, target, ask, analyzer)
        seconds += time.perf_counter() - started
        if isinstance(summary, str):
            rejected[summary] += 1
            continue
        made += 1
        whole += summary.whole
        hits += bm25.first(analyzer.analyze(summary.text)) == number
        budget = summary_budget(post.document, SummarizeSettings(), target)
        over += count_tokens(summary.text, target.encoding) > budget
        unfaithful += bool(missing_facts(summary.text, header(post.document) + "\n" + post.document.text))
    return (
        f"  {name}: {made} made, {whole:.0f} unchanged, rejected {dict(rejected)}; hit@1 {hits / max(1, made):.3f}; "
        f"over budget {over:.0f}; unfaithful {unfaithful:.0f}; {seconds:.1f} s"
    )


def measure_short(all_posts: Sequence[Post], bm25: Bm25, analyzer: Analyzer, max_tokens: int, show: int) -> str:
    hits = 0
    ours: list[float] = []
    lead: list[float] = []
    for number, post in enumerate(all_posts):
        document = post.document
        text = summarize(
            post.analysis, title=document.title, blocks=document.blocks, max_tokens=max_tokens,
            count=lambda part: count_tokens(part, SHORT_ENCODING),
        )  # fmt: skip
        hits += bool(text) and bm25.first(analyzer.analyze(text)) == number
        for excerpt in post.excerpts:
            ours.append(recall(excerpt, text))
            lead.append(recall(excerpt, document.text[: len(text)]))
        if show and number % max(1, len(all_posts) // show) == 0:
            print(f"--- {document.source} | {document.title} | {len(document.text)} characters\n{text}\n")
    n = max(1, len(ours))
    return (
        f"  {max_tokens} tokens: hit@1 {hits / len(all_posts):.3f}; recall of {len(ours)} excerpts "
        f"{sum(ours) / n:.3f}, of the lead as long {sum(lead) / n:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blogs", type=Path)
    parser.add_argument("--show", type=int, default=0, help="short summaries to print a blog")
    parser.add_argument("--short", type=int, nargs="*", default=[60, 110, 200])
    arguments = parser.parse_args()
    analyzer = KiwiAnalyzer()
    for blog in sorted(path for path in arguments.blogs.iterdir() if (path / "md").is_dir()):
        all_posts = posts(blog, analyzer)
        if not all_posts:
            print(f"{blog.name}: no documents")
            continue
        bm25 = Bm25([post.analysis for post in all_posts])
        print(f"{blog.name}: {len(all_posts)} documents")
        for target in ("legacy", "openai-chat"):
            print(measure_target(target, all_posts, bm25, analyzer), flush=True)
        for max_tokens in arguments.short:
            show = arguments.show if max_tokens == arguments.short[-1] else 0
            print(measure_short(all_posts, bm25, analyzer, max_tokens, show), flush=True)


if __name__ == "__main__":
    main()
