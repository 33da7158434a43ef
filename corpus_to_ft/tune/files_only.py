"""No server: the checked files and what to do with them, in a folder, for whoever trains by hand or elsewhere."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from corpus_to_ft.errors import TuneError, boundary
from corpus_to_ft.language import Sentence, korean
from corpus_to_ft.tune.base import Standing, Tuner
from corpus_to_ft.tuning import TrainingFile, TuneJob
from corpus_to_ft.validate.base import Finding

JOB_FILE, READ_ME = "job.json", "README.md"
PART = ".part"
HEADS = {"train": Sentence("train with this file"), "validation": Sentence("validate with this file")}
ASKED = Sentence("When you ask the tuned model, write questions as they stand in the file:")


class FilesOnlyTuner(Tuner):
    """`folder` is where everything is put, beside the training file unless it is an absolute path."""

    is_remote: ClassVar[bool] = False
    shaping: ClassVar[frozenset[str]] = frozenset({"folder"})

    api_key_env: str = ""
    folder: str = "to-tune"

    def check(self, job: TuneJob) -> Iterator[Finding]:
        del job
        yield from ()

    def upload(self, file: TrainingFile, path: Path) -> str:
        place = self._folder(file) / _safe(file)
        with boundary(OSError, to=TuneError, message=Sentence("cannot write {path}", path=place)):
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(place.name + PART)
            shutil.copyfile(path, part)
            part.replace(place)
        return str(place)

    def find_file(self, file: TrainingFile, since: datetime) -> str | None:
        del since
        place = self._folder(file) / _safe(file)
        same = place.is_file() and place.stat().st_size == file.size and _sha256(place) == file.sha256
        return str(place) if same else None

    def has_file(self, file_id: str) -> bool:
        return Path(file_id).is_file()

    def create(self, job: TuneJob) -> Standing:
        folder = self._folder(job.files[0])
        for file in job.files:
            # The same bytes may lie where an earlier job of another folder put them.
            if self.find_file(file, datetime.now(UTC)) is None:
                self.upload(file, Path(file.remote_id))
        facts = {
            "job": job.id,
            "target": job.target,
            "model": job.model,
            "method": job.method,
            "hyperparameters": dict(job.hyperparameters),
            "suffix": job.suffix,
            "seed": job.seed,
            "asking": dict(job.asking),
            "files": [
                {"role": file.role, "name": _safe(file), "bytes": file.size, "lines": file.lines, "sha256": file.sha256}
                for file in job.files
            ],
        }
        # The machine's file comes last: where it lies, all the others do.
        _write(folder / READ_ME, _instructions(job))
        _write(folder / JOB_FILE, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
        return _standing(folder)

    def find_job(self, job: TuneJob, since: datetime) -> Standing | None:
        del since
        folder = self._folder(job.files[0])
        return _standing(folder) if _written_for(folder) == job.id else None

    def look(self, job: TuneJob) -> Standing | None:
        folder = Path(job.remote_id)
        return _standing(folder) if folder.is_dir() else None

    def cancel(self, job: TuneJob) -> Standing | None:
        """It has ended as soon as it was made."""
        return self.look(job)

    def _folder(self, file: TrainingFile) -> Path:
        return Path(file.path).absolute().parent / Path(self.folder).expanduser()


def _safe(file: TrainingFile) -> str:
    """A name, never a way to another folder."""
    return Path(file.name).name


def _standing(folder: Path) -> Standing:
    return Standing(
        id=str(folder), status="written", state="succeeded", finished_at=datetime.now(UTC).isoformat(timespec="seconds")
    )


def _written_for(folder: Path) -> str:
    try:
        return str(json.loads((folder / JOB_FILE).read_text(encoding="utf-8"))["job"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(path: Path, text: str) -> None:
    with boundary(OSError, to=TuneError, message=Sentence("cannot write {path}", path=path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + PART)
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _instructions(job: TuneJob) -> str:
    """Korean first, then English; both are read wherever the folder goes."""
    told = [
        Sentence("These files are checked for {target} and ready to train on.", target=job.target),
        Sentence("Model: {model}", model=job.model or "-"),
        *(
            Sentence(
                "{name}: {what} ({lines:,} lines, {tokens:,} tokens, SHA-256 {sha256})",
                name=_safe(file), what=HEADS[file.role], lines=file.lines, tokens=file.tokens, sha256=file.sha256,
            )
            for file in job.files
        ),
        *(Sentence("{name}: {value}", name=name, value=str(value)) for name, value in job.hyperparameters.items()),
    ]  # fmt: skip
    asking = json.dumps(dict(job.asking), ensure_ascii=False) if job.asking else ""
    blocks = []
    for title, say in ((Sentence("Ready to train"), korean), (Sentence("Ready to train"), str)):
        lines = [f"# {say(title)}", "", *(f"- {say(sentence)}" for sentence in told)]
        if asking:
            lines += ["", say(ASKED), "", f"    {asking}"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
