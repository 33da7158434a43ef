"""Strings that break software as titles, tags, texts, file names and replies of a model, through the whole line.

    python -m benchmarks.naughty [STRINGS.json] [--only embedded names truthful junk]

A string is `exact` where it stands as it was, in NFC, in the document and in a training line; `cleaned` where
characters without a meaning were taken out, as everywhere; otherwise what became of it needs a reason. Reports must
stay well-formed: HTML without a tag or an attribute that a string brought along, JSON and the card's head that parse.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

from benchmarks.hostile_files import sentences
from benchmarks.measured import ROOT, Ran, counted, last_line, run_line
from corpus_to_ft.decode import clean_text
from corpus_to_ft.ingest.files import nfc
from tests.serving import serve

STRINGS = ROOT.parent / "shared" / "data" / "faults" / "strings" / "blns.half-a.json"
WAYS = ("embedded", "names", "truthful", "junk")
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
# Nothing that a report is made of.
FOREIGN = frozenset(
    [
        "iframe",
        "object",
        "embed",
        "form",
        "audio",
        "video",
        "marquee",
        "bgsound",
        "applet",
        "frame",
        "frameset",
        "layer",
    ]
)
NAME_BYTES = 200
KEEP = "privacy.mode=keep"


class _WellFormed(HTMLParser):
    """Collects what is wrong: tags that are not closed in order, and what runs programs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in FOREIGN or any(name.startswith("on") or "<" in name for name, _ in attributes):
            self.faults.append(f"foreign <{tag}>")
        if any((value or "").strip().lower().startswith("javascript:") for _, value in attributes):
            self.faults.append(f"a program in <{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")


def ill_formed(out: Path) -> list[str]:
    """What is wrong with the report, the card and the manifest."""
    page = _WellFormed()
    page.feed((out / "report.html").read_text(encoding="utf-8"))
    page.close()
    found = page.faults + [f"<{tag}> is not closed" for tag in page.open]
    try:
        json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        head = (out / "README.md").read_text(encoding="utf-8").split("---\n")[1]
        if not isinstance(yaml.safe_load(head), dict):
            found.append("the card has no head")
    except (ValueError, IndexError, yaml.YAMLError) as error:
        found.append(f"{type(error).__name__}: {error}")
    return found


def training_lines(out: Path) -> Iterator[str]:
    for name in ("train.jsonl", "validation.jsonl"):
        for line in (out / name).read_text(encoding="utf-8").split("\n")[:-1]:
            yield "\n".join(message["content"] for message in json.loads(line)["messages"])


def text_around(string: str, number: int) -> str:
    """Different from text to text, so that none falls out as another's copy."""
    return f"{sentences(3, number)}\n\n{number}번 실험에서 입력 칸에 넣은 문자열은 「{string}」 하나뿐이었습니다."


