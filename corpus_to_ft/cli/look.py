"""`status`, `show` and `rejected`: looks into a run without changing it."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from corpus_to_ft.contents import UNFINISHED, Contents
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.export import example_line, rejected_line
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.records import Document, Example, Passage
from corpus_to_ft.store import RunStore

# Control characters, and the marks that turn the direction of writing.
CONTROL: dict[int, str | None] = dict.fromkeys(
    (*range(10), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which examples to show."""

    example: str
    kind: str
    source: str
    number: int
    seed: int


def safe(text: str) -> str:
    """Text from documents without what moves a terminal's cursor or turns its writing round."""
    return text.translate(CONTROL)


def typed(path: Path) -> str:
    """As an argument of a command: a name that begins with a dash would be taken for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def print_status(out: Path, *, as_json: bool) -> int:
    with RunStore.read(out) as store:
        counts = {**Contents(store).counts(), "calls": len(store.calls())}
        unfinished = store.fact(UNFINISHED) is not None
    if as_json:
        print(json.dumps({**counts, "unfinished": unfinished}, ensure_ascii=False))
        return ExitCode.DONE
    table = Table(show_header=False, box=None)
    for name, value in counts.items():
        shown = ", ".join(f"{tr(k)} {v:,}" for k, v in value.items()) if isinstance(value, dict) else f"{value:,}"
        table.add_row(tr(name), shown or "0")
    Console().print(table)
    if unfinished:
        print(tr("The run is under way or was broken off; the same command continues it."))
    return ExitCode.DONE


def print_rejected(out: Path, *, reason: str, as_json: bool) -> int:
    with RunStore.read(out) as store:
        found = [item for item in Contents(store).rejected() if reason in ("", item.reason)]
        aside = {item.item_id: store.replies_aside_about(item.item_id) for item in found}
    if as_json:
        for item in found:
            line = rejected_line(item)
            replies = [{"text": a.reply.text, "chars": a.chars, "cut": a.is_cut} for a in aside[item.item_id]]
            line |= {"replies": replies} if replies else {}
            print(json.dumps(line, ensure_ascii=False))
        return ExitCode.DONE
    table = Table(tr("source"), tr("stage"), tr("reason"), tr("detail"))
    # Pictures among documents are only counted, unless somebody asks for them.
    listed = [item for item in found if reason or item.reason != "not_a_document"]
    for item in listed:
        table.add_row(*(escape(safe(text)) for text in (item.source, tr(item.stage), tr(item.reason), tr(item.detail))))
    console = Console()
    if listed:
        console.print(table)
    unread = sum(len(replies) for replies in aside.values())
    if unread:
        print(tr("{count} replies could not be read and were asked for again; --json shows them", count=f"{unread:,}"))
    counted = Counter(item.reason for item in found)
    console.print(", ".join(f"{tr(name)} {count:,}" for name, count in counted.most_common()) or tr("rejected: 0"))
    return ExitCode.DONE


def print_examples(out: Path, wanted: Wanted, *, as_json: bool) -> int:
    with RunStore.read(out) as store:
        contents = Contents(store)
        kept = [
            (split, example)
            for split, example in contents.kept()
            if example.id.startswith(wanted.example)
            and wanted.kind in ("", example.kind)
            and wanted.source in example.source
        ]
        chosen = random.Random(wanted.seed).sample(kept, min(wanted.number, len(kept)))
        of_documents = {example.document_id for _, example in chosen}
        of_passages = {example.passage_id for _, example in chosen}
        documents = {document.id: document for document in contents.documents() if document.id in of_documents}
        passages = {passage.id: passage for passage in contents.passages() if passage.id in of_passages}
    if not kept:
        raise ConfigError(Sentence("no such example in {out}; corpus-to-ft status {out} counts what there is", out=out))
    if as_json:
        for split, example in chosen:
            document = documents[example.document_id]
            print(json.dumps(example_line(example, split, document), ensure_ascii=False))
        return ExitCode.DONE
    console = Console()
    for split, example in chosen:
        _print_example(console, split, example, documents[example.document_id], passages[example.passage_id])
    return ExitCode.DONE


def _print_example(console: Console, split: str, example: Example, document: Document, passage: Passage) -> None:
    turns = Text()
    for message in example.messages:
        turns.append(f"{message.role}: ", style="bold")
        turns.append(safe(message.content) + "\n")
    console.print(Panel(turns, title=f"{example.kind} · {split} · {example.id}", title_align="left"))
    text = Text(safe_same_length(passage.text))
    for span in example.evidence:
        text.stylize("black on yellow", span.start - passage.start, span.end - passage.start)
    where = " › ".join((document.title, *passage.headings))
    console.print(Panel(text, title=escape(safe(f"{document.source} · {where}")), title_align="left", style="dim"))


def safe_same_length(text: str) -> str:
    """Like `safe`, with a space for each character taken, so that offsets stay true."""
    return text.translate(dict.fromkeys(CONTROL, " "))
