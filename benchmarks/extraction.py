"""Measures how well saved pages become article text, beside other extractors where they are installed.

    python benchmarks/extraction.py [../shared/data] [--worst 5] [--only corpus_to_ft]

Precision, recall and F1 of four-word shingles a page (mean over pages with at least 300 characters of
gold text), the share of menu lines that leak, pages a second, and the worst pages of each set. On the pages that
tests/layouts makes in the manner of blog platforms, also how many headings, code blocks, list items and table rows
stay what they are. Real pages are measured where their folder is named.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.util
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml.html import fromstring

from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import SourceFile
from corpus_to_ft.ingest.html import HtmlReader

WORD = re.compile(r"\w+")
MIN_GOLD_CHARS = 300
TESTS = Path(__file__).resolve().parent.parent / "tests"
FOREIGN = ("trafilatura", "readability", "resiliparse")
# It gives HTML; the pieces of its text are joined as lines, so that shapes say nothing about it.
SHAPELESS = "readability"
Extractor = Callable[[bytes], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPage:
    """One saved page, the text a person would keep and the lines that must not come with it."""

    name: str
    data: bytes
    text: str
    unwanted: tuple[str, ...] = ()
    # What must keep its shape: headings and list items a line of their own, code its lines, cells of a row one line.
    headings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def kept(self, text: str) -> Counter[str]:
        """How many of each keep their shape in `text`."""
        lines = {squeezed(line) for line in text.split("\n")}
        code = "\n".join(line.rstrip() for line in text.split("\n"))
        return Counter(
            {
                "headings": sum(heading in lines for heading in self.headings),
                "code": sum(wanted in code for wanted in self.codes),
                "items": sum(any(line.endswith(item) for line in lines) for item in self.items),
                "rows": sum(any(all(cell in line for cell in row) for line in lines) for row in self.rows),
            }
        )

    def parts(self) -> Counter[str]:
        return Counter(
            {"headings": len(self.headings), "code": len(self.codes), "items": len(self.items), "rows": len(self.rows)}
        )


@dataclass(slots=True, kw_only=True)
class Score:
    """What one extractor reached on one set."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    f1: list[tuple[float, str]] = field(default_factory=list)
    leaked: int = 0
    unwanted: int = 0
    seconds: float = 0.0
    kept: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    def line(self, extractor: str) -> str:
        pages = len(self.f1)
        leak = self.leaked / self.unwanted if self.unwanted else 0.0
        mean = sum(value for value, _ in self.f1) / pages
        return (
            f"{extractor:<14} P {sum(self.precision) / pages:.4f}  R {sum(self.recall) / pages:.4f}  F {mean:.4f}  "
            f"leak {leak:.4f}  worst {min(self.f1)[0]:.3f}  {pages / self.seconds:7.1f} pages/s"
            + "".join(f"  {kind} {self.kept[kind]}/{count}" for kind, count in self.parts.items() if count)
        )


def squeezed(line: str) -> str:
    return " ".join(line.split())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))


def compare(gold: str, text: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the counted shingles of `text` against those of `gold`."""
    expected, found = shingles(gold), shingles(text)
    shared = (expected & found).total()
    precision, recall = shared / found.total(), shared / expected.total()
    f1 = 2 * precision * recall / (precision + recall) if shared else 0.0
    return precision, recall, f1


def skt_pages(data: Path) -> Iterator[GoldPage]:
    folder = data / "blogs" / "skt-ospo"
    for line in (folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        if len(pair["gold_text"]) >= MIN_GOLD_CHARS:
            yield GoldPage(
                name=pair["id"],
                data=(folder / pair["html"]).read_bytes(),
                text=pair["gold_text"],
                unwanted=tuple(pair["must_not_contain"]),
            )


def news_pages(data: Path) -> Iterator[GoldPage]:
    folder = data / "extraction" / "article-extraction-benchmark"
    for name, truth in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        packed = (folder / "html" / f"{name}.html.gz").read_bytes()
        if len(truth["articleBody"]) >= MIN_GOLD_CHARS:
            yield GoldPage(name=name, data=gzip.decompress(packed), text=truth["articleBody"])


def made_pages() -> Iterator[GoldPage]:
    """Pages that the tests make, of the layouts that blog platforms have; they need no shared material."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    for page in importlib.import_module("layouts").PAGES.values():
        shown, post = page.shows, page.post
        yield GoldPage(
            name=page.name,
            data=page.data,
            text=post.gold,
            unwanted=page.unwanted,
            headings=tuple(part.text for part in post.of("h2", "h3")) if "heading" in shown else (),
            codes=tuple(part.text for part in post.of("code")) if "code" in shown else (),
            items=tuple(item for part in post.of("ul", "ol") for item in part.items) if "list_item" in shown else (),
            rows=tuple(row for part in post.of("table") for row in part.rows) if "table_row" in shown else (),
        )


def extract_here(data: bytes) -> str:
    try:
        return next(HtmlReader().read(SourceFile(source="page.html", data=data))).text
    except InputError as error:
        return f"[{error.reason}]"


def extractors() -> dict[str, Extractor]:
    """Ours first, then each foreign one that can be imported."""
    found: dict[str, Extractor] = {"corpus_to_ft": extract_here}
    if importlib.util.find_spec("trafilatura"):
        trafilatura = importlib.import_module("trafilatura")
        found["trafilatura"] = lambda data: trafilatura.extract(data, include_comments=False) or ""
    if importlib.util.find_spec("readability"):
        readability = importlib.import_module("readability")

        def extract_readability(data: bytes) -> str:
            summary = readability.Document(data.decode("utf-8", "replace")).summary()
            return "\n".join(str(part) for part in fromstring(summary).itertext())

        found["readability"] = extract_readability
    if importlib.util.find_spec("resiliparse"):
        html2text = importlib.import_module("resiliparse.extract.html2text")
        found["resiliparse"] = lambda data: html2text.extract_plain_text(
            data.decode("utf-8", "replace"), main_content=True
        )
    return found


def measure(pages: list[GoldPage], extract: Extractor) -> Score:
    score = Score()
    for page in pages:
        started = time.perf_counter()
        text = extract(page.data)
        score.seconds += time.perf_counter() - started
        precision, recall, f1 = compare(page.text, text)
        score.precision.append(precision)
        score.recall.append(recall)
        score.f1.append((f1, f"{page.name} (P {precision:.3f} R {recall:.3f})"))
        score.leaked += sum(line in text for line in page.unwanted)
        score.unwanted += len(page.unwanted)
        score.kept += page.kept(text)
        score.parts += page.parts()
    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="folder of real pages")
    parser.add_argument("--worst", type=int, default=5)
    parser.add_argument("--only", help="measure only this extractor")
    options = parser.parse_args()
    sets = {"layouts of blog platforms, made by us": list(made_pages())}
    if options.data:
        sets["blogs/skt-ospo"] = list(skt_pages(options.data))
        sets["extraction/article-extraction-benchmark"] = list(news_pages(options.data))
    available = extractors()
    for absent in sorted(set(FOREIGN) - set(available)):
        print(f"{absent} is not installed and not measured")
    for name, pages in sets.items():
        print(f"\n{name}: {len(pages)} pages")
        for extractor, extract in available.items():
            if options.only in (None, extractor):
                score = measure(pages, extract)
                if extractor == SHAPELESS:
                    score.parts.clear()
                print(score.line(extractor))
                for f1, page in sorted(score.f1)[: options.worst]:
                    print(f"    {f1:.3f}  {page}")


if __name__ == "__main__":
    main()
