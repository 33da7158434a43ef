"""Writes the data set: training files, manifest, card and report, each complete or not there."""

from __future__ import annotations

import errno
import hashlib
import heapq
import os
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, get_args

from corpus_to_ft.errors import ConfigError, StoreError, cause_of
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Example, Passage, Split, Target, digest
from corpus_to_ft.write.base import Language, Writer, dump_line, language_of
from corpus_to_ft.write.card import CARD_MARK, render_card
from corpus_to_ft.write.manifest import RunFacts, Shown, Written, WrittenFile, manifest_text
from corpus_to_ft.write.report import render_html, render_markdown

MANIFEST = "manifest.json"
CARD = "README.md"
SHOWN_EXAMPLES = 10
# Windows has no quota error.
DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_dataset(
    out: Path,
    examples: Callable[[], Iterable[tuple[Split, Example]]],
    *,
    target: Target,
    writer: Writer,
    facts: RunFacts,
    passages: Callable[[], Iterable[Passage]],
    has_test: bool = False,
) -> Written:
    """Write everything into `out`; `examples` and `passages` are gone over several times, never held.

    Files of an earlier run are replaced only when all new ones are complete.

    The manifest goes first and comes back last, so its presence means that the files beside it belong together.
    Raises ConfigError or StoreError, which name the path and the remedy, when `out` cannot take the files.
    """
    splits: list[Split] = [split for split in get_args(Split) if split != "test" or has_test]
    settled = writer.settle(example.messages for split, example in examples() if _is_among(split, splits))
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        _refuse_to_replace_a_card_of_others(out / CARD)
        parts = _Parts(out)
        try:
            written = _write_lines(parts, examples, splits, target=target, writer=settled, passages=passages)
            parts.write(CARD, render_card(facts, written))
            parts.write("report.html", render_html(facts, written))
            parts.write("report.md", render_markdown(facts, written))
            parts.write(MANIFEST, manifest_text(facts, written))
            _put_in_place(parts, stale=[] if has_test else ["test.jsonl"])
        finally:
            parts.discard()
    return written


@dataclass(slots=True)
class _Parts:
    """Files under their temporary names, flushed to the disk."""

    out: Path
    names: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        return self.out / f".{name}.part"

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        self.names.append(name)
        with self.path(name).open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def write(self, name: str, text: str) -> None:
        with self.open(name) as file:
            file.write(text.encode("utf-8"))

    def discard(self) -> None:
        for name in self.names:
            self.path(name).unlink(missing_ok=True)


@dataclass(slots=True)
class _Counts:
    """What is counted over all files."""

    tokens: list[int] = field(default_factory=list)
    kinds: dict[str, Counter[Split]] = field(default_factory=dict)
    languages: Counter[Language] = field(default_factory=Counter)
    makers: Counter[str] = field(default_factory=Counter)


def _write_lines(
    parts: _Parts,
    examples: Callable[[], Iterable[tuple[Split, Example]]],
    splits: Sequence[Split],
    *,
    target: Target,
    writer: Writer,
    passages: Callable[[], Iterable[Passage]],
) -> Written:
    counts = _Counts()
    files = []
    for split in splits:
        own = (example for its_split, example in examples() if its_split == split)
        files.append(_write_split(parts, split, own, target, writer, counts))
    shown = heapq.nsmallest(SHOWN_EXAMPLES, examples(), key=lambda entry: digest("shown", entry[1].id))
    wanted = {example.passage_id for _, example in shown}
    passage_of = {passage.id: passage for passage in passages() if passage.id in wanted}
    return Written(
        target=target,
        writer=writer,
        files=files,
        token_counts=sorted(counts.tokens),
        by_kind={kind: {split: found[split] for split in splits} for kind, found in sorted(counts.kinds.items())},
        by_language=dict(counts.languages.most_common()),
        by_maker=dict(sorted(counts.makers.items())),
        shown=[Shown(split=split, example=made, passage=passage_of.get(made.passage_id)) for split, made in shown],
    )


def _write_split(
    parts: _Parts, split: Split, examples: Iterable[Example], target: Target, writer: Writer, counts: _Counts
) -> WrittenFile:
    name, rows, size, tokens, found = f"{split}.jsonl", 0, 0, 0, hashlib.sha256()
    with parts.open(name) as file:
        for example in examples:
            line_tokens = writer.tokens_of(example, target.encoding)
            if line_tokens > target.max_tokens:
                raise AssertionError(
                    f"example {example.id} has {line_tokens} tokens, {target.name} takes {target.max_tokens}: "
                    "the length check must have rejected it"
                )
            line = (dump_line(writer.line_at(rows, example)) + "\n").encode("utf-8")
            if target.byte_order_mark and not rows:
                line = BOM_UTF8 + line
            file.write(line)
            found.update(line)
            rows, size, tokens = rows + 1, size + len(line), tokens + line_tokens
            counts.tokens.append(line_tokens)
            counts.kinds.setdefault(example.kind, Counter())[split] += 1
            counts.languages[language_of(example.messages)] += 1
            counts.makers[example.made_by] += 1
    return WrittenFile(name=name, split=split, rows=rows, size_bytes=size, tokens=tokens, sha256=found.hexdigest())


def _is_among(split: Split, splits: Sequence[Split]) -> bool:
    if split not in splits:
        raise AssertionError(f"an example is in {split}, but no such file is written")
    return True


def _put_in_place(parts: _Parts, stale: Sequence[str]) -> None:
    (parts.out / MANIFEST).unlink(missing_ok=True)
    for name in stale:
        (parts.out / name).unlink(missing_ok=True)
    _flush_folder(parts.out)
    for name in parts.names:
        if name == MANIFEST:
            _flush_folder(parts.out)
        parts.path(name).replace(parts.out / name)
    _flush_folder(parts.out)


def _flush_folder(folder: Path) -> None:
    """Makes renames survive a power cut; Windows has no such thing and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_to_replace_a_card_of_others(card: Path) -> None:
    if card.is_file() and CARD_MARK not in card.read_bytes():
        raise ConfigError(
            Sentence(
                "{card} was not written by corpus-to-ft and would be lost; choose another folder with -o", card=card
            )
        )


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or out
        if error.errno in DISK_FULL:
            raise StoreError(
                Sentence(
                    "the disk is full while writing {place}; free some space and run again, nothing that is "
                    "done is lost",
                    place=place,
                )
            ) from error
        raise ConfigError(
            Sentence(
                "cannot write {place}: {cause}; make {out} writable or choose another folder with -o",
                place=place,
                cause=cause_of(error),
                out=out,
            )
        ) from error
