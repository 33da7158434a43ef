"""Writes what `prepare` made: beside the input under the classic names, or into a folder that other commands know."""

from __future__ import annotations

import hashlib
import heapq
import json
import shutil
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_to_ft import __version__
from corpus_to_ft.errors import ConfigError, StoreError
from corpus_to_ft.language import Sentence
from corpus_to_ft.prepare.files import MadeFile, Parts, classic_names, part_of, write_lines, write_objects
from corpus_to_ft.prepare.lines import make_writer
from corpus_to_ft.prepare.passes import Finished
from corpus_to_ft.prepare.survey import Survey
from corpus_to_ft.records import Split, Target
from corpus_to_ft.write.base import dump_line
from corpus_to_ft.write.manifest import Input, Leakage, PersonalData, RunFacts, Written, WrittenFile, manifest_text

MANIFEST, TRAIN, VALIDATION, REJECTED, PROVENANCE = (
    "manifest.json", "train.jsonl", "validation.jsonl", "rejected.jsonl", "provenance.jsonl",
)  # fmt: skip
# Of a run, which puts its own files of these names there.
RUN_STORE = "run.sqlite"
# Conversations are counted from 0 in each file.
CLOVA = "clova"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that is written. `to_validation` is None where nothing is set aside."""

    path: Path
    target: Target
    writer_asking: Mapping[str, Any]
    found: Survey
    finished: Finished
    to_validation: npt.NDArray[np.bool_] | None
    rejected: Mapping[str, int]
    warnings: Sequence[str]
    applied: Sequence[str]
    notes: Mapping[str, int]
    # Questions at least so alike are on one side of the split; 1.0: only the same ones are.
    searched_from: float

    def lines(self, *, validation: bool) -> Iterator[tuple[bytes, int]]:
        """The finished lines of one side, with their tokens."""
        place = 0
        for position, (line, tokens) in enumerate(
            zip(self.finished.lines.read_bytes(), array("I", self.finished.tokens.tobytes()), strict=True)
        ):
            if (self.to_validation is not None and bool(self.to_validation[position])) != validation:
                continue
            if self.target.writer == CLOVA:
                line = (dump_line({**json.loads(line), "C_ID": place}) + "\n").encode()
            place += 1
            yield line, tokens

    @property
    def rejected_lines(self) -> Iterator[dict[str, Any]]:
        both = (self.found.refused.read(), self.finished.refused.read())
        return heapq.merge(*both, key=lambda each: int(each["line"]))


def write_beside(result: Result) -> list[MadeFile]:
    """Under the classic names; nothing that is there is replaced."""
    parts = Parts()
    names = classic_names(result.path, divided=result.to_validation is not None)
    splits: list[Split] = ["train", "validation"]
    try:
        made = [
            write_lines(
                parts, name, split, result.lines(validation=split == "validation"),
                byte_order_mark=result.target.byte_order_mark,
            )
            for name, split in zip(names, splits, strict=False)
        ]  # fmt: skip
        parts.put_in_place()
    finally:
        parts.discard()
    return made


def write_folder(result: Result, out: Path) -> list[MadeFile]:
    """The manifest goes first and comes back last, so that its presence means that the files belong together."""
    parts = Parts()
    splits: list[Split] = ["train", *(["validation"] if result.to_validation is not None else [])]  # type: ignore[list-item]
    try:
        made = [
            write_lines(
                parts, out / f"{split}.jsonl", split, result.lines(validation=split == "validation"),
                byte_order_mark=result.target.byte_order_mark,
            )
            for split in splits
        ]  # fmt: skip
        write_objects(parts, out / REJECTED, result.rejected_lines)
        write_objects(parts, out / PROVENANCE, _provenance(result))
        with parts.open(out / MANIFEST) as file:
            file.write(_manifest(result, made).encode())
        stale = [out / MANIFEST, *([] if result.to_validation is not None else [out / VALIDATION])]
        parts.put_in_place(stale)
    finally:
        parts.discard()
    return made


def _provenance(result: Result) -> Iterator[dict[str, Any]]:
    """Which row each line is of, and what else the row said."""
    places = {False: 0, True: 0}
    for position, (number, origin, columns) in enumerate(result.finished.about.read()):
        is_validation = result.to_validation is not None and bool(result.to_validation[position])
        places[is_validation] += 1
        name = VALIDATION if is_validation else TRAIN
        said: dict[str, Any] = {"file": name, "line": places[is_validation], "row": number}
        yield {**said, **({"source": origin} if origin else {}), **({"columns": columns} if columns else {})}


def _manifest(result: Result, made: Sequence[MadeFile]) -> str:
    finished = result.finished
    personal = finished.gathered.tallies.get("personal_data")
    masked = "mask_personal" in result.applied
    facts = RunFacts(
        name=result.path.stem, documents=0, passages=0, summaries=0, made=result.found.rows,
        rejected=result.rejected, rejected_by_stage={"prepare": sum(result.rejected.values())},
        calls={}, cost=0.0, billed_tokens={},
        settings={"target": {"use": result.target.name}, "prepare": {"remedies": list(result.applied)}},
        versions={"corpus-to-ft": __version__}, prompts={},
        inputs=[Input(source=result.path.name, sha256=_sha256(result.path))],
        leakage=Leakage(searched_from=result.searched_from),
        notes=result.notes, warnings=result.warnings,
        personal=PersonalData(mode="mask" if masked else "keep", documents=personal.count if personal else 0),
    )  # fmt: skip
    counts = array("I", np.sort(finished.tokens).tobytes())
    written = Written(
        target=result.target,
        writer=make_writer(result.target),
        files=[
            WrittenFile(
                name=each.path.name, split=each.split or "train", rows=each.rows, size_bytes=each.size_bytes,
                tokens=each.tokens, sha256=each.sha256,
            )
            for each in made
        ],
        token_counts=counts,
        by_maker={result.path.name: finished.lines.count},
    )  # fmt: skip
    content = json.loads(manifest_text(facts, written))
    return json.dumps({**content, "asking": dict(result.writer_asking)}, ensure_ascii=False, indent=2) + "\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_to_overwrite(path: Path, out: Path) -> bool:
    """Whether `out` holds an earlier result of this very file, which is replaced.

    Raises ConfigError where the file itself or what somebody else put there would be lost.
    """
    if not out.exists():
        return False
    if not out.is_dir():
        raise ConfigError(Sentence("{out} is a file; name a folder with -o", out=out))
    taken = [name for name in (TRAIN, VALIDATION, REJECTED, PROVENANCE, MANIFEST, RUN_STORE) if (out / name).exists()]
    for name in taken:
        if (out / name).samefile(path):
            told = "{path} would be overwritten by what is made of it; choose another folder with -o"
            raise ConfigError(Sentence(told, path=path))
    if taken and RUN_STORE not in taken and path.name in _prepared_in(out):
        return True
    if taken:
        told = "{out} holds {name} of something else than {path}, which would be lost; choose another folder with -o"
        raise ConfigError(Sentence(told, out=out, name=taken[0], path=path.name))
    return False


def _prepared_in(out: Path) -> list[str]:
    """Of which files a manifest tells; of a broken-off replacement the one that still has its temporary name."""
    for name in (MANIFEST, part_of(out / MANIFEST).name):
        try:
            told = json.loads((out / name).read_bytes())
            if "prepare" in told["settings"]:
                return [str(each["source"]) for each in told["inputs"]]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return []


def refuse_a_full_disk(path: Path) -> None:
    """Raises StoreError where the folder for temporary files cannot hold what the passes set down."""
    free, wanted = shutil.disk_usage(tempfile.gettempdir()).free, 4 * path.stat().st_size
    if free < wanted:
        told = "{folder} has {free:,} MB free, and preparing {path} sets down about {wanted:,}; set TMPDIR to another"
        mb = 1_000_000
        raise StoreError(Sentence(told, folder=tempfile.gettempdir(), free=free // mb, wanted=wanted // mb, path=path))
