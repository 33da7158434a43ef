"""Prints how well files are read: encodings, Markdown and metadata, over the shared material.

python benchmarks/reading.py [DATA_FOLDER]
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

from corpus_to_ft.decode import decode, recognize
from corpus_to_ft.errors import InputError
from corpus_to_ft.ingest.base import Page, SourceFile
from corpus_to_ft.ingest.dates import iso_date
from corpus_to_ft.ingest.markdown import MarkdownReader

BLOGS = ("dable-tech", "kakao-oss-guide", "lezhin-tech", "skt-ospo")
MARKUP = {
    "front matter": r"\A---",
    "liquid": r"\{%|%\}",
    "shortcode": r"\{\{|\}\}",
    "attributes": r"\{:[^}\n]*\}",
    "html": r"</?(?:a|b|br|i|p|div|span|sub|sup|img|mark|li|ul|iframe|hr|table|tr|td|strong|em|small)\b[^>\n]*>",
    "math": r"\$\$",
    "bold": r"\*\*",
    "strike": r"~~",
    "heading": r"(?m)^#{1,6} ",
    "link": r"\]\(",
    "fence": r"```",
    "comment": r"<!--",
    "footnote": r"\[\^",
}


def gold_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def encoding_results(data: Path) -> dict[str, str]:
    """A verdict for each file of the three encoding sets."""
    results = {}
    for gold in gold_lines(data / "encodings/chardet-korean/manifest.jsonl"):
        text = recognize((data / "encodings/chardet-korean" / gold["file"]).read_bytes(), source=gold["file"]).text
        same = hashlib.sha256(text.encode()).hexdigest() == gold["sha256_text"]
        results[f"chardet-korean/{gold['file']}"] = "same" if same else "WRONG"
    for gold in gold_lines(data / "encodings/transcoded/manifest.jsonl"):
        folder = data / "encodings/transcoded"
        wanted = unicodedata.normalize("NFC", (folder / gold["gold"]).read_text(encoding="utf-8"))
        try:
            found = decode((folder / gold["file"]).read_bytes(), source=gold["file"])
        except InputError as error:
            results[f"transcoded/{gold['file']}"] = f"refused: {error.reason}"
            continue
        verdict = "same" if found.text == wanted else "lossless WRONG" if gold["lossless"] else "lossy"
        verdict += ", warned" if found.warnings else ""
        results[f"transcoded/{gold['file']}"] = verdict + (", U+FFFD" if "\ufffd" in found.text else "")
    for gold in gold_lines(data / "encodings/html-charset/manifest.jsonl"):
        found = decode((data / "encodings/html-charset" / gold["file"]).read_bytes(), source=gold["file"], html=True)
        results[f"html-charset/{gold['file']}"] = found.encoding
    return results


def read_markdown(folder: Path, path: str) -> Page:
    return next(iter(MarkdownReader().read(SourceFile(source=path, data=(folder / path).read_bytes()))))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[place : place + 4]) for place in range(len(words) - 3))


def shingle_recall(text: str, gold: str) -> float:
    wanted = shingles(unicodedata.normalize("NFC", gold))
    return (wanted & shingles(text)).total() / wanted.total() if wanted else 1.0


def letter_recall(text: str, gold: str) -> float:
    """Recall of runs of 12 letters, blind to white space: the gold text breaks lines at every link and footnote."""

    def runs(whole: str) -> Counter[str]:
        letters = "".join(re.findall(r"\w", unicodedata.normalize("NFC", whole)))
        return Counter(letters[place : place + 12] for place in range(len(letters) - 11))

    wanted = runs(gold)
    return (wanted & runs(text)).total() / wanted.total() if wanted else 1.0


def markup_left(page: Page) -> Counter[str]:
    """Kinds of markup in the blocks that are not code."""
    prose = "\n".join(block.of(page.text) for block in page.blocks if block.kind != "code")
    return Counter({name: len(found) for name, mark in MARKUP.items() if (found := re.findall(mark, prose))})


def metadata_hits(page: Page, gold: dict[str, Any]) -> dict[str, bool]:
    return {
        "title": page.title == unicodedata.normalize("NFC", " ".join(gold["title"].split())),
        "date": (iso_date(page.published) or "") == (iso_date(gold["date"]) or gold["date"]),
        "author": page.author == " ".join(gold["author"].split()),
        "tags": page.meta.get("tags", []) == gold["tags"],
        "published": page.draft != gold["published"],
    }


def gold_of(data: Path, blog: str) -> list[dict[str, Any]]:
    return gold_lines(data / "blogs" / blog / ("pairs.jsonl" if blog == "skt-ospo" else "gold.jsonl"))


def main(data: Path) -> None:
    for name, verdict in encoding_results(data).items():
        print(f"{verdict:24} {name}")
    recalls, letters = {}, []
    for blog in BLOGS:
        hits: Counter[str] = Counter()
        markup: Counter[str] = Counter()
        chars = 0
        golds = gold_of(data, blog)
        for gold in golds:
            page = read_markdown(data / "blogs" / blog, gold["path"])
            chars += len(page.text)
            left = markup_left(page)
            markup += left
            if left and "-v" in sys.argv:
                print("   ", gold["path"], dict(left))
            for name, right in metadata_hits(page, gold).items():
                hits[name] += right
                if not right and "-v" in sys.argv:
                    print("   ", gold["path"], name, repr(getattr(page, name, page.meta)), repr(gold[name]))
            if "gold_text" in gold:
                recalls[gold["path"]] = shingle_recall(page.text, gold["gold_text"])
                letters.append(letter_recall(page.text, gold["gold_text"]))
        shares = ", ".join(f"{name} {count}/{len(golds)}" for name, count in hits.items())
        print(f"{blog}: {shares}; markup {markup.total() / chars * 10_000:.2f} per 10,000 characters {dict(markup)}")
    worst = sorted(recalls.items(), key=lambda item: item[1])[:5]
    print(f"skt-ospo shingle recall {sum(recalls.values()) / len(recalls):.4f}; lowest {worst}")
    print(f"skt-ospo recall of runs of 12 letters: {sum(letters) / len(letters):.4f}; lowest {min(letters):.4f}")


if __name__ == "__main__":
    folders = [name for name in sys.argv[1:] if not name.startswith("-")]
    main(Path(folders[0]) if folders else Path(__file__).resolve().parent.parent.parent / "shared" / "data")
