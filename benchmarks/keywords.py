"""Measures keywords: recall of the authors' own tags that occur in the body, a blog and analyzer at a time.

    python benchmarks/keywords.py ../shared/data [--analyzer kiwi] [--show]

Beside it stands TF-IDF over the blog with Korean particles stripped. Tags that are people's names are left
out of "tags" and counted in "tags + names". Then sae4k: the F of character bigrams between our best
keywords of a sentence and the hand-made key phrase.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.files import FileRef, IngestSettings
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.llm.extractive.candidates import normalized
from corpus_to_ft.llm.extractive.keywords import rank_keywords
from corpus_to_ft.passages import analyze_document
from corpus_to_ft.plugin import make_plugin, plugin_names
from corpus_to_ft.records import Document

PARTICLES = re.compile(
    r"(?:에서는|에서|으로|에게|까지|부터|이라는|라는|입니다|하는|하고|은|는|이|가|을|를|의|에|와|과|도|로|만)$"
)
NAME = re.compile(r"[가-힣]{3}")
WORD = re.compile(r"[A-Za-z0-9+#.-]+|[가-힣]+")
TOP = 10


def read_one(path: Path, readers: Sequence[Reader]) -> Document | None:
    file = FileRef(path=path, source=path.name).read(IngestSettings())
    if not isinstance(file, SourceFile):
        return None
    return next((found for found in read_documents(file, readers) if isinstance(found, Document)), None)


def ours(document: Document, analyzer: Analyzer) -> list[str]:
    ranked = rank_keywords(
        analyze_document(document, analyzer),
        title=document.title,
        headings=[block.of(document.text) for block in document.blocks if block.kind == "heading"],
        blocks=document.blocks,
        top=TOP,
        exclude=[document.author] if document.author else [],
    )
    return [keyword.text for keyword in ranked]


def tf_idf(texts: Sequence[str]) -> list[list[str]]:
    counts = [Counter(stripped(word) for word in WORD.findall(text.lower())) for text in texts]
    spread = Counter(word for count in counts for word in count)
    return [
        sorted(
            (word for word in count if len(word) > 1), key=lambda w: -count[w] * math.log(len(texts) / spread[w])
        )[:TOP]
        for count in counts
    ]  # fmt: skip


def stripped(word: str) -> str:
    short = PARTICLES.sub("", word)
    return short if len(short) > 1 else word


def recall(found: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> str:
    """Mean over documents with a tag, and over all tags."""
    shares, hits, all_tags = [], 0, 0
    for keywords, tags in zip(found, gold, strict=True):
        keys = {normalized(keyword) for keyword in keywords}
        hit = sum(normalized(tag) in keys for tag in tags)
        if tags:
            shares.append(hit / len(tags))
        hits, all_tags = hits + hit, all_tags + len(tags)
    if not all_tags:
        return "no tags"
    return f"{sum(shares) / len(shares):.3f} ({hits / all_tags:.3f} of {all_tags})"


def is_name(tag: str, author: str, position: int) -> bool:
    """By the habit of the blogs measured: the author is the first tag, in Hangul or as the author field says."""
    return normalized(tag) == normalized(author) or (position == 0 and NAME.fullmatch(tag) is not None)


def measure_blog(folder: Path, readers: Sequence[Reader], analyzer: Analyzer, show: bool) -> None:
    documents, gold, named = [], [], []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        document = read_one(folder / wanted["path"], readers) if wanted["keywords_in_body"] else None
        if document is None:
            continue
        first = wanted["gold_keywords"][0]
        tags = wanted["keywords_in_body"]
        documents.append(document)
        named.append(tags)
        gold.append([t for t in tags if not is_name(t, wanted["author"], 0 if t == first else 1)])
    if not documents:
        print(f"{folder.name:20} no tags")
        return
    found = [ours(document, analyzer) for document in documents]
    for name, keywords in (
        (analyzer.name, found),
        ("TF-IDF, stripped", tf_idf([d.text for d in documents])),
    ):
        print(f"{folder.name:20} {name:18} tags {recall(keywords, gold):24} tags + names {recall(keywords, named)}")
    for document, best, tags in zip(documents, found, gold, strict=True) if show else ():
        keys = {normalized(keyword) for keyword in best}
        missed = [tag for tag in tags if normalized(tag) not in keys]
        print(f"    {document.title[:50]}: {', '.join(best)} | missed: {', '.join(missed)}")


def measure_phrases(path: Path, analyzer: Analyzer) -> None:
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    analyses = analyzer.analyze_all([line[0] for line in lines])
    for top in (1, 3, 5):
        total = 0.0
        for analysis, line in zip(analyses, lines, strict=True):
            ranked = rank_keywords(analysis, title="", headings=(), blocks=(), top=top)
            total += bigram_f(" ".join(keyword.text for keyword in ranked), line[1])
        print(f"sae4k, best {top} joined  {analyzer.name:18} bigram F {total / len(lines):.3f}")
    whole = sum(bigram_f(line[0], line[1]) for line in lines) / len(lines)
    print(f"sae4k, the sentence itself {'':14} bigram F {whole:.3f}")


def bigram_f(ours: str, gold: str) -> float:
    left, right = bigrams(ours), bigrams(gold)
    shared = sum((left & right).values())
    return 2 * shared / (sum(left.values()) + sum(right.values())) if shared else 0.0


def bigrams(text: str) -> Counter[str]:
    letters = normalized(text)
    return Counter(letters[i : i + 2] for i in range(len(letters) - 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--analyzer", action="append", help="may be given several times; default kiwi")
    parser.add_argument("--show", action="store_true", help="keywords and missed tags of each document")
    options = parser.parse_args()
    readers = [make_plugin("ingest", name, Reader) for name in plugin_names("ingest")]
    for name in options.analyzer or ["kiwi"]:
        analyzer = make_plugin("analyzers", name, Analyzer)
        for folder in sorted(options.data.glob("blogs/*")):
            if (folder / "gold.jsonl").is_file():
                measure_blog(folder, readers, analyzer, options.show)
        measure_phrases(options.data / "keywords" / "sae4k" / "sae4k_v1.sample2000.tsv", analyzer)


if __name__ == "__main__":
    main()
