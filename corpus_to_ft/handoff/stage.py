"""Reads a finished folder line by line and writes what one trainer wants, each file complete or not there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from corpus_to_ft.errors import ConfigError, InputError, boundary
from corpus_to_ft.handoff.base import Conversation, Exporter, HandedFile, Survey
from corpus_to_ft.handoff.lines import ENCODING, count, reader_for
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Split
from corpus_to_ft.write.base import dump_line
from corpus_to_ft.write.stage import MANIFEST

HANDOFF = "handoff.json"
FILES = tuple(f"{split}.jsonl" for split in get_args(Split))
NAMED_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A line that the trainer would not learn from, or only in part."""

    file: str
    line: int
    reason: str
    detail: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """`left_out` names the first of `lost` lines."""

    folder: Path
    trainer: str
    files: Sequence[HandedFile]
    survey: Survey
    lines: int
    lost: int
    left_out: Sequence[LeftOut]
    command: str


@dataclass(slots=True)
class _Source:
    """The files of a folder and how their lines are read."""

    out: Path
    files: Sequence[Mapping[str, Any]]
    read: Callable[[Any], Conversation]
    lines: int = 0
    lost: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    def conversations(self, name: str) -> Iterator[tuple[int, Conversation | InputError]]:
        """By line number. Raises ConfigError where the file is not what the manifest says."""
        path = self.out / name
        known = next(file for file in self.files if file["name"] == name)
        found = hashlib.sha256()
        with (
            boundary(OSError, to=ConfigError, message=Sentence("{path} cannot be read", path=path)),
            path.open("rb") as file,
        ):
            for number, raw in enumerate(file, 1):
                found.update(raw)
                yield number, self._conversation(raw, first=number == 1)
        if found.hexdigest() != known["sha256"]:
            told = "{path} was changed after it was written; write it again, or prepare it: corpus-to-ft prepare {path}"
            raise ConfigError(Sentence(told, path=path))

    def _conversation(self, raw: bytes, *, first: bool) -> Conversation | InputError:
        try:
            line = json.loads(raw.decode("utf-8-sig" if first else "utf-8"))
        except (ValueError, RecursionError):
            return InputError("not_json", Sentence("the line is not JSON in UTF-8"))
        try:
            return self.read(line)
        except InputError as error:
            return error

    def lose(self, name: str, number: int, error: InputError) -> None:
        self.lost += 1
        if len(self.left_out) < NAMED_LINES:
            self.left_out.append(LeftOut(file=name, line=number, reason=error.reason, detail=error.detail))


def hand_off(out: Path, exporter: Exporter, folder: Path) -> HandedOff:
    """Write the files of `exporter` into `folder` from the data set in `out`; goes over its lines twice.

    Raises ConfigError where `out` is no finished data set, its format holds no conversations, or `folder` is not ours.
    """
    source = _open(out)
    _refuse_what_is_not_ours(folder)
    survey = _survey(source)
    parts: list[Path] = []
    with boundary(OSError, to=ConfigError, message=Sentence("cannot write into {folder}", folder=folder)):
        try:
            files = [_write_lines(source, file["name"], exporter, survey, folder, parts) for file in source.files]
            written = [file for file in files if file.examples]
            if not written:
                raise ConfigError(_nothing_left(out, source))
            for name, text in exporter.settings(survey, files).items():
                _write(folder, name, text, parts)
            made = HandedOff(
                folder=folder, trainer=exporter.name, files=written, survey=survey, lines=source.lines,
                lost=source.lost, left_out=source.left_out, command=exporter.command(survey),
            )  # fmt: skip
            _write(folder, HANDOFF, json.dumps(as_json(made), ensure_ascii=False, indent=2) + "\n", parts)
            _put_in_place(folder, parts, empty=[file.name for file in files if not file.examples])
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
            for made_folder in (*(part.parent for part in parts), folder):
                # Only one that nothing was put into goes.
                with suppress(OSError):
                    made_folder.rmdir()
    return made


def as_json(made: HandedOff) -> dict[str, Any]:
    """What a machine wants to know; names of files are relative to the folder."""
    return {
        "trainer": made.trainer,
        "files": [asdict(file) for file in made.files],
        "max_tokens": made.survey.longest,
        "encoding": ENCODING,
        "length": made.survey.length,
        "lines": made.lines,
        "left_out": made.lost,
        "left_out_lines": [asdict(each) for each in made.left_out],
        "command": made.command,
    }


