"""From files and wishes to a job: what goes to the host, whether it would be refused, and what it will cost."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import ConfigError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.records import Target, TunableModel
from corpus_to_ft.targets import load_target, target_names
from corpus_to_ft.tune.ask import asking_of
from corpus_to_ft.tune.stage import digest_of
from corpus_to_ft.tuning import TrainingFile, TuneJob, TuneRole, sent_name
from corpus_to_ft.validate.base import Finding
from corpus_to_ft.validate.estimate import assumed_epochs
from corpus_to_ft.validate.folder import WrittenSet, is_validation, read_manifest
from corpus_to_ft.validate.stage import validate_file
from corpus_to_ft.validate.tally import Tally
from corpus_to_ft.write.stage import MANIFEST

MILLION = 1_000_000
BOM = b"\xef\xbb\xbf"
# Of a file whose prompts end anyhow the model learns neither where a prompt nor where an answer ends.
UNPREPARED = frozenset({"separator_missing", "ending_missing"})
NO_LINES = "no_lines"
# An id of a host, or an address, whose second slash a path has lost.
ELSEWHERE = re.compile(r"file-[\w-]+$|\w+://?\w")
# Held for people; all are counted.
KEPT_FINDINGS = 50
# Between the first line of a job and its last, with the queue before it.
USUAL_DAYS = 1
WARN_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants tuned, as said. `source` is the folder of a data set or a training file."""

    source: Path
    validation: Path | None = None
    target: str = ""
    model: str = ""
    method: str = ""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = ""
    seed: int | None = None
    wandb: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it would be sent, and what was found in it."""

    file: TrainingFile
    counts: Tally
    findings: tuple[Finding, ...]
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """The files of a wish, their target and their manifest."""

    folder: Path
    target: Target
    training: Path
    validation: Path | None
    manifest: WrittenSet | None


def find_data(wish: Wish) -> DataSet:
    """Raises ConfigError where there is nothing to train with, or nobody said for which target."""
    folder = wish.source if wish.source.is_dir() else wish.source.parent
    manifest = read_manifest(folder)
    if wish.source.is_dir():
        if manifest is None or not manifest.digests:
            said = "{path} holds no manifest.json; name a file, or the folder that a run or prepare wrote"
            raise ConfigError(Sentence(said, path=wish.source))
        names = list(manifest.digests)
        training = folder / names[0]
        others = [name for name in names[1:] if is_validation(name) and not name.startswith("test")]
        validation = wish.validation or (folder / others[0] if others else None)
    else:
        training, validation = wish.source, wish.validation
        manifest = manifest if manifest and training.name in manifest.digests else None
    for path in filter(None, (training, validation)):
        if not path.exists() and ELSEWHERE.match(str(path)):
            said = "{path} is not on this machine: name the file itself; what a host has already is not sent again"
            raise ConfigError(Sentence(said, path=path))
        if not path.is_file():
            raise ConfigError(Sentence("there is no file {path}", path=path))
    name = wish.target or (manifest.target if manifest else "")
    if not name:
        said = "name the target with --target; there are: {names}"
        raise ConfigError(Sentence(said, names=", ".join(target_names())))
    return DataSet(
        folder=folder, target=load_target(name), training=training, validation=validation, manifest=manifest
    )  # fmt: skip


def check_files(data: DataSet) -> Iterator[Checked]:
    """Goes through each file once."""
    training: Tally | None = None
    roles: list[tuple[TuneRole, Path | None]] = [("train", data.training), ("validation", data.validation)]
    for role, path in roles:
        if path is None:
            continue
        counts, kept, refused = Tally(), list[Finding](), 0
        asking = data.manifest.asking if data.manifest else {}
        # Splits of one set are compared with each other; whoever names a file beside it knows why.
        found = validate_file(path, data.target, training=training, asking=asking, tally=counts)
        for finding in found:
            # Nobody measures with nothing.
            is_refused = finding.level == "error" or finding.code in UNPREPARED or finding.code == NO_LINES
            refused += is_refused
            if len(kept) < KEPT_FINDINGS and (is_refused or finding.level == "warning"):
                kept.append(finding)
        for finding in data.manifest.check(path.name, counts) if data.manifest else ():
            kept.append(finding)
            refused += finding.level == "error"
        if training and training.sha256 == counts.sha256:
            said = "the validation file is the training file; what is measured with it proves nothing"
            kept.insert(0, Finding(0, "validation_is_training", "error", Sentence(said)))
            refused += 1
        training = training or counts
        yield Checked(
            file=_as_sent(path, role, counts, data.target), counts=counts, findings=tuple(kept), refused=refused
        )  # fmt: skip


def _as_sent(path: Path, role: TuneRole, counts: Tally, target: Target) -> TrainingFile:
    size, sha256 = counts.size_bytes, counts.sha256
    with boundary(OSError, to=ConfigError, message=Sentence("cannot read {path}", path=path)), path.open("rb") as data:
        adds_mark = target.byte_order_mark and data.read(len(BOM)) != BOM
        if adds_mark:
            size, sha256 = digest_of(path, before=BOM)
    return TrainingFile(
        role=role, path=str(path.absolute()), name=sent_name(path.name, sha256), size=size, sha256=sha256,
        lines=counts.counted, tokens=counts.tokens, byte_order_mark=adds_mark,
    )  # fmt: skip


def plan_job(
    wish: Wish, data: DataSet, files: Sequence[Checked], *, model: str, base_url: str, api_key_env: str,
    settings: Mapping[str, Any], shaping: Collection[str] = (),
) -> TuneJob:  # fmt: skip
    """The job with its price; nothing of it is written down or sent yet. `shaping` is as in `Tuner`."""
    target, training = data.target, files[0]
    asked = wish.hyperparameters.get("epochs")
    epochs = asked if isinstance(asked, int) else assumed_epochs(target, training.file.lines)
    price = known_model(target, model)
    rate = price.training if price else None
    # What a host cuts it does not bill; what would be cut is refused before.
    cost = None if rate is None else training.file.tokens * epochs * rate / MILLION
    manifest, writer = data.folder / MANIFEST, training.counts.format or target.writer
    return TuneJob.make(
        target=target.name,
        tuner=target.tuner,
        model=model,
        base_url=base_url,
        api_key_env=api_key_env,
        files=tuple(each.file for each in files),
        planned_at=datetime.now(UTC).isoformat(),
        method=wish.method or ("dpo" if target.writer == "preference" else "supervised"),
        hyperparameters=wish.hyperparameters,
        suffix=wish.suffix,
        seed=wish.seed,
        wandb=wish.wandb,
        metadata=wish.metadata,
        settings=settings,
        shaping={name: value for name, value in settings.items() if name in shaping},
        out=str(data.folder.absolute()),
        writer=writer,
        asking=data.manifest.asking if data.manifest else asking_of(data.training, writer),
        manifest_sha256=digest_of(manifest)[1] if data.manifest else "",
        cost=cost,
        epochs_assumed=None if isinstance(asked, int) else epochs,
        price_date=target.verified_on if cost is not None else "",
    )


def known_model(target: Target, model: str) -> TunableModel | None:
    """What the table has of a model, of the one it was tuned from, or of the one that a dated name means."""
    base = model.split(":")[1] if model.startswith("ft:") and model.count(":") > 1 else model
    found = [name for name in target.models if base == name or base.startswith(f"{name}-20")]
    return target.models[max(found, key=len)] if found else None


def last_day_of(target: Target, job: TuneJob) -> str:
    """The ISO date on which the base model of a job ends; empty where nobody knows. Another address has other days."""
    known = known_model(target, job.model)
    return known.shutdown if known and job.base_url == target.base_url.rstrip("/") else ""


def check_dates(target: Target, model: str, shutdown: str, today: date) -> Iterator[Finding]:
    """Whether there is still a model when the training is done. `shutdown` is what the host says, else the table's."""
    if target.closes and today.isoformat() >= target.closes:
        said = "{target} starts no job since {date}"
        yield Finding(0, "host_closed", "error", Sentence(said, target=target.name, date=target.closes))
    if not shutdown:
        return
    left = (date.fromisoformat(shutdown) - today).days
    if left <= USUAL_DAYS:
        said = "{model} ends on {date}, before or with the training; all that is tuned from it ends with it"
        yield Finding(0, "model_ends", "error", Sentence(said, model=model, date=shutdown))
    elif left <= WARN_DAYS:
        said = "{model} and all that is tuned from it end on {date}: {days} days of use"
        told = Sentence(said, model=model, date=shutdown, days=left - USUAL_DAYS)
        yield Finding(0, "model_ends_soon", "warning", told)


def takers(target: Target, today: date) -> list[str]:
    """Other targets that take these very lines, and are open."""
    formats = {target.writer}
    found = []
    for name in target_names():
        other = load_target(name)
        is_open = not other.closes or today.isoformat() < other.closes
        takes = bool(formats & {other.writer, *other.formats})
        if name != target.name and other.base_url != target.base_url and takes and is_open and other.tuner:
            found.append(name)
    return found
