"""The saved state machine: one file, one job and one charge, whenever the process dies and whatever reply is lost.

Each step is written down before and after. Before: so that whoever comes next knows that a call may have arrived, and
looks at the host first. After: so that it is never looked for again. A job of one kind of host is driven as that of any
other; what differs is the tuner.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus_to_ft.errors import ConfigError, ProviderError, StoreError, TuneError, boundary
from corpus_to_ft.language import Sentence
from corpus_to_ft.llm.made_once import Maker
from corpus_to_ft.llm.sdk import Away
from corpus_to_ft.records import digest
from corpus_to_ft.store.jobs import JobLedger, SentFile
from corpus_to_ft.tune.base import Standing, TrainingNotAvailable, Tuner
from corpus_to_ft.tuning import BEFORE_THE_JOB, TrainingFile, TuneEvent, TuneJob

PAUSE_GROWTH = 1.3
COPY_BYTES = 1 << 20
EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How often a host is asked, and how long it may be away. What was made there may need `listed_s` until it stands
    in its lists. A server that asks for a longer wait than `longest_wait_s` is asked again after that."""

    first_pause_s: float = 5.0
    longest_pause_s: float = 60.0
    patience_s: float = 1800.0
    listed_s: float = 5.0
    longest_wait_s: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Moves jobs of one host. `tell` hears what people should know while it goes on."""

    tuner: Tuner
    ledger: JobLedger
    manners: Manners = Manners()
    tell: Callable[[Sentence], None] = lambda _: None

    def send(self, job: TuneJob) -> TuneJob:
        """Until the host has the job, from wherever an earlier process was with it."""
        is_new = False
        if job.state in ("planned", "uploading"):
            job = self._uploaded(self.ledger.save(replace(job, state="uploading")))
        elif job.state in ("uploaded", "creating"):
            job = self._renewed(job)
        if job.state == "uploaded":
            job, is_new = self.ledger.save(replace(job, state="creating")), True
        if job.state == "creating":
            job = self._created(job, is_new=is_new)
        return job

    def look(self, job: TuneJob) -> TuneJob:
        """The job with what the host says of it now. Raises TuneError where the host does not know it."""
        if job.state in BEFORE_THE_JOB or job.has_ended:
            return job
        return self._with(job, self._known(job, self.tuner.look(job)))

    def cancel(self, job: TuneJob) -> TuneJob:
        """Ends it at the host. One that may be there is looked for first; one that is not is only ended here."""
        if job.has_ended:
            return job
        if job.state in BEFORE_THE_JOB:
            standing = self._maker.found(lambda: self._find_job(job)) if job.state == "creating" else None
            if standing is None:
                return self.ledger.save(replace(job, state="cancelled"), note="it was never created")
            job = self._with(job, standing)
        standing = self.tuner.cancel(job)
        if standing is None:
            self.tell(Sentence("{host} knows no job {id}; it is ended here alone", host=self._server, id=job.remote_id))
            return self.ledger.save(replace(job, state="cancelled"), note="the host knows no such job")
        return self._with(job, standing)

    def pause(self, job: TuneJob) -> TuneJob:
        return self._with(job, self.tuner.pause(job))

    def resume(self, job: TuneJob) -> TuneJob:
        return self._with(job, self.tuner.resume(job))

    def follow(self, job: TuneJob, seen: Callable[[TuneJob, list[TuneEvent]], None]) -> TuneJob:
        """Until the job has ended. A host that is away for longer than our patience ends the watch, never the job."""
        pause_s, answered_at, last, is_away = self.manners.first_pause_s, time.monotonic(), "", False
        while True:
            wait_s = pause_s
            try:
                before = job
                job = self.look(job)
                told = self.heard(job, last)
                last = told[-1].id if told else last
                seen(job, told)
                answered_at, is_away = time.monotonic(), False
                if job.has_ended:
                    return job
                has_news = bool(told) or before.status != job.status
                pause_s = self.manners.first_pause_s if has_news else self._longer(pause_s)
            except Away as away:
                if away.wait_s is not None:
                    # It is there, and says when.
                    answered_at = time.monotonic()
                    wait_s = max(pause_s, min(away.wait_s, self.manners.longest_wait_s))
                    self.tell(Sentence("{why}; asking again in {seconds:.0f} s", why=away.sentence, seconds=wait_s))
                elif time.monotonic() - answered_at > self.manners.patience_s:
                    raise
                elif not is_away:
                    is_away, left_min = True, max(1, round(self.manners.patience_s / 60))
                    said = "{why}; asking again for {minutes} minutes"
                    self.tell(Sentence(said, why=away.sentence, minutes=left_min))
                pause_s = self._longer(pause_s)
            time.sleep(wait_s)

    def news(self, job: TuneJob, last: str = "") -> list[TuneEvent]:
        """The events since `last`. They are kept here as well, for hosts forget them."""
        told = list(self.tuner.events(job, last))
        self.ledger.keep_events(job.id, told)
        return told

    def heard(self, job: TuneJob, last: str = "") -> list[TuneEvent]:
        """As `news`, but a job that has ended has done so whether or not its events can be had."""
        try:
            return self.news(job, last)
        except (ProviderError, TuneError) as error:
            if not job.has_ended:
                raise
            self.tell(error.sentence)
            return []

    def _longer(self, pause_s: float) -> float:
        return min(pause_s * PAUSE_GROWTH, self.manners.longest_pause_s)

    def _uploaded(self, job: TuneJob) -> TuneJob:
        for number, file in enumerate(job.files):
            if not file.remote_id:
                there = replace(file, remote_id=self._present(job, file))
                files = (*job.files[:number], there, *job.files[number + 1 :])
                job = self.ledger.save(replace(job, files=files))
        return self.ledger.save(replace(job, state="uploaded"))

    def _renewed(self, job: TuneJob) -> TuneJob:
        """Files may have expired since another process sent them; a job that is there already needs none."""
        if job.state == "creating":
            standing = self._maker.found(lambda: self._find_job(job))
            if standing:
                return self._with(job, standing)
        gone = [file for file in job.files if not self.tuner.has_file(file.remote_id)]
        if not gone:
            return self.ledger.save(replace(job, state="uploaded"))
        for file in gone:
            self.ledger.forget_file(self._server, file.remote_id)
        files = tuple(replace(file, remote_id="") if file in gone else file for file in job.files)
        job = self.ledger.save(replace(job, state="uploading", files=files), note=EXPIRED)
        return self._uploaded(job)

    def _present(self, job: TuneJob, file: TrainingFile) -> str:
        """The id of the file at the host, which gets it only where it has not got these bytes."""

        def waits(process: str) -> None:
            self.tell(Sentence("waiting for process {process}, which sends {name}", process=process, name=file.name))

        # Jobs that differ in their figures alone may be started side by side.
        with self.ledger.working_on(digest(self._server, file.sha256, self.tuner.purpose), waits):
            known = self.ledger.file(self._server, file.sha256, self.tuner.purpose)
            if known and known.state == "present" and self.tuner.has_file(known.file_id):
                self.tell(Sentence("{name} is at the host already ({id})", name=file.name, id=known.file_id))
                return known.file_id
            if known and known.state == "uploading":
                began, found = known, self._maker.found(lambda: self._find_file(file, known.asked_at))
            else:
                began, found = self._intent(job, file), None
            file_id = found or self._upload(file, began.asked_at)
            self.ledger.save_file(replace(began, state="present", file_id=file_id))
            return file_id

    def _intent(self, job: TuneJob, file: TrainingFile) -> SentFile:
        return self.ledger.save_file(
            SentFile(
                server=self._server,
                sha256=file.sha256,
                purpose=self.tuner.purpose,
                name=file.name,
                size=file.size,
                state="uploading",
                file_id="",
                job=job.id,
                asked_at=datetime.now(UTC).isoformat(),
            )
        )

    def _upload(self, file: TrainingFile, asked_at: str) -> str:
        with as_sent(file) as path:
            return self._maker.made(lambda: self.tuner.upload(file, path), lambda: self._find_file(file, asked_at))

    def _find_file(self, file: TrainingFile, asked_at: str) -> str | None:
        return self.tuner.find_file(file, datetime.fromisoformat(asked_at))

    def _created(self, job: TuneJob, *, is_new: bool) -> TuneJob:
        standing = None if is_new else self._maker.found(lambda: self._find_job(job))
        try:
            standing = standing or self._maker.made(lambda: self.tuner.create(job), lambda: self._find_job(job))
        except TuneError as refused:
            # Only this says for sure that there is no job; anything else leaves it open.
            code = "training_not_available" if isinstance(refused, TrainingNotAvailable) else "refused"
            ended = replace(job, state="failed", problem_code=code, problem=str(refused.sentence))
            self.ledger.save(ended, note=str(refused.sentence))
            raise
        return self._with(job, standing)

    def _find_job(self, job: TuneJob) -> Standing | None:
        began = next((step.at for step in self.ledger.steps(job.id) if step.state == "creating"), job.planned_at)
        return self.tuner.find_job(job, datetime.fromisoformat(began))

    def _known(self, job: TuneJob, standing: Standing | None) -> Standing:
        if standing is None:
            said = (
                "{host} knows no job {id}; is the key in {name} of the same project? If it is gone for good, "
                "end it here: corpus-to-ft tune cancel {ours}"
            )
            name, ours = job.api_key_env, job.id[:8]
            raise TuneError(Sentence(said, host=self._server, id=job.remote_id, name=name, ours=ours))
        return standing

    def _with(self, job: TuneJob, standing: Standing) -> TuneJob:
        """A word that nobody knows changes nothing of the state but that the host has the job."""
        state = standing.state or ("waiting" if job.state in BEFORE_THE_JOB else job.state)
        return self.ledger.save(
            replace(
                job,
                state=state,
                status=standing.status,
                remote_id=standing.id,
                tuned_model=standing.tuned_model or job.tuned_model,
                trained_tokens=standing.trained_tokens or job.trained_tokens,
                estimated_finish=standing.estimated_finish,
                finished_at=standing.finished_at or job.finished_at,
                problem_code=standing.problem_code,
                problem=standing.problem,
                result_files=standing.result_files or job.result_files,
            )
        )

    @property
    def _maker(self) -> Maker:
        return Maker(patience_s=self.manners.patience_s, listed_within_s=self.manners.listed_s, tell=self.tell)

    @property
    def _server(self) -> str:
        return self.tuner.base_url.rstrip("/")


@contextmanager
def as_sent(file: TrainingFile) -> Iterator[Path]:
    """The bytes that go to the host, which are those that were checked: a file that has changed since is refused."""
    path = Path(file.path)
    said = "{path} has changed since the job was planned; start again: corpus-to-ft tune start"
    message = Sentence("cannot read {path}", path=path)
    with boundary(OSError, to=ConfigError, message=message), tempfile.TemporaryDirectory() as folder:
        if file.byte_order_mark:
            marked = Path(folder) / "marked.jsonl"
            _copy_marked(path, marked)
            path = marked
        if digest_of(path) != (file.size, file.sha256):
            raise ConfigError(Sentence(said, path=file.path))
        yield path


def _copy_marked(path: Path, to: Path) -> None:
    with (
        boundary(OSError, to=StoreError, message=Sentence("the folder for temporary files cannot be written to")),
        path.open("rb") as data,
        to.open("wb") as marked,
    ):
        first = data.read(COPY_BYTES)
        marked.write(first if first.startswith(BOM_UTF8) else BOM_UTF8 + first)
        while part := data.read(COPY_BYTES):
            marked.write(part)


def digest_of(path: Path, before: bytes = b"") -> tuple[int, str]:
    """Size and SHA-256 of a file, with `before` in front of it."""
    found, size = hashlib.sha256(before), len(before)
    with path.open("rb") as data:
        while part := data.read(COPY_BYTES):
            found.update(part)
            size += len(part)
    return size, found.hexdigest()