def _open(out: Path) -> _Source:
    path = out / MANIFEST
    if not path.is_file():
        told = "{out} holds no finished data set (no {name}); make one with corpus-to-ft run or corpus-to-ft prepare -o"
        raise ConfigError(Sentence(told, out=out, name=MANIFEST))
    damaged = Sentence("{path} is no manifest of a data set; write the data set again", path=path)
    with boundary(OSError, ValueError, KeyError, TypeError, to=ConfigError, message=damaged):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        writer, asking, files = str(manifest["target"]["writer"]), dict(manifest["asking"]), list(manifest["files"])
        for file in files:
            # Any other name could lead elsewhere.
            if file["name"] not in FILES or not isinstance(file["sha256"], str):
                raise ValueError(str(file["name"]))
    return _Source(out=out, files=files, read=reader_for(writer, asking))


def _refuse_what_is_not_ours(folder: Path) -> None:
    # One that was broken off while it was put in place has the account under its temporary name.
    if any((folder / name).is_file() for name in (HANDOFF, _part_name(HANDOFF))):
        return
    if folder.exists() and (not folder.is_dir() or any(_is_of_others(path) for path in folder.rglob("*"))):
        told = "{folder} holds other files that could be lost; choose an empty folder with -o"
        raise ConfigError(Sentence(told, folder=folder))


def _is_of_others(path: Path) -> bool:
    """What was left of a hand-off that was broken off is ours."""
    return not path.is_dir() and not (path.name.startswith(".") and path.name.endswith(".part"))


def _part_name(name: str) -> str:
    return f".{name}.part"


def _survey(source: _Source) -> Survey:
    seen = Survey()
    for file in source.files:
        for _, found in source.conversations(file["name"]):
            if isinstance(found, InputError):
                continue
            seen = replace(
                seen,
                longest=max(seen.longest, count(found)),
                preferences=seen.preferences or found.chosen is not None,
                tools=seen.tools or bool(found.tools),
                partly=seen.partly or (found.chosen is None and len(found.learned) < len(found.answers)),
            )
    return seen


def _write_lines(
    source: _Source, name: str, exporter: Exporter, survey: Survey, folder: Path, parts: list[Path]
) -> HandedFile:
    split = name.removesuffix(".jsonl")
    target, examples, digest = exporter.data_name(split), 0, hashlib.sha256()
    part = _part(folder, target, parts)
    with part.open("wb") as file:
        for number, found in source.conversations(name):
            source.lines += 1
            try:
                if isinstance(found, InputError):
                    raise found
                lines = [dump_line(line) for line in exporter.lines(found, survey)]
            except InputError as error:
                source.lose(name, number, error)
                continue
            for line in lines:
                data = f"{line}\n".encode()
                file.write(data)
                digest.update(data)
            examples += len(lines)
        file.flush()
        os.fsync(file.fileno())
    return HandedFile(name=target, split=split, examples=examples, sha256=digest.hexdigest())


def _part(folder: Path, name: str, parts: list[Path]) -> Path:
    part = (folder / name).with_name(_part_name(Path(name).name))
    part.parent.mkdir(parents=True, exist_ok=True)
    parts.append(part)
    return part


def _write(folder: Path, name: str, text: str, parts: list[Path]) -> None:
    _part(folder, name, parts).write_text(text, encoding="utf-8", newline="\n")


def _put_in_place(folder: Path, parts: Sequence[Path], empty: Sequence[str]) -> None:
    """The account goes first and comes back last, so its presence means that the files beside it belong together."""
    (folder / HANDOFF).unlink(missing_ok=True)
    for part in parts:
        final = part.with_name(part.name[1:].removesuffix(".part"))
        if final.relative_to(folder).as_posix() in empty:
            final.unlink(missing_ok=True)
        else:
            part.replace(final)


def _nothing_left(out: Path, source: _Source) -> Sentence:
    if not source.left_out:
        return Sentence("{out} holds no example", out=out)
    first = source.left_out[0]
    told = "none of the {count} lines in {out} can be handed over; {file} line {line}: {detail}"
    return Sentence(told, count=source.lost, out=out, file=first.file, line=first.line, detail=first.detail)
