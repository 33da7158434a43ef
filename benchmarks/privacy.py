"""Prints how well personal data is found: published cases, real blogs, sentences of news, made sets, and the speed.

python benchmarks/privacy.py [DATA_FOLDER]
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus_to_ft.ingest.base import Reader, SourceFile
from corpus_to_ft.ingest.stage import read_documents
from corpus_to_ft.plugin import make_plugin
from corpus_to_ft.privacy.find import find_personal
from corpus_to_ft.privacy.kinds import LABELS, PersonalKind
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Document

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from personal_data import negatives, positives

USUAL, EVERYTHING = PrivacySettings(), PrivacySettings(types=tuple(LABELS))
KINDS: dict[str, PersonalKind] = {
    "KR_RRN": "resident_number", "KR_FRN": "foreigner_number", "KR_PASSPORT": "passport", "KR_BRN": "business_number",
    "KR_DRIVER_LICENSE": "driver_license", "EMAIL_ADDRESS": "email", "phone": "phone", "IP_ADDRESS": "ip_address",
}  # fmt: skip
TIMES = 5


def lines(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def published(data: Path) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for case in lines(data / "pii/presidio/cases.jsonl"):
        kind = KINDS.get(case["entity"])
        got = {(f.start, f.end) for f in find_personal(case["text"], EVERYTHING) if f.kind == kind}
        wanted = {tuple(span) for span in case["spans"]} if kind else set()
        counts[case["entity"], "hit"] += len(got & wanted)
        counts[case["entity"], "missed"] += len(wanted - got)
        counts[case["entity"], "wrong"] += len(got - wanted)
    for entity, kind in KINDS.items():
        hit, missed, wrong = (counts[entity, what] for what in ("hit", "missed", "wrong"))
        print(
            f"presidio {kind}: recall {hit / (hit + missed):.3f}, precision {hit / (hit + wrong):.3f} of {hit + missed}"
        )


def blogs(data: Path) -> None:
    known: dict[str, list[tuple[int, int]]] = {}
    for one in lines(data / "pii/real-in-blogs/candidates.jsonl"):
        known.setdefault(one["file"], []).append((one["start"], one["end"]))
    hit = total = 0
    for path in sorted((data / "blogs").glob("*/md/**/*.md")):
        name, text = str(path.relative_to(data)), path.read_bytes().decode("utf-8")
        places = known.get(name, [])
        found = find_personal(text, USUAL)
        total += len(places)
        hit += sum(any(f.start <= start and end <= f.end for f in found) for start, end in places)
        for one in found:
            if not any(one.start < end and start < one.end for start, end in places):
                print(f"    beside the list: {name} {one.kind} {text[one.start : one.end]!r}")
    print(f"real addresses in blogs: {hit} of {total}")


def news(data: Path) -> None:
    names, hit, wrong, people = PrivacySettings(types=("name",)), 0, 0, 0
    for path in (data / "pii/klue-ner").glob("*.jsonl"):
        for one in lines(path):
            text = one["text"]
            for found in find_personal(text, USUAL):
                print(f"    klue-ner {found.kind} {text[found.start : found.end]!r}")
            spans = [(start, end) for start, end, tag, _ in one["entities"] if tag == "PS"]
            people += len(spans)
            for found in find_personal(text, names):
                is_person = any(start < found.end and found.start < end for start, end in spans)
                hit, wrong = hit + is_person, wrong + (not is_person)
    print(
        f"klue-ner names: precision {hit / max(hit + wrong, 1):.3f} ({hit} of {hit + wrong}), recall {hit / people:.3f}"
    )


def made() -> None:
    hits: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for kind, text, value in positives():
        start = text.index(value)
        totals[kind] += 1
        hits[kind] += any(f.start <= start and start + len(value) <= f.end for f in find_personal(text, USUAL))
    wrong = sum(bool(find_personal(text, USUAL)) for text in negatives())
    for kind, total in totals.items():
        print(f"made {kind}: recall {hits[kind] / total:.3f} of {total}")
    share = hits.total() / totals.total()
    print(f"made, all: recall {share:.3f} of {totals.total()}, {wrong} of {len(negatives())} traps fell for")


def speed(data: Path) -> None:
    """The best of some runs, as a share of reading the same files without the finder."""
    for what, reader, pattern in (
        ("Markdown", "markdown", "blogs/*/md/**/*.md"),
        ("HTML", "html", "blogs/skt-ospo/**/*.html"),
    ):
        readers = [make_plugin("ingest", reader, Reader)]
        files = [SourceFile(source=p.name, data=p.read_bytes()) for p in sorted(data.glob(pattern))[:150]]
        reading = finding = float("inf")
        documents: list[Document] = []
        for _ in range(TIMES):
            begun = time.process_time()
            read = [one for file in files for one in read_documents(file, readers, privacy=NOTHING)]
            reading = min(reading, time.process_time() - begun)
            documents = [one for one in read if isinstance(one, Document)]
            begun = time.process_time()
            for one in documents:
                find_personal(one.title, USUAL), find_personal(one.text, USUAL)
            finding = min(finding, time.process_time() - begun)
        chars = sum(len(one.text) for one in documents)
        print(f"{what}: {chars / finding / 1e6:.1f} million characters/s, {finding / reading:.1%} of reading")


NOTHING = PrivacySettings(**{"except": tuple(LABELS)})


def main(data: Path) -> None:
    published(data)
    blogs(data)
    news(data)
    made()
    speed(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent.parent / "shared" / "data")