def write_strings(strings: Sequence[str], path: Path) -> None:
    lines = [{"title": s, "tags": [s], "text": text_around(s, number)} for number, s in enumerate(strings, 1)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def verdicts(ran: Ran, strings: Sequence[str]) -> tuple[dict[str, Counter[str]], list[str]]:
    """By place, how many strings came through how; and those that were lost."""
    found: dict[str, Counter[str]] = {place: Counter() for place in ("title", "tags", "text", "training line")}
    documents = {line["source"]: line for line in ran.lines("documents")}
    rejected: defaultdict[str, list[str]] = defaultdict(list)
    for line in ran.lines("rejected"):
        rejected[line["source"]].append(line["reason"])
    said = "\n\n".join(training_lines(ran.out))
    lost = []
    for number, string in enumerate(strings, 1):
        source = f"naughty.jsonl!line {number}"
        document = documents.get(source)
        if document is None:
            reason = next(iter(rejected[source]), "")
            found["text"][reason or "LOST"] += 1
            lost += [] if reason else [f"{source}: {string!r} gave nothing"]
            continue
        told = text_around(string, number)
        forms = _forms(string)
        places = {"title": document["title"], "tags": " ".join(document["tags"])}
        for place, held in places.items():
            found[place][_form(held, *(" ".join(form.split()) for form in forms))] += 1
        found["text"][_form(document["text"], *_forms(told))] += 1
        verdict = next(
            (name for name, form in zip(("exact", "cleaned"), _forms(told), strict=True) if form in said), ""
        )
        if not verdict:
            verdict = f"rejected: {rejected[source][0]}" if rejected[source] else "other examples only"
        found["training line"][verdict] += 1
    return found, lost


def _forms(string: str) -> tuple[str, str]:
    return unicodedata.normalize("NFC", string), clean_text(string)


def _form(held: str, exact: str, cleaned: str) -> str:
    return "exact" if held == exact else "cleaned" if held == cleaned else "none" if not held else "other"


def names_of(strings: Sequence[str], folder: Path) -> set[str]:
    """A file under each string that can be a name; returns the names as they should be told."""
    made = set()
    for number, string in enumerate(strings, 1):
        name = f"{string.replace('/', '').replace(chr(0), '')}.txt"
        if len(name.encode("utf-8", "replace")) > NAME_BYTES or name.startswith("."):
            continue
        (folder / name).write_text(text_around(str(number), number), encoding="utf-8", errors="replace")
        made.add(nfc(name))
    return made


def junk(strings: Sequence[str]) -> list[str]:
    """Each string bare, and in every shape that is asked for."""
    shapes: list[Any] = []
    for string in strings:
        shapes += [
            {"items": [{"question": f"{string} 무엇인가요?", "answer": string, "evidence": string}]},
            {"keywords": [string]},
            {"summary": string},
        ]
    return [*strings, *(json.dumps(shape, ensure_ascii=False) for shape in shapes)]


def run_way(way: str, strings: Sequence[str], scratch: Path) -> list[str]:
    """Prints what became of the strings; returns what is wrong."""
    folder = scratch / way
    folder.mkdir()
    if way == "names":
        wanted = names_of(strings, folder)
    else:
        write_strings(strings, folder / "naughty.jsonl")
    source = [folder if way == "names" else folder / "naughty.jsonl"]
    if way in ("truthful", "junk"):
        with serve() as server:
            if way == "junk":
                server.set(replies=junk(strings))
            options = ["provider.use=openai_compatible", "provider.model=m", f"provider.base_url={server.url}"]
            ran = run_line(source, scratch / f"{way}-out", KEEP, *options, "provider.max_concurrency=8")
            print(f"{way}: {server.stats()['requests']} requests")
    else:
        ran = run_line(source, scratch / f"{way}-out", KEEP)
    print(f"{way}: exit {ran.exit}, {ran.seconds:.0f} s, {ran.main_mb:.0f} MB, {ran.outcome.get('examples')} examples")
    if ran.crashed:
        return [f"{way}: crash: {last_line(ran.error)}"]
    print(f"    rejected: {counted(ran.outcome['rejected'])}")
    wrong = [f"{way}: {fault}" for fault in ill_formed(ran.out)]
    if way == "names":
        told = {line["source"] for each in ("documents", "rejected", "notes") for line in ran.lines(each)}
        print(f"    {len(wanted)} names, {len(wanted & {line['source'] for line in ran.lines('documents')})} documents")
        return wrong + [f"names: not told of {name!r}" for name in sorted(wanted - told)]
    found, lost = verdicts(ran, strings)
    print(*(f"    {place}: {counted(ways)}" for place, ways in found.items()), sep="\n")
    return wrong + [f"{way}: {each}" for each in lost]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strings", nargs="?", type=Path, default=STRINGS)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=WAYS)
    chosen = parser.parse_args()
    strings = json.loads(chosen.strings.read_text(encoding="utf-8"))
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for way in chosen.only:
            wrong += run_way(way, strings, Path(scratch))
    print(f"wrong: {len(wrong)}", *wrong, sep="\n    ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
